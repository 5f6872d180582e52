"""A text as a site's model sees it: masked pieces, and what the shipped reader made of it as named numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tingsu.reading.folding import fold
from tingsu.reading.learned.pieces import plain_form
from tingsu.reading.types import Reading

FLOOR = 0.004  # the least chance a label starts from, so that a new class can be learned
FEWEST_ON_TOP = 10  # corrections from which a facet can be taught
JUDGED = ("business", "cause", "emotion", "need")  # what a site may teach on top of the shipped reader


@dataclass(frozen=True, slots=True)
class Told:
    """One text and the label a person gave it.

    ``origin`` says where it stands (row 12, case 2611-0004). ``kind``: "given" in a file, "corrected" on a case page,
    "confirmed" where a person worked on the case and left the reading as it was.
    """

    text: str
    label: str
    weight: float = 1.0
    origin: str = ""
    kind: str = "given"


@dataclass(frozen=True, slots=True)
class Described:
    """A text as a site's model sees it: masked, in plain form, with what the shipped reader made of it."""

    masked: str
    plain: str
    chances: Mapping[str, Mapping[str, float]]

    def named(self) -> dict[str, float]:
        """The shipped reader's chances as named numbers: ``model:business/信用卡``."""
        return {
            f"model:{facet}/{label}": chance
            for facet, chances in self.chances.items()
            for label, chance in chances.items()
            if chance > 0
        }


def describe(reading: Reading) -> Described:
    """What a site's model is shown of a reading; no personal data passes here, since only masked text does."""
    chances: dict[str, dict[str, float]] = {
        facet: dict(getattr(reading, facet).alternatives) for facet in ("complaint", "business", "cause", "need")
    }
    heat = reading.emotion
    chances["emotion"] = {str(strength): (1 - heat.confidence) / 3 for strength in range(4)}
    chances["emotion"][str(heat.strength)] = heat.confidence
    chances["demand"] = {demand.kind: 1.0 for demand in reading.demands}
    chances["risk"] = {risk.kind: 1.0 for risk in reading.risks}
    return Described(reading.masked_text, plain_form(fold(reading.masked_text).text), chances)


def start_from(described: Described, facet: str, labels: Sequence[str]) -> list[float]:
    """Logarithms of the shipped reader's chances of ``labels``; what it left unsaid shares what it left over."""
    known = described.chances.get(facet, {})
    unsaid = sum(label not in known for label in labels)
    rest = max(0.0, 1 - sum(known.values())) / unsaid if unsaid else 0.0
    return [math.log(max(known.get(label, rest), FLOOR)) for label in labels]
