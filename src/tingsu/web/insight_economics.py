"""服务补救经济账: what is said of complaints and loyalty with its origin and doubt, and a sum on named assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import today
from tingsu.insight.economics.known import Known, read_known
from tingsu.insight.economics.sayings import Sayings, load_sayings
from tingsu.insight.economics.sums import Asked, CannotSum, Sum, silent_beside, sum_up
from tingsu.insight.kept import keep
from tingsu.web.asking import person_of
from tingsu.web.insight_frame import frame_of

FALLBACK = {"complaints": 1000.0, "resolved": 60.0, "quick": 30.0}  # ours, where the site knows nothing yet
STEP_UP = 20.0  # points by which the usual goal lies above today
SUMMED = ("large", "small")
LONGEST = 14  # characters of a number


@dataclass(frozen=True, slots=True)
class Field:
    """One figure of the sum: what stands in it and where it comes from."""

    id: str
    label: str
    unit: str
    value: str
    origin: str
    wrong: bool = False


def show_economics(request: HttpRequest) -> HttpResponse:
    """The page; the form's figures stand in the address, so that a sum can be sent to a colleague."""
    frame = frame_of(request)
    by = person_of(request)
    at = today()
    known = keep("economics", at, by=by, make=lambda: read_known(by=by, at=at))
    sayings = load_sayings()
    usual = _usual(known, sayings)
    asked, wrong = _read(request.GET, usual)
    sums = [] if wrong else [sum_up(asked, sayings.table(name)) for name in SUMMED]
    context = {
        "frame": frame,
        "sayings": sayings,
        "rows": [(o.name, [(t, _span(getattr(t, o.id))) for t in sayings.retention]) for o in sayings.outcomes],
        "fields": _fields(request.GET, usual, known, wrong),
        "wrong": _say_wrong(wrong) if wrong else "",
        "sums": [_words(one) for one in sums],
        "silent": f"{round(silent_beside(asked.complaints, sayings.assumptions.voiced)):,}" if not wrong else "",
        "voiced": f"{sayings.assumptions.voiced:g}",
        "goal": f"{asked.goal:g}",
    }
    return render(request, "web/insight/economics.html", context, status=422 if wrong else 200)


def _usual(known: Known, sayings: Sayings) -> dict[str, float]:
    """The figures a sum begins with: the site's own where it has them."""
    resolved = known.resolved if known.resolved is not None else FALLBACK["resolved"]
    quick = min(known.quick if known.quick is not None else FALLBACK["quick"], resolved)
    return {
        "complaints": float(known.complaints or FALLBACK["complaints"]),
        "value": sayings.assumptions.value,
        "resolved": round(resolved),
        "quick": min(round(quick), round(resolved)),
        "goal": min(100.0, round(quick) + STEP_UP),
    }


def _read(said: Mapping[str, str], usual: dict[str, float]) -> tuple[Asked, str]:
    """The figures asked for, and the first one that cannot be meant."""
    numbers, wrong = dict(usual), ""
    for name in usual:
        word = said.get(name, "").replace(",", "").replace("，", "").strip()
        if not word:
            continue
        try:
            numbers[name] = float(word) if len(word) <= LONGEST else float("nan")
        except ValueError:
            wrong = wrong or name
    asked = Asked(**numbers)
    try:
        sum_up(asked, load_sayings().table(SUMMED[0]))
    except CannotSum as error:
        wrong = wrong or error.field
    return asked, wrong


def _fields(said: Mapping[str, str], usual: dict[str, float], known: Known, wrong: str) -> list[Field]:
    own = _("本机构近 52 周，%(n)s 件为底")
    ours = _("假设，请换成本机构的数字")
    labels = {
        "complaints": (_("一年投诉"), _("件"), own % {"n": f"{known.complaints:,}"} if known.complaints else ours),
        "value": (_("一位客户一年带来"), _("元"), ours),
        "resolved": (
            _("解决得让客户满意的"), "%",
            own % {"n": f"{known.asked_opinion:,}"} if known.resolved is not None else ours,
        ),
        "quick": (
            _("其中很快解决的（占全部投诉）"), "%",
            _("三天内答复的占比代替，%(n)s 件为底，不超过满意的占比") % {"n": f"{known.answered:,}"}
            if known.quick is not None else ours,
        ),
        "goal": (_("想把很快解决的提高到"), "%", _("您要试算的目标")),
    }  # fmt: skip
    return [
        Field(name, label, unit, said.get(name) or f"{usual[name]:g}", origin, wrong == name)
        for name, (label, unit, origin) in labels.items()
    ]


def _say_wrong(field: str) -> str:
    return {
        "complaints": _("一年投诉请写成不小于 0 的数字。"),
        "value": _("客户价值请写成不小于 0 的数字。"),
        "quick": _("很快解决的请写成 0 到 100，且不超过满意的占比。"),
    }.get(field, _("占比请写成 0 到 100 的数字。"))


def _words(one: Sum) -> dict[str, Any]:
    return {
        "name": one.table.name,
        "lost": f"{round(one.lost):,}",
        "lost_value": f"{round(one.lost_value):,}",
        "kept": f"{round(one.kept_more):,}",
        "kept_value": f"{round(one.kept_value):,}",
    }


def _span(span: tuple[float, float]) -> str:
    low, high = span
    return f"{low:g}%" if low == high else f"{low:g}%–{high:g}%"
