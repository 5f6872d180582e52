"""Putting a pack into force: checked whole, kept whole, and on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.org.access_log import note_access
from tingsu.org.models import PackEdition, PackInForce, Unit, User
from tingsu.org.pack import forget_packs, keep_edition
from tingsu.org.permissions import require
from tingsu.packs.schema import Pack


class PackChanged(TingsuError):
    """Someone else put another edition into force meanwhile; nothing was done."""

    code = "conflict"

    def __init__(self, row: PackInForce | None) -> None:
        who = f"{row.by}于 {row.since:%Y-%m-%d %H:%M} " if row and row.by else ""
        super().__init__(f"{who}刚刚启用了另一个版本，本次没有改动。请刷新页面，看过现行版本后再决定。")


def put_in_force(pack: Pack, *, by: User, version: int | None = None, at: datetime | None = None) -> PackInForce:
    """New cases begin with this edition from now on; running ones keep theirs.

    Then: the edition is kept whole, the row of what is in force moves, and a sealed line says who did it. ``pack`` has
    been checked by being loaded. ``version`` is the row's version the person saw (0: none yet); None does not ask.

    Raises NotAllowed, PackChanged.
    """
    require(by, "manage_packs")
    at = at or now()
    with transaction.atomic():
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
    forget_packs()
    return row


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
