"""The packs this site runs: one for the house, others for units that have their own; each case keeps its edition.

A pack comes from files until an edition of it has been put into force (``tingsu.org.editions``). An edition is a pack
as it was on one day, kept whole under its digest, so that cases in flight keep the procedure they began with.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from tingsu.org.models import PackEdition, PackInForce, Unit, User
from tingsu.packs.loader import PackError, load_pack
from tingsu.packs.procedure import EffectName, Stage
from tingsu.packs.schema import Choice, Pack, Role

log = logging.getLogger(__name__)
_kept: dict[str, Pack] = {}  # digest → pack, of every edition this process has met
_stored: set[str] = set()  # digests this process has seen in the store


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force now: the house's pack, and those of units that have their own, the deepest unit first."""

    house: Pack
    of_units: tuple[tuple[str, Pack], ...]  # (path of the unit, pack)

    @property
    def all(self) -> tuple[Pack, ...]:
        """Every pack in force once, the house's first."""
        return tuple({pack.digest: pack for pack in (self.house, *(pack for _, pack in self.of_units))}.values())


_seen: tuple[float, InForce] | None = None


def packs_in_force() -> InForce:
    """What is in force, looked up again after ``PACKS_FRESH_SECONDS``: other processes may have changed it."""
    global _seen
    if _seen is None or time.monotonic() - _seen[0] > settings.PACKS_FRESH_SECONDS:
        _seen = (time.monotonic(), _look())
    return _seen[1]


def forget_packs() -> None:
    """Look again at the next question: something was put into force here."""
    global _seen
    _seen = None


def active_pack() -> Pack:
    """The pack of the house."""
    return packs_in_force().house


def pack_at(path: str) -> Pack:
    """The pack of the unit at ``path``: its own, else that of the nearest unit above it, else the house's."""
    in_force = packs_in_force()
    return next((pack for unit, pack in in_force.of_units if path.startswith(unit)), in_force.house)


def pack_for(user: User) -> Pack:
    """The pack of the unit a person belongs to."""
    in_force = packs_in_force()
    if not in_force.of_units or user.unit is None:
        return in_force.house
    return pack_at(user.unit.path)


def pack_of_edition(digest: str, name: str) -> Pack:
    """The pack as a case keeps it; where the edition is not known here, what is in force under ``name``.

    Cases recorded before editions were kept have none.
    """
    if digest not in _kept:
        row = PackEdition.objects.filter(digest=digest).first() if digest else None
        if row is None:
            return _named(name)
        _kept[digest] = Pack.model_validate(row.data)
    return _kept[digest]


def edition_in_force(name: str) -> Pack:
    """The pack called ``name`` as new cases would begin with it, given to a unit or not. Raises PackError."""
    row = PackInForce.objects.select_related("edition").filter(pack=name).first()
    return _read(name, {name: row.edition} if row else {})


def keep_edition(pack: Pack, *, by: User | None = None) -> str:
    """Keep the pack whole under its digest, once; returns the digest."""
    digest = pack.digest
    if digest not in _stored:
        PackEdition.objects.get_or_create(digest=digest, defaults=_as_row(pack, by))
        # Known only once it lasts: a transaction that is rolled back takes the row with it.
        transaction.on_commit(lambda: _stored.add(digest))
    _kept.setdefault(digest, pack)
    return digest


def _as_row(pack: Pack, by: User | None) -> dict[str, Any]:
    data = pack.model_dump(mode="json", by_alias=True)
    return {"pack": pack.id, "version": pack.version, "data": data, "by": by}


def _look() -> InForce:
    try:
        rows = {row.pack: row.edition for row in PackInForce.objects.select_related("edition")}
        units = list(Unit.objects.exclude(pack="").order_by("-path").values_list("path", "pack"))
    except DatabaseError:  # the tables are not made yet
        rows, units = {}, []
    of_units = sorted(((path, _read(name, rows)) for path, name in units), key=lambda one: -len(one[0]))
    return InForce(_read(settings.TINGSU_PACK, rows), tuple(of_units))


def _read(name: str, rows: dict[str, PackEdition]) -> Pack:
    if row := rows.get(name):
        if row.digest not in _kept:
            _kept[row.digest] = Pack.model_validate(row.data)
        return _kept[row.digest]
    try:
        return load_pack(name, tuple(settings.TINGSU_PACK_PATHS))
    except PackError as error:
        return _last_kept(name, error)


def _last_kept(name: str, error: PackError) -> Pack:
    """The newest edition kept of a pack whose files somebody broke: work goes on with it, and the log says so."""
    try:
        row = PackEdition.objects.filter(pack=name).order_by("-kept_at", "-pk").first()
    except DatabaseError:  # the tables are not made yet
        row = None
    if row is None:
        raise error
    log.warning("pack %s cannot be read, going on with edition %s: %s", name, row.digest, error.message)
    return _kept.setdefault(row.digest, Pack.model_validate(row.data))


def _named(name: str) -> Pack:
    in_force = packs_in_force()
    return next((pack for pack in in_force.all if pack.id == name), in_force.house)


def choices_in_force(taxonomy: str) -> tuple[Choice, ...]:
    """Every value the packs in force have in a list, once, in their order: what a filter over all cases offers."""
    lists = (known.values for pack in packs_in_force().all if (known := pack.find_taxonomy(taxonomy)))
    found: dict[str, Choice] = {}
    for values in lists:
        for choice in values:
            found.setdefault(choice.id, choice)
    return tuple(found.values())


def stages_in_force() -> tuple[Stage, ...]:
    """Every stage of the packs in force, once; of two with one id the house's."""
    found: dict[str, Stage] = {}
    for pack in packs_in_force().all:
        for stage in pack.process.stages:
            found.setdefault(stage.id, stage)
    return tuple(found.values())


def role_in_force(id: str) -> Role | None:
    """The role of this id in the first pack in force that has it."""
    return next((role for pack in packs_in_force().all if (role := pack.role(id))), None)


def word_in_force(taxonomy: str, value: str, language: str = "zh") -> str:
    """The wording of a stored value in the first pack in force that knows it; else the value itself."""
    choice = next((choice for choice in choices_in_force(taxonomy) if choice.id == value), None)
    return choice.name.in_language(language) if choice and choice.name else value


def actions_with(effect: EffectName) -> frozenset[str]:
    """The ids of the actions that have this effect in a pack in force."""
    return frozenset(action for pack in packs_in_force().all for action in pack.process.actions_with(effect))
