"""What the shipped model is asked, and how each question is taught; chosen on folds of authors, none held back."""

from __future__ import annotations

from typing import Any

from tingsu.reading.labels import SEVERAL, SINGLE
from tingsu.reading.learned.teaching import Lesson

_BY_HINGE = {"hinge": True, "strength": 1.0, "evened": 0.3, "sharp": 1.0, "heed": 0.3}
_BY_CHANCE = {"strength": 10.0, "evened": 0.3, "sharp": 1.0, "heed": 1.0}
_BY_RULES = _BY_HINGE | {"strength": 0.5, "heed": 2.0}
_HOW: dict[str, dict[str, Any]] = {
    "complaint": _BY_HINGE | {"strength": 0.3, "heed": 2.0},
    "business": _BY_HINGE,
    "cause": _BY_HINGE | {"strength": 2.0},
    "emotion": _BY_CHANCE | {"heed": 3.0},
    "need": _BY_HINGE | {"strength": 0.3, "heed": 3.0},
    "root": _BY_HINGE | {"strength": 0.3, "heed": 1.0},
    "failure": _BY_HINGE | {"strength": 0.3, "heed": 1.0},
    "latent": _BY_CHANCE,
    "demand": _BY_RULES,
    "risk": _BY_RULES,
}


def lessons() -> list[Lesson]:
    """Every question with its labels."""
    labels = SINGLE | SEVERAL
    return [Lesson(facet, labels[facet], facet in SINGLE, **how) for facet, how in _HOW.items()]
