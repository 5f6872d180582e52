"""Which unit handles a class of complaints at this site (专办部门): set by an administrator, a suggestion to people."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from tingsu.org.access_log import note_access
from tingsu.org.managing import ChangedMeanwhile
from tingsu.org.models import ClassDesk, Unit, User
from tingsu.org.pack import choices_in_force
from tingsu.org.permissions import require
from tingsu.org.staff import StaffMistake

Classed = tuple[str, str]  # kind, value
# The tags of a reading (``tingsu.reading.asks.tags``), in the order in which they are looked at.
TAGS = ("监管", "舆情", "司法", "信访", "过激行为", "情绪激动", "特殊群体", "特殊职业")
CHANGED = "刚才有另一位管理员改过这里，您的改动没有保存。请看一下现在的内容，再改一次。"


def classes() -> list[Classed]:
    """Everything a desk may be set for, in the order in which a case is given one: classes, then tags."""
    return [
        *((ClassDesk.Kind.COMPLEXITY.value, choice.id) for choice in choices_in_force("complexity")),
        *((ClassDesk.Kind.TAG.value, tag) for tag in TAGS),
    ]


def desks() -> dict[Classed, Unit]:
    """The desks that are set, closed units among them."""
    return {(desk.kind, desk.value): desk.unit for desk in ClassDesk.objects.select_related("unit")}


def set_desk(kind: str, value: str, unit: Unit | None, *, by: User, seen: str | None = None) -> bool:
    """Give a class to a unit, or to none; whether anything changed. Then a sealed line says who did it.

    ``seen`` is the code of the unit the person deciding saw, "" for none; None does not ask. Raises NotAllowed,
    StaffMistake (a class no pack in force has; a closed unit), ChangedMeanwhile.
    """
    require(by, "manage_staff")
    if (kind, value) not in classes():
        raise StaffMistake(f"在用的方案包里没有「{value}」这一类。")
    if unit is not None and not unit.active:
        raise StaffMistake(f"{unit.name}已停用，请选择在用的机构。")
    try:
        with transaction.atomic():
            return _set(kind, value, unit, by, seen)
    except IntegrityError:  # two at one moment, and there was no desk before
        raise ChangedMeanwhile(CHANGED) from None


def _set(kind: str, value: str, unit: Unit | None, by: User, seen: str | None) -> bool:
    held = ClassDesk.objects.select_for_update().filter(kind=kind, value=value).first()
    before = held.unit.code if held else ""
    after = unit.code if unit else ""
    if before == after:
        return False
    if seen is not None and seen != before:
        raise ChangedMeanwhile(CHANGED)
    if unit is None:
        ClassDesk.objects.filter(kind=kind, value=value).delete()
    elif held is None:
        ClassDesk.objects.create(kind=kind, value=value, unit=unit)
    else:
        held.unit = unit
        held.save(update_fields=["unit"])
    note_access("desk", {"kind": kind, "class": value, "unit": [before, after]}, by=by)
    return True
