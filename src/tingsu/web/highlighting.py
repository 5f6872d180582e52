"""The words a reading leaned on, marked in the text they stand in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

KINDS = {
    "risk": _("升级风险"),
    "demand": _("诉求"),
    "emotion": _("情绪"),
    "need": _("心理需求"),
    "business": _("业务类别"),
    "cause": _("投诉原因"),
    "promise": _("承诺"),
    "personal": _("个人信息"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """One marked stretch: what it speaks for (``kind``) and why."""

    start: int
    end: int
    kind: str
    why: str


def spans_of(reading: dict[str, Any]) -> list[Span]:
    """Every piece of evidence in a plain reading, the weightier kinds first."""
    found = [_span(e, kind) for kind in KINDS for e in _evidence(reading, kind)]
    return [span for span in found if span.end > span.start]


def mark_up(text: str, reading: dict[str, Any], *, masked: bool = False) -> SafeString:
    """``text`` escaped, with its evidence marked; where two kinds meet, the weightier one wins.

    Evidence is counted in characters of the original text; ``masked`` says that ``text`` is the masked one, in which
    pieces of personal data may have changed their length.
    """
    spans = spans_of(reading)
    if masked:
        spans = _moved(spans, list(reading.get("personal_data") or []))
    chosen = _without_overlaps(spans, len(text))
    pieces: list[SafeString] = []
    place = 0
    for span in chosen:
        pieces.append(escape(text[place : span.start]))
        pieces.append(_mark(text[span.start : span.end], span))
        place = span.end
    pieces.append(escape(text[place:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def kinds_in(reading: dict[str, Any]) -> list[tuple[str, str]]:
    """The kinds a reading has evidence for, with their names: the legend."""
    present = {span.kind for span in spans_of(reading)}
    return [(kind, str(name)) for kind, name in KINDS.items() if kind in present]


def _mark(words: str, span: Span) -> SafeString:
    title = f"{KINDS[span.kind]}：{span.why}" if span.why else str(KINDS[span.kind])
    return format_html('<mark class="mark-{}" title="{}">{}</mark>', span.kind, title, words)


def _without_overlaps(spans: list[Span], length: int) -> list[Span]:
    taken: list[Span] = []
    for span in spans:
        if span.end <= length and all(span.end <= t.start or span.start >= t.end for t in taken):
            taken.append(span)
    return sorted(taken, key=lambda span: span.start)


def _moved(spans: list[Span], data: list[dict[str, Any]]) -> list[Span]:
    """The spans as they lie in the masked text. Words that were masked are no evidence one can read: left out."""
    shifts = [(d["start"], d["end"], len(d["masked"]) - (d["end"] - d["start"])) for d in data]
    kept = [s for s in spans if s.kind == "personal" or all(s.end <= a or s.start >= b for a, b, _by in shifts)]
    return [replace(s, start=_shift(s.start, shifts), end=_shift(s.end, shifts)) for s in kept]


def _shift(place: int, shifts: list[tuple[int, int, int]]) -> int:
    return place + sum(by for _start, end, by in shifts if end <= place)


def _evidence(reading: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    if kind == "personal":
        return list(reading.get("personal_data") or [])
    if kind == "promise":
        return [each["evidence"] for each in (reading.get("facts") or {}).get("promises", []) if each.get("evidence")]
    if kind in ("risk", "demand"):
        return [e for part in reading.get(f"{kind}s") or [] for e in part.get("evidence", [])]
    return list((reading.get(kind) or {}).get("evidence", []))


def _span(data: dict[str, Any], kind: str) -> Span:
    why = data.get("why") or data.get("kind") or ""
    return Span(int(data.get("start", 0)), int(data.get("end", 0)), kind, str(why))
