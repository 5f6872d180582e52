"""Conversations kept: taken in once, masked, scored, seen by whom they concern, revealed and deleted on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from tests.make import MONDAY, Bank, case
from tests.quality.rows import GOOD, POOR, Floor, agreeing, later
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.intake.rows import Reject
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import PackError
from tingsu.quality.conversations import judging
from tingsu.quality.conversations.engine import read_file, settle_turns
from tingsu.quality.conversations.importing import UNREACHED, Given, take_in
from tingsu.quality.conversations.jobs import score_handover
from tingsu.quality.conversations.judging import score_waiting
from tingsu.quality.conversations.latent import name_agent, plan_call, tie_to_case
from tingsu.quality.conversations.listing import Listed, list_conversations
from tingsu.quality.conversations.retention import purge_conversations
from tingsu.quality.conversations.revealing import reveal_turns
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.errors import ConversationChanged, ConversationNotFound
from tingsu.quality.reviews.verbs import review_conversation
from tingsu.quality.seeing import find_conversation, inspectors_of
from tingsu.quality.turns import queue_in_turn

PHONE = "13800001234"


@pytest.fixture
def floor(bank: Bank) -> Floor:
    return Floor(bank)


def given(turns: list[tuple[str, str]], **said: str) -> Given:
    made = settle_turns(
        said.pop("id", "A1"), [{"speaker": w, "text": t} for w, t in turns], agent=said.pop("agent", "agent1")
    )
    return Given(made, None, said.pop("case", ""))


def hand_in(floor: Floor, *items: Given | Reject, by: str = "head") -> Handover:
    return take_in(items, name="录音.csv", by=getattr(floor, by), held_at=MONDAY, at=MONDAY)


def test_a_conversation_is_kept_masked_under_its_agent_and_scored(floor: Floor) -> None:
    made = hand_in(floor, given(POOR), given(GOOD, id="A2"))
    assert (made.taken, made.known, made.refused_count) == (2, 0, 0)
    assert score_waiting(handover=made.pk) == 2 and score_waiting() == 0
    poor, good = made.conversations.order_by("pk")
    assert poor.agent == floor.agent and poor.unit == floor.centre and poor.held_at == MONDAY
    assert PHONE in json.dumps(poor.turns) and PHONE not in json.dumps([poor.masked, poor.points, poor.risk_why])
    assert good.share is not None and poor.share is not None and good.share > poor.share
    assert poor.risk is not None and good.risk is not None and poor.risk > good.risk and poor.risk_why
    numbers = {turn["no"] for turn in poor.turns}
    assert all(point["turn"] in numbers | {None} and point["why"] for point in poor.points)
    assert all(point["got"] is None or 0 <= point["got"] <= point["of"] for point in poor.points)


def test_a_call_named_by_its_number_is_masked_too(floor: Floor) -> None:
    made = hand_in(floor, given(POOR, id=f"来电{PHONE}"), given([], id=f"空{PHONE}"))
    row = made.conversations.get()
    assert "1234" in row.name and PHONE not in json.dumps([row.name, row.problems, row.gist, made.refused])


def test_a_name_said_once_is_masked_throughout(floor: Floor) -> None:
    said = [
        ("客户", "我叫李小明，卡被吞了，你们什么态度！"),
        ("客服", "李小明您好，这个没办法。"),
        ("客户", "写着李小明的卡，算了，我要投诉你们！"),
    ]
    row = floor.one(said)
    assert "李小明" not in json.dumps([row.masked, row.points, row.risk_why, row.gist], ensure_ascii=False)
    assert "李**您好" in row.masked[1] and "李小明" in row.turns[1]["text"]


def test_the_same_again_is_known_and_changes_nothing(floor: Floor) -> None:
    hand_in(floor, given(POOR))
    again = hand_in(floor, given(POOR), given(POOR), given(GOOD, id="A9"))
    assert (again.taken, again.known) == (1, 2) and Conversation.objects.count() == 2


def test_scoring_is_queued_with_the_handover(floor: Floor) -> None:
    made = hand_in(floor, given(POOR))
    job = DBTaskResult.objects.get()
    assert job.args_kwargs["args"] == [made.pk]
    assert score_handover.func(made.pk) == 1 and score_handover.func(made.pk) == 0
    assert not hand_in(floor, given(POOR)).taken and DBTaskResult.objects.count() == 1


def test_what_cannot_be_used_is_told_and_the_rest_taken(floor: Floor) -> None:
    made = hand_in(
        floor,
        Reject(3, "这一行不完整"),
        given([], id="空"),
        given([("客户", "你好")], id="外", agent="lead"),
        given(POOR, id="案", case="TS-NONE"),
        given([("客户", "坏\x00字")], id="坏"),
        given([("客户", "长" * 200_001)], id="长"),
        given(GOOD),
    )
    told = dict(made.refused)
    assert made.taken == 2 and made.refused_count == 5  # the head's reach is the house: lead is within it
    assert told["第 3 行"] == "这一行不完整" and "没有内容" in told["空"] and "TS-NONE" in told["案"]
    assert "无法保存" in told["坏"] and "太长" in told["长"]
    near = hand_in(floor, given(POOR, id="外2", agent="clerk"), by="lead")
    assert near.refused == [["外2", UNREACHED]] and not near.taken


def test_an_unknown_agent_is_kept_apart_until_named(floor: Floor) -> None:
    row = floor.one(agent="客服一组")
    assert row.agent is None and row.agent_said == "客服一组" and row.unit == floor.bank.desk
    name_agent(row, floor.agent2, by=floor.head, version=find_conversation(row.pk, by=floor.head).version)
    row.refresh_from_db()
    assert row.agent == floor.agent2 and row.unit == floor.centre
    review_conversation(row, agreeing(row), by=floor.head, version=row.version)
    with pytest.raises(NotPossible):
        name_agent(row, floor.agent, by=floor.head, version=row.version + 1)


def test_a_file_is_read_and_taken(floor: Floor, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(f"{who}：{text}" for who, text in POOR), encoding="gb18030")
    made = hand_in(floor, *(one if isinstance(one, Reject) else Given(one) for one in read_file(path)))
    assert made.taken == 1 and len(made.conversations.get().turns) == len(POOR)


def test_a_file_that_ends_in_the_middle_is_handed_in_again(floor: Floor) -> None:
    def broken() -> Iterator[Given]:
        for n in range(150):
            yield given(POOR, id=f"N{n}")
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        take_in(broken(), name="断", by=floor.head, held_at=MONDAY, at=MONDAY)
    made = Handover.objects.get()
    assert made.taken == 100 == Conversation.objects.count() and DBTaskResult.objects.count() == 1
    again = hand_in(floor, *(given(POOR, id=f"N{n}") for n in range(150)))
    assert (again.taken, again.known) == (50, 100)

    def unreadable() -> Iterator[Given]:
        raise OSError("gone")
        yield given(POOR)

    with pytest.raises(OSError, match="gone"):
        take_in(unreadable(), name="坏", by=floor.head, held_at=MONDAY, at=MONDAY)
    assert Handover.objects.count() == 2  # nothing is kept of what could not be read at all


def test_one_that_breaks_the_engine_does_not_keep_the_others(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hand_in(floor, given(POOR), given(GOOD, id="B"))
    real = judging.score_rows

    def broken(rows: list[Conversation], pack: str) -> object:
        if any(row.name == "B" for row in rows):
            raise ValueError("engine")
        return real(rows, pack)

    monkeypatch.setattr(judging, "score_rows", broken)
    assert score_waiting(handover=made.pk) == 1
    good = made.conversations.get(name="B")
    assert good.score_failed and good.scored_at is None
    with pytest.raises(NotPossible):
        review_conversation(good, {}, by=floor.head, version=good.version)


def test_a_pack_that_cannot_be_read_is_no_conversations_fault(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hand_in(floor, given(POOR))

    def unreadable(pack: str) -> None:
        raise PackError(pack, [("points.yaml", 1, "id", "缺少这一项")])

    with monkeypatch.context() as broken:
        broken.setattr(judging, "check_pack", unreadable)
        with pytest.raises(PackError):
            score_waiting(handover=made.pk)
    assert made.conversations.get().score_failed == "" and score_waiting() == 1


def test_who_sees_what(floor: Floor) -> None:
    row, own = floor.one(), floor.one(GOOD, agent="floor")
    for who in (floor.head, floor.officer, floor.lead):
        assert find_conversation(row.pk, by=who) == row
    for who in (floor.stranger, floor.agent, floor.agent2, floor.bank.executive, floor.bank.manager, floor.bank.admin):
        with pytest.raises(ConversationNotFound):
            find_conversation(row.pk, by=who)
    with pytest.raises(ConversationNotFound):  # he inspects the floor, but never himself
        find_conversation(own.pk, by=floor.lead)
    assert list(list_conversations(Listed(), by=floor.lead)) == [row]
    assert not list_conversations(Listed(), by=floor.stranger)
    for who in (floor.agent, floor.bank.executive, floor.bank.manager, floor.bank.handler):
        with pytest.raises(NotAllowed):
            list_conversations(Listed(), by=who)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version)
    assert find_conversation(row.pk, by=floor.agent) == row
    with pytest.raises(ConversationNotFound):
        find_conversation(row.pk, by=floor.agent2)
    assert inspectors_of(floor.centre) == [floor.head, floor.lead, floor.officer]


def test_the_plain_text_is_shown_once_and_stays_on_record(floor: Floor) -> None:
    row = floor.one()
    with pytest.raises(Incomplete):
        reveal_turns(row, by=floor.lead, reason=" ")
    with pytest.raises(NotAllowed):
        reveal_turns(row, by=floor.agent, reason="看看")
    with pytest.raises(ConversationNotFound):
        reveal_turns(row, by=floor.stranger, reason="看看")
    assert any(PHONE in text for text in reveal_turns(row, by=floor.lead, reason=f"核对 {PHONE}"))
    step = row.steps.get(kind="revealed")
    assert step.by == floor.lead and PHONE not in step.words and "核对" in step.words
    entry = AccessEntry.objects.order_by("-seq").first()
    assert entry is not None and entry.what == "conversation" and entry.detail["did"] == "revealed"
    assert not list(verify_access_log())


def test_a_conversation_is_tied_to_a_case_within_reach(floor: Floor) -> None:
    row, about = floor.one(), case(floor.bank)
    tie_to_case(row, about.number, by=floor.head, version=row.version)
    row.refresh_from_db()
    assert row.case == about and row.steps.get().data == {"from": "", "case": about.number}
    with pytest.raises(ConversationChanged):
        tie_to_case(row, "", by=floor.head, version=row.version - 1)
    with pytest.raises(NotPossible):  # the floor's lead does not see that case, and must not cut it off unseen
        tie_to_case(row, "", by=floor.lead, version=row.version)
    tie_to_case(row, "", by=floor.head, version=row.version)
    row.refresh_from_db()
    assert row.case is None


def test_old_texts_are_deleted_and_the_figures_stay(floor: Floor) -> None:
    old, tied, called, fresh = floor.take(POOR, GOOD, POOR, GOOD)
    about = case(floor.bank)
    tie_to_case(tied, about.number, by=floor.head, version=tied.version)
    plan_call(called, floor.agent, later(1).date(), "", by=floor.head, version=called.version, at=MONDAY)
    Conversation.objects.filter(pk=fresh.pk).update(held_at=later(50))
    with override_settings(CONVERSATION_DAYS=60):
        assert purge_conversations(at=later(100)) == 1 and purge_conversations(at=later(100)) == 0
    old.refresh_from_db()
    assert old.purged_at and PHONE not in json.dumps([old.turns, old.masked, old.points]) and old.share is not None
    assert len(old.turns) == len(POOR) and not any(turn["text"] for turn in old.turns)
    for kept in (tied, called, fresh):
        kept.refresh_from_db()
        assert kept.purged_at is None and any(turn["text"] for turn in kept.turns)
    with pytest.raises(NotPossible):
        reveal_turns(old, by=floor.head, reason="看")
    with pytest.raises(NotPossible):
        review_conversation(old, agreeing(old), by=floor.head, version=old.version)
    assert purge_conversations(at=later(9999), days=0) == 0


def test_the_list_is_narrowed_by_its_address(floor: Floor) -> None:
    poor, good = floor.take(POOR, GOOD)
    assert list(list_conversations(Listed(sort="share"), by=floor.head)) == [poor, good]
    assert list(list_conversations(Listed(agent="agent1", since="2026-11-09", until="2026-11-09"), by=floor.head))
    assert not list_conversations(Listed(agent="agent2"), by=floor.head)
    assert not list_conversations(Listed(until="2026-11-08"), by=floor.head)
    assert (
        list(list_conversations(Listed(name="年费"), by=floor.head)) == [good] and poor.gist and PHONE not in poor.gist
    )
    asked = Listed.from_query({"state": "nonsense", "since": "gestern", "risk": "high", "agent": "agent1", "sort": "x"})
    assert asked == Listed(risk="high", agent="agent1") and asked.is_narrowed
    assert Listed.from_query(dict(p.split("=") for p in asked.to_query().split("&"))) == asked
    review_conversation(poor, agreeing(poor), by=floor.head, version=poor.version)
    assert list(list_conversations(Listed(state="reviewed"), by=floor.head)) == [poor]
    assert list(list_conversations(Listed(state="waiting"), by=floor.head)) == [good]


def test_recurring_jobs_are_queued_once_a_stretch(floor: Floor) -> None:
    assert queue_in_turn(MONDAY) == ["quality-score", "quality-purge"]
    assert queue_in_turn(MONDAY + timedelta(minutes=1)) == []
    assert queue_in_turn(MONDAY + timedelta(minutes=11)) == ["quality-score"]
