"""The complaints behind a figure: the list that every number of 洞察 leads to."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.text import is_storable
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.kept import keep
from tingsu.insight.picked import COLUMNS, FLAGS, Listed, Picked, listed, take_listed
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import Frame, frame_of, read_number
from tingsu.web.insight_words import KINDS, Namer
from tingsu.web.links import case_href

PAGE = 30
MOST_TAKEN = 5000  # rows a file taken from here holds
LONGEST_WORD = 60  # characters of a value that can be meant
_FLAG_NAMES = {
    "angry": gettext_lazy("情绪激动"),
    "regulator": gettext_lazy("经监管"),
    "answered_late": gettext_lazy("超期答复"),
    "reopened": gettext_lazy("办结后重启"),
    "appealed": gettext_lazy("申请核查"),
}
MOST_TIMES = 60  # days or hours that can be picked one by one
KEPT = ("times", "at", *(name for name in COLUMNS if name != "unit"), "phrase", *_FLAG_NAMES)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing the complaints have in common, and the address's query without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint as the list shows it; ``text`` is masked."""

    number: str
    day: Any
    unit: str
    product: str
    cause: str
    channel: str
    emotion: int
    regulator: bool
    ended: str
    text: str


def show_counted(request: HttpRequest) -> HttpResponseBase:
    """The complaints that the address's conditions pick out of the facts, thirty a page, or all of them as a file."""
    frame = frame_of(request, here="insight-hot", keep=KEPT)
    by = person_of(request)
    picked = read_picked(request, frame)
    namer = Namer()
    if "chart" in request.GET:
        sent = download(request, [_table(take_listed(picked, by=by, most=MOST_TAKEN), namer)])
        assert sent is not None
        return sent
    no = _page_no(request)
    found = _listed(by, picked, (no - 1) * PAGE, PAGE)
    last = max(1, -(-found.total // PAGE))
    context = {
        "frame": frame,
        "rows": [_row(row, namer) for row in found.rows],
        "total": found.total,
        "taken": min(found.total, MOST_TAKEN),
        "conditions": _conditions(frame, namer),
        "earlier": frame.query(page=str(no - 1)) if 1 < no <= last + 1 else "",
        "later": frame.query(page=str(no + 1)) if no < last else "",
        "page_no": no,
    }
    return render(request, "web/insight/cases.html", context)


def read_picked(request: HttpRequest, frame: Frame) -> Picked:
    """What the address picks; words that cannot be meant are passed over."""
    said = {name: word.strip() for name in KEPT if (word := request.GET.get(name, "")) and is_storable(word)}
    times = read_times(said.pop("times", ""))
    said = {name: word for name, word in said.items() if len(word) <= LONGEST_WORD}
    where = {("unit" if name == "at" else name): word for name, word in said.items() if name in (*COLUMNS, "at")}
    return Picked(
        where=where,
        since=frame.period.since,
        until=frame.period.until,
        phrase=said.get("phrase", ""),
        flags=frozenset(name for name in FLAGS if said.get(name) == "1"),
        angry=said.get("angry") == "1",
        under=frame.unit.path if frame.unit else "",
        times=times,
    )


def read_times(words: str) -> tuple[tuple[date, int | None], ...]:
    """Days and hours out of 「2026-11-07.2026-11-09T10」; what cannot be meant is passed over."""
    found = []
    for word in words.split(".")[:MOST_TIMES]:
        try:
            moment = datetime.fromisoformat(word) if "T" in word else None
            found.append((moment.date(), moment.hour) if moment else (date.fromisoformat(word), None))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _listed(by: User, picked: Picked, first: int, most: int) -> Listed:
    return keep(
        "listed", picked.key, first, most, by=by, make=lambda: listed(facts_for(by), picked, first=first, most=most)
    )


def _page_no(request: HttpRequest) -> int:
    return max(read_number(request.GET.get("page", "")), 1)


def _conditions(frame: Frame, namer: Namer) -> list[Condition]:
    kept = {name: word for name, word in frame.kept.items() if name != "times" or read_times(word)}
    return [Condition(_condition_words(name, word, namer), frame.query(**{name: ""})) for name, word in kept.items()]


def _condition_words(name: str, word: str, namer: Namer) -> str:
    if name in _FLAG_NAMES:
        return str(_FLAG_NAMES[name])
    if name == "times":
        return _times_words(read_times(word))
    column = "unit" if name == "at" else name
    return _("%(kind)s：%(value)s") % {"kind": KINDS[column], "value": namer.name(column, word)}


def _times_words(times: tuple[tuple[date, int | None], ...]) -> str:
    first, hour = times[0]
    if len(times) > 1:
        return _("只看其中 %(n)d 期") % {"n": len(times)}
    return first.isoformat() if hour is None else _("%(day)s %(hour)d 时") % {"day": first.isoformat(), "hour": hour}


def _row(row: dict[str, Any], namer: Namer) -> Row:
    return Row(
        number=row["number"],
        day=row["day"],
        unit=namer.name("unit", row["unit"]),
        product=row["product"],
        cause=namer.name("cause", row["cause"]) if row["cause"] else "",
        channel=namer.name("channel", row["channel"]) if row["channel"] else "",
        emotion=row["emotion"] or 0,
        regulator=bool(row["regulator"]),
        ended=namer.name("ended", row["ended"]),
        text=row["text"] or "",
    )


def _table(found: Listed, namer: Namer) -> Chart:
    columns = [
        *(_("编号"), _("收到日期"), _("机构"), _("产品"), _("原因")),
        *(_("渠道"), _("情绪强度"), _("经监管"), _("状态"), _("投诉内容（已遮盖）")),
    ]
    rows = (_row(row, namer) for row in found.rows)
    told = [[Cell(row.number, case_href(row.number)), *astuple(row)[1:]] for row in rows]
    note = _("共 %(n)d 件，重复投诉已并入首件；最多取出 %(most)d 件。") % {"n": found.total, "most": MOST_TAKEN}
    return Chart("cases", _("投诉清单"), "heat", {}, Grid(columns, told), note=note)
