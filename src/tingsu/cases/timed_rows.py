"""Cases as what was known when: each sign with its moment, so that an estimate can be made as of any day.

A second door for figures beside ``cases.facts``: no text, no name, no number of a person passes it. A customer is the
row's id, known only inside the house.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from tingsu.cases.clocks import PROMISES
from tingsu.cases.fact_rows import REGULATOR, SAME
from tingsu.cases.models import Case, Deadline, Event, FollowUp
from tingsu.cases.tables import Appeal, Link
from tingsu.cases.timed import OtherCase, TimedCase, TimedClock
from tingsu.org.pack import actions_with
from tingsu.packs.procedure import EffectName

STEP = 400  # cases asked for at once
DISSATISFIED = "dissatisfied"
# What happened → the effects whose actions make it happen, in whatever pack.
_STEPS: tuple[tuple[str, EffectName], ...] = (
    ("answered", "keep_answer"),
    ("reopened", "reopen"),
    ("closed", "close"),
    ("closed", "end"),
    ("closed", "merge_into"),
)
_CORRECTED = "corrected"
_HELD = ("business", "cause", "emotion", "need", "risks", "demands")


def open_case_ids() -> list[int]:
    """Every case that is open now."""
    return list(Case.objects.filter(closed_at=None).order_by("pk").values_list("pk", flat=True))


def recent_case_ids(until: datetime, *, most: int) -> list[int]:
    """The latest cases received before a moment, at most so many, oldest first."""
    found = Case.objects.filter(received_at__lt=until).order_by("-received_at", "-pk").values_list("pk", flat=True)
    return sorted(found[:most])


def timed_rows(only: Collection[int]) -> Iterator[TimedCase]:
    """The cases asked for by rising id, each with the dated signs; a dozen queries for every STEP of them."""
    wanted = sorted(only)
    for start in range(0, len(wanted), STEP):
        yield from _rows(wanted[start : start + STEP])


_COLUMNS = (
    "pk", "number", "customer_id", "channel", "received_at", "first_response_at", "closed_at", "merged_into_id",
    "reading", "accused_unit__code", "lead_unit__code", *_HELD,
)  # fmt: skip


def _rows(pks: list[int]) -> Iterator[TimedCase]:
    cases = list(Case.objects.filter(pk__in=pks).order_by("pk").values(*_COLUMNS))
    others = _others(cases)
    steps, corrections = _steps({*pks, *(other for found in others.values() for other in found)})
    clocks = _clocks(pks)
    for case in cases:
        pk = case["pk"]
        yield TimedCase(
            case_id=pk,
            number=case["number"],
            customer=case["customer_id"],
            unit=case["accused_unit__code"] or case["lead_unit__code"] or "",
            channel=case["channel"],
            received_at=case["received_at"],
            first_response_at=case["first_response_at"],
            open=case["closed_at"] is None,
            repeat=case["merged_into_id"] is not None,
            asked=_asked(case["reading"]),
            held={name: case[name] for name in _HELD},
            corrections=tuple(corrections.get(pk, ())),
            steps=tuple(sorted(steps.get(pk, ()))),
            clocks=tuple(clocks.get(pk, ())),
            others=tuple(_reopened(other, steps) for other in others.get(pk, {}).values()),
        )


def _reopened(other: OtherCase, steps: Mapping[int, list[tuple[datetime, str]]]) -> OtherCase:
    moments = tuple(sorted(at for at, what in steps.get(other.case_id, ()) if what == "reopened"))
    return OtherCase(
        other.case_id, other.received_at, other.regulator, other.business, other.cause, other.same, moments
    )


def _asked(reading: Mapping[str, Any]) -> float | None:
    """Yuan asked for in all, as ``fact_rows`` counts it."""
    sums = [
        float(demand["amount"])
        for demand in reading.get("demands") or ()
        if isinstance(demand, dict) and demand.get("amount") and demand.get("currency", "CNY") == "CNY"
    ]
    return sum(sums) if sums else None


def _others(cases: list[dict[str, Any]]) -> dict[int, dict[int, OtherCase]]:
    """Case → (other case → what is known of it): of the same customer, or tied as the same complaint."""
    pks, customers = {case["pk"] for case in cases}, {case["customer_id"] for case in cases}
    ties = _ties(pks)
    tied = {other for found in ties.values() for other in found}
    columns = ("pk", "customer_id", "received_at", "channel", "business", "cause")
    known = list(
        Case.objects.filter(Q(customer__in=customers) | Q(pk__in=tied)).order_by("received_at").values(*columns)
    )
    of_customer: dict[int, list[dict[str, Any]]] = {}
    for row in known:
        of_customer.setdefault(row["customer_id"], []).append(row)
    by_pk = {row["pk"]: row for row in known}
    found: dict[int, dict[int, OtherCase]] = {}
    for case in cases:
        pk, same = case["pk"], ties.get(case["pk"], set())
        rows = {row["pk"]: row for row in of_customer.get(case["customer_id"], ())} | {o: by_pk[o] for o in same}
        found[pk] = {other: _other(row, other in same) for other, row in rows.items() if other != pk}
    return found


def _other(row: Mapping[str, Any], same: bool) -> OtherCase:
    by_authority = row["channel"] == REGULATOR
    return OtherCase(row["pk"], row["received_at"], by_authority, row["business"], row["cause"], same)


def _ties(pks: set[int]) -> dict[int, set[int]]:
    """Case → those merged with it or linked as the same complaint."""
    merged = Case.objects.filter(Q(pk__in=pks) | Q(merged_into__in=pks), merged_into__isnull=False)
    links = Link.objects.filter(Q(case__in=pks) | Q(other__in=pks), sort=SAME)
    ties: dict[int, set[int]] = {}
    for one, other in [*merged.values_list("pk", "merged_into_id"), *links.values_list("case_id", "other_id")]:
        assert other is not None
        ties.setdefault(one, set()).add(other)
        ties.setdefault(other, set()).add(one)
    return ties


Steps = dict[int, list[tuple[datetime, str]]]
Corrections = dict[int, list[tuple[datetime, Mapping[str, Any]]]]


def _steps(pks: Iterable[int]) -> tuple[Steps, Corrections]:
    """What happened to each case and when, in order; and what people corrected."""
    meant = {action: what for what, effect in _STEPS for action in actions_with(effect)}
    corrects = actions_with("correct_reading")
    steps: Steps = {}
    corrections: Corrections = {}
    for some in _in_steps(sorted(pks)):
        events = Event.objects.filter(case__in=some, kind__in=[*meant, *corrects]).order_by("at", "seq")
        for case_id, kind, at, data in events.values_list("case_id", "kind", "at", "data"):
            if kind in corrects:
                corrections.setdefault(case_id, []).append((at, data.get("before") or {}))
            else:
                steps.setdefault(case_id, []).append((at, meant[kind]))
        unhappy = FollowUp.objects.filter(case__in=some, satisfaction=DISSATISFIED).values_list("case_id", "at")
        reviews = Appeal.objects.filter(case__in=some, sort=Appeal.Sort.REVIEW).values_list("case_id", "asked_at")
        for what, rows in (("dissatisfied", unhappy), ("reviewed", reviews)):
            for case_id, at in rows.order_by():
                steps.setdefault(case_id, []).append((at, what))
    return steps, corrections


def _clocks(pks: list[int]) -> dict[int, list[TimedClock]]:
    """The statutory clock and the promises; one that was dropped stopped without being missed."""
    wanted = Deadline.objects.filter(case__in=pks, kind__in=["statute", *PROMISES]).order_by("pk")
    columns = ("case_id", "kind", "started_at", "lawful_end", "stopped_at", "state")
    clocks: dict[int, list[TimedClock]] = {}
    for case_id, kind, started, due, stopped, state in wanted.values_list(*columns):
        if state != Deadline.State.DROPPED:
            clocks.setdefault(case_id, []).append(TimedClock(started, due, stopped, kind in PROMISES))
    return clocks


def _in_steps(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), STEP):
        yield values[start : start + STEP]
