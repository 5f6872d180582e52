"""Every main page is free of accessibility errors, fits a phone, and speaks English when asked."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.make import Bank, case, walk

pytestmark = pytest.mark.e2e

PAGES = ["/", "/cases/", "/cases/new/", "/approvals/", "/late/", "/search/?q=柜员", "/tokens/"]
DESK = ["/notices/", "/bundles/", "/budgets/", "/delegations/"]
ADMIN = ["/manage/", "/manage/units/", "/manage/staff/", "/manage/staff/head/", "/manage/packs/", "/manage/authority/",
         "/manage/rules/", "/forms/"]  # fmt: skip


@pytest.fixture
def number(lasting_bank: Bank) -> str:
    walk(case(lasting_bank), lasting_bank)
    return walk(case(lasting_bank), lasting_bank, "investigate").number


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]


def test_no_serious_accessibility_errors(sign_in: Any, number: str) -> None:
    for who, addresses in (("head", [*PAGES, *DESK, f"/cases/{number}/"]), ("admin", ADMIN)):
        page = sign_in(who)
        for address in addresses:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert _violations(page) == [], address


def test_pages_fit_a_phone(sign_in: Any, number: str) -> None:
    for who, addresses in (("head", [*PAGES, *DESK, f"/cases/{number}/"]), ("admin", ADMIN)):
        page = sign_in(who, 390, 844)
        for address in addresses:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, address


def test_the_language_switches_and_stays(sign_in: Any, number: str) -> None:
    page = sign_in("head")
    page.goto("/cases/")
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[action*=language] [value=en]').click()")
    page.goto("/cases/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("h1").inner_text().isascii()
