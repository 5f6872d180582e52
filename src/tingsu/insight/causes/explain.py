"""Why a count of complaints changed: the fewest combinations that account for it, never noise.

Counts are small and uneven. A combination is weighed by the likelihood of its two counts, given how the rest changed;
it is named only where chance over everything that was looked at (Tarone's count of what could have been significant)
stays below 5 %, with the unevenness seen among all values taken into account. Where nothing passes, the honest answer
is that the change is not concentrated anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import comb, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy  # type: ignore[import-untyped]

from tingsu.insight.causes.chance import ALPHA, count_testable, count_totals, interval_of, tail_chance
from tingsu.insight.causes.lattice import Codes, Cuboid, Floats, build_lattice

LAYERS = 3  # attributes a part names at most
FEWEST = 5  # cases a part must have gained or lost
MOST_PARTS = 6
NAMELESS = frozenset({"", "其他"})  # values that tell nobody where to look: counted, never named as a part
_USUAL_Z2 = 0.455  # median of a squared standard normal
_SURE_PARTS = 2  # set aside before the unevenness of the rest is judged; more would hide it
_MIDDLE_ERROR = 1.2  # half the relative standard error of that median from one value; it goes with 1/√n
Phrases = Callable[[Mapping[str, str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """Values already coded: ``words``, each once, and the place of each cell's among them."""

    words: list[str]
    codes: NDArray[np.integer]


def coded(values: Sequence[str] | Column) -> Column:
    """The values as a Column."""
    if isinstance(values, Column):
        return values
    words, codes = np.unique(np.asarray(values, dtype=object).astype(str), return_inverse=True)
    return Column([str(word) for word in words], codes)


@dataclass(frozen=True, slots=True)
class Cells:
    """How many cases each combination of values had in two groups, and over how much (days, customers) each counts.

    ``values``: dimension → one value a cell, or a Column; ``now`` and ``before``: one count a cell.
    """

    values: Mapping[str, Sequence[str] | Column]
    now: NDArray[np.float64]
    before: NDArray[np.float64]
    over_now: float = 1.0
    over_before: float = 1.0

    @property
    def scale(self) -> float:
        """What a count of ``before`` is worth over as much as ``now`` counts over."""
        return self.over_now / self.over_before


@dataclass(frozen=True, slots=True)
class Part:
    """One combination and what it adds to the change.

    ``now`` counts cases, ``before`` what would have been usual over as long; both without what an earlier part already
    took (``now_all``, ``before_all``: with it). ``low``–``high``: 95 % interval of ``change``. ``chance``: that so much
    comes about by chance anywhere. ``ratio``: now / before, None where there was nothing before.
    """

    where: dict[str, str]
    now: int
    before: float
    now_all: int
    before_all: float
    change: float
    low: float
    high: float
    share_of_change: float | None
    chance: float
    phrases: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        return self.now / self.before if self.before > 0 else None


@dataclass(frozen=True, slots=True)
class Rest:
    """What no part accounts for; ``change`` with its 95 % interval."""

    now: int
    before: float
    change: float
    low: float
    high: float
    share_of_change: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """``total_before`` is scaled to as long as now. ``sure``: the whole change is more than chance.

    ``general``: the rest changed too, by about the same everywhere. Shares of parts and rest add up to one; None where
    there is no change to share. ``tried``: combinations that could have been significant; ``uneven``: variance of
    counts over Poisson's.
    """

    total_now: int
    total_before: float
    change: float
    low: float
    high: float
    chance: float
    parts: list[Part]
    rest: Rest
    general: bool
    tried: int
    uneven: float
    dimensions: tuple[str, ...] = field(default=())

    @property
    def sure(self) -> bool:
        return self.chance <= ALPHA

    @property
    def ratio(self) -> float | None:
        return self.total_now / self.total_before if self.total_before > 0 else None


def explain_change(
    cells: Cells, *, phrases: Phrases | None = None, uneven: float = 1.0, most: int = MOST_PARTS
) -> Explanation:
    """What changed between ``before`` and ``now``, and where.

    ``phrases`` is asked what is said in a part's cases; ``uneven``: variance over Poisson's known from elsewhere (the
    larger of it and what the cells show is taken). Every count is in exactly one part or in the rest.
    """
    dimensions = tuple(cells.values)
    table = _Table.of(cells)
    best, spread = table.explain(max(uneven, 1.0), most), max(uneven, 1.0)
    if (seen := table.unevenness(best.taken[:_SURE_PARTS])) > spread:
        best, spread = table.explain(seen, most), seen
    parts = [_part(cells, table, taken) for taken in best.taken]
    told = [replace(part, phrases=tuple(phrases(part.where))) for part in parts] if phrases else parts
    return _sum_up(cells, told, best, spread, dimensions)


@dataclass(frozen=True, slots=True)
class _Taken:
    where: tuple[tuple[int, int], ...]
    now: float
    before: float
    chance: float
    spread: float


@dataclass(frozen=True, slots=True)
class _Account:
    taken: list[_Taken]
    worth: float
    general: bool
    tried: int


class _Table:
    """Integer-coded cells and the sums over every combination of up to LAYERS values."""

    def __init__(self, codes: Codes, words: list[list[str]], now: Floats, before: Floats, scale: float) -> None:
        self.codes, self.words, self.now, self.before, self.scale = codes, words, now, before, scale
        sizes = tuple(max(len(one), 1) for one in words)
        whole = build_lattice(codes, sizes, np.stack([now, before]), layers=LAYERS) if len(codes) else []
        self.totals = count_totals(whole)
        ratio = max(scale, 2 * float(now.sum()) / max(float(before.sum()), 1.0))
        self.candidates = [_Candidates.of(cuboid, words, ratio) for cuboid in whole]

    @classmethod
    def of(cls, cells: Cells) -> _Table:
        columns = [coded(values) for values in cells.values.values()]
        codes = np.stack([column.codes for column in columns], axis=1) if columns else np.zeros((0, 0), int)
        words = [column.words for column in columns]
        return cls(codes, words, cells.now.astype(float), cells.before.astype(float), cells.scale)

    def unevenness(self, taken: Sequence[_Taken]) -> float:
        """Variance over Poisson's in what the parts leave, as values and pairs of them show it: the middle one.

        Half a standard error of that middle is added: from few values it may well be more uneven than it looks.
        """
        left = self.left_by(taken)
        if not left.any():
            return 1.0
        sizes = tuple(max(len(one), 1) for one in self.words)
        rest = build_lattice(self.codes[left], sizes, np.stack([self.now[left], self.before[left]]), layers=2)
        now, before = np.concatenate([cuboid.sums for cuboid in rest], axis=1)
        usual = now.sum() / max((now + before).sum(), 1e-9)
        enough = (now + before) * min(usual, 1 - usual) >= 3
        if enough.sum() < 8:
            return 1.0
        now, count = now[enough], (now + before)[enough]
        squares = (now - count * usual) ** 2 / (count * usual * (1 - usual))
        return float(np.median(squares) / _USUAL_Z2 * (1 + _MIDDLE_ERROR / np.sqrt(len(squares))))

    def explain(self, spread: float, most: int) -> _Account:
        """The account that says most, of those where what is left changed by nothing or all by one ratio."""
        return max((self.account(spread, general, most) for general in (False, True)), key=lambda one: one.worth)

    def account(self, spread: float, general: bool, most: int) -> _Account:
        """The best parts, greedily, where what is left changed by nothing, or (``general``) all by one ratio."""
        base = self._base(np.ones(len(self.codes), bool), general)
        account = self._greedy(base, spread, most)
        if general and account.taken:  # the ratio of what is left, now that the parts are known
            base = self._base(self.left_by(account.taken), general)
            account = self._greedy(base, spread, most)
        left = self.left_by(account.taken)
        worth = account.worth
        if general:
            gain = _gain(self.now[left].sum(), self.before[left].sum(), self._base(left, False)) / spread
            worth += float(gain) - 0.5 * log(max(self.now.sum() + self.before.sum(), 2.0))
        return replace(account, worth=worth, general=general)

    def _base(self, rows: NDArray[np.bool_], general: bool) -> float:
        """Share of now among now and before where nothing in particular happened."""
        if not general:
            return self.scale / (1 + self.scale)
        now, before = self.now[rows].sum() + 0.5, self.before[rows].sum() + 0.5
        return float(now / (now + before))

    def left_by(self, taken: Sequence[_Taken]) -> NDArray[np.bool_]:
        left = np.ones(len(self.codes), bool)
        for one in taken:
            left &= ~self.below(one.where)
        return left

    def below(self, where: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
        mask = np.ones(len(self.codes), bool)
        for dim, value in where:
            mask &= self.codes[:, dim] == value
        return mask

    def _greedy(self, base: float, spread: float, most: int) -> _Account:
        candidates = [replace(one, sums=one.sums.copy()) for one in self.candidates]
        tried = count_testable(self.totals, base, spread)
        left, worth, taken = np.ones(len(self.codes), bool), 0.0, list[_Taken]()
        while len(taken) < most and (best := _find_best(candidates, base, spread, tried)):
            rows = np.flatnonzero(left & self.below(best[0].where))
            taken.append(best[0])
            worth += best[1]
            left[rows] = False
            gone = np.stack([self.now[rows], self.before[rows]])
            for one in candidates:
                one.take_out(self.codes[rows], gone)
        return _Account(taken, worth, False, tried)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The cells of a cuboid that hold enough cases to be named, and what naming one costs."""

    cuboid: Cuboid
    cells: NDArray[np.int64]
    sums: Floats
    cost: float

    @classmethod
    def of(cls, cuboid: Cuboid, words: list[list[str]], ratio: float) -> _Candidates:
        now, before = cuboid.sums
        cells = np.flatnonzero((now >= FEWEST) | (before * ratio >= FEWEST))
        key = cells if cuboid.keys is None else cuboid.keys[cells]
        named = np.ones(len(cells), bool)
        for dim, size in zip(reversed(cuboid.dims), reversed(cuboid.shape), strict=True):
            named &= ~np.array([word in NAMELESS for word in words[dim]] or [False])[key % size]
            key = key // size
        cells = cells[named]
        return cls(cuboid, cells, cuboid.sums[:, cells], _cost(cuboid, len(words)))

    def take_out(self, codes: Codes, gone: Floats) -> None:
        """Set cases aside: they belong to a part already named."""
        if not len(self.cells):
            return
        place = self.cuboid.place(codes)
        at = np.minimum(np.searchsorted(self.cells, place), len(self.cells) - 1)
        met = self.cells[at] == place
        for row, counts in zip(self.sums, gone, strict=True):
            row -= np.bincount(at[met], counts[met], len(self.cells))


def _find_best(
    candidates: Sequence[_Candidates], base: float, spread: float, tried: int
) -> tuple[_Taken, float] | None:
    """The combination that most shortens the account and is not chance."""
    best: tuple[_Taken, float] | None = None
    for one in candidates:
        now, before = one.sums
        gain = _gain(now, before, base) / spread - one.cost
        gain[np.abs(now - before * (base / (1 - base))) < FEWEST] = -np.inf
        for at in np.argsort(-gain)[:3]:
            if gain[at] <= (best[1] if best else -np.inf):
                break
            chance = min(1.0, tried * tail_chance(float(now[at]), float(before[at]), base, spread))
            if chance <= ALPHA:
                where = one.cuboid.values(int(one.cells[at]))
                best = (_Taken(where, float(now[at]), float(before[at]), chance, spread), float(gain[at]))
                break
    return best


def _gain(now: Floats, before: Floats, base: float) -> Floats:
    """Log likelihood of the two counts at their own ratio, over that at the base's."""
    count = now + before
    own = np.divide(now, count, out=np.full(np.shape(count), base), where=count > 0)
    return np.asarray(
        xlogy(now, own) + xlogy(before, 1 - own) - xlogy(now, base) - xlogy(before, 1 - base), dtype=float
    )


def _cost(cuboid: Cuboid, dimensions: int) -> float:
    """Nats to say which combination is meant, and its own ratio."""
    count = cuboid.sums.sum(axis=0)
    present = int((count > 0.5).sum())
    layer = len(cuboid.dims)
    return log(LAYERS) + log(comb(dimensions, layer)) + log(max(present, 1)) + 0.5 * log(max(count.sum(), 2.0))


def _part(cells: Cells, table: _Table, taken: _Taken) -> Part:
    names = tuple(cells.values)
    rows = table.below(taken.where)
    usual = taken.before * cells.scale
    low, high = interval_of(taken.now, taken.before, cells.scale, taken.spread)
    total = cells.now.sum() - cells.before.sum() * cells.scale
    return Part(
        where={names[dim]: table.words[dim][value] for dim, value in taken.where},
        now=round(taken.now),
        before=usual,
        now_all=round(float(cells.now[rows].sum())),
        before_all=float(cells.before[rows].sum()) * cells.scale,
        change=taken.now - usual,
        low=low,
        high=high,
        share_of_change=_share(taken.now - usual, float(total)),
        chance=taken.chance,
    )


def _share(change: float, total: float) -> float | None:
    return change / total if abs(total) >= 1e-9 else None


def _sum_up(
    cells: Cells, parts: list[Part], account: _Account, spread: float, dimensions: tuple[str, ...]
) -> Explanation:
    now, before = float(cells.now.sum()), float(cells.before.sum())
    usual = before * cells.scale
    low, high = interval_of(now, before, cells.scale, spread)
    rest_now = now - sum(part.now for part in parts)
    rest_usual = usual - sum(part.before for part in parts)
    rest_low, rest_high = interval_of(rest_now, rest_usual / cells.scale, cells.scale, spread)
    rest = Rest(
        round(rest_now),
        rest_usual,
        rest_now - rest_usual,
        rest_low,
        rest_high,
        _share(rest_now - rest_usual, now - usual),
    )
    general = account.general and not rest_low <= 0 <= rest_high
    base = cells.scale / (1 + cells.scale)
    chance = tail_chance(now, before, base, spread) if now + before else 1.0
    return Explanation(
        round(now), usual, now - usual, low, high, chance, parts, rest, general, account.tried, spread, dimensions
    )
