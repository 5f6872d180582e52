"""The corpus is what its card says: whole, labelled by the guide, and no held-back text has a near-copy in training."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path

from tingsu.reading import mask
from tingsu.reading.labels import NO, SEVERAL, SINGLE, YES
from tingsu.reading.learned.corpus import Labelled, held_back, read_corpus

CORPUS = Path(__file__).parents[2] / "corpus"
RUN = 12  # characters in a row
MOST_SHARED = 8  # such runs two texts may share: together no more than the name of a law


@cache
def texts() -> list[Labelled]:
    return read_corpus(CORPUS)


def runs(text: str) -> set[str]:
    plain = re.sub(r"\W+", "", text)
    return {plain[at : at + RUN] for at in range(len(plain) - RUN + 1)}


def test_it_is_as_large_as_its_card_says() -> None:
    assert len(texts()) >= 2_400
    assert sum(one.labels["complaint"] == NO for one in texts()) >= 400
    assert len({one.id for one in texts()}) == len(texts())


def test_every_label_is_of_the_guide_and_every_row_whole() -> None:
    for one in texts():
        labels = one.labels
        for facet, names in SINGLE.items():
            assert labels.get(facet) in (*names, None), (one.id, facet)
        if labels["complaint"] == YES:
            assert {"business", "cause", "emotion", "need", "root", "failure", "demand", "risk"} <= set(labels), one.id
            for facet, names in SEVERAL.items():
                assert set(labels[facet].split(",")) <= {*names, "none"}, one.id
        else:
            assert set(labels) == {"complaint", "emotion", "latent"}, one.id


def test_every_label_occurs() -> None:
    for facet, names in SINGLE.items():
        assert {one.labels.get(facet) for one in texts()} >= set(names), facet
    for facet, names in SEVERAL.items():
        met = {name for one in texts() for name in one.labels.get(facet, "").split(",")}
        assert met >= set(names), facet


def test_whole_authors_are_held_back() -> None:
    away = held_back(CORPUS)
    assert len(away) >= 3
    assert sum(one.author in away for one in texts()) >= 500


def test_no_held_back_text_has_a_near_copy_among_those_taught() -> None:
    away = set(held_back(CORPUS))
    taught: dict[str, set[str]] = {}
    for one in texts():
        if one.author not in away:
            for run in runs(one.text):
                taught.setdefault(run, set()).add(one.id)
    for one in texts():
        if one.author in away:
            shared: dict[str, int] = {}
            for run in runs(one.text):
                for other in taught.get(run, ()):
                    shared[other] = shared.get(other, 0) + 1
            assert max(shared.values(), default=0) <= MOST_SHARED, (one.id, shared)


def test_disagreements_are_settled_in_writing() -> None:
    for one in sorted((CORPUS / "readers").glob("*.author.tsv")):
        first, second = _rows(one), _rows(one.with_name(one.name.replace(".author.", ".blind.")))
        settled = {
            (row["id"], row["field"]): row["why"]
            for row in _list(one.with_name(one.name.replace(".author.", ".settled.")))
        }
        for number, row in first.items():
            for facet in row:
                if facet != "id" and _norm(row[facet]) != _norm(second[number][facet]):
                    assert settled.get((number, facet)), (number, facet)


def _norm(value: str) -> list[str]:
    return sorted(value.split(","))


def _list(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _rows(path: Path) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in _list(path)}


def test_no_text_of_the_real_ones_is_kept() -> None:
    for path in (CORPUS / "real").iterdir():
        for row in _list(path):
            assert set(row) <= {
                "id", "source", "ref", "key", "part", "complaint", "business", "cause", "emotion", "need", "demand", "risk"
            }  # fmt: skip


def test_the_readers_mask_the_corpus_without_failing() -> None:
    assert all(mask(mask(one.text)) == mask(one.text) for one in texts()[::7])


def test_the_split_is_data() -> None:
    assert set(json.loads((CORPUS / "split.json").read_text(encoding="utf-8"))) == {"held_back"}
