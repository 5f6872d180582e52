"""The work queue: filters in the address, nearest deadline first, thirty a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tingsu.cases.models import Case
from tingsu.cases.personal import masked_customer
from tingsu.cases.queue import URGENT, Filters, first_cases, list_cases
from tingsu.org.models import Unit, User
from tingsu.org.pack import choices_in_force, stages_in_force, word_in_force
from tingsu.packs.schema import Choice
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick, unit_picks
from tingsu.web.navigation import approves
from tingsu.web.words import in_english

PAGE = 30
MOST_FIRST = 10  # of those that stand above the list
LAST_PAGE = 1_000_000  # no database counts rows beyond what follows from it
LONGEST_NUMBER = 20  # digits; Python refuses to read thousands of them
MORE = (
    "unit",
    "channel",
    "need",
    "emotion",
    "risk",
    "verdict",
    "complexity",
    "satisfaction",
    "answered",
    "since",
    "until",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    case: Case
    customer: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its rows, and the addresses of the pages beside it."""

    rows: list[Row]
    total: int
    first: int
    last: int
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Select:
    """One filter to pick a value from."""

    name: str
    label: str
    picks: list[Pick]

    @property
    def value(self) -> str:
        return next((pick.value for pick in self.picks if pick.picked), "")


@dataclass(frozen=True, slots=True)
class Kept:
    """A filter in force without a field of its own; ``without`` is the address's query once it is dropped."""

    name: str
    value: str
    words: str
    without: str


def show_queue(request: HttpRequest) -> HttpResponse:
    """The queue. An address with empty filters in it is first brought to its short form."""
    filters = Filters.from_query(request.GET.dict())
    if any(value == "" for value in request.GET.values()):
        return redirect(f"{reverse('queue')}?{filters.to_query()}")
    by = person_of(request)
    page = cut_page(request, filters, by)
    if request.headers.get("HX-Target") == "queue":
        return render(request, "web/parts/case_rows.html", {"page": page})
    first = _first(filters, by) if page.first <= 1 else []
    return render(request, "web/queue.html", {"page": page, "first": first, "filters": filters, **_frame(filters, by)})


def _first(filters: Filters, by: User) -> list[Row]:
    """The cases of a class of first priority, to stand above the list."""
    return [Row(case, masked_customer(case.customer)["name"]) for case in first_cases(filters, by=by)[:MOST_FIRST]]


def cut_page(request: HttpRequest, filters: Filters, by: User) -> Page:
    """The page of the list that the address asks for; a page beyond the end is empty."""
    asked = request.GET.get("page", "1")
    no = min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() and len(asked) < LONGEST_NUMBER else 1
    found = list_cases(filters, by=by)
    total = found.order_by().count()
    start = (no - 1) * PAGE
    rows = [Row(case, masked_customer(case.customer)["name"]) for case in found[start : start + PAGE]]
    return Page(
        rows,
        total,
        start + 1 if rows else 0,
        start + len(rows),
        _page_query(filters, no - 1) if no > 1 else "",
        _page_query(filters, no + 1) if start + PAGE < total else "",
    )


def _page_query(filters: Filters, no: int) -> str:
    query = filters.to_query()
    return "?" + "&".join(part for part in (query, f"page={no}" if no > 1 else "") if part)


def _frame(filters: Filters, by: User) -> dict[str, Any]:
    """Everything around the rows: saved views and filters."""
    return {
        "views": _views(filters, by),
        "selects": _selects(filters),
        "more": _more_selects(filters),
        "more_open": any(getattr(filters, name) for name in MORE),
        "narrowed": bool(filters.to_query()),
        "kept": _kept(filters),
    }


def _kept(filters: Filters) -> list[Kept]:
    """The filters in force that no field of the form shows: those that figures of the home page link with."""
    names = {
        "accused": _("被投诉机构：%s"),
        "days": _("近 %s 天收到"),
        "answered_days": _("近 %s 天答复"),
        "responded": _("首次响应：%s"),
        "responded_days": _("近 %s 天首次响应"),
        "waiting": _("等我审批"),
    }
    given = {name: getattr(filters, name, "") for name in names}
    return [
        Kept(
            name,
            value,
            names[name] % _kept_value(name, value) if "%" in names[name] else names[name],
            filters.to_query(**{name: ""}),
        )
        for name, value in given.items()
        if value
    ]


def _kept_value(name: str, value: str) -> str:
    if name == "accused":
        return Unit.objects.filter(code=value).values_list("name", flat=True).first() or value
    return {"late": _("超期"), "in_time": _("按时")}.get(value, value)


def _views(filters: Filters, by: User) -> list[dict[str, Any]]:
    views = [
        (_("全部未结"), Filters()),
        (_("我的"), Filters(owner="me")),
        (_("今天到期"), Filters(due="today")),
        (_("已逾期"), Filters(due="overdue")),
        (_("无人经办"), Filters(owner="none")),
    ]
    if approves(by):
        views.append((_("待我审批"), Filters(waiting="me")))
    views.append((_("已办结"), Filters(state="ended")))
    return [{"name": name, "query": view.to_query(), "here": view == filters} for name, view in views]


def _selects(filters: Filters) -> list[Select]:
    return [
        Select("stage", _("环节"), _stages(filters.stage)),
        Select(
            "due",
            _("时限"),
            _fixed(filters.due, {"overdue": _("已逾期"), "today": _("今天到期"), "near": _("三天内到期")}),
        ),
        Select("owner", _("经办人"), _fixed(filters.owner, _owners(filters.owner))),
        Select("business", _("业务类别"), _of_taxonomy("business", filters.business)),
        Select("cause", _("投诉原因"), _of_taxonomy("cause", filters.cause)),
    ]


def _more_selects(filters: Filters) -> list[Select]:
    strengths = {str(n): _("%s及以上") % _name("emotion", str(n)) for n in (1, 2)} | {"3": _name("emotion", "3")}
    risks = {"any": _("有任一风险"), URGENT: _("须立即处理")}
    risks |= {c.id: _words(c) for c in choices_in_force("risk")}
    return [
        Select("unit", _("机构或部门"), unit_picks({filters.unit})),
        Select("channel", _("受理渠道"), _of_taxonomy("channel", filters.channel)),
        Select("emotion", _("情绪"), _fixed(filters.emotion, strengths)),
        Select("need", _("心理需求"), _of_taxonomy("need", filters.need)),
        Select("risk", _("升级风险"), _fixed(filters.risk, risks)),
        Select("verdict", _("认定"), _of_taxonomy("verdict", filters.verdict)),
        Select("complexity", _("难易"), _of_taxonomy("complexity", filters.complexity)),
        Select("satisfaction", _("满意度"), _of_taxonomy("satisfaction", filters.satisfaction)),
        Select("answered", _("答复"), _fixed(filters.answered, {"in_time": _("按时答复"), "late": _("超期答复")})),
        Select(
            "state",
            _("状态"),
            _fixed("" if filters.state == "open" else filters.state, {"ended": _("已办结"), "all": _("全部")}),
        ),
    ]


def _stages(picked: str) -> list[Pick]:
    language = "en" if in_english() else "zh"
    return [Pick(s.id, s.name.in_language(language), picked=s.id == picked) for s in stages_in_force()]


def _owners(picked: str) -> dict[str, str]:
    fixed = {"me": _("我"), "none": _("无人经办")}
    if picked and picked not in fixed:
        fixed[picked] = User.objects.filter(username=picked).values_list("name", flat=True).first() or picked
    return fixed


def _fixed(picked: str, names: dict[str, str]) -> list[Pick]:
    return [Pick(value, name, picked=value == picked) for value, name in names.items()]


def _of_taxonomy(taxonomy: str, picked: str) -> list[Pick]:
    return [Pick(c.id, _words(c), picked=c.id == picked) for c in choices_in_force(taxonomy)]


def _name(taxonomy: str, value: str) -> str:
    return word_in_force(taxonomy, value, "en" if in_english() else "zh")


def _words(choice: Choice) -> str:
    return choice.name.in_language("en" if in_english() else "zh") if choice.name else choice.id
