"""Near cases and batches on the pages: reasons, shared wording marked, how the other one ended, and no personal data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from tests.make import TEXT, Bank, case, walk
from tests.web.conftest import words_of
from tingsu.cases.models import Bundle, Case
from tingsu.cases.near import link_near
from tingsu.org.models import AccessEntry, User
from tingsu.reading.similar import Span
from tingsu.web.near_view import mark_excerpt

SignIn = Callable[[User], Client]
PLAIN = "手机银行转账{sum}元显示处理中，三天了一直没有到账，客服每次都说再等等，我叫王大明，电话154876543{n}1，要求今天查清。"


def batch(bank: Bank, count: int = 3) -> list[Case]:
    at = timezone.localtime() - timedelta(days=2)
    made = [
        case(bank, text=PLAIN.format(sum=900 + n, n=n), name=f"客户{n}", phone=f"1540000{n:04d}", at=at)
        for n in range(count)
    ]
    for one in made:
        link_near(one)
    return made


def test_a_case_shows_why_another_is_near_what_both_say_and_how_it_ended(bank: Bank, signed_in: SignIn) -> None:
    ended = walk(case(bank, name="李四", phone="13900005678"), bank)
    made = case(bank)
    link_near(made)
    page = signed_in(bank.handler).get(f"/cases/{made.number}/")
    said = words_of(page)
    assert "同一模板不同客户" in said and ended.number in said
    assert "认定：成立" in said and "补救：补偿 300 元" in said and "回访：满意" in said
    assert '<mark class="mark-same">我昨天在你们网点取钱' in page.content.decode()


def test_the_customer_again_is_named_so(bank: Bank, signed_in: SignIn) -> None:
    first, again = case(bank), case(bank, text="信用卡年费没人说过，请退还。")
    link_near(again)
    said = words_of(signed_in(bank.handler).get(f"/cases/{again.number}/"))
    assert "同一客户再次投诉" in said and first.number in said


def test_nobody_elses_number_or_name_is_shown(bank: Bank, signed_in: SignIn) -> None:
    made = batch(bank)
    bundle = Bundle.objects.get(sort="wording")
    client = signed_in(bank.handler)
    for address in (f"/cases/{made[0].number}/", "/bundles/", f"/bundles/{bundle.pk}/"):
        page = client.get(address).content.decode()
        for secret in ("15487654311", "15487654321", "15400000001", "王大明"):
            assert secret not in page, address


def test_a_repeat_complainant_is_announced_while_recording(bank: Bank, signed_in: SignIn) -> None:
    mine = case(bank)
    case(bank, by=bank.other_clerk)
    typed = {"text": "信用卡年费没人说过，请退还。", "phone": "13800001234"}
    said = words_of(signed_in(bank.clerk).post("/cases/new/reading/", typed))
    assert "这位客户此前投诉过 2 次。" in said and "其中 1 件在其他机构。" in said
    assert mine.number in said and "尚未认定" in said


def test_a_copy_of_what_is_typed_is_shown_with_the_shared_words(bank: Bank, signed_in: SignIn) -> None:
    case(bank, name="李四", phone="13900005678")
    page = signed_in(bank.clerk).post("/cases/new/reading/", {"text": TEXT}).content.decode()
    assert "同一模板不同客户" in page and "mark-same" in page
    assert "没有找到" not in page


def test_batches_are_listed_with_their_evidence_and_opened(bank: Bank, signed_in: SignIn) -> None:
    made = batch(bank)
    client = signed_in(bank.manager)
    assert "批量线索" in words_of(client.get("/"))
    said = words_of(client.get("/bundles/"))
    assert "批量" in said and "文字相同或大同小异" in said and "由人核实后认定" in said
    shown = client.get(f"/bundles/{Bundle.objects.get(sort='wording').pk}/")
    assert "3 位客户，3 件投诉" in words_of(shown)
    assert all(one.number in words_of(shown) for one in made)
    assert "mark-same" in shown.content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_batches_leaves_as_a_file_masked_and_logged(bank: Bank, signed_in: SignIn, kind: str) -> None:
    made = batch(bank)
    client = signed_in(bank.handler)
    assert 'action="/bundles/export/"' in client.get("/bundles/").content.decode()
    sent = client.post("/bundles/export/", {"kind": kind})
    assert sent.status_code == 200 and f".{kind}" in sent["Content-Disposition"]
    head, *rows = table_in(b"".join(sent.streaming_content), kind)  # type: ignore[attr-defined]
    (row,) = [dict(zip(head, row, strict=True)) for row in rows]
    assert (row["线索"], row["举例工单"]) == ("批量", made[0].number)
    assert (int(row["客户数"]), int(row["投诉件数"])) == (3, 3)
    assert "三天了一直没有到账" in row["举例原文（已遮盖）"]
    for secret in ("15487654311", "15400000001", "王大明"):
        assert secret not in str(row)
    (entry,) = AccessEntry.objects.filter(what="export")
    assert (entry.by, entry.detail["bundles"]) == (bank.handler, 1)


def table_in(content: bytes, kind: str) -> list[list[Any]]:
    """The rows of a sheet or CSV."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert sheet.title == "批量线索"
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_list_of_batches_leaves_only_with_who_may_export(bank: Bank, signed_in: SignIn) -> None:
    batch(bank)
    for outsider in (bank.clerk, bank.lead):
        assert signed_in(outsider).post("/bundles/export/").status_code == 403
    assert signed_in(bank.handler).get("/bundles/export/").status_code == 405
    assert not AccessEntry.objects.filter(what="export").exists()


def test_a_case_of_a_batch_says_so_and_links_only_for_who_may_look(bank: Bank, signed_in: SignIn) -> None:
    made = batch(bank)
    address = f"/cases/{made[0].number}/"
    assert "3 位客户的 3 件投诉文字相同或大同小异" in words_of(signed_in(bank.handler).get(address))
    assert "/bundles/" in signed_in(bank.handler).get(address).content.decode()
    assert "3 位客户的 3 件投诉" in words_of(signed_in(bank.clerk).get(address))
    assert "/bundles/" not in signed_in(bank.clerk).get(address).content.decode()


def test_who_has_no_such_duty_is_sent_away(bank: Bank, signed_in: SignIn) -> None:
    batch(bank)
    pk = Bundle.objects.get(sort="wording").pk
    for address in ("/bundles/", f"/bundles/{pk}/"):
        assert signed_in(bank.clerk).get(address).status_code == 403
    assert signed_in(bank.handler).get("/bundles/4711/").status_code == 404


def test_the_list_and_one_batch_cost_the_same_however_many(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    batch(bank, 9)
    client = signed_in(bank.handler)
    pk = Bundle.objects.get(sort="wording").pk
    with django_assert_max_num_queries(11):
        client.get("/bundles/")
    with django_assert_max_num_queries(13):
        client.get(f"/bundles/{pk}/")


def test_an_excerpt_stands_around_the_longest_shared_words() -> None:
    text = "前言" * 60 + "客户经理拒不解释，要求退还本金" + "后语" * 60
    start = text.index("客户")
    said = str(mark_excerpt(text, [Span(0, 6), Span(start, start + 15)]))
    assert said.startswith("…") and said.endswith("…")
    assert '<mark class="mark-same">客户经理拒不解释，要求退还本金</mark>' in said
    assert str(mark_excerpt("<b>&", [Span(0, 3)])) == '<mark class="mark-same">&lt;b&gt;</mark>&amp;'
    assert str(mark_excerpt("", [])) == ""
