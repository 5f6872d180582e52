"""How good a reader is: agreement, macro-F1, calibration error, and how much it can say at 95 % precision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """``coverage``: the share of texts it may answer if 95 of 100 answers are to be right; 0–1 all."""

    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    kappa: float


def f1_by_label(truth: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """The F1 of each label that occurs in ``truth``."""
    right = Counter(a for a, b in zip(truth, said, strict=True) if a == b)
    true, claimed = Counter(truth), Counter(said)
    return {label: 2 * right[label] / (true[label] + claimed[label]) for label in sorted(true)}


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean F1 over the labels that occur in ``truth``, rare and frequent ones alike."""
    each = f1_by_label(truth, said)
    return sum(each.values()) / len(each) if each else 0.0


def calibration_error(right: Sequence[bool], sure: Sequence[float]) -> float:
    """How far stated confidence lies from the share that was right, over ten bins of confidence (ECE)."""
    if not right:
        return 0.0
    bins: dict[int, list[tuple[bool, float]]] = {}
    for was_right, confidence in zip(right, sure, strict=True):
        bins.setdefault(min(BINS - 1, int(confidence * BINS)), []).append((was_right, confidence))
    gaps = (abs(sum(a for a, _ in bin_) - sum(b for _, b in bin_)) for bin_ in bins.values())
    return sum(gaps) / len(right)


def coverage_at(right: Sequence[bool], sure: Sequence[float], precision: float = 0.95) -> float:
    """The largest share of texts, surest first, of which at least ``precision`` were right."""
    order = sorted(zip(sure, right, strict=True), key=lambda pair: -pair[0])
    good, best = 0, 0
    for place, (confidence, was_right) in enumerate(order, start=1):
        good += was_right
        last_of_its_kind = place == len(order) or order[place][0] != confidence
        if last_of_its_kind and good >= precision * place:
            best = place
    return best / len(order) if order else 0.0


def cohen_kappa(truth: Sequence[str], said: Sequence[str]) -> float:
    """Agreement beyond chance."""
    count = len(truth)
    if not count:
        return 0.0
    agreed = sum(a == b for a, b in zip(truth, said, strict=True)) / count
    first, second = Counter(truth), Counter(said)
    chance = sum(first[label] * second[label] for label in first) / count**2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def measure(truth: Sequence[str], said: Sequence[str], sure: Sequence[float]) -> Figures:
    """All figures of one question; an abstention is an answer that is never right."""
    right = [a == b for a, b in zip(truth, said, strict=True)]
    return Figures(
        len(truth),
        sum(right) / len(right) if right else 0.0,
        macro_f1(truth, said),
        calibration_error(right, sure),
        coverage_at(right, sure),
        cohen_kappa(truth, said),
    )
