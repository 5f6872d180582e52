"""A house whose complaints are heard by anyone of its people, in the words of the pack's own samples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.test import Client

from tests.make import MONDAY
from tests.packs.house import House, Leg
from tingsu.cases.audit import verify
from tingsu.cases.models import Case
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.models import RoleGrant


class Desk(House):
    """The house with its first receivers, and their head among them: who hears a complaint records it."""

    def __init__(self, pack: str) -> None:
        super().__init__(pack)
        RoleGrant.objects.filter(user=self.people["unit_lead"]).update(unit=self.place)

    def hear(self, *, role: str = "agent", at: datetime = MONDAY, **draft: Any) -> Case:
        sample = self.pack.samples[0]
        text, channel = draft.pop("text", sample.text), draft.pop("channel", sample.channel)
        customer = CustomerDraft(name="林客", phone="13900001111")
        made = Draft(text=text, channel=channel, customer=customer, **draft)
        return record_case(made, by=self.people[role], at=at).case

    def go(self, made: Case, road: Iterable[Leg], *, at: datetime = MONDAY) -> Case:
        return self.walk(made, *road, at=at)

    def walk_in_browser(self, made: Case, road: Iterable[Leg]) -> Case:
        """As ``go``, by the pages: each step's form is opened and sent."""
        for action, role, fields in road:
            client, url = Client(), f"/cases/{made.number}/do/{action}/"
            client.force_login(self.people[role])
            assert url in client.get(url).content.decode()
            sent = client.post(url, {**fields, "version": str(made.version)})
            assert sent.status_code == 302, sent.content.decode()
            made.refresh_from_db()
        return made


def is_sound(case: Case, stage: str = "closed") -> bool:
    """Where it stands, no clock left running at an end, and nothing beside the case contradicts its events."""
    running = case.deadlines.filter(state__in=("running", "paused"))
    return case.stage == stage and (stage != "closed" or not running.exists()) and list(verify()) == []
