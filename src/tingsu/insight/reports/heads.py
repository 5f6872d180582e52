"""What the papers of a month and of a quarter share: how they begin, and which earlier spans may stand beside them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from tingsu.base.clock import local
from tingsu.insight.reports.monthly import MonthFigures
from tingsu.insight.reports.paper import Paper, Section
from tingsu.insight.reports.scope import Scope
from tingsu.insight.reports.spans import Span

SETTLED = timedelta(days=6)  # without a complaint at the beginning of a span, which is on record for all that


class Told(Protocol):
    """What a report is about: its scope and span, its own figures, and the first day on record."""

    @property
    def scope(self) -> Scope: ...
    @property
    def span(self) -> Span: ...
    @property
    def made_at(self) -> datetime: ...
    @property
    def since_when(self) -> date | None: ...
    @property
    def now(self) -> MonthFigures: ...


def paper_of(told: Told, title: str, apart: str, *, doubts: list[str], sections: list[Section]) -> Paper:
    """The report with its head: what it covers, counted from what, ``apart`` what it leaves out, when it was made."""
    return Paper(
        kind=told.span.kind,
        key=told.span.key,
        title=title,
        scope=told.scope.name,
        since=told.span.since,
        until=told.span.until,
        made_at=local(told.made_at),
        about=[_counted(told), apart, _made(told.made_at)],
        doubts=doubts,
        sections=sections,
    )


def is_known(told: Told, span: Span) -> bool:
    """Whether a span may be shown: the report's own with anything on record, an earlier one on record as a whole.

    A quarter of which eleven days are on record says nothing beside a whole one.
    """
    if told.since_when is None:
        return False
    return span.until >= told.since_when if span == told.span else span.since + SETTLED >= told.since_when


def is_cut(told: Told, *earlier: Span) -> bool:
    """Whether one of the earlier spans is on record in part only."""
    return any(told.since_when and span.until >= told.since_when and not is_known(told, span) for span in earlier)


def share(part: int, base: int) -> float | None:
    """Per cent with one decimal; None of nothing."""
    return round(100 * part / base, 1) if base else None


def _counted(told: Told) -> str:
    said = _("%(scope)s，%(since)s 至 %(until)s 收到的投诉 %(n)d 件；另有 %(merged)d 件重复投诉已并入首件，不再计数。")
    return said % {
        "scope": told.scope.name, "since": told.span.since.isoformat(), "until": told.span.until.isoformat(),
        "n": told.now.n, "merged": told.now.merged,
    }  # fmt: skip


def _made(at: datetime) -> str:
    return _("制作于 %s，数字以当时的记录为准；之后补录、并案、改判的不在内。") % f"{local(at):%Y-%m-%d %H:%M}"
