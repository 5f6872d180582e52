"""The sayings and tables of ``sayings.yaml``, checked as they are read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=100)]
Span = tuple[Share, Share]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(_Row):
    """One end a dissatisfied customer can meet."""

    id: str
    name: str


class Retention(_Row):
    """How many would buy again at each end, in per cent (low, high); who says so, and what speaks against it."""

    id: str
    name: str
    origin: str
    study: str = ""
    silent: Span
    unresolved: Span
    resolved: Span
    quick: Span
    doubt: str


class Saying(_Row):
    """One sentence that is often quoted, with its origin and its doubt."""

    id: str
    words: str
    origin: str
    doubt: str


class Assumptions(_Row):
    """What a sum takes where the site has no figure: yuan a customer a year, per cent of the dissatisfied who speak."""

    value: float
    voiced: Share


class Sayings(_Row):
    """Everything the page of recovery economics quotes."""

    outcomes: tuple[Outcome, ...]
    retention: tuple[Retention, ...]
    sayings: tuple[Saying, ...]
    assumptions: Assumptions

    def table(self, wanted: str) -> Retention:
        """The retention table with this id."""
        return next(table for table in self.retention if table.id == wanted)


@cache
def load_sayings() -> Sayings:
    """The shipped sayings."""
    source = (files("tingsu.insight.economics") / "sayings.yaml").read_text(encoding="utf-8")
    return Sayings.model_validate(yaml.safe_load(source))
