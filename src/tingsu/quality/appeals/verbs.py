"""Appeals (结果歧异申诉, 001.9): asked for by the agent in time, decided by someone who had no part in the review.

Errors: NotAllowed, ConversationNotFound, ConversationChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from tingsu.base.clock import local, now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.notices import give_notice_about
from tingsu.org.models import User
from tingsu.quality.appeals.tables import ReviewAppeal
from tingsu.quality.conversations.keeping import hold, keep_step, path_of
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.errors import ConversationNotFound
from tingsu.quality.reviews.marks import MARKS, share_of
from tingsu.quality.seeing import inspected_conversations, inspectors_of, require_inspector
from tingsu.reading import mask

Outcome = ReviewAppeal.Outcome
LONGEST = 2000


def may_appeal_until(conversation: Conversation) -> datetime | None:
    """Until when the agent may appeal; None before the review."""
    if conversation.reviewed_at is None:
        return None
    end = local(conversation.reviewed_at) + timedelta(days=settings.QUALITY_APPEAL_DAYS)
    return end.replace(hour=23, minute=59, second=59, microsecond=0)


def appeal_review(
    conversation: Conversation, points: Iterable[str], words: str, *, by: User, version: int, at: datetime | None = None
) -> ReviewAppeal:
    """The agent does not accept marks of the review that counts; whoever may decide is told.

    Once a conversation, and in time. Raises ConversationNotFound for everybody but the agent.
    """
    at = at or now()
    with transaction.atomic():
        held = hold(conversation.pk, version)
        _require_own(held, by)
        until, wanted = may_appeal_until(held), list(dict.fromkeys(points))
        if ReviewAppeal.objects.filter(conversation=held).exists():
            raise NotPossible("这次复核已经申诉过，以裁定为准。")
        if until is not None and at > until:
            raise NotPossible(f"申诉期已于{until:%Y年%-m月%-d日}届满。")
        _check_asked(held, wanted, words)
        made = ReviewAppeal.objects.create(conversation=held, by=by, at=at, points=wanted, words=mask(words.strip()))
        keep_step(held, "appealed", by=by, at=at, data={"points": wanted})
        _tell_deciders(held, at)
    return made


def decide_review_appeal(
    conversation: Conversation,
    changes: Mapping[str, str],
    reason: str,
    *,
    by: User,
    version: int,
    at: datetime | None = None,
) -> ReviewAppeal:
    """Uphold the review (no ``changes``) or change marks of it; who reviewed has no say (回避). The agent is told."""
    at = at or now()
    require_inspector(conversation, by=by)
    with transaction.atomic():
        held = hold(conversation.pk, version)
        require_inspector(held, by=by)
        appeal = ReviewAppeal.objects.select_for_update().filter(conversation=held).first()
        if appeal is None or appeal.outcome:
            raise NotPossible("没有待裁定的申诉，可能已由其他同事裁定。请刷新页面再看。")
        if had_a_part(held, by=by):
            raise NotPossible("您复核过这段对话，按回避要求请由其他质检人员裁定。")
        new = {point: mark for point, mark in changes.items() if held.final.get(point) != mark}
        _check_decided(held, new, reason)
        appeal.outcome = Outcome.CHANGED if new else Outcome.UPHELD
        appeal.changes, appeal.reason = new, mask(reason.strip())
        appeal.decided_by, appeal.decided_at = by, at
        appeal.save()
        held.final = {**held.final, **new}
        held.final_share = share_of(held.final, held.points)
        keep_step(held, "decided", by=by, at=at, data={"outcome": str(appeal.outcome), "changes": new})
        _tell_agent(held, appeal, at)
    return appeal


def had_a_part(conversation: Conversation, *, by: User) -> bool:
    """Whether the person reviewed the conversation, and so may not decide an appeal against it."""
    return conversation.reviews.filter(reviewer=by).exists()


def waiting_appeals(by: User) -> QuerySet[ReviewAppeal]:
    """Appeals within reach that wait for a decision, the oldest first. Raises NotAllowed."""
    return appeals_seen(by).filter(outcome=Outcome.WAITING).order_by("at")


def appeals_seen(by: User) -> QuerySet[ReviewAppeal]:
    """Every appeal within reach. Raises NotAllowed."""
    rows = ReviewAppeal.objects.select_related("conversation__agent", "conversation__unit", "by", "decided_by")
    return rows.filter(conversation__in=inspected_conversations(by).values("pk")).order_by("-at")


def _require_own(held: Conversation, by: User) -> None:
    if held.agent_id != by.pk or held.reviewed_at is None:
        raise ConversationNotFound(held.pk)


def _check_asked(held: Conversation, points: list[str], words: str) -> None:
    wrong: dict[str, str] = {}
    if not points or set(points) - set(held.final):
        wrong["points"] = "请勾选对哪几项评定有异议"
    if not words.strip():
        wrong["words"] = "请写明申诉理由"
    elif len(words) > LONGEST or not is_storable(words):
        wrong["words"] = f"申诉理由最多 {LONGEST} 字，且不能有控制字符"
    if wrong:
        raise Incomplete(wrong)


def _check_decided(held: Conversation, new: Mapping[str, str], reason: str) -> None:
    wrong: dict[str, str] = {}
    if any(point not in held.final or mark not in MARKS for point, mark in new.items()):
        wrong["changes"] = "变更的项目或评定不对，请刷新页面"
    if not reason.strip():
        wrong["reason"] = "请写明裁定理由"
    elif len(reason) > LONGEST or not is_storable(reason):
        wrong["reason"] = f"裁定理由{UNSTORABLE}" if len(reason) <= LONGEST else f"裁定理由最多 {LONGEST} 字"
    if wrong:
        raise Incomplete(wrong)


def _tell_deciders(held: Conversation, at: datetime) -> None:
    had = set(held.reviews.values_list("reviewer", flat=True)) | {held.agent_id}
    people = [one for one in inspectors_of(held.unit) if one.pk not in had]
    words = {"zh": "有一份质检申诉待裁定", "en": "An appeal against a review waits"}
    give_notice_about(held.name, path_of(held), people, kind="quality", words=words, at=at)


def _tell_agent(held: Conversation, appeal: ReviewAppeal, at: datetime) -> None:
    if held.agent is not None and held.agent.is_active:
        zh = "您的质检申诉已裁定：" + ("评定已变更" if appeal.changes else "维持原评定")
        words = {"zh": zh, "en": "Your appeal was decided"}
        give_notice_about(held.name, path_of(held), [held.agent], kind="quality", words=words, at=at)
