"""Plays the planned stories through the real verbs, in the order of time, as if the bank had worked that way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tingsu.base.errors import TingsuError
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.demo import people
from tingsu.demo.stories import plan_stories
from tingsu.demo.story import Step, Story
from tingsu.org.models import RoleGrant, Unit, User

PASSWORD = "tingsu-demo"  # noqa: S105 - printed by `make demo`; these people exist only in a demo

LOOK = timedelta(minutes=3)  # the desk takes to read a case

Progress = Callable[[int, int], None]


class AlreadyThere(TingsuError):
    """The database holds cases already; a demo is loaded only into an empty one."""

    code = "already_there"


@dataclass(slots=True)
class _Play:
    """The stage while the stories run: everyone and everything by the names the stories use."""

    units: dict[str, Unit]
    users: dict[str, User]
    cases: dict[str, Case] = field(default_factory=dict)


def load_demo(*, count: int, until: datetime, progress: Progress = lambda done, total: None) -> int:
    """Make the demo bank and play ``count`` stories up to ``until``; returns how many cases there are.

    All in one transaction: a demo interrupted half-way leaves nothing. Raises AlreadyThere if there are cases.
    """
    if Case.objects.exists() or User.objects.exists():
        raise AlreadyThere("数据库里已有数据，演示数据只能装入空库。")
    stories = plan_stories(count=count, until=until)
    with transaction.atomic():
        play = _Play(_make_units(), {})
        play.users = _make_people(play.units)
        scenes = _scenes(stories)
        for done, (_, _, story, step) in enumerate(scenes, start=1):
            _perform(play, story, step)
            progress(done, len(scenes))
    return len(play.cases)


def _scenes(stories: list[Story]) -> list[tuple[datetime, int, Story, Step | None]]:
    """Everything that happens at the bank, in the order of time; None stands for the recording itself."""
    scenes: list[tuple[datetime, int, Story, Step | None]] = [(s.received_at, 0, s, None) for s in stories]
    scenes += [(step.at, n, s, step) for s in stories for n, step in enumerate(s.steps, start=1)]
    return sorted(scenes, key=lambda scene: (scene[0], scene[2].key, scene[1]))


def _perform(play: _Play, story: Story, step: Step | None) -> None:
    if step is None:
        play.cases[story.key] = _record(play, story)
        return
    case = play.cases[story.key]
    if step.action == "judge" and not case.corrected:
        case = _correct(case, story, by=play.users[step.by], at=max(step.at - LOOK, case.received_at))
    fields = _fields(play, step)
    play.cases[story.key] = act(case, step.action, fields, by=play.users[step.by], version=case.version, at=step.at)


def _correct(case: Case, story: Story, *, by: User, at: datetime) -> Case:
    """The desk reads before it judges, and puts right what the machine misread."""
    meant = {"business": story.business, "cause": story.cause, "emotion": story.emotion, "need": story.need}
    fields = {name: str(value) for name, value in meant.items() if getattr(case, name) != value}
    return act(case, "correct", fields, by=by, version=case.version, at=at) if fields else case


def _record(play: _Play, story: Story) -> Case:
    customer = story.customer
    draft = Draft(
        text=story.text,
        channel=story.channel,
        subject=story.subject,
        customer=CustomerDraft(
            name=customer.name,
            phone=customer.phone,
            id_no=customer.id_no,
            account_no=customer.card,
            occupation=customer.job,
        ),
        accused_unit=play.units[story.unit],
        source=story.source,
        external_id=story.external_id,
    )
    return record_case(draft, by=play.users[story.heard_by], at=story.received_at).case


def _fields(play: _Play, step: Step) -> dict[str, Any]:
    fields = dict(step.fields)
    if step.action == "merge":
        fields["into"] = play.cases[fields["into"]].number
    if step.action == "propose":
        fields["chosen"] = str(fields["chosen"] + 1)  # people count options from one
    return fields


def _make_units() -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for unit in people.load_bank().units:
        parent = made[unit.parent] if unit.parent else None
        made[unit.code] = Unit.objects.create(
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            parent=parent,
            path=f"{parent.path if parent else '/'}{unit.code}/",
            customers=unit.customers,
        )
    return made


def _make_people(units: dict[str, Unit]) -> dict[str, User]:
    password = make_password(PASSWORD)
    made: dict[str, User] = {}
    for person in people.load_bank().people:
        user = User.objects.create(
            username=person.username,
            name=person.name,
            staff_no=person.staff_no,
            unit=units[person.unit],
            password=password,
        )
        RoleGrant.objects.bulk_create(RoleGrant(user=user, role=r, unit=units[person.unit]) for r in person.roles)
        made[person.username] = user
    return made
