"""Putting a pack into force: checked whole, kept whole, and on record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.org.access_log import note_access
from tingsu.org.models import PackEdition, PackInForce, Unit, User
from tingsu.org.pack import forget_packs, keep_edition
from tingsu.org.permissions import require
from tingsu.packs.checks import find_mistakes
from tingsu.packs.schema import Pack


class PackChanged(TingsuError):
    """Someone else put another edition into force meanwhile; nothing was done."""

    code = "conflict"

    def __init__(self, row: PackInForce | None) -> None:
        who = f"{row.by}于 {row.since:%Y-%m-%d %H:%M} " if row and row.by else ""
        super().__init__(f"{who}刚刚启用了另一个版本，本次没有改动。请刷新页面，看过现行版本后再决定。")


class BadEdition(TingsuError):
    """The pack as changed would not hold together; what is in force stays."""

    code = "bad_edition"

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__(f"这样改方案包就不成立了：{'；'.join(mistakes)}。现行的没有改动。")


def put_in_force(pack: Pack, *, by: User, version: int | None = None, at: datetime | None = None) -> PackInForce:
    """New cases begin with this edition from now on; running ones keep theirs.

    Then: the edition is kept whole, the row of what is in force moves, and a sealed line says who did it. ``version``
    is the row's version the person saw (0: none yet); None does not ask.

    Raises NotAllowed, PackChanged, BadEdition (the pack does not hold together; what is in force stays).
    """
    require(by, "manage_packs")
    if mistakes := find_mistakes(pack):
        raise BadEdition([what for _, what in mistakes])
    try:
        with transaction.atomic():
            row = _put(pack, by, version, at or now())
    except IntegrityError:  # two at one moment, and neither was there before
        raise PackChanged(PackInForce.objects.filter(pack=pack.id).first()) from None
    forget_packs()
    return row


def _put(pack: Pack, by: User, version: int | None, at: datetime) -> PackInForce:
    row = PackInForce.objects.select_for_update().filter(pack=pack.id).first()
    if version is not None and version != (row.version if row else 0):
        raise PackChanged(row)
    before = row.edition.digest if row else ""
    row = row or PackInForce(pack=pack.id, version=0)
    row.edition = PackEdition.objects.get(digest=keep_edition(pack, by=by))
    row.since, row.by, row.version = at, by, row.version + 1
    row.save()
    told = {"pack": pack.id, "pack_version": pack.version, "edition": pack.digest, "before": before}
    note_access("pack", told, by=by, at=at)
    return row


def change_limits(pack: Pack, limits: list[Decimal | None], *, by: User, version: int) -> PackInForce:
    """A new edition of ``pack`` with other limits (yuan; None: no limit) at the levels of its authority, in order.

    Raises NotAllowed, PackChanged, BadEdition (the levels would overlap or leave a gap).
    """
    data = _as_data(pack)
    for level, limit in zip(data["authority"]["levels"], limits, strict=True):
        level["up_to"] = None if limit is None else str(limit)
    return put_in_force(_checked(data), by=by, version=version)


def confirm_rule(pack: Pack, rule_id: str, *, by: User, version: int) -> PackInForce:
    """A new edition in which every version of a deadline rule counts as compared with its source; by whom is on record.

    Raises NotAllowed, PackChanged.
    """
    data = _as_data(pack)
    for rule in data["rules"]:
        if rule["id"] == rule_id:
            rule["verified"] = True
    row = put_in_force(_checked(data), by=by, version=version)
    note_access("pack", {"pack": pack.id, "rule": rule_id, "confirmed": True}, by=by)
    return row


def _as_data(pack: Pack) -> dict[str, Any]:
    return pack.model_dump(mode="json", by_alias=True)


def _checked(data: dict[str, Any]) -> Pack:
    pack = Pack.model_validate(data)
    if mistakes := find_mistakes(pack):
        raise BadEdition([what for _, what in mistakes])
    return pack


def give_pack(unit: Unit, pack: Pack | None, *, by: User, at: datetime | None = None) -> None:
    """The unit and everything below it runs this pack from now on; None: what the unit above runs.

    Leaves a sealed line. Raises NotAllowed.
    """
    require(by, "manage_packs")
    with transaction.atomic():
        before, unit.pack = unit.pack, pack.id if pack else ""
        unit.save(update_fields=["pack"])
        note_access("pack", {"unit": unit.code, "pack": unit.pack, "before": before}, by=by, at=at)
    forget_packs()
