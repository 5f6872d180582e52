"""What a report is about: the whole house, or a unit and all below it; who may read and make one; its complaints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.cases.access import sees_all
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.reports.spans import Span
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can, grants_of, require


class ScopeNotFound(TingsuError):
    """There is no such unit, or it does not lie wholly within this person's reach: the two are not told apart."""

    code = "not_found"

    def __init__(self, unit: str) -> None:
        self.unit = unit
        super().__init__(_("没有这个机构，或它不全在您可查看的范围内。报告包含机构全部投诉，请选您能全部看到的机构。"))


@dataclass(frozen=True, slots=True)
class Scope:
    """``code`` and ``path`` are "" for the whole house."""

    code: str
    name: str
    path: str

    def facts(self, *, counted: bool = True) -> Any:
        """Every complaint about it, whoever asks; repeats left out unless ``counted=False``. Feeds are no complaints
        and lie elsewhere."""
        table = open_facts()
        if self.path:
            table = table.filter(table.unit_path.startswith(self.path))
        return table.filter(~table.is_repeat) if counted else table

    def href(self, since: date, until: date, where: Mapping[str, str] | None = None) -> str:
        """The list of the complaints behind a count; a ``unit`` in ``where`` stands for all below it too."""
        words = {"since": since.isoformat(), "until": until.isoformat(), "unit": self.code, **(where or {})}
        return "/insight/cases/?" + urlencode({name: word for name, word in words.items() if word})

    def in_span(self, span: Span, where: Mapping[str, str] | None = None) -> str:
        """``href`` over the whole span."""
        return self.href(span.since, span.until, where)


def scope_of(unit: Unit | None) -> Scope:
    """The scope of a unit; None is the whole house."""
    return Scope("", _("全部机构"), "") if unit is None else Scope(unit.code, unit.name, unit.path)


def covers(by: User, path: str) -> bool:
    """Whether the person sees every complaint of the unit at ``path`` ("" the whole house) and may look at figures."""
    if not can(by, "view_home"):
        return False
    if sees_all(by):
        return True
    return bool(path) and any(grant.reach == "subtree" and path.startswith(grant.unit_path) for grant in grants_of(by))


def units_covered(by: User) -> list[Unit]:
    """The units in use this person may read reports of, in the order of the house."""
    return [unit for unit in Unit.objects.filter(active=True).order_by("path") if covers(by, unit.path)]


def read_scope(code: str, *, by: User) -> Unit | None:
    """The unit a person asks a report of; "" the whole house. Raises NotAllowed, ScopeNotFound."""
    require(by, "view_home")
    unit = Unit.objects.filter(code=code).first() if code else None
    if (code and unit is None) or not covers(by, unit.path if unit else ""):
        raise ScopeNotFound(code)
    return unit
