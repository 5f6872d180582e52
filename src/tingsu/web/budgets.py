"""Compensation budgets (补偿预算): how each unit stands in a month, its cases, and setting them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.budgets import list_spendings, month_of, set_budget, show_budget
from tingsu.cases.errors import Incomplete
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can
from tingsu.org.staff import find_unit
from tingsu.web.asking import person_of


def show_budgets(request: HttpRequest) -> HttpResponse:
    """The budgets within reach in one month; POST sets one."""
    by = person_of(request)
    wrong = ""
    if request.method == "POST":
        try:
            _set(request.POST, by)
        except TingsuError as error:
            wrong = error.message
        else:
            messages.success(request, _("预算已保存。"))
            return redirect("budgets")
    month = request.GET.get("month", "")
    manages = can(by, "manage_budgets")
    context = {
        "spendings": list_spendings(by=by, month=month),
        "month": month or month_of(now()),
        "current": month_of(now()),
        "manages": manages,
        "units": list(Unit.objects.filter(active=True)) if manages else [],
        "typed": request.POST,
        "wrong": wrong,
    }
    return render(request, "web/budgets.html", context, status=422 if wrong else 200)


def show_one(request: HttpRequest, code: str) -> HttpResponse:
    """One unit's budget and the cases whose money counts against it."""
    month = request.GET.get("month", "")
    shown = show_budget(code, by=person_of(request), month=month)
    return render(request, "web/budget.html", {"shown": shown, "spending": shown.spending})


def _set(typed: Mapping[str, str], by: User) -> None:
    amount = typed.get("amount", "").replace(",", "").strip()
    try:
        yuan = Decimal(amount) if amount else None
    except InvalidOperation:
        raise Incomplete({"amount": _("预算金额请写成数字，如 20000")}) from None
    set_budget(find_unit(typed.get("unit", "").strip()), yuan, by=by, month=typed.get("month", "").strip())
