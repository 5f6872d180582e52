"""What every page of 洞察 shares: the way between its pages, the period and the unit it looks at.

A page makes its frame with ``frame_of(request)``, looks at ``frame.period`` and ``frame.unit``, and hands it to a
template that extends ``web/insight/frame.html`` as ``frame``. A page appears in the sub-navigation once a route of its
name exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import read_day, today
from tingsu.base.errors import TingsuError
from tingsu.insight.reach import units_seen
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can, require
from tingsu.web.asking import person_of
from tingsu.web.fields import MANY, Pick

USUAL = 30  # days looked at where nothing else is asked
PRESETS = (7, 30, 90, 365)
LONGEST = 3 * 366  # days
DIGITS = 9  # of a number that can be meant

# (route name, what it is called, permission)
PAGES = (
    ("insight", gettext_lazy("总览"), "view_home"),
    ("insight-hot", gettext_lazy("热点"), "view_home"),
    ("insight-alerts", gettext_lazy("苗头"), "view_home"),
    ("insight-compare", gettext_lazy("对比"), "view_home"),
    ("insight-forecast", gettext_lazy("预测"), "view_home"),
    ("insight-risks", gettext_lazy("升级风险"), "view_home"),
    ("insight-measures", gettext_lazy("整改"), "view_home"),
    ("insight-reports", gettext_lazy("报告"), "view_home"),
    ("insight-economics", gettext_lazy("服务补救经济账"), "view_home"),
    ("insight-feeds", gettext_lazy("外部声音"), "view_home"),
)


class UnitNotFound(TingsuError):
    """There is no such unit, or it is out of this person's reach: the two are not told apart."""

    code = "not_found"

    def __init__(self, unit: str) -> None:
        self.unit = unit
        super().__init__(_("没有这个机构，或它不在您可查看的范围内。请从热点或总览进入。"))


@dataclass(frozen=True, slots=True)
class SubEntry:
    """One page of 洞察 in the sub-navigation."""

    url: str
    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class Period:
    """The days looked at, both included; ``days`` is the preset in force, 0 where the two days were named."""

    since: date
    until: date
    days: int = USUAL

    @property
    def length(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Period:
        """The equally long period that ends the day before."""
        return Period(self.since - timedelta(days=self.length), self.since - timedelta(days=1), 0)

    @property
    def words(self) -> str:
        """「近 30 天」, or the two days."""
        if self.days:
            return _("近 %(days)d 天") % {"days": self.days}
        return _("%(since)s 至 %(until)s") % {"since": self.since.isoformat(), "until": self.until.isoformat()}

    def to_query(self) -> dict[str, str]:
        """What the address says of it; nothing for the usual period."""
        if self.days:
            return {} if self.days == USUAL else {"days": str(self.days)}
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Choice:
    """One preset of the period chooser."""

    name: str
    query: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around a page: the way, the period, the unit (None: all in reach), and what was not understood."""

    entries: list[SubEntry]
    period: Period
    unit: Unit | None
    units: list[Pick]
    presets: list[Choice]
    told: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def unit_code(self) -> str:
        return self.unit.code if self.unit else ""

    @property
    def unit_typed(self) -> bool:
        """Whether there are too many units to scroll through."""
        return len(self.units) > MANY

    def query(self, **more: str) -> str:
        """The address's query that keeps period, unit and the page's own words, with some changed; "" drops one."""
        words = self.period.to_query() | {"unit": self.unit_code} | self.kept | more
        return urlencode({name: word for name, word in words.items() if word})


def frame_of(request: HttpRequest, *, here: str = "", keep: tuple[str, ...] = (), at: date | None = None) -> Frame:
    """The frame of a page, from its address. Raises NotAllowed for who may not look at figures.

    ``here`` names the route the sub-navigation marks, where the address alone does not tell; ``keep`` names the page's
    own words of the address that a change of period or unit leaves standing. A period or unit that means nothing is
    left aside for the usual one, and the page says so.
    """
    by = person_of(request)
    require(by, "view_home")
    told: list[str] = []
    period = read_period(request.GET, at or today(), told)
    near = list(units_seen(by))
    unit = _read_unit(request.GET.get("unit", ""), near, told)
    picks = [Pick(u.code, u.name, str(Unit.Kind(u.kind).label), picked=u == unit) for u in near]
    kept = {name: word for name in keep if (word := request.GET.get(name, ""))}
    frame = Frame([], period, unit, picks, [], told, kept)
    return replace(frame, entries=list(_entries(request.path, by, frame, here)), presets=_presets(frame))


def usual_frame(*, at: date | None = None) -> Frame:
    """The usual period over everything in reach, for a page without a chooser of its own."""
    return Frame([], _last(USUAL, at or today()), None, [], [])


def read_period(query: Mapping[str, str], at: date, told: list[str]) -> Period:
    """The period an address asks for; ``told`` gets a sentence for each word that was not taken as it stands."""
    if query.get("since") or query.get("until"):
        return _named_period(query.get("since", ""), query.get("until", ""), at, told)
    asked = query.get("days", "")
    if not asked:
        return _last(USUAL, at)
    if asked.isdecimal() and len(asked) <= 6 and 1 <= int(asked) <= LONGEST:
        return _last(int(asked), at)
    told.append(_("时间段没有看懂，先看近 %(days)d 天。天数请写 1 到 %(most)d。") % {"days": USUAL, "most": LONGEST})
    return _last(USUAL, at)


def _last(days: int, at: date) -> Period:
    return Period(at - timedelta(days=days - 1), at, days)


def _named_period(since: str, until: str, at: date, told: list[str]) -> Period:
    first, last = read_day(since), read_day(until) if until else at
    if first is None or last is None:
        told.append(_("日期没有看懂，先看近 %(days)d 天。请写成 2026-01-31 的样子。") % {"days": USUAL})
        return _last(USUAL, at)
    if first > last or first > at:
        told.append(_("开始的日子在结束的日子或今天之后，先看近 %(days)d 天。") % {"days": USUAL})
        return _last(USUAL, at)
    if last > at:
        told.append(_("结束的日子还没有到，只看到今天。"))
        last = at
    if last == at and (length := (last - first).days + 1) in PRESETS:
        return _last(length, at)
    if (last - first).days >= LONGEST:
        first = last - timedelta(days=LONGEST - 1)
        told.append(_("一次最多看 %(most)d 天，已从 %(first)s 看起。") % {"most": LONGEST, "first": first.isoformat()})
    return Period(first, last, 0)


def _read_unit(word: str, near: list[Unit], told: list[str]) -> Unit | None:
    code = word.strip().split(" ")[0]  # a typed pick sends "code name"
    if not code:
        return None
    unit = next((unit for unit in near if unit.code == code), None)
    if unit is None:
        told.append(_("没有这个机构，或它不在您可查看的范围内，先看全部可查看的机构。"))
    return unit


def _entries(path: str, by: User, frame: Frame, here: str) -> Iterator[SubEntry]:
    """The pages there are, each keeping period and unit; the deepest one that holds this address is here."""
    query = replace(frame, kept={}).query()
    known = [(route, url, str(name)) for route, name, needs in PAGES if can(by, needs) and (url := address_of(route))]
    deepest = max((url for _route, url, _name in known if path.startswith(url)), key=len, default="")
    for route, url, name in known:
        yield SubEntry(f"{url}?{query}" if query else url, name, route == here if here else url == deepest)


def read_number(word: str, otherwise: int = 0) -> int:
    """A whole number as an address or a form sends it; ``otherwise`` for anything else."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= DIGITS else otherwise


def address_of(route: str) -> str:
    """The address of a route; "" while there is no such page."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _presets(frame: Frame) -> list[Choice]:
    return [
        Choice(
            _("近 %(days)d 天") % {"days": days},
            replace(frame, period=Period(frame.period.since, frame.period.until, days)).query(),
            frame.period.days == days,
        )
        for days in PRESETS
    ]
