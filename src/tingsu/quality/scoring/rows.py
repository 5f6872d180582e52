"""Scores as plain rows to be written out: every quoted word with personal data masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tingsu.assist.replies import ReplyRules
from tingsu.packs.scorecards import ScoreCard
from tingsu.quality.scoring.inspecting import score_many
from tingsu.quality.scoring.shapes import Scored
from tingsu.quality.transcripts import Transcript
from tingsu.reading import mask_each


def rows_of(transcripts: Iterable[Transcript], card: ScoreCard, rules: ReplyRules) -> Iterator[dict[str, Any]]:
    """A row for each conversation, in order: its id, agent, turns, every point, steps, measures, risk, problems."""
    waiting: list[Transcript] = []  # taken ahead of their scores

    def noted() -> Iterator[Transcript]:
        for transcript in transcripts:
            waiting.append(transcript)
            yield transcript

    for scored in score_many(noted(), card, rules):
        yield as_row(waiting.pop(0), scored)


def as_row(transcript: Transcript, scored: Scored) -> dict[str, Any]:
    """One conversation's row; JSON-ready."""
    row = {
        "id": transcript.id,
        "agent": transcript.agent,
        "channel": transcript.channel,
        "turns": len(transcript.turns),
        "share": None if scored.share is None else round(scored.share, 4),
        **scored.as_dict(),
    }
    del row["transcript_id"]
    _mask(row)
    return row


def _mask(row: dict[str, Any]) -> None:
    """Mask everything that was said; points and signs often quote the same words, which are masked once."""
    quoted = [(holder, name) for holder in (*row["points"], *row["steps"], *row["risk"]["why"]) for name in _QUOTING]
    quoted = [(holder, name) for holder, name in quoted if holder.get(name)]
    texts = list(dict.fromkeys([*(holder[name] for holder, name in quoted), *row["problems"]]))
    masked = dict(zip(texts, mask_each(texts), strict=True))
    for holder, name in quoted:
        holder[name] = masked[holder[name]]
    row["problems"] = [masked[text] for text in row["problems"]]


_QUOTING = ("words", "why")
