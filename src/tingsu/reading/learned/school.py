"""Teaches the shipped model from the corpus; ``scripts/teach.py`` runs it.

Nobody held back is heard. How warm each question's chances are is found on authors left
out in turn, so that nine in ten answers given at 0.9 are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]

from tingsu.reading.learned.corpus import as_examples, earlier_lessons, held_back, read_corpus
from tingsu.reading.learned.lessons import lessons
from tingsu.reading.learned.model import Floats, Model
from tingsu.reading.learned.teaching import Example, Lesson, folds_by_author, held_out_points, teach

FOLDS = 4
_COLDEST, _WARMEST = 0.02, 5.0


def group_authors(examples: Sequence[Example], count: int) -> list[list[int]]:
    """``count`` folds of whole authors, dealt out in turn."""
    authors = sorted({example.author for example in examples})
    single = folds_by_author(examples, authors)
    return [[place for fold in single[part::count] for place in fold] for part in range(count)]


def find_warmth(lesson: Lesson, examples: Sequence[Example], points: Floats) -> float:
    """What to divide points by so that the chances of ``examples`` come out likeliest."""
    told = [
        (row, example.labels[lesson.facet]) for row, example in enumerate(examples) if lesson.facet in example.labels
    ]
    rows = points[[row for row, _ in told]].astype(np.float64)
    truth = np.array([[label in _as_set(labels) for label in lesson.labels] for _, labels in told])

    def loss(log_warmth: float) -> float:
        heat = rows / np.exp(log_warmth)
        if lesson.single:
            heat = heat - heat.max(axis=1, keepdims=True)
            return float(np.mean(np.log(np.exp(heat).sum(axis=1)) - heat[truth]))
        return float(np.mean(np.logaddexp(0, np.where(truth, -heat, heat))))

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_WARMEST)), method="bounded")
    return round(float(np.exp(found.x)), 4)


def _as_set(labels: str | frozenset[str]) -> frozenset[str]:
    return frozenset((labels,)) if isinstance(labels, str) else labels


def calibrate(examples: Sequence[Example], always: Sequence[Example]) -> dict[str, float]:
    """The warmth of every facet, on authors left out in turn; ``always`` are heard in every fold."""
    folds = group_authors(examples, FOLDS)
    everyone = [*examples, *always]
    points = held_out_points(lessons(), everyone, folds)
    return {lesson.facet: find_warmth(lesson, examples, points[lesson.facet]) for lesson in lessons()}


def teach_shipped(corpus: Path, more: Sequence[Example] = ()) -> Model:
    """The model the program ships, from ``corpus`` without the authors held back, and ``more`` examples."""
    away = set(held_back(corpus))
    examples = [*as_examples([one for one in read_corpus(corpus) if one.author not in away]), *more]
    early = earlier_lessons(corpus)
    warmth = calibrate(examples, early)
    return teach([replace(lesson, warmth=warmth[lesson.facet]) for lesson in lessons()], [*examples, *early])
