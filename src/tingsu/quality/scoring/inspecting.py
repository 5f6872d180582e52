"""A conversation against the pack's score card: every point with its evidence, the steps, the measures, the risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from tingsu.assist.replies import ReplyRules
from tingsu.packs.scorecards import CardPoint, Family, ScoreCard
from tingsu.quality.scoring import timing
from tingsu.quality.scoring.applying import why_not
from tingsu.quality.scoring.cleaning import score_clean
from tingsu.quality.scoring.faults import find_faults
from tingsu.quality.scoring.hearing import Heard, ear_of
from tingsu.quality.scoring.listening import find_cut_offs, score_listening
from tingsu.quality.scoring.promising import score_promised
from tingsu.quality.scoring.repeating import score_repeated
from tingsu.quality.scoring.risk import weigh_risk
from tingsu.quality.scoring.saying import score_answered, score_said, score_solved
from tingsu.quality.scoring.shapes import Measures, Point, Scored
from tingsu.quality.scoring.steps import find_steps
from tingsu.quality.scoring.telling import unjudged
from tingsu.quality.transcripts import Transcript

_TOGETHER, _LONG_TOGETHER = 64, 60_000  # conversations, and characters, heard at once

Judge = Callable[[CardPoint], Point]


def score(transcript: Transcript, card: ScoreCard, rules: ReplyRules) -> Scored:
    """One conversation inspected. Never raises for what is said in it; what customers say changes no rule.

    Points that do not apply or cannot be judged have ``got=None`` and a reason, and do not count in ``of``.
    """
    return next(score_many([transcript], card, rules))


def score_many(transcripts: Iterable[Transcript], card: ScoreCard, rules: ReplyRules) -> Iterator[Scored]:
    """Each conversation inspected, in order, equal to what ``score`` gives; at most 64 are taken ahead."""
    ear = ear_of(card)
    for together in _take_together(transcripts):
        for heard in ear.hear(together):
            yield _inspect(heard, card, rules)


def _take_together(transcripts: Iterable[Transcript]) -> Iterator[list[Transcript]]:
    remaining = iter(transcripts)
    while first := next(remaining, None):
        taken, size = [first], _size(first)
        for one in islice(remaining, _TOGETHER - 1):
            taken.append(one)
            size += _size(one)
            if size > _LONG_TOGETHER:
                break
        yield taken


def _size(transcript: Transcript) -> int:
    return sum(len(turn.text) for turn in transcript.turns)


def _inspect(heard: Heard, card: ScoreCard, rules: ReplyRules) -> Scored:
    limits = card.limits
    cut_offs = find_cut_offs(heard, limits)
    answers, silences, rate = timing.find_answers(heard), timing.find_silences(heard), timing.find_rate(heard, limits)
    faults = find_faults(heard, rules) if heard.agents else []
    judges: dict[Family, Judge] = {
        "said": partial(score_said, heard=heard),
        "solved": partial(score_solved, heard=heard),
        "answered": partial(score_answered, heard=heard),
        "repeated": partial(score_repeated, heard=heard),
        "promised": partial(score_promised, heard=heard),
        "clean": partial(score_clean, heard=heard, faults=faults),
        "listening": partial(score_listening, heard=heard, cut_offs=cut_offs),
        "answer_time": partial(timing.score_answer_time, heard=heard, gaps=answers, limits=limits),
        "speech_rate": partial(timing.score_rate, heard=heard, rate=rate, limits=limits),
        "silence": partial(timing.score_silence, heard=heard, gaps=silences, limits=limits),
    }
    points = tuple(_judge(point, heard, judges[point.family]) for point in card.points if point.weight)
    judged = [point for point in points if point.got is not None]
    measures = Measures(
        answer_seconds=timing.mean_seconds(answers),
        chars_a_minute=round(rate[0], 1) if rate else None,
        silence_seconds=timing.longest_seconds(silences),
        interruptions=len(cut_offs) if heard.agents and heard.customers else None,
    )
    return Scored(
        transcript_id=heard.transcript.id,
        points=points,
        total=round(sum(point.got or 0.0 for point in judged), 2),
        of=round(sum(point.of for point in judged), 2),
        risk=weigh_risk(card, heard),
        measures=measures,
        steps=find_steps(card, heard),
        problems=heard.transcript.problems,
    )


def _judge(point: CardPoint, heard: Heard, judge: Judge) -> Point:
    """What is done counts even where nobody called for it; what is missing only where it was called for."""
    if not heard.agents:
        return unjudged(point, why_not(point.applies, heard))
    made = judge(point)
    reason = why_not(point.applies, heard) if not made.got else ""
    return unjudged(point, reason) if reason else made
