"""The pages of reports: who sees what, the same numbers as the files, every number leads to its cases."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.insight.facts.sample import made_up, write_facts
from tests.make import Bank, case
from tests.web.conftest import words_of
from tingsu.base.clock import SHANGHAI, now, today
from tingsu.insight.facts.store import refresh
from tingsu.insight.kept import forget_kept
from tingsu.insight.reports.paper import Linked, bare, from_json
from tingsu.insight.reports.spans import span_with
from tingsu.insight.reports.tables import KeptReport, ReportSchedule, ReportSending
from tingsu.insight.reports.verbs import ask_report, fill, make_paper
from tingsu.insight.reports.word import shown
from tingsu.org.models import AccessEntry, User

SignIn = Callable[[User], Client]


@pytest.fixture
def report(bank: Bank) -> KeptReport:
    """The running month of a bank with four complaints about one outlet, two of them one customer's same matter."""
    forget_kept()
    for n in range(3):
        case(bank, accused_unit=bank.outlet, at=now(), phone=f"1390000000{n}", name=f"客户{n}")
    refresh(at=now())
    month = span_with("monthly", today()).key
    return fill(ask_report("monthly", "", month, by=bank.head), at=now())


def test_the_list_is_empty_with_a_way_on(bank: Bank, signed_in: SignIn) -> None:
    words = words_of(signed_in(bank.head).get("/insight/reports/"))
    assert "还没有报告" in words and "现在制作" in words and "新的定时发送" in words
    looked = words_of(signed_in(bank.lead).get("/insight/reports/"))
    assert "还没有报告" in looked and "现在制作" not in looked
    assert signed_in(bank.clerk).get("/insight/reports/").status_code == 403


def test_page_word_and_excel_are_equal_and_numbers_lead_to_cases(
    bank: Bank, signed_in: SignIn, report: KeptReport
) -> None:
    client = signed_in(bank.head)
    page = client.get(f"/insight/reports/{report.pk}/")
    assert page.status_code == 200
    words = words_of(page)
    assert report.content is not None
    paper = from_json(report.content)
    word = docx.Document(io.BytesIO(b"".join(client.get(f"/insight/reports/{report.pk}/?file=docx"))))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"/insight/reports/{report.pk}/?file=xlsx"))))
    in_word = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    in_book = [[cell.value for cell in row] for sheet in book for row in sheet]
    for table in paper.tables():
        for row in table.rows:
            plain = [bare(cell) for cell in row]
            assert [shown(value) for value in plain] in in_word
            wanted = [value or "" if isinstance(value, str) else value for value in plain]
            assert any([c if c is not None or w is None else "" for c, w in zip(found, wanted, strict=False)] == wanted
                       for found in in_book)  # fmt: skip
            assert all(" ".join(shown(value).split()) in words for value in plain)
    assert "13900000000" not in words and "客户0" not in words
    total = next(cell for row in next(paper.tables()).rows for cell in row[1:2])
    list_page = words_of(client.get(total.href))  # type: ignore[union-attr]
    assert f"{bare(total)} 件" in list_page
    pdf = b"".join(client.get(f"/insight/reports/{report.pk}/?file=pdf"))
    assert pdf.startswith(b"%PDF")


def test_every_link_of_a_report_opens(bank: Bank, signed_in: SignIn, report: KeptReport) -> None:
    client = signed_in(bank.head)
    text = client.get(f"/insight/reports/{report.pk}/").content.decode()
    found = {html.unescape(one) for one in re.findall(r'href="(/(?:insight/cases|cases)/[^"]*)"', text)}
    assert len(found) > 5
    for address in found:
        assert client.get(address).status_code == 200, address


def test_the_lists_pick_by_response_and_facet(bank: Bank, signed_in: SignIn, report: KeptReport) -> None:
    client = signed_in(bank.head)
    words = words_of(client.get("/insight/cases/", {"response": "in_progress"}))
    assert "办理结果：处理中" in words and "3 件" in words
    words = words_of(client.get("/insight/cases/", {"facet_channel": "营业现场"}))
    assert "渠道（JR/T 0169）：营业现场" in words and "3 件" in words
    assert "/cases/TS" not in client.get("/insight/cases/", {"response": "monetary"}).content.decode()


def test_tables_are_taken_one_by_one(bank: Bank, signed_in: SignIn, report: KeptReport) -> None:
    client = signed_in(bank.head)
    sent = client.get(f"/insight/reports/{report.pk}/", {"chart": "trend", "format": "csv"})
    assert "月份" in b"".join(sent).decode("utf-8-sig")
    logged = AccessEntry.objects.order_by("-seq").first()
    assert logged is not None and logged.what == "export" and logged.detail["table"] == "trend"
    assert client.get(f"/insight/reports/{report.pk}/", {"chart": "none"}).status_code == 404
    assert client.get(f"/insight/reports/{report.pk}/", {"file": "exe"}).status_code == 404


def test_out_of_reach_is_not_found(bank: Bank, signed_in: SignIn, report: KeptReport) -> None:
    for person in (bank.manager, bank.lead):
        client = signed_in(person)
        assert client.get(f"/insight/reports/{report.pk}/").status_code == 404
        assert (
            "月度案例分析："
            not in words_of(client.get("/insight/reports/")).replace("现在制作", "").split("已有的报告")[1]
        )
    assert signed_in(bank.clerk).get(f"/insight/reports/{report.pk}/").status_code == 403
    assert signed_in(bank.lead).post("/insight/reports/", {"do": "make", "period": "monthly:"}).status_code == 403


def test_one_is_asked_for_and_stands_in_the_list(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.head)
    key = span_with("quarter", today()).before.key
    words = words_of(
        client.post("/insight/reports/", {"do": "make", "period": f"quarter:{key}", "unit": "B1"}, follow=True)
    )
    kept = KeptReport.objects.get()
    assert (kept.kind, kept.period, kept.unit) == ("quarter", key, bank.branch) and "已开始制作" in words
    assert "正在制作" in words_of(client.get(f"/insight/reports/{kept.pk}/"))
    assert "正在制作" in words_of(client.get("/insight/reports/"))
    assert client.get(f"/insight/reports/{kept.pk}/?file=docx").status_code == 404
    with CaptureQueriesContext(connection) as few:
        client.get("/insight/reports/")
    KeptReport.objects.bulk_create(
        KeptReport(kind="monthly", period="2026-10", unit=bank.branch, content={}, made_by=bank.head, made_at=now())
        for _no in range(30)
    )
    with CaptureQueriesContext(connection) as many:
        client.get("/insight/reports/")
    assert len(many) <= len(few)
    for period in ("monthly:2999-01", "x", "monthly:2026-99"):
        assert client.post("/insight/reports/", {"do": "make", "period": period}).status_code == 422
    assert client.post("/insight/reports/", {"do": "nothing"}).status_code == 422


def test_a_schedule_is_set_shown_and_ended(bank: Bank, signed_in: SignIn) -> None:
    User.objects.filter(pk=bank.executive.pk).update(email="exec@bank.example")
    client = signed_in(bank.head)
    said = {"do": "schedule", "kind": "monthly", "unit": "", "day": "5", "people": ["executive"]}
    refused = client.post("/insight/reports/", {**said, "day": "40", "addresses": "x@y.example"})
    assert refused.status_code == 422 and "1 到 28" in words_of(refused) and "x@y.example" in words_of(refused)
    words = words_of(client.post("/insight/reports/", said, follow=True))
    made = ReportSchedule.objects.get()
    assert "次月 5 日" in words and "吴岚" in words
    failed = ReportSending.objects.create(
        schedule=made,
        period="2026-10",
        state="failed",
        why="邮件服务器没有响应",
        next_at=now() + timedelta(days=1),
        tries=8,
    )
    words = words_of(client.get("/insight/reports/"))
    assert "没有发出" in words and "邮件服务器没有响应" in words and "再发一次" in words
    client.post("/insight/reports/", {"do": "again", "number": failed.pk})
    failed.refresh_from_db()
    assert failed.state == "waiting" and failed.tries == 0
    client.post("/insight/reports/", {"do": "end", "number": made.pk})
    assert "次月 5 日" not in words_of(client.get("/insight/reports/"))
    assert client.post("/insight/reports/", {"do": "end", "number": "99"}).status_code == 404


@pytest.mark.parametrize("kind", ["monthly", "quarter"])
def test_every_count_is_the_count_of_the_list_it_leads_to(bank: Bank, signed_in: SignIn, kind: Any) -> None:
    forget_kept()
    at = datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)
    rows = [{**row, "answered_late": row["answered_late"] if row["answered_at"] else None} for row in made_up(150)]
    write_facts(rows, at=at)
    paper = make_paper(kind, None, span_with(kind, date(2026, 1, 5)), at=at)
    client = signed_in(bank.head)
    linked = [cell for table in paper.tables() for row in table.rows for cell in row if isinstance(cell, Linked)]
    counts = {
        cell.href: cell.value
        for cell in linked
        if isinstance(cell.value, int | float) and "/insight/cases/" in cell.href
    }
    assert len(counts) > 20
    wrong = {href: (n, total) for href, n in counts.items() if (total := client.get(href).context["total"]) != n}
    assert not wrong
