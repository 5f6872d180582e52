"""Answer time, speech rate and silence: measured where the transcript has the times for it, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import fmean

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint, Limits
from tingsu.quality.scoring.hearing import Heard
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, unjudged
from tingsu.quality.transcripts import AGENT, CUSTOMER, Turn

_CHARACTER = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z]+|\\d")  # a word of letters counts as one
_WRITTEN = re.compile("在线|文字|聊天|微信|短信|网|app|chat|im|online|text|message", re.I)


@dataclass(frozen=True, slots=True)
class Gap:
    """``seconds`` before turn ``at`` (index)."""

    at: int
    seconds: float


def is_written(heard: Heard) -> bool:
    """Whether the file says that this was typed, so that a turn takes no time to say."""
    return _WRITTEN.search(heard.transcript.channel) is not None


def find_answers(heard: Heard) -> list[Gap]:
    """How long the customer waited for each answer, where both times are known.

    Without the end of what was said in a call nobody knows when the waiting began, so only typed turns are measured.
    """
    gaps, turns = [], heard.transcript.turns
    for at in range(1, len(turns)):
        before, turn = turns[at - 1], turns[at]
        if turn.speaker != AGENT or before.speaker != CUSTOMER or turn.start is None:
            continue
        ended = before.end if before.end is not None else (before.start if is_written(heard) else None)
        if ended is not None:
            gaps.append(Gap(at, max(0.0, turn.start - ended)))
    return gaps


def score_answer_time(point: CardPoint, heard: Heard, gaps: list[Gap], limits: Limits) -> Point:
    """The share of answers given in time; the slowest is shown."""
    if not gaps:
        return unjudged(point, _("没有能量出应答的时间"))
    slowest = max(gaps, key=lambda gap: gap.seconds)
    good = sum(gap.seconds < limits.answer_seconds for gap in gaps)
    why = _("{n} 次应答，{good} 次不到 {limit:g} 秒；最慢的等了 {slow:.1f} 秒").format(
        n=len(gaps), good=good, limit=limits.answer_seconds, slow=slowest.seconds
    )
    return at_turn(point, heard, slowest.at, why, share=good / len(gaps))


def count_characters(text: str) -> int:
    """Characters as they are spoken: Chinese ones, figures, and words of letters."""
    return len(_CHARACTER.findall(text))


def find_rate(heard: Heard, limits: Limits) -> tuple[float, int] | None:
    """The agent's characters a minute and the turn (index) said fastest; None without times or with too little said."""
    timed = [(at, heard.turn(at)) for at in heard.agents if _lasted(heard.turn(at)) > 0]
    characters = sum(count_characters(turn.text) for _at, turn in timed)
    if characters < limits.rate_characters:
        return None
    seconds = sum(_lasted(turn) for _at, turn in timed)
    long = [(at, turn) for at, turn in timed if _lasted(turn) >= 1] or timed
    fastest = max(long, key=lambda pair: count_characters(pair[1].text) / _lasted(pair[1]))[0]
    return 60 * characters / seconds, fastest


def _lasted(turn: Turn) -> float:
    return turn.end - turn.start if turn.start is not None and turn.end is not None else 0.0


def score_rate(point: CardPoint, heard: Heard, rate: tuple[float, int] | None, limits: Limits) -> Point:
    """Whole within the band, half just beside it, nothing beyond."""
    if rate is None:
        return unjudged(point, _("没有起止时间，或说得太少，量不出语速"))
    speed, fastest = rate
    low, high, slack = limits.rate_low, limits.rate_high, limits.rate_slack
    share = 1.0 if low <= speed <= high else 0.5 if low * (1 - slack) <= speed <= high * (1 + slack) else 0.0
    why = _("每分钟 {speed:.0f} 字，要求 {low:g}–{high:g} 字；这一句最快").format(speed=speed, low=low, high=high)
    return at_turn(point, heard, fastest, why, share=share)


def find_silences(heard: Heard) -> list[Gap]:
    """Every pause between one turn's end and the next turn's start."""
    turns = heard.transcript.turns
    gaps = []
    for at in range(1, len(turns)):
        ended, start = turns[at - 1].end, turns[at].start
        if ended is not None and start is not None:
            gaps.append(Gap(at, max(0.0, start - ended)))
    return gaps


def score_silence(point: CardPoint, heard: Heard, gaps: list[Gap], limits: Limits) -> Point:
    """No pause longer than the limit; after the agent asked to hold, a longer one is allowed."""
    if not gaps:
        return unjudged(point, _("没有起止时间，量不出停顿"))
    holds = {mark.at for mark in heard.of("hold")}
    over = [gap for gap in gaps if gap.seconds > _allowed(gap, holds, limits)]
    longest = max(over or gaps, key=lambda gap: gap.seconds)
    share = 1.0 if not over else 0.5 if len(over) == 1 else 0.0
    why = _("最长停顿 {seconds:.1f} 秒，超过限度的有 {n} 次").format(seconds=longest.seconds, n=len(over))
    return at_turn(point, heard, longest.at, why, share=share)


def _allowed(gap: Gap, holds: set[int], limits: Limits) -> float:
    return limits.hold_seconds if gap.at - 1 in holds else limits.silence_seconds


def mean_seconds(gaps: list[Gap]) -> float | None:
    return round(fmean(gap.seconds for gap in gaps), 2) if gaps else None


def longest_seconds(gaps: list[Gap]) -> float | None:
    return round(max(gap.seconds for gap in gaps), 2) if gaps else None
