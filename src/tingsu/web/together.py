"""What the case page shows of several units, of who stands for the customer, and of the separate decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from tingsu.cases.access import visible_cases
from tingsu.cases.accountability import sanctions_for
from tingsu.cases.joint import Transfer, is_asked_of, transfers_of
from tingsu.cases.kept_rows import links_of
from tingsu.cases.models import Case, Event
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import masked_party
from tingsu.cases.tables import Accountability, Appeal, Link, Meeting, OutsideBody, Party, UnitTask
from tingsu.org.models import User
from tingsu.web.words import Countdown, deadline_words, in_english

# Field of an action that decides → the list its value is from; with the field that says why.
DECIDED = {
    "keep_verdict": ("verdict", "reason"),
    "keep_findings": ("responsibility", "findings"),
    "keep_responsibility": ("responsibility", "grounds"),
    "keep_right": ("right", "grounds"),
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with the words of its clock; ``mine``: this person may answer it."""

    task: UnitTask
    words: Countdown | None
    mine: bool


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A case this one is linked to."""

    number: str
    subject: str
    link: Link


@dataclass(frozen=True, slots=True)
class PartyLine:
    """Someone who stands for the customer, masked unless revealed."""

    party: Party
    shown: dict[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as an event tells it: about what, how, on which grounds and evidence, by whom."""

    name: str
    value: str
    grounds: str
    cited: list[int]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Joint:
    tasks: list[TaskLine]
    transfers: list[Transfer]
    returned: int
    bodies: list[OutsideBody]
    meetings: list[Meeting]
    links: list[LinkLine]

    @property
    def is_empty(self) -> bool:
        return not (self.tasks or self.transfers or self.bodies or self.meetings or self.links)


@dataclass(frozen=True, slots=True)
class Duty:
    decisions: list[Decision]
    appeals: list[Appeal]
    sanctions: list[Accountability]

    @property
    def is_empty(self) -> bool:
        return not (self.decisions or self.appeals or self.sanctions)


def fetch_together(case: Case) -> None:
    """Everything these parts show, one query a table."""
    people = ("asked_by", "decided_by", "deadline")
    prefetch_related_objects(
        [case],
        Prefetch("tasks", UnitTask.objects.select_related("unit", "owner", "asked_by", "done_by", "deadline")),
        Prefetch("meetings", Meeting.objects.select_related("by")),
        Prefetch("outside_bodies", OutsideBody.objects.select_related("asked_by", "answered_by")),
        "parties",
        Prefetch("appeals", Appeal.objects.select_related(*people)),
        Prefetch("sanctions", Accountability.objects.select_related("unit", "person", "decided_by")),
        "links_on__other",
        "links_back__case",
    )


def gather_joint(case: Case, events: Iterable[Event], by: User) -> Joint:
    """Tasks, transfers, outside bodies, meetings, and the linked cases this person may see."""
    transfers = transfers_of(sorted(events, key=lambda event: event.seq))
    return Joint(
        tasks=[_task_line(task, by) for task in case.tasks.all()],
        transfers=transfers,
        returned=sum(one.back for one in transfers),
        bodies=list(case.outside_bodies.all()),
        meetings=list(case.meetings.all()),
        links=_links(case, by),
    )


def gather_parties(case: Case, *, revealed: bool) -> list[PartyLine]:
    """Who stands or stood for the customer."""
    return [PartyLine(party, _plain(party) if revealed else masked_party(party)) for party in case.parties.all()]


def gather_duty(case: Case, events: Iterable[Event], by: User) -> Duty:
    """Verdict, responsibility and right as they were decided, appeals and reviews, and what this person may see of
    accountability."""
    decisions = [made for event in sorted(events, key=lambda e: e.seq) for made in _decisions(event, case)]
    return Duty(decisions, list(case.appeals.all()), sanctions_for(case, by))


def _task_line(task: UnitTask, by: User) -> TaskLine:
    words = deadline_words(task.deadline) if task.is_open and task.deadline else None
    return TaskLine(task, words, task.is_open and is_asked_of(by, task))


def _links(case: Case, by: User) -> list[LinkLine]:
    linked = links_of(case)
    if not linked:
        return []
    seen = set(visible_cases(by).filter(pk__in=[other.pk for other, _link in linked]).values_list("pk", flat=True))
    return [LinkLine(other.number, other.subject, link) for other, link in linked if other.pk in seen]


def _plain(party: Party) -> dict[str, str]:
    return {"name": party.name, "phone": party.phone, "id_no": party.id_no}


def _decisions(event: Event, case: Case) -> Iterable[Decision]:
    pack, fields = pack_of(case), event.data.get("fields") or {}
    action = pack.process.action(event.kind)
    language = "en" if in_english() else "zh"
    for effect in action.effects if action else []:
        about, why = DECIDED.get(effect, ("", ""))
        if about and fields.get(about):
            value = pack.name_of(about, str(fields[about]), language)
            names = {"verdict": _("认定"), "responsibility": _("责任判定"), "right": _("侵害的权益")}
            cited = event.data.get("cited", [])
            yield Decision(names[about], value, str(fields.get(why, "")), cited, event.by_name, event.at)
