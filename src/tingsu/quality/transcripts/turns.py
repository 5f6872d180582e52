"""A conversation as it is inspected: who said what, in order, and when, as far as the file tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Speaker = Literal["agent", "customer", "unknown"]
AGENT: Speaker = "agent"
CUSTOMER: Speaker = "customer"
UNKNOWN: Speaker = "unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said before the other took over. ``no`` counts from 1; ``start`` and ``end`` are seconds.

    ``line`` is where it stands in its file (line or row, from 1), 0 where there is no file. ``inferred``: nobody said
    who speaks, the wording did.
    """

    no: int
    speaker: Speaker
    text: str
    start: float | None = None
    end: float | None = None
    line: int = 0
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation. ``problems`` are sentences a clerk can act on: what of the file could not be used, and where.

    ``agent`` is the name or number of who served, ``channel`` what the file calls the channel; both may be empty.
    """

    id: str
    turns: tuple[Turn, ...]
    agent: str = ""
    channel: str = ""
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Said:
    """One utterance as a reader found it: ``mark`` is what stands where a speaker is named, "" where nothing does."""

    mark: str
    text: str
    start: float | None = None
    end: float | None = None
    line: int = 0
    bad_time: str = ""  # a time that could not be read, as written


@dataclass(slots=True)
class Raw:
    """A conversation before its speakers and times are settled. ``minutes``: its times have no seconds (10:05)."""

    id: str
    said: list[Said]
    agent: str = ""
    channel: str = ""
    problems: tuple[str, ...] = ()
