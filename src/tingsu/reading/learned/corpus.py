"""The labelled corpus as examples: ``corpus/texts/*.jsonl``, one file an author, and which authors are held back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tingsu.reading.labels import SEVERAL, SINGLE, YES
from tingsu.reading.learned.signals import ready_text
from tingsu.reading.learned.teaching import Example

_OF_COMPLAINTS = ["business", "cause", "emotion", "need"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text of the corpus with its settled labels; an empty label is one that does not apply."""

    id: str
    author: str
    form: str
    text: str
    labels: dict[str, str]


def read_corpus(folder: Path) -> list[Labelled]:
    """Every text, author by author."""
    return [_labelled(json.loads(line)) for path in sorted((folder / "texts").glob("*.jsonl")) for line in _lines(path)]


def held_back(folder: Path) -> list[str]:
    """The authors nobody may be taught by."""
    split: dict[str, list[str]] = json.loads((folder / "split.json").read_text(encoding="utf-8"))
    return split["held_back"]


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line)


def _labelled(row: dict[str, Any]) -> Labelled:
    return Labelled(row["id"], row["author"], row["form"], row["text"], row["labels"])


def as_example(text: str, labels: dict[str, str], author: str, weight: float = 1.0) -> Example:
    """The text with its signals and the labels that apply, several of a facet as a set."""
    plain, signals = ready_text(text)
    known: dict[str, str | frozenset[str]] = {
        facet: labels[facet] for facet in SINGLE if labels.get(facet) not in (None, "", "-")
    }
    for facet, names in SEVERAL.items():
        if labels.get(facet):
            known[facet] = frozenset(labels[facet].split(",")) & frozenset(names)
    return Example(plain, signals, known, author, weight)


def as_examples(texts: Sequence[Labelled]) -> list[Example]:
    return [as_example(one.text, one.labels, one.author) for one in texts]


def earlier_lessons(folder: Path) -> list[Example]:
    """The short lessons of ``corpus/lessons/*.tsv``, which are taught always and never asked."""
    return [as_example(text, labels, "lessons") for text, labels in read_lessons(folder)]


def read_lessons(folder: Path) -> list[tuple[str, dict[str, str]]]:
    """Every lesson's text and labels.

    A file either names its columns in its first line, the text last, or holds business, cause, emotion, need and text
    of complaints.
    """
    return [lesson for path in sorted((folder / "lessons").glob("*.tsv")) for lesson in _read_table(path)]


def _read_table(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    rows = [line.split("\t") for line in _lines(path)]
    named = rows[0][0] == "complaint"
    names, known = (rows.pop(0), {}) if named else (_OF_COMPLAINTS, {"complaint": YES})
    for *labels, text in rows:
        yield text, known | dict(zip(names, labels, strict=False))
