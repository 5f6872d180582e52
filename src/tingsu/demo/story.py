"""The shapes a planned complaint takes before anyone plays it through the real verbs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tingsu.demo.people import Customer


@dataclass(frozen=True, slots=True)
class Step:
    """One planned action: the bank process's action id, who does it, when, and with which fields."""

    action: str
    by: str
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """One complaint and everything that is to happen to it up to the planned present.

    ``stage`` is where the case stands after the last step. ``tags`` name what is planted (``rise:app_login``,
    ``batch``, ``repeat``, ``regulator``, ``major``, ``open:overdue`` …). ``demands`` are (kind, yuan or None).
    ``duplicate_of`` is the key of the story this one repeats. The labels are what an experienced reader sees.
    """

    key: str
    telling: str
    matter: str
    received_at: datetime
    heard_by: str
    channel: str
    subject: str
    text: str
    unit: str
    customer: Customer
    business: str
    cause: str
    emotion: int
    need: str
    demands: tuple[tuple[str, int | None], ...]
    risks: tuple[str, ...]
    complexity: str
    steps: tuple[Step, ...]
    stage: str
    tags: frozenset[str]
    duplicate_of: str | None = None
    source: str = ""
    external_id: str = ""

    @property
    def is_open(self) -> bool:
        return self.stage not in ("closed", "withdrawn", "merged")
