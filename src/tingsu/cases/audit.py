"""Checks every seal: an edited, removed or reordered event, a case changed behind its events, a number gone missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from tingsu.cases.audit_rows import check_rows, fetch_rows
from tingsu.cases.chain import seal, state_digest
from tingsu.cases.models import Case, Event, NumberSeries
from tingsu.org.models import AccessEntry

BATCH = 500  # cases held in memory at once
WIDTH = 4  # digits a missing number is told with


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which case, which event (0: the case itself), and what is wrong."""

    number: str
    seq: int
    what: str


def verify(numbers: list[str] | None = None) -> Iterator[Finding]:
    """Everything in the store that does not match its seals; nothing when all is as it was written.

    With ``numbers``, only those cases, and no search for missing numbers.
    """
    cases = Case.objects.order_by("pk")
    if numbers is not None:
        cases = cases.filter(number__in=numbers)
    for batch in _batches(cases.iterator(chunk_size=BATCH)):
        for number in _doubtful(batch):
            yield from _check_held(number)
    if numbers is None:
        yield from _missing_numbers()
        yield from _missing_reveals()


def _missing_reveals() -> Iterator[Finding]:
    """Every reveal stands twice, in its case and in the access log; whoever removes one leaves the other."""
    for detail in AccessEntry.objects.filter(what="reveal").values_list("detail", flat=True).iterator():
        number, seq = detail["case"], detail["event"]
        if not Event.objects.filter(case__number=number, seq=seq, kind="reveal").exists():
            yield Finding(number, seq, f"第 {seq} 条“查看客户信息”的事件不见了，出入记录里仍有")


def _doubtful(batch: list[Case]) -> list[str]:
    """The cases that do not hold at first sight: someone may have worked on one between two of our looks."""
    events: dict[int, list[Event]] = {case.pk: [] for case in batch}
    for event in Event.objects.filter(case__in=batch).order_by("seq"):
        events[event.case_id].append(event)
    fetch_rows(batch)
    return [case.number for case in batch if any(check_case(case, events[case.pk]))]


def _check_held(number: str) -> list[Finding]:
    """Look again while nobody else can change the case."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(number=number)
        return list(check_case(case, list(case.events.order_by("seq"))))


def check_case(case: Case, events: list[Event]) -> Iterator[Finding]:
    """What does not hold in one case; ``events`` in the order of their places.

    The rows beside it are compared with its events once those are found whole.
    """
    broken = list(_check_chain(case, events))
    yield from broken or (Finding(case.number, 0, what) for what in check_rows(case, events))


def _check_chain(case: Case, events: list[Event]) -> Iterator[Finding]:
    previous, place = "", 0
    for event in events:
        place += 1
        if event.seq != place:
            yield Finding(case.number, place, f"第 {place} 条事件被删除或调换（此处现为第 {event.seq} 条）")
            place = event.seq
        elif event.previous != previous:
            yield Finding(case.number, event.seq, f"第 {event.seq} 条事件与前一条接不上，前后被调换或替换")
        if event.hash != seal(case.number, event):
            yield Finding(case.number, event.seq, f"第 {event.seq} 条事件的内容被改动")
        previous = event.hash
    yield from _check_tail(case, events)


def _check_tail(case: Case, events: list[Event]) -> Iterator[Finding]:
    last = events[-1] if events else None
    if last is None or last.seq < case.event_count:
        gone = f"末尾的事件被删除：应有 {case.event_count} 条，现到第 {last.seq if last else 0} 条"
        yield Finding(case.number, case.event_count, gone)
    elif last.seq > case.event_count:
        yield Finding(case.number, last.seq, f"工单记有 {case.event_count} 条事件，实有 {last.seq} 条")
    elif last.hash != case.head_hash:
        yield Finding(case.number, last.seq, "末尾的事件与工单记录的链尾不符")
    elif last.data.get("state") != state_digest(case):
        yield Finding(case.number, 0, "工单内容在系统之外被改动，与最后一条事件的封存值不符")


def _missing_numbers() -> Iterator[Finding]:
    """Numbers given whose case is gone, and cases whose number the series never gave: one of the two was edited."""
    months = []
    for series in NumberSeries.objects.order_by("prefix", "month"):
        head = series.prefix + series.month
        numbers = Case.objects.filter(number__regex=f"^{re.escape(head)}[0-9]+$").values_list("number", flat=True)
        kept = {int(number.removeprefix(head)): number for number in numbers}
        months.append(head)
        for serial in sorted(set(range(1, series.last + 1)) - kept.keys()):
            yield Finding(f"{head}{serial:0{WIDTH}d}", 0, "编号已给出，工单却不在了")
        for serial in sorted(serial for serial in kept if not 1 <= serial <= series.last):
            yield Finding(kept[serial], 0, "工单的编号超出了该月已给出的编号，编号记录被改动")
    strange = Case.objects.all()
    if months:
        strange = strange.exclude(number__regex=f"^({'|'.join(map(re.escape, months))})[0-9]+$")
    for number in strange.order_by("number").values_list("number", flat=True).iterator():
        yield Finding(number, 0, "工单的编号属于没有给出过编号的月份，编号记录被改动")


def _batches(cases: Iterator[Case]) -> Iterator[list[Case]]:
    batch: list[Case] = []
    for case in cases:
        batch.append(case)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
