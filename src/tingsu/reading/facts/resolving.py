"""From the pieces of a spoken date to days: what 上周三, 去年腊月 or 国庆前 means when heard on a given day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tingsu.reading.facts.lunar import lunar_day, lunar_month, lunar_year_of
from tingsu.reading.facts.numbers import parse_digits, parse_small

_EARLIEST, _LATEST = 1949, 2100
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "本年度": 0, "明年": 1, "后年": 2}
_RELATIVE_DAYS = {"大前天": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = {char: place for place, char in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_SOLAR_FESTIVALS = {
    "五一": (5, 1), "劳动节": (5, 1), "六一": (6, 1), "儿童节": (6, 1), "国庆": (10, 1), "国庆节": (10, 1),
    "十一": (10, 1),
    "双十一": (11, 11), "双11": (11, 11), "双十二": (12, 12), "双12": (12, 12), "618": (6, 18), "元旦": (1, 1),
    "圣诞": (12, 25), "圣诞节": (12, 25), "平安夜": (12, 24), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8),
    "三八妇女节": (3, 8), "教师节": (9, 10),
}  # fmt: skip
_LUNAR_FESTIVALS = {
    "春节": (1, 1), "过年": (1, 1), "过大年": (1, 1), "元宵": (1, 15), "元宵节": (1, 15), "正月十五": (1, 15),
    "端午": (5, 5), "端午节": (5, 5), "七夕": (7, 7),
    "中秋": (8, 15), "中秋节": (8, 15), "重阳": (9, 9), "重阳节": (9, 9),
    "小年": (12, 23), "腊八": (12, 8),
}  # fmt: skip
_LONG = {"国庆": 7, "国庆节": 7, "十一": 7, "五一": 5, "劳动节": 5, "春节": 7, "过年": 7, "过大年": 7}
_AROUND = 14  # days meant by 国庆前, 春节后
_WITHIN = {
    "底": (25, 31),
    "末": (25, 31),
    "初": (1, 7),
    "中": (12, 18),
    "中旬": (11, 20),
    "上旬": (1, 10),
    "下旬": (21, 31),
}
_YEAR_PARTS = {"年初": (1, 1), "年底": (12, 12), "年末": (12, 12), "年中": (6, 7), "上半年": (1, 6), "下半年": (7, 12),
               "暑假": (7, 8), "寒假": (1, 2), "开春": (2, 4), "入冬": (11, 12)}  # fmt: skip
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (11, 12)}
Pieces = Mapping[str, "re.Match[str]"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days meant; both None when they cannot be told. ``grain`` and ``relative`` as in ``Moment``."""

    first: date | None
    last: date | None
    grain: str
    relative: bool
    confidence: float


def resolve(pieces: Pieces, edge: str, received: date | None, *, ahead: bool) -> Days | None:
    """What the pieces of one spoken time mean; ``edge`` is 前, 后 or 期间 behind them, ``ahead`` that it is to come.

    None when they name no time at all (no such day, 每月5号).
    """
    try:
        if "iso" in pieces:
            return _one(_iso(pieces["iso"][0]), relative=False)
        if received is None:
            return _without_receipt(pieces)
        return _resolve(pieces, edge, received, ahead=ahead)
    except (ValueError, OverflowError):
        return None


def _one(day: date, *, relative: bool = True, confidence: float = 1.0) -> Days:
    if not _EARLIEST <= day.year <= _LATEST:
        raise ValueError(day)
    return Days(day, day, "日", relative, confidence)


def _span(first: date, last: date, grain: str, confidence: float, *, relative: bool = True) -> Days:
    return Days(first, last, grain, relative, confidence)


def _iso(written: str) -> date:
    if written.isdecimal():
        return date(int(written[:4]), int(written[4:6]), int(written[6:]))
    year, month, day = re.split("[-/.]", written)
    return date(int(year), int(month), int(day))


def _without_receipt(pieces: Pieces) -> Days | None:
    """Only what names its year can be told without the day of receipt."""
    if "year" not in pieces:
        return None if _is_recurrent(pieces) else Days(None, None, _grain(pieces), True, 0.0)
    return _in_year(_year(pieces["year"][0]), pieces, "", relative=False)


def _grain(pieces: Pieces) -> str:
    if pieces.keys() & {"day", "relday", "week", "dotted", "clock"}:
        return "日"
    if "wholeweek" in pieces:
        return "周"
    return "月" if pieces.keys() & {"month", "relmonth"} else "年" if "relyear" in pieces else "段"


def _is_recurrent(pieces: Pieces) -> bool:
    return "relmonth" in pieces and pieces["relmonth"][0].startswith("每")


def _resolve(pieces: Pieces, edge: str, received: date, *, ahead: bool) -> Days | None:
    if _is_recurrent(pieces):
        return None
    if "year" in pieces:
        return _in_year(_year(pieces["year"][0]), pieces, edge, relative=False)
    if "relyear" in pieces:
        return _in_year(received.year + _YEARS[pieces["relyear"][0]], pieces, edge, relative=True)
    if "relday" in pieces:
        return _one(received + timedelta(days=_relative_day(pieces["relday"][0])))
    if "week" in pieces:
        return _weekday(pieces["week"], received, ahead=ahead)
    if "wholeweek" in pieces:
        monday = received - timedelta(days=received.weekday()) + timedelta(weeks=_offset(pieces["wholeweek"][0]))
        return _span(monday, monday + timedelta(days=6), "周", 0.9)
    if "ago" in pieces:
        return _ago(pieces["ago"], received)
    if "relmonth" in pieces:
        return _relative_month(pieces, received, edge, ahead=ahead)
    return _without_year(pieces, edge, received, ahead=ahead)


def _without_year(pieces: Pieces, edge: str, received: date, *, ahead: bool) -> Days | None:
    """The latest such day that had come by the receipt; with ``ahead`` the nearest still to come."""
    if "day" in pieces and not pieces.keys() & {"month", "yearpart", "festival"}:
        return _day_of_month(parse_small(pieces["day"][0][:-1]) or 0, received, ahead=ahead)
    if not pieces.keys() & {"month", "dotted", "festival", "yearpart"}:
        return Days(None, None, "日", True, 0.0) if "clock" in pieces else None
    years = [received.year + 1, received.year, received.year - 1]
    found = [days for year in years if (days := _in_year(year, pieces, edge, relative=True)) is not None]
    told = [days for days in found if days.first is not None and days.last is not None]
    if ahead:
        coming = [days for days in told if days.last is not None and days.last >= received]
        if coming and (coming[-1].first or received) - received < timedelta(days=200):
            return coming[-1]
    past = [days for days in told if days.first is not None and days.first <= received]
    return past[0] if past else None


def _year(words: str) -> int:
    digits = words.rstrip("年")
    number = int(digits) if digits.isascii() else parse_digits(digits.replace("0", "零"))
    if number is None:
        raise ValueError(words)
    if number < 100:
        number += 1900 if number >= 50 else 2000
    return number


def _in_year(year: int, pieces: Pieces, edge: str, *, relative: bool) -> Days | None:
    """The pieces within a known year."""
    if not _EARLIEST <= year <= _LATEST:
        return None
    if "festival" in pieces:
        return _festival(pieces["festival"][0], year, edge, relative=relative)
    if "dotted" in pieces:
        month, day = re.split("[./]", pieces["dotted"][0][:-1])
        return _one(date(year, int(month), int(day)), relative=relative, confidence=0.9)
    if "month" in pieces:
        return _month(pieces, year, edge, relative=relative)
    if "yearpart" in pieces:
        return _year_part(pieces["yearpart"][0], year, edge, relative=relative)
    if "day" in pieces:
        return None
    return _span(date(year, 1, 1), date(year, 12, 31), "年", 0.9, relative=relative)


def _month(pieces: Pieces, year: int, edge: str, *, relative: bool) -> Days | None:
    said = pieces["month"]
    number = _LUNAR_MONTHS.get(said["m"] or "") or parse_small(said["n"] or "") or 0
    if said["m"] or said["lunar"] or said["lday"]:
        return _lunar(said, year, number, relative=relative)
    if "day" in pieces or said["mday"]:
        day = parse_small(pieces["day"][0][:-1]) if "day" in pieces else int(said["mday"])
        return _edged(_one(date(year, number, day or 0), relative=relative), edge)
    return _part_of_month(year, number, said["within2"], relative=relative)


def _edged(days: Days, edge: str) -> Days:
    """后 after a single day means the days that follow; 前 keeps the day: it is the limit."""
    return days if edge != "后" or days.last is None else Days(days.first, days.last, days.grain, days.relative, 0.7)


def _lunar(said: re.Match[str], year: int, number: int, *, relative: bool) -> Days | None:
    if said["lday"]:
        written = said["lday"].removeprefix("初")
        day = lunar_day(year, number, parse_small(written) or 0)
        return None if day is None else _one(day, relative=relative, confidence=0.85)
    span = lunar_month(year, number)
    return None if span is None else _span(*span, "月", 0.8, relative=relative)


def _part_of_month(year: int, month: int, within: str | None, *, relative: bool) -> Days:
    length = monthrange(year, month)[1]
    if within is None:
        return _span(date(year, month, 1), date(year, month, length), "月", 0.9, relative=relative)
    low, high = _WITHIN[within]
    return _span(date(year, month, low), date(year, month, min(high, length)), "段", 0.7, relative=relative)


def _relative_month(pieces: Pieces, received: date, edge: str, *, ahead: bool) -> Days:
    said = pieces["relmonth"]
    if said["bare"]:
        within = said["bare"][1:]
        back = not ahead and _WITHIN[within][0] > received.day + 5
        year, month = _shift_month(received, -1 if back else 0)
        return _month_end_if_due(_part_of_month(year, month, within, relative=True), edge)
    year, month = _shift_month(received, _offset(said[0]))
    if "day" in pieces:
        return _edged(_one(date(year, month, parse_small(pieces["day"][0][:-1]) or 0)), edge)
    return _month_end_if_due(_part_of_month(year, month, said["within1"], relative=True), edge)


def _month_end_if_due(days: Days, edge: str) -> Days:
    """月底前 is a limit: its last day."""
    return Days(days.last, days.last, "日", True, days.confidence) if edge == "前" and days.grain == "段" else days


def _shift_month(day: date, by: int) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 + by
    return months // 12, months % 12 + 1


def _offset(words: str) -> int:
    for start, offset in (("上上", -2), ("上", -1), ("下下", 2), ("下", 1)):
        if words.startswith(start):
            return offset
    return 0


def _relative_day(words: str) -> int:
    if words in _RELATIVE_DAYS:
        return _RELATIVE_DAYS[words]
    return _RELATIVE_DAYS[words[0]]


def _weekday(said: re.Match[str], received: date, *, ahead: bool) -> Days:
    name = said["wd"]
    weekday = int(name) - 1 if name.isdecimal() else _WEEKDAYS[name]
    monday = received - timedelta(days=received.weekday())
    day = monday + timedelta(days=weekday)
    if said["ofweek"]:
        day += timedelta(weeks=_offset(said["ofweek"]))
    elif day > received and not ahead:
        day -= timedelta(weeks=1)
    elif ahead and day < received:
        day += timedelta(weeks=1)
    if name == "末":
        return _span(day, day + timedelta(days=1), "段", 0.85)
    return _one(day, confidence=0.95 if said["ofweek"] else 0.75)


def _day_of_month(day: int, received: date, *, ahead: bool) -> Days:
    """25号: the latest 25th that had come; when a time ahead is meant, the next one."""
    shift = 0
    if ahead and day < received.day:
        shift = 1
    elif not ahead and day > received.day:
        shift = -1
    year, month = _shift_month(received, shift)
    if day > monthrange(year, month)[1]:
        year, month = _shift_month(received, shift - 1)
    return _one(date(year, month, day), confidence=0.75)


_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}


def _ago(said: re.Match[str], received: date) -> Days | None:
    if said["past"]:
        return _some_ago(said["past"], said["pastunit"], received)
    if said["unit"] is None:  # 前阵子, 前段时间
        days = (
            (7, 2)
            if said[0].startswith(("前些", "头"))
            else (60, 10)
            if "段" in said[0] or "阵" in said[0]
            else (30, 5)
        )
        return _span(received - timedelta(days=days[0]), received - timedelta(days=days[1]), "段", 0.4)
    if said["few"]:
        return _some_ago("几", said["unit"], received)
    count = 0.5 if said["half"] else float(parse_small(said["count"]) or 0)
    count += 0.5 if said["andhalf"] else 0
    if not count:
        return None
    return _back(count, said["unit"], received)


def _back(count: float, unit: str, received: date) -> Days | None:
    if unit == "年":
        if count == 0.5:
            return _around(received - timedelta(days=182), 20)
        year = received.year - int(count)
        return _span(date(year, 1, 1), date(year, 12, 31), "年", 0.6) if year >= _EARLIEST else None
    if unit == "月":
        if count == 0.5:
            return _around(received - timedelta(days=15), 2)
        year, month = _shift_month(received, -int(count))
        middle = date(year, month, min(received.day, monthrange(year, month)[1]))
        return _around(middle - timedelta(days=15 * (count % 1 > 0)), 7)
    days = round(count * _UNIT_DAYS[unit])
    return (
        _one(received - timedelta(days=days), confidence=0.9)
        if unit in "天日"
        else _around(received - timedelta(days=days), 1)
    )


def _around(middle: date, spread: int) -> Days:
    return _span(middle - timedelta(days=spread), middle + timedelta(days=spread), "段", 0.6)


def _some_ago(count: str, unit: str, received: date) -> Days | None:
    """前几天, 前两天, 几个月前."""
    if unit in ("天", "日"):
        return _span(received - timedelta(days=7 if count == "几" else 3), received - timedelta(days=2), "段", 0.5)
    longest = 9 if count == "几" else parse_small(count) or 2
    if unit == "年":
        return _span(date(received.year - longest, 1, 1), date(received.year - 1, 12, 31), "段", 0.4)
    days = 7 if unit == "周" or unit in _UNIT_DAYS else 30
    return _span(received - timedelta(days=days * min(longest, 6)), received - timedelta(days=days), "段", 0.4)


def _year_part(words: str, year: int, edge: str, *, relative: bool) -> Days | None:
    if words == "年":  # 年前, 年后: before and after the Spring Festival
        return _festival("春节", year, edge, relative=relative)
    if words in _YEAR_PARTS:
        low, high = _YEAR_PARTS[words]
    elif words[0] in _SEASONS:
        low, high = _SEASONS[words[0]]
    elif "季度" in words:
        quarter = parse_small(words.removeprefix("第")[:1]) or 1
        low, high = 3 * quarter - 2, 3 * quarter
    else:
        return None
    first = date(year, low, 15 if words in ("年底", "年末") else 1)
    return _span(first, date(year, high, monthrange(year, high)[1]), "段", 0.6, relative=relative)


def _festival_day(name: str, year: int) -> date | None:
    if name in _SOLAR_FESTIVALS:
        return date(year, *_SOLAR_FESTIVALS[name])
    if name in ("小年", "腊八"):  # of the lunar year that ends in this civil year
        return lunar_day(year - 1, *_LUNAR_FESTIVALS[name])
    if name in _LUNAR_FESTIVALS:
        return lunar_day(year, *_LUNAR_FESTIVALS[name])
    if name in ("大年三十", "大年夜", "除夕"):
        return (lunar_day(year, 1, 1) or date.min) - timedelta(days=1)
    if name.startswith("大年初"):
        return lunar_day(year, 1, parse_small(name[3:]) or 1)
    if name in ("母亲节", "父亲节"):
        return _nth_sunday(year, 5, 2) if name == "母亲节" else _nth_sunday(year, 6, 3)
    return _solar_term(name, year)


def _nth_sunday(year: int, month: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (n - 1))


def _solar_term(name: str, year: int) -> date:
    """清明 and 冬至 by the usual approximation, right for 2000–2099 but for a day here and there."""
    since, leaps = year % 100, (year % 100) // 4
    if name.startswith("清明"):
        return date(year, 4, int(since * 0.2422 + 4.81) - leaps)
    return date(year, 12, int(since * 0.2422 + 21.94) - leaps)


def _festival(name: str, year: int, edge: str, *, relative: bool) -> Days | None:
    day = _festival_day(name, year)
    if day is None or day == date.min:
        return None
    spring = name in ("春节", "过年", "过大年")
    first = day - timedelta(days=1) if spring else day
    last = day + timedelta(days=_LONG.get(name, 1) - 1)
    if edge == "前":
        return _span(first - timedelta(days=_AROUND), first - timedelta(days=1), "段", 0.5, relative=relative)
    if edge == "后":
        return _span(last + timedelta(days=1), last + timedelta(days=_AROUND + 1), "段", 0.5, relative=relative)
    if edge == "期间" or (spring and edge != "那天"):
        return _span(first, last, "段", 0.8, relative=relative)
    return _one(day, relative=relative, confidence=0.9)


__all__ = ["Days", "lunar_year_of", "resolve"]
