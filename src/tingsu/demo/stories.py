"""Fourteen months of complaints at the demo bank, planned to the minute and the same on every run.

Everything is invented. ``plan_stories`` only plans: another room plays the steps through the real verbs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tingsu.base.clock import local
from tingsu.demo.choosing import Shelf, complexity_of, unit_of
from tingsu.demo.fates import OPEN_PLANS, OpenPlan, draw_fate, open_fate, pick_turns
from tingsu.demo.outcomes import draw_outcome
from tingsu.demo.people import Bank, Customer, invent_customer, load_bank
from tingsu.demo.road import STAGE_AFTER, Draft, Fate, Road, approver_of, load_phrases
from tingsu.demo.shape import WorkClock, draw_moment, is_pension_day, weigh_day
from tingsu.demo.story import Step, Story
from tingsu.demo.telling import Slots, Telling, draw_slots, load_tellings, word

__all__ = ["Step", "Story", "plan_stories"]

USUAL = 600  # the count that the planted numbers below are meant for
RELEASE_AGO = 24  # days before the present on which the faulty app version came out
BATCH_AGO = (44, 34)
RISES = {"app_login": 30, "pension_queue": 16}
BATCHES = {"a08-010": 12, "a11-168": 6}  # letters sold by two complaint agents to people who do not know each other
MOULDS: dict[str, Any] = {
    "owed": [f"{thousands},{rest}00" for thousands in range(18, 96) for rest in range(1, 10)],
    "months": [36, 60, 12],
    "share": ["五", "六", "七"],
}
REPEATERS = 12
DUPLICATES = 10
QUEUE_OUTLET = "JZ01"
IMPROVED_OUTLET, IMPROVED_AGO = "JZ02", 130  # days since its measure has kept most complaints away
IMPROVED_BY = 0.8  # of what would have been complained of there; it happens elsewhere instead
AGES = ((19, 34), (35, 54), (55, 80))
FRONT_CHANNELS = ("counter", "lobby", "phone")
DESK_CHANNELS = ("letter", "regulator", "head_office", "outside")


def plan_stories(*, count: int = USUAL, months: int = 14, until: datetime, seed: int = 20) -> list[Story]:
    """``count`` stories received in the ``months`` before ``until``, oldest first; the same for the same arguments.

    Planted: two rises, one outlet that has improved, one batch, repeat complainants, duplicates, regulator transfers,
    a major case, withdrawals, reopenings, late answers, refusals and some 45 open cases at every stage (see ``tags``).
    Planted numbers shrink with ``count``. No step lies after ``until``.
    """
    return _Planner(count=count, months=months, until=local(until), seed=seed).plan()


class _Planner:
    def __init__(self, *, count: int, months: int, until: datetime, seed: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - a plan to repeat, nothing to keep secret
        self.luck = Random(seed + 1)  # noqa: S311 - apart, so that the improved outlet changes no other draw
        self.count = count
        self.until = until
        self.first = until.date() - timedelta(days=round(months * 30.44))
        self.bank: Bank = load_bank()
        self.shelf = Shelf(self.rng, load_tellings())
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
        for mould, number in BATCHES.items():
            telling = self.shelf.by_id(mould)
            for _ in range(self._share(number)):
                day = self._day_ago(self.rng.randint(BATCH_AGO[1], BATCH_AGO[0]))
                tags = {"batch", f"batch:{mould}"}
                self._add(telling, day, fate=Fate(days=self.rng.uniform(6, 13)), tags=tags)

    def _plant_rises(self) -> None:
        for _ in range(self._share(RISES["app_login"])):
            ago = RELEASE_AGO - min(int(self.rng.expovariate(1 / 6)), RELEASE_AGO - 3)
            telling = self.shelf.draw(topic="app_login")
            self._add(telling, self._day_ago(ago), tags={"rise:app_login"})
        paydays = [day for day in map(self._day_ago, range(42, 2, -1)) if is_pension_day(day)]
        for _ in range(self._share(RISES["pension_queue"])):
            day = paydays[min(int(len(paydays) * self.rng.random() ** 0.7), len(paydays) - 1)]
            tags = {"rise:pension_queue"}
            self._add(self.shelf.draw(topic="pension_queue"), day, unit=QUEUE_OUTLET, tags=tags)

    def _plant_major(self) -> None:
        fate = open_fate(self.rng, OpenPlan(19, "approving", "executive"))
        tags = {"major", "open:executive"}
        draft = self._add(self.shelf.draw(fits=is_major), self._day_ago(19), fate=fate, tags=tags)
        draft.complexity = "major"

    def _plant_open(self) -> None:
        number = self._share(len(OPEN_PLANS))
        for plan in (OPEN_PLANS[n * len(OPEN_PLANS) // number] for n in range(number)):
            day = self._day_ago(plan.age)
            fate = open_fate(self.rng, plan)
            unit = QUEUE_OUTLET if plan.matter == "pension_queue" else None
            tags = {f"open:{plan.label}"} | ({f"rise:{plan.matter}"} if plan.matter else set())
            draft = self._add_where(day, fate=fate, plan=plan, unit=unit, tags=tags)
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
            self._add(self.shelf.draw(), day)

    def _room(self, day: date) -> float:
        """The share of ordinary cases of ``day`` that the planted open ones have not taken."""
        ago = (self.until.date() - day).days
        return 0.3 if ago <= 15 else 0.75 if ago <= 25 else 1.0

    def _plant_turns(self) -> None:
        plain = [d for d in self.drafts if not d.tags and d.fate.stop == "closed"]
        pick_turns(self.rng, plain, until=self.until, share=min(1.0, self.count / USUAL))

    def _plant_repeaters(self) -> None:
        for _ in range(self._share(REPEATERS)):
            customer = self._new_customer()
            fits = [d for d in self.drafts if not d.tags & {"batch", "major", "repeat"} and not d.telling.who]
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

    def _add(
        self,
        telling: Telling,
        day: date,
        *,
        unit: str | None = None,
        fate: Fate | None = None,
        tags: set[str] | None = None,
    ) -> Draft:
        draft = self._draft(telling, day, unit=unit, fate=fate)
        draft.tags |= tags or set()
        if draft.fate.stop == "closed":
            self._move_back(draft, least=400)
        self._keep(draft)
        return draft

    def _add_where(self, day: date, *, fate: Fate, plan: OpenPlan, unit: str | None, tags: set[str]) -> Draft:
        """A draft whose day, complexity and approver are those that the plan of an open case asks for."""
        for attempt in range(
            40_000
        ):  # an amount only a branch manager may grant, at his branch: one in a thousand or two
            telling = self.shelf.draw(topic=plan.matter)
            draft = self._draft(telling, day, unit=unit, fate=fate)
            draft.complexity = plan.complexity
            asked = plan.approver in ("", approver_of(draft, self.bank)) and draft.outcome.verdict != "not_valid"
            if asked and (draft.received_at.date() == day or plan.label == "working" or attempt > 2000):
                draft.tags |= tags
                self._keep(draft)
                return draft
        raise LookupError(f"no complaint suits {plan}")

    def _keep(self, draft: Draft) -> None:
        self.shelf.take(draft.telling)
        self.drafts.append(draft)

    def _draft(self, telling: Telling, day: date, *, unit: str | None, fate: Fate | None) -> Draft:
        channel = telling.channel
        unit = unit or self._place(telling, day)
        received = draw_moment(self.rng, day, channel=channel)
        draft = Draft(
            telling=telling,
            outcome=draw_outcome(self.rng, telling),
            slots={},
            turn=0,
            unit=unit,
            customer=self._new_customer(telling),
            received_at=min(received, self.until - timedelta(minutes=15)),
            heard_by=self._heard_by(channel, unit),
            fate=fate or Fate(days=0),
            complexity=complexity_of(telling),
            subject=telling.subject,
            channel=channel,
        )
        if fate is None:
            draft.fate = draw_fate(self.rng, draft, until=self.until)
        draft.slots = self._slots(draft)
        return draft

    def _place(self, telling: Telling, day: date) -> str:
        """Where it happens; at the improved outlet seldom since its measure."""
        unit = unit_of(self.rng, telling, self.bank)
        improved = unit == IMPROVED_OUTLET and day >= self._day_ago(IMPROVED_AGO)
        if not improved or self.luck.random() >= IMPROVED_BY:
            return unit
        others = [outlet for outlet in self.bank.outlets() if outlet.code != IMPROVED_OUTLET]
        return self.luck.choices(others, weights=[outlet.customers for outlet in others])[0].code

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

    def _new_customer(self, telling: Telling | None = None) -> Customer:
        """Someone new who agrees with what the telling says of its customer."""
        said = dict(telling.who) if telling else {}
        ages = tuple(said.pop("ages", None) or self.rng.choices(AGES, weights=(5, 6, 2))[0])
        return invent_customer(self.rng, ages=ages, on=self.until.date(), **said)

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
            "job": customer.job,
        }

    def _slots(self, draft: Draft) -> Slots:
        common: Slots = {"bank": self.bank.name, "city": self.bank.city, "hotline": self.bank.hotline}
        common["unit"] = self.bank.unit(draft.unit).short
        drawn = draw_slots(self.rng, MOULDS) if draft.telling.is_mould else {}
        return common | drawn | self._customer_slots(draft)

    def _regulator(self, telling: Telling) -> str:
        """The line the transfer names, or any."""
        lines: list[str] = load_phrases()["regulators"]
        named = [line for line in lines if line in telling.text]
        return named[0] if named else self.rng.choice(lines)

    def _words(self, draft: Draft) -> str:
        """What the customer says: the corpus's words, or those of coming a second time for the same matter."""
        if draft.again is not None and draft.repeats is not None:
            slots = draft.slots | {"subject": draft.repeats.subject}
            return word(draft.again["text"], turn=draft.turn, slots=slots)
        return draft.telling.text.format_map(draft.slots) if draft.telling.is_mould else draft.telling.text

    # --- from draft to story ------------------------------------------------------------------------------------

    def _tell(self, draft: Draft, road: Road) -> Story:
        steps = road.steps(draft)
        moved = [STAGE_AFTER[step.action] for step in steps if step.action in STAGE_AFTER]
        telling, again = draft.telling, draft.again
        if draft.channel == "regulator":
            draft.tags.add("regulator")
        source = self._regulator(telling) if draft.channel == "regulator" else ""
        return Story(
            key=draft.key,
            telling="again" if again else telling.id,
            matter=telling.topic or f"{telling.business} {telling.cause}",
            received_at=draft.received_at,
            heard_by=draft.heard_by,
            channel=draft.channel,
            subject=draft.subject,
            text=self._words(draft),
            unit=draft.unit,
            customer=draft.customer,
            business=telling.business,
            cause=telling.cause,
            emotion=again["emotion"] if again else telling.emotion,
            need=telling.need,
            demands=tuple((kind, telling.yuan if kind == "退款" else None) for kind in telling.demands),
            risks=telling.risks,
            complexity=draft.complexity,
            steps=steps,
            stage=moved[-1] if moved else "recorded",
            tags=frozenset(draft.tags),
            duplicate_of=draft.repeats.key if draft.repeats else None,
            source=source,
            external_id=f"{source}-{draft.received_at:%Y%m%d}-{draft.key[1:]}" if source else "",
        )


def is_major(telling: Telling) -> bool:
    """Whether it tells of someone's identity misused for an account or a loan."""
    misused = any(words in telling.text for words in ("冒", "不是我开", "不是本人", "名下多"))
    return telling.business == "个人金融信息" and misused and telling.emotion < 3
