"""The pages of 质检: what waits, a conversation with its review, sampling, agreement, coaching, one's own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank
from tests.quality.rows import GOOD, POOR, Floor, agreeing
from tests.web.conftest import words_of
from tingsu.base.clock import now, today
from tingsu.cases.models import Case
from tingsu.org.models import User
from tingsu.quality.coaching.tables import CoachingCard
from tingsu.quality.conversations.judging import score_waiting
from tingsu.quality.conversations.tables import CallBack, Conversation, Handover
from tingsu.quality.reviews.marks import machine_marks
from tingsu.quality.reviews.tables import Review
from tingsu.quality.reviews.verbs import review_conversation
from tingsu.quality.sampling.tables import SampleDraw

SignIn = Callable[[User], Client]
PAGES = (
    "/quality/", "/quality/conversations/", "/quality/risks/", "/quality/sampling/", "/quality/agreement/",
    "/quality/appeals/", "/quality/people/", "/quality/import/",
)  # fmt: skip


@pytest.fixture
def floor(bank: Bank) -> Floor:
    return Floor(bank)


def recent(floor: Floor, *said: list[tuple[str, str]], agent: str = "agent1") -> list[Conversation]:
    return floor.take(*said, agent=agent, held_at=now() - timedelta(days=1), at=now())


def address(row: Conversation) -> str:
    return f"/quality/conversations/{row.pk}/"


def post(client: Client, row: Conversation, do: str, **said: object) -> HttpResponse:
    row.refresh_from_db()
    return client.post(address(row), {"do": do, "version": row.version, **said})  # type: ignore[return-value]


def form(row: Conversation, **changed: str) -> dict[str, str]:
    """What the review form sends: every mark as the machine's, some changed with a reason."""
    sent = {f"mark_{point}": mark for point, mark in machine_marks(row.points).items()}
    for point, mark in changed.items():
        sent |= {f"mark_{point}": mark, f"reason_{point}": "听了录音"}
    return sent


def failing(row: Conversation) -> str:
    return next(point for point, mark in machine_marks(row.points).items() if mark == "no")


def test_pages_without_anything_say_what_to_do(floor: Floor, signed_in: SignIn) -> None:
    client = signed_in(floor.head)
    assert "还没有对话" in words_of(client.get("/quality/")) and "导入对话" in words_of(client.get("/quality/"))
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert not re.search(r'\sstyle="|<script>|onclick=', answer.content.decode()), page
    assert "太少" in words_of(client.get("/quality/agreement/"))


def test_who_does_not_inspect_is_told_and_sent_to_his_own_page(floor: Floor, signed_in: SignIn) -> None:
    for who in (floor.agent, floor.bank.manager, floor.bank.executive):
        client = signed_in(who)
        home = client.get("/quality/")
        assert home.status_code == 302 and home["Location"] == "/quality/mine/"
        assert "还没有复核过的对话" in words_of(client.get("/quality/mine/"))
        for page in PAGES[1:]:
            answer = client.get(page)
            assert answer.status_code == 403 and "对话质检" in words_of(answer), page
        assert "导入" not in words_of(client.get("/quality/mine/")).split("我的对话")[0]


def test_a_file_and_a_pasted_text_are_taken_in(floor: Floor, signed_in: SignIn) -> None:
    client = signed_in(floor.lead)
    said = "\n".join(f"{who}：{text}" for who, text in POOR).encode()
    answer = client.post(
        "/quality/import/", {"day": today().isoformat(), "file": SimpleUploadedFile("录音.txt", said)}, follow=True
    )
    assert "新收入 1 段" in words_of(answer) and "录音.txt" in words_of(answer) and "1 段待评分" in words_of(answer)
    pasted = client.post("/quality/import/", {"day": today().isoformat(), "text": said.decode()}, follow=True)
    assert "新收入 1 段" in words_of(pasted) and "不能用" not in words_of(pasted)
    again = client.post("/quality/import/", {"day": today().isoformat(), "text": said.decode()}, follow=True)
    assert "新收入 0 段" in words_of(again) and "1 段以前交过" in words_of(again)
    for sent, status, told in (
        ({"day": today().isoformat()}, 422, "请选择文件"),
        ({"day": (today() + timedelta(days=1)).isoformat(), "text": "客户：好"}, 422, "对话日期"),
        ({"day": today().isoformat(), "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, 400, "不会读 a.pdf 这种文件"),
        ({"day": today().isoformat(), "file": SimpleUploadedFile("空.csv", b" ")}, 400, "文件 空.csv 是空的"),
    ):
        refused = client.post("/quality/import/", sent)
        assert refused.status_code == status and told in words_of(refused)
    assert Handover.objects.count() == 3 and score_waiting() == 2


def test_a_conversation_stands_beside_its_points(floor: Floor, signed_in: SignIn) -> None:
    row = recent(floor, POOR)[0]
    page = signed_in(floor.lead).get(address(row))
    text, words = page.content.decode(), words_of(page)
    assert "13800001234" not in text and "138****1234" in words
    shown = [point for point in row.points if point["turn"]]
    assert shown and all(f'href="#turn-{point["turn"]}"' in text for point in shown)
    assert all(f'id="turn-{turn["no"]}"' in text for turn in row.turns)
    assert text.count("data-machine") == len(row.points) and "提交复核" in words
    assert text.count('class="tag">仅供参考<') == 4, "listening, cause, solution and promise are hardly told"
    assert "以人的判断为准" in words
    turn = re.search(f'<li id="turn-{shown[0]["turn"]}" class="([^"]*)"', text)
    assert turn is not None and "turn-shows" in turn[1]
    for who in (floor.stranger, floor.agent, floor.bank.executive):
        assert signed_in(who).get(address(row)).status_code == 404


def test_reviewing_on_the_page(floor: Floor, signed_in: SignIn) -> None:
    row = recent(floor, POOR)[0]
    point, client = failing(row), signed_in(floor.lead)
    wrong = post(client, row, "review", **{**form(row), f"mark_{point}": "yes"}, note="听得仔细")
    assert wrong.status_code == 422 and "请写明理由" in words_of(wrong) and "听得仔细" in wrong.content.decode()
    checked = re.search(rf'name="mark_{point}" value="yes"([^>]*)>', wrong.content.decode())
    assert checked is not None and "checked" in checked[1]  # what was chosen is not lost
    stale = client.post(address(row), {"do": "review", "version": 1, **form(row, **{point: "yes"})})
    assert stale.status_code == 409 and "有了变化" in words_of(stale) and "听了录音" in stale.content.decode()
    assert post(client, row, "review", **form(row, **{point: "yes"}), note="总评一句").status_code == 302
    words = words_of(client.get(address(row)))
    assert "听了录音" in words and "机器：没做到" in words and "总评一句" in words and "提交复核" not in words


def test_the_second_reviewer_sees_no_marks_until_done(floor: Floor, signed_in: SignIn) -> None:
    row = recent(floor, POOR)[0]
    point = failing(row)
    review_conversation(row, agreeing(row, **{point: "yes"}), by=floor.lead, version=row.version, note="秘密总评")
    row.refresh_from_db()
    client = signed_in(floor.officer)
    page = client.get(address(row))
    text, words = page.content.decode(), words_of(page)
    assert "独立复核" in words and "data-machine" not in text and "checked" not in text
    assert "秘密总评" not in words and "听了录音" not in words and "turn-shows" not in text
    assert all(one["why"] not in words for one in row.points if len(one["why"]) > 8)
    api = client.get(f"/api/conversations/{row.pk}").json()
    assert api["points"] == [] and api["share"] is None and api["final"] == {} and api["risk"] is None
    assert post(client, row, "review", **form(row)).status_code == 302
    assert Review.objects.get(no=2).blind
    after = words_of(client.get(address(row)))
    assert "秘密总评" in after and "卢海燕：做到，听了录音" in after and "严立新：没做到" in after
    board = words_of(client.get("/quality/agreement/"))
    assert "卢海燕、严立新" in board and "做到 / 没做到" in board
    looker = signed_in(floor.head)
    assert "只看结果，不评" not in words_of(looker.get(address(row)))  # two have reviewed: nothing left to keep blind


def test_looking_ends_the_chance_of_a_blind_review(floor: Floor, signed_in: SignIn) -> None:
    row = recent(floor, POOR)[0]
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version)
    client = signed_in(floor.officer)
    assert post(client, row, "look").status_code == 302
    assert "提交独立复核" not in words_of(client.get(address(row))) and "查看评分" in words_of(client.get(address(row)))
    assert post(client, row, "review", **form(row)).status_code == 409


def test_the_agent_reads_appeals_and_hears_the_decision(floor: Floor, signed_in: SignIn) -> None:
    row, other = recent(floor, POOR, GOOD)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version)
    point, agent = failing(row), signed_in(floor.agent)
    mine = words_of(agent.get("/quality/mine/"))
    assert row.name in mine and other.name not in mine
    page = words_of(agent.get(address(row)))
    assert "有异议" in page and "安排回访" not in page and "看原文" not in page and "投诉风险" not in page
    refused = post(agent, row, "appeal", words="")
    assert refused.status_code == 422 and "请勾选" in words_of(refused) and "请写明申诉理由" in words_of(refused)
    assert post(agent, row, "appeal", points=[point], words="客户先挂断").status_code == 302
    assert post(agent, row, "review", **form(row)).status_code in (403, 404)
    lead, head = signed_in(floor.lead), signed_in(floor.head)
    assert "回避要求由其他质检人员裁定" in words_of(lead.get(address(row)))
    assert post(lead, row, "decide", reason="维持").status_code == 409
    assert "申诉待裁定" in words_of(head.get("/quality/")) and row.name in words_of(head.get("/quality/appeals/"))
    assert "要裁定，请先看结果" in words_of(head.get(address(row)))
    post(head, row, "look")
    assert "改为不适用" in words_of(head.get(address(row)))
    assert post(head, row, "decide", reason="录音为证", **{f"new_{point}": "na"}).status_code == 302
    told = words_of(agent.get(address(row)))
    assert "录音为证" in told and "申诉后变更为不适用" in told and "有异议？" not in told
    assert "变更" in words_of(agent.get("/quality/mine/"))


def test_the_plain_text_needs_a_reason(floor: Floor, signed_in: SignIn) -> None:
    row = recent(floor, POOR)[0]
    client = signed_in(floor.lead)
    assert "请写明查看客户信息的理由" in words_of(post(client, row, "reveal", reason=""))
    shown = post(client, row, "reveal", reason="核对来电号码")
    assert "13800001234" in shown.content.decode() and shown["Cache-Control"] == "no-store"
    after = client.get(address(row))
    assert "13800001234" not in after.content.decode() and "核对来电号码" in words_of(after)
    assert "看原文" not in words_of(signed_in(floor.agent).get("/quality/mine/"))


def test_a_likely_complaint_is_registered_called_or_set_aside(floor: Floor, signed_in: SignIn) -> None:
    one, two, three = recent(floor, POOR, POOR, POOR)
    client = signed_in(floor.head)
    listed = client.get("/quality/risks/")
    assert (
        all(row.name in words_of(listed) for row in (one, two, three))
        and f"{address(one)}#call" in listed.content.decode()
    )
    assert post(client, one, "register", channel="nonsense").status_code == 422
    assert post(client, one, "register", channel="phone", customer_phone="13800001234").status_code == 302
    case = Case.objects.get()
    assert case.number in words_of(client.get(address(one))) and case.customer.phone == "13800001234"
    assert post(client, two, "call", owner="agent2", due="").status_code == 422
    due = (today() + timedelta(days=2)).isoformat()
    assert post(client, two, "call", owner="agent2", due=due, note="说明寄卡进度").status_code == 302
    assert post(client, three, "aside", reason="").status_code == 422
    assert post(client, three, "aside", reason="已到柜台领卡").status_code == 302
    assert "没有需要留意的普通对话" in words_of(client.get("/quality/risks/"))
    caller = signed_in(floor.agent2)
    assert two.name in words_of(caller.get("/quality/mine/"))
    page = caller.get(address(two))
    assert "请您回访这位客户" in words_of(page) and "评分" not in words_of(page).replace("评分一致性", "")
    call = CallBack.objects.get()
    assert post(caller, two, "called", call=call.pk, result="", said="").status_code == 422
    done = post(caller, two, "called", call=call.pk, result="settled", said="卡已收到")
    assert done.status_code == 302 and done["Location"] == "/quality/mine/"
    assert caller.get(address(two)).status_code == 404  # what he was lent is his no longer


def test_nobody_is_said_to_be_told_where_there_is_nobody(floor: Floor, signed_in: SignIn) -> None:
    (unknown,), (known,) = recent(floor, POOR, agent="某组"), recent(floor, GOOD)
    client = signed_in(floor.head)
    for row, said in ((unknown, "未发通知"), (known, "已通知经办人")):
        post(client, row, "review", **form(row))
        assert said in words_of(client.get(address(row)))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_just_opened_tells_of_no_error(floor: Floor, signed_in: SignIn, page: str) -> None:
    recent(floor, POOR, GOOD)
    shown = signed_in(floor.head).get(page)
    assert shown.status_code == 200 and "notice-error" not in shown.content.decode()


def test_a_sample_is_drawn_and_its_reasons_shown(floor: Floor, signed_in: SignIn) -> None:
    rows = recent(floor, *([POOR] * 4), *([GOOD] * 4))
    client = signed_in(floor.lead)
    day = (now() - timedelta(days=1)).date().isoformat()
    said = {
        "title": "本周",
        "since": day,
        "until": day,
        "per_agent": "3",
        "risk_percent": "20",
        "random_percent": "20",
        "seed": "5",
    }
    wrong = client.post("/quality/sampling/", {**said, "seed": "x", "unit": "B1"})
    assert wrong.status_code == 422 and "请填写数字" in words_of(wrong) and 'value="本周"' in wrong.content.decode()
    assert client.post("/quality/sampling/", {**said, "unit": "B1"}).status_code == 422
    shown = client.post("/quality/sampling/", said, follow=True)
    made = SampleDraw.objects.get()
    words = words_of(shown)
    assert made.pool == len(rows) and "随机 2，按风险 2，每人定量" in words and made.pool_digest[:12] in words
    first = made.drawn.first()
    assert first is not None and first.conversation.name in words_of(client.get("/quality/conversations/?state=drawn"))
    assert first.conversation.name in words_of(client.get("/quality/"))
    assert signed_in(floor.stranger).get(f"/quality/sampling/{made.pk}/").status_code == 404
    assert "下一段待复核" not in words_of(client.get(address(first.conversation)))
    post(client, first.conversation, "review", **form(first.conversation))
    following = re.search(
        r'href="/quality/conversations/(\d+)/">下一段待复核', client.get(address(first.conversation)).content.decode()
    )
    assert following is not None and made.drawn.filter(conversation=int(following[1])).exclude(pk=first.pk).exists()


def test_a_person_has_a_trend_and_a_card(floor: Floor, signed_in: SignIn) -> None:
    rows = recent(floor, POOR, POOR, POOR, GOOD)
    review_conversation(rows[0], agreeing(rows[0]), by=floor.lead, version=rows[0].version)
    client = signed_in(floor.lead)
    assert "方晓琪" in words_of(client.get("/quality/people/"))
    page = client.get("/quality/people/agent1/")
    text = page.content.decode()
    assert (
        'data-chart="course"' in text
        and 'data-chart="points"' in text
        and "近六个月 4 段对话，复核 1 段" in words_of(page)
    )
    practised = re.search(r'<option value="(\d+)" selected>C', text)
    assert practised is not None and int(practised[1]) in [row.pk for row in rows]
    sheet = client.get("/quality/people/agent1/", {"chart": "points", "format": "csv"})
    assert "评分点" in b"".join(sheet.streaming_content).decode()
    said = {
        "do": "make", "strengths": "语速合适", "point_1": "apology", "practise_1": "先道歉", "conversation_1": practised[1],
        "turn_1": "3", "action": "每天两遍", "due": (today() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    wrong = client.post("/quality/people/agent1/", {**said, "action": ""})
    assert wrong.status_code == 422 and "请写约定的行动" in words_of(wrong) and "先道歉" in wrong.content.decode()
    assert client.post("/quality/people/agent1/", said).status_code == 302
    card = CoachingCard.objects.get()
    agent = signed_in(floor.agent)
    mine = agent.get("/quality/mine/")
    assert "先道歉" in words_of(mine) and "#turn-3" in mine.content.decode()
    answered = agent.post("/quality/mine/", {"card": card.pk, "version": 1, "answer": "会练的"}, follow=True)
    assert "会练的" in words_of(answered)
    assert agent.post("/quality/mine/", {"card": card.pk, "version": 1, "answer": "x"}).status_code == 409
    assert "会练的" in words_of(client.get("/quality/people/agent1/"))
    follow = {"do": "follow", "card": card.pk, "version": 2, "outcome": "有进步"}
    assert client.post("/quality/people/agent1/", follow).status_code == 302
    assert "有进步" in words_of(agent.get("/quality/mine/"))
    for who in (floor.stranger, floor.lead):
        other = signed_in(who).get("/quality/people/floor/")
        assert other.status_code == 404  # out of reach, and oneself
    assert signed_in(floor.bank.executive).get("/quality/people/agent1/").status_code == 403


@pytest.mark.parametrize(
    "page",
    [
        "/quality/",
        "/quality/conversations/",
        "/quality/risks/",
        "/quality/people/",
        "/quality/agreement/",
        "/quality/import/",
    ],
)
def test_a_page_asks_the_same_however_much_there_is(floor: Floor, signed_in: SignIn, page: str) -> None:
    client = signed_in(floor.head)

    def add(agent: str) -> None:
        for row in recent(floor, POOR, POOR, agent=agent):
            if row.pk % 2:
                review_conversation(row, agreeing(row), by=floor.lead, version=row.version)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    add("agent1")
    client.get(page)
    few = asked()
    for agent in ("agent1", "agent2", "agent1"):
        add(agent)
    assert asked() <= few


def test_a_conversation_asks_the_same_however_long(floor: Floor, signed_in: SignIn) -> None:
    short, long = recent(floor, POOR, POOR * 12)
    client = signed_in(floor.head)
    client.get(address(short))
    counts = []
    for row in (short, long):
        with CaptureQueriesContext(connection) as seen:
            client.get(address(row))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_api_takes_conversations_in_and_shows_one(floor: Floor, signed_in: SignIn) -> None:
    client = signed_in(floor.head)
    turns = [{"speaker": who, "text": text, "start": 5.0 * n} for n, (who, text) in enumerate(POOR)]
    body = {
        "source": "录音平台",
        "conversations": [
            {"id": "R1", "agent": "agent1", "turns": turns, "held_at": "2026-11-09T10:00:00"},
            {"id": "R2", "turns": []},
        ],
    }
    made = client.post("/api/conversations", body, content_type="application/json")
    assert made.status_code == 201 and made.json()["taken"] == 1 and made.json()["refused"][0]["id"] == "R2"
    assert client.post("/api/conversations", body, content_type="application/json").status_code == 200
    score_waiting()
    row = Conversation.objects.get()
    assert row.held_at.isoformat() == "2026-11-09T02:00:00+00:00" and row.turns[1]["start"] == 5
    shown = client.get(f"/api/conversations/{row.pk}").json()
    assert shown["agent"] == "agent1" and "13800001234" not in str(shown) and len(shown["points"]) == len(row.points)
    assert signed_in(floor.stranger).get(f"/api/conversations/{row.pk}").status_code == 404
    refused = signed_in(floor.agent).post("/api/conversations", body, content_type="application/json")
    assert refused.status_code == 403
    for bad in (
        {"source": "x", "conversations": []},
        {**body, "extra": 1},
        {"source": "x", "conversations": [{"id": "a", "turns": [{"text": "x", "start": -1}]}]},
    ):
        assert client.post("/api/conversations", bad, content_type="application/json").status_code == 422
