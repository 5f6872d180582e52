"""Random legal and illegal sequences over one pack's process, and what must hold after every step of them.

The sequences start from cases kept at every stage of the pack's main road; each runs in a transaction that is rolled
back. ``tests/cases/test_every_pack.py`` and ``benchmarks/random_walks.py`` drive them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from benchmarks.houses import DEPUTY, Branch
from benchmarks.roads import Facts, Step, fill, main_road
from benchmarks.walking import TEXT
from django.db import connection, transaction

from tests.make import MONDAY
from tingsu.base.errors import TingsuError
from tingsu.cases.audit import verify
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.packs import held_value
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.models import User
from tingsu.packs.procedure import Action, FormField
from tingsu.packs.schema import Pack

BESIDE = (
    "event", "deadline", "option", "approval", "followup", "evidence", "payment", "unittask", "meeting", "outsidebody",
    "party", "appeal", "accountability", "link", "case_support_units",
)  # fmt: skip
STOPPED = ("met", "late", "dropped")
AMOUNTS = ("0", "", "-0", "0.005", "100", "199.99", "500", "500.01", "5,000", "60000", "9999999999.99")
JUNK: tuple[Any, ...] = (
    None, "", "  ", "\x00", "\ud800", "-1", "NaN", "1e400", "-Infinity", "9" * 400, "2026-13-01", "0001-01-01T00:00",
    "9999-12-31T23:59:59-12:00", "字" * 20_001, [], {}, [[]], [{}], [None], True, 0, -1, 10**30, 1.5, float("nan"),
    {"kind": None}, [{"kind": "补偿", "amount": "-0", "text": "x"}] * 3, "no-such-value",
)  # fmt: skip
# What must be settled before a case may end, and refusals that another person may not meet.
SETTLING = {"keep_promise", "decide_appeal", "decide_review", "release_task", "keep_follow_up", "keep_contact"}
MAYBE_ANOTHER = ("not_allowed", "not_possible", "not_found")
TIMES = 3  # a promise, a task or a call at a time
LONGEST_WALK_HOME = 40  # steps from anywhere to an end; more is going round in circles


@dataclass
class Count:
    """What was tried over one pack."""

    sequences: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    stages: set[str] = field(default_factory=set)
    walks_home: int = 0

    @property
    def tried(self) -> int:
        return self.taken + sum(self.refused.values())


class World:
    """One pack in force in its branch, its people, and a case of it at every stage of its main road."""

    def __init__(self, branch: Branch) -> None:
        self.branch, self.pack = branch, branch.pack
        self.count = Count()
        self.proven: set[Any] = set()  # states from which an end has been reached
        users = User.objects.select_related("unit").filter(unit__code=branch.unit)
        self.people = {user.username: user for user in users}
        self.units = [branch.unit, branch.unit + DEPUTY, "WALK"]  # the last lies outside: nobody there may act
        self.far = MONDAY
        self.cases = list(self._cases_along_the_road())
        self.numbers = [case.number for case in self.cases]
        self.distances = _distances(self.pack)

    def facts(self, case: Case, at: datetime) -> Facts:
        """What a sensible person writes: no more is paid than was granted."""
        granted = case.approvals.filter(granted=True).select_related("option").last()
        amount = str(granted.option.amount) if granted else "100"
        return Facts(self.branch.unit, self.branch.people["handler"], case.number, amount, at)

    def those_who(self, action: Action) -> list[User]:
        """The first people of each role the action is open to, then their deputies."""
        names = [self.branch.people[role] for role in action.by if role in self.branch.people]
        return [self.people[name] for name in (*names, *(name + DEPUTY for name in names))]

    def _cases_along_the_road(self) -> Iterator[Case]:
        road = main_road(self.pack)
        for far in range(len(road) + 1):
            case = self._record(far)
            for step in road[:far]:
                case = self._do(case, step)
            yield case

    def _record(self, number: int) -> Case:
        by = self.people[self.branch.recorder]
        facts = Facts(self.branch.unit, "", "", "0", MONDAY)
        details = fill([as_shown(self.pack, f) for f in self.pack.intake], {}, facts)
        channel = self.pack.taxonomy("channel").values[0].id
        customer = CustomerDraft(name="张三", phone=f"1380000{number:04d}")
        case = record_case(Draft(TEXT, channel, customer, details=details), by=by, at=MONDAY).case
        attach(case, by=by, name="回执.txt", content=BytesIO(b"1"), at=MONDAY)
        return Case.objects.get(pk=case.pk)

    def _do(self, case: Case, step: Step, again: int = 3) -> Case:
        action = self.pack.process.action(step.action)
        assert action is not None
        why = ""
        for way in (step, *_beside(self.pack, step)):
            try_now = self.pack.process.action(way.action)
            assert try_now is not None
            for by in self.those_who(try_now):
                done = attempt_well(self, case, try_now, by, MONDAY, dict(way.answers))
                if isinstance(done, Case):
                    case = done
                    if way is step:
                        return case
                    break
                why = done.message
            else:
                continue
            if way is not step and again:
                return self._do(case, step, again - 1)
        raise AssertionError(f"{self.pack.id}: the main road stops at {step.action}: {why}")


def _beside(pack: Pack, step: Step) -> list[Step]:
    """What may be done without leaving the stage of a step, such as asking the customer once more."""
    action = pack.process.action(step.action)
    assert action is not None
    others = (a for a in pack.process.actions if a.step and not a.ways and set(a.from_) & set(action.from_))
    return [Step(a.id, "", tuple(a.by), {}) for a in others]


def as_shown(pack: Pack, asked: FormField) -> dict[str, Any]:
    """A field as the API shows it."""
    values = pack.taxonomy(asked.choices).values if asked.choices else []
    return {**asked.model_dump(exclude={"name"}), "name": asked.name.zh, "values": [{"id": v.id} for v in values]}


def attempt_well(
    world: World, case: Case, action: Action, by: User, at: datetime, answers: dict[str, str]
) -> Case | TingsuError:
    """Do an action as someone would who reads what is refused and puts it right; the last refusal if that fails."""
    shown = [as_shown(world.pack, f) for f in action.fields]
    fields = fill(shown, answers, world.facts(case, at))
    for _ in range(4):
        try:
            return act(case, action.id, fields, by=by, version=case.version, at=at)
        except TingsuError as error:
            wrong = getattr(error, "fields", None)
            if not wrong:
                return error
            last: TingsuError = error
            for name in wrong:
                fields[name] = _put_right(world, case, action, name, fields.get(name), at, str(wrong[name]))
    return last


def _put_right(world: World, case: Case, action: Action, name: str, was: Any, at: datetime, why: str) -> Any:
    asked = next((as_shown(world.pack, f) for f in action.fields if f.id == name), None)
    if asked is None:
        return None
    if asked["kind"] == "moment" and was:
        return (at - timedelta(minutes=1)).isoformat()
    if "evidence" in name or name in ("which", "task", "party", "body", "sanction"):
        return next(iter(re.findall(r"\d+", why)), "1")  # several are open: the refusal says which
    return fill([{**asked, "required": True, "needed_when": {}}], {}, world.facts(case, at))[name]


class Sequence:
    """Random steps by random people on one case, checked one by one; used inside a transaction to be rolled back."""

    def __init__(self, world: World, start: int) -> None:
        self.world = world
        self.case = Case.objects.get(pk=world.cases[start % len(world.cases)].pk)
        self.at = world.far
        world.count.sequences += 1
        world.count.stages.add(self.case.stage)

    def take_offered(self, random: Random) -> None:
        """Someone who may does something that fits, usually with sensible answers."""
        fitting = self.world.pack.process.actions_from(self.case.stage)
        leading = [a for a in fitting if a.ways and not a.danger]
        action = random.choice(leading if leading and random.random() < 0.5 else fitting)
        by = random.choice(self.world.those_who(action))
        self.at += timedelta(hours=random.choice((0, 0, 0, 1, 30, 24 * 20)))
        if random.random() < 0.4:
            fields = fill(
                [as_shown(self.world.pack, f) for f in action.fields], {}, self.world.facts(self.case, self.at)
            )
        else:
            fields = self._good_fields(random, action)
        self._attempt(action.id, fields, by, self.case.version, self.at)

    def try_anything(self, random: Random) -> None:
        """Anyone tries any action with any answers, a version long gone, or a clock that goes wrong."""
        actions = self.world.pack.process.actions
        action = random.choice(actions)
        fields = self._good_fields(random, action)
        for name in random.sample(sorted(fields), k=min(len(fields), random.choice((0, 1, 2)))):
            fields[name] = random.choice(JUNK)
        if random.random() < 0.2:
            fields[random.choice(("stranger", ""))] = random.choice(JUNK)
        name = random.choice((action.id,) * 9 + ("nothing", "\x00"))
        version = self.case.version - random.choice((0, 0, 0, 0, 1, -1, 10**30))
        at = self.at + timedelta(hours=random.choice((0, 0, 5, -100)))
        self._attempt(name, fields, random.choice(list(self.world.people.values())), version, at)

    def check_whole(self) -> None:
        """The chain and the replay of every row hold, and from here somebody can still reach an end."""
        found = list(verify([self.case.number]))
        assert not found, found
        if not self.world.pack.process.stage(self.case.stage).ends:
            self._walk_home()

    def _attempt(self, action_id: str, fields: dict[str, Any], by: User, version: int, at: datetime) -> None:
        before, count = snapshot(self.case.pk), self.world.count
        was = self.case
        try:
            self.case = act(was, action_id, fields, by=by, version=version, at=at)
        except TingsuError as error:
            assert error.message and error.code
            assert snapshot(was.pk) == before, f"refused {action_id} left a trace"
            count.refused[error.code] += 1
            return
        count.taken += 1
        count.actions[action_id] += 1
        count.stages.add(self.case.stage)
        self._check_taken(action_id, before, snapshot(was.pk), was)
        self.case = Case.objects.get(pk=was.pk)

    def _check_taken(self, action_id: str, before: Rows, after: Rows, was: Case) -> None:
        told = after["cases_event"]
        assert len(told) == len(before["cases_event"]) + 1 == was.event_count + 1, f"{action_id}: events"
        assert [event["seq"] for event in told] == list(range(1, len(told) + 1)), f"{action_id}: places"
        assert after["cases_case"][0]["event_count"] == len(told)
        assert after["cases_case"][0]["version"] in (was.version, was.version + 1)
        check_clocks(action_id, before["cases_deadline"], after["cases_deadline"])
        case = after["cases_case"][0]
        ended = self.world.pack.process.stage(case["stage"]).ends
        assert (case["closed_at"] is not None) == ended, f"{action_id}: {case['stage']}"
        running = [d["safe_target"] for d in after["cases_deadline"] if d["state"] == "running"]
        assert case["next_due"] == min(running, default=None)

    def _good_fields(self, random: Random, action: Action) -> dict[str, Any]:
        asked = [f for f in action.fields if f.required or f.needed_when or random.random() < 0.4]
        return {f.id: self._value(random, f) for f in asked}

    def _value(self, random: Random, asked: FormField) -> Any:
        values = [v.id for v in self.world.pack.taxonomy(asked.choices).values] if asked.choices else []
        if asked.id == "chosen":
            return random.choice("1123")
        if asked.kind == "choice":
            return random.choice(values)
        if asked.kind == "choices":
            return random.sample(values, k=min(len(values), random.choice((1, 2))))
        if asked.kind == "options":
            return [
                {"kind": random.choice(values), "amount": random.choice(AMOUNTS), "text": f"方案{n}"}
                for n in range(random.randint(max(asked.at_least, 1), max(asked.at_most, 1)))
            ]
        plain: dict[str, Any] = {
            "money": random.choice(AMOUNTS),
            "moment": (self.at + timedelta(hours=random.choice((-200, -1, 1, 20, 400)))).isoformat(),
            "unit": random.choice(self.world.units),
            "units": random.sample(self.world.units, k=random.choice((1, 2))),
            "user": random.choice(list(self.world.people)),
            "case": random.choice(self.world.numbers),
            "yes_no": random.choice((True, False, "yes", "no")),
        }
        words = random.choice(("", "1")) if "evidence" in asked.id else random.choice(("已核实", "客户要求退款", "1"))
        return plain.get(asked.kind, words)

    def _walk_home(self) -> None:
        """Somebody can still bring the case to an end of the main road; each state is walked from once."""
        state = self._state()
        if state in self.world.proven:
            return
        self.world.count.walks_home += 1
        case, at, trail = self.case, self.at, []
        for _ in range(LONGEST_WALK_HOME):
            if self.world.pack.process.stage(case.stage).ends:
                self.world.proven.add(state)
                return
            case = self._step_home(case, at, trail)
        raise AssertionError(f"{self.world.pack.id}: no end reached: {trail}")

    def _step_home(self, case: Case, at: datetime, trail: list[str]) -> Case:
        """The action that brings the case nearest to an end; before it, whatever stands in its way."""
        process, distance = self.world.pack.process, self.world.distances
        trail.append(case.stage)
        aside = {stage.id for stage in process.stages if stage.side and stage.ends}
        fitting = [a for a in process.actions_from(case.stage) if _fits(a, case)]
        leading = [(distance.get(w.to, 99), a, dict(w.when)) for a in fitting for w in a.ways if w.to not in aside]
        leading.sort(key=lambda one: (one[0], one[1].danger))
        nearest = [one for one in leading if one[0] == leading[0][0]]
        settling = [
            (0, a, {}) for a in fitting if not a.ways and set(a.effects) & SETTLING and trail.count(a.id) < TIMES
        ]
        refusals: list[str] = []
        for _, action, answers in (*nearest, *settling, *leading[len(nearest) :]):
            if (done := self._by_anyone(case, action, at, answers, refusals)) is not None:
                trail.append(action.id)
                return done
        raise AssertionError(f"{self.world.pack.id}: dead end in {case.stage}: {trail} {refusals}")

    def _by_anyone(
        self, case: Case, action: Action, at: datetime, answers: dict[str, str], refusals: list[str]
    ) -> Case | None:
        for by in self.world.those_who(action):
            done = attempt_well(self.world, case, action, by, at, answers)
            if isinstance(done, Case):
                return done
            refusals.append(f"{action.id} {by}: {done.message}")
            if done.code not in MAYBE_ANOTHER:
                break
        return None

    def _state(self) -> Any:
        """What decides how a case may go on, as far as its process asks."""
        case = self.case
        asked = {name for action in self.world.pack.process.actions for name in action.only_when}
        held = tuple(held_value(case, name) for name in sorted(asked))
        clocks = frozenset(case.deadlines.values_list("kind", "state"))
        tasks = case.tasks.filter(done_at=None, released_at=None).count()
        appeals = case.appeals.filter(outcome="").count()
        round_ = min(case.follow_ups.count(), 2), case.approvals.filter(granted=None).count()
        people = (case.responsible_person_id, case.owner_id, case.lead_unit_id)
        return case.stage, held, clocks, tasks, appeals, round_, people


def _fits(action: Action, case: Case) -> bool:
    return all(held_value(case, name) in wanted for name, wanted in action.only_when.items())


Rows = dict[str, list[dict[str, Any]]]


def snapshot(pk: int) -> Rows:
    """Everything a case has in the store, and how many rows every table it may touch holds."""
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table in ("cases_case", *(f"cases_{name}" for name in BESIDE)):
            column = "id" if table == "cases_case" else "case_id"
            cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY id", [pk])  # noqa: S608
            names = [one[0] for one in cursor.description]
            rows[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("SELECT (SELECT count(*) FROM cases_case), (SELECT count(*) FROM cases_event)")
        rows["all"] = [{"counts": cursor.fetchone()}]
    rows["cases_event"].sort(key=lambda event: event["seq"])
    return rows


def check_clocks(action: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """No clock is lost; one that stopped never moves; one that runs only ever gets longer; safe is never after lawful."""
    now = {clock["id"]: clock for clock in after}
    for clock in after:
        assert clock["safe_target"] <= clock["lawful_end"], f"{action}: safe after lawful"
    for clock in before:
        kept = now.get(clock["id"])
        assert kept is not None, f"{action}: a clock is gone"
        if clock["state"] in STOPPED:
            moved = {name for name in clock if clock[name] != kept[name] and name != "next_rung_at"}
            assert not moved, f"{action}: a stopped clock moved: {moved}"
        else:
            assert kept["lawful_end"] >= clock["lawful_end"], f"{action}: {clock['kind']} became shorter"
            assert kept["safe_target"] >= clock["safe_target"], f"{action}: {clock['kind']} safe became shorter"
    active = Counter(clock["kind"] for clock in after if clock["state"] not in STOPPED)
    alone = {kind: n for kind, n in active.items() if n > 1 and kind not in MANY_AT_ONCE}
    assert not alone, f"{action}: {alone} run at once"


MANY_AT_ONCE = ("promise", "pledge", "support")  # each promise and each task has a clock of its own


def _distances(pack: Pack) -> dict[str, int]:
    """Stage → how many steps it lies from an end of the main road."""
    process = pack.process
    near = {stage.id: 0 for stage in process.stages if stage.ends and not stage.side}
    changed = True
    while changed:
        changed = False
        for action in process.actions:
            reach = [near[way.to] + 1 for way in action.ways if way.to in near]
            for stage in action.from_:
                if reach and stage not in ("open", "ended") and near.get(stage, 99) > min(reach):
                    near[stage], changed = min(reach), True
    return near


def run_sequence(world: World, seed: int, *, steps: int) -> None:
    """One sequence from a seed, rolled back afterwards."""
    random = Random(seed)
    with transaction.atomic():
        sequence = Sequence(world, random.randrange(len(world.cases)))
        for _ in range(random.randint(1, steps)):
            (sequence.take_offered if random.random() < 0.65 else sequence.try_anything)(random)
        sequence.check_whole()
        transaction.set_rollback(True)
