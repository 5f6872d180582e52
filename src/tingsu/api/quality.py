"""Conversations handed in by recording systems, and one of them with its score. Every route is one verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from tingsu.api.asked import Body
from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED
from tingsu.api.wire import answer
from tingsu.base.clock import local, now
from tingsu.cases.access import is_visible
from tingsu.cases.errors import Incomplete
from tingsu.quality.conversations.engine import settle_turns
from tingsu.quality.conversations.importing import Given, take_in
from tingsu.quality.reviews.stance import stance_of
from tingsu.quality.seeing import find_conversation

router = Router(tags=["质检 quality"])
MOST = 500  # conversations of one request


class TurnAsked(Body):
    """One utterance. ``speaker`` is any mark (坐席, customer, A …); times are seconds from the beginning."""

    speaker: str = Field("", max_length=80)
    text: str = Field(max_length=20_000)
    start: float | None = Field(None, ge=0, le=1e9, allow_inf_nan=False)
    end: float | None = Field(None, ge=0, le=1e9, allow_inf_nan=False)


class ConversationAsked(Body):
    """One conversation. A time without an offset is China time; ``agent`` is a staff number, username or name."""

    id: str = Field(min_length=1, max_length=80)
    turns: list[TurnAsked] = Field(max_length=2000)
    agent: str = Field("", max_length=80)
    channel: str = Field("", max_length=40)
    held_at: datetime | None = None
    case: str = Field("", max_length=40, description="所属投诉工单的编号")


class HandoverAsked(Body):
    """Conversations handed in at once; ``source`` names the system they come from."""

    source: str = Field(min_length=1, max_length=100, examples=["录音平台"])
    conversations: list[ConversationAsked] = Field(min_length=1, max_length=MOST)


class RefusedShape(BaseModel):
    """One conversation that was not taken, and why."""

    id: str
    why: str


class HandoverShape(BaseModel):
    """What became of a handover: ``taken`` are new, ``known`` were there before."""

    number: int
    taken: int
    known: int
    refused: list[RefusedShape]


class PointShape(BaseModel):
    """One point of the score card; ``got`` is null where it could not be judged, as ``why`` says."""

    id: str
    name: str
    got: float | None
    of: float
    turn: int | None
    words: str
    why: str


class TurnShape(BaseModel):
    """One turn, personal data masked."""

    no: int
    speaker: str
    text: str


class ConversationShape(BaseModel):
    """One conversation; points, share and risk only where the asker may see marks (not before a blind review)."""

    number: int
    name: str
    agent: str
    unit: str
    held_at: datetime
    case: str
    turns: list[TurnShape]
    scored_at: datetime | None
    points: list[PointShape]
    share: float | None
    risk: float | None
    risk_why: list[str]
    final: dict[str, str]
    final_share: float | None


@router.post("/conversations", response={201: HandoverShape, 200: HandoverShape, **REFUSED}, summary="交来对话转写")
def hand_in(request: Asked, body: HandoverAsked) -> HttpResponse:
    """Hand conversations in to be scored: 201 when any is new, 200 when all were there or refused.

    The same conversation again is counted as known, so that a request may be repeated. Needs inspect_conversations.
    """
    made = take_in([_given(one) for one in body.conversations], name=body.source, by=request.auth, held_at=now())
    refused = [RefusedShape(id=name, why=why) for name, why in made.refused]
    shown = HandoverShape(number=made.pk, taken=made.taken, known=made.known, refused=refused)
    return answer(shown, 201 if made.taken else 200)


@router.get("/conversations/{int:number}", response={200: ConversationShape, **REFUSED}, summary="一段对话和它的评分")
def show_one(request: Asked, number: int) -> HttpResponse:
    """The conversation, masked; its marks as far as the asker's stance lets him see."""
    found = find_conversation(number, by=request.auth)
    stance = stance_of(found, found.reviews.all(), by=request.auth)
    machine, people = stance in ("first", "open"), stance in ("open", "own")
    shown: dict[str, Any] = {
        "points": [PointShape(**point) for point in found.points] if machine or stance == "own" else [],
        "share": found.share if machine else None,
        "risk": found.risk if machine else None,
        "risk_why": found.risk_why if machine else [],
        "final": found.final if people else {},
        "final_share": found.final_share if people else None,
    }
    turns = [
        TurnShape(no=turn["no"], speaker=turn["speaker"], text=text)
        for turn, text in zip(found.turns, found.masked, strict=True)
    ]
    return answer(
        ConversationShape(
            number=found.pk,
            name=found.name,
            agent=found.agent.username if found.agent else "",
            unit=found.unit.code if found.unit else "",
            held_at=found.held_at,
            case=found.case.number if found.case and is_visible(found.case, by=request.auth) else "",
            turns=turns,
            scored_at=found.scored_at,
            **shown,
        )
    )


def _given(asked: ConversationAsked) -> Given:
    turns = [turn.model_dump() for turn in asked.turns]
    transcript = settle_turns(asked.id, turns, agent=asked.agent, channel=asked.channel)
    return Given(transcript, _in_china(asked.held_at), asked.case.strip())


def _in_china(moment: datetime | None) -> datetime | None:
    """Raises Incomplete for a moment at either end of all years, which no other time zone can tell."""
    try:
        return local(moment) if moment else None
    except OverflowError:
        raise Incomplete({"held_at": "对话时间不对，请核对"}) from None
