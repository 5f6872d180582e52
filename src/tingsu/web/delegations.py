"""Who decides in whose place: one's own deputies and leaves, and everyone's for whoever manages them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.base.clock import today
from tingsu.base.errors import TingsuError
from tingsu.org.delegation import DelegationMistake, delegate, list_delegations, may_decide_somewhere, revoke_delegation
from tingsu.org.models import User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import can, grants_of, require
from tingsu.org.staff import find_person
from tingsu.packs.schema import Role
from tingsu.web.asking import person_of

MOST = 100
MOST_PEOPLE = 300  # offered while typing; any username may be typed


def show_delegations(request: HttpRequest) -> HttpResponse:
    """The delegations this person gave, holds or manages; POST makes one."""
    by = person_of(request)
    manages = can(by, "manage_delegations")
    if not may_decide_somewhere(by):
        require(by, "manage_delegations")
    wrong = ""
    if request.method == "POST":
        try:
            _make(request.POST, by, request.POST.getlist("roles"))
        except TingsuError as error:
            wrong = error.message
        else:
            messages.success(request, _("已设好，从起日零时起生效。"))
            return redirect("delegations")
    context = {
        "rows": list(list_delegations(by=by)[:MOST]),
        "wrong": wrong,
        "typed": request.POST,
        "manages": manages,
        "lendable": _lendable(by),
        "people": _people(by),
        "today": today(),
    }
    return render(request, "web/delegations.html", context, status=422 if wrong else 200)


@require_POST
def end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End one now."""
    if revoke_delegation(delegation_id, by=person_of(request)):
        messages.success(request, _("已结束，从现在起不再代理。"))
    else:
        messages.warning(request, _("这条代理已经结束，或不归您管理。"))
    return redirect("delegations")


def _make(typed: Mapping[str, str], by: User, roles: list[str]) -> None:
    giver = find_person(typed["giver"].strip()) if typed.get("giver", "").strip() else by
    deputy = typed.get("deputy", "").strip()
    if bool(deputy) == bool(typed.get("leave")):
        raise DelegationMistake(_("请写代理人的登录名，或者勾选「请假，无人代理」，二者选一。"))
    delegate(
        giver,
        find_person(deputy) if deputy else None,
        by=by,
        first_day=_day(typed.get("first_day", "")),
        last_day=_day(typed.get("last_day", "")),
        reason=typed.get("reason", ""),
        roles=roles,
    )


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise DelegationMistake(_("请选起止日期。")) from None


def _lendable(by: User) -> list[Role]:
    """The roles of the authority table that this person holds; asked only where there are several."""
    levels = {level.role for pack in packs_in_force().all for level in pack.authority.levels}
    held = {grant.role.id: grant.role for grant in grants_of(by) if grant.role.id in levels}
    return list(held.values()) if len(held) > 1 else []


def _people(by: User) -> list[User]:
    """Colleagues to offer, those of one's own unit first."""
    active = User.objects.filter(is_active=True).exclude(pk=by.pk).select_related("unit").order_by("username")
    near = list(active.filter(unit=by.unit)[:MOST_PEOPLE])
    return [*near, *active.exclude(unit=by.unit)[: MOST_PEOPLE - len(near)]]
