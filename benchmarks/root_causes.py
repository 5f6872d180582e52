"""How well, and how fast, root causes are found on the published designs S and L, beside RiskLoc on the same cases.

F1 is over all planted and named combinations of a set (exact matches), as the authors count it. Seconds are processor
time of one core. The search was shaped on draws of seeds 9001–9004; the seeds reported are the published ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.riskloc import find_by_riskloc
from benchmarks.root_cause_cases import DESIGNS, Combination, MadeCase, make_cases
from tingsu.insight.causes.explain import Cells, explain_change
from tingsu.insight.causes.locate import locate

COUNTS = {"S": 1000, "L": 1000}  # H has 24 million leaves a case: it needs more memory than a machine of 8 GB has
Find = Callable[[MadeCase], set[Combination]]


@dataclass
class Score:
    """Exact matches, wrong ones and misses over a set, and seconds a case."""

    hit: int = 0
    wrong: int = 0
    missed: int = 0
    seconds: list[float] | None = None

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(2 * self.hit + self.wrong + self.missed, 1)

    def add(self, case: MadeCase, find: Find) -> None:
        start = time.process_time()
        named = find(case)
        self.seconds = [*(self.seconds or []), time.process_time() - start]
        self.hit += len(named & case.causes)
        self.wrong += len(named - case.causes)
        self.missed += len(case.causes - named)


def find_ours(case: MadeCase) -> set[Combination]:
    return {cause.where for cause in locate(case.codes, case.sizes, case.real, case.forecast)}


def find_theirs(case: MadeCase) -> set[Combination]:
    return find_by_riskloc(case.codes, case.sizes, case.real, case.forecast)


def measure_root_causes(counts: dict[str, int] | None = None) -> str:
    """The table, as Markdown; printed as it grows."""
    lines = [
        "| 数据 | 件数 | 方法 | F1 | 查准 | 查全 | 每件处理器秒数（中位 / p95 / 最长） |",
        "|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for name, count in (counts or COUNTS).items():
        scores = {"听诉": (Score(), find_ours), "RiskLoc": (Score(), find_theirs)}
        for case in make_cases(DESIGNS[name], count=count):
            for score, find in scores.values():
                score.add(case, find)
        for method, (score, _find) in scores.items():
            lines.append(_tell(name, count, method, score))
            print(lines[-1], flush=True)
    return "\n".join(lines)


def _tell(name: str, count: int, method: str, score: Score) -> str:
    right = score.hit / max(score.hit + score.wrong, 1)
    found = score.hit / max(score.hit + score.missed, 1)
    middle, late, longest = np.quantile(score.seconds or [0.0], [0.5, 0.95, 1.0])
    return (
        f"| {name} | {count} | {method} | {score.f1:.3f} | {right:.3f} | {found:.3f} |"
        f" {middle:.3f} / {late:.3f} / {longest:.3f} |"
    )


COUNT_SIZES = {"unit": 40, "cause": 8, "channel": 6}
COUNT_SEED = 5000  # the way of counts was shaped on seeds 0–150 and 1000–1150, over 12 × 6 × 4 values


def measure_count_causes(draws: int = 200) -> str:
    """Counts of complaints, where noise must not be named: how often it is, and how often a planted rise is found."""
    lines = [
        "| 每格平均件数 | 各格另有起伏 | 多出 | 说有原因 | 恰好说中 | 其余多说 | 处理器秒数中位 |",
        "|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for mean, uneven in ((0.1, 0.0), (0.5, 0.0), (2.0, 0.0), (2.0, 0.3)):
        for more in (0, 20, 40, 80):
            lines.append(_count_row(mean, uneven, more, draws))
            print(lines[-1], flush=True)
    return "\n".join(lines)


def _count_row(mean: float, uneven: float, more: int, draws: int) -> str:
    named, exact, extra, seconds = 0, 0, 0, []
    for draw in range(draws):
        rng = np.random.default_rng(COUNT_SEED + draw)
        cells, where = make_counts(rng, mean, uneven, more)
        start = time.process_time()
        parts = [part.where for part in explain_change(cells).parts]
        seconds.append(time.process_time() - start)
        named += bool(parts)
        exact += where in parts
        extra += len([part for part in parts if part != where])
    hit = f"{exact / draws:.3f}" if more else ""
    told = f"{named / draws:.3f} | {hit} | {extra / draws:.3f} | {np.median(seconds):.3f}"
    return f"| {mean} | {uneven or '无'} | {more} | {told} |"


def make_counts(rng: np.random.Generator, mean: float, uneven: float, more: int) -> tuple[Cells, dict[str, str]]:
    """Two periods of one rate a cell (gamma), each cell and period off by a gamma factor of this coefficient of
    variation; ``more`` further cases now in one combination of one or two values."""
    sizes = tuple(COUNT_SIZES.values())
    grid = np.indices(sizes).reshape(len(sizes), -1)
    rate = rng.gamma(1.0, mean, grid.shape[1])

    def count() -> np.ndarray:
        shape = 1 / uneven**2 if uneven else 0.0
        return rng.poisson(rate * rng.gamma(shape, 1 / shape, len(rate)) if uneven else rate).astype(float)

    now, before = count(), count()
    dims = rng.choice(len(sizes), size=rng.integers(1, 3), replace=False)
    picked = {int(dim): int(rng.integers(sizes[dim])) for dim in dims}
    mask = np.logical_and.reduce([grid[dim] == value for dim, value in picked.items()])
    now[mask] += rng.multinomial(more, np.full(int(mask.sum()), 1 / mask.sum()))
    names = list(COUNT_SIZES)
    values = {name: [f"{name}{v}" for v in row] for name, row in zip(names, grid, strict=True)}
    return Cells(values, now, before), {names[dim]: f"{names[dim]}{value}" for dim, value in sorted(picked.items())}


if __name__ == "__main__":
    measure_root_causes()
    measure_count_causes()
