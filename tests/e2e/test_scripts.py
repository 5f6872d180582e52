"""One press puts a script into the answer; the pages of scripts and objections are read by everyone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.make import Bank, case, walk
from tingsu.assist.objections.walking import trees_of
from tingsu.assist.scripts.editing import make_script
from tingsu.assist.scripts.shelf import forget_shelves, rating_of, shelf_of

pytestmark = pytest.mark.e2e
TYPED = {"title": "火星车晚点", "text": "编号{工单号}的事，{预计时间}给您回话。", "words": "火星车", "segments": {}}


@pytest.fixture(autouse=True)
def _own_shelves() -> Iterator[None]:
    forget_shelves()
    yield
    forget_shelves()


def _search(page: Page, number: str) -> None:
    page.goto(f"/cases/{number}/")
    page.fill("#script-q", "火星车")
    page.press("#script-q", "Enter")
    expect(page.locator(".script-list h3").first).to_have_text("火星车晚点")


def test_one_press_fills_the_open_answer_and_asks_how_it_went(sign_in: Any, lasting_bank: Bank) -> None:
    made = make_script("bank", TYPED, by=lasting_bank.head)
    held = walk(case(lasting_bank), lasting_bank, "carry_out")
    page = sign_in("desk")
    _search(page, held.number)
    page.fill("#f-answer", "您好。")
    page.locator("button[data-script]").first.click()
    expect(page.locator("#f-answer")).to_have_value(f"您好。\n编号{held.number}的事，{{预计时间}}给您回话。")
    expect(page.locator("#script-status")).to_contain_text("已放进「答复内容」")
    selected = "(f => f.value.slice(f.selectionStart, f.selectionEnd))(document.querySelector('#f-answer'))"
    assert page.evaluate(selected) == "{预计时间}"  # what is still open is typed over next
    page.get_by_role("button", name="有帮助").click()
    expect(page.locator(".script-thanks")).to_contain_text("谢谢")
    assert (rating_of("bank", made.slug).used, rating_of("bank", made.slug).helped) == (1, 1)


def test_what_is_being_written_for_colleagues_is_left_alone(sign_in: Any, lasting_bank: Bank) -> None:
    make_script("bank", TYPED, by=lasting_bank.head)
    held = case(lasting_bank)
    page = sign_in("desk")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _search(page, held.number)
    page.locator("button[data-script]").first.click()
    expect(page.locator("#script-status")).to_contain_text("已复制")
    assert page.locator("#desk textarea").first.input_value() == ""
    assert held.number in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_fit_and_are_accessible(sign_in: Any, lasting_bank: Bank, width: int) -> None:
    kept = shelf_of("bank").kept.values()
    good = next(one.script.id for one in kept if one.script.ordinary)
    bad = next(one.script.id for one in kept if one.script.counter_example)
    warned = next(tree.id for tree in trees_of("bank") if tree.counter_example)
    held = case(lasting_bank)
    page = sign_in("head", width=width, height=844)
    paths = [
        "/scripts/", "/scripts/?q=要见领导", "/scripts/?show=counter", f"/scripts/{good}/", f"/scripts/{bad}/",
        f"/scripts/{good}/edit/", "/scripts/new/", "/objections/", f"/objections/{warned}/?at=1",
        f"/cases/{held.number}/scripts/",
    ]  # fmt: skip
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, (path, serious)
