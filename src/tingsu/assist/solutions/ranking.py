"""Which remedies fit a case, best first. Pure: what is known of the case and of its precedents comes in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tingsu.assist.solutions.precedents import FEW, Outcomes
from tingsu.packs.coaching import Remedy, SolutionWords

MOST = 4  # options in all, the last of them "nothing"
NOT_VALID = "not_valid"
_MEETS, _MEETS_MORE, _NEED, _CAUSE = 3.0, 0.5, 1.5, 0.75
_WORKED, _REOPENED = 2.0, 1.0
_MEANT = 1.0  # for this verdict and no other
_MONEY, _UNASKED_MONEY, _LAST, _LEVEL, _BESIDE = -0.5, -2.0, -3.0, -0.25, -2.5
MONEY_WANTED = ("求补偿",)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the case says and people decided, as far as remedies depend on it; ``asked`` is yuan named per demand."""

    demands: tuple[str, ...] = ()
    need: str = ""
    cause: str = ""
    verdict: str = ""
    asked: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a remedy fits: the demands it meets, whether need and cause speak for it, how it went before."""

    remedy: Remedy
    meets: tuple[str, ...]
    need: bool
    cause: bool
    outcomes: Outcomes
    score: float


def rank_remedies(
    words: SolutionWords,
    known: Sequence[str],
    wish: Wish,
    outcomes: Callable[[Remedy], Outcomes],
    similar: int,
    level_of: Callable[[Remedy], int] = lambda remedy: 0,
) -> list[Fit]:
    """The best remedies of those the pack's list knows, at most MOST - 1: room is kept for giving nothing.

    Where the complaint does not hold, what presumes fault is left out, and so is the remedy that "nothing" is filed
    under. ``level_of``: how far up the authority table it goes.
    """
    fitting = [remedy for remedy in words.remedies if remedy.filed_as in known and _may_be(remedy, wish, words)]
    fits = [_fit(remedy, wish, outcomes(remedy), similar, level_of(remedy)) for remedy in fitting]
    return sorted(fits, key=lambda fit: -fit.score)[: MOST - 1]


def _may_be(remedy: Remedy, wish: Wish, words: SolutionWords) -> bool:
    if wish.verdict == NOT_VALID and words.nothing is not None and remedy.id == words.nothing.kind:
        return False
    if not wish.verdict:
        return remedy.verdicts != (NOT_VALID,)
    return not remedy.verdicts or wish.verdict in remedy.verdicts


def _fit(remedy: Remedy, wish: Wish, outcomes: Outcomes, similar: int, level: int) -> Fit:
    meets = tuple(demand for demand in wish.demands if demand in remedy.meets)
    need, cause = wish.need in remedy.needs, wish.cause in remedy.causes
    score = (_MEETS + _MEETS_MORE * (len(meets) - 1) if meets else 0.0) + _NEED * need + _CAUSE * cause
    score += _worth(outcomes, similar) + _LEVEL * level + _LAST * remedy.last
    score += _MEANT * (remedy.verdicts == (wish.verdict,))
    if remedy.specific and not meets and not cause:
        score += _BESIDE
    if remedy.amount != "none" and wish.need not in MONEY_WANTED:
        score += _MONEY if meets else _UNASKED_MONEY  # 量力而行: what costs nothing first, money nobody wants last
    return Fit(remedy, meets, need, cause, outcomes, score)


def _worth(outcomes: Outcomes, similar: int) -> float:
    """What precedents add: how often it was given and how often that held; nothing where they are few."""
    if similar < FEW or not outcomes.given:
        return 0.0
    share: float = (outcomes.given / similar) ** 0.5
    content = (outcomes.content + 1) / (outcomes.said + 2)
    return _WORKED * share * content - _REOPENED * outcomes.reopened / outcomes.given
