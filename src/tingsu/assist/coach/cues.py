"""Cues: words listened for in what is said, however it was written down.

A cue is literal text; ``{甲,乙}`` spells out alternatives, ``~`` allows up to eight characters between two pieces.
Cues are compared with the squeezed form of a line, and shown as the line says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tingsu.reading.folding import fold

GAP = 8  # characters allowed where a cue says ~
_NOISE = re.compile(r"[^\w]|_|[嗯呃诶唉哎]")  # what is no letter, and the sounds a recogniser writes down
_BRACES = re.compile(r"\{([^{}]*)\}")
_NOT = "(?<![不没未无])"  # 不理解您 shows the contrary of 理解您


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A line as cues are compared with it: one script, one width, no spaces, punctuation or hums.

    A character said four times and more stands three times. ``places`` are those of ``line``.
    """

    text: str
    line: str
    places: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """The words of the line itself that the piece stands for."""
        return " ".join(self.line[self.places[start] : self.places[end - 1] + 1].split())


def squeeze(line: str) -> Squeezed:
    """The line squeezed."""
    folded = fold(line)
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(folded.text):
        if _NOISE.match(char) or kept[-3:] == [char] * 3:
            continue
        kept.append(char)
        places.append(folded.places[place] if folded.places is not None else place)
    return Squeezed("".join(kept), line, tuple(places))


@dataclass(frozen=True, slots=True)
class CueSet:
    """Cues of which one is enough; ``starts`` are the pieces one of which a line must hold to be looked at."""

    pattern: re.Pattern[str] | None
    starts: tuple[str, ...]

    def find(self, squeezed: Squeezed) -> str:
        """The words found as they were said, the first that stand there; "" for none."""
        if self.pattern is None or not any(start in squeezed.text for start in self.starts):
            return ""
        found = self.pattern.search(squeezed.text)
        return squeezed.quote(*found.span()) if found else ""


def make_cues(cues: Iterable[str]) -> CueSet:
    """A set of cues, ready to find."""
    folded = [fold(cue).text.replace(" ", "") for cue in cues]
    if not folded:
        return CueSet(None, ())
    starts = dict.fromkeys(start for cue in folded for start in _starts_of(cue))
    return CueSet(re.compile(_NOT + f"(?:{'|'.join(map(_expression, folded))})"), tuple(starts))


def _expression(cue: str) -> str:
    """The regular expression of one cue."""
    said, place = "", 0
    for match in _BRACES.finditer(cue):
        said += _literal(cue[place : match.start()]) + f"(?:{'|'.join(map(_literal, match[1].split(',')))})"
        place = match.end()
    return said + _literal(cue[place:])


def _literal(piece: str) -> str:
    return f".{{0,{GAP}}}".join(re.escape(part) for part in piece.split("~"))


def _starts_of(cue: str) -> list[str]:
    """What a text must hold for this cue to stand in it: its first piece, in each spelling."""
    match = _BRACES.match(cue)
    if match is None:
        return [re.split(r"[{~]", cue, maxsplit=1)[0]]
    return [word.split("~")[0] for word in match[1].split(",")]
