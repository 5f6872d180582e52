"""Administration in the browser: units, people and their roles. Every change is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.cases.models import Case
from tingsu.org import managing
from tingsu.org.models import AccessEntry, RoleGrant, Unit, User
from tingsu.org.pack import pack_at, packs_in_force
from tingsu.org.permissions import can, require
from tingsu.org.staff import StaffMistake
from tingsu.packs.schema import Role
from tingsu.web.asking import person_of
from tingsu.web.refusals import status_of

RECENT = 30
MOST = 200  # people on one page; more are found by name


@dataclass(frozen=True, slots=True)
class Card:
    """One part of administration, and what is set there."""

    url: str
    name: str
    about: str
    icon: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change on record: when, by whom, of what, and what it was and is."""

    at: datetime
    by_name: str
    what: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Held:
    """One role a person holds, and how its unit's pack calls it."""

    grant: RoleGrant
    role: Role | None


def show_managing(request: HttpRequest) -> HttpResponse:
    """Where everything is set, and what was changed of late."""
    by = person_of(request)
    if not any(can(by, name) for name in ("manage_staff", "manage_packs", "manage_forms", "manage_writing_help")):
        require(by, "manage_staff")
    whats = _whats()
    entries = AccessEntry.objects.filter(what__in=whats).order_by("-seq")[:RECENT]
    changes = [Change(e.at, e.by_name, whats[e.what], _lines(e.detail)) for e in entries]
    return render(request, "web/manage.html", {"changes": changes, "cards": _cards(by)})


def show_units(request: HttpRequest) -> HttpResponse:
    """The tree of units; POST adds one."""
    by = person_of(request)
    require(by, "manage_staff")
    wrong = ""
    if request.method == "POST":
        try:
            unit = _add_unit(request, by)
        except TingsuError as error:
            wrong = error.message
        else:
            messages.success(request, _("已新建「%s」。") % unit.name)
            return redirect("manage-units")
    units = Unit.objects.annotate(people=Count("staff", filter=Q(staff__is_active=True))).order_by("path")
    rows = [(unit, unit.path.count("/") - 2) for unit in units]
    context = {"rows": rows, "kinds": Unit.Kind.choices, "wrong": wrong, "typed": request.POST}
    return render(request, "web/manage_units.html", context, status=422 if wrong else 200)


def change_unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its name, kind, customers, whether it is open, and where it belongs."""
    by = person_of(request)
    require(by, "manage_staff")
    unit = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    wrong, status = "", 200
    if request.method == "POST":
        try:
            _save_unit(request, unit, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
            unit.refresh_from_db()
        else:
            messages.success(request, _("「%s」已保存。") % unit.name)
            return redirect("manage-unit", code=unit.code)
    open_cases = Case.objects.filter(closed_at=None).filter(Q(lead_unit=unit) | Q(recorded_unit=unit)).count()
    context = {
        "unit": unit,
        "state": managing.state_of(unit),
        "kinds": Unit.Kind.choices,
        "parents": Unit.objects.filter(active=True).exclude(path__startswith=unit.path),
        "people": unit.staff.filter(is_active=True).order_by("name"),
        "open_cases": open_cases,
        "wrong": wrong,
    }
    return render(request, "web/manage_unit.html", context, status=status)


def show_staff(request: HttpRequest) -> HttpResponse:
    """People by name, login or unit; POST adds one."""
    by = person_of(request)
    require(by, "manage_staff")
    wrong = ""
    if request.method == "POST":
        try:
            person = _add_person(request, by)
        except TingsuError as error:
            wrong = error.message
        else:
            messages.success(request, _("已添加%s，请把登录名和初始密码当面告知本人。") % person.name)
            return redirect("manage-person", username=person.username)
    query = request.GET.get("q", "").strip().replace("\x00", "")
    people = User.objects.select_related("unit").order_by("-is_active", "unit__path", "name")
    if query:
        people = people.filter(
            Q(name__contains=query) | Q(username__contains=query) | Q(staff_no=query) | Q(unit__name__contains=query)
        )
    shown = list(people.prefetch_related("grants__unit")[: MOST + 1])
    context = {
        "people": [(person, _held(person)) for person in shown[:MOST]],
        "more": len(shown) > MOST,
        "query": query,
        "units": Unit.objects.filter(active=True).order_by("path"),
        "roles": _roles(),
        "wrong": wrong,
        "typed": request.POST,
    }
    return render(request, "web/manage_staff.html", context, status=422 if wrong else 200)


def change_person(request: HttpRequest, username: str) -> HttpResponse:
    """One person: who, where, which roles, whether the account is open, a new password."""
    by = person_of(request)
    require(by, "manage_staff")
    person = get_object_or_404(User.objects.select_related("unit"), username=username)
    wrong, status = "", 200
    if request.method == "POST":
        try:
            told = _DOINGS[_wanted(request)](request, person, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
            person = get_object_or_404(User.objects.select_related("unit"), username=username)
        else:
            messages.success(request, told)
            return redirect("manage-person", username=username)
    context = {
        "person": person,
        "state": managing.state_of(person),
        "held": _held(person),
        "units": Unit.objects.filter(active=True).order_by("path"),
        "roles": _roles(),
        "owned": Case.objects.filter(owner=person, closed_at=None).count(),
        "oneself": person.pk == by.pk,
        "wrong": wrong,
    }
    return render(request, "web/manage_person.html", context, status=status)


def _cards(by: User) -> list[Card]:
    cards = []
    if can(by, "manage_staff"):
        cards.append(Card(reverse("manage-units"), _("机构"), _("上下级、种类、客户数、停用与划转"), "home"))
        cards.append(Card(reverse("manage-desks"), _("专办部门"), _("哪一类投诉归哪个部门办"), "list"))
        cards.append(Card(reverse("manage-staff"), _("人员与角色"), _("账号、角色、密码、离岗停用"), "user"))
    if can(by, "manage_packs"):
        cards.append(Card(reverse("manage-packs"), _("方案包"), _("在用的版本，哪个机构用哪个"), "list"))
        cards.append(Card(reverse("manage-authority"), _("核决权限"), _("谁能批多少"), "stamp"))
        cards.append(Card(reverse("manage-rules"), _("时限规则与工作日历"), _("核对原文，载入下一年放假安排"), "clock"))
    if can(by, "manage_forms"):
        cards.append(Card(reverse("forms"), _("表单模板"), _("九张表单和告知书的 Word 模板"), "file"))
    if can(by, "manage_writing_help"):
        cards.append(Card(reverse("manage-writing"), _("写作辅助"), _("单位内部的模型，平时关闭"), "pen"))
    return cards


def _whats() -> dict[str, str]:
    return {
        "unit": _("机构"), "desk": _("专办部门"), "staff": _("人员"), "pack": _("方案包"),
        "calendar": _("工作日历"), "form": _("表单模板"), "budget": _("补偿预算"), "delegate": _("代理"),
        "delegate_end": _("代理"), "writing_help": _("写作辅助"),
    }  # fmt: skip


def _lines(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What the record says, each value in words; where the machine stood is left to the audit."""
    names = {
        "unit": _("机构"), "person": _("人员"), "pack": _("方案包"), "made": _("新建"), "under": _("上级"),
        "role": _("角色"), "granted": _("授予"), "revoked": _("收回"), "changed": _("改动"), "name": _("名称"),
        "active": _("在用"), "is_active": _("在用"), "kind": _("种类"), "customers": _("客户数"), "from": _("原在"),
        "to": _("现在"), "before": _("原为"), "rule": _("规则"), "edition": _("版本"), "pack_version": _("版本"),
        "unit_id": _("机构"), "staff_no": _("工号"), "days": _("天数"), "first": _("起于"), "file": _("文件"),
        "class": _("类别"),
    }  # fmt: skip
    shown = {name: value for name, value in detail.items() if name != "seat" and value not in ("", None, [])}
    return [(names.get(name, name), _value(value)) for name, value in shown.items()]


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{_value(value[0])} → {_value(value[1])}"
    return {"True": _("是"), "False": _("否")}.get(str(value), str(value))


def _wanted(request: HttpRequest) -> str:
    wanted = request.POST.get("do", "")
    if wanted not in _DOINGS:
        raise Http404
    return wanted


def _save(request: HttpRequest, person: User, by: User) -> str:
    managing.change_person(
        person,
        name=request.POST.get("name", "").strip(),
        staff_no=request.POST.get("staff_no", "").strip()[:20],
        unit=_unit(request.POST.get("unit", "")),
        active=request.POST.get("active") == "yes",
        by=by,
        seen=request.POST.get("seen", ""),
    )
    return str(_("已保存。"))


def _give(request: HttpRequest, person: User, by: User) -> str:
    managing.give_role(person, request.POST.get("role", ""), _unit(request.POST.get("unit", "")), by=by)
    return str(_("角色已授予，即时生效。"))


def _take(request: HttpRequest, person: User, by: User) -> str:
    wanted = request.POST.get("grant", "")
    grant = person.grants.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdecimal() else None
    if grant is None:
        raise StaffMistake("这个角色已经不在了，请刷新页面。")
    managing.take_role(grant, by=by)
    return str(_("角色已收回，即时生效。"))


def _password(request: HttpRequest, person: User, by: User) -> str:
    managing.set_password(person, request.POST.get("password", ""), by=by)
    return str(_("密码已重设，旧的登录已失效。请当面告知本人。"))


_DOINGS = {"save": _save, "give": _give, "take": _take, "password": _password}


def _add_unit(request: HttpRequest, by: User) -> Unit:
    posted = request.POST
    return managing.open_unit(
        posted.get("code", "").strip(),
        name=posted.get("name", "").strip(),
        kind=posted.get("kind", ""),
        parent=Unit.objects.filter(code=posted.get("parent", "")).first(),
        customers=_count(posted.get("customers", "")),
        by=by,
    )


def _save_unit(request: HttpRequest, unit: Unit, by: User) -> None:
    posted = request.POST
    if posted.get("do") == "move":
        managing.move_unit(unit, _unit(posted.get("parent", "")), by=by, seen=posted.get("seen", ""))
        return
    managing.change_unit(
        unit,
        name=posted.get("name", "").strip(),
        kind=posted.get("kind", ""),
        customers=_count(posted.get("customers", "")),
        active=posted.get("active") == "yes",
        by=by,
        seen=posted.get("seen", ""),
    )


def _add_person(request: HttpRequest, by: User) -> User:
    posted = request.POST
    return managing.add_staff(
        posted.get("username", "").strip(),
        name=posted.get("name", "").strip(),
        staff_no=posted.get("staff_no", "").strip(),
        role=posted.get("role", ""),
        unit=_unit(posted.get("unit", "")),
        password=posted.get("password", ""),
        by=by,
    )


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code, active=True).first()
    if unit is None:
        raise StaffMistake("请选择一个在用的机构。")
    return unit


def _count(value: str) -> int:
    plain = value.replace(",", "").strip()
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 9:
        raise StaffMistake("客户数请写成整数，如 12000。")
    return int(plain)


def _held(person: User) -> list[Held]:
    return [Held(grant, pack_at(grant.unit.path).role(grant.role)) for grant in person.grants.all()]


def _roles() -> list[Role]:
    return list({role.id: role for pack in reversed(packs_in_force().all) for role in pack.roles}.values())
