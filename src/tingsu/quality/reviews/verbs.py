"""Reviewing: the marks that count, a second blind review, and looking without reviewing.

Every verb is one transaction: the conversation is held and its version compared, the step is kept, the access log gets
a sealed line. Errors: NotAllowed, ConversationNotFound, ConversationChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.notices import give_notice_about
from tingsu.org.models import User
from tingsu.quality.conversations.keeping import hold, keep_step, note_step, path_of
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.marks import MARKS, machine_marks, share_of
from tingsu.quality.reviews.stance import MOST, stance_of
from tingsu.quality.reviews.tables import Review
from tingsu.quality.seeing import require_inspector
from tingsu.reading import mask

LONGEST_REASON, LONGEST_NOTE = 300, 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's mark on one point: yes, part, no, na; with the reason where it is not the machine's."""

    mark: str
    reason: str = ""


def review_conversation(
    conversation: Conversation,
    marks: Mapping[str, Mark],
    *,
    by: User,
    version: int,
    note: str = "",
    at: datetime | None = None,
) -> Review:
    """Hand in one's marks on every point; the first review is the one that counts, the second is compared with it.

    Where the machine's marks were shown, a mark that differs from them needs a reason. The agent is told of the first.
    """
    at = at or now()
    require_inspector(conversation, by=by)
    with transaction.atomic():
        held = hold(conversation.pk, version)
        require_inspector(held, by=by)
        done = list(held.reviews.all())
        stance = _require_open(held, done, by)
        machine = machine_marks(held.points)
        _check(marks, machine, seen=stance == "first", note=note)
        made = Review.objects.create(
            conversation=held,
            no=len(done) + 1,
            reviewer=by,
            at=at,
            marks={point: {"mark": m.mark, "reason": mask(m.reason.strip())} for point, m in marks.items()},
            machine=machine,
            blind=stance == "blind",
            note=mask(note.strip()),
            share=share_of({point: m.mark for point, m in marks.items()}, held.points),
        )
        if made.no == 1:
            held.final = {point: m.mark for point, m in marks.items()}
            held.final_share, held.reviewed_at = made.share, at
        changed = sum(marks[point].mark != machine[point] for point in machine)
        keep_step(held, "reviewed", by=by, at=at, data={"no": made.no, "changed": changed, "blind": made.blind})
        if made.no == 1:
            _tell_agent(held, at)
    return made


def look_at_marks(conversation: Conversation, *, by: User, at: datetime | None = None) -> None:
    """See the marks of a conversation somebody else reviewed; the second review is closed to who looked."""
    require_inspector(conversation, by=by)
    with transaction.atomic():
        held = hold(conversation.pk, None)
        if stance_of(held, held.reviews.all(), by=by) == "blind":
            note_step(held, "looked", by=by, at=at or now())


def _require_open(held: Conversation, done: list[Review], by: User) -> str:
    if held.purged_at is not None:
        raise NotPossible("这段对话的原文已按保存期限删除，不能再复核。")
    if not held.points:
        raise NotPossible("这段对话还没有评分，请稍后刷新再复核。")
    if any(review.reviewer_id == by.pk for review in done):
        raise NotPossible("您已经复核过这段对话，一人只能复核一次。")
    if len(done) >= MOST:
        raise NotPossible("这段对话已有两人复核，不再接受复核。")
    stance = stance_of(held, done, by=by)
    if stance == "open":
        raise NotPossible("您已看过别人的评分，不能再作独立复核。请由其他同事复核。")
    return stance


def _check(marks: Mapping[str, Mark], machine: Mapping[str, str], *, seen: bool, note: str) -> None:
    wrong: dict[str, str] = {}
    for point, mark in machine.items():
        said = marks.get(point)
        if said is None or said.mark not in MARKS:
            wrong[point] = "每一项都要评定"
        elif len(said.reason) > LONGEST_REASON:
            wrong[point] = f"理由最多 {LONGEST_REASON} 字"
        elif not is_storable(said.reason):
            wrong[point] = f"理由{UNSTORABLE}"
        elif seen and said.mark != mark and not said.reason.strip():
            wrong[point] = "改了机器的评定，请写明理由"
    if set(marks) - set(machine):
        wrong["marks"] = "有不在评分表上的项目，请刷新页面"
    if len(note) > LONGEST_NOTE or not is_storable(note):
        wrong["note"] = f"总评最多 {LONGEST_NOTE} 字，且不能有控制字符"
    if wrong:
        raise Incomplete(wrong)


def _tell_agent(held: Conversation, at: datetime) -> None:
    if held.agent is not None and held.agent.is_active:
        words = {"zh": "您的一段对话已复核，可以查看结果", "en": "A conversation of yours was reviewed"}
        give_notice_about(held.name, path_of(held), [held.agent], kind="quality", words=words, at=at)
