"""CSV and plain text: the delimiter found by agreement of the lines, broken quoting contained to the row it is in."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from tingsu.intake.encodings import Line, check_encoding, detect_encoding, read_lines
from tingsu.intake.rows import Reject, Row

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_LINES = 200
LONGEST_ROW = 200_000  # characters
LONGEST_NAME = 20  # characters of a column's name
MOST_LINES = 2_000  # physical lines one quoted row may span
csv.field_size_limit(LONGEST_ROW * 10)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is to be read; ``delimiter`` None means one text a line, quotes being ordinary characters."""

    encoding: str
    delimiter: str | None
    width: int  # cells most rows have
    skip: int = 0  # lines before the table ("sep=;")


def find_layout(path: Path, *, encoding: str | None = None) -> Layout:
    """Encoding, delimiter and width of a text file. A .txt is one text a line unless tabs cut it into columns."""
    name = check_encoding(path, encoding) if encoding else detect_encoding(path)
    lines = [line for line in islice(read_lines(path, name), SAMPLE_LINES) if line.problem is None]
    texts = [line.text for line in lines]
    if texts and texts[0].lower().startswith("sep=") and len(texts[0].strip()) == 5:
        mark = texts[0].strip()[-1]
        return Layout(name, mark, _width(texts[1:], mark)[0], skip=1)
    choices = ("\t",) if path.suffix.lower() == ".txt" else DELIMITERS
    best, width = _choose(texts, choices)
    return Layout(name, best, max(width, _named(texts, best)))


def _choose(texts: list[str], choices: Iterable[str]) -> tuple[str | None, int]:
    scored = {mark: _width(texts, mark) for mark in choices}
    mark = max(scored, key=lambda key: scored[key][1] * (scored[key][0] > 1))
    width, agreement = scored[mark]
    return (mark, width) if width > 1 and agreement >= 0.6 else (None, 1)


def _named(texts: list[str], mark: str | None) -> int:
    """How many columns the first line names: rows that end before the last ones leave those empty."""
    if mark is None or not texts:
        return 0
    cells = next(csv.reader(texts[:1], delimiter=mark), [])
    return len(cells) if all(0 < len(cell.strip()) <= LONGEST_NAME for cell in cells) else 0


def _width(texts: list[str], mark: str) -> tuple[int, float]:
    """Most frequent number of cells under this delimiter, and the share of rows that have it."""
    try:
        counts = Counter(len(row) for row in csv.reader(texts, delimiter=mark) if row)
    except csv.Error:
        return 1, 0.0
    if not counts:
        return 1, 0.0
    width, hits = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return width, hits / counts.total()


def read_delimited(path: Path, layout: Layout) -> Iterator[Row | Reject]:
    """Every row of the file with its number; a row that cannot be trusted as a Reject, the rest undisturbed."""
    lines = islice(read_lines(path, layout.encoding), layout.skip, None)
    if layout.delimiter is None:
        yield from _plain_rows(lines)
    else:
        yield from _quoted_rows(lines, layout)


def _plain_rows(lines: Iterable[Line]) -> Iterator[Row | Reject]:
    for number, line in enumerate(lines, start=1):
        if line.problem:
            yield Reject(number, line.problem, line.text[:200])
        else:
            yield Row(number, (line.text.strip("\r\n"),))


class _RunawayError(Exception):
    """A quoted row has swallowed more than any row can hold."""


class _Feed:
    """Hands lines to csv.reader one by one and remembers those of the row being read, so they can be read again."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: list[Line] = []
        self.current: list[Line] = []
        self.size = 0
        self.ended_inside = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines, None)
        if line is None:
            self.ended_inside = bool(self.current)
            raise StopIteration
        self.current.append(line)
        self.size += len(line.text)
        if len(self.current) > 1 and (self.size > LONGEST_ROW or len(self.current) > MOST_LINES):
            raise _RunawayError
        return line.text

    def begin_row(self) -> None:
        self.current.clear()
        self.size = 0
        self.ended_inside = False

    def give_back(self) -> None:
        """All lines of the present row but the first will be read again, each as a row of its own."""
        self._again.extend(reversed(self.current[1:]))


def _quoted_rows(lines: Iterator[Line], layout: Layout) -> Iterator[Row | Reject]:
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=layout.delimiter or ",")
    number = 0
    while True:
        feed.begin_row()
        try:
            cells = next(reader, None)
        except (_RunawayError, csv.Error):
            cells = []
            feed.ended_inside = True
        if cells is None:
            return
        number += 1
        if _is_broken(feed, cells, layout):
            yield Reject(
                number,
                _("引号没有配对，后面的行已按各自一行重新读入"),
                feed.current[0].text[:200],
            )
            feed.give_back()
            reader = csv.reader(feed, delimiter=layout.delimiter or ",")
        else:
            yield _judge(number, cells, feed.current, layout.width)


def _is_broken(feed: _Feed, cells: list[str], layout: Layout) -> bool:
    """Whether a row ran over its end because a quote was left open.

    Signs: the file stopped inside quotes; several lines made a row of another width, or with a quote too many; most
    of the lines inside are whole rows by themselves.
    """
    if feed.ended_inside:
        return True
    lines = [line.text for line in feed.current]
    if len(lines) == 1:
        return False
    if len(cells) != layout.width or sum(line.count('"') for line in lines) % 2:
        return True
    inner = [len(next(csv.reader([line], delimiter=layout.delimiter or ","), [])) for line in lines[1:-1]]
    return layout.width >= 3 and 2 * inner.count(layout.width) > len(inner)


def _judge(number: int, cells: list[str], lines: list[Line], width: int) -> Row | Reject:
    problem = next((line.problem for line in lines if line.problem), None)
    if problem:
        return Reject(number, problem, lines[0].text[:200])
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) > max(width, 1):
        reason = _("这一行有 {got} 格，其他行是 {width} 格，多半是正文里的分隔符没有加引号")
        return Reject(number, reason.format(got=len(cells), width=width), lines[0].text[:200])
    return Row(number, tuple(cells))
