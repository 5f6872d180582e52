"""People who look at, move or widen what is not theirs: each is refused by the verb, whatever a page offers."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import Asker
from tests.make import MONDAY, Bank, case
from tests.quality.rows import GOOD, POOR, Floor, agreeing, later
from tests.web.conftest import words_of
from tingsu.base.text import is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.org.models import User
from tingsu.quality.appeals.verbs import appeal_review, decide_review_appeal
from tingsu.quality.coaching.trends import trend_of
from tingsu.quality.coaching.verbs import CardDraft, Practice, make_card
from tingsu.quality.conversations.latent import Complainant, name_agent, plan_call, register_complaint, tie_to_case
from tingsu.quality.conversations.listing import Listed, list_conversations
from tingsu.quality.conversations.revealing import reveal_turns
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.reviews.stance import stance_of
from tingsu.quality.reviews.verbs import look_at_marks, review_conversation
from tingsu.web.quality import rows_of
from tingsu.web.quality_frame import percent


@pytest.fixture
def floor(bank: Bank) -> Floor:
    return Floor(bank)


def fresh(row: Conversation) -> Conversation:
    return Conversation.objects.get(pk=row.pk)


def test_the_agent_who_calls_back_sees_no_score_before_the_review(floor: Floor) -> None:
    row = floor.one(POOR)
    plan_call(row, floor.agent, later(1).date(), "", by=floor.lead, version=row.version, at=MONDAY)
    assert stance_of(fresh(row), [], by=floor.agent) == "caller"
    told = Asker(floor.agent).get(f"/conversations/{row.pk}").json()
    assert told["turns"] and (told["points"], told["share"], told["risk"], told["final"]) == ([], None, None, {})
    client = Client()
    client.force_login(floor.agent)
    page = words_of(client.get(f"/quality/conversations/{row.pk}/"))  # type: ignore[arg-type]
    assert "请您回访" in page and not [p["name"] for p in fresh(row).points if p["name"] in page]


def test_a_call_back_opens_a_conversation_to_nobody_elsewhere(floor: Floor) -> None:
    row = floor.one(POOR)
    with pytest.raises(Incomplete) as error:
        plan_call(row, floor.bank.clerk, later(1).date(), "", by=floor.lead, version=row.version, at=MONDAY)
    assert "owner" in error.value.fields
    plan_call(row, floor.officer, later(1).date(), "", by=floor.lead, version=row.version, at=MONDAY)


def test_a_conversation_is_not_moved_from_one_colleague_to_another(floor: Floor) -> None:
    row = floor.one(POOR)
    with pytest.raises(NotPossible):
        name_agent(row, floor.agent2, by=floor.lead, version=row.version)
    assert fresh(row).agent == floor.agent
    unknown = floor.one(POOR, agent="某组")
    name_agent(unknown, floor.agent2, by=floor.head, version=unknown.version)
    name_agent(unknown, floor.agent, by=floor.head, version=unknown.version + 1)  # a slip is mended
    assert fresh(unknown).agent == floor.agent


def test_who_may_review_blind_is_not_told_what_the_agent_appeals_against(floor: Floor) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    point = row.points[0]["id"]
    appeal_review(row, [point], "开头问候我说过了", by=floor.agent, version=fresh(row).version, at=MONDAY)
    client = Client()
    client.force_login(floor.officer)
    page = words_of(client.get(f"/quality/conversations/{row.pk}/"))  # type: ignore[arg-type]
    assert "独立复核" in page and "经办人提出了申诉" in page and "开头问候我说过了" not in page
    client.post(f"/quality/conversations/{row.pk}/", {"do": "look"})
    page = words_of(client.get(f"/quality/conversations/{row.pk}/"))  # type: ignore[arg-type]
    assert "开头问候我说过了" in page


def test_the_api_names_no_case_out_of_reach(floor: Floor) -> None:
    row, about = floor.one(POOR), case(floor.bank)
    tie_to_case(row, about.number, by=floor.head, version=row.version)
    assert Asker(floor.head).get(f"/conversations/{row.pk}").json()["case"] == about.number
    assert Asker(floor.lead).get(f"/conversations/{row.pk}").json()["case"] == ""


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00"])
def test_a_moment_at_the_end_of_time_is_refused(floor: Floor, moment: str) -> None:
    said = {"id": "E1", "turns": [{"speaker": "客户", "text": "你好"}], "held_at": moment}
    answer = Asker(floor.head).post("/conversations", {"source": "录音平台", "conversations": [said]})
    assert answer.status_code in (200, 422) and not Conversation.objects.exists()


@pytest.mark.parametrize("name", ["a." + "长" * 240, "../../a.txt", "a\x00.txt", "x.exe", "=cmd().csv", ".", "..txt"])
def test_a_file_is_taken_whatever_it_is_called(floor: Floor, name: str) -> None:
    client = Client()
    client.force_login(floor.head)
    file = SimpleUploadedFile("a.txt", "客服：您好\n客户：我要投诉\n".encode())
    file._name = name  # what a browser is free to send
    answer = client.post("/quality/import/", {"day": "2026-11-01", "file": file})
    assert answer.status_code in (302, 400, 422)


@pytest.mark.parametrize("page", ["/quality/people/agent1/", "/quality/mine/", "/quality/"])
def test_more_cards_and_appeals_ask_no_more_of_the_store(floor: Floor, page: str) -> None:
    client = Client()
    client.force_login(floor.agent if page == "/quality/mine/" else floor.head)

    def add() -> None:
        row = floor.one(POOR)
        review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
        appeal_review(row, [row.points[0]["id"]], "不认可", by=floor.agent, version=fresh(row).version, at=MONDAY)
        draft = CardDraft("问候做得好", [Practice("greeting", "问候", "先报姓名")], "每天练", later(3).date())
        make_card(floor.agent, draft, by=floor.lead, at=MONDAY)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    add()
    client.get(page)
    few = asked()
    add()
    add()
    assert asked() <= few


def test_a_list_tells_no_score_to_who_may_review_blind(floor: Floor) -> None:
    row, other = floor.take(POOR, GOOD)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    row, other = fresh(row), fresh(other)

    def shares(by: User) -> list[str]:
        return [shown.share for shown in rows_of([row, other], by)]

    told = [percent(row.share), percent(other.share)]
    assert shares(floor.lead) == told and shares(floor.officer) == ["—", told[1]]
    look_at_marks(row, by=floor.officer)
    assert shares(floor.officer) == told and shares(floor.head) == ["—", told[1]]
    review_conversation(row, agreeing(row), by=floor.head, version=fresh(row).version, at=MONDAY)
    assert shares(floor.head) == told


def page_for(who: User, address: str) -> str:
    client = Client()
    client.force_login(who)
    return words_of(client.get(address))  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["/quality/", "/quality/appeals/"])
def test_no_list_of_appeals_tells_what_is_contested_to_who_may_review_blind(floor: Floor, address: str) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    appeal_review(row, [row.points[0]["id"]], "开头问候我说过了", by=floor.agent, version=fresh(row).version, at=MONDAY)
    assert "开头问候我说过了" in page_for(floor.lead, address)
    blind = page_for(floor.officer, address)
    assert row.name in blind and "开头问候我说过了" not in blind and "项有异议" not in blind
    look_at_marks(fresh(row), by=floor.officer)
    assert "开头问候我说过了" in page_for(floor.officer, address)


def test_how_an_appeal_ended_is_not_told_to_who_may_review_blind(floor: Floor) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    appeal_review(row, [row.points[0]["id"]], "说过了", by=floor.agent, version=fresh(row).version, at=MONDAY)
    look_at_marks(fresh(row), by=floor.officer)
    decide_review_appeal(row, {}, "录音里没有问候", by=floor.officer, version=fresh(row).version, at=MONDAY)
    assert "录音里没有问候" in page_for(floor.officer, "/quality/appeals/")
    blind = page_for(floor.head, "/quality/appeals/")
    assert row.name in blind and "录音里没有问候" not in blind and "维持" not in blind


def test_a_persons_trend_gives_no_mark_of_a_conversation_one_may_review_blind(floor: Floor) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)

    def told(by: User) -> tuple[list[float], list[tuple[int, int | None]]]:
        trend = trend_of(floor.agent, at=MONDAY, by=by)
        means = [month.final for month in trend.months] + [month.share for month in trend.months]
        means += [value for point in trend.points for value in (point.share, *point.months)]
        shown = [point.shown for point in trend.points]
        return [value for value in means if value is not None], [one for one in shown if one is not None]

    assert told(floor.lead)[0] and told(floor.lead)[1]
    assert told(floor.officer) == ([], [])
    for more in floor.take(POOR, GOOD):
        review_conversation(more, agreeing(more), by=floor.lead, version=more.version, at=MONDAY)
    assert told(floor.officer)[0] == told(floor.lead)[0] and not told(floor.officer)[1]


def test_a_card_leads_nobody_to_a_turn_he_may_still_judge_blind(floor: Floor) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    draft = CardDraft("稳", [Practice("greeting", "问候", "先报姓名", row.pk, 1)], "每天练", later(3).date())
    make_card(floor.agent, draft, by=floor.lead, at=MONDAY)
    assert "看那一句" in page_for(floor.lead, "/quality/people/agent1/")
    assert "看那一句" in page_for(floor.agent, "/quality/mine/")
    assert "看那一句" not in page_for(floor.officer, "/quality/people/agent1/")


def test_a_list_gives_no_reasons_of_risk_to_who_may_review_blind(floor: Floor) -> None:
    row = floor.one(POOR)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    row = fresh(row)
    assert rows_of([row], floor.lead)[0].why == row.risk_why[:2] != []
    assert rows_of([row], floor.officer)[0].why == [] and rows_of([row], floor.officer)[0].level


def test_the_order_by_score_tells_no_score_to_who_may_review_blind(floor: Floor) -> None:
    poor, good = floor.take(POOR, GOOD)
    review_conversation(poor, agreeing(poor), by=floor.lead, version=poor.version, at=MONDAY)

    def order(by: User) -> list[int]:
        return [row.pk for row in list_conversations(Listed(sort="share"), by=by)]

    assert order(floor.lead) == [poor.pk, good.pk] and order(floor.officer) == [good.pk, poor.pk]
    look_at_marks(fresh(poor), by=floor.officer)
    assert order(floor.officer) == [poor.pk, good.pk] and order(floor.head) == [good.pk, poor.pk]
    review_conversation(fresh(poor), agreeing(poor), by=floor.head, version=fresh(poor).version, at=MONDAY)
    assert order(floor.head) == [poor.pk, good.pk]


def test_a_case_sent_beforehand_under_its_number_does_not_stand_for_a_conversation(floor: Floor) -> None:
    row = floor.one(POOR)
    case(floor.bank, text="冒充的投诉内容，与对话无关。", source="conversation", external_id=str(row.pk))
    with pytest.raises(NotPossible):
        register_complaint(
            row, channel="phone", customer=Complainant(), by=floor.head, version=row.version, at=MONDAY
        )  # fmt: skip
    assert fresh(row).case is None and fresh(row).next_step == ""


def test_whom_the_complaint_is_about_does_not_reveal_its_conversation(floor: Floor) -> None:
    row, about = floor.one(POOR), case(floor.bank, accused_person=floor.lead.name, accused_unit=floor.centre)
    assert reveal_turns(row, by=floor.lead, reason="核对号码")
    tie_to_case(row, about.number, by=floor.head, version=row.version)
    with pytest.raises(NotPossible):
        reveal_turns(row, by=floor.lead, reason="核对号码")
    assert fresh(row).steps.filter(kind="revealed").count() == 1


@pytest.mark.parametrize("half", ["\\ud800", "\\u0000"])
def test_a_refused_conversation_s_number_is_told_as_far_as_it_can_be_kept(floor: Floor, half: str) -> None:
    client = Client()
    client.force_login(floor.head)
    rows = f'{{"id": "A{half}B", "turns": [{{"speaker": "客户", "text": "你好{half}"}}], "start": "{half}"}}\n'
    rows += f'{{"id": "C", "turns": [{{"speaker": "客户{half}", "text": "你好", "start": "{half}"}}]}}\n'
    rows += f'{{"id": "D", "agent": "{half}", "turns": [{{"speaker": "客户", "text": "你好"}}]}}\n'
    file = SimpleUploadedFile("a.jsonl", rows.encode())
    assert client.post("/quality/import/", {"day": "2026-11-01", "file": file}).status_code == 302
    page = client.get("/quality/import/")
    assert page.status_code == 200 and "A?B" in page.content.decode()
    assert all(is_storable(json.dumps(told, ensure_ascii=False)) for told in Handover.objects.get().refused)
    for row in Conversation.objects.all():
        assert is_storable(
            json.dumps([row.name, row.problems, row.turns], ensure_ascii=False).replace("\\u0000", "\x00")
        )
        assert client.get(f"/quality/conversations/{row.pk}/").status_code == 200
