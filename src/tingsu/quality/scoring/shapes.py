"""What the inspection says of a conversation: shapes the store, the pages and the command share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the card. ``got`` of ``of``; None where it cannot be judged or does not apply, as ``why`` says.

    ``turn`` is the number of the turn that shows it, or where it should have stood; ``words == "..."`` out of that
    turn, empty where something was not said.
    """

    id: str
    name: str
    got: float | None
    of: float
    turn: int | None
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step of the conversation, the turn that first shows it (None: not taken) and whether it came in its order."""

    id: str
    name: str
    turn: int | None
    words: str
    in_order: bool


@dataclass(frozen=True, slots=True)
class RiskSign:
    """One reason for or against a complaint to come: ``weight`` is what it added to the log-odds."""

    id: str
    name: str
    weight: float
    turn: int | None
    words: str

    @property
    def told(self) -> str:
        """The reason as a line."""
        where = f"（{self.turn}：{self.words}）" if self.turn is not None else ""
        return f"{self.name}{where} {self.weight:+.2f}"


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely a complaint follows, 0–1, and its reasons, the strongest first; None: nothing to judge by."""

    value: float | None
    why: tuple[RiskSign, ...] = ()

    @property
    def told(self) -> list[str]:
        """The reasons as lines: what shows, in which turn, in which words, and what it added."""
        return [one.told for one in self.why]


@dataclass(frozen=True, slots=True)
class Measures:
    """Seconds until the agent answers (mean), characters a minute, the longest silence, how often it cut off.

    None where the transcript has no times to tell.
    """

    answer_seconds: float | None = None
    chars_a_minute: float | None = None
    silence_seconds: float | None = None
    interruptions: int | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """The inspection of one conversation; ``total`` of ``of`` counts only points that could be judged."""

    transcript_id: str
    points: tuple[Point, ...]
    total: float
    of: float
    risk: Risk
    measures: Measures
    steps: tuple[StepSeen, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """``total`` of ``of``, 0–1; None where no point could be judged."""
        return self.total / self.of if self.of else None

    def point(self, id: str) -> Point:
        """The point of that id. Raises KeyError."""
        for point in self.points:
            if point.id == id:
                return point
        raise KeyError(id)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, with the field names above."""
        return asdict(self)
