"""The one place that meets the engine: files read into transcripts, transcripts scored by the card of their unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from tingsu.assist.replies import rules_of
from tingsu.base.clock import now
from tingsu.intake.rows import Reject
from tingsu.org.models import Unit
from tingsu.org.pack import active_pack, pack_at
from tingsu.quality import scoring
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.conversations.veiling import names_in, veil
from tingsu.quality.scoring import Risk, ScoreCard, Scored, score_many
from tingsu.quality.scoring.retelling import TOLD_SIGN, retell, retell_sign
from tingsu.quality.transcripts import SUFFIXES, Transcript, Turn, parse_transcripts, read_transcripts
from tingsu.quality.transcripts.settling import settle
from tingsu.quality.transcripts.turns import Raw, Said

__all__ = [
    "SUFFIXES",
    "KeptScore",
    "card_of",
    "check_pack",
    "pack_name",
    "parse_text",
    "read_file",
    "reasons_of",
    "score_rows",
    "settle_turns",
    "signs_of",
]

MOST_SIGNS = 4  # reasons of a risk that are kept


@dataclass(frozen=True, slots=True)
class KeptScore:
    """A score as a conversation keeps it, every quoted word masked."""

    points: list[dict[str, Any]]
    share: float | None
    risk: float | None
    risk_why: list[str]
    measures: dict[str, Any]


def read_file(path: Path) -> Iterator[Transcript | Reject]:
    """The conversations of a file. Raises TableError."""
    return read_transcripts(path)


def parse_text(text: str) -> list[Transcript]:
    """The conversations of a pasted text."""
    return parse_transcripts(text, f"{now():%m%d-%H%M%S}")


def settle_turns(id: str, turns: Iterable[Mapping[str, Any]], *, agent: str = "", channel: str = "") -> Transcript:
    """A transcript of turns handed in as data: {speaker, text, start, end}; times in seconds."""
    said = [
        Said(turn.get("speaker") or "", turn["text"], turn.get("start"), turn.get("end"), line)
        for line, turn in enumerate(turns, start=1)
    ]
    return settle(Raw(id, said, agent, channel))


def pack_name(unit: Unit | None) -> str:
    """The pack whose card and rules conversations of the unit are scored by."""
    return (pack_at(unit.path) if unit else active_pack()).id


def card_of(unit: Unit | None) -> ScoreCard:
    """The score card of the pack the unit runs."""
    return scoring.card_of(pack_name(unit), _extra())


def check_pack(pack: str) -> None:
    """Pass if conversations can be scored by the pack. Raises PackError, BadPattern."""
    scoring.card_of(pack, _extra())
    rules_of(pack, _extra())


def score_rows(rows: Sequence[Conversation], pack: str) -> list[KeptScore]:
    """The engine's scores of conversations as they were handed in, in order, all by one pack.

    Reasons are kept in Chinese, whoever asked for the scoring: ``reasons_of`` tells them in the reader's language.
    """
    card, rules = scoring.card_of(pack, _extra()), rules_of(pack, _extra())
    with translation.override("zh-hans"):
        found = score_many((_transcript(row) for row in rows), card, rules)
        return [_kept(scored, row) for scored, row in zip(found, rows, strict=True)]


def reasons_of(conversation: Conversation) -> dict[str, str]:
    """The machine's reason of each point, by the point's id, in the reader's language."""
    points = {point.id: point for point in card_of(conversation.unit).points}
    return {kept["id"]: retell(kept["why"], points.get(kept["id"])) for kept in conversation.points}


def signs_of(conversation: Conversation) -> list[str]:
    """The reasons of the risk in the reader's language."""
    card = card_of(conversation.unit)
    return [retell_sign(told, card) for told in conversation.risk_why]


def _extra() -> tuple[Path, ...]:
    return tuple(settings.TINGSU_PACK_PATHS)


def _transcript(row: Conversation) -> Transcript:
    turns = tuple(Turn(t["no"], t["speaker"], t["text"], t["start"], t["end"], 0, t["inferred"]) for t in row.turns)
    return Transcript(row.name, turns, row.agent_said, row.channel, tuple(row.problems))


def _kept(scored: Scored, row: Conversation) -> KeptScore:
    names = names_in([turn["text"] for turn in row.turns])
    words = veil([point.words for point in scored.points], names)
    whys = veil([point.why for point in scored.points], names)
    points = [
        {"id": p.id, "name": p.name, "got": p.got, "of": p.of, "turn": p.turn, "words": said, "why": why}
        for p, said, why in zip(scored.points, words, whys, strict=True)
    ]
    return KeptScore(points, scored.share, scored.risk.value, veil(_told(scored.risk), names), asdict(scored.measures))


def _told(risk: Risk) -> list[str]:
    """What speaks for a complaint, the strongest first: what shows, in which turn, in which words."""
    signs = [sign for sign in risk.why if sign.weight > 0][:MOST_SIGNS]
    return [
        TOLD_SIGN.format(name=s.name, turn=s.turn, words=s.words) if s.turn is not None and s.words else s.name
        for s in signs
    ]
