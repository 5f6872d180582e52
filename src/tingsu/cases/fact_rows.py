"""One plain row a case, for counting: texts masked, customers as keyed codes, nobody's name, number or address.

``cases.facts`` hands these out; nothing else of a case leaves this room for figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet

from tingsu.base.clock import local
from tingsu.cases.exporting import customer_code
from tingsu.cases.models import Bundle, BundleCase, Case, Event
from tingsu.cases.tables import Appeal, Link
from tingsu.cases.veil import Veil
from tingsu.org.pack import active_pack

STEP = 500  # cases in memory at once
ASKED_AT_ONCE = 900  # numbers in one IN (...): SQLite's older builds take 999
MOST_GAPS = 2_000
LATE_MEMBERS = 20  # rows of bundles looked at again: a number may be given earlier than it is seen
REGULATOR = "regulator"  # the channel by which an authority passes a complaint on, in every pack
SAME = "same_complaint"  # the sort of link that says one matter was told twice
LONGEST_PRODUCT = 12  # characters; longer ones are half a sentence of the customer's
_DEFERRED = ("text", "findings", "answer", "summary", "lesson", "verdict_reason", "key_point", "subject", "details")
_PLAIN = (
    "number", "pack", "source", "stage", "channel", "business", "cause", "root_cause", "emotion", "need", "verdict",
    "responsibility", "right", "complexity", "satisfaction",
)  # fmt: skip
_UNITS = ("accused_unit", "lead_unit", "recorded_unit")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the history of all cases has been read.

    ``event`` and ``member`` are the newest row of the events and of the bundles' members; ``seal`` is that event's
    hash, which tells another database or an older one put back. ``gaps`` are numbers below ``event`` not seen yet:
    PostgreSQL gives numbers when a row is written and shows the row when its transaction ends.
    """

    event: int = 0
    seal: str = ""
    member: int = 0
    gaps: tuple[int, ...] = ()


def newest_mark(since: Mark | None = None) -> Mark:
    """Where the history stands now. Gaps of ``since`` still unseen are kept, the newest first, up to MOST_GAPS."""
    since = since or Mark()
    last = Event.objects.order_by("-pk").values_list("pk", "hash").first() or (0, "")
    member = BundleCase.objects.aggregate(last=Max("pk"))["last"] or 0
    low = max(since.event, last[0] - MOST_GAPS)
    seen = set(Event.objects.filter(pk__gt=low, pk__lte=last[0]).values_list("pk", flat=True))
    fresh = [pk for pk in range(low + 1, last[0] + 1) if pk not in seen]
    still = set(since.gaps) - set(Event.objects.filter(pk__in=since.gaps[:ASKED_AT_ONCE]).values_list("pk", flat=True))
    return Mark(last[0], last[1], member, tuple(sorted({*fresh, *still}, reverse=True)[:ASKED_AT_ONCE]))


def count_events_since(mark: Mark) -> int:
    """About how many events there are beyond the mark: by their numbers, without reading them."""
    newest = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    return int(newest) - mark.event


def is_continued(mark: Mark) -> bool:
    """Whether the history now still holds what was read up to the mark; not so after an older backup was put back."""
    return mark.event == 0 or Event.objects.filter(pk=mark.event, hash=mark.seal).exists()


def changed_between(since: Mark, until: Mark) -> set[int]:
    """The cases with an event after ``since`` up to ``until``, and those tied to them as the same complaint."""
    fresh = Q(pk__gt=since.event, pk__lte=until.event) | Q(pk__in=since.gaps)
    changed = set(Event.objects.filter(fresh).order_by().values_list("case_id", flat=True).distinct())
    return changed | _tied_to(changed)


def count_facts() -> int:
    """How many rows ``rows_for_facts`` gives in all."""
    return Case.objects.count()


def highest_case() -> int:
    """The largest case id, 0 when there is none."""
    return Case.objects.aggregate(last=Max("pk"))["last"] or 0


def rows_for_facts(
    only: Collection[int] | None = None, *, first: int = 0, last: int | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of cases by rising id: of ``only``, or of every id from ``first`` to ``last``, both included.

    Keys are the columns of ``insight.facts.columns`` but topic, batch, branch and what is computed from these rows.
    Times are China's, naive. Cases are read in steps, so memory does not grow with their number.
    """
    if only is not None:
        for some in _in_steps(sorted(only), STEP):
            yield from _rows(Case.objects.filter(pk__in=some))
        return
    top = highest_case() if last is None else last
    for start in range(first, top + 1, STEP):
        yield from _rows(Case.objects.filter(pk__gte=start, pk__lte=min(start + STEP - 1, top)))


def batches_since(mark: Mark) -> dict[int, str]:
    """Case → its batch ("" none), for the cases of every bundle that grew after the mark.

    A batch is one wording from as many different customers as the pack asks for.
    """
    grown = set(BundleCase.objects.filter(pk__gt=mark.member - LATE_MEMBERS).values_list("bundle_id", flat=True))
    found: dict[int, str] = {}
    for some in _in_steps(sorted(grown), STEP):
        rows = BundleCase.objects.filter(bundle__in=some, bundle__sort=Bundle.Sort.WORDING)
        fewest = active_pack().similar.batch_customers
        for case_id, bundle_id, customers in rows.values_list("case_id", "bundle_id", "bundle__customers").iterator():
            found[case_id] = str(bundle_id) if customers >= fewest else ""
    return found


def _rows(cases: QuerySet[Case]) -> list[dict[str, Any]]:
    fetched = cases.select_related("customer", *_UNITS).prefetch_related("parties").defer(*_DEFERRED)
    found = list(fetched.order_by("pk"))
    ties = _ties_of({case.pk for case in found})
    reviewed = set(
        Appeal.objects.filter(case__in=found, sort=Appeal.Sort.REVIEW).order_by().values_list("case_id", flat=True)
    )
    return [_row(case, ties.get(case.pk, _ALONE), case.pk in reviewed) for case in found]


@dataclass(frozen=True, slots=True)
class _Tie:
    """What other cases of the same complaint say of one: the earliest of them, whether one came by an authority."""

    earliest: str = ""
    regulator: bool = False


_ALONE = _Tie()


def _ties_of(pks: set[int]) -> dict[int, _Tie]:
    """Case → what it is tied to as the same complaint: merged into it, merged from it, or linked by hand."""
    pairs = _pairs(pks)
    others = {other for found in pairs.values() for other in found}
    told = {pk: (number, channel) for pk, number, channel in _told(others)}
    ties = {}
    for pk, found in pairs.items():
        earliest = min(found)
        by_authority = any(told[other][1] == REGULATOR for other in found if other in told)
        ties[pk] = _Tie(told[earliest][0] if earliest < pk and earliest in told else "", by_authority)
    return ties


def _told(pks: Iterable[int]) -> Iterator[tuple[int, str, str]]:
    for some in _in_steps(sorted(pks), STEP):
        yield from Case.objects.filter(pk__in=some).values_list("pk", "number", "channel")


def _pairs(pks: set[int]) -> dict[int, set[int]]:
    """Case → the other cases of the same complaint, one step away."""
    pairs: dict[int, set[int]] = {}
    for some in _in_steps(sorted(pks), ASKED_AT_ONCE // 2):
        merged = Case.objects.filter(Q(pk__in=some) | Q(merged_into__in=some), merged_into__isnull=False)
        links = Link.objects.filter(Q(case__in=some) | Q(other__in=some), sort=SAME)
        for one, other in [*merged.values_list("pk", "merged_into_id"), *links.values_list("case_id", "other_id")]:
            assert other is not None
            for pk, tied in ((one, other), (other, one)):
                if pk in pks:
                    pairs.setdefault(pk, set()).add(tied)
    return pairs


def _tied_to(pks: set[int]) -> set[int]:
    return {other for found in _pairs(pks).values() for other in found}


def _row(case: Case, tie: _Tie, reviewed: bool) -> dict[str, Any]:
    veil = Veil(case.customer, accused=case.accused_person, parties=case.parties.all())
    row: dict[str, Any] = {name: getattr(case, name) or ("" if name != "emotion" else 0) for name in _PLAIN}
    accused, lead, recorded = (unit.code if (unit := getattr(case, name)) else "" for name in _UNITS)
    merged = case.merged_into_id is not None
    ended = "merged" if merged else "withdrawn" if case.stage == "withdrawn" else "closed" if case.closed_at else ""
    return row | {
        "case_id": case.pk,
        "received_at": _naive(case.received_at),
        "answered_at": _naive(case.answered_at),
        "closed_at": _naive(case.closed_at),
        "first_response_at": _naive(case.first_response_at),
        "ended": ended,
        "unit": accused or lead,
        "accused": accused,
        "lead": lead,
        "recorded": recorded,
        "product": _product(case.reading, veil),
        "demands": list(case.demands),
        "risks": list(case.risks),
        "fault": case.fault_code,
        "asked": _asked(case.reading),
        "paid": float(case.paid) if case.paid is not None else None,
        "answered_late": case.answered_late,
        "responded_late": case.responded_late,
        "reopened": case.reopened > 0,
        "appealed": reviewed,
        "regulator": case.channel == REGULATOR or tie.regulator,
        "is_repeat": merged or bool(tie.earliest),
        "group": tie.earliest or case.number,
        "customer": customer_code(case.customer),
        "text": veil.over_known(case.masked_text),
    }


def _product(reading: dict[str, Any], veil: Veil) -> str:
    """The first product the reader found, by its name where that is short, else by its type."""
    for product in (reading.get("facts") or {}).get("products") or ():
        name = str((product.get("evidence") or {}).get("text", ""))
        return veil.over(name) if 0 < len(name) <= LONGEST_PRODUCT else str(product.get("kind", ""))
    return ""


def _asked(reading: dict[str, Any]) -> float | None:
    """Yuan asked for in all; None where no sum was named. Other currencies are left out, not converted."""
    sums = [
        Decimal(str(demand["amount"]))
        for demand in reading.get("demands") or ()
        if isinstance(demand, dict) and demand.get("amount") and demand.get("currency", "CNY") == "CNY"
    ]
    return float(sum(sums)) if sums else None


def _naive(moment: datetime | None) -> datetime | None:
    return local(moment).replace(tzinfo=None) if moment else None


def _in_steps(values: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
