"""The one place that meets the engine: files read into transcripts, transcripts scored by the card of their unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from tingsu.intake.rows import Reject
from tingsu.org.models import Unit
from tingsu.org.pack import active_pack, pack_at
from tingsu.packs.answering import load_part
from tingsu.packs.reply_checks import ReplyRules
from tingsu.packs.schema import Pack
from tingsu.packs.scorecards import ScoreCard
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.scoring import Scored, score
from tingsu.quality.transcripts import Transcript, Turn, read_transcripts
from tingsu.quality.transcripts.settling import settle
from tingsu.quality.transcripts.turns import Raw, Said
from tingsu.reading import mask, mask_each


@dataclass(frozen=True, slots=True)
class KeptScore:
    """A score as a conversation keeps it, every quoted word masked."""

    points: list[dict[str, Any]]
    share: float | None
    risk: float
    risk_why: list[str]
    measures: dict[str, Any]


def read_file(path: Path) -> Iterator[Transcript | Reject]:
    """The conversations of a file. Raises TableError."""
    return read_transcripts(path)


def settle_turns(id: str, turns: Iterable[Mapping[str, Any]], *, agent: str = "", channel: str = "") -> Transcript:
    """A transcript of turns handed in as data: {speaker, text, start, end}; times in seconds."""
    said = [
        Said(turn.get("speaker") or "", turn["text"], turn.get("start"), turn.get("end"), line)
        for line, turn in enumerate(turns, start=1)
    ]
    return settle(Raw(id, said, agent, channel))


def card_of(unit: Unit | None) -> ScoreCard:
    """The score card of the pack the unit runs."""
    return load_part(ScoreCard, "scorecard", _pack(unit).id, tuple(settings.TINGSU_PACK_PATHS))


def score_conversation(row: Conversation) -> KeptScore:
    """The engine's score of a conversation as it was handed in."""
    rules = load_part(ReplyRules, "replies", _pack(row.unit).id, tuple(settings.TINGSU_PACK_PATHS))
    return _kept(score(_transcript(row), card_of(row.unit), rules))


def _pack(unit: Unit | None) -> Pack:
    return pack_at(unit.path) if unit else active_pack()


def _transcript(row: Conversation) -> Transcript:
    turns = tuple(Turn(t["no"], t["speaker"], t["text"], t["start"], t["end"], 0, t["inferred"]) for t in row.turns)
    return Transcript(row.name, turns, row.agent_said, row.channel, tuple(row.problems))


def _kept(scored: Scored) -> KeptScore:
    words = mask_each([point.words for point in scored.points])
    points = [
        {"id": p.id, "name": str(p.name), "got": p.got, "of": p.of, "turn": p.turn, "words": said, "why": mask(p.why)}
        for p, said in zip(scored.points, words, strict=True)
    ]
    of = sum(p.of for p in scored.points if p.got is not None)
    got = sum(p.got for p in scored.points if p.got is not None)
    why = scored.risk.why
    told = [why] if isinstance(why, str) else list(why)
    return KeptScore(points, got / of if of else None, scored.risk.value, mask_each(told), asdict(scored.measures))
