"""The unit that handles a case's class or tag at this site (专办部门). A suggestion; a person decides where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tingsu.cases.access import require_handler_at
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case
from tingsu.org.desks import TAGS, Classed, desks
from tingsu.org.models import ClassDesk, Unit


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """The unit, and for which class (``kind``, ``value``) of the case."""

    unit: Unit
    kind: str
    value: str


def own_desk(case: Case) -> OwnDesk | None:
    """The unit set for the case's class, else for the first of its tags that has one.

    Never a closed unit, nor one that could not take each step, nor the one complained of: nobody handles a complaint
    about himself.
    """
    known = desks()
    for classed in _classes_of(case):
        unit = known.get(classed)
        if unit is not None and unit.active and unit.pk != case.accused_unit_id and _may_lead(unit, case):
            return OwnDesk(unit, *classed)
    return None


def _may_lead(unit: Unit, case: Case) -> bool:
    try:
        require_handler_at(unit, case)
    except NotPossible:
        return False
    return True


def _classes_of(case: Case) -> Iterator[Classed]:
    """The class a person gave, then the tags in their order."""
    if case.complexity:
        yield ClassDesk.Kind.COMPLEXITY.value, case.complexity
    read = {str(tag.get("kind", "")) for tag in (case.reading or {}).get("tags") or []}
    yield from ((ClassDesk.Kind.TAG.value, tag) for tag in TAGS if tag in read)
