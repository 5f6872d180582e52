"""The list of conversations somebody inspects: what it may be narrowed to, read from an address and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Case, F, Q, QuerySet, When

from tingsu.base.clock import SHANGHAI, read_day
from tingsu.org.models import User
from tingsu.quality.conversations.latent import HIGH, MIDDLE
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.stance import is_blind
from tingsu.quality.sampling.tables import Drawn
from tingsu.quality.seeing import inspected_conversations

STATES = ("", "drawn", "waiting", "reviewed", "appealed", "unscored")
RISKS = ("", "high", "middle")
SORTS = ("", "risk", "share")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list is narrowed to; every field a word, "" for anything. A word that means nothing counts as ""."""

    state: str = ""
    risk: str = ""
    agent: str = ""  # username
    unit: str = ""  # code
    since: str = ""
    until: str = ""
    name: str = ""  # part of its name, or of what the customer came with
    sort: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Listed:
        said = {name: query.get(name, "").strip()[:80] for name in cls.__dataclass_fields__}
        closed = {"state": STATES, "risk": RISKS, "sort": SORTS}
        for name, words in closed.items():
            said[name] = said[name] if said[name] in words else ""
        for name in ("since", "until"):
            said[name] = said[name] if read_day(said[name]) else ""
        return cls(**said)

    def to_query(self, **more: str) -> str:
        """The address's query, with some words changed; "" drops one."""
        return urlencode({name: word for name, word in (asdict(self) | more).items() if word})

    @property
    def is_narrowed(self) -> bool:
        return any(word for name, word in asdict(self).items() if name != "sort")


def list_conversations(listed: Listed, *, by: User) -> QuerySet[Conversation]:
    """The conversations within reach that fit, newest first unless asked otherwise. Raises NotAllowed."""
    rows = inspected_conversations(by)
    rows = _of_state(rows, listed.state)
    if listed.risk:
        rows = rows.filter(risk__gte=HIGH if listed.risk == "high" else MIDDLE)
    if listed.agent:
        rows = rows.filter(agent__username=listed.agent)
    if listed.unit:
        rows = rows.filter(unit__code=listed.unit)
    if first := read_day(listed.since):
        rows = rows.filter(held_at__gte=datetime.combine(first, time.min, SHANGHAI))
    if last := read_day(listed.until):
        rows = rows.filter(held_at__lt=datetime.combine(last + timedelta(days=1), time.min, SHANGHAI))
    if listed.name:
        rows = rows.filter(Q(name__icontains=listed.name) | Q(gist__icontains=listed.name))
    rows = rows.select_related("agent", "unit").defer("turns", "masked", "points", "measures", "final")
    return _sorted(rows, listed.sort, by)


def waiting_in_samples(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Those of ``rows`` that were drawn and that nobody has reviewed."""
    return rows.filter(reviewed_at=None, purged_at=None, pk__in=Drawn.objects.values("conversation"))


def _of_state(rows: QuerySet[Conversation], state: str) -> QuerySet[Conversation]:
    if state == "drawn":
        return waiting_in_samples(rows)
    if state == "waiting":
        return rows.filter(reviewed_at=None, scored_at__isnull=False)
    if state == "reviewed":
        return rows.filter(reviewed_at__isnull=False)
    if state == "appealed":
        return rows.filter(appeal__isnull=False)
    return rows.filter(scored_at=None) if state == "unscored" else rows


def _sorted(rows: QuerySet[Conversation], sort: str, by: User) -> QuerySet[Conversation]:
    if sort == "risk":
        return rows.order_by(F("risk").desc(nulls_last=True), "-held_at", "-pk")
    if sort == "share":
        # A place in the list would tell the score that the list keeps from who may still review blind.
        told = rows.annotate(told=Case(When(is_blind(by), then=None), default=F("share")))
        return told.order_by(F("told").asc(nulls_last=True), "-held_at", "-pk")
    return rows.order_by("-held_at", "-pk")
