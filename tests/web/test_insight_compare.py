"""The comparison page: it says where a rise comes from, its numbers lead there, and it says when nothing can be said."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank, case
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.insight.facts.store import rebuild
from tingsu.insight.kept import forget_kept
from tingsu.org.models import User

SignIn = Callable[[User], Client]
RUDE = "柜员态度很差，骂人，还让我走开，我要求道歉。"
FEE = "信用卡年费乱收费，没有告知，要求退还年费。"


@pytest.fixture
def risen(bank: Bank) -> Bank:
    """Usual complaints over two months, and within the last month a rise about one outlet."""
    forget_kept()
    for n in range(12):
        case(bank, text=f"{FEE}第{n}次。", at=now() - timedelta(days=5 * n + 1), phone=f"1392222{n:04}",
             accused_unit=bank.other_outlet, by=bank.other_clerk)  # fmt: skip
    for n in range(16):
        case(bank, text=f"{RUDE}第{n}次去。", at=now() - timedelta(days=n + 1), phone=f"1391111{n:04}",
             accused_unit=bank.outlet)  # fmt: skip
    rebuild(at=now())
    return bank


def test_a_rise_is_laid_where_it_comes_from_and_its_numbers_lead_there(risen: Bank, signed_in: SignIn) -> None:
    client = signed_in(risen.executive)
    page = client.get("/insight/compare/?whole=1")
    said = words_of(page)
    assert "来自「" in said or "比全部还大" in said
    assert risen.outlet.name in said
    lists = [
        html.unescape(link) for link in re.findall(r'href="(/insight/cases/[^"]*)">看这些投诉', page.content.decode())
    ]
    assert "共 16 件" in words_of(client.get(lists[0]))


def test_a_part_that_rose_leads_to_a_measure_filled_with_it(risen: Bank, signed_in: SignIn) -> None:
    client = signed_in(risen.executive)
    page = client.get("/insight/compare/?whole=1").content.decode()
    forms = [html.unescape(link) for link in re.findall(r'href="(/insight/measures/new/[^"]*)"', page)]
    assert forms
    assert re.search(r"\b(selected|checked)\b", client.get(forms[0]).content.decode())
    assert "/insight/measures/new/" not in signed_in(risen.auditor).get("/insight/compare/?whole=1").content.decode()


def test_the_page_fetches_what_is_not_yet_worked_out(risen: Bank, signed_in: SignIn) -> None:
    client = signed_in(risen.executive)
    first = client.get("/insight/compare/")
    assert "正在对比" in words_of(first)
    part = html.unescape(re.search(r'hx-get="([^"]*)"', first.content.decode())[1])  # type: ignore[index]
    assert "差别出在哪里" in words_of(client.get(f"/insight/compare/{part}"))
    assert "差别出在哪里" in words_of(client.get("/insight/compare/"))


def test_two_units_are_compared_by_share_where_sizes_are_not_known(risen: Bank, signed_in: SignIn) -> None:
    for unit, size in ((risen.outlet, 0), (risen.other_outlet, 0)):
        unit.customers = size
        unit.save()
    address = f"/insight/compare/?with=unit&unit={risen.outlet.code}&b_unit={risen.other_outlet.code}&whole=1&days=90"
    said = words_of(signed_in(risen.executive).get(address))
    assert "只比投诉的构成" in said
    assert "16 件" in said


def test_two_units_of_known_size_are_compared_per_customer(risen: Bank, signed_in: SignIn) -> None:
    for unit, size in ((risen.outlet, 1000), (risen.other_outlet, 8000)):
        unit.customers = size
        unit.save()
    address = f"/insight/compare/?with=unit&unit={risen.outlet.code}&b_unit={risen.other_outlet.code}&whole=1&days=90"
    said = words_of(signed_in(risen.executive).get(address))
    assert "按客户数折合" in said
    assert "按对比机构的水平约" in said


def test_before_the_first_complaint_there_is_nothing_to_compare(risen: Bank, signed_in: SignIn) -> None:
    said = words_of(signed_in(risen.executive).get("/insight/compare/?with=year&whole=1"))
    assert "无从比较" in said


def test_without_complaints_the_page_says_so(bank: Bank, signed_in: SignIn) -> None:
    forget_kept()
    assert "还没有可以对比的投诉" in words_of(signed_in(bank.executive).get("/insight/compare/?whole=1"))


@pytest.mark.parametrize(
    "query", ["with=unit", "with=unit&unit=NO&b_unit=NO", "with=days&b_since=x", "with=odd", "b_until=1"]
)
def test_an_odd_address_is_survived(risen: Bank, signed_in: SignIn, query: str) -> None:
    assert signed_in(risen.executive).get(f"/insight/compare/?{query}&whole=1").status_code == 200


def test_the_table_can_be_taken_away(risen: Bank, signed_in: SignIn) -> None:
    sent = signed_in(risen.executive).get("/insight/compare/?chart=compare&format=csv")
    rows = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert rows[0].startswith("按什么,值,")
    assert any(risen.outlet.name in row for row in rows)


def test_only_ones_own_reach_is_compared(risen: Bank, signed_in: SignIn) -> None:
    said = words_of(signed_in(risen.other_clerk).get("/insight/compare/?whole=1"))
    assert risen.outlet.name not in said


def test_the_page_asks_the_database_little(risen: Bank, signed_in: SignIn) -> None:
    client = signed_in(risen.executive)
    client.get("/insight/compare/?whole=1")
    with CaptureQueriesContext(connection) as asked:
        client.get("/insight/compare/?whole=1")
    assert len(asked) <= 20
