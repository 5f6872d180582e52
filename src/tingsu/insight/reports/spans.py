"""The months and quarters reports are about, and those they are held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError

Kind = Literal["monthly", "quarter"]
FIRST_YEAR, LAST_YEAR = 2000, 2199
_KEYS = {"monthly": re.compile(r"(\d{4})-(\d{2})"), "quarter": re.compile(r"(\d{4})-Q([1-4])")}
_MONTHS = {"monthly": 1, "quarter": 3}


class BadPeriod(TingsuError):
    """The month or quarter is none, or has not begun."""

    code = "bad_period"

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Span:
    """A month ("2026-10") or quarter ("2026-Q3"); ``since`` and ``until`` are its first and last day."""

    kind: Kind
    key: str
    since: date
    until: date

    @property
    def words(self) -> str:
        """「2026 年 10 月」「2026 年第 3 季度」."""
        if self.kind == "monthly":
            return _("%(year)d 年 %(month)d 月") % {"year": self.since.year, "month": self.since.month}
        return _("%(year)d 年第 %(no)d 季度") % {"year": self.since.year, "no": (self.since.month + 2) // 3}

    @property
    def before(self) -> Span:
        """The month or quarter before."""
        return span_with(self.kind, self.since - timedelta(days=1))

    @property
    def year_before(self) -> Span:
        """The same month or quarter a year earlier."""
        return span_with(self.kind, self.since.replace(year=self.since.year - 1))

    def back(self, many: int) -> Span:
        """So many months or quarters earlier."""
        span = self
        for _no in range(many):
            span = span.before
        return span


def span_with(kind: Kind, day: date) -> Span:
    """The month or quarter a day lies in."""
    length = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    following = date(first.year + (first.month + length > 12), (first.month + length - 1) % 12 + 1, 1)
    key = f"{first.year}-Q{(first.month + 2) // 3}" if kind == "quarter" else f"{first:%Y-%m}"
    return Span(kind, key, first, following - timedelta(days=1))


def read_span_key(kind: Kind, key: str, *, today: date) -> Span:
    """The span of a key as people write it; "" is the last one that is over. Raises BadPeriod."""
    if not key:
        return span_with(kind, today).before
    found = _KEYS[kind].fullmatch(key.strip().upper())
    wanted = _("2026-10") if kind == "monthly" else _("2026-Q3")
    if found is None:
        raise BadPeriod(key, _("没有看懂「%(key)s」，请写成 %(like)s 的样子。") % {"key": key[:20], "like": wanted})
    year, no = int(found[1]), int(found[2])
    month = no if kind == "monthly" else 3 * no - 2
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise BadPeriod(key, _("没有看懂「%(key)s」，请写成 %(like)s 的样子。") % {"key": key[:20], "like": wanted})
    span = span_with(kind, date(year, month, 1))
    if span.since > today:
        raise BadPeriod(key, _("%(span)s还没有开始，没有什么可报告。") % {"span": span.words})
    return span
