"""Units and people are added here, each checked against the pack."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tingsu.base.errors import TingsuError
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import packs_in_force, role_in_force


class StaffMistake(TingsuError):
    """A unit or person cannot be added or found as asked."""

    code = "staff_mistake"


def find_unit(code: str) -> Unit:
    """The active unit with this code. Raises StaffMistake."""
    unit = Unit.objects.filter(code=code, active=True).first()
    if unit is None:
        raise StaffMistake(f"没有代码为「{code}」的机构。新建请同时写明机构名称。")
    return unit


def find_person(username: str) -> User:
    """The active person with this username. Raises StaffMistake."""
    person = User.objects.select_related("unit").filter(username=username, is_active=True).first()
    if person is None:
        raise StaffMistake(f"没有登录名为「{username}」的同事。")
    return person


def add_unit(code: str, *, name: str, parent: str = "", kind: str = Unit.Kind.OUTLET) -> Unit:
    """The unit with this code, made under ``parent`` if it is not there yet. Raises StaffMistake."""
    if known := Unit.objects.filter(code=code).first():
        return known
    check_kind(kind)
    if "/" in code or not code:
        raise StaffMistake("机构代码不能为空，也不能含“/”。")
    above = find_unit(parent) if parent else None
    path = f"{above.path if above else '/'}{code}/"
    return Unit.objects.create(code=code, name=name, kind=kind, parent=above, path=path)


def check_kind(kind: str) -> None:
    """Pass if units of this kind are known. Raises StaffMistake."""
    if kind not in Unit.Kind.values:
        raise StaffMistake(f"机构种类「{kind}」不对，应为：{'、'.join(Unit.Kind.values)}。")


def add_person(username: str, *, name: str, roles: list[str], unit: Unit, password: str) -> User:
    """A new person holding ``roles`` at ``unit``.

    Raises StaffMistake on an unknown role, a weak password or a taken name.
    """
    unknown = [role for role in roles if role_in_force(role) is None]
    if unknown:
        known = "、".join(f"{r.id}（{r.name.zh}）" for pack in packs_in_force().all for r in pack.roles)
        raise StaffMistake(f"没有名为「{unknown[0]}」的角色。可选：{known}。")
    if User.objects.filter(username=username).exists():
        raise StaffMistake(f"登录名「{username}」已有人使用。")
    try:
        validate_password(password)
    except ValidationError as error:
        raise StaffMistake("密码不合要求：" + "".join(str(m) for m in error.messages)) from None
    with transaction.atomic():
        person = User.objects.create_user(username, password=password, name=name, unit=unit)
        RoleGrant.objects.bulk_create(RoleGrant(user=person, role=role, unit=unit) for role in roles)
    return person
