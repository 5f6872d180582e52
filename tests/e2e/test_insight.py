"""A manager opens the home, goes to the first thing to fix, to its topic, to its complaints, and takes the table along."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.make import Bank, case
from tingsu.base.clock import now
from tingsu.cases.models import Case
from tingsu.insight.facts.store import keep_topics, rebuild, refresh
from tingsu.insight.kept import forget_kept
from tingsu.insight.topics.tables import Topic

pytestmark = pytest.mark.e2e

TEXT = "柜员态度很差，还让我走开，要求道歉。第{n}次了。"


@pytest.fixture
def topic(lasting_bank: Bank) -> Topic:
    """A topic that was quiet for months and is not any more; nothing is overdue."""
    forget_kept()
    calm = [40 * n + 3 for n in range(1, 9)]
    for n, age in enumerate([*calm, *range(1, 15)]):
        made = now() - timedelta(days=age)
        case(lasting_bank, text=TEXT.format(n=n), at=made, phone=f"1391111{n:04}", accused_unit=lasting_bank.outlet)
    Case.objects.update(next_due=None)
    rebuild(at=now())
    topic = Topic.objects.create(name="柜员让客户走开", phrases=[["走开", 2.0]], born_at=now(), seen_at=now())
    keep_topics(dict.fromkeys(Case.objects.values_list("pk", flat=True), str(topic.pk)))
    refresh(at=now())
    return topic


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]


def test_from_the_home_to_the_complaints_behind_the_first_thing_to_fix(
    sign_in: Any, topic: Topic, tmp_path: Path
) -> None:
    page = sign_in("head")
    page.goto("/")
    first = page.locator("#first a.btn-primary")
    expect(first).to_be_visible(timeout=60_000)  # the hot spots are worked out the first time they are asked for
    expect(page.locator("#first h1")).to_contain_text("先管「")
    expect(page.locator("#first p")).to_contain_text("不像偶然")
    assert _violations(page) == []
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.goto(f"/insight/topics/{topic.pk}/")
    expect(page.locator("h1")).to_have_text("柜员让客户走开")
    expect(page.locator("#chart-weeks .chart-plot svg")).to_be_visible()
    expect(page.locator("#why")).to_contain_text("投诉", timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert _violations(page) == []

    page.get_by_role("link", name="看这些投诉").click()
    expect(page.locator("h1")).to_have_text("投诉清单")
    expect(page.locator(".page-head p")).to_contain_text("共 14 件")
    assert _violations(page) == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    path = tmp_path / "list.csv"
    taken.value.save_as(path)
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 15 and "1391111" not in str(rows)


def test_a_chart_leaves_as_a_picture_and_its_numbers_by_keyboard(sign_in: Any, topic: Topic) -> None:
    page = sign_in("head")
    page.goto(f"/insight/topics/{topic.pk}/")
    figure = page.locator("#chart-weeks")
    expect(figure.locator(".chart-plot svg")).to_be_visible()
    figure.locator(".chart-menu summary").focus()
    page.keyboard.press("Enter")
    for kind in ("png", "svg"):
        if figure.locator(".chart-menu:not([open])").count():
            figure.locator(".chart-menu summary").press("Enter")
        with page.expect_download() as taken:
            figure.locator(f"[data-picture={kind}]").press("Enter")
        assert taken.value.suggested_filename == f"每周件数.{kind}"
        assert Path(taken.value.path()).stat().st_size > 1000
    numbers = figure.locator(".chart-numbers summary")
    numbers.press("Enter")
    expect(figure.locator(".chart-table table")).to_be_visible()
    place = figure.locator(".chart-plot")
    height = place.bounding_box()
    page.emulate_media(media="print")
    assert page.locator(".insight-nav").is_hidden() and page.locator(".topbar").is_hidden()
    assert place.is_visible() and height is not None and height["height"] > 150


PAGES = [
    "/",
    "/insight/",
    "/insight/hot/?whole=1",
    "/insight/hot/?whole=1&by=harm",
    "/insight/cases/",
    "/insight/units/O1/",
]


def test_pages_of_figures_fit_a_phone_and_have_no_serious_accessibility_errors(sign_in: Any, topic: Topic) -> None:
    page = sign_in("head", 390, 844)
    page.set_default_timeout(60_000)
    for address in [*PAGES, f"/insight/topics/{topic.pk}/"]:
        page.goto(address)
        page.wait_for_load_state("networkidle", timeout=60_000)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, address
        assert _violations(page) == [], address
        assert re.search("[一-鿿]", page.title())
