"""Which unit handles which class of complaints: set here, shown with its reason where a case is routed."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.cases.class_desks import OwnDesk
from tingsu.org import desks
from tingsu.org.models import ClassDesk, Unit, User
from tingsu.org.pack import choices_in_force, word_in_force
from tingsu.org.permissions import require
from tingsu.org.staff import StaffMistake
from tingsu.packs.schema import Choice
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick, unit_picks
from tingsu.web.refusals import status_of
from tingsu.web.words import in_english


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class or tag: what it is called and means, the unit it goes to, and the units to pick from."""

    kind: str
    value: str
    choice: Choice | None  # None of a tag
    unit: Unit | None
    picks: list[Pick]


def show_desks(request: HttpRequest) -> HttpResponse:
    """Every class and tag with its unit; POST sets one."""
    by = person_of(request)
    require(by, "manage_staff")
    wrong, status = "", 200
    if request.method == "POST":
        try:
            _set(request, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("manage-desks")
    return render(request, "web/manage_desks.html", {"rows": _rows(), "wrong": wrong}, status=status)


def desk_words(own: OwnDesk) -> str:
    """Why a form begins with this unit."""
    value = own.value
    if own.kind == ClassDesk.Kind.COMPLEXITY:
        value = word_in_force("complexity", own.value, "en" if in_english() else "zh")
        return _("%(class)s类由%(unit)s专办，可以改派。") % {"class": value, "unit": own.unit.name}
    return _("带“%(tag)s”标签的由%(unit)s专办，可以改派。") % {"tag": _(value), "unit": own.unit.name}


def _set(request: HttpRequest, by: User) -> None:
    posted = request.POST
    code = posted.get("unit", "")
    unit = Unit.objects.filter(code=code).first() if code else None
    if code and unit is None:
        raise StaffMistake("请选择一个在用的机构。")
    desks.set_desk(posted.get("kind", ""), posted.get("value", ""), unit, by=by, seen=posted.get("seen", ""))


def _rows() -> list[ClassRow]:
    known = desks.desks()
    choices = {choice.id: choice for choice in choices_in_force("complexity")}
    picks = unit_picks(set())
    rows = []
    for kind, value in desks.classes():
        choice = choices.get(value) if kind == ClassDesk.Kind.COMPLEXITY else None
        rows.append(ClassRow(kind, value, choice, known.get((kind, value)), picks))
    return rows
