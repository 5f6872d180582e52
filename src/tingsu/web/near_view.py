"""Near cases as the pages show them: the reason, the wording both share, and how that one ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tingsu.cases.models import Case
from tingsu.cases.near import CUSTOMER, TEMPLATE, TEXT, Ending, NearCase, ending_of
from tingsu.reading.similar import Span, matching_passages

WHY = {CUSTOMER: _("同一客户再次投诉"), TEMPLATE: _("同一模板不同客户"), TEXT: _("相似事项")}
TAGS = {CUSTOMER: "tag-amber", TEMPLATE: "tag-orange", TEXT: ""}
SHOWN = 90  # characters of the other text
_BEFORE = 12  # characters shown before the first shared wording


@dataclass(frozen=True, slots=True)
class NearShown:
    """One near case: ``said`` is an excerpt of its masked text, what it shares with the text at hand marked."""

    case: Case
    why: str
    tag: str
    said: SafeString
    ending: Ending | None


def show_near(text: str, near: Sequence[NearCase]) -> list[NearShown]:
    """Near cases of ``text`` (masked where it will be compared with masked ones); the remedies in one query."""
    prefetch_related_objects([one.case for one in near], "options")
    return [_show(text, one) for one in near]


def _show(text: str, near: NearCase) -> NearShown:
    spans = [passage.second for passage in matching_passages(text, near.case.masked_text)]
    said = mark_excerpt(near.case.masked_text, spans)
    return NearShown(near.case, str(WHY[near.why]), TAGS[near.why], said, ending_of(near.case))


def mark_excerpt(text: str, spans: Sequence[Span], shown: int = SHOWN) -> SafeString:
    """About ``shown`` characters of ``text`` around the longest of the spans, with every span in them marked."""
    longest = max(spans, key=lambda span: span.length, default=Span(0, 0))
    start = max(0, min(longest.start - _BEFORE, len(text) - shown))
    end = min(len(text), max(start + shown, min(longest.end, start + 2 * shown)))
    return format_html("{}{}{}", "…" if start else "", _mark(text, spans, start, end), "…" if end < len(text) else "")


def mark_whole(text: str, spans: Sequence[Span]) -> SafeString:
    """The whole ``text`` with the spans marked."""
    return _mark(text, spans, 0, len(text))


def _mark(text: str, spans: Iterable[Span], start: int, end: int) -> SafeString:
    pieces: list[SafeString] = []
    place = start
    for span in sorted(spans, key=lambda span: span.start):
        low, high = max(span.start, place), min(span.end, end)
        if low < high:
            pieces += [escape(text[place:low]), format_html('<mark class="mark-same">{}</mark>', text[low:high])]
            place = high
    pieces.append(escape(text[place:end]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
