"""The pages of measures: the board, the making, the page of one, who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.insight.measures.rows import SERVICE, FactWriter, more_outlets
from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.base.clock import now, today
from tingsu.insight.days import monday_of
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.verbs import MeasureDraft, create_measure
from tingsu.org.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> FactWriter:
    return FactWriter(monkeypatch)


def make(bank: Bank, **changed: object) -> Measure:
    said = {
        "title": "柜面服务用语整改", "scope": {"cause": SERVICE}, "units": [bank.outlet], "root_cause": "没有演练",
        "what": "晨会演练", "owner": bank.lead, "due": today() + timedelta(days=9),
    }  # fmt: skip
    return create_measure(MeasureDraft(**{**said, **changed}), by=bank.head)  # type: ignore[arg-type]


def post(client: Client, made: Measure, **said: object) -> object:
    made.refresh_from_db()
    return client.post(f"/insight/measures/{made.pk}/", {"version": made.version, **said})


def test_the_board_is_empty_with_a_way_on(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.head).get("/insight/measures/")
    assert page.status_code == 200 and "还没有整改措施" in words_of(page) and "新建整改" in words_of(page)
    assert "新建整改" not in words_of(signed_in(bank.lead).get("/insight/measures/"))
    assert signed_in(bank.clerk).get("/insight/measures/").status_code == 403


def test_the_form_is_filled_from_the_address_and_makes_a_measure(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.head)
    page = client.get("/insight/measures/new/", {"cause": SERVICE, "unit": "O1", "topic": "t1", "title": "排队"})
    text = page.content.decode()
    assert f'<option value="{SERVICE}" selected>' in text and '<option value="O1" selected>' in text
    assert 'value="排队"' in text and 'name="topic" value="t1"' in text
    said = {
        "title": "排队整改", "cause": SERVICE, "units": ["O1"], "why": "窗口少", "what": "加开窗口", "owner": "lead",
        "due": (today() + timedelta(days=5)).isoformat(), "case": "TS20261109-0001",
    }  # fmt: skip
    refused = client.post("/insight/measures/new/", {**said, "owner": ""})
    assert refused.status_code == 422 and "请选择责任人" in words_of(refused) and "窗口少" in words_of(refused)
    answer = client.post("/insight/measures/new/", said, follow=True)
    made = Measure.objects.get()
    assert made.scope == {"cause": SERVICE} and made.origin == {"case": "TS20261109-0001"} and made.owner == bank.lead
    assert "排队整改" in words_of(answer) and "加开窗口" in words_of(answer)
    assert signed_in(bank.lead).get("/insight/measures/new/").status_code == 403


def test_a_measure_is_carried_out_on_its_page(bank: Bank, signed_in: SignIn, facts: FactWriter) -> None:
    first = monday_of(today()) - timedelta(weeks=50)
    facts.weeks("O1", [4] * 30 + [1] * 20, first=first)
    for outlet in more_outlets(bank):
        facts.weeks(outlet.code, [3, 5] * 25, first=first)
    facts.put()
    made, client = make(bank), signed_in(bank.lead)
    began = first + timedelta(weeks=30)
    post(client, made, do="file", file=SimpleUploadedFile("签到.pdf", b"%PDF"))
    post(client, made, do="done", words="演练完毕", started_on=began.isoformat())
    page = post(client, made, do="check")
    assert page.status_code == 302  # type: ignore[attr-defined]
    shown = client.get(f"/insight/measures/{made.pk}/")
    words = words_of(shown)
    assert (
        "有效：投诉比对照机构少" in words and "对照机构 6 个" in words and "演练完毕" in words and "签到.pdf" in words
    )
    assert "关闭理由" not in words  # closing is for who manages
    assert 'data-chart="course"' in shown.content.decode()
    sent = client.get(f"/insight/measures/{made.pk}/evidence/1/")
    assert b"".join(sent.streaming_content) == b"%PDF" and "attachment" in sent["Content-Disposition"]
    sheet = client.get(f"/insight/measures/{made.pk}/", {"chart": "course", "format": "csv"})
    assert "若不整改" in b"".join(sheet.streaming_content).decode()
    board = words_of(signed_in(bank.head).get("/insight/measures/"))
    assert "1 项：有效 1" in board and "有效：投诉比对照机构少" in board
    closed = post(signed_in(bank.head), made, do="close", reason="")
    assert closed.status_code == 302  # type: ignore[attr-defined]


def test_what_cannot_be_done_is_said_on_the_page(bank: Bank, signed_in: SignIn, facts: FactWriter) -> None:
    facts.put()
    made = make(bank)
    head = signed_in(bank.head)
    assert "请写明理由" in words_of(post(head, made, do="close", reason=""))  # type: ignore[arg-type]
    stale = head.post(f"/insight/measures/{made.pk}/", {"do": "close", "reason": "不做", "version": 99})
    assert stale.status_code == 409 and "有了变化" in words_of(stale)
    assert post(head, made, do="nothing").status_code == 404  # type: ignore[attr-defined]
    refused = post(signed_in(bank.handler), made, do="progress", words="我来")
    assert refused.status_code == 403 and "由孙涛负责" in words_of(refused)  # type: ignore[attr-defined,arg-type]
    assert head.get("/insight/measures/99999/").status_code == 404
    wrong = post(head, made, do="progress", words="做", started_on="昨天")
    assert wrong.status_code == 422  # type: ignore[attr-defined]


def test_a_measure_for_the_whole_house_says_why_nothing_is_shown(
    bank: Bank, signed_in: SignIn, facts: FactWriter
) -> None:
    first = monday_of(today()) - timedelta(weeks=40)
    facts.weeks("O1", [4] * 40, first=first)
    facts.put()
    made, client = make(bank, units=[bank.head_office], owner=bank.head), signed_in(bank.head)
    post(client, made, do="done", words="全行推行", started_on=(first + timedelta(weeks=20)).isoformat())
    post(client, made, do="check")
    words = words_of(client.get(f"/insight/measures/{made.pk}/"))
    assert "看不出效果" in words and "没有可比的对照机构" in words and "画不出若不整改会怎样" in words


def test_owners_who_left_and_overdue_ones_stand_out(bank: Bank, signed_in: SignIn) -> None:
    made = make(bank)
    Measure.objects.filter(pk=made.pk).update(due=today() - timedelta(days=3))
    client = signed_in(bank.head)
    assert "已逾期" in words_of(client.get("/insight/measures/"))
    User.objects.filter(pk=bank.lead.pk).update(is_active=False)
    assert "责任人已离岗" in words_of(client.get("/insight/measures/"))
    assert "请改派" in words_of(client.get(f"/insight/measures/{made.pk}/"))
    post(client, made, do="assign", owner="manager")
    assert "请改派" not in words_of(client.get(f"/insight/measures/{made.pk}/"))
    post(client, made, do="move", due=(today() + timedelta(days=20)).isoformat(), reason="等系统")
    made.refresh_from_db()
    assert made.due == today() + timedelta(days=20)


def test_the_board_asks_the_same_number_of_questions_for_many(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in(bank.head)
    for n in range(12):
        make(bank, title=f"整改{n}")
    Measure.objects.update(made_at=now())
    client.get("/insight/measures/")
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        assert client.get("/insight/measures/").status_code == 200
