"""The sweep: every reaction that has come due is told once, whoever sweeps, how often, and however late."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q

from tingsu.base.clock import now
from tingsu.cases.chain import append_event
from tingsu.cases.models import Case, Deadline
from tingsu.cases.notices import give_notice
from tingsu.cases.overdue_tables import LadderStep, Turn
from tingsu.cases.recipients import Holders, people_for
from tingsu.cases.rungs import ESCALATED, WARNED, open_rungs, term_of
from tingsu.cases.tables import UnitTask
from tingsu.org.models import User
from tingsu.org.system import system_user
from tingsu.packs.ladder import Due

log = logging.getLogger(__name__)
STEP = 500  # deadlines looked up at once
EVERY = timedelta(minutes=1)
LONGEST_PAUSE = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: clocks looked at, warnings and escalations told, notices given, cases left for the next."""

    looked: int
    warned: int
    escalated: int
    notices: int
    failed: int


@dataclass(frozen=True, slots=True)
class _Watch:
    """What one sweep goes by: its moment, the account it acts in, and who holds which role."""

    at: datetime
    by: User
    holders: Holders


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    notices: int


def sweep(at: datetime | None = None) -> Swept:
    """Tell every rung that is due at ``at``, each once; reads only clocks that are due, the longest due first.

    Each case in a transaction of its own: its row is held, its clocks are looked at again, the rungs are kept, the
    event is sealed, the notices are given. So two sweeps at once do no harm, and one that is cut off goes on the next
    time. After a downtime, of several rungs of one clock the latest is told and the others are kept as passed over. A
    case that cannot be dealt with is logged and tried again by the next sweep. ``at`` before earlier sweeps (a clock
    set back) finds nothing due.
    """
    at = at or now()
    looked = failed = 0
    told: list[_Told] = []
    watch: _Watch | None = None
    for case_pk, deadlines in _due_cases(at):
        looked += len(deadlines)
        began = time.monotonic()
        try:
            watch = watch or _Watch(at, system_user(), Holders())
            told += _react(case_pk, deadlines, watch)
        except Exception:  # one case must not keep the others from being told
            log.exception("sweep: case %s", case_pk)
            failed += 1
        _let_others_write(time.monotonic() - began)
    kinds = [one.kind for one in told]
    return Swept(looked, kinds.count(WARNED), kinds.count(ESCALATED), sum(one.notices for one in told), failed)


def _let_others_write(took: float) -> None:
    """Pause as long as the last case took: SQLite has one writer, and its waiting ones look only now and then."""
    if connection.vendor == "sqlite":
        time.sleep(min(took, LONGEST_PAUSE))


def sweep_in_turn(at: datetime | None = None) -> Swept | None:
    """Sweep unless another process did within the last minute; None then."""
    at = at or now()
    return sweep(at) if take_turn("sweep", every=EVERY, at=at) else None


def take_turn(name: str, *, every: timedelta, at: datetime) -> bool:
    """Whether it is this process's turn: one of many gets True in each stretch of ``every``.

    A turn lying further ahead than two stretches was taken by a machine whose clock is ahead, and is taken back.
    """
    Turn.objects.get_or_create(name=name, defaults={"next_at": at})
    due = Q(next_at__lte=at) | Q(next_at__gt=at + 2 * every)
    return bool(Turn.objects.filter(due, name=name).update(next_at=at + every))


def _due_cases(at: datetime) -> Iterator[tuple[int, list[int]]]:
    """Cases and their due clocks in the order of the index; each page begins after the last clock of the one before."""
    after: tuple[datetime, int] | None = None
    while True:
        due = Deadline.objects.filter(next_rung_at__lte=at)
        if after is not None:
            due = due.filter(Q(next_rung_at__gt=after[0]) | Q(next_rung_at=after[0], pk__gt=after[1]))
        rows = list(due.order_by("next_rung_at", "pk").values_list("next_rung_at", "pk", "case_id")[:STEP])
        for case_pk, group in groupby(rows, lambda row: row[2]):
            yield case_pk, [row[1] for row in group]
        if len(rows) < STEP:
            return
        assert rows[-1][0] is not None
        after = (rows[-1][0], rows[-1][1])


def _react(case_pk: int, deadlines: list[int], watch: _Watch) -> list[_Told]:
    with transaction.atomic():
        case = _hold(case_pk)
        told = []
        for deadline in Deadline.objects.filter(pk__in=deadlines, next_rung_at__lte=watch.at).order_by("pk"):
            deadline.case = case
            rungs = open_rungs(deadline) if deadline.state == Deadline.State.RUNNING else []
            if due := [one for one in rungs if one.at <= watch.at]:
                told.append(_tell(case, deadline, due, watch))
            deadline.next_rung_at = next((one.at for one in rungs if one.at > watch.at), None)
            deadline.save(update_fields=["next_rung_at"])
        if told:
            case.save(update_fields=["event_count", "head_hash"])
    return told


def _hold(case_pk: int) -> Case:
    wanted = Case.objects.select_related("owner", "recorded_by", "lead_unit", "recorded_unit")
    return wanted.select_for_update(of=("self",)).get(pk=case_pk)


def _tell(case: Case, deadline: Deadline, due: list[Due], watch: _Watch) -> _Told:
    """Keep the rungs as done, seal the event, tell the people of all of them of the latest: one notice each."""
    latest, term, at = due[-1].rung, term_of(deadline), watch.at
    LadderStep.objects.bulk_create(
        LadderStep(deadline=deadline, rung=one.rung.id, term=term, at=at, told=one is due[-1]) for one in due
    )
    kind = WARNED if latest.before else ESCALATED
    task = UnitTask.objects.select_related("unit", "owner").filter(deadline=deadline).first()
    to = [recipient for one in reversed(due) for recipient in one.rung.to]
    people = people_for(case, to, watch.holders, task=task)
    end = deadline.safe_target if latest.of == "safe_target" else deadline.lawful_end
    append_event(case, kind, _said(deadline, due, people, end), by=watch.by, at=at)
    clock = dict(deadline.rule.get("name", {}))
    give_notice(case, people, kind=kind, words=latest.words.model_dump(), at=at, clock=clock, due=end)
    return _Told(kind, len(people))


def _said(deadline: Deadline, due: list[Due], people: list[User], end: datetime) -> dict[str, object]:
    latest = due[-1].rung
    return {
        "deadline": deadline.pk,
        "clock": deadline.kind,
        "clock_name": deadline.rule.get("name", {}).get("zh", deadline.kind),
        "term": term_of(deadline),
        "rung": latest.id,
        "passed": [one.rung.id for one in due[:-1]],
        "words": latest.words.zh,
        "due": end.isoformat(),
        "told": [{"user": user.username, "name": str(user)} for user in people],
    }
