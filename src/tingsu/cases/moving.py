"""Running cases go over to the edition of their pack in force; else they keep the one they began with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.chain import append_event
from tingsu.cases.errors import NotFound, NotPossible
from tingsu.cases.models import Case
from tingsu.cases.packs import MOVED, pack_of
from tingsu.org.models import User
from tingsu.org.pack import edition_in_force, keep_edition
from tingsu.org.permissions import require
from tingsu.packs.schema import Pack

CHUNK = 500  # numbers read at a time


class CannotMove(NotPossible):
    """The new edition has no place for the case as it stands; ``stage`` is the id of the one it stands in."""

    def __init__(self, number: str, stage: str, why: str) -> None:
        self.number, self.stage = number, stage
        super().__init__(f"工单 {number} 仍按原版本办理：{why}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A case that stayed with its edition, and why."""

    number: str
    why: str


def move_case(number: str, *, by: User, at: datetime | None = None) -> Case:
    """The case goes on under the edition of its pack in force; clocks that run keep their rules.

    In one transaction: the case's row is held, what the case stands in must exist in the new edition, the edition and
    the version move, and a sealed event ``move_edition`` says from which to which. Nothing happens to a case that is
    there already. Raises NotAllowed, NotFound, CannotMove (its stage, or who decides its plan, is gone; or it ended).
    """
    require(by, "manage_packs")
    at = at or now()
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(number=number).first()
        if held is None:
            raise NotFound(number)
        old, new = pack_of(held), edition_in_force(held.pack)
        if held.edition == new.digest:
            return held
        _check_place(held, old, new)
        before, held.edition = held.edition, keep_edition(new, by=by)
        held.version += 1
        said = {"pack": new.id, "pack_version": new.version, "left": before, "edition": held.edition}
        append_event(held, MOVED, {**said, "version": held.version}, by=by, at=at)
        held.save(update_fields=["edition", "version", "event_count", "head_hash"])
    return held


def move_all(pack: str, *, by: User, at: datetime | None = None) -> Iterator[Case | Refused]:
    """Move every open case of the pack that is not there yet, each in a transaction of its own, the oldest first.

    Yields each as it then stands, or why it stayed. Raises NotAllowed.
    """
    require(by, "manage_packs")
    new = edition_in_force(pack)
    last = 0
    waiting = Case.objects.filter(pack=pack, closed_at=None).exclude(edition=new.digest).order_by("pk")
    while rows := list(waiting.filter(pk__gt=last).values_list("pk", "number")[:CHUNK]):
        last = rows[-1][0]
        for _, number in rows:
            try:
                yield move_case(number, by=by, at=at)
            except TingsuError as error:
                yield Refused(number, error.message)


def open_cases() -> dict[tuple[str, str], int]:
    """How many cases are open on each (pack, edition)."""
    rows = Case.objects.filter(closed_at=None).values_list("pack", "edition").order_by()
    return {(pack, edition): count for pack, edition, count in rows.annotate(count=Count("pk"))}


def _check_place(case: Case, old: Pack, new: Pack) -> None:
    name = old.process.stage(case.stage).name.zh
    place = next((stage for stage in new.process.stages if stage.id == case.stage), None)
    if case.closed_at is not None:
        raise CannotMove(case.number, case.stage, "它已经办结。")
    if place is None:
        raise CannotMove(case.number, case.stage, f"新版本没有环节「{name}」（{case.stage}）。办到别的环节后再转。")
    if place.ends:
        raise CannotMove(case.number, case.stage, f"环节「{name}」在新版本里是结束环节。办到别的环节后再转。")
    waiting = case.approvals.filter(granted=None).last()
    if waiting is not None and all(level.role != waiting.level for level in new.authority.levels):
        raise CannotMove(case.number, case.stage, "它的方案正待审批，而新版本的授权表里没有这一级。批示后再转。")
