"""The guides of a pack (the seven steps on the spot …): ticked by people, kept as events, told from them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.access import is_visible, roles_over
from tingsu.cases.chain import append_event
from tingsu.cases.errors import Incomplete, NotFound, NotPossible
from tingsu.cases.guards import Attempt, no_direct_interest
from tingsu.cases.models import Case, Event
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed
from tingsu.packs.schema import CheckItem, Checklist, Pack

TICKED, UNTICKED = "tick", "untick"
LONGEST_NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class Tick:
    """One item of a guide as the case has it; ``event`` is the last that ticked or unticked it, if any."""

    item: CheckItem
    event: Event | None

    @property
    def done(self) -> bool:
        return self.event is not None and self.event.kind == TICKED

    @property
    def note(self) -> str:
        return str(self.event.data.get("note", "")) if self.event else ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide of the pack on a case. ``open`` while the case stands in one of its stages; ``why_not`` else says why
    this person may not tick."""

    checklist: Checklist
    ticks: list[Tick]
    open: bool
    why_not: str = ""

    @property
    def done(self) -> int:
        return sum(tick.done for tick in self.ticks)


def guides_of(case: Case, events: Iterable[Event], *, by: User) -> list[Guide]:
    """The guides to show on a case: those of its stage, and those something was ticked of, in the pack's order."""
    pack = pack_of(case)
    if not pack.checklists:
        return []
    last: dict[tuple[str, str], Event] = {}
    for event in sorted(events, key=lambda e: e.seq):
        if event.kind in (TICKED, UNTICKED):
            last[event.data["checklist"], event.data["item"]] = event
    guides = [_guide(checklist, case, last, pack, by) for checklist in pack.checklists]
    return [guide for guide in guides if guide.open or any(tick.event for tick in guide.ticks)]


def tick_item(
    case: Case, checklist_id: str, item_id: str, *, done: bool, note: str = "", by: User, at: datetime | None = None
) -> Case:
    """Tick one item, or take the tick back; leaves a sealed event with the item's words and the note.

    Neither moves the case nor makes anyone's open form stale. Ticking what is ticked already, without a new note, does
    nothing: of two people at one moment the quicker one's tick stands. Raises NotFound, NotAllowed, NotPossible (not
    in these stages; the person complained of), Incomplete (note too long).
    """
    at = at or now()
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Incomplete({"note": f"备注最多 {LONGEST_NOTE} 字"})
    if not is_storable(note):
        raise Incomplete({"note": UNSTORABLE})
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(pk=case.pk).first()
        if held is None or not is_visible(held, by=by):
            raise NotFound(case.number)
        pack = pack_of(held)
        checklist, item = _find(held, pack, checklist_id, item_id)
        _check(held, checklist, pack, by)
        if _stands(held, checklist_id, item_id) == done and not (done and note):
            return held
        said = {"checklist": checklist_id, "item": item_id, "ticked": item.name.zh}
        append_event(held, TICKED if done else UNTICKED, {**said, **({"note": note} if note else {})}, by=by, at=at)
        held.save(update_fields=["event_count", "head_hash"])
    return held


def _guide(checklist: Checklist, case: Case, last: dict[tuple[str, str], Event], pack: Pack, by: User) -> Guide:
    ticks = [Tick(item, last.get((checklist.id, item.id))) for item in checklist.items]
    here = _is_here(case, checklist, pack)
    return Guide(checklist, ticks, here, _why_not(case, checklist, pack, by) if here else "")


def _find(case: Case, pack: Pack, checklist_id: str, item_id: str) -> tuple[Checklist, CheckItem]:
    checklist = next((c for c in pack.checklists if c.id == checklist_id), None)
    item = next((i for i in checklist.items if i.id == item_id), None) if checklist else None
    if checklist is None or item is None:
        raise NotFound(f"{case.number} {checklist_id} {item_id}")
    return checklist, item


def _check(case: Case, checklist: Checklist, pack: Pack, by: User) -> None:
    if not _is_here(case, checklist, pack):
        if "open" in checklist.stages:
            raise NotPossible(f"工单已经结束，「{checklist.name.zh}」不再勾选。")
        names = "、".join(stage.name.zh for stage in pack.process.stages if stage.id in checklist.stages)
        raise NotPossible(f"「{checklist.name.zh}」只在这些环节勾选：{names}。")
    may = _who(checklist, case, pack)
    no_direct_interest(Attempt(case, by, {}, may))
    if not roles_over(by, case) & may:
        raise NotAllowed(checklist.name.zh, [role.name.zh for role in pack.roles if role.id in may])


def _is_here(case: Case, checklist: Checklist, pack: Pack) -> bool:
    """Whether the case stands where the guide is shown."""
    return case.stage in checklist.stages or ("open" in checklist.stages and not pack.process.stage(case.stage).ends)


def _why_not(case: Case, checklist: Checklist, pack: Pack, by: User) -> str:
    try:
        _check(case, checklist, pack, by)
    except (NotPossible, NotAllowed) as error:
        return error.message
    return ""


def _who(checklist: Checklist, case: Case, pack: Pack) -> frozenset[str]:
    """Who may tick: whom the guide names, else everyone who may do anything to the case where it stands."""
    acting = (role for action in pack.process.actions_from(case.stage) for role in action.by)
    return frozenset(checklist.by or acting)


def _stands(case: Case, checklist_id: str, item_id: str) -> bool:
    """Whether the item is ticked now."""
    told = case.events.filter(kind__in=(TICKED, UNTICKED)).order_by("-seq")
    last = next((e for e in told if (e.data["checklist"], e.data["item"]) == (checklist_id, item_id)), None)
    return last is not None and last.kind == TICKED
