"""The shipped model, read once a process. ``python -m scripts.teach`` makes it anew."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tingsu.reading.learned.model import Model, load_model

PLACE = Path(__file__).parents[1] / "data" / "learned.npz"


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The weights that come with the program."""
    return load_model(PLACE)
