"""A chart as a page part and as files: the same figures everywhere, and no cell a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from urllib.parse import unquote

import openpyxl
import pytest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.test import RequestFactory

from tingsu.web.chart_options import band_option, bar_option, line_option
from tingsu.web.charts import Cell, Chart, ChartNotFound, Grid, download, heat_level, shown

GRID = Grid(
    ["机构", "件数", "比例"],
    [
        [Cell("=HYPERLINK(1)", "/cases/?unit=O1"), Cell(1200, "/cases/"), 0.256],
        ["@解放路支行", None, float("nan")],
        [date(2026, 11, 9), 3, -2],
    ],
)
OPTION = bar_option(["</script><b>"], {"收到": [3]}, hrefs=["/cases/?since=2026-11-09"])
CHART = Chart("units", "被投诉的机构：/近 30 天", "bar", OPTION, GRID, note="以 1203 件为底", unit="件")


def ask(query: str, charts: list[Chart]) -> HttpResponseBase | None:
    return download(RequestFactory().get(f"/insight/?{query}"), charts)


def body_of(response: HttpResponseBase | None) -> bytes:
    assert response is not None
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def drawn(chart: Chart) -> str:
    return render_to_string("web/parts/chart.html", {"chart": chart}, RequestFactory().get("/insight/?days=7"))


def test_without_a_chart_in_the_address_there_is_a_page() -> None:
    assert ask("days=30", [CHART]) is None


def test_a_csv_holds_the_table_and_no_formula() -> None:
    sent = ask("chart=units&format=csv", [CHART])
    rows = list(csv.reader(io.StringIO(body_of(sent).decode("utf-8-sig"))))
    assert rows == [
        ["机构", "件数", "比例"],
        ["'=HYPERLINK(1)", "1200", "0.256"],
        ["'@解放路支行", "", ""],
        ["2026-11-09", "3", "-2"],
    ]
    assert sent is not None and "被投诉的机构_近_30_天" in unquote(sent.headers["Content-Disposition"])


def test_a_sheet_holds_texts_as_texts_and_says_what_it_counts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(body_of(ask("chart=units&format=xlsx", [CHART]))))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    assert [c.value for c in book.worksheets[0][2]][1:] == [1200, 0.256]
    assert book.worksheets[0]["A4"].is_date
    assert "以 1203 件为底" in [row[0].value for row in book.worksheets[1].rows]


@pytest.mark.parametrize("query", ["chart=nothing", "chart=units&format=exe", "chart="])
def test_a_chart_or_file_that_is_not_there_is_said(query: str) -> None:
    with pytest.raises(ChartNotFound):
        ask(query, [CHART])


def test_the_part_carries_the_option_safely_and_the_same_figures_as_a_table() -> None:
    page = drawn(CHART)
    block = re.search(r'<script id="chart-units-option" type="application/json">(.*?)</script>', page, re.S)
    assert block and json.loads(block[1])["series"][0]["data"][0]["href"] == "/cases/?since=2026-11-09"
    assert "<b>" not in page and "style=" not in page
    assert "1,200" in page and 'href="/cases/?unit=O1"' in page and "以 1203 件为底" in page
    assert "?days=7&amp;chart=units&amp;format=csv" in page
    assert 'role="img"' in page


def test_a_chart_without_figures_says_so_and_offers_nothing_to_take() -> None:
    page = drawn(Chart("none", "空", "bar", {}, Grid(["天"], []), empty="近 30 天没有投诉。"))
    assert "近 30 天没有投诉。" in page
    assert "chart-plot" not in page and "format=csv" not in page


def test_a_heat_table_is_coloured_by_depth_not_by_style() -> None:
    cells = [Cell(n, level=heat_level(n, 12)) for n in (0, 1, 12)]
    page = drawn(Chart("heat", "热度", "heat", {}, Grid(["机构", "1", "2", "3"], [["O1", *cells]])))
    assert "heat-cell-1" in page and "heat-cell-6" in page and "heat-cell-0" not in page
    assert "style=" not in page and "chart-plot" not in page


def test_values_are_said_as_people_read_them() -> None:
    said = [shown(v) for v in (None, 1234567, 0.5, 2.0, float("inf"), True, "支行")]
    assert said == ["—", "1,234,567", "0.5", "2", "—", "是", "支行"]


def test_levels_run_from_none_to_the_deepest() -> None:
    assert [heat_level(n, 60) for n in (0, None, -3, 1, 10, 11, 60, 70)] == [0, 0, 0, 1, 1, 2, 6, 6]
    assert heat_level(3, 0) == 0


def test_a_band_keeps_its_gaps_and_marks_what_stands_out() -> None:
    option = band_option(
        ["a", "b", "c"], [3, 9, 2], [1, 2, None], [4, 5, None], counts_name="收到", band_name="正常", marked=["b", "x"]
    )
    low, span, counts = option["series"]
    assert (low["data"], span["data"]) == ([1, 2, None], [3, 3, None])
    assert counts["markPoint"]["data"] == [{"coord": ["b", 9]}]


def test_a_few_bars_lying_down_need_little_room() -> None:
    few, many = Grid(["机构", "件数"], [["甲", 1]]), Grid(["机构", "件数"], [[f"{n}", 1] for n in range(9)])
    lying = bar_option(["甲"], {"收到": [1]}, flat=True)
    sizes = [Chart("a", "一", "bar", lying, few).size, Chart("b", "二", "bar", lying, many).size]
    assert [*sizes, Chart("c", "三", "bar", lying, few, tall=True).size] == ["short", "", "tall"]
    assert "chart-short" in drawn(Chart("a", "一", "bar", lying, few))


def test_flat_bars_have_the_first_label_on_top() -> None:
    option = bar_option(["长名字"], {"收到": [1]}, flat=True)
    assert option["yAxis"]["inverse"] and option["xAxis"] == {"type": "value"}
    assert line_option(["一"], {"收到": [None]})["series"][0]["data"] == [None]
