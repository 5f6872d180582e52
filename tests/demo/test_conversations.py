"""The demo bank's conversations are played through the verbs, and leave something to do for everybody."""

from __future__ import annotations

from datetime import datetime

import pytest

from tingsu.base.clock import SHANGHAI
from tingsu.demo.conversations import load_conversations
from tingsu.demo.people import load_bank, read_content
from tingsu.demo.player import load_demo
from tingsu.org.models import User
from tingsu.packs.loader import load_pack
from tingsu.quality.agreement.comparing import calibrate
from tingsu.quality.appeals.verbs import waiting_appeals
from tingsu.quality.coaching.tables import CoachingCard
from tingsu.quality.conversations.latent import calls_of, latent_risks
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.tables import Review
from tingsu.quality.sampling.tables import SampleDraw
from tingsu.reading import find_personal_data

UNTIL = datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)
CONTENT = read_content("conversations.yaml")


def test_they_name_people_there_are_and_nobody_personal() -> None:
    bank, pack = load_bank(), load_pack("bank")
    inspecting = {role.id for role in pack.roles if "inspect_conversations" in role.permissions}
    staff = {person.username for person in bank.people}
    ids = [plan["id"] for plan in CONTENT["conversations"]]
    assert len(ids) == len(set(ids)) >= 38
    assert sum(plan["who"] not in staff for plan in CONTENT["conversations"]) == 1  # an outside group, to be named
    assert sum(bool(plan.get("asr")) for plan in CONTENT["conversations"]) >= 5
    for part in ("reviews", "appeals", "calls"):
        assert {plan["id"] for plan in CONTENT[part]} <= set(ids) and {plan["by"] for plan in CONTENT[part]} <= staff
    assert all(inspecting & set(bank.person(plan["by"]).roles) for plan in CONTENT["reviews"])
    text = "\n".join(line for plan in CONTENT["conversations"] for line in plan["said"])
    assert not [one for one in find_personal_data(text) if one.kind in ("手机", "身份证", "银行卡")]


@pytest.mark.django_db
def test_everybody_finds_something_to_do() -> None:
    load_demo(count=3, until=UNTIL)
    made = load_conversations(UNTIL)
    assert made == len(CONTENT["conversations"]) == Conversation.objects.filter(scored_at__isnull=False).count()
    assert load_conversations(UNTIL) == 0
    head, agent, lead = (User.objects.get(username=name) for name in ("head", "agent", "luhaiyan"))
    assert len(waiting_appeals(head)) == 1 and CoachingCard.objects.get().agent == agent
    assert SampleDraw.objects.get().drawn.count() >= 5 and calls_of(User.objects.get(username="baixue")).count() == 1
    assert Review.objects.filter(no=2, blind=True).count() == 2
    assert latent_risks(head, at=UNTIL).count() >= 5 and latent_risks(lead, at=UNTIL).exists()
    found = calibrate(head, since=UNTIL.replace(day=1), until=UNTIL)
    assert found.seen.conversations == 22 and found.seen.overall.kappa is not None and found.splits
    good, poor = (Conversation.objects.get(name=name) for name in ("KF-0001", "JZ-0101"))
    assert good.share and poor.share and good.share > poor.share + 0.2
