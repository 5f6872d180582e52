"""What is asked while a complaint is taken down (6W3H, the funnel), as typed data. ``cases.still_to_ask`` reads it."""

from __future__ import annotations

from typing import Literal

from tingsu.packs.wording import Origin, Part, Wording

# What the reading of a text may have found. ``count`` is how many times, items or people, which the asking looks for.
Told = Literal[
    "moment", "place", "unit", "staff", "product", "amount", "count", "demand", "cause", "business", "promise"
]


class Step(Part):
    """One step of the funnel, from open questions to closed ones."""

    id: str
    name: Wording
    hint: Wording | None = None


class Question(Part):
    """One thing to ask: first openly, then so that yes or no is the answer.

    It counts as told when the reading found one of ``told_by``, the text has one of ``words``, or a field of the form
    in ``fields`` is filled.
    """

    id: str
    name: Wording
    open: Wording
    closed: Wording | None = None
    told_by: list[Told] = []
    words: tuple[str, ...] = ()
    fields: list[str] = []
    source: str = ""
    origin: Origin = "ours"


class Asking(Part):
    """The questions of a recording in the order they are asked, and the funnel they run through."""

    funnel: list[Step] = []
    questions: list[Question] = []
    source: str = ""
    origin: Origin = "ours"
