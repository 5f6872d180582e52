"""A complaint walks from the counter to its close through a real browser, in four people's hands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.make import OPTIONS, Bank, case, walk
from tingsu.cases.audit import verify
from tingsu.cases.models import Case

pytestmark = pytest.mark.e2e

TEXT = "上午在你们解放路支行取钱，柜员态度很差，还让我走开。我要求道歉并赔偿300元，不然就打12378投诉。"


def _record_by_keyboard(page: Page) -> str:
    """The whole record page without a mouse; returns the number given."""
    page.goto("/cases/new/")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type(TEXT)
    expect(page.locator("#live")).to_contain_text("服务态度及质量")
    expect(page.locator("#live")).to_contain_text("监管")
    page.keyboard.press("Tab")
    page.keyboard.type("张三")
    page.keyboard.press("Tab")
    page.keyboard.type("13800001234")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # 柜台, the first channel
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("复述核对")
    expect(page.locator(".read-back").first).to_contain_text("道歉")
    page.keyboard.press("Control+Enter")
    return page.locator(".recorded-number").inner_text().strip()


def _do(page: Page, number: str, **fields: Any) -> None:
    """Fill the primary form of the case page and send it from the keyboard."""
    page.goto(f"/cases/{number}/")
    for name, value in fields.items():
        control = page.locator(f"#desk [name={name}]").first
        kind = control.evaluate("e => e.type")
        if kind in ("radio", "checkbox"):
            page.locator(f"#desk [name={name}][value='{value}']").check(force=True)
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)
    before = page.locator("#desk h2").first.inner_text()
    page.locator("#desk form [data-default]").click()
    expect(page.locator(".notice-success, .notice-ok, [role=status]").first).to_contain_text("已完成")
    assert page.locator("#desk h2").first.inner_text() != before


def test_from_the_counter_to_the_close(sign_in: Any, lasting_bank: Bank) -> None:
    clerk, desk, lead, head = (sign_in(name) for name in ("clerk", "desk", "lead", "head"))
    number = _record_by_keyboard(clerk)
    assert re.fullmatch(r"\d{8}", number)

    desk.goto("/cases/")
    desk.locator(f"a[href='/cases/{number}/']").first.click()
    _do(desk, number, verdict="valid", reason="事实清楚", complexity="simple")
    _do(desk, number, lead_unit="B1")
    _do(
        lead,
        number,
        findings="调看监控，确有不当言语",
        root_cause="质量不稳定",
        responsibility="有责投诉",
        fault_code="不专业",
    )
    options = {}
    for no, option in enumerate(OPTIONS, start=1):
        options |= {
            f"options-{no}-kind": option["kind"],
            f"options-{no}-amount": option["amount"],
            f"options-{no}-text": option["text"],
        }
    _do(lead, number, **options, chosen="2")
    _do(desk, number, customer_view="客户认可第二套")

    head.goto("/approvals/")
    expect(head.locator("main")).to_contain_text("300")
    _do(head, number, reason="同意，尽快落实")
    _do(desk, number, done="已当面道歉并转账", paid="300")
    _do(desk, number, answer="经查属实，已当面道歉并补偿300元。如不满意，可向本行申请核查。", means="phone")
    _do(desk, number, reached="yes", satisfaction="satisfied")
    _do(desk, number, summary="服务不当，已整改", lesson="加强晨会演练")

    done = Case.objects.get(number=number)
    assert (done.stage, done.paid, done.satisfaction) == ("closed", 300, "satisfied")
    assert not list(verify())
    expect(desk.locator("main")).to_contain_text("同意，尽快落实")


def test_the_kind_of_fault_is_asked_for_as_soon_as_somebody_is_held_responsible(
    sign_in: Any, lasting_bank: Bank
) -> None:
    routed = walk(case(lasting_bank), lasting_bank, "route")
    lead = sign_in("lead")
    lead.goto(f"/cases/{routed.number}/do/investigate/")
    fault = lead.locator(".field:has([name=fault_code])")
    expect(fault).to_be_hidden()
    for answer, asked in (("有责投诉", True), ("无责", False)):
        lead.locator(f"#desk [name=responsibility][value='{answer}']").check(force=True)
        expect(fault).to_be_visible(visible=asked)
        assert fault.locator("[name=fault_code]").first.evaluate("control => control.required") is asked


def test_a_head_refuses_and_extends_with_reasons(sign_in: Any, lasting_bank: Bank) -> None:
    waiting = walk(case(lasting_bank), lasting_bank, "submit")
    head = sign_in("head")
    head.goto(f"/cases/{waiting.number}/do/refuse/")
    head.locator("#desk form [data-default]").click()
    expect(head.locator("#desk")).to_contain_text("请填写")
    head.locator("#desk [name=reason]").fill("金额偏高，请重拟")
    head.locator("#desk form [data-default]").click()
    expect(head.locator("main")).to_contain_text("金额偏高，请重拟")
    head.goto(f"/cases/{waiting.number}/do/extend/")
    head.locator("#desk [name=reason]").fill("需向合作机构取证")
    head.locator("#desk [name=notice]").fill("已电话告知客户")
    head.locator("#desk form [data-default]").click()
    expect(head.locator("main")).to_contain_text("需向合作机构取证")
    waiting.refresh_from_db()
    assert waiting.stage == "investigated"
    assert waiting.deadlines.get(kind="statute").rule["id"] == "CN-NFRA-2"


def test_the_slower_of_two_sees_what_changed_and_keeps_his_words(sign_in: Any, lasting_bank: Bank) -> None:
    made = case(lasting_bank)
    slow = sign_in("desk2")
    slow.goto(f"/cases/{made.number}/")
    walk(made, lasting_bank, "judge")
    slow.locator("#desk [name=verdict][value=partly]").check(force=True)
    slow.locator("#desk [name=reason]").fill("我的理由写了很久")
    slow.locator("#desk [name=complexity][value=complex]").check(force=True)
    slow.locator("#desk form [data-default]").click()
    expect(slow.locator("#desk")).to_contain_text("李敏")
    expect(slow.locator("main")).to_contain_text("我的理由写了很久")
    assert Case.objects.get().verdict == "valid"


def test_personal_data_is_masked_until_a_reason_is_given(sign_in: Any, lasting_bank: Bank) -> None:
    made = case(lasting_bank)
    desk = sign_in("desk")
    desk.goto(f"/cases/{made.number}/")
    assert "13800001234" not in desk.content()
    desk.locator("details:has(form[action$='/reveal/']) > summary").click()
    desk.locator("form[action$='/reveal/'] [name=reason]").fill("回电核实")
    desk.locator("form[action$='/reveal/'] button").click()
    expect(desk.locator("main")).to_contain_text("13800001234")
    assert made.events.filter(kind="reveal", data__reason="回电核实").exists()
