"""What stands in the calendar beside the weekdays: pension days, bond issues, weather; as plain values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tingsu.base.errors import TingsuError

LONGEST = 40  # days of one stretch; a longer one is a slip of the pen
LONGEST_KIND = 20
YEARS = range(2000, 2100)
HEADERS = {"date", "day", "日期"}
_MONTHLY = re.compile(r"(?:每月|monthly[ -]?)\s*(\d{1,2})\s*日?")


class EventMistake(TingsuError):
    """A file of events cannot be read; ``rows`` lists (line, what is wrong). Nothing of it is taken in."""

    code = "event_mistake"

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        self.rows = rows
        told = "\n".join(f"第 {line} 行：{what}" for line, what in rows[:20])
        more = f"\n（共 {len(rows)} 处）" if len(rows) > 20 else ""
        super().__init__(f"日历事件有 {len(rows)} 处看不明白，没有载入，请改正后再试：\n{told}{more}")


@dataclass(frozen=True, slots=True, order=True)
class EventDay:
    """One day something was or will be on: ``kind`` in the site's own word, at a unit and below, or everywhere ("").

    ``amount`` tells stronger from weaker days of one kind (millimetres of rain, degrees); 1 where it only is or is not.
    """

    kind: str
    day: date
    unit: str = ""
    amount: float = 1.0
    note: str = ""


def read_events(text: str, *, years: Iterable[int]) -> list[EventDay]:
    """Events from CSV, one line each: ``2026-12-10,国债发行`` or ``2026-12-01..2026-12-03,暴雪,B01,15,备注``.

    Columns: day (or first..last, or 每月15日 for every month of ``years``), kind, unit code (empty: everywhere),
    amount (empty: 1), note. A line with # or a heading is passed over; the same event twice is kept once.

    Raises EventMistake with every line that cannot be meant.
    """
    found: dict[tuple[str, date, str], EventDay] = {}
    wrong: list[tuple[int, str]] = []
    span = sorted(years)
    for line, cells in _lines(text):
        try:
            found.update({(each.kind, each.day, each.unit): each for each in _events_of(cells, span)})
        except ValueError as error:
            wrong.append((line, str(error)))
    if not found and not wrong:
        wrong.append((1, "没有任何事件。每行写一个，如 2026-12-10,国债发行"))
    if wrong:
        raise EventMistake(wrong)
    return sorted(found.values())


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    for row in rows:
        cells = [cell.strip() for cell in row]
        if any(cells) and not cells[0].startswith("#") and cells[0].lower() not in HEADERS:
            yield rows.line_num, cells


def _events_of(cells: list[str], years: list[int]) -> list[EventDay]:
    said, kind, unit, amount, note = (*cells[:5], *[""] * (5 - len(cells[:5])))
    if not kind or len(kind) > LONGEST_KIND:
        raise ValueError(f"第二列写事件的名称，1—{LONGEST_KIND} 个字，这里是「{kind}」")
    return [EventDay(kind, day, unit[:20], _amount(amount), note[:200]) for day in _days(said, years)]


def _amount(said: str) -> float:
    try:
        value = float(said) if said else 1.0
    except ValueError:
        raise ValueError(f"第四列写数值（如降雨毫米数），这里是「{said}」") from None
    if not -1e6 < value < 1e6:
        raise ValueError(f"数值「{said}」超出范围")
    return value


def _days(said: str, years: list[int]) -> list[date]:
    if monthly := _MONTHLY.fullmatch(said):
        return list(monthly_days(int(monthly[1]), years))
    first, dots, last = said.partition("..")
    begin = _day(first)
    end = _day(last) if dots else begin
    length = (end - begin).days + 1
    if not 1 <= length <= LONGEST:
        raise ValueError(f"{begin} 到 {end} 不像一个事件：要从早到晚，且不超过 {LONGEST} 天")
    return [begin + timedelta(days=n) for n in range(length)]


def monthly_days(number: int, years: Iterable[int]) -> Iterator[date]:
    """The ``number``-th of every month of ``years``; a month without it gives its last day.

    Raises ValueError for a number no month has.
    """
    if not 1 <= number <= 31:
        raise ValueError(f"每月的日期要在 1 到 31 之间，这里是 {number}")
    for year in years:
        for month in range(1, 13):
            following = date(year + month // 12, month % 12 + 1, 1)
            yield min(date(year, month, 1) + timedelta(days=number - 1), following - timedelta(days=1))


def _day(said: str) -> date:
    try:
        year, month, number = re.split(r"[-/.]", said.strip())
        day = date(int(year), int(month), int(number))
    except ValueError:
        raise ValueError(f"日期要写成 2026-12-10、2026-12-01..2026-12-03 或 每月15日，这里是「{said}」") from None
    if day.year not in YEARS:
        raise ValueError(f"{day} 的年份不像是真的")
    return day
