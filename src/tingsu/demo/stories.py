"""Fourteen months of complaints at the demo bank, planned to the minute and the same on every run.

Everything is invented. ``plan_stories`` only plans: another room plays the steps through the real verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from tingsu.base.clock import local
from tingsu.demo.fates import OPEN_PLANS, OpenPlan, draw_fate, open_fate, pick_turns
from tingsu.demo.people import Bank, Customer, invent_customer, load_bank, load_names
from tingsu.demo.road import STAGE_AFTER, Draft, Fate, Road, approver_of, load_phrases
from tingsu.demo.shape import WorkClock, draw_moment, is_bond_day, is_pension_day, weigh_day
from tingsu.demo.story import Step, Story
from tingsu.demo.telling import (
    Matter,
    Outcome,
    Slots,
    Telling,
    demand_of,
    draw_slots,
    freshest_turn,
    load_matters,
    ways_of,
    word,
)

__all__ = ["Step", "Story", "plan_stories"]

USUAL = 600  # the count that the planted numbers below are meant for
RELEASE_AGO = 24  # days before the present on which the faulty app version came out
BATCH_AGO = (44, 34)
RISES = {"app_login": 30, "pension_queue": 16}
BATCH = 18
REPEATERS = 12
DUPLICATES = 10
QUEUE_OUTLET = "JZ01"
AGES = ((19, 34), (35, 54), (55, 80))
FRONT_CHANNELS = ("counter", "lobby", "phone")
DESK_CHANNELS = ("letter", "regulator", "head_office", "outside")

Wanted = Callable[[Draft], bool]


def plan_stories(*, count: int = USUAL, months: int = 14, until: datetime, seed: int = 20) -> list[Story]:
    """``count`` stories received in the ``months`` before ``until``, oldest first; the same for the same arguments.

    Planted: two rises, one batch, repeat complainants, duplicates, regulator transfers, a major case, withdrawals,
    reopenings, late answers, refusals and some 45 open cases at every stage (see ``tags``). Planted numbers shrink
    with ``count``. No step lies after ``until``.
    """
    return _Planner(count=count, months=months, until=local(until), seed=seed).plan()


class _Planner:
    def __init__(self, *, count: int, months: int, until: datetime, seed: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - a plan to repeat, nothing to keep secret
        self.count = count
        self.until = until
        self.first = until.date() - timedelta(days=round(months * 30.44))
        self.bank: Bank = load_bank()
        self.matters = load_matters()
        self.told: dict[str, list[tuple[str, ...]]] = {}
        self.clock = WorkClock.between(self.first - timedelta(days=10), until.date() + timedelta(days=30))
        self.drafts: list[Draft] = []

    def plan(self) -> list[Story]:
        self._plant_batch()
        self._plant_rises()
        self._plant_major()
        self._plant_open()
        self._fill_ordinary()
        self._plant_turns()
        self._plant_repeaters()
        self._plant_duplicates()
        self.drafts.sort(key=lambda d: d.received_at)
        for number, draft in enumerate(self.drafts, start=1):
            draft.key = f"S{number:04d}"
        road = Road(self.rng, bank=self.bank, clock=self.clock, until=self.until)
        return [self._tell(draft, road) for draft in self.drafts]

    def _share(self, planted: int) -> int:
        return max(1, round(planted * min(1.0, self.count / USUAL)))

    # --- what is planted ----------------------------------------------------------------------------------------

    def _plant_batch(self) -> None:
        for _ in range(self._share(BATCH)):
            day = self._day_ago(self.rng.randint(BATCH_AGO[1], BATCH_AGO[0]))
            self._add(self.matters["agent_batch"], day, fate=Fate(days=self.rng.uniform(6, 13)), tags={"batch"})

    def _plant_rises(self) -> None:
        for _ in range(self._share(RISES["app_login"])):
            ago = RELEASE_AGO - min(int(self.rng.expovariate(1 / 6)), RELEASE_AGO - 3)
            self._add(self.matters["app_login"], self._day_ago(ago), tags={"rise:app_login"})
        paydays = [day for day in map(self._day_ago, range(42, 2, -1)) if is_pension_day(day)]
        for _ in range(self._share(RISES["pension_queue"])):
            day = paydays[min(int(len(paydays) * self.rng.random() ** 0.7), len(paydays) - 1)]
            tags = {"rise:pension_queue"}
            self._add(self.matters["pension_queue"], day, unit=QUEUE_OUTLET, tags=tags)

    def _plant_major(self) -> None:
        fate = open_fate(self.rng, OpenPlan(19, "approving", "executive"))
        tags = {"major", "open:executive"}
        draft = self._add(self.matters["identity_major"], self._day_ago(19), fate=fate, tags=tags)
        draft.complexity = "major"

    def _plant_open(self) -> None:
        number = self._share(len(OPEN_PLANS))
        for plan in (OPEN_PLANS[n * len(OPEN_PLANS) // number] for n in range(number)):
            day = self._day_ago(plan.age)
            fate = open_fate(self.rng, plan)
            matter = self.matters[plan.matter] if plan.matter else None
            unit = QUEUE_OUTLET if plan.matter == "pension_queue" else None
            tags = {f"open:{plan.label}"} | ({f"rise:{plan.matter}"} if plan.matter else set())
            draft = self._add_where(matter, day, fate=fate, plan=plan, unit=unit, tags=tags)
            self._leave_time(draft, plan)

    def _leave_time(self, draft: Draft, plan: OpenPlan) -> None:
        """Moves a case received too late for its stage back until the desk had the hours for it."""
        if plan.stop == "recorded":
            draft.received_at = min(draft.received_at, self.until - timedelta(minutes=self.rng.randrange(12, 300)))
            return
        self._move_back(draft, least=60 if plan.stop == "judged" else 240)

    def _move_back(self, draft: Draft, *, least: int) -> None:
        """Makes a case old enough for a first look and ``least`` business minutes of work; holidays have none."""
        looked_at = self.until - timedelta(hours=26)
        begin = self.clock.minutes_at(self.until) - least
        while draft.received_at > looked_at or self.clock.minutes_at(draft.received_at) > begin:
            draft.received_at -= timedelta(days=1)

    def _fill_ordinary(self) -> None:
        days = [self.first + timedelta(days=n) for n in range((self.until.date() - self.first).days - 2)]
        grows = [weigh_day(day) * (0.85 + 0.3 * n / len(days)) * self._room(day) for n, day in enumerate(days)]
        left = self.count - len(self.drafts) - self._share(DUPLICATES)
        for day in self.rng.choices(days, weights=grows, k=left):
            self._add(self._draw_matter(day), day)

    def _room(self, day: date) -> float:
        """The share of ordinary cases of ``day`` that the planted open ones have not taken."""
        ago = (self.until.date() - day).days
        return 0.3 if ago <= 15 else 0.75 if ago <= 25 else 1.0

    def _plant_turns(self) -> None:
        plain = [d for d in self.drafts if not d.tags and d.fate.stop == "closed"]
        pick_turns(self.rng, plain, until=self.until, share=min(1.0, self.count / USUAL))

    def _plant_repeaters(self) -> None:
        for _ in range(self._share(REPEATERS)):
            customer = self._new_customer((28, 60))
            fits = [d for d in self.drafts if not d.tags & {"batch", "major", "repeat"} and d.telling.ages is None]
            for draft in self.rng.sample(fits, self.rng.choice((2, 3, 3, 4, 5))):
                draft.customer = customer
                draft.tags.add("repeat")
                self._reslot(draft)

    def _plant_duplicates(self) -> None:
        again = load_phrases()["again"]
        ended = [d for d in self.drafts if d.fate.stop == "closed" and d.fate.days > 4]
        old = self.until - timedelta(days=6)
        fits = [d for d in ended if not d.tags & {"batch", "withdrawn"} and d.received_at < old]
        for number, first in enumerate(self.rng.sample(fits, self._share(DUPLICATES))):
            words = again[number % len(again)]
            day = first.received_at.date() + timedelta(days=self.rng.randint(1, 3))
            draft = self._copy_of(first, words, turn=number // len(again))
            draft.received_at = draw_moment(self.rng, day, channel=words["ch"])
            if draft.received_at <= first.received_at:
                draft.received_at = first.received_at + timedelta(hours=20)
            self.drafts.append(draft)

    def _copy_of(self, first: Draft, words: dict[str, str], *, turn: int) -> Draft:
        heard = self._heard_by(words["ch"], first.unit)
        copy = Draft(
            matter=first.matter,
            telling=first.telling,
            outcome=first.outcome,
            slots=first.slots | {"date": f"{first.received_at.month}月{first.received_at.day}日"},
            turn=turn,
            unit=first.unit,
            customer=first.customer,
            received_at=first.received_at,
            heard_by=heard,
            fate=Fate(days=1),
            complexity="simple",
            subject=words["subject"],
            channel=words["ch"],
            tags={"duplicate"},
        )
        copy.repeats, copy.again = first, words
        return copy

    # --- one draft ----------------------------------------------------------------------------------------------

    def _day_ago(self, days: int) -> date:
        return self.until.date() - timedelta(days=days)

    def _draw_matter(self, day: date) -> Matter:
        matters = [m for m in self.matters.values() if m.weight]
        return self.rng.choices(matters, weights=[m.weight * _season(m, day) for m in matters])[0]

    def _add(
        self,
        matter: Matter,
        day: date,
        *,
        unit: str | None = None,
        fate: Fate | None = None,
        tags: set[str] | None = None,
    ) -> Draft:
        draft = self._draft(matter, day, unit=unit, fate=fate)
        draft.tags |= tags or set()
        if draft.fate.stop == "closed":
            self._move_back(draft, least=400)
        self._keep(draft)
        return draft

    def _add_where(
        self, matter: Matter | None, day: date, *, fate: Fate, plan: OpenPlan, unit: str | None, tags: set[str]
    ) -> Draft:
        """A draft whose day, complexity and approver are those that the plan of an open case asks for."""
        for attempt in range(4000):
            draft = self._draft(matter or self._draw_matter(day), day, unit=unit, fate=fate)
            draft.complexity = plan.complexity
            asked = plan.approver in ("", approver_of(draft, self.bank)) and draft.outcome.verdict != "not_valid"
            if asked and (draft.received_at.date() == day or plan.label == "working" or attempt > 2000):
                draft.tags |= tags
                self._keep(draft)
                return draft
        raise LookupError(f"no matter suits {plan}")

    def _keep(self, draft: Draft) -> None:
        told = self.told.setdefault(draft.telling.id, [])
        draft.turn = freshest_turn(draft.telling.text, told)
        told.append(ways_of(draft.telling.text, draft.turn))
        self.drafts.append(draft)

    def _draft(self, matter: Matter, day: date, *, unit: str | None, fate: Fate | None) -> Draft:
        telling = self._draw_telling(matter)
        channel = telling.channel
        unit = unit or self._draw_unit(matter)
        heard_by = self._heard_by(channel, unit)
        received = draw_moment(self.rng, day, channel=channel)
        draft = Draft(
            matter=matter,
            telling=telling,
            outcome=self._draw_outcome(matter),
            slots={},
            turn=0,
            unit=unit,
            customer=self._new_customer(telling.ages or self.rng.choices(AGES, weights=(5, 6, 2))[0]),
            received_at=min(received, self.until - timedelta(minutes=15)),
            heard_by=heard_by,
            fate=fate or Fate(days=0),
            complexity=matter.complexity,
            channel=channel,
        )
        if fate is None:
            draft.fate = draw_fate(self.rng, draft, until=self.until)
        self._fill_slots(draft)
        return draft

    def _draw_telling(self, matter: Matter) -> Telling:
        """The telling least worn by its uses; regulator transfers are rarer than the rest."""

        def wear(telling: Telling) -> float:
            uses = len(self.told.get(telling.id, ())) + (1.5 if telling.channel == "regulator" else 0.5)
            return uses / telling.variety + self.rng.random() * 0.2

        return min(matter.tellings, key=wear)

    def _draw_outcome(self, matter: Matter) -> Outcome:
        return self.rng.choices(matter.outcomes, weights=(4, 2, 1)[: len(matter.outcomes)])[0]

    def _draw_unit(self, matter: Matter) -> str:
        if matter.unit not in ("outlet", "branch"):
            return matter.unit
        units = [u for u in self.bank.units if u.kind == matter.unit]
        return self.rng.choices(units, weights=[u.customers for u in units])[0].code

    def _heard_by(self, channel: str, unit: str) -> str:
        """Who hears it first: the front line where it is said aloud, the desk what comes by post or from outside."""
        if channel in DESK_CHANNELS:
            return self.rng.choice(self.bank.people_with("handler")).username
        if channel not in FRONT_CHANNELS:
            return self.rng.choice(self.bank.people_with("agent")).username
        outlets = self.bank.outlets()
        place = self.bank.unit(unit)
        if place.kind != "outlet":
            near = [u for u in outlets if u.parent == place.code] or outlets
            place = self.rng.choices(near, weights=[u.customers for u in near])[0]
        role = "lobby_manager" if channel == "lobby" else "clerk"
        staff = self.bank.people_with(role, unit=place.code) or self.bank.people_with("clerk", unit=place.code)
        return staff[0].username

    def _new_customer(self, ages: tuple[int, int]) -> Customer:
        return invent_customer(self.rng, ages=ages, on=self.until.date())

    def _reslot(self, draft: Draft) -> None:
        draft.slots |= self._customer_slots(draft)

    def _customer_slots(self, draft: Draft) -> Slots:
        customer = draft.customer
        return {
            "name": customer.name,
            "surname": customer.surname,
            "title": customer.title,
            "age": customer.age_on(draft.received_at.date()),
            "phone": customer.phone,
            "id_no": customer.id_no,
            "card": customer.card,
            "tail": customer.card[-4:],
        }

    def _fill_slots(self, draft: Draft) -> None:
        said = draft.received_at - timedelta(days=self.rng.randint(1, 9))
        front = self.bank.unit(self.bank.person(draft.heard_by).unit)
        unit = self.bank.unit(draft.unit)
        outlet = unit if unit.kind in ("outlet", "branch") else front
        if outlet.kind not in ("outlet", "branch"):
            outlet = self.rng.choice(self.bank.outlets())
        common: Slots = {
            "bank": self.bank.name,
            "city": self.bank.city,
            "hotline": self.bank.hotline,
            "outlet": outlet.short,
            "outlet_t": load_names()["traditional"][outlet.short],
            "unit": unit.short,
            "date": f"{said.month}月{said.day}日",
            "part": self._part_of_day(draft.received_at.hour),
            "staff": self.rng.choice(load_names()["staff_surnames"]),
        }
        drawn = draw_slots(self.rng, draft.matter.slots, draft.telling.slots)
        draft.slots = common | drawn | self._customer_slots(draft)
        draft.subject = self.rng.choice(draft.telling.subjects or draft.matter.subjects)

    def _part_of_day(self, hour: int) -> str:
        """How one says when it happened: earlier on the day of ``hour``, or any time the day before."""
        parts: dict[int, str] = load_names()["parts_of_day"]
        passed = [said for since, said in parts.items() if since <= hour]
        return self.rng.choice(passed[-3:] or list(parts.values()))

    # --- from draft to story ------------------------------------------------------------------------------------

    def _tell(self, draft: Draft, road: Road) -> Story:
        steps = road.steps(draft)
        moved = [STAGE_AFTER[step.action] for step in steps if step.action in STAGE_AFTER]
        telling, again = draft.telling, draft.again
        if draft.channel == "regulator":
            draft.tags.add("regulator")
        source = self.rng.choice(load_phrases()["regulators"]) if draft.channel == "regulator" else ""
        template = again["text"] if again else telling.text
        slots = draft.slots | ({"subject": draft.repeats.subject} if draft.repeats else {})
        return Story(
            key=draft.key,
            telling="again" if again else telling.id,
            matter=draft.matter.key,
            received_at=draft.received_at,
            heard_by=draft.heard_by,
            channel=draft.channel,
            subject=draft.subject,
            text=word(template, turn=draft.turn, slots=slots),
            unit=draft.unit,
            customer=draft.customer,
            business=draft.matter.business,
            cause=draft.matter.cause,
            emotion=again["emotion"] if again else telling.emotion,
            need=telling.need,
            demands=tuple(demand_of(d, draft.slots) for d in telling.demands),
            risks=telling.risks,
            complexity=draft.complexity,
            steps=steps,
            stage=moved[-1] if moved else "recorded",
            tags=frozenset(draft.tags),
            duplicate_of=draft.repeats.key if draft.repeats else None,
            source=source,
            external_id=f"{source}-{draft.received_at:%Y%m%d}-{draft.key[1:]}" if source else "",
        )


def _season(matter: Matter, day: date) -> float:
    if matter.season == "pension":
        return 9.0 if is_pension_day(day) else 0.3
    if matter.season == "bond":
        return 40.0 if is_bond_day(day) else 10.0 if is_bond_day(day - timedelta(days=1)) else 0.05
    return 1.0
