"""The turns of a conversation in plain, for one look that stays on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.interest import has_direct_interest
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.quality.conversations.keeping import hold, note_step
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.seeing import find_conversation
from tingsu.reading import mask


def reveal_turns(conversation: Conversation, *, by: User, reason: str, at: datetime | None = None) -> list[str]:
    """The texts of the turns as they were said, by place, after the reason has been put on record.

    Leaves a "revealed" step and a sealed line. Raises NotAllowed (reveal_personal_data), ConversationNotFound,
    Incomplete without a reason, NotPossible where the texts were deleted, or where one looks at one's own conversation
    or at that of a complaint about oneself.
    """
    require(by, "reveal_personal_data")
    if not reason.strip():
        raise Incomplete({"reason": "请写明查看客户信息的理由，理由会留痕"})
    if not is_storable(reason):
        raise Incomplete({"reason": f"理由{UNSTORABLE}"})
    find_conversation(conversation.pk, by=by)
    with transaction.atomic():
        held = hold(conversation.pk, None)
        if held.agent_id == by.pk:
            raise NotPossible("这是您本人的对话，按回避要求请由其他同事查看。")
        if held.case is not None and has_direct_interest(held.case, by):
            raise NotPossible("您是所属投诉涉及的人员，按回避要求不能查看客户信息，请交由其他同事。")
        if held.purged_at is not None:
            raise NotPossible("这段对话的原文已按保存期限删除。")
        note_step(held, "revealed", mask(reason.strip()), by=by, at=at or now())
    return [turn["text"] for turn in held.turns]
