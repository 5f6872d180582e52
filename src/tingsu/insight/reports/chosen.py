"""Ten cases of a month worth talking over, chosen by stated rules so that nobody picks the convenient ones.

Each rule in turn gives its first case that was not chosen yet, round after round, until there are ten. Copies of one
wording (a batch) count as one. Every case names all the rules it meets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.insight.facts.figures import FURIOUS, run, within
from tingsu.insight.report.quotes import excerpt
from tingsu.reading import mask

MOST = 10
LOOKED_AT = 30  # best cases of each rule
TEXT = 220  # characters shown
SEEN = (
    "case_id", "number", "day", "unit", "business", "cause", "root_cause", "emotion", "asked", "paid", "verdict",
    "batch", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to talk a case over: which cases, and which of them first."""

    words: Any
    met: Callable[[Any], Any]
    first: tuple[str, ...]


RULES = (
    Rule(gettext_lazy("经监管部门转来，或重复投诉到了监管"), lambda t: t.regulator, ("emotion", "asked")),
    Rule(gettext_lazy("客户情绪最激烈（强度 3）"), lambda t: t.emotion >= FURIOUS, ("asked", "case_id")),
    Rule(gettext_lazy("付款最多"), lambda t: t.paid > 0, ("paid",)),
    Rule(gettext_lazy("超过法定期限才答复"), lambda t: t.answered_late, ("emotion",)),
    Rule(gettext_lazy("办结后重启，或客户申请核查"), lambda t: t.reopened | t.appealed, ("emotion",)),
    Rule(gettext_lazy("认定成立，属本月件数最多的原因"), lambda t: t.verdict == "valid", ("emotion",)),
)


@dataclass(frozen=True, slots=True)
class ChosenCase:
    """One case as the pack shows it; ``text`` is masked, ``reasons`` are the rules it meets, ``facts`` the row."""

    number: str
    day: date
    reasons: tuple[str, ...]
    text: str
    row: dict[str, Any]


def choose_cases(facts: Any, since: date, until: date, *, top_cause: str = "", most: int = MOST) -> list[ChosenCase]:
    """The cases in the order chosen, fewer where the month has fewer; ``top_cause`` is the commonest cause."""
    month = within(facts, since, until)
    lists = [_best(month, rule, top_cause) for rule in RULES]
    reasons: dict[int, list[str]] = {}
    for rule, rows in zip(RULES, lists, strict=True):
        for row in rows:
            reasons.setdefault(row["case_id"], []).append(str(rule.words))
    chosen = _in_turn(lists, most)
    if len(chosen) < most:
        rest = _in_turn([_newest(month)], most, taken=chosen)
        chosen += rest[: most - len(chosen)]
    return [_shown(row, reasons.get(row["case_id"], [_("按收到时间补足")])) for row in chosen]


def rule_words() -> list[str]:
    """The rules as the pack states them, in order."""
    return [str(rule.words) for rule in RULES]


def _best(month: Any, rule: Rule, top_cause: str) -> list[dict[str, Any]]:
    met = month.filter(rule.met(month))
    if rule is RULES[-1] and top_cause:
        met = met.filter(met.cause == top_cause)
    order = [ibis.desc(met[name].fill_null(0)) for name in rule.first]
    return run(met.order_by(*order, ibis.desc(met.case_id)).select(*SEEN).limit(LOOKED_AT))


def _newest(month: Any) -> list[dict[str, Any]]:
    return run(month.order_by(ibis.desc(month.received_at), ibis.desc(month.case_id)).select(*SEEN).limit(LOOKED_AT))


def _in_turn(
    lists: Sequence[list[dict[str, Any]]], most: int, taken: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """One from each list, again and again, none twice and one only of each batch."""
    chosen: list[dict[str, Any]] = []
    seen = {row["case_id"] for row in taken}
    batches = {row["batch"] for row in taken if row["batch"]}
    waiting = [list(rows) for rows in lists]
    while any(waiting) and len(chosen) < most:
        for rows in waiting:
            row = next((r for r in rows if r["case_id"] not in seen and r["batch"] not in batches), None)
            if row is None:
                rows.clear()
                continue
            chosen.append(row)
            seen.add(row["case_id"])
            batches |= {row["batch"]} - {"", None}
    return chosen[:most]


def _shown(row: dict[str, Any], reasons: list[str]) -> ChosenCase:
    plain = {name: value for name, value in row.items() if name != "text"}
    return ChosenCase(row["number"], row["day"], tuple(reasons), mask(excerpt(row["text"] or "", [], TEXT)), plain)
