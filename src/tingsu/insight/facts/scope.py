"""Which facts a person may count: never more than the cases the person may see."""

from __future__ import annotations

from typing import Any

from tingsu.cases.access import sees_all
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.tree import read_tree
from tingsu.insight.reach import reached
from tingsu.org.models import Unit, User
from tingsu.org.permissions import grants_of, require


def facts_for(by: User, *, counted: bool = True, engine: str | None = None) -> Any:
    """The facts of the cases in this person's reach, as an Ibis table; repeats are left out unless ``counted=False``.

    The rule is ``cases.access.visible_cases`` by units and stages: complained of, led or recorded in a unit within
    reach, or in a stage a role names. What one recorded oneself, supports or stands in for elsewhere is not counted.
    Reach is worked out from the grants of this moment, not of the last refresh. Raises NotAllowed (view_home).
    """
    require(by, "view_home")
    table = open_facts(engine)
    if not sees_all(by):
        table = table.filter(within_reach(table, units_in_reach(by), stages_in_reach(by)))
    return table.filter(~table.is_repeat) if counted else table


def scope_key(by: User) -> tuple[Any, ...]:
    """What two people with the same reach share: keeps figures once worked out apart from those of others."""
    return ("all",) if sees_all(by) else (*units_in_reach(by), "", *stages_in_reach(by))


def units_in_reach(by: User) -> list[str]:
    """Codes of the units the person's roles reach, those that went into one of them included."""
    codes = set(Unit.objects.filter(reached(grants_of(by))).values_list("code", flat=True))
    merged = read_tree().merged
    # Rows written before a merger still bear the old code until the next refresh.
    return sorted(codes | {old for old, new in merged.items() if new in codes})


def stages_in_reach(by: User) -> list[str]:
    """Stages a role lets this person see wherever the case is."""
    return sorted({stage for grant in grants_of(by) for stage in grant.role.stages})


def within_reach(table: Any, units: list[str], stages: list[str]) -> Any:
    """The condition that a case touches one of the units, or stands in one of the stages."""
    met = table.unit.isin(units) | table.lead.isin(units) | table.recorded.isin(units)
    return met | table.stage.isin(stages) if stages else met
