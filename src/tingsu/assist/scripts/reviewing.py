"""Scripts whose review day has come: who looks after them is told, once for each day that was set."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tingsu.assist.scripts.editing import may_manage, possible_owners
from tingsu.assist.scripts.shelf import shelf_of
from tingsu.assist.scripts.tables import SiteScript
from tingsu.base.clock import SHANGHAI, local, now
from tingsu.cases.notices import give_notice_about
from tingsu.org.models import User

KIND = "script_review"


def tell_due_reviews(at: datetime | None = None) -> int:
    """Tell the owner of every script that is due, or whoever manages the pack's where the owner no longer may.

    One notice a person and pack, however many scripts. Each review day is told of once, as soon as there is somebody
    to tell; safe to run twice. Returns how many scripts were told of.
    """
    at = at or now()
    with transaction.atomic():
        waiting = _by_person(list(_due(at).select_for_update(of=("self",))))
        for (to, pack), scripts in waiting.items():
            _tell(to, pack, scripts, at)
        told = {script.pk for scripts in waiting.values() for script in scripts}
        SiteScript.objects.filter(pk__in=told).update(told_for=F("review_on"))
    return len(told)


def _due(at: datetime) -> QuerySet[SiteScript]:
    waiting = SiteScript.objects.filter(review_on__lte=local(at).date(), retired_at=None)
    untold = waiting.filter(Q(told_for=None) | ~Q(told_for=F("review_on")))
    return untold.select_related("owner").order_by("review_on", "pk")


def _by_person(rows: list[SiteScript]) -> dict[tuple[User, str], list[SiteScript]]:
    found: dict[tuple[User, str], list[SiteScript]] = defaultdict(list)
    managers: dict[str, list[User]] = {}
    for row in rows:
        if row.pack not in managers:
            managers[row.pack] = [one for one in possible_owners() if may_manage(row.pack, by=one)]
        theirs = [row.owner] if row.owner in managers[row.pack] else managers[row.pack]
        for person in theirs:
            if person is not None:
                found[person, row.pack].append(row)
    return found


def _tell(to: User, pack: str, scripts: list[SiteScript], at: datetime) -> None:
    first = scripts[0]
    if len(scripts) == 1:
        kept = shelf_of(pack).kept.get(first.slug)
        title, path = kept.script.title.zh if kept else first.slug, f"/scripts/{first.slug}/?pack={pack}"
        words = {"zh": "这条话术到了复核日期，请看过再定下次", "en": "A script is due for review"}
    else:
        title, path = "话术复核", f"/scripts/?show=due&pack={pack}"
        words = {"zh": f"有 {len(scripts)} 条话术到了复核日期", "en": f"{len(scripts)} scripts are due for review"}
    due = None if first.review_on is None else datetime.combine(first.review_on + timedelta(days=1), time.min, SHANGHAI)
    give_notice_about(title, path, [to], kind=KIND, words=words, at=at, due=due)
