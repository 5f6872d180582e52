"""A pack's main road, worked out from its process: what is done in which order, and with which answers in the forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from tingsu.packs.procedure import Action, Way
from tingsu.packs.schema import Pack

# What a whole lifecycle does; of all roads to an end the one that does most of it is the main one.
MILESTONES = frozenset(
    {
        "keep_verdict", "keep_units", "keep_findings", "keep_options", "request_approval", "decide_approval",
        "keep_paid", "keep_answer", "keep_follow_up", "close",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the road and the answers that make it lead on along the road."""

    action: str
    to: str
    by: tuple[str, ...]
    answers: Mapping[str, str]


def main_road(pack: Pack, begins: str = "") -> list[Step]:
    """From a stage (the first one unless told) to an end, by main actions. Raises LookupError where there is none."""
    roads = list(_roads(pack, begins or pack.process.begins, [], frozenset()))
    if not roads:
        raise LookupError(f"{pack.id}: no main road from {begins or pack.process.begins}")
    return max(roads, key=lambda road: (_milestones(pack, road), -len(road)))


def road_home(pack: Pack, stage: str) -> list[Step]:
    """The shortest way to an end by actions of the road, not by withdrawing or merging."""
    roads = _roads(pack, stage, [], frozenset(), main_only=False)
    return min(roads, key=len, default=[])


@dataclass(frozen=True, slots=True)
class Facts:
    """What forms are filled with: codes of units, usernames, the amount of the plan, the moment now."""

    unit: str
    user: str
    case: str
    amount: str
    at: datetime


def fill(fields: Sequence[Mapping[str, Any]], answers: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """Fitting values for a form as the API shows it; what may be left empty is, unless an answer is given."""
    said: dict[str, Any] = {}
    for field in fields:
        if field["id"] in answers:
            said[field["id"]] = answers[field["id"]]
        elif _is_asked(field, said):
            said[field["id"]] = _value(field, facts)
    return said


def _is_asked(field: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    if field["needed_when"]:
        return all(said.get(name) == value for name, value in field["needed_when"].items())
    return bool(field["required"]) or field["id"] == "paid"


def _value(field: Mapping[str, Any], facts: Facts) -> Any:
    kind, values = field["kind"], field["values"]
    if field["id"] == "chosen":
        return "1"
    if kind == "choice":
        return values[0]["id"]
    if kind == "choices":
        return [values[0]["id"]]
    if kind == "options":
        kinds = [value["id"] for value in values]
        return [_option(kinds[n % len(kinds)], n, facts) for n in range(max(field["at_least"], 1))]
    known = {"unit": facts.unit, "units": [facts.unit], "user": facts.user, "case": facts.case, "yes_no": True}
    if kind == "money":
        return facts.amount if field["id"] == "paid" else "0"
    if kind == "moment":
        return (facts.at + timedelta(days=2)).isoformat()
    return known.get(kind, f"{field['name']}：已核对，情况属实，按规定办理。")


def _option(kind: str, n: int, facts: Facts) -> dict[str, str]:
    return {"kind": kind, "amount": facts.amount if n == 0 else "0", "text": f"第{n + 1}套方案：道歉并说明"}


def _milestones(pack: Pack, road: list[Step]) -> int:
    done = {effect for step in road for effect in _action(pack, step.action).effects}
    return len(done & MILESTONES)


def _action(pack: Pack, action_id: str) -> Action:
    action = pack.process.action(action_id)
    assert action is not None
    return action


def _roads(
    pack: Pack, stage: str, walked: list[Step], seen: frozenset[str], main_only: bool = True
) -> Iterator[list[Step]]:
    """Every road from a stage to an end that passes no stage twice."""
    if pack.process.stage(stage).ends:
        if not pack.process.stage(stage).side:
            yield walked
        return
    for action in pack.process.actions:
        if stage not in action.from_ or (main_only and not action.main):
            continue
        road = _with_conditions(pack, walked, action)
        if road is None:
            continue
        for way in action.ways:
            if way.to == stage or way.to in seen:
                continue
            for answers in _answers_for(pack, action, way):
                step = Step(action.id, way.to, tuple(action.by), answers)
                yield from _roads(pack, way.to, [*road, step], seen | {stage}, main_only)


def _answers_for(pack: Pack, action: Action, way: Way) -> Iterator[dict[str, str]]:
    """Answers by which this way is taken: its own, and for every way before it one that misses it."""
    before = action.ways[: action.ways.index(way)]
    for keys in product(*(list(earlier.when) for earlier in before)):
        answers = dict(way.when)
        avoided: dict[str, set[str]] = {}
        for key, earlier in zip(keys, before, strict=True):
            avoided.setdefault(key, set()).add(earlier.when[key])
        for key, values in avoided.items():
            if key not in answers:
                answers[key] = _other_value(pack, action, key, values)
        if all(answers.get(key) not in values for key, values in avoided.items()):
            yield answers


def _other_value(pack: Pack, action: Action, name: str, avoided: set[str]) -> str:
    field = next(field for field in action.fields if field.id == name)
    values = ["no", "yes"] if field.kind == "yes_no" else [choice.id for choice in pack.taxonomy(field.choices).values]
    return next((value for value in values if value not in avoided), "")


def _with_conditions(pack: Pack, walked: list[Step], action: Action) -> list[Step] | None:
    """The road so far with answers that let the action fit; None where it asked something else before."""
    road = list(walked)
    for name, wanted in action.only_when.items():
        asked = [n for n, step in enumerate(road) if any(f.id == name for f in _action(pack, step.action).fields)]
        if not asked:
            continue  # held since the case began, or not on this road: the walk will tell
        step = road[asked[-1]]
        if name not in step.answers:
            road[asked[-1]] = replace(step, answers={**step.answers, name: next(filter(None, wanted), "")})
        elif step.answers[name] not in wanted:
            return None
    return road
