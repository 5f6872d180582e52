"""Hot spots: which topics, units, products, causes, channels and combinations of them matter most in a period.

    board = hot_board(facts, Period(date(2026, 10, 1), date(2026, 10, 31)), rank="growth")
    for spot in board.spots: spot.where, spot.count, spot.normal_low, spot.normal_high, spot.sure

``facts`` is any Ibis table with the columns of the facts, repeats already left out; it is counted where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from django.utils.translation import gettext as _

from tingsu.insight.certainty import (
    FALSE_SHARE,
    FEWEST_WINDOWS,
    Array,
    Normal,
    adjusted,
    count_bounds,
    excess_chance,
    held_against_history,
    share_bounds,
)
from tingsu.insight.topics import cells, phrased
from tingsu.insight.topics.cells import Cells, Period
from tingsu.insight.topics.echoes import Same, drop_echoes
from tingsu.insight.topics.samples import Sample, pick_samples, pick_samples_each

__all__ = ["Harm", "HotBoard", "HotSpot", "Period", "Rank", "Rate", "Size", "hot_board"]

Rank = Literal["volume", "growth", "harm"]
SINGLES = ("topic", "unit", "product", "cause", "channel")
TRIPLES = (("unit", "product", "cause"), ("unit", "cause", "channel"))
HISTORY = 12  # earlier stretches of the same length looked at
FEWEST = 3  # complaints from which on something can be a hot spot
PER = 1000


@dataclass(frozen=True, slots=True)
class Harm:
    """What weighs how much: an angry complaint, one at the regulator's, each yuan asked for and paid."""

    complaint: float = 0.2
    angry: float = 1.0
    regulator: float = 5.0
    asked: float = 0.0005
    paid: float = 0.001


@dataclass(frozen=True, slots=True)
class Size:
    """How large a unit is; 0 where that is not known."""

    customers: int = 0
    outlets: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """Complaints per thousand of something, 95 % bounds, and the same rate over all units whose size is known."""

    per: str  # customers | outlets
    value: float
    low: float
    high: float
    normal: float


@dataclass(frozen=True, slots=True)
class HotSpot:
    """One topic, unit, product, cause, channel, phrase or combination in a period; repeats are counted once.

    ``where``: dimension → value, one entry a single thing, two or three a combination. ``count`` of ``base``
    complaints of the period, its share between ``share_low`` and ``share_high``. ``expected``, ``normal_low``,
    ``normal_high``: what its own history makes normal (None where history is too short); ``growth`` is count over
    expected with its bounds. ``alone``: what a combination would have if its parts had nothing to do with each other.
    ``q``: share of false ones among all named down to this one; ``sure``: not chance at the 5 % the board allows.
    ``harm``: by the weights of ``Harm``, with 95 % bounds. Money in yuan. ``doubts`` are sentences for the reader.
    """

    where: Mapping[str, str]
    count: int
    base: int
    share_low: float
    share_high: float
    count_low: float
    count_high: float
    history: tuple[int, ...]  # oldest first
    expected: float | None
    normal_low: float | None
    normal_high: float | None
    growth_low: float | None
    growth_high: float | None
    q: float | None
    sure: bool
    alone: float | None
    angry: int
    angry_low: float
    angry_high: float
    regulator: int
    asked: float
    paid: float
    harm: float
    harm_low: float
    harm_high: float
    rates: tuple[Rate, ...] = ()
    samples: tuple[Sample, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.count / self.base if self.base else 0.0

    @property
    def growth(self) -> float | None:
        """Count over expected; None without history or where nothing was expected."""
        return self.count / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class HotBoard:
    """Hot spots, best first, and what they rest on: ``base`` complaints, ``windows`` earlier stretches to compare."""

    period: Period
    rank: Rank
    spots: list[HotSpot]
    base: int
    windows: int
    tried: int
    doubts: tuple[str, ...] = ()

    @property
    def to_mend(self) -> list[HotSpot]:
        """The spots where something can be mended: a channel alone says only how customers came."""
        return [spot for spot in self.spots if set(spot.where) != {"channel"}]

    @property
    def worst(self) -> HotSpot | None:
        """The first spot to mend that is beyond chance; None where none is."""
        return next((spot for spot in self.to_mend if spot.sure), None)


def hot_board(
    facts: Any,
    period: Period,
    *,
    rank: Rank = "volume",
    dimensions: Sequence[str] = SINGLES,
    combined: bool = True,
    sizes: Mapping[str, Size] | None = None,
    weights: Harm | None = None,
    most: int = 20,
    samples: int = 2,
    phrases: bool = False,
) -> HotBoard:
    """Rank what stands out in ``period``: by count, by growth against its own history, or by harm.

    Columns that the facts lack or that hold one value only are left out. A combination is listed only where it says
    more than its parts (more than they would meet by chance, false discoveries held to 5 %), and not beside a part
    that has nearly the same complaints. ``sizes``: unit code → size, for rates. ``samples`` quotes a spot, masked.
    """
    weigh = weights or Harm()
    span = cells.read_span(facts, period)
    windows = min(HISTORY, span.windows(period)) if span else 0
    base = span.inside if span else 0
    board = HotBoard(period, rank, [], base, windows, 0, _board_doubts(base, windows, span, period))
    if not base:
        return board
    used = [name for name in dimensions if name in facts.columns]
    wanted = [(name,) for name in used] + (_combinations(used) if combined else [])
    with cells.gather(facts, period, used, windows, weigh) as gathered:
        counted = [cells.count_cells(gathered, names, fewest=FEWEST) for names in wanted]
        if phrases:
            more, unread = _count_phrases(facts, period, used if combined else (), windows, weigh)
            counted += more
            board = replace(board, doubts=(*board.doubts, *unread))
        spots, tried = _make_spots([one for one in counted if len(one)], base, windows)
        spots = _rate_all(spots, sizes or {}, facts, period)
        picked = drop_echoes(_ranked(spots, rank), most, Same(facts, gathered, period))
        return replace(board, spots=_quoted(picked, facts, period, gathered, samples), tried=tried)


def _quoted(spots: list[HotSpot], facts: Any, period: Period, gathered: cells.Gathered, most: int) -> list[HotSpot]:
    """The spots with what customers said there; a phrase is looked for in the texts themselves."""
    plain = [spot.where for spot in spots if "phrase" not in spot.where]
    quotes = iter(pick_samples_each(facts, gathered.inside, plain, most))
    return [
        replace(
            spot,
            samples=pick_samples(facts, period, spot.where, most) if "phrase" in spot.where else next(quotes),
        )
        for spot in spots
    ]


def _board_doubts(base: int, windows: int, span: cells.Span | None, period: Period) -> tuple[str, ...]:
    doubts = []
    if span is None or (not span.inside and span.undated):
        doubts.append(_("没有一件带日期，看不出哪段时间的事，故不排热点。"))
    elif not base:
        doubts.append(_("{since} 至 {until} 没有投诉，无热点可排。").format(since=period.since, until=period.until))
    elif windows < FEWEST_WINDOWS:
        doubts.append(
            _("此前同样长的时段只有 {n} 段，不足 {need} 段，只能说多少，不能说是否比平时多。").format(
                n=windows, need=FEWEST_WINDOWS
            )
        )
    if span and base and span.undated:
        doubts.append(_("另有 {n} 件没有日期，没有算入。").format(n=span.undated))
    if span and span.astray:
        doubts.append(_("另有 {n} 件日期在 2000 年以前或在将来，没有算入。").format(n=span.astray))
    return tuple(doubts)


def _combinations(used: Sequence[str]) -> list[tuple[str, ...]]:
    triples = [names for names in TRIPLES if set(names) <= set(used)]
    return [*combinations(used, 2), *triples]


def _count_phrases(
    facts: Any, period: Period, beside: Sequence[str], windows: int, weigh: Harm
) -> tuple[list[Cells], tuple[str, ...]]:
    """The cells of phrases, and of phrases with each of ``beside``; a sentence where there are too many texts to read.

    A topic is made of phrases; the two together would say nothing new.
    """
    if not phrased.is_short_enough(facts, period, windows):
        words = _("这段时间和此前共超过 {most} 件，没有逐字数说法，只按话题看。").format(most=phrased.READ)
        return [], (words,) if "text" in facts.columns else ()
    said = phrased.with_phrases(facts, period, windows)
    if said is None:
        return [], ()
    others = [name for name in beside if name != "topic"]
    with cells.gather(said, period, ["phrase", *others], windows, weigh) as gathered:
        wanted = [("phrase",), *(("phrase", name) for name in others)]
        return [cells.count_cells(gathered, names, fewest=FEWEST) for names in wanted], ()


def _make_spots(counted: Sequence[Cells], base: int, windows: int) -> tuple[list[HotSpot], int]:
    """Spots of all cells, and how many were tried at once."""
    if not counted:
        return [], 0
    together = Cells.join(counted)
    now = together.now
    normal = held_against_history(now, together.history) if windows >= FEWEST_WINDOWS else None
    alone, alone_q = _held_against_parts(together, base)
    q = adjusted(normal.chance) if normal is not None else None
    single = np.array([len(where) == 1 for where in together.where])
    keep = np.flatnonzero(single | (alone_q <= FALSE_SHARE))
    frame = _Frame(together, base, normal, q, alone)
    return [frame.spot(int(at)) for at in keep], len(now)


def _held_against_parts(together: Cells, base: int) -> tuple[Array, Array]:
    """What each combination would have by chance alone (NaN for single things), and its q-value.

    Of the ways to take one part off, the one that explains most counts: unit × cause × channel has to be more than
    unit × cause and the channel make of it.
    """
    sizes = {frozenset(where.items()): n for where, n in zip(together.where, together.now, strict=True)}
    alone = np.full(len(together), np.nan)
    for at, where in enumerate(together.where):
        if len(where) > 1:
            items = set(where.items())
            alone[at] = max(
                sizes.get(frozenset(items - {part}), 0) * sizes.get(frozenset({part}), 0) / base for part in items
            )
    chance = np.where(np.isnan(alone), 1.0, excess_chance(together.now, np.nan_to_num(alone)))
    q = np.ones(len(together))
    tried = ~np.isnan(alone)
    if tried.any():
        q[tried] = adjusted(chance[tried])
    return alone, q


class _Frame:
    """All bounds computed at once over the cells, handed out as spots one by one."""

    def __init__(self, together: Cells, base: int, normal: Normal | None, q: Array | None, alone: Array) -> None:
        self.cells, self.base, self.normal, self.q, self.alone = together, base, normal, q, alone
        self.share = share_bounds(together.now, base)
        self.count = count_bounds(together.now)
        self.angry = share_bounds(together.angry, together.now)

    def spot(self, at: int) -> HotSpot:
        seen, normal = self.cells, self.normal
        spread = 1.96 * float(np.sqrt(seen.harm_squares[at]))
        harm = float(seen.harm[at])
        q = None if self.q is None else float(self.q[at])
        grew = normal is not None and seen.now[at] > normal.expected[at]
        return HotSpot(
            where=seen.where[at],
            count=int(seen.now[at]),
            base=self.base,
            share_low=float(self.share[0][at]),
            share_high=float(self.share[1][at]),
            count_low=float(self.count[0][at]),
            count_high=float(self.count[1][at]),
            history=tuple(int(n) for n in seen.history[at][::-1]),
            expected=None if normal is None else float(normal.expected[at]),
            normal_low=None if normal is None else float(normal.low[at]),
            normal_high=None if normal is None else float(normal.high[at]),
            growth_low=None if normal is None else float(normal.ratio_low[at]),
            growth_high=None if normal is None else float(normal.ratio_high[at]),
            q=q,
            sure=q is not None and grew and q <= FALSE_SHARE,
            alone=None if np.isnan(self.alone[at]) else float(self.alone[at]),
            angry=int(seen.angry[at]),
            angry_low=float(self.angry[0][at]),
            angry_high=float(self.angry[1][at]),
            regulator=int(seen.regulator[at]),
            asked=float(seen.asked[at]),
            paid=float(seen.paid[at]),
            harm=harm,
            harm_low=max(0.0, harm - spread),
            harm_high=harm + spread,
            doubts=self._doubts(at),
        )

    def _doubts(self, at: int) -> tuple[str, ...]:
        doubts = []
        if self.cells.now[at] < 10:
            doubts.append(_("件数少，占比和倍数都不稳。"))
        if self.normal is not None and self.normal.expected[at] < 1:
            doubts.append(_("此前几乎没有，只能说是新出现的，说不出涨了几倍。"))
        return tuple(doubts)


def _rate_all(spots: list[HotSpot], sizes: Mapping[str, Size], facts: Any, period: Period) -> list[HotSpot]:
    """Rates for the spots that are a unit, or a unit with other things."""
    if not sizes or "unit" not in facts.columns:
        return spots
    totals = cells.count_units(facts, period)
    normal = {per: _normal_rate(totals, sizes, per) for per in ("customers", "outlets")}
    alike = {frozenset(spot.where.items()): spot.share for spot in spots}
    return [replace(spot, rates=_rates(spot, sizes, normal, alike)) for spot in spots]


def _normal_rate(totals: Mapping[str, int], sizes: Mapping[str, Size], per: str) -> float:
    known = [code for code, size in sizes.items() if getattr(size, per) > 0]
    base = sum(getattr(sizes[code], per) for code in known)
    return PER * sum(totals.get(code, 0) for code in known) / base if base else 0.0


def _rates(
    spot: HotSpot,
    sizes: Mapping[str, Size],
    normal: Mapping[str, float],
    shares: Mapping[frozenset[tuple[str, str]], float],
) -> tuple[Rate, ...]:
    """What is normal for unit × cause is the rate of all units times the cause's share of all complaints."""
    size = sizes.get(spot.where.get("unit", ""))
    if size is None:
        return ()
    rest = frozenset((name, value) for name, value in spot.where.items() if name != "unit")
    part = shares.get(rest, 0.0) if rest else 1.0
    held = [(per, getattr(size, per)) for per in ("customers", "outlets")]
    return tuple(
        Rate(per, spot.count * PER / n, spot.count_low * PER / n, spot.count_high * PER / n, normal[per] * part)
        for per, n in held
        if n > (per == "outlets")  # of a single outlet there is no rate per thousand of them
    )


def _ranked(spots: Sequence[HotSpot], rank: Rank) -> list[HotSpot]:
    """By count; by the lower bound of growth, the sure ones first; by the lower bound of harm."""
    if rank == "growth":
        grew = [spot for spot in spots if spot.growth_low is not None and spot.count > (spot.expected or 0)]
        return sorted(grew, key=lambda s: (not s.sure, -(s.growth_low or 0), -s.count, len(s.where), _key(s)))
    if rank == "harm":
        return sorted(spots, key=lambda s: (-s.harm_low, -s.harm, len(s.where), _key(s)))
    return sorted(spots, key=lambda s: (-s.count, len(s.where), _key(s)))


def _key(spot: HotSpot) -> list[tuple[str, str]]:
    return sorted(spot.where.items())
