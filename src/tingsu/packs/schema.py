"""What a pack may say, as typed data. A customer's difference is written here, never in code.

A pack is a folder of YAML files; ``loader`` reads them into these models and names file, line and field of a mistake.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_serializer

from tingsu.packs.asking import Asking
from tingsu.packs.procedure import FormField, Permission, Process
from tingsu.packs.wording import Origin, Part, Text, Wording

Reach = Literal["own", "unit", "subtree", "all"]


class Role(Part):
    """What a holder may do, and how far around the unit of the grant the holder sees."""

    id: str
    name: Wording
    reach: Reach
    stages: list[str] = []  # in these stages every case is within reach, wherever it was recorded
    permissions: frozenset[Permission] = frozenset()
    origin: Origin = "ours"

    @field_serializer("permissions")
    def _in_order(self, permissions: frozenset[Permission]) -> list[Permission]:
        return sorted(permissions)  # a set has no order of its own, and a pack's digest must not change with it


class Choice(Part):
    """One value a field or a taxonomy offers. ``id`` is what is stored."""

    id: str
    name: Wording | None = None
    group: str = ""
    hint: Wording | None = None
    words: tuple[str, ...] = ()  # what a text says that is about it; asked where no reader was taught the list
    first: bool = False  # cases of this class stand before all others in the queue
    origin: Origin = "source"


class Level(Part):
    """One level of authority: who may approve remedies up to an amount (yuan; none = no limit).

    ``only_when`` and ``unless`` say for which cases: field of the case or kept detail → values. Of a field that holds
    several (risks, demands), one of the values is enough.
    """

    role: str
    up_to: Decimal | None = None
    remedies: list[str] = []  # empty: every kind of remedy
    only_when: dict[str, list[str]] = {}
    unless: dict[str, list[str]] = {}
    origin: Origin = "ours"


class Authority(Part):
    """The authority table (核决权限), lowest level first.

    ``over_budget``: a plan beyond the unit's budget of the month goes one level higher, or is only warned of; either
    way it asks for a reason.
    """

    levels: list[Level]
    over_budget: Literal["higher", "warn"] = "higher"
    origin: Origin = "ours"


class Numbering(Part):
    """How cases are numbered: YYMM + serial; a serial beyond the width simply grows longer."""

    prefix: str = ""
    width: int = Field(default=4, ge=2, le=9)
    origin: Origin = "source"


def _as_time(said: Any) -> Any:
    """17:00 without quotes is 1020 to YAML 1.1 (base 60), so a number is taken as minutes of the day."""
    return time(*divmod(said, 60)) if type(said) is int and 0 <= said < 1440 else said


TimeOfDay = Annotated[time, BeforeValidator(_as_time)]


class DeadlineRule(Part):
    """A version of a clock rule as data: what starts it, how long, in which unit, who may extend it, and its source.

    Several versions may bear one id; ``valid_from`` and ``valid_to`` (both inclusive) say when each is in force.
    """

    id: str
    name: Wording
    jurisdiction: Literal["CN", "UK", "EU", "US"] = "CN"
    trigger: str
    limit: int = Field(ge=1, le=36_600)
    unit: Literal["calendar_day", "business_day", "hour", "office_hour", "week", "year"]
    office_hours: tuple[TimeOfDay, TimeOfDay] | None = None  # what an office_hour counts; else when a last day closes
    pause_on: list[str] = []
    extend_by: list[str] = []
    extends: str | None = None
    notice_required: bool = False
    source: str
    origin: Origin = "source"
    verified: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    reference: bool = False  # only to look up and reckon with (tingsu clock); no step of the procedure starts it

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class Recipient(Part):
    """Who hears of a clock: by place, and where a place has several people, by role.

    ``owner``: who handles the case; ``recorder``: who took it down (首问责任); ``unit``: holders of ``role`` at the
    case's unit (its lead unit, else where it was recorded) ``up`` levels above, or at the nearest unit above that has
    one; ``house``: every holder of ``role``.
    """

    place: Literal["owner", "recorder", "unit", "house"]
    role: str = ""
    up: int = Field(default=0, ge=0, le=9)


class Rung(Part):
    """One step of the reaction to a clock (逾期反应): a warning before an end, or an escalation from it on.

    ``kinds`` are the clocks it is about; empty means all but ``except_kinds``. ``before`` or ``after`` count from the
    end named by ``of``.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kinds: list[str] = []
    except_kinds: list[str] = []
    before: int = Field(default=0, ge=0, le=9_000)
    after: int = Field(default=0, ge=0, le=9_000)
    unit: Literal["hour", "working_hour"] = "hour"
    of: Literal["safe_target", "lawful_end"] = "safe_target"
    to: list[Recipient] = Field(min_length=1)
    words: Wording
    source: str = ""
    origin: Origin = "ours"


class Ladder(Part):
    """The reaction to clocks that run out, up the unit tree. ``office_hours`` are what a working_hour counts."""

    office_hours: tuple[TimeOfDay, TimeOfDay] = (time(9), time(17))
    rungs: list[Rung] = []
    origin: Origin = "ours"


class ContactRules(Part):
    """When a customer counts as unreachable: failed calls, minutes between two that count, and what the SMS says.

    ``legal``: the clocks whose duty to notify the customer does not end because nobody picks up the phone.
    """

    tries: int = Field(default=3, ge=1, le=20)
    apart: int = Field(default=30, ge=0, le=10_080)
    sms: Wording = Text(
        zh="您好，我们多次致电未能与您取得联系。您反映的问题我们正在办理，请您方便时与我们联系。投诉编号：{number}。",
        en="We tried to call you and could not reach you. Please contact us about your complaint {number}.",
    )
    legal: list[str] = ["statute", "regulator"]
    origin: Origin = "ours"


class Taxonomy(Part):
    """A named list of values: channels, business classes, causes, verdicts …"""

    id: str
    name: Wording
    values: list[Choice]
    source: str = ""
    origin: Origin = "source"

    def choice(self, id: str) -> Choice | None:
        return next((c for c in self.values if c.id == id), None)


class CheckItem(Part):
    """One thing to see to, and how (the tactic of the step)."""

    id: str
    name: Wording
    hint: Wording | None = None
    source: str = ""
    origin: Origin = "source"


class Checklist(Part):
    """A guide for a person at work, such as the seven steps on the spot: ticked on the case page, kept as events."""

    id: str
    name: Wording
    stages: list[str]  # where it is shown; "open": everywhere until the case ends
    by: list[str] = []  # who may tick; empty: everyone who may act on the case
    items: list[CheckItem]
    source: str = ""
    origin: Origin = "source"


class Sample(Part):
    """A complaint as this kind of organisation hears it: for demonstration, drills and the pack's own tests."""

    text: str
    channel: str
    details: dict[str, Any] = {}
    customer: str = ""
    origin: Origin = "ours"


class Form(Part):
    """A paper about a case, filled from a Word template: which one, in which stages it is offered, who gets it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")  # also the name of the site's own copy on disk
    name: Wording
    template: str = Field(pattern=r"^[A-Za-z0-9_.-]+\.docx$")  # in the pack's folder "forms", else in the shared one
    stages: list[str] = []  # empty: in every stage
    needs: list[Literal["verdict", "findings", "answer", "evidence"]] = []  # what the case must have before
    to: Wording | None = None
    source: str = ""
    origin: Origin = "source"


class SimilarRules(Part):
    """From when on cases are shown as alike, as a batch, or as the work of one agent. Suggestions, never decisions.

    ``alike``: similarity (0–1) from which an earlier case is a similar matter. ``batch_customers`` with one wording,
    ``agent_customers`` with one contact, within ``days``, are shown; ``words`` are what agents' letters are full of,
    and ``word_kinds`` of them in a batch make it look like an agent's.
    """

    alike: float = Field(default=0.55, ge=0, le=1)
    batch_customers: int = Field(default=3, ge=2)
    agent_customers: int = Field(default=3, ge=2)
    days: int = Field(default=180, ge=1)
    words: tuple[str, ...] = ()
    word_kinds: int = Field(default=2, ge=1)
    origin: Origin = "ours"


class HabitRules(Part):
    """From when on a customer's earlier compensations are shown: that many cases, within ``days``, yuan in all.

    A suggestion, never a decision.
    """

    cases: int = Field(default=3, ge=1)
    days: int = Field(default=365, ge=1)
    amount: Decimal = Field(default=Decimal(0), ge=0)
    origin: Origin = "ours"


class AccountabilityRules(Part):
    """What bounds the holding to account: the sum of shares (per cent) on one case, the least fixed penalty (yuan)."""

    share_at_most: Decimal | None = None
    fixed_from: Decimal = Decimal(0)
    source: str = ""
    origin: Origin = "ours"


class Pack(Part):
    """Everything one kind of organisation brings."""

    id: str
    name: Wording
    version: str
    sector: str
    numbering: Numbering = Numbering()
    roles: list[Role]
    taxonomies: list[Taxonomy]
    process: Process
    authority: Authority
    rules: list[DeadlineRule]
    similar: SimilarRules = SimilarRules()
    accountability: AccountabilityRules = AccountabilityRules()
    escalation: Ladder = Ladder()
    contact: ContactRules = ContactRules()
    habit: HabitRules = HabitRules()
    intake: list[FormField] = []  # what is asked at recording beside the common fields (order no., part no. …)
    asking: Asking = Asking()  # what the clerk asks while a complaint is told
    checklists: list[Checklist] = []
    samples: list[Sample] = []
    forms: list[Form] = []
    extra_rest_days: list[date] = []
    extra_work_days: list[date] = []
    texts: dict[str, Any] = {}

    @cached_property
    def digest(self) -> str:
        """What this pack is known by: the same for the same words, another after any change. 16 hex digits."""
        plain = json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]

    def role(self, id: str) -> Role | None:
        return next((r for r in self.roles if r.id == id), None)

    def find_taxonomy(self, id: str) -> Taxonomy | None:
        return next((t for t in self.taxonomies if t.id == id), None)

    def taxonomy(self, id: str) -> Taxonomy:
        return next(t for t in self.taxonomies if t.id == id)

    def rule(self, id: str, *, on: date | None = None) -> DeadlineRule | None:
        """The version of a rule in force ``on`` a day; without a day, its newest. None where there is none."""
        versions = [r for r in self.rules if r.id == id and (on is None or r.is_in_force(on))]
        return max(versions, key=lambda r: r.valid_from or date.min, default=None)

    def name_of(self, taxonomy: str, value: str, language: str = "zh") -> str:
        """The wording of a stored value in a language; the value itself when the pack no longer knows it."""
        known = self.find_taxonomy(taxonomy)
        choice = known.choice(value) if known else None
        return choice.name.in_language(language) if choice and choice.name else value
