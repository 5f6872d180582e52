"""The steps one complaint takes, who takes them, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from tingsu.demo.people import Bank, Customer, read_content
from tingsu.demo.shape import WorkClock, duty_moment
from tingsu.demo.story import Step
from tingsu.demo.telling import Outcome, Slots, Telling, word

STAGE_AFTER = {
    "judge": "judged",
    "explain": "answered",
    "route": "routed",
    "investigate": "investigated",
    "propose": "proposed",
    "submit": "approving",
    "approve": "approved",
    "refuse": "investigated",
    "carry_out": "carried_out",
    "answer": "answered",
    "follow_up": "followed_up",
    "close": "closed",
    "withdraw": "withdrawn",
    "merge": "merged",
    "reopen": "recorded",
}
ACTION_INTO = {stage: action for action, stage in STAGE_AFTER.items() if action not in ("explain", "refuse", "reopen")}
WAITS = {"investigate": 3.2, "propose": 1.3, "approve": 1.2, "refuse": 1.1, "carry_out": 1.2, "answer": 0.5}
WAITS |= {"follow_up": 1.5, "follow_up_again": 1.0, "close": 0.4, "extend": 0.7, "withdraw": 2.0, "explain": 4.0}
SHORT_WAIT = 0.25
HEAD_LIMIT, MANAGER_LIMIT = 500, 5000  # yuan; as in the bank pack's authority table
MEANS = {"letter": "letter", "regulator": "letter", "email": "email", "lobby": "visit", "web": "sms"}


@dataclass(slots=True)
class Fate:
    """What is to become of a case: how long it takes, which turns it takes, and where it stops."""

    days: float
    stop: str = "closed"
    refused: bool = False
    late: bool = False
    extended: bool = False
    reopened: bool = False
    withdrawn: bool = False
    chased: bool = False


@dataclass(slots=True)
class Draft:
    """One complaint while it is being planned."""

    telling: Telling
    outcome: Outcome
    slots: Slots
    turn: int
    unit: str
    customer: Customer
    received_at: datetime
    heard_by: str
    fate: Fate
    complexity: str
    subject: str = ""
    channel: str = ""
    tags: set[str] = field(default_factory=set)
    key: str = ""
    repeats: Draft | None = None
    again: dict[str, Any] | None = None

    @property
    def amount(self) -> int:
        return self.outcome.options[self.outcome.chosen][1]


@dataclass(frozen=True, slots=True)
class Leg:
    """A step without its time; ``wait`` is its share of the whole road's length."""

    action: str
    by: str
    fields: dict[str, Any]

    @property
    def wait(self) -> float:
        return WAITS.get(self.action, SHORT_WAIT)


@cache
def load_phrases() -> dict[str, Any]:
    """What staff write on every road (``content/phrases.yaml``)."""
    phrases: dict[str, Any] = read_content("phrases.yaml")
    return phrases


def approver_of(draft: Draft, bank: Bank) -> str:
    """Username of whoever may approve the draft's chosen remedy, by amount and unit."""
    if draft.complexity == "major" or draft.amount > MANAGER_LIMIT:
        return bank.people_with("executive")[0].username
    if draft.amount <= HEAD_LIMIT:
        return bank.people_with("desk_head")[0].username
    unit = bank.unit(draft.unit)
    branch = unit if unit.kind == "branch" else bank.unit(unit.parent or unit.code)
    if unit.kind == "outlet":
        return bank.people_with("manager", unit=branch.code)[0].username
    return bank.people_with("executive")[0].username


class Road:
    """Plans the steps of drafts; one road for all of them, so that wordings rotate from case to case."""

    def __init__(self, rng: Random, *, bank: Bank, clock: WorkClock, until: datetime) -> None:
        self.rng = rng
        self.bank = bank
        self.clock = clock
        self.until = until
        self.said: dict[str, int] = {}

    def steps(self, draft: Draft) -> tuple[Step, ...]:
        """Every step of ``draft`` in order, none after the planned present."""
        handler = self._handler()
        if draft.repeats is not None:
            return (self._merge(draft, handler),)
        legs = self._legs(draft, handler)
        steps = self._time(legs, draft.received_at, days=draft.fate.days)
        if draft.fate.reopened:
            steps += self._second_round(draft, handler, after=steps[-1].at)
        return tuple(steps)

    def _handler(self) -> str:
        names = [p.username for p in self.bank.people_with("handler")]
        return self.rng.choices(names, weights=(4, 3, 3))[0]

    def _say(self, phrases: Sequence[str], **slots: int | str) -> str:
        """The least used of ``phrases``, worded."""
        best = min(phrases, key=lambda p: (self.said.get(p, 0), self.rng.random()))
        turn = self.said.get(best, 0)
        self.said[best] = turn + 1
        return word(best, turn=turn, slots=slots)

    def _merge(self, draft: Draft, handler: str) -> Step:
        assert draft.repeats is not None
        fields = {"into": draft.repeats.key, "reason": self._say(load_phrases()["merge"])}
        return Step("merge", handler, duty_moment(self.rng, draft.received_at), fields)

    # --- what happens -------------------------------------------------------------------------------------------

    def _legs(self, draft: Draft, handler: str) -> list[Leg]:
        if draft.fate.withdrawn:
            return self._withdrawn(draft, handler)
        if self._is_explained(draft):
            first = [self._judge(draft, handler, "not_valid"), self._explain(draft, handler)]
            return [*first, *self._ending(draft, handler)]
        legs = [*self._beginning(draft, handler), *self._deciding(draft, handler), *self._doing(draft, handler)]
        return self._cut(legs, draft) if draft.fate.stop != "closed" else [*legs, *self._ending(draft, handler)]

    def _is_explained(self, draft: Draft) -> bool:
        fate = draft.fate
        plain = fate.stop == "closed" and not (fate.refused or fate.reopened or fate.late)
        unfounded = draft.outcome.verdict == "not_valid" and draft.complexity == "simple"
        return plain and unfounded and self.rng.random() < 0.45

    def _cut(self, legs: list[Leg], draft: Draft) -> list[Leg]:
        legs = [*legs, self._follow_up(draft, "yes")]
        if draft.fate.stop == "recorded":
            return []
        last = max(i for i, leg in enumerate(legs) if leg.action == ACTION_INTO[draft.fate.stop])
        kept = legs[: last + 1]
        if draft.fate.chased:
            kept.append(Leg("note", legs[0].by, {"text": self._say(load_phrases()["chase"])}))
        return kept

    def _withdrawn(self, draft: Draft, handler: str) -> list[Leg]:
        reason = self._say(load_phrases()["withdraw"])
        legs = self._beginning(draft, handler)[: self.rng.choice((1, 2, 2))]
        return [*legs, Leg("withdraw", handler, {"reason": reason})]

    def _beginning(self, draft: Draft, handler: str) -> list[Leg]:
        legs = [self._judge(draft, handler, self._first_verdict(draft)), self._route(draft, handler)]
        if draft.complexity != "simple":
            legs.append(self._extend(draft, "extend", by="desk_head"))
        if self.rng.random() < 0.3:
            legs.append(Leg("note", handler, {"text": self._say(load_phrases()["note"])}))
        legs += [self._support(code) for code in support_of(draft)]
        legs.append(self._investigate(draft))
        if draft.fate.extended:
            legs.append(self._extend(draft, "extend_again", by="executive"))
        if draft.fate.late:
            legs.append(Leg("note", handler, {"text": self._say(load_phrases()["late"])}))
        return legs

    def _first_verdict(self, draft: Draft) -> str:
        if draft.outcome.verdict == "not_valid":
            return "partly"
        return draft.outcome.verdict if self.rng.random() < 0.85 else "partly"

    def _judge(self, draft: Draft, handler: str, verdict: str) -> Leg:
        reason = self._say(load_phrases()["judge"][verdict])
        return Leg("judge", handler, {"verdict": verdict, "reason": reason, "complexity": draft.complexity})

    def _route(self, draft: Draft, handler: str) -> Leg:
        unit = self.bank.unit(draft.unit)
        kind = "department" if unit.kind == "department" else "outlet"
        reason = self._say(load_phrases()["route"][kind], unit=unit.short)
        fields = {"lead_unit": draft.unit, "support_units": support_of(draft), "reason": reason}
        return Leg("route", handler, fields)

    def _support(self, code: str) -> Leg:
        reply = self._say(load_phrases()["support"])
        return Leg("reply_task", self.bank.lead_of(code).username, {"reply": reply})

    def _extend(self, draft: Draft, phrases: str, *, by: str) -> Leg:
        day = draft.received_at + timedelta(days=12)
        words = load_phrases()[phrases]
        date = f"{day.month}月{day.day}日" if phrases == "extend_again" else "当日"
        fields = {"reason": self._say(words["reason"]), "notice": self._say(words["notice"], date=date)}
        return Leg("extend", self.bank.people_with(by)[0].username, fields)

    def _investigate(self, draft: Draft) -> Leg:
        outcome = draft.outcome
        fields: dict[str, Any] = {
            "findings": f"{outcome.finding}成因：{outcome.root}",
            "root_cause": draft.outcome.why,
            "responsibility": outcome.responsibility,
            "responsible_unit": draft.unit,
        }
        if outcome.fault:
            fields["fault_code"] = outcome.fault
            if person := self._responsible(draft):
                fields["responsible_person"] = person
        if outcome.verdict == "not_valid":
            fields["verdict"] = "not_valid"
        return Leg("investigate", self.bank.lead_of(draft.unit).username, fields)

    def _responsible(self, draft: Draft) -> str | None:
        """A front-line person of the accused unit other than whoever heard the complaint; often nobody is named."""
        role = "lobby_manager" if "大堂" in draft.outcome.person else "clerk"
        front = [p for p in self.bank.people_with(role, unit=draft.unit) if p.username != draft.heard_by]
        return front[0].username if front and self.rng.random() < 0.6 else None

    def _deciding(self, draft: Draft, handler: str) -> list[Leg]:
        phrases = load_phrases()
        approver = approver_of(draft, self.bank)
        legs = [self._propose(draft, handler), self._submit(handler)]
        if draft.fate.refused:
            legs.append(Leg("refuse", approver, {"reason": self._say(phrases["refuse"])}))
            legs.append(Leg("note", handler, {"text": self._say(phrases["repropose"])}))
            legs += [self._propose(draft, handler), self._submit(handler)]
        role = next(r for r in ("executive", "desk_head", "manager") if r in self.bank.person(approver).roles)
        return [*legs, Leg("approve", approver, {"reason": self._say(phrases["approve"][role])})]

    def _propose(self, draft: Draft, handler: str) -> Leg:
        options = [{"kind": kind, "amount": amount, "text": text} for kind, amount, text in draft.outcome.options]
        return Leg("propose", handler, {"options": options, "chosen": draft.outcome.chosen})

    def _submit(self, handler: str) -> Leg:
        return Leg("submit", handler, {"customer_view": self._say(load_phrases()["customer_view"])})

    def _doing(self, draft: Draft, handler: str) -> list[Leg]:
        phrases = load_phrases()["done"]["money" if draft.amount else "other"]
        done = self._say(phrases, amount=draft.amount, unit=self.bank.unit(draft.unit).short)
        who = self.bank.lead_of(draft.unit).username
        legs = [Leg("carry_out", who, {"done": done, "paid": draft.amount})]
        return [*legs, Leg("answer", handler, self._answer(draft))]

    def _explain(self, draft: Draft, handler: str) -> Leg:
        return Leg("explain", handler, self._answer(draft))

    def _answer(self, draft: Draft) -> dict[str, Any]:
        frame = load_phrases()["answer"]
        when = draft.received_at
        channel = load_phrases()["channel_names"][draft.channel]
        slots = draft.slots | {"heard": f"{when.month}月{when.day}日", "channel": channel, "subject": draft.subject}
        parts = [word(self._pick(frame["opening"]), turn=0, slots=slots), draft.outcome.answer]
        parts += [word(self._pick(frame[part]), turn=0, slots=slots) for part in ("routes", "closing")]
        return {"answer": "\n".join(parts), "means": MEANS.get(draft.channel, "phone")}

    def _pick(self, phrases: list[str]) -> str:
        return self.rng.choice(phrases)

    def _ending(self, draft: Draft, handler: str) -> list[Leg]:
        legs = []
        if self.rng.random() < 0.12:
            missed = self.rng.choice(("no_answer", "busy", "switched_off"))
            legs = [self._follow_up(draft, missed), self._follow_up(draft, "yes", again=True)]
        else:
            legs = [self._follow_up(draft, "yes")]
        return [*legs, Leg("close", handler, {"summary": draft.outcome.summary, "lesson": draft.outcome.lesson})]

    def _follow_up(self, draft: Draft, reached: str, *, again: bool = False) -> Leg:
        caller = self.rng.choice([p.username for p in self.bank.people_with("agent")])
        action = "follow_up_again" if again else "follow_up"
        if reached != "yes":
            fields = {"reached": reached, "satisfaction": "unknown", "note": self._say(load_phrases()["unreached"])}
            return Leg(action, caller, fields)
        fields = {"reached": "yes", "satisfaction": self._satisfaction(draft), "note": draft.outcome.after}
        return Leg(action, caller, fields)

    def _satisfaction(self, draft: Draft) -> str:
        if not draft.outcome.satisfied:
            return self.rng.choice(("dissatisfied", "dissatisfied", "accepted"))
        return self.rng.choices(("satisfied", "accepted", "unknown"), weights=(6, 4, 1))[0]

    # --- when it happens ----------------------------------------------------------------------------------------

    def _time(self, legs: list[Leg], start: datetime, *, days: float) -> list[Step]:
        """``legs`` spread over business hours from the desk's first look to ``days`` after ``start``."""
        if not legs:
            return []
        first = duty_moment(self.rng, start)
        begin = self.clock.minutes_at(first) + 1
        latest = self.clock.minutes_at(self.until) - 1
        end = min(max(self.clock.minutes_at(start + timedelta(days=days)), begin + 9 * len(legs)), latest)
        waits = [leg.wait * self.rng.uniform(0.6, 1.5) for leg in legs[1:]]
        step = max(end - begin, 0) / (sum(waits) or 1)
        steps = [Step(legs[0].action, legs[0].by, first, legs[0].fields)]
        passed, minute = 0.0, begin
        for leg, wait in zip(legs[1:], waits, strict=True):
            passed += wait
            minute = max(minute + 2, begin + int(passed * step))
            at = self.clock.moment_at(minute) + timedelta(seconds=self.rng.randrange(60))
            steps.append(Step(leg.action, leg.by, at, leg.fields))
        return steps

    def _second_round(self, draft: Draft, handler: str, *, after: datetime) -> list[Step]:
        gap = self.rng.randrange(2, 8) * 435
        at = self.clock.moment_at(self.clock.minutes_at(after) + gap)
        reopen = Step("reopen", handler, at, {"reason": self._say(load_phrases()["reopen"])})
        draft.outcome = self._rechecked(draft.outcome)
        begin = [self._judge(draft, handler, "valid"), self._route(draft, handler)]
        begin += [*(self._support(code) for code in support_of(draft)), self._investigate(draft)]
        legs = [*begin, *self._deciding(draft, handler), *self._doing(draft, handler), *self._ending(draft, handler)]
        return [reopen, *self._time(legs, at, days=self.rng.uniform(3, 8))]

    def _rechecked(self, outcome: Outcome) -> Outcome:
        """What the second look found; the remedy is the one first proposed."""
        words = load_phrases()["recheck"]
        said = {part: self._say(words[part]) for part in ("answer", "summary", "lesson", "after")}
        finding, verdict = self._say(words["findings"]), "partly" if outcome.verdict == "not_valid" else outcome.verdict
        again = replace(outcome, finding=finding, verdict=verdict, satisfied=True)
        return replace(
            again, answer=said["answer"], summary=said["summary"], lesson=said["lesson"], after=said["after"]
        )


def support_of(draft: Draft) -> list[str]:
    """Codes of the units that help: the unit of the system where an outlet's case turns on one."""
    by_system = draft.telling.cause == "设施设备系统" or draft.telling.topic == "app_login"
    return ["DZ"] if by_system and draft.unit != "DZ" else []
