"""A house with one branch for every pack, and in every branch people of every role the pack has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tingsu.packs
from tingsu.org.editions import give_pack
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit that runs one pack. ``people``: role → username; ``recorder`` takes complaints down.

    Where each role has a second person and the branch an inner unit, their names end in ``DEPUTY``.
    """

    pack: Pack
    unit: str
    people: dict[str, str]
    recorder: str


DEPUTY = "-2"


@cache
def shipped_packs() -> tuple[str, ...]:
    """The ids of every pack that comes with the program."""
    data = Path(tingsu.packs.__file__).parent / "data"
    return tuple(sorted(folder.parent.name for folder in data.glob("*/pack.yaml")))


def build_house(packs: tuple[str, ...] = (), *, deputies: bool = False) -> list[Branch]:
    """Make the house in an empty or filled store; the branches in the order of the packs."""
    top = Unit.objects.create(code="WALK", name="示范总部", kind="head_office", path="/WALK/")
    keeper = _person("walk-admin", "admin", top)
    return [_branch(load_pack(name), top, keeper, deputies) for name in packs or shipped_packs()]


def _branch(pack: Pack, top: Unit, keeper: User, deputies: bool) -> Branch:
    code = f"W-{pack.id}"
    unit = Unit.objects.create(code=code, name=pack.name.zh, kind="branch", parent=top, path=f"{top.path}{code}/")
    give_pack(unit, pack, by=keeper)
    if deputies:
        inner = code + DEPUTY
        Unit.objects.create(
            code=inner, name=f"{pack.name.zh}二部", kind="outlet", parent=unit, path=f"{unit.path}{inner}/"
        )
    people = {role.id: f"{pack.id}-{role.id}" for role in pack.roles}
    for role, username in people.items():
        for name in (username, username + DEPUTY)[: 1 + deputies]:
            _person(name, role, unit)
    recording = (role.id for role in pack.roles if "record_case" in role.permissions)
    return Branch(pack, code, people, people[next(recording)])


def _person(username: str, role: str, unit: Unit) -> User:
    user = User.objects.create(username=username, name=username, staff_no="", unit=unit, password="!")
    RoleGrant.objects.create(user=user, role=role, unit=unit)
    return user
