"""An inspector reviews by keyboard, the second one blindly, the agent reads it on a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.make import Bank
from tests.quality.rows import GOOD, POOR, Floor, agreeing
from tingsu.base.clock import now
from tingsu.org.models import User
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.marks import machine_marks
from tingsu.quality.reviews.tables import Review
from tingsu.quality.reviews.verbs import review_conversation

pytestmark = pytest.mark.e2e


@pytest.fixture
def rows(lasting_bank: Bank) -> list[Conversation]:
    return Floor(lasting_bank).take(POOR, GOOD, held_at=now() - timedelta(days=1), at=now())


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]


def test_a_review_is_made_by_keyboard_alone(sign_in: Any, rows: list[Conversation]) -> None:
    row = rows[0]
    marks = list(machine_marks(row.points).items())
    place = next(n for n, (_point, mark) in enumerate(marks) if mark == "no")
    page = sign_in("floor")
    page.goto(f"/quality/conversations/{row.pk}/")
    page.locator("h1").click()
    for _ in range(place + 1):
        page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"point-{marks[place][0]}"
    turn = next(point["turn"] for point in row.points if point["id"] == marks[place][0])
    expect(page.locator(f"#turn-{turn}")).to_have_class(re.compile(r"\bis-shown\b"))
    reason = page.locator(f'[name="reason_{marks[place][0]}"]')
    expect(reason).to_be_hidden()  # the machine's mark stands: nothing to explain
    page.keyboard.press("1")
    expect(reason).to_be_focused()
    page.keyboard.type("听录音做到了 123")
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_contain_text("复核已提交", timeout=30_000)
    kept = Review.objects.get()
    assert kept.marks[marks[place][0]] == {"mark": "yes", "reason": "听录音做到了 123"}
    assert sum(kept.machine[point] != one["mark"] for point, one in kept.marks.items()) == 1
    expect(page.locator(".inspect-points")).to_contain_text("听录音做到了")


PAGES = ["/quality/", "/quality/conversations/", "/quality/risks/", "/quality/sampling/", "/quality/agreement/",
         "/quality/people/", "/quality/people/agent1/", "/quality/import/", "/quality/mine/"]  # fmt: skip


def test_pages_fit_a_phone_and_have_no_serious_accessibility_errors(sign_in: Any, rows: list[Conversation]) -> None:
    by = User.objects.get(username="floor")
    review_conversation(rows[1], agreeing(rows[1]), by=by, version=rows[1].version)
    page = sign_in("head", 390, 844)
    wrong = {}
    for address in [*PAGES, *(f"/quality/conversations/{row.pk}/" for row in rows)]:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, address
        wrong[address] = _violations(page)
    assert not any(wrong.values()), wrong
    own = sign_in("agent1", 390, 844)
    for address in ("/quality/mine/", f"/quality/conversations/{rows[1].pk}/"):
        own.goto(address)
        own.wait_for_load_state("networkidle")
        assert own.evaluate("document.scrollingElement.scrollWidth") <= 390 and _violations(own) == [], address
