"""A file of complaint texts, read and summed up: what a branch manager should know of it.

    report = build_report(messages, source="投诉台账.xlsx")
    html = render_page(report)        # one self-contained page
    figures = to_plain(report)        # the same figures with row numbers

No raw text leaves this module: excerpts, phrases, names of branches and shared passages are all masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from tingsu.base import clock
from tingsu.insight.report import figures
from tingsu.insight.report.batches import Batch, Group, build_batches, count_returning, list_echoes, mark_repeats
from tingsu.insight.report.causes import Reason, find_reasons
from tingsu.insight.report.leads import Lead, find_leads
from tingsu.insight.report.matters import Matter, find_matters
from tingsu.insight.report.page import render_page
from tingsu.insight.report.plain import to_plain
from tingsu.insight.report.quotes import LENGTH, Quote, excerpt, from_clause, pick_quotes
from tingsu.insight.report.read_texts import Message, ReadTexts, collect
from tingsu.insight.report.topics import Topic, Words, count_cells, find_topics, scan_words
from tingsu.insight.report.trend import Riser, Trend, Windows, count_trend, cut_windows, find_risers
from tingsu.reading import Reading, find_groups, mask, read_many

__all__ = ["FileNotes", "TextReport", "build_report", "render_page", "to_plain"]

QUOTED_TOPICS = 6
LONGEST_NAME = 40  # characters of a branch or channel shown

Read = Callable[[Sequence[str]], Iterable[Reading]]
Find = Callable[[Sequence[str]], Sequence[Group]]
OnStage = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class FileNotes:
    """How the file was taken in.

    ``columns``: role → column name; ``labels``: role → what people call it; ``rejected``: rows left out.
    """

    source: str
    columns: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    rejected: int = 0
    rejects_file: str = ""
    notices: tuple[str, ...] = ()


@dataclass
class TextReport:
    """Everything the page says, as figures. ``heard`` has a list per column the file has (channel, unit)."""

    notes: FileNotes
    made_at: datetime
    texts: ReadTexts
    overview: figures.Overview
    cells: list[tuple[str, str, int]]
    topics: list[Topic]
    heard: dict[str, list[figures.Heard]]
    batches: list[Batch]
    passages: dict[int, str]
    returning: list[int]
    emotions: list[figures.Count]
    needs: list[figures.Count]
    angriest: list[tuple[Topic, figures.Count]]
    demands: list[figures.Mentioned]
    risks: list[figures.Mentioned]
    trend: Trend | None
    windows: Windows | None
    risers: list[Riser]
    quotes: list[tuple[Topic, list[Quote]]]
    matters: list[Matter] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)

    @property
    def used_columns(self) -> list[tuple[str, str]]:
        """(what it is for, column name)."""
        return [(self.notes.labels.get(role, role), name) for role, name in self.notes.columns.items()]

    @property
    def angry_share(self) -> float:
        angry = sum(count.count for count in self.emotions[figures.ANGRY :])
        return angry / max(1, self.overview.complaints)


def build_report(
    messages: Sequence[Message],
    *,
    notes: FileNotes,
    read: Read = read_many,
    find: Find = find_groups,
    on_stage: OnStage | None = None,
) -> TextReport:
    """Read every message and compute all figures.

    ``on_stage`` hears (stage, done, total): ``read`` as texts are read, then ``groups``, ``topics``, ``figures``.
    """
    tell = on_stage or (lambda stage, done, total: None)
    total = len(messages)
    readings = read([message.text for message in messages])
    texts = collect(messages, readings, on_read=lambda done: tell("read", done, total))
    _mask_names(texts)
    tell("groups", total, total)
    places = texts.complaints
    batches = build_batches(texts, places, find([texts.texts[place] for place in places]))
    mark_repeats(texts, batches)
    tell("topics", total, total)
    echoes = list_echoes(batches)
    words = scan_words(texts, echoes)
    topics = find_topics(texts, words)
    tell("figures", total, total)
    return _figured(texts, notes, batches, topics, words, echoes)


def _figured(
    texts: ReadTexts,
    notes: FileNotes,
    batches: list[Batch],
    topics: list[Topic],
    words: Words,
    echoes: Set[int],
) -> TextReport:
    """Everything the page says of texts that were read, grouped and named."""
    trend = count_trend(texts)
    windows = cut_windows(trend.first, trend.last) if trend else None
    report = TextReport(
        notes=notes,
        made_at=clock.now(),
        texts=texts,
        overview=figures.count_overview(texts),
        cells=count_cells(texts),
        topics=topics,
        heard={c: figures.count_heard(texts, c) for c in ("channel", "unit") if any(getattr(texts, c))},
        batches=batches,
        passages=_mask_passages(texts, batches),
        returning=count_returning(texts),
        emotions=figures.count_emotions(texts),
        needs=figures.count_needs(texts),
        angriest=figures.rank_angriest(topics, texts),
        demands=figures.count_named(texts, texts.demands),
        risks=figures.count_named(texts, texts.risks),
        trend=trend,
        windows=windows,
        risers=find_risers(texts, topics, words, windows) if windows else [],
        quotes=[(topic, pick_quotes(texts, topic, echoes)) for topic in topics[:QUOTED_TOPICS] if topic.is_plain],
        matters=find_matters(texts, batches, windows),
    )
    if windows:
        report.reasons = find_reasons(texts, topics, words, windows, report.risers)
    report.leads = find_leads(report)
    return report


def _mask_names(texts: ReadTexts) -> None:
    """Channels and units are shown by name, and such a cell may hold a phone number or a person."""
    for column in (texts.channel, texts.unit):
        masked = {name: mask(name)[:LONGEST_NAME] for name in set(column)}
        column[:] = [masked[name] for name in column]


def _mask_passages(texts: ReadTexts, batches: Sequence[Batch]) -> dict[int, str]:
    """Representative's place → the passage the batch shares, cut to a line or two.

    A name is recognised by the words around it, so a passage is never masked by itself: where it does not stand
    unaltered in the masked text, the masked text is shown instead.
    """
    shown = {}
    for batch in batches:
        masked = texts.masked[batch.representative]
        at = masked.find(batch.passage)
        passage = from_clause(masked, at, batch.passage) if at >= 0 else masked
        shown[batch.representative] = excerpt(passage, [], LENGTH).strip("，。、；： ")
    return shown
