"""A table of counts as series: which rows count, which do not and why, and one even step of time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from tingsu.base.errors import TingsuError
from tingsu.insight.days import monday_of
from tingsu.insight.report.periods import find_span
from tingsu.insight.spikes.expect import MOST_COUNT, guess_grain
from tingsu.intake.cells import clean_text, parse_moment
from tingsu.intake.rows import Flaw, Reject, Row

DayGrain = Literal["day", "week"]
LARGEST_SERIES = 20_000
LONGEST = {"day": 3700, "week": 1600}  # periods; more than ten years of days, thirty of weeks
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?\s*[件次个条起笔宗]?")


class NothingToJudge(TingsuError):
    """The table holds nothing a rise could be told from."""

    code = "nothing_to_judge"


@dataclass(slots=True)
class Counted:
    """``counts`` (series, periods); ``keys`` the values that name each series; ``days`` the first of each period."""

    keys: list[tuple[str, ...]]
    days: list[date]
    counts: NDArray[np.float64]
    grain: DayGrain
    rejects: list[Reject]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Point:
    row: int
    day: date
    key: tuple[str, ...]
    count: int


def count_up(
    rows: Iterable[Row | Reject],
    *,
    day_column: int,
    count_column: int,
    by_columns: Sequence[int] = (),
    grain: DayGrain | None = None,
    today: date,
) -> Counted:
    """Sum the rows into series of days or weeks, dates without a row counted as none.

    Weeks where every date is the same day of the week or ``grain`` says so. Raises NothingToJudge where no row is
    left, the dates are of months, or there are too many series or periods.
    """
    points, rejects = _read(rows, day_column, count_column, by_columns, today)
    points = _near_the_others(points, rejects)
    if not points:
        first = f"（第 {rejects[0].number} 行：{rejects[0].reason}）" if rejects else ""
        raise NothingToJudge(
            _("没有一行能用{first}。请核对 --date 和 --count 指的是不是日期和件数。").format(first=first)
        )
    days = sorted({point.day for point in points})
    _refuse_months(days)
    seen = guess_grain(days)
    taken: DayGrain = grain or ("week" if seen == "week" else "day")
    counted = _sum(points, days, taken)
    counted.rejects = sorted(rejects, key=lambda reject: reject.number)
    counted.notes = [*_told(points, days, taken, seen == "week"), *counted.notes]
    return counted


def _read(
    rows: Iterable[Row | Reject], day_column: int, count_column: int, by_columns: Sequence[int], today: date
) -> tuple[list[_Point], list[Reject]]:
    points: list[_Point] = []
    rejects: list[Reject] = []
    for row in rows:
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        cells = [row.cells[n] if n < len(row.cells) else None for n in (day_column, count_column, *by_columns)]
        day, why = _day_of(cells[0], today)
        count, why_not = _count_of(cells[1])
        if day is None or count is None:
            rejects.append(Reject(row.number, why or why_not, " ".join(clean_text(c) for c in cells)))
            continue
        points.append(_Point(row.number, day, tuple(clean_text(cell) or _("（空）") for cell in cells[2:]), count))
    return points, rejects


def _day_of(cell: object, today: date) -> tuple[date | None, str]:
    moment = parse_moment(cell)
    if moment is None:
        text = clean_text(cell)
        return None, _("看不懂日期“{text}”").format(text=text[:30]) if text else _("没有日期")
    if moment.date() > today:
        return None, _("日期在今天之后")
    return moment.date(), ""


def _count_of(cell: object) -> tuple[int | None, str]:
    text = unicodedata.normalize("NFKC", clean_text(cell)).strip()
    if isinstance(cell, Flaw) or not text:
        return None, cell.reason if isinstance(cell, Flaw) else _("没有件数")
    found = _COUNT.fullmatch(text)
    if found is None:
        reason = _("件数不能是负数“{text}”") if text.startswith("-") else _("件数“{text}”不是整数")
        return None, reason.format(text=text[:30])
    count = int(found[1].replace(",", ""))
    return (count, "") if count <= MOST_COUNT else (None, _("件数“{text}”大得离谱").format(text=text[:30]))


def _near_the_others(points: list[_Point], rejects: list[Reject]) -> list[_Point]:
    """A lone date years away is a slip; filled with zeros up to it, the series would be nothing but zeros."""
    span = find_span(point.day for point in points)
    if span is None:
        return points
    kept = [point for point in points if span[0] <= point.day <= span[1]]
    reason = _("日期离其余的太远，多半是笔误")
    outside = (point for point in points if not span[0] <= point.day <= span[1])
    rejects += [Reject(point.row, reason, str(point.day)) for point in outside]
    return kept


def _refuse_months(days: Sequence[date]) -> None:
    if len(days) < 3:
        return
    gaps = [(b - a).days for a, b in pairwise(days)]
    if min(gaps) >= 28 and (len({day.day for day in days}) == 1 or all((d + timedelta(1)).day == 1 for d in days)):
        raise NothingToJudge(_("这些是按月的数，看不出苗头：一个月里的起落已经抹平。请给按日或按周的数。"))


def _sum(points: Sequence[_Point], days: Sequence[date], grain: DayGrain) -> Counted:
    step = 7 if grain == "week" else 1
    first = _beginning(days, grain)
    periods = (days[-1] - first).days // step + 1
    keys = sorted({point.key for point in points})
    _refuse_too_many(len(keys), periods, grain)
    number = {key: n for n, key in enumerate(keys)}
    counts = np.zeros((len(keys), periods))
    for point in points:
        counts[number[point.key], (point.day - first).days // step] += point.count
    starts = [first + timedelta(days=step * n) for n in range(periods)]
    notes = []
    if grain == "week" and guess_grain(days) != "week" and starts[-1] + timedelta(days=6) > days[-1]:
        notes.append(_("最后一周（{day} 起）还没有过完，件数会偏少。").format(day=starts[-1]))
    return Counted(keys, starts, counts, grain, [], notes)


def _beginning(days: Sequence[date], grain: DayGrain) -> date:
    """Weeks begin on the day of the week all dates share, else on Monday."""
    if grain == "day" or len({day.weekday() for day in days}) == 1:
        return days[0]
    return monday_of(days[0])


def _refuse_too_many(series: int, periods: int, grain: DayGrain) -> None:
    if series > LARGEST_SERIES:
        raise NothingToJudge(_("分出了 {n} 条序列，太多了。请用 --by 选一列取值少的，如网点或业务。").format(n=series))
    if periods > LONGEST[grain]:
        raise NothingToJudge(_("日期前后跨了 {n} 期，太长了。请核对最早和最晚的日期。").format(n=periods))


def _told(points: Sequence[_Point], days: Sequence[date], grain: DayGrain, weekly: bool) -> list[str]:
    told = [
        _("按{grain}看，{first} 至 {last}").format(
            grain=_("周") if grain == "week" else _("日"), first=days[0], last=days[-1]
        )
    ]
    double = sum(n - 1 for n in Counter((point.day, point.key) for point in points).values() if n > 1)
    if double and (weekly or grain == "day"):
        told.append(_("同一日期、同一序列出现多行，已相加（{n} 行）").format(n=double))
    step = 7 if grain == "week" and weekly else 1
    missing = (days[-1] - days[0]).days // step + 1 - len(days)
    if missing:
        told.append(_("有 {n} 个日期一行也没有，按 0 件算").format(n=missing))
    return told
