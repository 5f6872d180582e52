"""The step coach for a running transcript. Stateless: the talk comes whole with every request, and nothing is kept."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from tingsu.api.asked import Body
from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED
from tingsu.api.wire import answer
from tingsu.assist.coach.asking import FACE_TO_FACE, rules_of, script_finder
from tingsu.assist.coach.coaching import Coaching, coach
from tingsu.assist.coach.hearing import Background
from tingsu.assist.coach.turns import Turn
from tingsu.cases.errors import Incomplete
from tingsu.org.models import User
from tingsu.org.pack import pack_for, packs_in_force

router = Router(tags=["对话 conversations"])
MOST = 2_000  # turns of one request
LONGEST = 20_000  # characters of one turn


class TurnAsked(Body):
    """One turn; ``unknown`` where nobody knows who spoke."""

    speaker: Literal["agent", "customer", "unknown"] = "unknown"
    text: str = Field(max_length=LONGEST)


class TalkAsked(Body):
    """A conversation so far, oldest turn first. ``pack``: by whose coach, the person's own where it is left out."""

    turns: list[TurnAsked] = Field(max_length=MOST, examples=[[{"speaker": "customer", "text": "我等了两个小时！"}]])
    pack: str = Field("", max_length=40)
    channel: str = Field("", max_length=30, description="受理渠道，来自方案包；当面的渠道才有“隔离”一步")


class StepShape(BaseModel):
    """A step and where it stands; ``turn`` 0 where no turn shows it."""

    id: str
    name: str
    state: str
    turn: int
    words: str


class WordShape(BaseModel):
    """Words that led to a judgement (need, emotion), and their turn."""

    turn: int
    text: str
    why: str


class HeardShape(BaseModel):
    """What is heard; ``emotion`` is null before the customer has spoken. ``trend``: calm, rising, staying, falling."""

    need: str
    emotion: int | None
    trend: str
    words: list[WordShape]
    business: str
    cause: str
    demands: list[str]


class AdviceShape(BaseModel):
    """What to do and what not to, with its row in the sources; ``origin`` ours or source."""

    id: str
    name: str
    does: list[str]
    avoid: list[str] = []
    say: list[str] = []
    why: str = ""
    turn: int = 0
    row: str = ""
    origin: str = "source"


class ScriptShape(BaseModel):
    """A script for this moment."""

    id: str
    title: str
    text: str
    why: str


class CoachingShape(BaseModel):
    """What to do now."""

    step: StepShape
    does: str
    step_why: str
    steps: list[StepShape]
    heard: HeardShape
    tactic: AdviceShape | None
    relief: AdviceShape | None
    rules: list[AdviceShape]
    playbook: AdviceShape | None
    scripts: list[ScriptShape]
    guessed: int
    left_out: int


@router.post("/coach", response={200: CoachingShape, **REFUSED}, summary="对话进行中：现在做什么、怎么说")
def coach_talk(request: Asked, body: TalkAsked) -> HttpResponse:
    """The step now, what is heard, the tactic, a way out when heat rises, rules, playbook and scripts. Kept nowhere."""
    by = request.auth
    pack = _pack(body.pack, by)
    turns = [Turn(turn.speaker, turn.text) for turn in body.turns]
    face = body.channel in FACE_TO_FACE if body.channel else True
    background = Background(channel=body.channel, face_to_face=face)
    return answer(_shape(coach(turns, rules_of(pack), scripts=script_finder(pack, by=by), background=background)))


def _pack(name: str, by: User) -> str:
    """The pack asked for, one of those in force. Raises Incomplete."""
    if not name:
        return pack_for(by).id
    known = [pack.id for pack in packs_in_force().all]
    if name not in known:
        raise Incomplete({"pack": f"没有在用的方案包「{name}」，可用：{'、'.join(known)}"})
    return name


def _shape(now: Coaching) -> CoachingShape:
    steps = [
        StepShape(id=one.step.id, name=str(one.name), state=one.state, turn=one.turn, words=one.words)
        for one in now.steps
    ]
    return CoachingShape(
        step=next(one for one in steps if one.state == "now"),
        does=str(now.step.step.does),
        step_why=now.step_why,
        steps=steps,
        heard=_heard(now),
        tactic=_tactic(now),
        relief=_relief(now),
        rules=[
            AdviceShape(id=one.id, name=one.group, does=[str(one.text)], row=one.row, origin=one.origin)
            for one in now.rules
        ],
        playbook=_playbook(now),
        scripts=[
            ScriptShape(id=one.script.id, title=str(one.script.title), text=one.filled.text, why=one.why)
            for one in now.scripts
        ],
        guessed=now.guessed,
        left_out=now.left_out,
    )


def _heard(now: Coaching) -> HeardShape:
    heard = now.heard
    words = [WordShape(turn=word.turn, text=word.text, why=word.why) for word in heard.words]
    return HeardShape(
        need=heard.need,
        emotion=heard.emotion,
        trend=heard.trend,
        words=words,
        business=heard.business,
        cause=heard.cause,
        demands=list(heard.demands),
    )


def _tactic(now: Coaching) -> AdviceShape | None:
    one = now.tactic
    if one is None:
        return None
    return AdviceShape(name=one.need, **_said(one), does=_each(one.does), avoid=_each(one.avoid))


def _relief(now: Coaching) -> AdviceShape | None:
    if now.relief is None:
        return None
    one = now.relief.relief
    turn = max((turn for turn, _words in now.relief.words), default=0)
    return AdviceShape(
        name=str(one.name), **_said(one), does=[str(one.how)], say=[one.say], why=now.relief.why, turn=turn
    )


def _playbook(now: Coaching) -> AdviceShape | None:
    if now.playbook is None:
        return None
    one = now.playbook.playbook
    why = "、".join(now.playbook.words)
    return AdviceShape(
        name=str(one.title), **_said(one), does=_each(one.actions), say=list(one.say), why=why, turn=now.playbook.turn
    )


def _said(one: Any) -> dict[str, str]:
    return {"id": one.id, "row": one.row, "origin": one.origin}


def _each(wordings: Any) -> list[str]:
    return [str(one) for one in wordings]
