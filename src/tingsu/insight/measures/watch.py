"""What the worker looks after: measures past their due date, owners who left, complaints that come back."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tingsu.base.clock import local, now
from tingsu.cases.notices import give_notice_about
from tingsu.cases.sweeping import take_turn
from tingsu.insight.effects.returning import LEAST_QUIET, LEAST_RECENT, Return, has_returned
from tingsu.insight.measures.panels import LONGEST_AFTER, WEEK, compare
from tingsu.insight.measures.tables import AT_WORK, Measure
from tingsu.insight.measures.verbs import hold_measure, keep_step, open_again, path_of
from tingsu.org.system import system_user

log = logging.getLogger(__name__)
EVERY = timedelta(hours=1)
RECENT = 6  # weeks that are held against the quiet ones
WATCHED = (Measure.State.DONE, Measure.State.CHECKED, Measure.State.CLOSED)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a look did: measures watched, opened again, chased, and left for the next time."""

    watched: int
    returned: int
    chased: int
    failed: int


def review_in_turn(at: datetime | None = None) -> Reviewed | None:
    """Look after the measures unless another process did within the hour; None then."""
    at = at or now()
    return review_measures(at) if take_turn("measures", every=EVERY, at=at) else None


def review_measures(at: datetime) -> Reviewed:
    """Chase what is overdue and open again what has returned, each once a week at most, each in its own transaction.

    A measure is watched from its being done until two years after it began.
    """
    today = local(at).date()
    told: list[str] = []
    for pk in _overdue(today):
        told.append(_try(_chase, pk, at))
    for pk in _to_watch(today):
        told.append(_try(_watch, pk, at))
    watched = told.count("quiet") + told.count("returned")
    return Reviewed(watched, told.count("returned"), told.count("chased"), told.count("failed"))


def _try(look: object, pk: int, at: datetime) -> str:
    try:
        with transaction.atomic():
            return str(look(hold_measure(pk), at))  # type: ignore[operator]
    except Exception:  # one measure must not keep the others from being looked after
        log.exception("measure %s", pk)
        return "failed"


def _overdue(today: date) -> list[int]:
    due = Measure.objects.filter(state__in=AT_WORK, due__lt=today)
    return list(due.filter(_longer_ago("chased_on", today)).order_by("pk").values_list("pk", flat=True))


def _to_watch(today: date) -> list[int]:
    watched = Measure.objects.filter(state__in=WATCHED, started_on__gt=today - LONGEST_AFTER * WEEK)
    return list(watched.filter(_longer_ago("watched_on", today)).order_by("pk").values_list("pk", flat=True))


def _longer_ago(field: str, today: date) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": today - WEEK}) | Q(**{f"{field}__gt": today})


def _chase(held: Measure, at: datetime) -> str:
    """Tell the owner that the day has passed; where the owner has left, whoever made the measure."""
    held.chased_on = local(at).date()
    people = [one for one in (held.owner, held.made_by) if one.is_active][:1]
    gone = not held.owner.is_active
    zh = "整改已过完成期限" + ("，而且责任人已离岗，请改派责任人" if gone else "，请更新进展或申请改期")
    en = "A measure is past its due date" + (" and its owner has left" if gone else "")
    keep_step(held, "chased", zh, by=system_user(), at=at, data={"told": [one.username for one in people]})
    give_notice_about(held.title, path_of(held), people, kind="measure", words={"zh": zh, "en": en}, at=at)
    return "chased"


def _watch(held: Measure, at: datetime) -> str:
    """Open the measure again where the complaints have come back."""
    today = local(at).date()
    found = look_for_return(held, until=today)
    held.watched_on = today
    if found is None or not found.returned:
        held.save(update_fields=["watched_on"])
        return "quiet"
    words = say_return(found)
    data = {"recent": found.recent, "quiet": found.quiet, "weeks": [found.weeks_recent, found.weeks_quiet]}
    open_again(held, "returned", words, data, by=system_user(), at=at)
    if not held.owner.is_active and held.made_by.is_active:
        notice = {
            "zh": f"整改措施自动重新打开，责任人已离岗：{words}",
            "en": "A measure was opened again; its owner left",
        }
        give_notice_about(held.title, path_of(held), [held.made_by], kind="measure", words=notice, at=at)
    return "returned"


def look_for_return(measure: Measure, *, until: date) -> Return | None:
    """The last weeks held against the ones before, both since the measure; None where there are too few."""
    compared = compare(measure, until=until)
    if compared is None:
        return None
    panel = compared.panel
    since = panel.counts[:, panel.start :]
    recent = min(RECENT, since.shape[1] - LEAST_QUIET)
    if recent < LEAST_RECENT:
        return None
    return has_returned(replace(panel, counts=since, start=since.shape[1] - recent, weeks=panel.weeks[panel.start :]))


def say_return(found: Return) -> str:
    """The finding in a sentence, with its base."""
    beside = (
        f"，同期 {found.n_controls} 个对照机构没有同样上升" if found.n_controls else "（没有对照机构，只与自身比较）"
    )
    return (
        f"投诉又多了起来：最近 {found.weeks_recent} 周 {found.recent} 件，"
        f"此前 {found.weeks_quiet} 周共 {found.quiet} 件{beside}"
    )


def without_owner(measure: Measure) -> bool:
    """Whether the measure is at work and nobody in post answers for it."""
    return measure.is_open and not measure.owner.is_active
