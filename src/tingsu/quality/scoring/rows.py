"""Scores as plain rows to be written out: every quoted word with personal data masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from tingsu.assist.replies import ReplyRules
from tingsu.packs.scorecards import ScoreCard
from tingsu.quality.scoring.inspecting import score_many
from tingsu.quality.scoring.shapes import Scored
from tingsu.quality.transcripts import Transcript
from tingsu.reading import mask_each

_QUOTING = ("words", "why")
_TOGETHER = 64  # rows masked at once


def rows_of(transcripts: Iterable[Transcript], card: ScoreCard, rules: ReplyRules) -> Iterator[dict[str, Any]]:
    """A row for each conversation, in order: its id, agent, turns, every point, steps, measures, risk, problems."""
    waiting: list[Transcript] = []  # taken ahead of their scores

    def noted() -> Iterator[Transcript]:
        for transcript in transcripts:
            waiting.append(transcript)
            yield transcript

    scores = score_many(noted(), card, rules)
    while rows := [_row(waiting[at], scored) for at, scored in enumerate(islice(scores, _TOGETHER))]:
        del waiting[: len(rows)]
        _mask(rows)
        yield from rows


def _row(transcript: Transcript, scored: Scored) -> dict[str, Any]:
    row = {
        "id": transcript.id,
        "agent": transcript.agent,
        "channel": transcript.channel,
        "turns": len(transcript.turns),
        "share": None if scored.share is None else round(scored.share, 4),
        **scored.as_dict(),
    }
    del row["transcript_id"]
    return row


def _mask(rows: list[dict[str, Any]]) -> None:
    """Mask everything that was said; points and signs often quote the same words, which are masked once."""
    holders = [one for row in rows for one in (*row["points"], *row["steps"], *row["risk"]["why"])]
    quoted = [(holder, name) for holder in holders for name in _QUOTING if holder.get(name)]
    problems = [text for row in rows for text in row["problems"]]
    texts = list(dict.fromkeys([*(holder[name] for holder, name in quoted), *problems]))
    masked = dict(zip(texts, mask_each(texts), strict=True))
    for holder, name in quoted:
        holder[name] = masked[holder[name]]
    for row in rows:
        row["problems"] = [masked[text] for text in row["problems"]]
