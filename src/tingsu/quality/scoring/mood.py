"""How the customer feels, over the whole conversation and at its end, by the shipped text engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tingsu.reading.folding import fold_each, read_variants
from tingsu.reading.learned.pieces import plain_form
from tingsu.reading.learned.shipped import shipped_model
from tingsu.reading.learned.signals import see_signals
from tingsu.reading.lexicon import lexicon
from tingsu.reading.scoring import see

_MOST = 4_000  # characters of one side that are weighed: the beginning and the end
LATE = 3  # the last third of what the customer said is the end
_FEWEST = 6  # characters below which nothing is felt


@dataclass(frozen=True, slots=True)
class Mood:
    """``complaint``: how likely the customer complains, 0–1. ``heat`` (0–3): over all; ``late``: in the last third."""

    complaint: float = 0.0
    heat: float = 0.0
    late: float = 0.0


def feel_each(texts: Sequence[str]) -> list[Mood]:
    """The mood of each customer, whose turns are joined by line breaks."""
    parts = [part for text in texts for part in _parts(text)]
    felt = _weigh(parts)
    return [Mood(*felt[at], felt[at + 1][1]) for at in range(0, len(parts), 2)]


def _parts(text: str) -> tuple[str, str]:
    if len(text) > _MOST:
        text = f"{text[: _MOST // 2]}\n{text[-_MOST // 2 :]}"
    lines = text.split("\n")
    return text, "\n".join(lines[-max(1, len(lines) // LATE) :])


def _weigh(texts: Sequence[str]) -> list[tuple[float, float]]:
    """(chance of a complaint, expected strength of emotion) of each text; nothing of a text that says nothing."""
    if not texts:
        return []
    parts = [read_variants(folded) for folded in fold_each(texts)]
    hits = lexicon().find_each([part.text for part in parts])
    seens = list(map(see, texts, parts, hits))
    weighed = shipped_model().weigh_each([plain_form(part.text) for part in parts], [see_signals(s) for s in seens])
    return [
        (dict(one.ranked("complaint"))["yes"], sum(int(label) * chance for label, chance in one.ranked("emotion")))
        if len(text.strip()) >= _FEWEST
        else (0.0, 0.0)
        for text, one in zip(texts, weighed, strict=True)
    ]
