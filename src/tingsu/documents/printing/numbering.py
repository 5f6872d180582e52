"""The numbers and bullets Word puts before paragraphs of a list."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

_DIGITS = "零一二三四五六七八九"


class Numbering:
    """Counts the lists of one Word file as its paragraphs go by."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, int], Any] = {}
        self.counts: dict[tuple[str, int], int] = {}
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None or part.element is None:
            return
        abstract = {one.get(qn("w:abstractNumId")): one for one in part.element.findall(qn("w:abstractNum"))}
        for one in part.element.findall(qn("w:num")):
            of = one.find(qn("w:abstractNumId"))
            base = abstract.get(of.get(qn("w:val"))) if of is not None else None
            for level in [] if base is None else base.findall(qn("w:lvl")):
                self.levels[one.get(qn("w:numId")), int(level.get(qn("w:ilvl")))] = level

    def next_label(self, layers: list[Any]) -> tuple[str, Any]:
        """What stands before the paragraph, and the pPr of its level; nothing for a paragraph outside lists."""
        asked = next((found for layer in layers if (found := layer.find(qn("w:numPr"))) is not None), None)
        if asked is None:
            return "", None
        list_id, depth = _read(asked, "w:numId"), int(_read(asked, "w:ilvl") or 0)
        level = self.levels.get((list_id, depth))
        if level is None:
            return "", None
        self.counts[list_id, depth] = self.counts.get((list_id, depth), self._start(list_id, depth) - 1) + 1
        for deeper in [key for key in self.counts if key[0] == list_id and key[1] > depth]:
            del self.counts[deeper]
        return self._label(list_id, level), level.find(qn("w:pPr"))

    def _start(self, list_id: str, depth: int) -> int:
        return int(_read(self.levels[list_id, depth], "w:start") or 1)

    def _label(self, list_id: str, level: Any) -> str:
        if _read(level, "w:numFmt") == "bullet":
            return "• "

        def count(match: re.Match[str]) -> str:
            depth = int(match.group(1)) - 1
            of = self.levels.get((list_id, depth))
            at = self.counts.get((list_id, depth), 1)
            return _in_figures(at, _read(of, "w:numFmt") if of is not None else "")

        label = re.sub(r"%(\d)", count, _read(level, "w:lvlText"))
        return label if label.endswith(("、", "）", "．")) else f"{label} "


def _in_figures(number: int, style: str) -> str:
    if style.startswith(("chinese", "taiwanese", "japanese", "ideographDigital")):
        return _in_chinese(number)
    if style in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((ord("a") if style == "lowerLetter" else ord("A")) + number - 1)
    if style == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if style in ("lowerRoman", "upperRoman"):
        roman = _in_roman(number)
        return roman.lower() if style == "lowerRoman" else roman
    return str(number)


def _in_chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def _in_roman(number: int) -> str:
    figures = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
               (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    said = ""
    for value, figure in figures:
        times, number = divmod(number, value)
        said += figure * times
    return said


def _read(element: Any, tag: str) -> str:
    found = element.find(qn(tag))
    return "" if found is None else str(found.get(qn("w:val")) or "")
