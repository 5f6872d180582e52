"""Three to four options for a case, ranked: what the customer needs ∩ what the house can give (D5).

A suggestion with its reasons: a person edits and proposes it, the authority table decides who approves.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from tingsu.assist.solutions.money import Amount, Approver, asked_sums, find_amount, find_approver
from tingsu.assist.solutions.precedents import FEW, NOTHING, Outcomes, Precedent, count_outcomes, find_precedents
from tingsu.assist.solutions.ranking import NOT_VALID, Fit, Wish, rank_remedies
from tingsu.assist.solutions.reasons import nothing_reasons, reasons_for
from tingsu.base.clock import now
from tingsu.cases.budgets import Spending, spending_for
from tingsu.cases.habit import Habit, earlier_of
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.packs.answering import load_part, read_part
from tingsu.packs.coaching import SOLUTIONS, Nothing, Remedy, SolutionWords
from tingsu.packs.loader import SHIPPED, PackError
from tingsu.packs.wording import Text

log = logging.getLogger(__name__)
SHARED = "common"
AMOUNT = "{金额}"
UNFILLED = "（金额待填）"  # so that nobody sends a sum of nothing unseen


@dataclass(frozen=True, slots=True)
class Solution:
    """One option. ``amount`` None: no figure is justified, a person fills it in. ``why`` are plain sentences.

    ``outcomes`` None: fewer than FEW similar cases, so no figures. ``nothing``: explain, refer, apologise.
    ``name``: its own where the kind says too little.
    """

    kind: str
    amount: Amount
    text: str
    costs: Text
    approver: Approver | None
    why: tuple[str, ...]
    outcomes: Outcomes | None
    row: str = ""
    origin: str = "ours"
    nothing: bool = False
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class Solutions:
    """The options, best first. ``provisional``: nobody has judged the complaint yet.

    ``similar_count`` are the similar closed cases within reach; ``earlier`` what this customer was given before.
    """

    options: tuple[Solution, ...]
    provisional: bool
    similar_count: int
    enough: bool
    earlier: Habit | None
    spending: Spending | None


def find_solutions(case: Case, *, by: User, at: datetime | None = None) -> Solutions:
    """The options for a case, from what is held of it and how similar cases this person may see ended.

    Nothing is written. Some ten queries, whatever the number of cases. Giving nothing is always among the options:
    first where the complaint does not hold, last else.
    """
    at = at or now()
    precedents = find_precedents(case, by=by)
    spending = spending_for(case, at=at)
    words = solution_words(case)
    options = _options(case, words, precedents, spending)
    return Solutions(
        options=options,
        provisional=not case.verdict,
        similar_count=len(precedents),
        enough=len(precedents) >= FEW,
        earlier=earlier_of(case, by=by, at=at),
        spending=spending,
    )


def solution_words(case: Case) -> SolutionWords:
    """What the case's pack says of its remedies; the shared ones where it says nothing or cannot be read."""
    try:
        words = load_part(SolutionWords, SOLUTIONS, case.pack, tuple(settings.TINGSU_PACK_PATHS))
    except PackError as error:
        log.warning("the remedies of pack %s cannot be read: %s", case.pack, error.message)
        words = SolutionWords()
    return words if words.remedies else read_part(SolutionWords, SOLUTIONS, SHIPPED / SHARED)


def _options(
    case: Case, words: SolutionWords, precedents: Sequence[Precedent], spending: Spending | None
) -> tuple[Solution, ...]:
    wish = wish_of(case)
    known = [choice.id for choice in pack_of(case).taxonomy("remedy").values]
    counted = {remedy.id: _outcomes_of(remedy, precedents) for remedy in words.remedies}

    def level(remedy: Remedy) -> int:
        amount = find_amount(case, remedy, wish, counted[remedy.id]).value or Decimal(0)
        approver = find_approver(case, remedy.filed_as, amount, spending)
        return approver.rank if approver else 0

    fits = rank_remedies(words, known, wish, lambda remedy: counted[remedy.id], len(precedents), level)
    found = [_option(case, fit, wish, precedents, spending) for fit in fits]
    if words.nothing is None or words.nothing.kind not in known:
        return tuple(found)
    nothing = _nothing(case, words.nothing, wish, precedents)
    return (nothing, *found) if wish.verdict == NOT_VALID else (*found, nothing)


def wish_of(case: Case) -> Wish:
    """What the case says and people decided, as far as remedies depend on it."""
    return Wish(tuple(case.demands), case.need, case.cause, case.verdict, asked_sums(case.reading))


def _option(case: Case, fit: Fit, wish: Wish, precedents: Sequence[Precedent], spending: Spending | None) -> Solution:
    amount = find_amount(case, fit.remedy, wish, fit.outcomes)
    approver = find_approver(case, fit.remedy.filed_as, amount.value or Decimal(0), spending)
    similar = 0 if fit.remedy.kind else len(precedents)
    return Solution(
        kind=fit.remedy.filed_as,
        amount=amount,
        text=_fill(fit.remedy.text, amount.value),
        costs=fit.remedy.costs,
        approver=approver,
        why=tuple(reasons_for(fit, wish, amount, similar, pack_of(case))),
        outcomes=fit.outcomes if similar >= FEW else None,
        row=fit.remedy.row,
        origin=fit.remedy.origin,
        name=fit.remedy.name,
    )


def _outcomes_of(remedy: Remedy, precedents: Sequence[Precedent]) -> Outcomes:
    """How it ended before; unknown for one way among several, since only the kind is on record."""
    return Outcomes() if remedy.kind else count_outcomes(precedents, {remedy.id})


def _nothing(case: Case, words: Nothing, wish: Wish, precedents: Sequence[Precedent]) -> Solution:
    """The option of giving nothing; its precedents are the cases that were explained and given no remedy."""
    outcomes = count_outcomes(precedents, {NOTHING})
    return Solution(
        kind=words.kind,
        amount=Amount(Decimal(0), "none"),
        text=words.text + words.refer,
        costs=words.costs,
        approver=find_approver(case, words.kind, Decimal(0), None),
        why=tuple(nothing_reasons(wish, outcomes, len(precedents))),
        outcomes=outcomes if len(precedents) >= FEW else None,
        row=words.row,
        origin=words.origin,
        nothing=True,
    )


def _fill(text: str, amount: Decimal | None) -> str:
    said = f"{amount.normalize():f}元" if amount else UNFILLED
    return text.replace(AMOUNT, said)
