"""A lifecycle walked over the API: what is offered is read, filled in and done, by whoever may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.roads import Facts, Step, fill, main_road
from tingsu.packs.procedure import FormField
from tingsu.packs.schema import Pack, Sample

if TYPE_CHECKING:
    from benchmarks.houses import Branch

# How a question is put to the site: who, method, address, body → status and answer.
Ask = Callable[[str, str, str, Mapping[str, Any] | None], tuple[int, Any]]
TEXT = "我昨天去办理业务，工作人员态度很差，等了一个多小时也没有人管。要求道歉并赔偿300元，请尽快处理。"
AMOUNTS = ("100", "0", "600", "3000")  # different plans go to different levels of authority


class Stuck(Exception):
    """The main road cannot be walked on; says where and what the site answered."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One step as it was done: who did what with which fields."""

    by: str
    action: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Road:
    """A whole lifecycle of one pack, learned by walking it once: the complaint and every step after it."""

    pack: str
    recorder: str
    complaint: Mapping[str, Any]
    legs: tuple[Leg, ...]


def learn_road(branch: Branch, ask: Ask, *, amount: str, at: datetime) -> Road:
    """Walk the branch's main road once, reading the offers at every step, and note who did what.

    Raises Stuck where nobody may do the next step.
    """
    complaint = _complaint(branch, at)
    number = _must(ask(branch.recorder, "POST", "/api/cases", complaint), 201)["number"]
    facts = Facts(branch.unit, branch.people["handler"], number, amount, at)
    legs: list[Leg] = []
    for step in main_road(branch.pack):
        legs += _take(branch, ask, step, facts)
    return Road(branch.pack.id, branch.recorder, complaint, tuple(legs))


def _complaint(branch: Branch, at: datetime) -> dict[str, Any]:
    pack = branch.pack
    given = pack.samples[0] if pack.samples else Sample(text=TEXT, channel=pack.taxonomy("channel").values[0].id)
    facts = Facts(branch.unit, branch.people["handler"], "", "0", at)
    details = fill([_as_shown(pack, field) for field in pack.intake], {}, facts)
    customer = {"name": "王芳", "phone": "13900001111"}
    return {
        "text": given.text, "channel": given.channel, "customer": customer, "accused_unit": branch.unit,
        "details": {**details, **given.details},
    }  # fmt: skip


def _as_shown(pack: Pack, field: FormField) -> dict[str, Any]:
    from tingsu.api.showing import _field

    return _field(field, pack).model_dump()


def _take(branch: Branch, ask: Ask, step: Step, facts: Facts) -> list[Leg]:
    """Do one step by the first person who may; where nobody may yet, first do what else its stage asks for."""
    refusals: list[str] = []
    for before in (None, *_side_steps(branch, step)):
        done = [leg] if before and (leg := _by_anyone(branch, ask, before, facts, refusals)) else []
        if leg := _by_anyone(branch, ask, step, facts, refusals):
            return [*done, leg]
    raise Stuck(f"{branch.pack.id}: {step.action}: {'; '.join(refusals[-6:])}")


def _side_steps(branch: Branch, step: Step) -> Iterator[Step]:
    """What may be done in the stage of a step without leaving it, such as asking the customer again."""
    action = branch.pack.process.action(step.action)
    for other in branch.pack.process.actions:
        if action and other.step and not other.ways and set(other.from_) & set(action.from_):
            yield Step(other.id, "", tuple(other.by), {})


def _by_anyone(branch: Branch, ask: Ask, step: Step, facts: Facts, refusals: list[str]) -> Leg | None:
    for role in step.by:
        who = branch.people.get(role)
        if who and (leg := _try(ask, who, step, facts, refusals)):
            return leg
    return None


def _try(ask: Ask, who: str, step: Step, facts: Facts, refusals: list[str]) -> Leg | None:
    status, offered = ask(who, "GET", f"/api/cases/{facts.case}/actions", None)
    found = next((one for one in offered.get("actions", ()) if one["id"] == step.action), None)
    if status != 200 or found is None or not found["allowed"]:
        refusals.append(f"{who}: {found['why_not'] if found else offered.get('message', 'not offered')}")
        return None
    # A form's moments lie ahead (a time promised) or behind (a meeting held); only the site knows which.
    for shift in (timedelta(), timedelta(days=-3)):
        fields = fill(found["fields"], step.answers, replace(facts, at=facts.at + shift))
        body = {"version": offered["version"], "fields": fields}
        status, answered = ask(who, "POST", f"/api/cases/{facts.case}/actions/{step.action}", body)
        if status == 200:
            return Leg(who, step.action, fields)
        refusals.append(f"{who}: {answered.get('message')}")
    return None


def _must(answered: tuple[int, Any], status: int) -> Any:
    if answered[0] != status:
        raise Stuck(f"expected {status}, got {answered[0]}: {answered[1]}")
    return answered[1]


def walk(road: Road, ask: Ask) -> int:
    """One lifecycle along a learned road: recorded, read, every step, closed. Returns the number of requests."""
    number = _must(ask(road.recorder, "POST", "/api/cases", road.complaint), 201)["number"]
    version = _must(ask(road.legs[0].by, "GET", f"/api/cases/{number}", None), 200)["version"]
    shown: Any = {}
    for leg in road.legs:
        body = {"version": version, "fields": leg.fields}
        shown = _must(ask(leg.by, "POST", f"/api/cases/{number}/actions/{leg.action}", body), 200)
        version = shown["version"]
    if shown["closed_at"] is None:
        raise Stuck(f"{road.pack}: {number} ended in {shown['stage']}")
    return len(road.legs) + 2
