"""Notices (提醒): what a person should know of a case, or of what else is theirs to do.

In the product, and by mail where the site has a mail server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F

from tingsu.base.clock import now
from tingsu.cases.access import visible_cases
from tingsu.cases.models import Case
from tingsu.cases.overdue_tables import Notice
from tingsu.org.models import User


@dataclass(frozen=True, slots=True)
class NoticeList:
    """A person's notices, unread first and latest first; ``open`` are the cases this person may (still) see."""

    notices: list[Notice]
    unread: int
    open: frozenset[int]


def give_notice(
    case: Case,
    to: Sequence[User],
    *,
    kind: str,
    words: dict[str, str],
    at: datetime,
    clock: dict[str, str] | None = None,
    due: datetime | None = None,
) -> list[Notice]:
    """Put a notice before each of these people, inside the caller's transaction.

    ``words`` and ``clock`` map language to wording and must hold nothing personal. Mail is queued where the site has a
    mail server.
    """
    made = Notice.objects.bulk_create(
        Notice(to=user, case=case, kind=kind, words=words, clock=clock or {}, due=due, at=at) for user in to
    )
    _mail(made, to)
    return made


def give_notice_about(
    title: str,
    path: str,
    to: Sequence[User],
    *,
    kind: str,
    words: dict[str, str],
    at: datetime,
    due: datetime | None = None,
) -> list[Notice]:
    """As ``give_notice``, of something that is no case: what it is called, and its address in the product."""
    about = {"title": title, "path": path}
    made = Notice.objects.bulk_create(
        Notice(to=user, about=about, kind=kind, words=words, due=due, at=at) for user in to
    )
    _mail(made, to)
    return made


def _mail(made: list[Notice], to: Sequence[User]) -> None:
    if settings.EMAIL_HOST and any(user.email for user in to):
        from tingsu.cases.jobs import mail_notices

        mail_notices.enqueue([notice.pk for notice in made])


def count_unread(by: User) -> int:
    """How many notices the person has not read."""
    return Notice.objects.filter(to=by, read_at__isnull=True).count()


def notices_of(by: User, *, most: int) -> NoticeList:
    """At most ``most`` notices of a person, in three queries."""
    found = Notice.objects.filter(to=by).select_related("case")
    listed = list(found.order_by(F("read_at").asc(nulls_first=True), "-pk")[:most])
    of_cases = {notice.case_id for notice in listed if notice.case_id is not None}
    seen = visible_cases(by).filter(pk__in=of_cases).values_list("pk", flat=True) if of_cases else ()
    return NoticeList(listed, count_unread(by), frozenset(seen))


def mark_read(by: User, numbers: Iterable[int] | None = None, *, at: datetime | None = None) -> int:
    """Mark the person's own notices as read, these or all; returns how many were unread."""
    unread = Notice.objects.filter(to=by, read_at__isnull=True)
    if numbers is not None:
        unread = unread.filter(pk__in=list(numbers))
    return unread.update(read_at=at or now())


def mark_case_read(by: User, case: Case, *, at: datetime | None = None) -> int:
    """Mark what the person was told of one case as read: it has been opened."""
    return Notice.objects.filter(to=by, case=case, read_at__isnull=True).update(read_at=at or now())
