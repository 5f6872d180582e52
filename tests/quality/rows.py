"""Conversations and what belongs to them, made through the verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.make import MONDAY, Bank, person, unit
from tingsu.org.models import RoleGrant, User
from tingsu.quality.conversations.engine import settle_turns
from tingsu.quality.conversations.importing import Given, take_in
from tingsu.quality.conversations.judging import score_waiting
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.marks import machine_marks
from tingsu.quality.reviews.verbs import Mark

POOR = [
    ("客服", "喂，什么事。"),
    ("客户", "我上周办的信用卡怎么还没寄到？我打了三次电话了，每次都说在查，我的手机是13800001234。"),
    ("客服", "这个不归我们管，你自己去问快递。"),
    ("客户", "你们这样推来推去的，算了，不说了。"),
    ("客服", "那没别的事就挂了。"),
]
GOOD = [
    ("客服", "您好，很高兴为您服务，请问有什么可以帮您？"),
    ("客户", "我的信用卡被多扣了五十块年费，能退吗？"),
    ("客服", "给您添麻烦了，非常抱歉。我跟您核对一下：您是说卡片多扣了五十元年费，希望退回，对吗？"),
    ("客户", "对。"),
    ("客服", "我已经为您登记，明天下午五点前会有专人把结果告诉您。请问还有其他问题需要帮助吗？"),
    ("客户", "没有了，谢谢。"),
    ("客服", "感谢您的来电，祝您生活愉快，再见。"),
]


class Floor:
    """The bank with a call centre: two agents, their lead who also takes calls, and who inspects the whole house."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.centre = unit("KF", "客户服务中心", "department", bank.head_office)
        self.agent = person("agent1", "agent", self.centre, "方晓琪")
        self.agent2 = person("agent2", "agent", self.centre, "杜若")
        self.lead = person("floor", "unit_lead", self.centre, "卢海燕")
        RoleGrant.objects.create(user=self.lead, role="agent", unit=self.centre)
        self.officer = person("officer", "officer", bank.desk, "严立新")
        self.head = bank.head
        self.stranger = bank.lead  # inspects a branch, not the call centre

    def take(self, *said: list[tuple[str, str]], by: User | None = None, **given: Any) -> list[Conversation]:
        """Hand in conversations of an agent and score them; the newest last."""
        before = Conversation.objects.count()
        agent, case = given.pop("agent", self.agent.staff_no), given.pop("case", "")
        held_at = given.pop("held_at", MONDAY)
        items = [
            Given(
                settle_turns(f"C{before + no}", [{"speaker": who, "text": text} for who, text in turns], agent=agent),
                held_at,
                case,
            )
            for no, turns in enumerate(said, start=1)
        ]
        made = take_in(items, name="试", by=by or self.head, held_at=held_at, at=given.pop("at", MONDAY))
        assert made.taken == len(said), made.refused
        score_waiting(handover=made.pk, at=MONDAY)
        return list(Conversation.objects.filter(handover=made).order_by("pk"))

    def one(self, said: list[tuple[str, str]] = POOR, **given: Any) -> Conversation:
        return self.take(said, **given)[0]


def agreeing(conversation: Conversation, **changed: str) -> dict[str, Mark]:
    """The machine's marks as one's own, some changed with a reason."""
    marks = {point: Mark(mark) for point, mark in machine_marks(conversation.points).items()}
    return marks | {point: Mark(mark, "听了录音") for point, mark in changed.items()}


def other_than(mark: str) -> str:
    return "no" if mark == "yes" else "yes"


def later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)
