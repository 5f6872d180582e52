"""The public real texts that the model of likeness is made from; they lie outside the project and are only read."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

_TURN = re.compile(r"\|\|\||\t")
_SENTENCE = re.compile("[\u4e00-\u9fff]{4}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions and whether people found that they ask the same."""

    first: str
    second: str
    same: bool


def read_afqmc(path: Path) -> list[Pair]:
    """A file of the AFQMC set (Ant Financial): first, second, label, with tabs between."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8-sig").splitlines())
    return [Pair(row[0], row[1], row[2] == "1") for row in rows if len(row) == 3]


def read_bq(path: Path) -> list[Pair]:
    """A file of the BQ set (WeBank): sentence1, sentence2, label."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Pair(row["sentence1"], row["sentence2"], row["label"] == "1") for row in csv.DictReader(file)]


def read_texts(folder: Path) -> list[str]:
    """Every text to learn wordings from, once: reviews, comments, messages, dialogues, posts, AFQMC's training part.

    Nothing of the BQ set is among them, nor AFQMC's other part: they measure.
    """
    sources = (_reviews, _pairs, _dialogues, _messages, _complaints, _comments, _posts)
    return list(dict.fromkeys(text for source in sources for text in source(folder)))


def _reviews(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "bank_reviews").glob("*.txt")):
        yield from filter(None, (line.strip() for line in path.read_text("utf-8", errors="ignore").splitlines()))


def _pairs(folder: Path) -> Iterator[str]:
    for pair in read_afqmc(folder / "sentence_pairs" / "afqmc_train.txt"):
        yield from (pair.first, pair.second)


def _dialogues(folder: Path) -> Iterator[str]:
    for line in (folder / "dialogues" / "jd_satisfaction.txt").read_text("utf-8").splitlines():
        yield from (turn for turn in _TURN.split(line) if len(turn) > 3)


def _messages(folder: Path) -> Iterator[str]:
    for name in ("dated_4326", "replies_2816", "labelled_495"):
        sheet = CalamineWorkbook.from_path(str(folder / "civic_messages" / f"{name}.xlsx")).get_sheet_by_index(0)
        for row in sheet.iter_rows():
            yield from (cell.strip() for cell in row if isinstance(cell, str) and len(cell) > 8)


def _complaints(folder: Path) -> Iterator[str]:
    found = json.loads((folder / "heimao" / "complaints_105.json").read_text("utf-8"))
    yield from (complaint["投诉详情"] for complaint in found)


def _comments(folder: Path) -> Iterator[str]:
    with (folder / "bank_comments" / "labelled.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from _sentences(cell for row in csv.reader(file) for cell in row)


def _posts(folder: Path) -> Iterator[str]:
    for name in ("smp2020_virus_train", "smp2020_usual_eval_labeled", "smp2020_virus_eval_labeled"):
        yield from (post["content"] for post in json.loads((folder / "emotion" / f"{name}.json").read_text("utf-8")))


def _sentences(cells: Iterable[str]) -> Iterator[str]:
    return (cell for cell in cells if len(cell) > 8 and _SENTENCE.search(cell))
