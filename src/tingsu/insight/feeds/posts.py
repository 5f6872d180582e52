"""Posts a person is to look at: those that read like complaints and nobody has settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F

from tingsu.base.clock import SHANGHAI
from tingsu.insight.feeds.figures import LIKE
from tingsu.insight.feeds.tables import FeedPost, FeedSource
from tingsu.org.models import User
from tingsu.org.permissions import require


@dataclass(frozen=True, slots=True)
class Posts:
    """One page of them and how many there are."""

    rows: list[FeedPost]
    total: int


def posts_to_look_at(
    *,
    by: User,
    since: date,
    until: date,
    source: str = "",
    business: str = "",
    cause: str = "",
    state: str = FeedPost.State.NEW,
    first: int = 0,
    most: int = 20,
) -> Posts:
    """Posts like complaints of a period, the angriest and newest first; those without a date are in every period.

    Raises NotAllowed (view_home).
    """
    require(by, "view_home")
    start = datetime.combine(since, time(), SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    dated = FeedPost.objects.filter(posted_at__gte=start, posted_at__lt=end)
    found = (dated | FeedPost.objects.filter(posted_at=None)).filter(verdict=LIKE, state=state)
    if source:
        found = found.filter(source__name=source)
    if business:
        found = found.filter(business=business)
    if cause:
        found = found.filter(cause=cause)
    ordered = found.select_related("source").order_by("-emotion", F("posted_at").desc(nulls_last=True), "-pk")
    return Posts(list(ordered[first : first + most]), found.count())


def sources_known(*, by: User) -> list[FeedSource]:
    """Every source, by name. Raises NotAllowed (view_home)."""
    require(by, "view_home")
    return list(FeedSource.objects.all())
