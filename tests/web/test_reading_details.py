from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from tests.make import MONDAY, Bank, case
from tests.web.conftest import words_of
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.org.models import User
from tingsu.web.reading_details import details_of

SignIn = Callable[[User], Client]
TOLD = (
    "上周三我在城东支行办的信用卡，大堂经理答应月底退我年费三百元，工号8812。到现在没退，"
    "要求柜员本人道歉，十天内退还三百元，否则我找12378。"
)
DESPAIR = "卡被冻了没人管，再不解决我就从你们楼上跳下去，不想活了！"


def test_the_case_page_tells_wishes_facts_and_tags(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, text=TOLD)
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    for words in (
        "退款 300 元",
        "由柜员来做",
        "敏感标签 监管",
        "要求 300 元",
        "工号8812",
        "城东支行",
        "大堂经理，期限",
    ):
        assert words in page
    assert "须立即由专人处理" not in page


def test_dates_are_told_by_the_day_of_receipt(bank: Bank) -> None:
    made = case(bank, text=TOLD)
    moments = {moment["evidence"]["text"]: moment["first"] for moment in made.reading["facts"]["moments"]}
    received = MONDAY.date()
    assert date.fromisoformat(moments["上周三"]).isocalendar()[:2] == (
        received.isocalendar().year,
        received.isocalendar().week - 1,
    )
    due = {demand["kind"]: demand["due"] for demand in made.reading["demands"]}
    assert (date.fromisoformat(due["退款"]) - received).days == 10


def test_a_threat_to_life_stands_first_on_the_page_and_marked_in_the_queue(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, text=DESPAIR)
    assert made.risk_marks.startswith("|紧急|")
    client = signed_in(bank.handler)
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "须立即由专人处理 过激 · 自伤" in page
    assert page.index("须立即由专人处理") < page.index(made.number)
    assert "须立即处理" in words_of(client.get("/cases/"))
    assert made.subject in words_of(client.get("/cases/?risk=紧急"))


def test_an_ordinary_case_is_not_called_urgent(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, text=TOLD)
    client = signed_in(bank.handler)
    assert made.number not in words_of(client.get("/cases/?risk=紧急"))
    assert "tag-red" not in client.get("/cases/").content.decode()


def test_a_person_who_takes_the_risk_away_takes_the_alarm_away(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, text=DESPAIR)
    kept = act(made, "correct", {"risks": ["过激", "监管"]}, by=bank.handler, version=made.version)
    assert kept.risk_marks == "|紧急|过激|监管|"
    done = act(kept, "correct", {"risks": ["监管"]}, by=bank.handler, version=kept.version)
    assert done.risk_marks == "|监管|"
    assert "须立即由专人处理" not in words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))


def test_a_reading_kept_before_there_were_facts_still_shows(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, text=TOLD)
    old = {name: value for name, value in made.reading.items() if name not in ("facts", "tags")}
    for part in ("demands", "risks"):
        old[part] = [{key: one[key] for key in ("kind", "confidence", "evidence")} for one in old[part]]
    Case.objects.filter(pk=made.pk).update(reading=old)
    page = signed_in(bank.handler).get(f"/cases/{made.number}/")
    assert page.status_code == 200
    assert "退款" in words_of(page)
    assert details_of({}).facts == details_of({}).wishes == []


def test_the_customers_name_is_veiled_in_what_is_shown(bank: Bank, signed_in: SignIn) -> None:
    text = "我叫周大福，理财经理王小芳说保本不亏，亏了两万元，要求赔偿周大福两万元。"
    made = case(bank, text=text, name="周大福")
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    assert "周大福" not in page
    assert "王小芳" not in page


def test_the_panel_beside_the_form_tells_the_same(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    page = words_of(client.post("/cases/new/reading/", {"text": TOLD, "received_at": "2026-11-16T10:00"}))
    assert "2026-11-11" in page
    assert "敏感标签" in page


def test_corrected_demands_are_shown_with_what_the_reading_knows_of_them() -> None:
    reading = {
        "demands": [{"kind": "退款", "amount": "300", "due": "2026-12-01", "by": "", "to": "母亲"}, {"kind": "道歉"}]
    }
    assert [(wish.kind, wish.notes) for wish in details_of(reading, ["退款", "解释"]).wishes] == [
        ("退款", ["300 元", "最晚 2026-12-01", "对象：母亲"]),
        ("解释", []),
    ]


def test_foreign_money_is_shown_with_its_currency() -> None:
    wish = details_of({"demands": [{"kind": "退款", "amount": "25.5", "currency": "USD"}]}).wishes[0]
    assert wish.notes == ["USD 25.50"]


def test_a_wording_that_was_said_three_times_is_shown_once() -> None:
    from tingsu.web.templatetags.said import distinct

    said = [{"text": word, "start": n} for n, word in enumerate(["闪退", "闪退", "更新", "闪退"])]
    assert [one["start"] for one in distinct(said)] == [0, 2]
