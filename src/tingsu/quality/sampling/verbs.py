"""A sample drawn, kept with its seed and its reasons, and looked up again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tingsu.base.clock import SHANGHAI, now
from tingsu.base.text import is_storable
from tingsu.cases.errors import Incomplete
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.errors import DrawNotFound
from tingsu.quality.sampling.drawing import Item, Plan, draw
from tingsu.quality.sampling.tables import Drawn, SampleDraw
from tingsu.quality.seeing import INSPECT, inspected_conversations, inspected_units, inspects_all

LONGEST_TITLE, MOST_PER_AGENT, LARGEST_SEED = 80, 200, 2**31 - 1
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class DrawAsked:
    """A draw to make: over conversations held ``since``–``until`` (both days included), of a unit and all below it."""

    title: str
    since: date
    until: date
    per_agent: int
    risk_percent: int
    random_percent: int
    seed: int
    unit: Unit | None = None


def draw_sample(asked: DrawAsked, *, by: User, at: datetime | None = None) -> SampleDraw:
    """Draw out of the scored conversations within reach that nobody has reviewed; kept, and noted in the access log.

    Raises NotAllowed, Incomplete (also where there is nothing to draw from).
    """
    require(by, INSPECT)
    at = at or now()
    _check(asked, by)
    items = _pool(asked, by)
    if not items:
        raise Incomplete({"since": "这段时间没有可抽的对话（已评分、还没有人复核的）。请换一段时间"})
    plan = Plan(asked.per_agent, asked.risk_percent, asked.random_percent)
    found = draw(items, plan, seed=asked.seed)
    with transaction.atomic():
        made = SampleDraw.objects.create(
            title=asked.title.strip(), since=asked.since, until=asked.until, unit=asked.unit,
            per_agent=asked.per_agent, risk_percent=asked.risk_percent, random_percent=asked.random_percent,
            seed=asked.seed, pool=len(items), pool_digest=_digest(items), by=by, at=at,
        )  # fmt: skip
        Drawn.objects.bulk_create(
            Drawn(draw=made, conversation_id=number, why=why, place=place)
            for place, (number, why) in enumerate(found, start=1)
        )
        told = {"did": "drawn", "draw": made.pk, "seed": made.seed, "pool": made.pool, "drawn": len(found)}
        note_access("conversations", told, by=by, at=at)
    return made


def draws_seen(by: User) -> QuerySet[SampleDraw]:
    """The draws a person may look at: his own, and those over units he inspects. Raises NotAllowed."""
    require(by, INSPECT)
    rows = SampleDraw.objects.select_related("by", "unit")
    if inspects_all(by):
        return rows
    return rows.filter(by=by) | rows.filter(unit__in=inspected_units(by))


def find_draw(number: int, *, by: User) -> SampleDraw:
    """The draw with this number. Raises NotAllowed, DrawNotFound."""
    found = draws_seen(by).filter(pk=number).first()
    if found is None:
        raise DrawNotFound(number)
    return found


def drawn_of(made: SampleDraw, *, by: User) -> QuerySet[Drawn]:
    """What was drawn, in its order, as far as it is still within reach."""
    rows = made.drawn.filter(conversation__in=inspected_conversations(by).values("pk"))
    return rows.select_related("conversation__agent", "conversation__unit")


def _pool(asked: DrawAsked, by: User) -> list[Item]:
    begin = datetime.combine(asked.since, time.min, SHANGHAI)
    end = datetime.combine(asked.until + timedelta(days=1), time.min, SHANGHAI)
    rows = inspected_conversations(by).filter(held_at__gte=begin, held_at__lt=end)
    rows = rows.filter(scored_at__isnull=False, reviewed_at=None, purged_at=None)
    if asked.unit is not None:
        rows = rows.filter(unit__path__startswith=asked.unit.path)
    return [Item(pk, agent or 0, risk) for pk, agent, risk in rows.values_list("pk", "agent", "risk")]


def _digest(items: list[Item]) -> str:
    return hashlib.sha256(",".join(str(number) for number in sorted(i.id for i in items)).encode()).hexdigest()


def _check(asked: DrawAsked, by: User) -> None:
    wrong: dict[str, str] = {}
    if not asked.title.strip() or len(asked.title) > LONGEST_TITLE or not is_storable(asked.title):
        wrong["title"] = f"请写抽样名称，最多 {LONGEST_TITLE} 字"
    if not asked.since <= asked.until <= asked.since + LONGEST:
        wrong["until"] = "结束的日子要在开始之后，最长一年"
    if not 0 <= asked.per_agent <= MOST_PER_AGENT:
        wrong["per_agent"] = f"每人段数请写 0 到 {MOST_PER_AGENT}"
    for name, value in (("risk_percent", asked.risk_percent), ("random_percent", asked.random_percent)):
        if not 0 <= value <= 100:
            wrong[name] = "比例请写 0 到 100"
    if not (asked.per_agent or asked.risk_percent or asked.random_percent):
        wrong["per_agent"] = "每人段数和两个比例不能都是 0"
    if not 0 <= asked.seed <= LARGEST_SEED:
        wrong["seed"] = f"种子请写 0 到 {LARGEST_SEED}"
    if asked.unit is not None and not inspected_units(by).filter(pk=asked.unit.pk).exists():
        wrong["unit"] = "只能抽您管辖范围内的机构"
    if wrong:
        raise Incomplete(wrong)


def last_draw_of(conversation: Conversation) -> Drawn | None:
    """The latest draw a conversation is in."""
    return conversation.drawn.select_related("draw").order_by("-draw__at").first()
