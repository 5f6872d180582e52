"""The reaction a clock has before it: which rungs its pack gives it, which are done, and when the next one comes."""

from __future__ import annotations

from tingsu.cases.models import Case, Deadline
from tingsu.cases.overdue_tables import LadderStep
from tingsu.cases.packs import pack_of
from tingsu.cases.site_days import site_calendar
from tingsu.org.pack import pack_of_edition
from tingsu.packs.ladder import Due, Ends, rungs_of
from tingsu.packs.schema import Ladder

WARNED, ESCALATED = "warned", "escalated"  # the kinds of event a reaction leaves


def set_next_rung(deadline: Deadline) -> None:
    """Set, unsaved, when the clock's next reaction is due: none while it stands still or once all is done."""
    due = open_rungs(deadline) if deadline.state == Deadline.State.RUNNING else []
    deadline.next_rung_at = due[0].at if due else None


def open_rungs(deadline: Deadline) -> list[Due]:
    """The rungs not done yet for the clock's present limit, the earliest first, whether due or still to come."""
    ladder = ladder_of(deadline.case)
    if not ladder.rungs:
        return []
    ends = Ends(deadline.started_at, deadline.safe_target, deadline.lawful_end)
    calendar = site_calendar("CN", pack_of(deadline.case))
    done = _done(deadline) if deadline.pk else frozenset()
    return [due for due in rungs_of(ladder, deadline.kind, ends, calendar) if due.rung.id not in done]


def ladder_of(case: Case) -> Ladder:
    """The case's own pack's ladder; where its edition has none, that of the pack now in force under its name."""
    ladder = pack_of(case).escalation
    return ladder if ladder.rungs else pack_of_edition("", case.pack).escalation


def term_of(deadline: Deadline) -> str:
    """What tells one limit of a clock from the next: an extension goes over to another rule."""
    return str(deadline.rule.get("id", ""))


def _done(deadline: Deadline) -> frozenset[str]:
    steps = LadderStep.objects.filter(deadline=deadline, term=term_of(deadline))
    return frozenset(steps.values_list("rung", flat=True))
