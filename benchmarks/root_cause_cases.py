"""Made cases of root causes: the designs S, L and H published with RiskLoc (Kalander 2022, arXiv:2205.10004).

Coded from the description of their generator. A case is the full product of its attributes; each leaf has a real
value and a forecast of it, some leaves are zero, forecasts err by a share of the value, and one to a few causes move
all leaves below some attribute combinations by the same share. Draws are made in the order of the published
generator, so its seeds (S 121, L 122, H 123) give its cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Combination = tuple[tuple[int, int], ...]  # ((attribute, value code), ...), attributes ascending
_TRIES = 500


class _NoPlaceError(Exception):
    """No room is left for a cause beside the others; the published generator ends here, this one draws a new case."""


@dataclass(frozen=True, slots=True)
class Design:
    """Parameters of one published set; pairs are the ends of uniform draws."""

    name: str
    sizes: tuple[int, ...]
    cases: int
    seed: int
    noise: tuple[float, float] = (0.0, 0.25)
    severity: tuple[float, float] = (0.2, 1.0)
    deviation: tuple[float, float] = (0.0, 0.1)
    causes: tuple[int, int] = (1, 3)
    elements: tuple[int, int] = (1, 3)
    only_last_layer: bool = False
    zero: tuple[float, float] = (0.0, 0.25)
    alpha: tuple[float, float] = (0.5, 1.0)


DESIGNS = {
    "S": Design("S", (10, 12, 10, 8, 5), 1000, 121),
    "L": Design(
        "L",
        (10, 24, 10, 15),
        1000,
        122,
        noise=(0.0, 0.1),
        severity=(0.5, 1.0),
        deviation=(0.0, 0.0),
        causes=(1, 5),
        elements=(1, 1),
        only_last_layer=True,
    ),
    "H": Design("H", (10, 5, 250, 20, 8, 12), 100, 123),
}


@dataclass(frozen=True, slots=True)
class MadeCase:
    """``codes`` (leaf × attribute), ``real`` and ``forecast`` per leaf, and the planted ``causes``."""

    sizes: tuple[int, ...]
    codes: NDArray[np.int32]
    real: NDArray[np.float64]
    forecast: NDArray[np.float64]
    causes: frozenset[Combination]


@dataclass(frozen=True, slots=True)
class _Planted:
    level: int
    elements: int
    severity: float
    deviation: float


def make_cases(design: Design, *, seed: int | None = None, count: int | None = None) -> Iterator[MadeCase]:
    """``count`` cases of a design from one stream of draws."""
    rng = np.random.default_rng(design.seed if seed is None else seed)
    codes = np.indices(design.sizes, dtype=np.int32).reshape(len(design.sizes), -1).T.copy()
    used: set[int] = set()
    for _ in range(design.cases if count is None else count):
        while (name := int(rng.integers(10**5, 10**6 - 1))) in used:  # the published files carry drawn names
            pass
        used.add(name)
        while True:
            try:
                case = _make_case(design, rng, codes)
            except _NoPlaceError:
                continue
            break
        yield case


def _make_case(design: Design, rng: np.random.Generator, codes: NDArray[np.int32]) -> MadeCase:
    zero_rate, noise = rng.uniform(*design.zero), rng.uniform(*design.noise)
    planted = _draw_planted(design, rng, noise)
    leaves = len(codes)
    real = rng.weibull(rng.uniform(*design.alpha), leaves) * 100
    real = real * (rng.uniform(size=leaves) > zero_rate)
    forecast = real + real * rng.normal(loc=0, size=leaves, scale=noise)
    swapped = rng.integers(0, 1, size=leaves, endpoint=True)  # so that errors are alike on both sides
    real, forecast = np.where(swapped == 0, real, forecast), np.where(swapped == 1, real, forecast)
    forecast[forecast < 0] = 0.0
    places: list[tuple[tuple[int, ...], list[tuple[int, ...]]]] = []
    for one in planted:
        places.append(_draw_place(design, rng, one, places, real))
    _plant(rng, planted, places, design.sizes, real, forecast)
    causes = frozenset(tuple(zip(dims, values, strict=True)) for dims, found in places for values in found)
    return MadeCase(design.sizes, codes, real, forecast, causes)


def _draw_planted(design: Design, rng: np.random.Generator, noise: float) -> list[_Planted]:
    planted = []
    for _ in range(rng.integers(*design.causes, endpoint=True)):
        layers = len(design.sizes)
        level = layers if design.only_last_layer else int(rng.integers(1, layers, endpoint=True))
        elements = int(rng.integers(*design.elements, endpoint=True))
        severity = rng.uniform(*design.severity) + noise  # by the noise more, else it would look like noise
        planted.append(_Planted(level, elements, severity, rng.uniform(*design.deviation)))
    return planted


def _draw_place(
    design: Design,
    rng: np.random.Generator,
    one: _Planted,
    before: list[tuple[tuple[int, ...], list[tuple[int, ...]]]],
    real: NDArray[np.float64],
) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """Attributes and combinations of one cause; drawn again where it meets another or says nothing.

    Raises _NoPlaceError where the causes before leave none, as happens to causes of all attributes.
    """
    layers = len(design.sizes)
    for _ in range(_TRIES):
        dims = tuple(sorted(int(d) for d in rng.choice(layers, size=one.level, replace=False)))
        last = one.level == layers
        if not last and dims in [other for other, _ in before]:
            continue
        chosen: list[list[int]] = []
        for dim in dims:
            free = list(range(1, design.sizes[dim] + 1))
            for other, found in before:
                if dim in other:
                    free = list(set(free) - {values[other.index(dim)] + 1 for values in found})
            if not free:
                break
            chosen.append([int(v) - 1 for v in rng.choice(free, size=one.elements, replace=True)])
        if len(chosen) < len(dims):
            continue
        combos = list(zip(*chosen, strict=True))
        if last and any(real[np.ravel_multi_index(values, design.sizes)] == 0 for values in combos):
            continue
        if len(set(combos)) == one.elements:
            return dims, combos
    raise _NoPlaceError


def _plant(
    rng: np.random.Generator,
    planted: list[_Planted],
    places: list[tuple[tuple[int, ...], list[tuple[int, ...]]]],
    sizes: tuple[int, ...],
    real: NDArray[np.float64],
    forecast: NDArray[np.float64],
) -> None:
    """Lower the real values (or the forecasts) below each cause, whichever side the noise already leans to."""
    base, moved = (real, forecast) if real.sum() > forecast.sum() else (forecast, real)
    for one, (dims, combos) in zip(planted, places, strict=True):
        mask = np.zeros(sizes, bool)
        for values in combos:
            where: list[int | slice] = [slice(None)] * len(sizes)
            for dim, value in zip(dims, values, strict=True):
                where[dim] = value
            mask[tuple(where)] = True
        rows = mask.reshape(-1)
        share = rng.normal(loc=one.severity, scale=one.deviation, size=int(rows.sum()))
        moved[rows] = np.maximum(base[rows] * (1 - share), 0.0)
