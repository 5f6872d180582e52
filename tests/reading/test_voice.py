"""The second voice: what it adds, that it shows its reasons, and that it can be taught again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tingsu.reading import read
from tingsu.reading.folding import fold
from tingsu.reading.teach import DATA, FACETS, Lesson, read_lessons, save, teach
from tingsu.reading.voice import FULL, SHORTEST, WHY, voice

LETTERS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "golden" / "reading" / "apart" / "letters.yaml").read_text(encoding="utf-8")
)
LESSONS = [lesson for path in sorted(DATA.glob("lessons*.tsv")) for lesson in read_lessons(path)]
NAMELESS = "问社区说打了，问你们说没有，四个月没见影，一个月七百块，到底在谁的口袋里，能不能给个准话"


@pytest.mark.parametrize(("facet", "least"), [("business", 0.75), ("cause", 0.6), ("emotion", 0.85), ("need", 0.8)])
def test_agrees_with_a_reader_on_letters_it_was_not_taught(facet: str, least: float) -> None:
    readings = [(read(letter["text"]), letter[facet]) for letter in LETTERS]
    said = [
        (reading.emotion.strength if facet == "emotion" else getattr(reading, facet).value) for reading, _ in readings
    ]
    assert sum(a == b for a, (_, b) in zip(said, readings, strict=True)) / len(LETTERS) >= least


def test_none_of_the_letters_apart_was_taught() -> None:
    assert not {letter["text"] for letter in LETTERS} & {lesson.text for lesson in LESSONS}


def test_hardly_a_complaint_stays_unclassified() -> None:
    readings = [read(lesson.text) for lesson in LESSONS]
    complaints = [reading for reading in readings if reading.complaint.value == "yes"]
    silent = sum(reading.business.abstained or reading.cause.abstained for reading in complaints)
    assert silent / len(complaints) < 0.03


def test_shows_the_wordings_it_went_by() -> None:
    reading = read(NAMELESS)
    shown = [item for item in (*reading.business.evidence, *reading.cause.evidence) if item.why == WHY]
    assert shown
    assert all(NAMELESS[item.start : item.end] == item.text for item in shown)


def test_its_places_survive_invisible_characters() -> None:
    sly = "\u200b".join(NAMELESS)
    for item in (*read(sly).business.evidence, *read(sly).cause.evidence):
        assert sly[item.start : item.end] == item.text


def test_is_silent_on_a_few_words() -> None:
    assert voice().hear("闪" * (SHORTEST - 1)) is None
    assert voice().hear("\u3400" * 200) is None


def test_chances_of_a_facet_are_probabilities() -> None:
    heard = voice().hear(fold("房贷" + NAMELESS * 2).text)
    assert heard is not None
    assert heard.weight == 1.0
    assert FULL > SHORTEST
    for facet in FACETS:
        assert sum(np.exp(value) for value in heard.chances(facet).values()) == pytest.approx(1, abs=1e-4)


def test_every_label_of_the_guide_was_taught() -> None:
    taught = {facet: Counter(lesson.labels.get(facet) for lesson in LESSONS) for facet in FACETS}
    assert len(taught["business"].keys() - {None}) == 15
    assert len(taught["cause"].keys() - {None}) == 13
    assert taught["emotion"].keys() >= {"0", "1", "2", "3"}


def test_can_be_taught_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {"business": "贷款", "cause": "定价收费", "emotion": "1", "need": "求解决"}
    others = {"business": "外汇", "cause": "信息披露", "emotion": "2", "need": "求尊重"}
    lessons = [Lesson(labels, "房贷利率一直没有往下调"), Lesson(others, "购汇额度的事没有人告诉过我")] * 3
    taught = teach(lessons)
    (tmp_path / "data").mkdir()
    save(taught, tmp_path / "data" / "voice.npz")
    monkeypatch.setattr("tingsu.reading.voice.files", lambda _: tmp_path)
    voice.cache_clear()
    try:
        kept = voice().hear("邻居的房贷利率都往下调了，只有我家的利率一直没有调过，请调下来")
        fresh = taught.hear("邻居的房贷利率都往下调了，只有我家的利率一直没有调过，请调下来")
        assert kept is not None
        assert fresh is not None
        chances = kept.chances("business")
        assert max(chances, key=chances.__getitem__) == "贷款"
        assert np.allclose(kept.points, fresh.points, atol=0.1)
    finally:
        voice.cache_clear()
