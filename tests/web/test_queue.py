from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import TEXT, Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.org.models import User

SignIn = Callable[[User], Client]


def numbers_on(page: str) -> list[str]:
    import re

    return re.findall(r'<td class="cell-number number">(\d+)</td>', page)


def test_the_nearest_deadline_stands_first_and_says_how_long_in_words(bank: Bank, signed_in: SignIn) -> None:
    later = walk(case(bank, at=now() - timedelta(days=1)), bank, "judge", at=now() - timedelta(days=1))
    late = walk(case(bank, at=now() - timedelta(days=20)), bank, "judge", at=now() - timedelta(days=19))
    page = signed_in(bank.handler).get("/cases/")
    assert numbers_on(page.content.decode()) == [late.number, later.number]
    assert "已超 4 天" in words_of(page)
    assert "还剩 14 天" in words_of(page)
    assert "due-overdue" in page.content.decode() and "#late" in page.content.decode()  # not by colour alone


def test_filters_live_in_the_address_and_empty_ones_leave_it(bank: Bank, signed_in: SignIn) -> None:
    case(bank, channel="phone")
    counter = case(bank)
    client = signed_in(bank.handler)
    short = client.get("/cases/?channel=counter&stage=&q=&due=")
    assert short["Location"] == "/cases/?channel=counter"
    page = client.get(short["Location"]).content.decode()
    assert numbers_on(page) == [counter.number]
    assert '<option value="counter" selected>' in page


def test_filters_a_figure_linked_with_are_named_kept_and_removable(bank: Bank, signed_in: SignIn) -> None:
    case(bank, accused_unit=bank.outlet)
    page = signed_in(bank.handler).get("/cases/?state=all&accused=O1&days=99999")
    text = page.content.decode()
    assert "被投诉机构：解放路支行" in words_of(page)
    assert '<input type="hidden" name="accused" value="O1">' in text
    assert 'href="/cases/?state=all&amp;days=99999"' in text


def test_a_clerk_sees_the_own_units_cases_only(bank: Bank, signed_in: SignIn) -> None:
    mine = case(bank)
    case(bank, by=bank.other_clerk)
    assert numbers_on(signed_in(bank.clerk).get("/cases/").content.decode()) == [mine.number]


def test_customers_are_masked_in_the_list(bank: Bank, signed_in: SignIn) -> None:
    case(bank, name="欧阳小明")
    page = signed_in(bank.handler).get("/cases/").content.decode()
    assert "欧***" in page
    assert "欧阳小明" not in page


def test_pages_of_thirty(bank: Bank, signed_in: SignIn) -> None:
    for _ in range(32):
        case(bank)
    client = signed_in(bank.handler)
    first = client.get("/cases/")
    assert len(numbers_on(first.content.decode())) == 30
    assert "第 1–30 件，共 32 件" in words_of(first)
    assert len(numbers_on(client.get("/cases/?page=2").content.decode())) == 2
    assert client.get("/cases/?page=99").status_code == 200
    assert client.get("/cases/?page=x").status_code == 200


def test_an_empty_queue_says_what_to_do(bank: Bank, signed_in: SignIn) -> None:
    assert "这里没有工单" in words_of(signed_in(bank.handler).get("/cases/?stage=closed"))


@pytest.mark.parametrize("path", ["/cases/", "/", "/late/", "/approvals/", "/search/?q=柜员"])
def test_a_list_asks_the_database_no_more_for_thirty_cases_than_for_three(
    bank: Bank, signed_in: SignIn, path: str
) -> None:
    client = signed_in(bank.head)
    start = now() - timedelta(days=20)

    def add(count: int) -> None:
        for n in range(count):
            walk(case(bank, at=start, phone=f"137{n:08}"), bank, "submit", at=start)

    add(3)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    add(12)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)
    assert len(few) <= 40


def test_search_goes_straight_to_a_number_and_lists_words_of_two_characters(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    client = signed_in(bank.handler)
    assert client.get(f"/search/?q={made.number}")["Location"] == f"/cases/{made.number}/"
    assert numbers_on(client.get("/search/?q=櫃員").content.decode()) == [made.number]
    nothing = client.get("/search/?q=理财")
    assert "没有找到" in words_of(nothing)
    assert "柜员" in TEXT


def test_a_search_too_short_is_answered_not_crashed(bank: Bank, signed_in: SignIn) -> None:
    for query in ("退", "！！"):
        page = signed_in(bank.handler).get(f"/search/?q={query}")
        assert page.status_code == 422
        assert "至少两个" in words_of(page)


def test_a_queue_asked_for_nonsense_is_still_a_page(bank: Bank, signed_in: SignIn) -> None:
    case(bank)
    client = signed_in(bank.handler)
    for query in ("emotion=x", "unit=nowhere", "since=yesterday", "owner=nobody", "q=%00%00", "days=99999999", "q=退",
                  "page=99999999999999999999999", "page=²", "page=-1", "days=²", "unit=%00"):  # fmt: skip
        assert client.get(f"/cases/?{query}").status_code in (200, 400, 409, 422), query
