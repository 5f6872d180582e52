"""The interpreter: whatever the pack's process says may be done to a case is done here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases import clocks, effects, guards
from tingsu.cases.access import hold_case, roles_over
from tingsu.cases.authority import roles_lent
from tingsu.cases.chain import append_event
from tingsu.cases.errors import Conflict, WrongStage
from tingsu.cases.fields import as_plain, parse_fields
from tingsu.cases.inserting import update
from tingsu.cases.models import Case, Event
from tingsu.cases.packs import MOVED, held_value, pack_of
from tingsu.cases.search import SEARCHED, index_case
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed, roles_of
from tingsu.packs.procedure import Action
from tingsu.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of the case's stage, and whether this person may do it; ``who`` are the roles that may."""

    action: Action
    allowed: bool
    why_not: str
    who: list[str]


def act(
    case: Case, action_id: str, fields: Mapping[str, Any], *, by: User, version: int, at: datetime | None = None
) -> Case:
    """Do one action of the pack's process to a case, whole or not at all, and return the case as it then stands.

    In one transaction: the case's row is held; visibility, version, stage, role and guards are checked; the fields are
    parsed; the effects run; clocks start and stop; the event is sealed; the search row is rewritten where its words
    changed.

    ``version`` is the case's version the person saw. Raises NotFound, Conflict (someone was quicker; nothing is done),
    WrongStage, NotAllowed, NotPossible, Incomplete.
    """
    return act_on(case.number, action_id, fields, by=by, version=version, at=at)


def act_on(
    number: str, action_id: str, fields: Mapping[str, Any], *, by: User, version: int, at: datetime | None = None
) -> Case:
    """``act`` for who knows the case by its number alone."""
    at = at or now()
    with transaction.atomic():
        held = hold_case(number, by=by)
        pack = pack_of(held)
        action = _checked_action(held, action_id, pack, by, version, at)
        values = parse_fields(action, fields, pack)
        _check_guards(action, guards.Attempt(held, by, values, frozenset(action.by), at, action.id))
        came_from = held.stage
        said = _take_effect(held, action, effects.Doing(held, action.id, by, at, values, {}))
        held.stage = _next_stage(held, action, values)
        _move_clocks(held, action, values, at)
        held.version += _changes_state(action)
        data = {"fields": as_plain(values), "from": came_from, "to": held.stage, "version": held.version, **said}
        append_event(held, action.id, data, by=by, at=at)
        update(held)
        if SEARCHED & values.keys():
            index_case(held)
    return held


def offers(case: Case, *, by: User) -> list[Offer]:
    """Every action that fits where the case stands, also those this person may not do, with who may."""
    pack = pack_of(case)
    fitting = [a for a in pack.process.actions_from(case.stage) if fits(a, case)]
    roles = roles_over(by, case)
    return [_offer(action, case, pack, by, roles) for action in fitting]


def _checked_action(case: Case, action_id: str, pack: Pack, by: User, version: int, at: datetime) -> Action:
    action = pack.process.action(action_id)
    if case.version != version and (action is None or _changes_state(action)):
        raise Conflict(case.number, case.version, _changes_since(case, version, pack))
    if action is None or not pack.process.leads_from(action, case.stage) or not fits(action, case):
        doable = [offer.action.name.zh for offer in offers(case, by=by) if offer.allowed]
        raise WrongStage(action.name.zh if action else action_id, pack.process.stage(case.stage).name.zh, doable)
    if not _acts_as(by, case, action, roles_over(by, case), at) & set(action.by):
        raise NotAllowed(action.name.zh, _role_names(action, pack))
    return action


def _acts_as(by: User, case: Case, action: Action, roles: frozenset[str], at: datetime) -> frozenset[str]:
    """The person's roles for this action.

    To decide a plan also those of colleagues he stands in for; to appeal each he holds anywhere, where he is the one
    held responsible.
    """
    if "of_the_responsible" in action.guards and case.responsible_person_id == by.pk:
        return roles_of(by)
    return roles | roles_lent(by, case, at=at) if "within_authority" in action.guards else roles


def fits(action: Action, case: Case) -> bool:
    """Whether an action is one for a case with these values, whoever asks."""
    return all(held_value(case, name) in wanted for name, wanted in action.only_when.items())


def _changes_state(action: Action) -> bool:
    """A mere note neither conflicts with anyone's work nor makes anyone else's stale."""
    return bool(action.ways or action.effects)


def _check_guards(action: Action, attempt: guards.Attempt) -> None:
    for name in action.guards:
        guards.check(name, attempt)


def _take_effect(case: Case, action: Action, doing: effects.Doing) -> dict[str, Any]:
    for name in action.effects:
        effects.run(name, doing)
    return doing.said


def _next_stage(case: Case, action: Action, values: Mapping[str, Any]) -> str:
    for way in action.ways:
        if all(str(values.get(key)) == wanted for key, wanted in way.when.items()):
            return way.to
    return case.stage


def _move_clocks(case: Case, action: Action, values: Mapping[str, Any], at: datetime) -> None:
    clocks.stop_deadlines(case, action.stops, at=at)
    starts = [s for s in action.starts if all(str(values.get(k)) == v for k, v in s.when.items())]
    if starts:
        clocks.start_deadlines(case, starts, at=at)
    case.next_due = clocks.nearest_due(case)


def _offer(action: Action, case: Case, pack: Pack, by: User, roles: frozenset[str]) -> Offer:
    who = _role_names(action, pack)
    try:
        if not _acts_as(by, case, action, roles, now()) & set(action.by):
            raise NotAllowed(action.name.zh, who)
        _check_guards(action, guards.Attempt(case, by, {}, frozenset(action.by), action=action.id))
    except TingsuError as error:
        return Offer(action, False, error.message, error.who if isinstance(error, NotAllowed) else who)
    return Offer(action, True, "", who)


def _role_names(action: Action, pack: Pack) -> list[str]:
    return [role.name.zh for role in pack.roles if role.id in action.by]


def _changes_since(case: Case, version: int, pack: Pack) -> list[dict[str, Any]]:
    # Compared here, not in the query: a version out of any database's range is only a version nobody saw.
    return [_told(event, pack) for event in case.events.all() if event.data.get("version", 0) > version]


_TOLD = {MOVED: "把工单转到了方案包的新版本"}  # changes that come from no action of the pack


def _told(event: Event, pack: Pack) -> dict[str, Any]:
    action = pack.process.action(event.kind)
    told = action.told.zh if action and action.told else _TOLD.get(event.kind, event.kind)
    return {"by": event.by_name, "what": told, "at": event.at.isoformat(), "action": event.kind}
