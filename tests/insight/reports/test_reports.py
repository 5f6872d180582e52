"""Reports over made-up facts: every figure counted again by hand, the three forms equal, nothing personal, sent once."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from tests.insight.facts.sample import TREE, made_up, write_facts
from tests.make import MONDAY, Bank, case
from tingsu.base.clock import SHANGHAI
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.insight.facts.store import refresh
from tingsu.insight.feeds.tables import FeedPost, FeedSource
from tingsu.insight.reports.chosen import MOST
from tingsu.insight.reports.excel import excel_of
from tingsu.insight.reports.facets import BUSINESS, CHANNELS, REASONS, WORDS, CodesRefused, read_codes, take_in_codes
from tingsu.insight.reports.monthly import build_pack
from tingsu.insight.reports.monthly_paper import monthly_paper
from tingsu.insight.reports.paper import Linked, Paper, Section, Table, bare, from_json, to_json
from tingsu.insight.reports.quarter import build_quarter
from tingsu.insight.reports.quarter_paper import quarter_paper
from tingsu.insight.reports.scope import ScopeNotFound, scope_of
from tingsu.insight.reports.sending import HOLD, MOST_TRIES, due_span, send_due
from tingsu.insight.reports.spans import BadPeriod, read_span_key, span_with
from tingsu.insight.reports.tables import FacetCode, KeptReport, ReportSchedule, ReportSending
from tingsu.insight.reports.verbs import (
    ReportNotFound,
    ask_report,
    end_schedule,
    fill,
    find_report,
    make_paper,
    may_take,
    schedule_report,
    send_again,
    take_report,
    take_table,
)
from tingsu.insight.reports.word import shown, word_of
from tingsu.insight.topics.tables import UnitSize
from tingsu.org.models import AccessEntry, RoleGrant, Unit, User
from tingsu.org.permissions import NotAllowed

AT = datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)
JANUARY = span_with("monthly", date(2026, 1, 1))
FIRST_QUARTER = span_with("quarter", date(2026, 1, 1))


@pytest.fixture
def rows(bank: Bank) -> list[dict[str, Any]]:
    """Four hundred complaints around New Year 2026, put in force."""
    made = made_up(400)
    write_facts(made, at=AT)
    return made


def counted(rows: list[dict[str, Any]], span: Any = JANUARY, path: str = "/") -> list[dict[str, Any]]:
    """What a report is to count, by hand."""
    inside = [row for row in rows if span.since <= row["received_at"].date() <= span.until]
    here = [row for row in inside if path == "/" or TREE.paths.get(TREE.now(row["unit"]), "").startswith(path)]
    return [row for row in here if not row["is_repeat"]]


def table_of(paper: Paper, id_: str) -> Table:
    return next(table for table in paper.tables() if table.id == id_)


def column_of(table: Table, place: int = 1) -> dict[Any, Any]:
    return {bare(row[0]): bare(row[place]) for row in table.rows}


# -- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "B1"])
def test_the_month_counts_what_hand_counting_gives(bank: Bank, rows: list[dict[str, Any]], code: str) -> None:
    unit = Unit.objects.filter(code=code).first()
    mine = counted(rows, path=unit.path if unit else "/")
    pack = build_pack(scope_of(unit), JANUARY, at=AT)
    paper = monthly_paper(pack)
    figures = column_of(table_of(paper, "figures"))
    assert figures["投诉量（件）"] == len(mine) == pack.now.n
    ends = Counter(row["ended"] for row in mine)
    assert figures["未结（件）"] == ends[""]
    assert (figures["已办结（件）"], figures["撤回等（件）"]) == (ends["closed"], len(mine) - ends[""] - ends["closed"])
    assert figures["经监管（件）"] == sum(row["regulator"] for row in mine)
    assert figures["情绪激动（件，强度 2 以上）"] == sum(row["emotion"] >= 2 for row in mine)
    assert figures["付款金额（元）"] == pytest.approx(sum(row["paid"] or 0 for row in mine))
    answered = [row for row in mine if row["answered_at"]]
    late = sum(row["answered_late"] for row in answered)
    assert figures["超期答复率（%，以已答复为底）"] == round(100 * late / len(answered), 1)
    by_cause = Counter(row["cause"] for row in mine)
    assert column_of(table_of(paper, "cause")) == dict(by_cause)
    assert column_of(table_of(paper, "trend"))["2026-01"] == len(mine)


def test_repeats_are_merged_and_said(bank: Bank, rows: list[dict[str, Any]]) -> None:
    view = build_quarter(scope_of(None), FIRST_QUARTER, at=AT)
    every = [row for row in rows if row["received_at"].year == 2026]
    assert view.every == len(every) > view.now.n == len(counted(rows, FIRST_QUARTER))
    totals = column_of(table_of(quarter_paper(view), "totals"))
    assert (totals["投诉总量（件，重复已合并）"], totals["合并之前（件）"]) == (view.now.n, len(every))


def test_facets_and_responses_count_every_complaint_once(bank: Bank, rows: list[dict[str, Any]]) -> None:
    mine = counted(rows, FIRST_QUARTER)
    view = build_quarter(scope_of(None), FIRST_QUARTER, at=AT)
    for facet in WORDS:
        assert sum(now for now, _before in view.facets[facet].values()) == len(mine)
    assert view.facets["reason"]["定价收费"][0] == sum(row["cause"] == "定价收费" for row in mine)
    assert view.facets["business"]["其他"][0] == sum(not row["business"] for row in mine)
    assert view.facets["channel"]["营业现场"][0] == sum(row["channel"] == "counter" for row in mine)
    assert view.responses == {name: sum(response(row) == name for row in mine) for name in view.responses}
    assert sum(view.responses.values()) == len(mine)


def response(row: dict[str, Any]) -> str:
    """The stated mapping once more."""
    if row["answered_late"]:
        return "untimely"
    if row["answered_at"] is None and not row["ended"]:
        return "in_progress"
    if row["paid"]:
        return "monetary"
    return "non_monetary" if row["verdict"] in ("valid", "partly") else "explanation"


def test_outside_voices_are_never_counted(bank: Bank, rows: list[dict[str, Any]]) -> None:
    before = to_json(make_paper("quarter", None, FIRST_QUARTER, at=AT))
    source = FeedSource.objects.create(name="应用商店", kind="app_store", made_at=AT)
    for n in range(30):
        FeedPost.objects.create(
            source=source, key=str(n), text="又闪退了", posted_at=datetime(2026, 1, 9, tzinfo=SHANGHAI), unit="O1",
            business="借记卡", cause="设施设备系统", verdict="complaint", imported_at=AT,
        )  # fmt: skip
    assert to_json(make_paper("quarter", None, FIRST_QUARTER, at=AT)) == before


def test_rates_only_where_sizes_are_known(bank: Bank, rows: list[dict[str, Any]]) -> None:
    paper = make_paper("quarter", None, FIRST_QUARTER, at=AT)
    totals = column_of(table_of(paper, "totals"))
    assert totals["每千营业网点（件）"] is None and totals["每千万个人客户（件）"] is None
    assert any("没有营业网点数" in words for words in paper.doubts)
    assert any("没有个人客户数" in words for words in paper.doubts)
    for code, customers, outlets in (("O1", 4000, 1), ("O2", 6000, 1), ("B1", 5000, 0)):
        UnitSize.objects.create(
            unit_code=code, customers=customers, outlets=outlets, valid_from=date(2026, 1, 1), at=AT
        )
    paper = make_paper("quarter", None, FIRST_QUARTER, at=AT)
    n = len(counted(rows, FIRST_QUARTER))
    totals = column_of(table_of(paper, "totals"))
    assert totals["每千营业网点（件）"] == n * 1000 / 2
    assert totals["每千万个人客户（件）"] == pytest.approx(n * 10_000_000 / 10_000)
    regions = table_of(paper, "regions")
    named = {bare(row[0]): row for row in regions.rows}
    here = len(counted(rows, FIRST_QUARTER, "/HO/B1/"))
    assert bare(named["江州分行"][5]) == pytest.approx(here * 10_000_000 / 5000)
    assert bare(named["未指明机构"][4]) is None


@pytest.mark.parametrize(("first", "known"), [(1, True), (6, True), (20, False)])
def test_an_earlier_month_that_is_half_on_record_is_not_compared_with(
    bank: Bank, rows: list[dict[str, Any]], first: int, known: bool
) -> None:
    early = {**rows[0], "case_id": 99_999, "is_repeat": False, "received_at": datetime(2025, 12, first, 9)}  # noqa: DTZ001
    write_facts([row for row in rows if row["received_at"].date() > date(2025, 12, first)] + [early], at=AT)
    pack = build_pack(scope_of(None), JANUARY, at=AT)
    paper = monthly_paper(pack)
    assert pack.since_when == date(2025, 12, first)
    before = column_of(table_of(paper, "figures"), 2)["投诉量（件）"]
    assert before == (pack.before.n if known else None)
    assert ("无从比较" in paper.sections[0].words[0]) is not known
    assert any("无从比较" in words for words in paper.doubts) is not known or first == 6


def test_a_month_without_complaints_and_a_site_without_any(bank: Bank, rows: list[dict[str, Any]]) -> None:
    for unit, span in ((bank.cards, JANUARY), (None, span_with("monthly", date(2026, 2, 20)).back(20))):
        paper = make_paper("monthly", unit, span, at=AT)
        assert table_of(paper, "cases").rows == [] and table_of(paper, "hot").rows == []
        assert "没有收到投诉" in paper.sections[0].words[0]
        assert word_of(paper) and excel_of(paper)
    write_facts([], at=AT)
    for kind in ("monthly", "quarter"):
        paper = make_paper(kind, None, read_span_key(kind, "", today=AT.date()), at=AT)  # type: ignore[arg-type]
        assert any("还没有任何投诉记录" in words for words in paper.doubts) and word_of(paper)


def test_ten_cases_by_stated_rules_each_once(bank: Bank, rows: list[dict[str, Any]]) -> None:
    pack = build_pack(scope_of(None), JANUARY, at=AT)
    known = {row["number"]: row for row in counted(rows)}
    assert len({chosen.number for chosen in pack.cases}) == MOST
    assert known[pack.cases[0].number]["regulator"] and known[pack.cases[1].number]["emotion"] == 3
    assert known[pack.cases[2].number]["paid"] == max(row["paid"] or 0 for row in known.values())
    for chosen in pack.cases:
        assert (
            chosen.reasons
            and ("经监管部门转来，或重复投诉到了监管" in chosen.reasons) <= known[chosen.number]["regulator"]
        )


# -- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["monthly", "quarter"])
def test_word_and_excel_show_the_same_as_the_report(bank: Bank, rows: list[dict[str, Any]], kind: Any) -> None:
    paper = make_paper(kind, None, JANUARY if kind == "monthly" else FIRST_QUARTER, at=AT)
    assert from_json(to_json(paper)) == paper
    tables = [table for table in paper.tables() if table.rows]
    word = docx.Document(io.BytesIO(word_of(paper)))
    assert len(word.tables) == len(tables)
    assert len(word.inline_shapes) == sum(table.picture is not None for table in tables)
    book = openpyxl.load_workbook(io.BytesIO(excel_of(paper)))
    sheets = [sheet for sheet, table in zip(book.worksheets[1:], paper.tables(), strict=True) if table.rows]
    for table, said, sheet in zip(tables, word.tables, sheets, strict=True):
        plain = list(table.plain())
        read = [[cell.text for cell in row.cells] for row in said.rows]
        assert read == [list(table.columns), *[[shown(value) for value in row] for row in plain]]
        for no, row in enumerate(plain, start=2):
            for place, value in enumerate(row, start=1):
                assert sheet.cell(no, place).value == value or (value == "" and not sheet.cell(no, place).value)
        assert len(sheet._charts) == (table.picture is not None)


def test_texts_never_become_formulas_or_commands() -> None:
    evil = '=HYPERLINK("http://x","y")#{read("/etc/passwd")}\\ $ " ] \x01'
    from tingsu.insight.reports.paper import Picture

    table = Table("a", "=1+1", ("=2", "n"), [[evil, 3], ["@sum", None]], picture=Picture("bar", (1,), flat=True))
    standing = Table("b", "[x]*?/:'", ("月", "n"), [["2026-01", 1]], picture=Picture("bar", (1,)))
    paper = Paper("monthly", "2026-01", "=t", "x", JANUARY.since, JANUARY.until, AT, [evil], [], [
        Section("s", "=s", ["=w"], [table, standing])
    ])  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(excel_of(paper)))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert cells and all(cell.data_type != "f" for cell in cells)
    assert docx.Document(io.BytesIO(word_of(paper))).tables


def test_nothing_personal_leaves(bank: Bank) -> None:
    for n in range(5):
        case(bank, accused_unit=bank.outlet, at=MONDAY + timedelta(hours=n), name="欧阳震华", phone="13900007777",
             text=f"我叫欧阳震华，柜员第{n}次态度很差，骂人，要求道歉并赔偿300元，电话13900007777，卡号6222021234567890123。")  # fmt: skip
    at = MONDAY + timedelta(days=9)
    refresh(at=at)
    paper = make_paper("monthly", None, span_with("monthly", MONDAY.date()), at=at)
    assert len(table_of(paper, "cases").rows) == 5
    word = docx.Document(io.BytesIO(word_of(paper)))
    book = openpyxl.load_workbook(io.BytesIO(excel_of(paper)))
    said = "".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    said += "".join(str(cell.value) for sheet in book for row in sheet for cell in row) + str(to_json(paper))
    assert "态度很差" in said
    for personal in ("欧阳震华", "13900007777", "6222021234567890123"):
        assert personal not in said


# -- codes -----------------------------------------------------------------------------------------------------------


def code_lines() -> list[str]:
    lines = ["分面,代码,名称"]
    for facet, words in (("渠道", CHANNELS), ("业务", BUSINESS), ("原因", REASONS)):
        lines += [f"{facet},{990 + 10 * n + 9 if w.startswith('其他') else 100 + n},{w}" for n, w in enumerate(words)]
    return lines


def test_codes_come_from_a_file_that_is_checked(bank: Bank, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    assert "代码" not in table_of(make_paper("quarter", None, FIRST_QUARTER, at=AT), "facet_reason").columns
    good = code_lines()
    path.write_text("\n".join(good), encoding="utf-8-sig")
    assert take_in_codes(read_codes(path), by=bank.head, at=AT) == len(good) - 1
    table = table_of(make_paper("quarter", None, FIRST_QUARTER, at=AT), "facet_reason")
    assert table.columns[1] == "代码" and bare(table.rows[0][1]) == "100"
    for wrong in (
        good[:-1],  # a word without a code
        [*good, "原因,555,心情不好"],
        [*good[:1], good[1].replace("100", "1O0"), *good[2:]],
        [*good[:1], good[2].replace("101", "100"), *good[2:]],
        [line.replace("1119", "1118") for line in good],
        ["a,b", "1,2"],
    ):
        path.write_text("\n".join(wrong), encoding="utf-8")
        with pytest.raises(CodesRefused):
            take_in_codes(read_codes(path), by=bank.head, at=AT)
    assert FacetCode.objects.count() == len(good) - 1
    with pytest.raises(NotAllowed):
        take_in_codes([], by=bank.lead, at=AT)


# -- verbs and sending -----------------------------------------------------------------------------------------------


def test_only_who_sees_the_whole_unit_reads_its_report(bank: Bank, rows: list[dict[str, Any]]) -> None:
    made = {code: fill(ask_report("quarter", code, "2026-Q1", by=bank.head, at=AT), at=AT) for code in ("", "B1", "B2")}
    assert find_report(made["B1"].pk, by=bank.manager).content
    for code in ("", "B2"):
        with pytest.raises(ReportNotFound):
            find_report(made[code].pk, by=bank.manager)
    with pytest.raises(NotAllowed):
        find_report(made["B1"].pk, by=bank.clerk)
    with pytest.raises(NotAllowed):
        ask_report("quarter", "B1", "2026-Q1", by=bank.lead, at=AT)
    with pytest.raises(ScopeNotFound):
        ask_report("quarter", "B2", "2026-Q1", by=bank.manager, at=AT)
    take_report(made["B1"], "docx", by=bank.manager, at=AT)
    logged = AccessEntry.objects.order_by("-seq").first()
    assert logged is not None and logged.what == "export" and logged.detail["report"] == made["B1"].pk


def test_cases_leave_only_with_who_may_export_them(bank: Bank, rows: list[dict[str, Any]]) -> None:
    monthly = fill(ask_report("monthly", "B1", "2026-01", by=bank.head, at=AT), at=AT)
    quarter = fill(ask_report("quarter", "B1", "2026-Q1", by=bank.head, at=AT), at=AT)
    assert not may_take(monthly, by=bank.lead) and may_take(monthly, by=bank.manager)
    for taking in (
        lambda: take_report(monthly, "docx", by=bank.lead, at=AT),
        lambda: take_table(monthly, "cases", by=bank.lead, at=AT),
        lambda: take_table(monthly, "hot", by=bank.lead, at=AT),
    ):
        before = AccessEntry.objects.count()
        with pytest.raises(NotAllowed):
            taking()
        assert AccessEntry.objects.count() == before
    assert take_report(quarter, "xlsx", by=bank.lead, at=AT).content
    assert take_table(monthly, "trend", by=bank.lead, at=AT).id == "trend"
    assert take_table(monthly, "cases", by=bank.manager, at=AT).rows
    logged = AccessEntry.objects.order_by("-seq").first()
    assert logged is not None and logged.what == "export" and logged.detail["table"] == "cases"
    with pytest.raises(ReportNotFound):
        take_table(monthly, "nothing", by=bank.manager, at=AT)


def mailed(person: User, address: str) -> User:
    person.email = address
    person.save()
    return person


@pytest.fixture
def schedule(bank: Bank, rows: list[dict[str, Any]], settings: Any) -> ReportSchedule:
    settings.REPORT_DOMAINS = ["reg.example"]
    mailed(bank.executive, "exec@bank.example")
    mailed(bank.manager, "manager@bank.example")
    return schedule_report(
        "monthly", "B1", 3, people=["executive", "manager"], addresses=["Desk@reg.example"], by=bank.head,
        at=datetime(2026, 1, 20, tzinfo=SHANGHAI),
    )  # fmt: skip


def test_each_period_is_sent_once(bank: Bank, schedule: ReportSchedule) -> None:
    assert send_due(at=datetime(2026, 2, 2, 23, tzinfo=SHANGHAI)).sent == 0 and not mail.outbox
    day = datetime(2026, 2, 3, 0, 5, tzinfo=SHANGHAI)
    assert (send_due(at=day).sent, send_due(at=day).sent, send_due(at=day + timedelta(days=20)).sent) == (1, 0, 0)
    assert sorted(message.to[0] for message in mail.outbox) == [
        "desk@reg.example", "exec@bank.example", "manager@bank.example",
    ]  # fmt: skip
    names = [name for name, _content, _type in mail.outbox[0].attachments]
    assert [name.rpartition(".")[2] for name in names] == ["docx", "xlsx"]
    sending = ReportSending.objects.get()
    assert sending.state == "sent" and sending.period == "2026-01" and sending.report is not None
    end_schedule(schedule.pk, by=bank.head, at=day)
    assert send_due(at=day + timedelta(days=40)).sent == 0


def test_of_two_workers_one_sends(schedule: ReportSchedule, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingsu.insight.reports import sending as module

    day = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
    real = module._send
    inner = []

    def meanwhile(sending: ReportSending, at: datetime) -> None:
        if not inner:
            inner.append(None)
            inner[0] = send_due(at=at)  # the other worker looks while this one is at it
        real(sending, at)

    monkeypatch.setattr(module, "_send", meanwhile)
    assert send_due(at=day).sent == 1 and inner[0].sent == 0
    assert len(mail.outbox) == 3


def test_a_failure_is_shown_and_tried_again_without_sending_twice(
    bank: Bank, schedule: ReportSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
    broken = {"exec@bank.example"}
    from django.core.mail import EmailMessage

    real = EmailMessage.send

    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        if self.to[0] in broken:
            raise OSError("connection refused")
        return real(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    assert send_due(at=day).failed == 1 and len(mail.outbox) == 2
    sending = ReportSending.objects.get()
    assert sending.state == "failed" and "exec@bank.example" in sending.why and "refused" in sending.why
    assert send_due(at=day + timedelta(minutes=5)).failed == 0  # not yet
    for no in range(12):
        send_due(at=day + timedelta(days=1 + no))
    sending.refresh_from_db()
    assert sending.tries == MOST_TRIES and len(mail.outbox) == 2
    broken.clear()
    send_again(sending.pk, by=bank.head, at=day + timedelta(days=15))
    assert send_due(at=day + timedelta(days=15)).sent == 1 and len(mail.outbox) == 3
    with pytest.raises(NotPossible):
        send_again(sending.pk, by=bank.head, at=day)
    assert KeptReport.objects.count() == 1


def test_a_try_that_died_is_taken_up(schedule: ReportSchedule, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingsu.insight.reports import sending as module

    day = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "_mail", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
        send_due(at=day)
    assert send_due(at=day + timedelta(minutes=5)).sent == 0
    assert send_due(at=day + HOLD).sent == 1


def test_a_last_try_that_died_counts_as_failed_and_can_be_sent_again(bank: Bank, schedule: ReportSchedule) -> None:
    day = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
    ReportSending.objects.create(schedule=schedule, period="2026-01", state="sending", tries=MOST_TRIES, next_at=day)
    assert send_due(at=day + HOLD).sent == 0
    sending = ReportSending.objects.get()
    assert sending.state == "failed" and sending.why
    send_again(sending.pk, by=bank.head, at=day + HOLD)
    assert send_due(at=day + 2 * HOLD).sent == 1


def test_a_name_of_two_lines_makes_no_header_of_its_own(bank: Bank, schedule: ReportSchedule) -> None:
    bank.branch.name = "江州\nBcc: x@evil.example\n分行"
    bank.branch.save()
    assert send_due(at=datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)).sent == 1
    for message in mail.outbox:
        assert "\n" not in message.subject and all("\n" not in str(name) for name, *_rest in message.attachments)
        assert message.message()["Bcc"] is None


def test_who_left_or_lost_the_unit_gets_nothing(bank: Bank, schedule: ReportSchedule) -> None:
    User.objects.filter(pk=bank.executive.pk).update(is_active=False)
    RoleGrant.objects.filter(user=bank.manager).delete()
    assert send_due(at=datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)).sent == 1
    assert [message.to for message in mail.outbox] == [["desk@reg.example"]]
    assert set(ReportSending.objects.get().left_out) == {"吴岚", "郑海"}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"day": 31}, "day"),
        ({"people": []}, "people"),
        ({"people": ["manager"], "unit_code": "B2"}, "people"),
        ({"people": ["nobody"]}, "people"),
        ({"addresses": ["a@elsewhere.example"]}, "addresses"),
        ({"addresses": ["a b@reg.example"]}, "addresses"),
        ({"addresses": ["x@reg.example\nBcc: y@z.example"]}, "addresses"),
        ({"kind": "weekly"}, "kind"),
    ],
)
def test_a_schedule_is_checked(bank: Bank, settings: Any, asked: dict[str, Any], wrong: str) -> None:
    settings.REPORT_DOMAINS = ["reg.example"]
    mailed(bank.executive, "exec@bank.example")
    mailed(bank.manager, "manager@bank.example")
    said = {"kind": "monthly", "unit_code": "", "day": 3, "people": ["executive"], "addresses": []} | asked
    with pytest.raises(Incomplete) as refused:
        schedule_report(said.pop("kind"), said.pop("unit_code"), said.pop("day"), **said, by=bank.head, at=AT)
    assert wrong in refused.value.fields and not ReportSchedule.objects.exists()


# -- periods ---------------------------------------------------------------------------------------------------------


@given(st.dates(date(2001, 1, 1), date(2150, 12, 31)), st.sampled_from(["monthly", "quarter"]))
def test_spans_follow_each_other_without_gap(day: date, kind: Any) -> None:
    span = span_with(kind, day)
    assert span.since <= day <= span.until and span.before.until + timedelta(days=1) == span.since
    assert read_span_key(kind, span.key, today=day) == span
    assert span.year_before.key[4:] == span.key[4:]


@pytest.mark.parametrize("key", ["2026-13", "2026-4", "x", "2026-Q1", "9999-01", "2026-04"])
def test_a_month_that_is_none_or_to_come_is_refused(key: str) -> None:
    with pytest.raises(BadPeriod):
        read_span_key("monthly", key, today=date(2026, 3, 3))


def test_a_quarter_is_due_in_the_month_after_it() -> None:
    schedule = ReportSchedule(kind="quarter", day=10)
    assert due_span(schedule, date(2026, 4, 9)).key == "2025-Q4"
    assert due_span(schedule, date(2026, 4, 10)).key == "2026-Q1"


def test_every_count_of_a_report_leads_to_a_list(bank: Bank, rows: list[dict[str, Any]]) -> None:
    paper = make_paper("quarter", None, FIRST_QUARTER, at=AT)
    for id_ in ("facet_channel", "facet_business", "facet_reason", "responses"):
        table = table_of(paper, id_)
        place = table.columns.index("件数")
        assert all(isinstance(row[place], Linked) for row in table.rows if bare(row[place]))
