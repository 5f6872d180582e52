"""Units, people and their roles changed by an administrator; every change leaves a sealed line."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from tingsu.org.access_log import note_access
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import pack_at
from tingsu.org.permissions import require
from tingsu.org.staff import StaffMistake, add_person, add_unit, check_kind

Row = TypeVar("Row", Unit, User)
NAME_MOST = {"unit": 80, "person": 60, "staff_no": 20}
UNIT_FIELDS = ("name", "kind", "customers", "active")
PERSON_FIELDS = ("name", "staff_no", "unit_id", "is_active")


class ChangedMeanwhile(StaffMistake):
    """Another administrator changed the same unit or person after the page was opened; nothing was saved."""

    code = "conflict"


def state_of(row: Unit | User) -> str:
    """A short mark of how a unit or a person stands, by which a page opened earlier is known to be out of date."""
    fields = (*UNIT_FIELDS, "path") if isinstance(row, Unit) else PERSON_FIELDS
    return hashlib.sha256(repr([getattr(row, field) for field in fields]).encode()).hexdigest()[:16]


def open_unit(code: str, *, name: str, kind: str, parent: Unit | None, customers: int = 0, by: User) -> Unit:
    """A new unit below ``parent``. Raises NotAllowed, StaffMistake (a code that is taken or cannot be)."""
    require(by, "manage_staff")
    if Unit.objects.filter(code=code).exists():
        raise StaffMistake(f"机构代码「{code}」已有人使用。")
    if parent is None and Unit.objects.exists():
        raise StaffMistake("请选择上级机构；最上级的机构只能有一个。")
    _check_name("机构名称", name, NAME_MOST["unit"])
    with transaction.atomic():
        unit = add_unit(code, name=name, parent=parent.code if parent else "", kind=kind)
        Unit.objects.filter(pk=unit.pk).update(customers=customers)
        _note("unit", {"unit": code, "made": name, "under": parent.code if parent else ""}, by)
    return unit


def change_unit(unit: Unit, *, name: str, kind: str, customers: int, active: bool, by: User, seen: str = "") -> None:
    """Rename a unit, say what it is and whom it serves, or close it to new work.

    A closed unit keeps its cases and its people, and nothing new is given to it. ``seen`` is the state the person
    decided on. Raises NotAllowed, StaffMistake (it is the head office; units below it are still open),
    ChangedMeanwhile.
    """
    require(by, "manage_staff")
    _check_name("机构名称", name, NAME_MOST["unit"])
    check_kind(kind)
    if not active and (unit.parent_id is None or unit.children.filter(active=True).exists()):
        raise StaffMistake("下面还有在用的机构，请先停用或划转它们。最上级的机构不能停用。")
    with transaction.atomic():
        held = _as_seen(unit, seen)
        before = {field: getattr(held, field) for field in UNIT_FIELDS}
        held.name, held.kind, held.customers, held.active = name, kind, customers, active
        held.save(update_fields=[*before])
        _note("unit", {"unit": held.code, **_changes(before, held)}, by)
    unit.refresh_from_db()


def move_unit(unit: Unit, parent: Unit, *, by: User, seen: str = "") -> None:
    """Put a unit and everything below it under another; who sees what follows at once.

    Raises NotAllowed, StaffMistake (under itself), ChangedMeanwhile.
    """
    require(by, "manage_staff")
    with transaction.atomic():
        moved, parent = _as_seen(unit, seen), _as_seen(parent)
        if parent.path.startswith(moved.path):
            raise StaffMistake("不能划转到自己或自己的下级机构之下。")
        old, new = moved.path, f"{parent.path}{moved.code}/"
        tail = Substr(F("path"), len(old) + 1)
        Unit.objects.filter(path__startswith=old).update(path=Concat(Value(new), tail))
        Unit.objects.filter(pk=unit.pk).update(parent=parent)
        _note("unit", {"unit": unit.code, "from": old, "to": new}, by)
    unit.refresh_from_db()


def add_staff(username: str, *, name: str, staff_no: str, role: str, unit: Unit, password: str, by: User) -> User:
    """A new person with one role at a unit. Raises NotAllowed, StaffMistake."""
    require(by, "manage_staff")
    _check_name("姓名", name, NAME_MOST["person"])
    _check_role(role, unit)
    with transaction.atomic():
        person = add_person(username, name=name, roles=[role], unit=unit, password=password)
        User.objects.filter(pk=person.pk).update(staff_no=staff_no[: NAME_MOST["staff_no"]])
        _note("staff", {"person": username, "made": name, "role": role, "unit": unit.code}, by)
    return person


def change_person(
    person: User, *, name: str, staff_no: str, unit: Unit, active: bool, by: User, seen: str = ""
) -> None:
    """Change who a person is and where, or end the account; what he did stays under his name.

    ``seen`` is the state the person deciding saw. Raises NotAllowed, StaffMistake (one's own account cannot be ended,
    which is why an administrator always stays), ChangedMeanwhile.
    """
    require(by, "manage_staff")
    _check_name("姓名", name, NAME_MOST["person"])
    if not active and person.pk == by.pk:
        raise StaffMistake("不能停用自己的账号，请由另一位管理员办理。")
    with transaction.atomic():
        held = _as_seen(person, seen)
        before = {field: getattr(held, field) for field in PERSON_FIELDS}
        held.name, held.staff_no, held.unit, held.is_active = name, staff_no, unit, active
        held.save(update_fields=["name", "staff_no", "unit", "is_active"])
        _note("staff", {"person": held.username, **_changes(before, held)}, by)
    person.refresh_from_db()


def give_role(person: User, role: str, unit: Unit, *, by: User) -> None:
    """Let a person hold a role at a unit. Raises NotAllowed, StaffMistake (one's own roles; an unknown role)."""
    require(by, "manage_staff")
    _not_oneself(person, by)
    _check_role(role, unit)
    with transaction.atomic():
        _grant, made = RoleGrant.objects.get_or_create(user=person, role=role, unit=unit)
        if made:
            _note("staff", {"person": person.username, "granted": role, "unit": unit.code}, by)


def take_role(grant: RoleGrant, *, by: User) -> None:
    """End a role a person holds. Raises NotAllowed, StaffMistake (one's own)."""
    require(by, "manage_staff")
    _not_oneself(grant.user, by)
    with transaction.atomic():
        told = {"person": grant.user.username, "revoked": grant.role, "unit": grant.unit.code}
        grant.delete()
        _note("staff", told, by)


def set_password(person: User, password: str, *, by: User) -> None:
    """Give a person a new password, which also ends the sessions opened with the old one.

    Raises NotAllowed, StaffMistake (too weak).
    """
    require(by, "manage_staff")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise StaffMistake("密码不合要求：" + "".join(str(m) for m in error.messages)) from None
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        _note("staff", {"person": person.username, "changed": "password"}, by)


def _as_seen(row: Row, seen: str = "") -> Row:
    """The row as it stands now, held until the change is written; refused where it is no longer as it was seen."""
    now: Row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if seen and state_of(now) != seen:
        raise ChangedMeanwhile("刚才有另一位管理员改过这里，您的改动没有保存。请看一下现在的内容，再改一次。")
    return now


def _check_name(label: str, name: str, most: int) -> None:
    if not name.strip() or len(name) > most:
        raise StaffMistake(f"请填写{label}，最多 {most} 字。")


def _check_role(role: str, unit: Unit) -> None:
    pack = pack_at(unit.path)
    if pack.role(role) is None:
        known = "、".join(r.name.zh for r in pack.roles)
        raise StaffMistake(f"{unit.name}所用的方案包里没有「{role}」这个角色。可选：{known}。")


def _not_oneself(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise StaffMistake("自己的角色须由另一位管理员办理。")


def _changes(before: dict[str, Any], after: Any) -> dict[str, Any]:
    return {
        name: [_plain(value), _plain(getattr(after, name))]
        for name, value in before.items()
        if value != getattr(after, name)
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None) else str(value)


def _note(what: str, detail: dict[str, Any], by: User) -> None:
    note_access(what, detail, by=by)
