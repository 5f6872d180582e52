"""Administration in the browser: what an administrator sees, changes and is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.make import Bank, case
from tests.web.conftest import words_of
from tingsu.cases.packs import pack_of
from tingsu.cases.site_days import site_calendar
from tingsu.org.models import PackInForce, Unit, User
from tingsu.org.pack import active_pack, pack_for
from tingsu.packs.loader import load_pack

SignIn = Callable[[User], Client]
PAGES = ["manage/", "manage/desks/", "manage/units/", "manage/units/B1/", "manage/staff/", "manage/staff/clerk/", "manage/packs/",
         "manage/authority/", "manage/rules/"]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_opens_every_page_and_nobody_else(bank: Bank, signed_in: SignIn, page: str) -> None:
    assert signed_in(bank.admin).get(f"/{page}").status_code == 200
    for other in (bank.clerk, bank.handler, bank.executive):
        assert signed_in(other).get(f"/{page}").status_code == 403


def test_a_unit_is_added_changed_and_moved(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    typed = {"code": "O9", "name": "江滨支行", "kind": "outlet", "parent": "B1", "customers": "1,200"}
    assert client.post("/manage/units/", typed).status_code == 302
    assert "江滨支行" in words_of(client.get("/manage/units/"))
    again = client.post("/manage/units/", typed)
    assert again.status_code == 422 and "已有人使用" in words_of(again)
    assert client.post("/manage/units/O9/", {"do": "move", "parent": "B2"}).status_code == 302
    assert Unit.objects.get(code="O9").path == "/HO/B2/O9/"
    assert "江滨支行" in words_of(client.get("/manage/"))  # on record


def test_a_person_is_added_given_a_role_and_stopped(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    typed = {"username": "xiaolin", "name": "林晓", "unit": "O1", "role": "clerk", "password": "Jiangzhou-2026-x"}
    assert client.post("/manage/staff/", typed).status_code == 302
    page = "/manage/staff/xiaolin/"
    client.post(page, {"do": "give", "role": "lobby_manager", "unit": "O1"})
    assert "大堂经理" in words_of(client.get(page))
    grant = User.objects.get(username="xiaolin").grants.get(role="clerk")
    client.post(page, {"do": "take", "grant": grant.pk})
    assert "网点受理员" not in [g.role for g in User.objects.get(username="xiaolin").grants.all()]
    client.post(page, {"do": "save", "name": "林晓", "unit": "O1"})
    assert not User.objects.get(username="xiaolin").is_active


@pytest.mark.parametrize(
    "typed", [{"do": "take", "grant": "x"}, {"do": "give", "role": "king", "unit": "O1"}, {"do": "save", "name": ""}]
)
def test_what_cannot_be_is_said(bank: Bank, signed_in: SignIn, typed: dict[str, Any]) -> None:
    page = signed_in(bank.admin).post("/manage/staff/clerk/", typed)
    assert page.status_code in (400, 422)
    assert signed_in(bank.admin).post("/manage/staff/clerk/", {"do": "fly"}).status_code == 404


@pytest.mark.parametrize(
    ("page", "first", "second"),
    [
        (
            "/manage/units/O1/",
            {"name": "江州滨江支行", "kind": "outlet", "customers": "9", "active": "yes"},
            {"name": "江北支行", "kind": "outlet", "customers": "8", "active": "yes"},
        ),
        ("/manage/staff/clerk/", {"name": "林晓", "unit": "O1", "active": "yes"}, {"name": "林小", "unit": "O1"}),
    ],
)
def test_two_administrators_at_the_same_unit_or_person_conflict_clearly(
    bank: Bank, signed_in: SignIn, page: str, first: dict[str, str], second: dict[str, str]
) -> None:
    client = signed_in(bank.admin)
    seen = re.search(r'name="seen" value="(\w+)"', client.get(page).content.decode())
    assert seen is not None
    assert client.post(page, {"do": "save", "seen": seen[1], **first}).status_code == 302
    late = client.post(page, {"do": "save", "seen": seen[1], **second})
    assert late.status_code == 409 and "没有保存" in words_of(late)
    assert first["name"] in words_of(client.get(page)) and second["name"] not in words_of(client.get("/manage/"))


def test_new_limits_are_for_new_cases_and_two_administrators_conflict(bank: Bank, signed_in: SignIn) -> None:
    old, client = case(bank), signed_in(bank.admin)
    typed = {"pack": "bank", "version": "0", "limit-0": "800", "limit-1": "8,000", "limit-2": ""}
    assert client.post("/manage/authority/", typed).status_code == 302
    assert [level.up_to for level in active_pack().authority.levels] == [800, 8000, None]
    late = client.post("/manage/authority/", {**typed, "limit-0": "900"})
    assert late.status_code == 409 and "没有改动" in words_of(late)
    assert pack_of(old).authority.levels[0].up_to == 500


@pytest.mark.parametrize("limits", [["800", "700", ""], ["500", "5000", "9000"], ["x", "1", ""], ["-1", "1", ""]])
def test_limits_that_leave_a_gap_never_go_into_force(bank: Bank, signed_in: SignIn, limits: list[str]) -> None:
    typed = {"pack": "bank", "version": "0"} | {f"limit-{n}": limit for n, limit in enumerate(limits)}
    assert signed_in(bank.admin).post("/manage/authority/", typed).status_code in (400, 422)
    assert active_pack() == load_pack("bank")
    assert not PackInForce.objects.exists()


def test_a_rule_is_confirmed_and_by_whom_is_on_record(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    unverified = next(rule.id for rule in load_pack("bank").rules if not rule.verified)
    client.post("/manage/rules/", {"do": "confirm", "pack": "bank", "version": "0", "rule": unverified})
    assert all(rule.verified for rule in active_pack().rules if rule.id == unverified)
    assert unverified in words_of(client.get("/manage/"))


def test_next_years_holidays_are_taken_in(bank: Bank, signed_in: SignIn, settings: Any, tmp_path: Any) -> None:
    settings.TINGSU_HOME = tmp_path
    client = signed_in(bank.admin)
    wrong = client.post("/manage/rules/", {"do": "days", "days": "2027-02-31,休"})
    assert wrong.status_code in (400, 422) and "2027-02-31" in wrong.content.decode()
    client.post("/manage/rules/", {"do": "days", "days": "2027-02-06..2027-02-12,休,春节\n2027-02-20,班"})
    assert not site_calendar().is_working_day(date(2027, 2, 8))
    assert site_calendar().is_working_day(date(2027, 2, 20))


def test_a_unit_takes_another_pack(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    client.post("/manage/packs/", {"do": "use", "pack": "bank", "version": "0"})
    assert PackInForce.objects.get().edition.digest == load_pack("bank").digest
    assert "没有改动" in words_of(client.post("/manage/packs/", {"do": "use", "pack": "bank", "version": "0"}))
    client.post("/manage/packs/", {"do": "give", "unit": "B1", "pack": "bank"})
    assert Unit.objects.get(code="B1").pack == "bank"
    assert pack_for(User.objects.get(username="clerk")).id == "bank"


def test_the_people_page_does_not_ask_more_with_more_people(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(bank.admin)
    with django_assert_max_num_queries(12):
        client.get("/manage/staff/")
