"""How good a site's model will be, before it goes into force: every text judged by a model that never saw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tingsu.base.text import is_storable
from tingsu.reading.learned.figures import Figures, f1_by_label, measure
from tingsu.reading.learned.fitting import SEED, Chosen, choose, fit_together, fold_rows
from tingsu.reading.learned.material import Floats, Material, Whole
from tingsu.reading.learned.site_model import SiteModel
from tingsu.reading.privacy import mask
from tingsu.reading.similar import find_groups

FOLDS = 5
WORST = 12  # errors shown
SHOWN = 120  # characters of a text shown
Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text the model got wrong while it was held out; ``text`` is masked."""

    text: str
    truth: str
    said: str
    confidence: float
    origin: str


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label's row: how many texts, and how well they are found."""

    label: str
    count: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of texts held out in turn. ``confusion``: a row a true label, a column a said one, as in ``labels``."""

    labels: tuple[str, ...]
    figures: Figures
    by_label: tuple[LabelFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    worst: tuple[Mistake, ...]
    settings: tuple[Chosen, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Held:
    """What was said of each text while it was held out: its label's place, and each label's chance."""

    said: Whole
    chances: Floats

    @property
    def sure(self) -> list[float]:
        return [float(chances[said]) for chances, said in zip(self.chances, self.said, strict=True)]


def group_copies(texts: Sequence[str]) -> list[int]:
    """A number a text; copies and near-copies share theirs."""
    numbers = list(range(len(texts)))
    for group in find_groups(texts):
        for member in group.members:
            numbers[member] = numbers[group.members[0]]
    return numbers


def cross_validate(
    material: Material, *, folds: int = FOLDS, seed: int = SEED, on_fold: Step = lambda done: None
) -> tuple[Held, tuple[Chosen, ...]]:
    """Every text judged by a model that saw neither it nor a copy of it; settings are chosen inside the folds too."""
    said = np.zeros(len(material), dtype=np.int64)
    chances = np.zeros((len(material), len(material.labels)), dtype=np.float32)
    rows, chosen = np.arange(len(material)), []
    for done, part in enumerate(fold_rows(material, rows, folds, seed), start=1):
        if len(part):
            told = np.setdiff1d(rows, part)
            best = choose(material, told)
            points = fit_together(material, told, best).points(part)
            said[part], chances[part] = points.argmax(axis=1), _soften(points / best.warmth)
            chosen.append(best)
        on_fold(done)
    return Held(said, chances), tuple(chosen)


def teach_all(material: Material) -> tuple[SiteModel, Chosen]:
    """The model taught from every text, with the settings that did best on texts held out."""
    rows = np.arange(len(material))
    best = choose(material, rows)
    return fit_together(material, rows, best).to_model(), best


def report_on(material: Material, held: Held, settings: Sequence[Chosen] = ()) -> Report:
    """Figures, confusion matrix and the worst errors of texts held out."""
    truth = [material.labels[answer] for answer in material.answers]
    said = [material.labels[answer] for answer in held.said]
    labels = tuple(label for label in material.labels if label in {*truth, *said})
    met = Counter(zip(truth, said, strict=True))
    return Report(
        labels,
        measure(truth, said, held.sure),
        tuple(_by_label(labels, truth, said)),
        tuple(tuple(met[true, claimed] for claimed in labels) for true in labels),
        tuple(_worst(material, held)),
        tuple(settings),
    )


def _by_label(labels: Sequence[str], truth: Sequence[str], said: Sequence[str]) -> list[LabelFigures]:
    right = Counter(a for a, b in zip(truth, said, strict=True) if a == b)
    true, claimed, each = Counter(truth), Counter(said), f1_by_label(truth, said)
    return [
        LabelFigures(
            label,
            true[label],
            right[label] / claimed[label] if claimed[label] else 0.0,
            right[label] / true[label] if true[label] else 0.0,
            each.get(label, 0.0),
        )
        for label in labels
    ]


def _worst(material: Material, held: Held) -> list[Mistake]:
    """The errors it was surest of: mostly mislabelled rows, or labels that need telling apart."""
    wrong = np.flatnonzero(held.said != material.answers)
    sure = np.array(held.sure)
    surest = sorted(wrong.tolist(), key=lambda row: (-sure[row], row))[:WORST]
    return [
        Mistake(
            shorten(mask(material.told[row].text)),
            material.labels[material.answers[row]],
            material.labels[held.said[row]],
            round(float(sure[row]), 4),
            material.told[row].origin,
        )
        for row in surest
    ]


def shorten(masked: str) -> str:
    """A masked text in one line, fit to be kept and shown."""
    line = " ".join(masked.split())
    line = line if is_storable(line) else "".join(char for char in line if is_storable(char))
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _soften(points: Floats) -> Floats:
    raised = np.exp(points - points.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
