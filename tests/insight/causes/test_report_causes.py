"""The report of a file says why there are more complaints lately, with the rows of each part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tingsu.insight.textreport import FileNotes, build_report, render_page, to_plain

FEE = "信用卡年费乱收费，没有告知我，要求退还年费{n}元。"
RUDE = "柜员态度恶劣，当众骂人，要求道歉，第{n}次了。"


@dataclass
class Row:
    row: int
    text: str
    at: datetime | None
    channel: str = "电话"
    unit: str = ""
    customer: str = ""


def rows_of(lately: int) -> list[Row]:
    first = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - as files give it
    rows = [
        Row(0, FEE.format(n=n + 100), first + timedelta(days=n % 40), unit=f"支行{n % 4}", customer=f"K{n}")
        for n in range(80)
    ]
    rows += [
        Row(
            0,
            RUDE.format(n=n + 2),
            first + timedelta(days=36 + n % 4),
            unit="滨江支行",
            customer=f"R{n}",
            channel="网点",
        )
        for n in range(lately)
    ]
    for number, row in enumerate(rows, start=2):
        row.row = number
    return rows


@pytest.mark.django_db
def test_a_rise_is_explained_with_its_rows() -> None:
    rows = rows_of(30)
    report = build_report(rows, notes=FileNotes("台账.csv"))
    plain = json.loads(json.dumps(to_plain(report), default=str))
    whole = plain["reasons"][0]
    assert whole["sure"]
    part = whole["parts"][0]
    assert "滨江支行" in part["where"].values() or "网点" in part["where"].values()
    assert set(part["rows"]) == {row.row for row in rows if row.unit == "滨江支行"}
    assert sum(one["change"] for one in whole["parts"]) + whole["rest"]["change"] == pytest.approx(
        whole["now"] - whole["before"], abs=0.02
    )
    page = render_page(report)
    assert "为什么上升" in page
    assert "来自「" in page or "比全部还大" in page


@pytest.mark.django_db
def test_where_nothing_rose_nothing_is_blamed() -> None:
    report = build_report(rows_of(0), notes=FileNotes("台账.csv"))
    assert report.reasons[0].told.parts == []
    assert "看不出集中在哪里" in render_page(report)
