"""质检: drawing a sample, and a draw with why each conversation is in it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import read_day, today
from tingsu.cases.errors import Incomplete
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require
from tingsu.quality.conversations.latent import level_of
from tingsu.quality.reviews.stance import blind_among
from tingsu.quality.sampling.verbs import DrawAsked, draw_sample, drawn_of, draws_seen, find_draw
from tingsu.quality.seeing import INSPECT, inspected_units
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick
from tingsu.web.quality_frame import percent, quality_frame, read_number, risk_name

SHOWN = 30
NUMBERS = {"per_agent": "2", "risk_percent": "10", "random_percent": "5"}
WHYS = {"random": gettext_lazy("随机"), "risk": gettext_lazy("按风险"), "agent": gettext_lazy("每人定量")}


def show_sampling(request: HttpRequest) -> HttpResponse:
    """The form of a draw and the draws before; POST draws. Raises NotAllowed."""
    by = person_of(request)
    require(by, INSPECT)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = draw_sample(_asked(request), by=by)
        except Incomplete as error:
            wrong = error.fields
        else:
            messages.success(request, _("已抽出 %d 段，下面写明了每段为什么抽中。") % made.drawn.count())
            return redirect("quality-draw", number=made.pk)
    context = {
        "frame": quality_frame(request),
        "wrong": wrong,
        "draws": list(draws_seen(by).order_by("-pk")[:SHOWN]),
        **_form(request, by),
    }
    return render(request, "web/quality/sampling.html", context, status=422 if wrong else 200)


def show_draw(request: HttpRequest, number: int) -> HttpResponse:
    """One draw: its plan and seed, what came out and why, and how far the reviews are. Raises DrawNotFound."""
    by = person_of(request)
    made = find_draw(number, by=by)
    rows = list(drawn_of(made, by=by).defer("conversation__turns", "conversation__masked", "conversation__points"))
    counts = Counter(row.why for row in rows)
    blind = blind_among((row.conversation for row in rows), by=by)
    context = {
        "frame": quality_frame(request),
        "draw": made,
        "rows": [
            (row, WHYS[row.why], percent(share), level, risk_name(level))
            for row in rows
            for level in [level_of(row.conversation.risk)]
            for share in [None if row.conversation_id in blind else row.conversation.share]
        ],
        "counts": [(name, counts[why]) for why, name in WHYS.items()],
        "reviewed": sum(row.conversation.reviewed_at is not None for row in rows),
    }
    return render(request, "web/quality/draw.html", context)


def _form(request: HttpRequest, by: User) -> dict[str, Any]:
    said = request.POST
    last = today().replace(day=1) - timedelta(days=1)
    usual = {"since": last.replace(day=1).isoformat(), "until": last.isoformat(), "title": _month_title(last)}
    fields = {**usual, **NUMBERS, "seed": f"{today():%Y%m%d}"}
    return {
        "typed": {name: said.get(name, value) for name, value in fields.items()},
        "units": [Pick(u.code, u.name, picked=u.code == said.get("unit")) for u in inspected_units(by)],
    }


def _month_title(day: date) -> str:
    return _("%(year)d年%(month)d月抽样") % {"year": day.year, "month": day.month}


def _asked(request: HttpRequest) -> DrawAsked:
    posted = request.POST
    since, until = read_day(posted.get("since", "")), read_day(posted.get("until", ""))
    numbers = {name: read_number(posted.get(name, "")) for name in (*NUMBERS, "seed")}
    wrong = {name: _("请填写数字") for name, value in numbers.items() if value is None}
    if since is None or until is None:
        wrong["since"] = _("请填写起止日期")
    code = posted.get("unit", "").strip()
    unit = Unit.objects.filter(code=code).first() if code else None
    if code and unit is None:
        wrong["unit"] = _("没有这个机构")
    if wrong or since is None or until is None:
        raise Incomplete(wrong)
    known = {name: value or 0 for name, value in numbers.items()}
    return DrawAsked(title=posted.get("title", ""), since=since, until=until, unit=unit, **known)
