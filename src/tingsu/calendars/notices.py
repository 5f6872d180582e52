"""Holiday notices as files: which days a place rests or works beyond its weekends, read from CSV or iCalendar.

CSV: one line a day or stretch, ``2027-02-06,rest`` or ``2027-02-06..2027-02-12,休,春节``, ``2027-02-07,work``; a place
of ``places.PLACES`` may stand in a later column. iCalendar: whole-day events; 班 in the title means a working day.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tingsu.base.errors import TingsuError
from tingsu.calendars.places import PLACES, is_place

KINDS = {"rest": False, "休": False, "放假": False, "work": True, "班": True, "上班": True, "补班": True}
HEADERS = ("date", "日期")
SITE_FILE = "calendar.csv"
LONGEST = 40  # days of one stretch; a longer one is a slip of the pen
YEARS = range(2000, 2100)
_TITLE_OF_WORK = re.compile(r"班|\bwork", re.IGNORECASE)


class NoticeMistake(TingsuError):
    """A notice cannot be read; ``rows`` lists (line, what is wrong)."""

    code = "notice_mistake"

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        self.rows = rows
        told = "\n".join(f"第 {line} 行：{what}" for line, what in rows[:20])
        more = f"\n（共 {len(rows)} 处）" if len(rows) > 20 else ""
        super().__init__(f"放假安排有 {len(rows)} 处看不明白，没有载入，请改正后再试：\n{told}{more}")


@dataclass(frozen=True, slots=True, order=True)
class NoticeDay:
    """One day a notice speaks of: worked or rested at ``place``, and what for."""

    place: str
    day: date
    worked: bool
    name: str = ""


def read_notice(text: str, *, place: str = "CN") -> list[NoticeDay]:
    """The days of a notice in CSV or iCalendar, in order; ``place`` where a line names none.

    Raises NoticeMistake with every line that is no day, and where one day is said to be both.
    """
    text = text.removeprefix("\ufeff")
    rows = _read_ics(text, place) if "BEGIN:VCALENDAR" in text[:200].upper() else _read_csv(text, place)
    return _agreed(rows)


def write_notice(days: Iterable[NoticeDay]) -> str:
    """The days as the CSV that ``read_notice`` reads back to the same."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["date", "kind", "place", "name"])
    lines.writerows([d.day.isoformat(), "work" if d.worked else "rest", d.place, d.name] for d in sorted(days))
    return out.getvalue()


def put_together(kept: Iterable[NoticeDay], newer: Iterable[NoticeDay]) -> list[NoticeDay]:
    """Both notices as one; where both speak of a day at a place, the newer is right."""
    by_day = {(d.place, d.day): d for d in kept} | {(d.place, d.day): d for d in newer}
    return sorted(by_day.values())


def notices_at(home: Path) -> list[NoticeDay]:
    """What the site has taken in so far (``calendar.csv`` of its data folder); nothing where there is no such file.

    Raises NoticeMistake where somebody wrote nonsense into it.
    """
    path = home / SITE_FILE
    if not path.is_file():
        return []
    try:
        return read_notice(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise NoticeMistake([(1, f"{path} 不是 UTF-8 编码")]) from None


Read = tuple[int, NoticeDay | str]  # line, the day or what is wrong with it


def _agreed(rows: Iterable[Read]) -> list[NoticeDay]:
    days: dict[tuple[str, date], NoticeDay] = {}
    wrong: list[tuple[int, str]] = []
    for line, read in rows:
        if isinstance(read, str):
            wrong.append((line, read))
        elif (known := days.get((read.place, read.day))) and known.worked != read.worked:
            wrong.append((line, f"{read.day} 前面已写成{'班' if known.worked else '休'}，请只保留一种"))
        else:
            days.setdefault((read.place, read.day), read)
    if not days and not wrong:
        wrong.append((1, "没有任何日期。每行写一天，如 2027-02-06,rest"))
    if wrong:
        raise NoticeMistake(wrong)
    return sorted(days.values())


def _read_csv(text: str, place: str) -> Iterator[Read]:
    for line, raw in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in next(csv.reader([raw]), [])]
        if not any(cells) or cells[0].startswith("#") or cells[0].lower() in HEADERS:
            continue
        yield from ((line, read) for read in _days_of(cells, place))


def _days_of(cells: list[str], place: str) -> list[NoticeDay] | list[str]:
    said, kind, *rest = [*cells, ""] if len(cells) < 2 else cells
    if kind.lower() not in KINDS:
        return [f"第二列只能写 rest（休）或 work（班），这里是「{kind}」"]
    here = next((cell.upper() for cell in rest if is_place(cell.upper())), place)
    name = next((cell for cell in rest if cell and not is_place(cell.upper())), "")
    first, _, last = said.partition("..")
    try:
        days = _stretch(_day(first), _day(last or first))
    except ValueError as error:
        return [str(error)]
    return [NoticeDay(here, day, KINDS[kind.lower()], name[:40]) for day in days]


def _read_ics(text: str, place: str) -> Iterator[Read]:
    event: dict[str, str] = {}
    for line, raw in _unfolded(text):
        name, _, value = raw.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN":
            event = {}
        elif name in ("DTSTART", "DTEND", "SUMMARY", "RRULE"):
            event[name] = value.strip()
        elif name == "END" and value.strip().upper() == "VEVENT":
            yield from ((line, read) for read in _days_of_event(event, place))


def _days_of_event(event: dict[str, str], place: str) -> list[NoticeDay] | list[str]:
    if "RRULE" in event:
        return ["重复事件（RRULE）请先展开成具体日期"]
    try:
        first = _day(event.get("DTSTART", "")[:8])
        last = _day(event["DTEND"][:8]) - timedelta(days=1) if "DTEND" in event else first  # DTEND is exclusive
        days = _stretch(first, max(first, last))
    except ValueError as error:
        return [str(error)]
    title = event.get("SUMMARY", "")
    return [NoticeDay(place, day, bool(_TITLE_OF_WORK.search(title)), title[:40]) for day in days]


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """(line, content): a line that begins with a blank goes on from the one before (RFC 5545)."""
    line, said = 0, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw[:1] in (" ", "\t"):
            said += raw[1:]
            continue
        if said:
            yield line, said
        line, said = number, raw
    if said:
        yield line, said


def _day(said: str) -> date:
    said = said.strip().replace("/", "-").replace(".", "-")
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"日期要写成 2027-02-06 这样，这里是「{said}」") from None
    if day.year not in YEARS:
        raise ValueError(f"{day} 的年份不像是放假安排")
    return day


def _stretch(first: date, last: date) -> list[date]:
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST:
        raise ValueError(f"{first} 到 {last} 不像一段假期：要从早到晚，且不超过 {LONGEST} 天")
    return [first + timedelta(days=n) for n in range(length)]


def place_choices() -> str:
    """The places a notice may speak of, as a person reads them: "CN（中国）、UK（英国）…"."""
    return "、".join(f"{code}（{name}）" for code, (name, _) in PLACES.items())
