"""The guides of a pack and the picture of its process on the case page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.cases.test_checklists import OPEN_TO_ALL, STEPS
from tests.make import Bank, case, walk
from tests.org.test_editions import changed
from tests.web.conftest import words_of
from tingsu.org.editions import put_in_force
from tingsu.org.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def spot(bank: Bank) -> Bank:
    put_in_force(changed(version="9", checklists=[STEPS, OPEN_TO_ALL]), by=bank.admin)
    return bank


def test_an_item_is_ticked_and_unticked_without_any_script(spot: Bank, signed_in: SignIn) -> None:
    made, client = case(spot), signed_in(spot.clerk)
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "现场三步" in page and "已勾 0 / 3" in page and "让客户把话说完" in page and "出处 001.5" in page
    address = f"/cases/{made.number}/tick/spot/listen/"
    done = client.post(address, {"done": "1", "note": "客户电话13800001234"})
    assert (done.status_code, done["Location"]) == (302, f"/cases/{made.number}/#guide-spot")
    page = client.get(f"/cases/{made.number}/")
    assert (
        "已勾 1 / 3" in words_of(page)
        and "王小雨（" in words_of(page)
        and 'aria-pressed="true"' in page.content.decode()
    )
    assert "13800001234" not in page.content.decode()
    client.post(address, {"done": ""})
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "已勾 0 / 3" in page and "取消了一项勾选" in page


def test_htmx_gets_the_guides_alone_and_a_refusal_in_words(spot: Bank, signed_in: SignIn) -> None:
    made = case(spot)
    address = f"/cases/{made.number}/tick/spot/listen/"
    part = signed_in(spot.clerk).post(address, {"done": "1"}, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="guides">') and "已勾 1 / 3" in words_of(part)
    refused = signed_in(spot.executive).post(address, {"done": ""}, headers={"HX-Request": "true"})
    assert "没有权限" in words_of(refused) and "已勾 1 / 3" in words_of(refused)
    assert "<form" not in refused.content.decode()


def test_what_is_not_there_or_not_seen_is_not_found(spot: Bank, signed_in: SignIn) -> None:
    made = case(spot)
    assert signed_in(spot.clerk).post(f"/cases/{made.number}/tick/spot/none/", {"done": "1"}).status_code == 404
    assert signed_in(spot.other_clerk).post(f"/cases/{made.number}/tick/spot/listen/", {"done": "1"}).status_code == 404
    assert signed_in(spot.clerk).get(f"/cases/{made.number}/tick/spot/listen/").status_code == 405


def test_the_picture_shows_the_cases_own_path(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "route")
    page = signed_in(bank.handler).get(f"/cases/{made.number}/").content.decode()
    drawn = re.search(r"<svg[^>]*role=\"img\".*?</svg>", page, re.DOTALL)
    assert drawn is not None
    assert "本工单经过：待判断 → 待转办 → 调查中；现处：调查中。" in drawn[0]
    assert not re.search(r"\bstyle=|<style|<script", drawn[0])


def test_who_recorded_is_shown_the_eight_clauses_at_once_and_on_the_case_to_its_end(
    bank: Bank, signed_in: SignIn
) -> None:
    made, client = case(bank), signed_in(bank.clerk)
    for page in (f"/cases/{made.number}/recorded/", f"/cases/{made.number}/"):
        said = words_of(client.get(page))
        assert "首问责任制" in said and "有问而来" in said and "不请托别人代办" in said
    walk(made, bank, "answer")
    assert "首问责任制" in words_of(client.get(f"/cases/{made.number}/"))


def test_a_breach_of_the_first_receivers_duty_stands_in_the_list_of_accountability(
    bank: Bank, signed_in: SignIn
) -> None:
    made, client = case(bank), signed_in(bank.manager)
    breach = {
        "unit": "O1",
        "person": "clerk",
        "fault_code": "他人代办",
        "grounds": "请同事代为回复客户",
        "study_days": "2",
    }
    client.post(f"/cases/{made.number}/do/hold_accountable/", breach | {"version": made.version})
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "请托他人代办" in page and "请同事代为回复客户" in page and "下机学习 2 天" in page
    assert "请同事代为回复客户" not in words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))


def test_a_closed_case_says_until_when_its_files_are_kept_and_why(bank: Bank, signed_in: SignIn) -> None:
    made, client = case(bank), signed_in(bank.handler)
    assert "投诉档案至少保存到" not in words_of(client.get(f"/cases/{made.number}/"))
    walk(made, bank)
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "投诉档案至少保存到 2029年11月9日 24:00" in page and "人民银行令2020年第5号" in page
