"""Complaints over time, and what has risen lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from tingsu.insight.report.periods import Period, choose_unit, find_span, list_periods
from tingsu.insight.report.phrases import Phrase, keep_distinct
from tingsu.insight.report.read_texts import COMPLAINT, ReadTexts
from tingsu.insight.report.rising import FEWEST_PERIODS, Change, compare_last, pick_rising
from tingsu.insight.report.topics import Topic, Words

_WINDOW_DAYS = {"month": 30, "week": 7, "day": 1}
FEWEST_OF_TOPIC = 10  # complaints in all, for a topic to be watched
MOST_PHRASES = 300  # watched


@dataclass(frozen=True, slots=True)
class Trend:
    """Dated complaints, repeats merged, per calendar period inside ``first``–``last``.

    ``base`` of them; ``outside`` more lie so far off that their date is taken for a slip.
    """

    periods: list[Period]
    counts: list[int]
    first: date
    last: date
    base: int
    outside: int


def count_trend(texts: ReadTexts) -> Trend | None:
    """Merged complaints per period; None without dates."""
    table = texts.table
    kept = table.filter((table.verdict == COMPLAINT) & ~table.repeat & table.day.notnull())
    rows = kept.group_by("day").agg(n=lambda found: found.count()).to_pyarrow().to_pylist()
    span = find_span(day for row in rows for day in [row["day"]] * row["n"])
    if span is None:
        return None
    first, last = span
    periods = list_periods(first, last)
    counts = [
        sum(row["n"] for row in rows if p.start <= row["day"] <= p.end and first <= row["day"] <= last) for p in periods
    ]
    outside = sum(row["n"] for row in rows) - sum(counts)
    return Trend(periods, counts, first, last, sum(counts), outside)


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches of equal length counted back from the last day, so that the newest is never a part of one."""

    starts: list[date]
    days: int

    def index(self, day: date) -> int | None:
        """Which stretch a day lies in; None outside all."""
        place = (day - self.starts[0]).days // self.days
        return place if 0 <= place < len(self.starts) else None


def cut_windows(first: date, last: date) -> Windows | None:
    """30-day, 7-day or 1-day windows ending on ``last``; None where fewer than four whole ones fit."""
    days = _WINDOW_DAYS[choose_unit(first, last)]
    fit = ((last - first).days + 1) // days
    if fit < FEWEST_PERIODS + 1:
        return None
    start = last - timedelta(days=fit * days - 1)
    return Windows([start + timedelta(days=days * n) for n in range(fit)], days)


@dataclass(frozen=True, slots=True)
class Riser:
    """Something more complained about lately than before explains. ``kind``: all, topic, unit, channel or phrase."""

    kind: str
    name: str
    change: Change
    counts: tuple[int, ...]
    places: tuple[int, ...]  # of the last window, merged


def find_risers(
    texts: ReadTexts, topics: Sequence[Topic], words: Words, windows: Windows, *, most: int = 8
) -> list[Riser]:
    """What rose in the last window against the earlier ones; one family of tests over everything watched."""
    window_of = _windows_of_places(texts, windows)
    watched = [*_watched(texts, topics, words, window_of)]
    risers = [_measure(kind, name, places, window_of, windows) for kind, name, places in watched]
    picked = pick_rising([riser.change for riser in risers])
    return _drop_echoes([risers[index] for index in picked])[:most]


def _windows_of_places(texts: ReadTexts, windows: Windows) -> dict[int, int]:
    """Window of each merged, dated complaint."""
    found = {}
    for place in texts.complaints:
        at = texts.at[place]
        if at is not None and place not in texts.repeats and (index := windows.index(at.date())) is not None:
            found[place] = index
    return found


def _watched(
    texts: ReadTexts, topics: Sequence[Topic], words: Words, window_of: dict[int, int]
) -> Iterable[tuple[str, str, list[int]]]:
    yield "all", _("全部投诉"), list(window_of)
    for topic in topics:
        if topic.is_plain:
            yield "topic", topic.name, topic.places
    for kind, column in (("unit", texts.unit), ("channel", texts.channel)):
        yield from _by_value(kind, column, window_of)
    yield from _by_phrase(words, window_of)


def _by_value(kind: str, column: Sequence[str], window_of: dict[int, int]) -> Iterable[tuple[str, str, list[int]]]:
    places: dict[str, list[int]] = {}
    for place in window_of:
        if column[place]:
            places.setdefault(column[place], []).append(place)
    return [(kind, name, found) for name, found in places.items() if len(found) >= FEWEST_OF_TOPIC]


def _by_phrase(words: Words, window_of: dict[int, int]) -> Iterable[tuple[str, str, list[int]]]:
    common = [Phrase(u, n, n) for u, n in words.whole.most_common(2000) if n >= FEWEST_OF_TOPIC and len(u) > 2]
    chosen = {phrase.text for phrase in common[:MOST_PHRASES]}
    places: dict[str, list[int]] = {text: [] for text in chosen}
    for place, units in words.units.items():
        if place in window_of:
            for text in units & chosen:
                places[text].append(place)
    return [("phrase", text, found) for text, found in sorted(places.items())]


def _measure(kind: str, name: str, places: Sequence[int], window_of: dict[int, int], windows: Windows) -> Riser:
    counts = [0] * len(windows.starts)
    lately = []
    for place in places:
        index = window_of.get(place)
        if index is not None:
            counts[index] += 1
            if index == len(counts) - 1:
                lately.append(place)
    change = compare_last(counts, [windows.days] * len(counts))
    assert change is not None  # cut_windows gives at least four
    return Riser(kind, name, change, tuple(counts), tuple(lately))


def _drop_echoes(risers: Sequence[Riser]) -> list[Riser]:
    """A phrase whose last complaints are mostly those of a stronger riser already named says nothing new."""
    kept: list[Riser] = []
    for riser in risers:
        mine = set(riser.places)
        echo = any(len(mine & set(other.places)) * 2 > len(mine) for other in kept if other.kind != "all")
        same = (
            riser.kind == "phrase"
            and not keep_distinct(
                [*(Phrase(other.name, 0, 0) for other in kept), Phrase(riser.name, 0, 0)], len(kept) + 1
            )[len(kept) :]
        )
        if not (riser.kind == "phrase" and (echo or same)):
            kept.append(riser)
    return kept
