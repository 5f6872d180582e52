"""Taking exports in: read, masked, known ones passed over; and settling what a post comes to."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.insight.feeds.exports import Post, read_posts
from tingsu.insight.feeds.store import write_feeds
from tingsu.insight.feeds.tables import FeedPost, FeedSource
from tingsu.intake.rows import Reject
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.reading import mask, read_many
from tingsu.reading.types import Reading

STEP = 1000  # posts read and stored together
_LONGEST_NAME = 60

Told = Callable[[int], None]


class FeedRefused(TingsuError):
    """The source cannot be used, or the post has been settled already."""

    code = "feed_refused"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``added`` are new, ``known`` were there before, ``rejected`` could not be read."""

    source: str
    added: int
    known: int
    rejected: list[Reject]


def import_feed(
    path: Path,
    *,
    source: str,
    kind: str,
    by: User | None,
    at: datetime,
    named: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    told: Told | None = None,
) -> TakenIn:
    """Take an export in under the name of its source; the same export again adds nothing.

    In order: the file is opened; the source is made where new; posts are read and masked a thousand at a time and
    stored; the access log gets its line; the Parquet files are written anew. Raw text is never stored. Raises
    NotAllowed (manage_insight), FeedRefused (no name, or another kind than before), TableError.
    """
    if by is not None:
        require(by, "manage_insight")
    posts = read_posts(path, at=at, named=named, encoding=encoding)
    first = list(islice(posts, 1))  # whatever is wrong with the file shows before anything is made
    found = _source(source, kind, by, at)
    rejected: list[Reject] = []
    added = known = 0
    seen: Counter[str] = Counter()
    for step in _in_steps(first, posts):
        rejected += [one for one in step if isinstance(one, Reject)]
        readable = [(one, _key_of(one, found, seen)) for one in step if isinstance(one, Post)]
        new = _add(found, readable, at)
        added, known = added + new, known + len(readable) - new
        if told:
            told(added + known + len(rejected))
    detail = {"source": found.name, "kind": found.kind, "file": path.name, "added": added, "known": known}
    note_access("feed_import", {**detail, "rejected": len(rejected)}, by=by, at=at)
    write_feeds()
    return TakenIn(found.name, added, known, rejected)


def settle_post(post_id: int, state: str, *, by: User, at: datetime) -> FeedPost:
    """Say what a post comes to: ``taken`` to be recorded as a complaint, or ``left``; noted in the access log.

    Raises NotAllowed (view_home; record_case to take, manage_insight to leave), FeedRefused (no such post, or settled).
    """
    require(by, "view_home")
    require(by, "record_case" if state == FeedPost.State.TAKEN else "manage_insight")
    if state not in (FeedPost.State.TAKEN, FeedPost.State.LEFT):
        raise FeedRefused(_("没有这种处理。"))
    with transaction.atomic():
        told = FeedPost.objects.filter(pk=post_id, state=FeedPost.State.NEW)
        if not told.update(state=state, settled_by=by, settled_at=at):
            raise FeedRefused(_("这条声音不在了，或已有人处理过。请刷新页面再看。"))
        note_access("feed_settled", {"post": post_id, "state": state}, by=by, at=at)
    return FeedPost.objects.get(pk=post_id)


def _source(name: str, kind: str, by: User | None, at: datetime) -> FeedSource:
    name = mask(" ".join(name.split()))[:_LONGEST_NAME]
    if not name:
        raise FeedRefused(_("请给来源起个名字，如“应用商店-安卓”。"))
    if kind not in FeedSource.Kind.values:
        raise FeedRefused(_("来源的类别要是其中之一：%s。") % "、".join(FeedSource.Kind.values))
    found, made = FeedSource.objects.get_or_create(name=name, defaults={"kind": kind, "made_by": by, "made_at": at})
    if not made and found.kind != kind:
        words = _("来源“%(name)s”原来登记为%(kind)s。请用原来的类别，或另起名字。")
        raise FeedRefused(words % {"name": name, "kind": found.get_kind_display()})
    return found


def _in_steps(first: list[Post | Reject], rest: Iterator[Post | Reject]) -> Iterator[list[Post | Reject]]:
    step = first + list(islice(rest, STEP - len(first)))
    while step:
        yield step
        step = list(islice(rest, STEP))


def _key_of(post: Post, source: FeedSource, seen: Counter[str]) -> str:
    """The post's own number where it has one; else its content, counted where one export says the same twice."""
    if post.external_id:
        return _code("post", source.name, "id", post.external_id)
    moment = post.at.isoformat() if post.at else ""
    content = _code("post", source.name, post.text, post.author, moment)
    seen[content] += 1
    return _code("post", content, str(seen[content])) if seen[content] > 1 else content


def _code(*parts: str) -> str:
    """A keyed code, so that nobody can try names or texts against it."""
    plain = "\0".join(parts).encode()
    return hmac.new(settings.AUDIT_KEY.encode(), plain, hashlib.sha256).hexdigest()


def _add(source: FeedSource, posts: list[tuple[Post, str]], at: datetime) -> int:
    """Store the posts not yet known; how many."""
    known = set(FeedPost.objects.filter(source=source, key__in=[key for _, key in posts]).values_list("key", flat=True))
    fresh = {key: post for post, key in posts if key not in known}
    readings = read_many([post.text for post in fresh.values()])
    rows = [_row(source, key, post, reading, at) for (key, post), reading in zip(fresh.items(), readings, strict=True)]
    FeedPost.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
    return len(rows)


def _row(source: FeedSource, key: str, post: Post, reading: Reading, at: datetime) -> FeedPost:
    return FeedPost(
        source=source,
        key=key,
        text=reading.masked_text,
        posted_at=post.at,
        author=_code("author", source.name, post.author)[:32] if post.author else "",
        rating=post.rating,
        url=mask(post.url)[:500],
        unit=mask(post.unit)[:_LONGEST_NAME],
        verdict=reading.complaint.value or "unsure",
        business=(reading.business.value or "")[:60],
        cause=(reading.cause.value or "")[:60],
        emotion=reading.emotion.strength,
        need=(reading.need.value or "")[:30],
        risks=sorted({risk.kind for risk in reading.risks}),
        engine=reading.engine[:80],
        imported_at=at,
    )
