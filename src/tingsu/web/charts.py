"""Charts: what a picture shows, the same figures as a table, and both as files."""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.base.files import disarm
from tingsu.cases.exportfiles import CELL_LENGTH

Kind = Literal["line", "bar", "band", "heat", "scatter"]
FEW = 3  # bars lying down that need little room
LEVELS = 6  # depths of colour of a heat table, 1 the faintest
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ChartNotFound(TingsuError):
    """The page has no such chart, or no such kind of file."""

    code = "not_found"

    def __init__(self, chart: str) -> None:
        self.chart = chart
        super().__init__(_("这一页没有这张图表。请回到页面，从图表的「下载」再取一次。"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid: its value, the address it leads to, and how deep it is coloured (0–6) in a heat table."""

    value: Any
    href: str = ""
    level: int = 0

    @property
    def shown(self) -> str:
        return shown(self.value)

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its headers, and rows of as many values; a value is text, a number, a day, None, or a Cell of these."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def cells(self) -> Iterator[list[Cell]]:
        """Every row as cells."""
        for row in self.rows:
            yield [value if isinstance(value, Cell) else Cell(value) for value in row]

    def plain(self) -> Iterator[list[Any]]:
        """Every row as bare values."""
        for row in self.cells():
            yield [cell.value for cell in row]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its table; ``id`` names it in the page's address, ``note`` says what it is counted from.

    ``kind`` "heat" is drawn as the table itself, its cells coloured by ``Cell.level``; the other kinds hand ``option``
    to ECharts (see ``chart_options``). ``empty`` is what is said where there are no rows.
    """

    id: str
    title: str
    kind: Kind
    option: dict[str, Any]
    table: Grid
    note: str = ""
    empty: str = ""
    unit: str = ""
    tall: bool = field(default=False)

    @property
    def label(self) -> str:
        """What a screen reader says for the picture."""
        return _("%(title)s（图；下面的表是同样的数字）") % {"title": self.title}

    @property
    def is_empty(self) -> bool:
        return not self.table.rows

    @property
    def size(self) -> str:
        """How high the picture stands: tall where asked for, short for a few bars lying down."""
        lying = self.kind == "bar" and self.option.get("yAxis", {}).get("type") == "category"
        return "tall" if self.tall else "short" if lying and len(self.table.rows) <= FEW else ""

    @property
    def block(self) -> str:
        """The id of the option's block on the page."""
        return f"chart-{self.id}-option"


def shown(value: Any) -> str:
    """A value as people read it: thousands apart, at most two decimals, a dash for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def heat_level(value: float | None, most: float) -> int:
    """How deep a cell is coloured beside the deepest one of ``most``: 0 for nothing, 1–6 above."""
    if not value or value <= 0 or most <= 0:
        return 0
    return max(1, min(LEVELS, math.ceil(LEVELS * value / most)))


def download(request: HttpRequest, charts: Iterable[Chart]) -> HttpResponseBase | None:
    """The file asked for by ``?chart=<id>&format=csv|xlsx``, or None where the address asks for the page.

    Texts never become formulas. The CSV is streamed; the sheet is written aside first, so that it is whole.
    Raises ChartNotFound for a chart the page does not have.
    """
    wanted = request.GET.get("chart")
    if wanted is None:
        return None
    send = _SENDERS.get(request.GET.get("format", "csv"))
    chart = next((chart for chart in charts if chart.id == wanted), None)
    if chart is None or send is None:
        raise ChartNotFound(wanted)
    return send(chart)


def _send_csv(chart: Chart) -> HttpResponseBase:
    response = StreamingHttpResponse(_csv_lines(chart.table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _attachment(f"{file_name(chart)}.csv")
    return response


def _csv_lines(grid: Grid) -> Iterator[str]:
    """UTF-8 with BOM, so that Excel opens it."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    yield "\ufeff"
    for row in (grid.columns, *grid.plain()):
        writer.writerow([_csv_cell(value) for value in row])
        yield held.getvalue()
        held.seek(0)
        held.truncate()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return shown(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, int | float):
        return value
    return disarm(shown(value))


def _send_xlsx(chart: Chart) -> HttpResponseBase:
    with tempfile.TemporaryDirectory(dir=settings.TINGSU_HOME, prefix="chart-") as folder:
        path = Path(folder) / f"{file_name(chart)}.xlsx"
        _write_book(path, chart)
        # The open file outlives its folder: it is sent from here and leaves nothing behind.
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=XLSX)


def _write_book(path: Path, chart: Chart) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": path.parent})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(_("数字"))
    sheet.freeze_panes(1, 1)
    for place, name in enumerate(chart.table.columns):
        sheet.set_column(place, place, 28 if place == 0 else 14)
        sheet.write_string(0, place, name, bold)
    for no, row in enumerate(chart.table.plain(), start=1):
        for place, value in enumerate(row):
            _sheet_cell(sheet, no, place, value, day)
    about = book.add_worksheet(_("说明"))
    about.set_column(0, 0, 80)
    for no, line in enumerate((chart.title, chart.note, _("取出时间：%s") % f"{now():%Y-%m-%d %H:%M}")):
        about.write_string(no, 0, line)
    book.close()


def _sheet_cell(sheet: Any, row: int, place: int, value: Any, day: Any) -> None:
    if isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a bare day
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        sheet.write_number(row, place, value)
    elif value is not None and not isinstance(value, float):
        sheet.write_string(row, place, shown(value)[:CELL_LENGTH])


def file_name(chart: Chart) -> str:
    """The name of a chart's file: its title, without what a disk refuses, and the day."""
    title = re.sub(r"[^\w\u3400-\u9fff]+", "_", chart.title).strip("_")[:60] or chart.id
    return f"{title}_{now():%Y%m%d}"


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, name) or "attachment"


_SENDERS: dict[str, Callable[[Chart], HttpResponseBase]] = {"csv": _send_csv, "xlsx": _send_xlsx}
