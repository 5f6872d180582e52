"""What holds of every page: it answers every role, carries no inline script or style, and says its language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.org.models import User

SignIn = Callable[[User], Client]
PATHS = ["/", "/cases/", "/cases/new/", "/approvals/", "/late/", "/search/?q=柜员", "/search/", "/tokens/", "/audit/", "/models/",
         "/cases/{number}/", "/cases/{number}/form/", "/cases/{number}/do/note/", "/cases/{number}/do/correct/",
         "/cases/{number}/recorded/", "/nowhere/"]  # fmt: skip
ROLES = ["clerk", "handler", "head", "lead", "manager", "executive", "auditor", "admin"]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_every_role_under_the_strict_policy(bank: Bank, signed_in: SignIn, role: str) -> None:
    late = now() - timedelta(days=20)
    made = walk(case(bank, at=late), bank, "submit", at=late)
    client = signed_in(getattr(bank, role))
    for path in PATHS:
        page = client.get(path.format(number=made.number))
        assert page.status_code in (200, 403, 404), (path, page.status_code)
        text = page.content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|javascript:", text), path
        for script in re.findall(r"<script\b[^>]*>", text):
            assert " src=" in script or 'type="application/json"' in script, (path, script)
        assert "default-src 'self'" in page["Content-Security-Policy"]
        assert text.count("btn-primary") <= 1, path  # one primary button a page


@pytest.mark.parametrize("path", PATHS)
def test_in_english_no_chinese_wording_of_ours_is_left(bank: Bank, signed_in: SignIn, path: str) -> None:
    late = now() - timedelta(days=20)
    made = walk(case(bank, at=late), bank, "submit", at=late)
    client = signed_in(bank.head)
    client.cookies["django_language"] = "en"
    page = words_of(client.get(path.format(number=made.number)))
    for ours in ("时限", "环节", "登记投诉", "客户怎么说", "工单", "研判", "下一步", "已超", "提交"):
        assert ours not in page, ours


def test_the_english_catalogue_is_complete() -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    root = Path(__file__).resolve().parents[2]
    spec = spec_from_file_location("messages", root / "scripts/messages.py")
    assert spec and spec.loader
    messages = module_from_spec(spec)
    spec.loader.exec_module(messages)
    assert messages.missing(messages.fresh_catalogue()) == []


def test_a_refusal_is_a_page_and_for_htmx_a_notice(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    page = client.get("/late/")
    assert page.status_code == 403
    assert "您没有办理这件事的权限" in words_of(page)
    part = client.get("/late/", headers={"HX-Request": "true"})
    assert part.status_code == 403
    assert part.content.decode().strip().startswith('<div class="notice')


def test_a_broken_pack_is_named_on_a_page_that_needs_no_pack(
    bank: Bank, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tingsu.org.pack import forget_packs
    from tingsu.packs.loader import PackError

    def broken() -> None:
        raise PackError("bank", [("process.yaml", 249, "guards", "不认识")])

    client = signed_in(bank.handler)
    monkeypatch.setattr("tingsu.org.pack._look", broken)
    forget_packs()
    try:
        page = client.get("/cases/")
        assert page.status_code == 500
        assert "process.yaml:249" in words_of(page)
    finally:
        forget_packs()


@pytest.mark.parametrize("path", ["/cases/%00/", "/search/?q=%00%00", "/audit/?number=%00", "/cases/²/", "/cases/'--/"])
def test_an_odd_address_is_answered_not_crashed(bank: Bank, signed_in: SignIn, path: str) -> None:
    assert signed_in(bank.auditor).get(path).status_code in (400, 404, 422)


def test_odd_numbers_in_addresses_find_nothing(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    huge = "9" * 30
    assert client.get(f"/cases/{case(bank).number}/evidence/{huge}/").status_code == 404
    assert client.post(f"/tokens/{huge}/revoke/").status_code == 302


def test_an_action_opens_in_place_for_htmx_and_as_a_page_without(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    path = f"/cases/{case(bank).number}/do/note/"
    part = client.get(path, headers={"HX-Request": "true", "HX-Target": "desk"}).content.decode()
    assert part.strip().startswith("<section")
    assert 'name="text"' in part
    whole = client.get(path).content.decode()
    assert "<!doctype html>" in whole and 'name="text"' in whole


def test_home_links_each_figure_to_exactly_its_cases(bank: Bank, signed_in: SignIn) -> None:
    for age in (1, 16, 18):
        case(bank, at=now() - timedelta(days=age))
    client = signed_in(bank.manager)
    text = client.get("/").content.decode()
    tiles = re.findall(r'class="tile[^"]*"\s+href="([^"]+)".*?<strong>(\d+)</strong>', text, flags=re.S)
    assert len(tiles) == 6
    for href, count in tiles:
        listed = client.get(href.replace("&amp;", "&"))
        assert f"共 {count} 件" in words_of(listed), href


def test_home_says_first_what_to_fix_first(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.manager)
    assert "没有逾期，也没有今天到期的" in words_of(client.get("/"))
    case(bank, at=now() - timedelta(days=20))
    assert "先办已逾期的 1 件" in words_of(client.get("/"))


def test_a_clerks_home_is_the_own_cases_and_the_way_to_record(bank: Bank, signed_in: SignIn) -> None:
    mine = case(bank)
    theirs = case(bank, by=bank.handler)
    page = words_of(signed_in(bank.clerk).get("/"))
    assert mine.number in page
    assert theirs.number not in page
    assert "登记投诉" in page


def test_approvals_list_what_waits_at_my_level_and_below(bank: Bank, signed_in: SignIn) -> None:
    small = walk(case(bank), bank, "submit")
    large = walk(case(bank, phone="13700000000"), bank, "submit", amount="3000")
    head = words_of(signed_in(bank.head).get("/approvals/"))
    assert small.number in head and large.number not in head
    manager = words_of(signed_in(bank.manager).get("/approvals/"))
    assert small.number in manager and large.number in manager
    assert "3,000" in manager
    refused = signed_in(bank.clerk).get("/approvals/")
    assert refused.status_code == 403


def test_late_says_where_in_whose_hands_and_why(bank: Bank, signed_in: SignIn) -> None:
    late = now() - timedelta(days=20)
    walk(case(bank, at=late), bank, "route", at=late)
    page = words_of(signed_in(bank.head).get("/late/"))
    for words in ("已超", "调查中", "已停 20 天", "李敏", "江州分行", "未办延期"):
        assert words in page


def test_a_token_is_shown_once_and_revoked_by_its_owner_only(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    made = client.post("/tokens/", {"name": "客服热线系统"})
    key = re.search(r"<code[^>]*>(ts_[^<]+)</code>", made.content.decode())
    assert key is not None
    assert key[1] not in client.get("/tokens/").content.decode()
    token = bank.handler.tokens.get()
    signed_in(bank.clerk).post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is None
    client.post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert client.post("/tokens/", {"name": ""}).status_code == 422


def test_audit_shows_a_chain_and_names_what_was_tampered_with(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "judge")
    client = signed_in(bank.auditor)
    whole = words_of(client.get(f"/audit/?number={made.number}"))
    assert "这件工单的记录完整" in whole and "作出初步认定" in whole
    assert "封存值全部相符" in words_of(client.post("/audit/"))
    made.events.filter(seq=1).update(by_name="别人")
    assert "第 1 条事件的内容被改动" in words_of(client.post("/audit/"))
