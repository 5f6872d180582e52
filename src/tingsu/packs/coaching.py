"""What a pack says to coach a conversation, and what its remedies are good for.

``answering/coach/*.yaml`` and ``answering/solutions/*.yaml`` of a pack, laid over those of ``common``. What is listened
for is written as cues: words of which one is enough, ``~`` for up to eight characters between two pieces.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from tingsu.packs.scripts import Need, Sourced, Step
from tingsu.packs.wording import Part, Wording

COACH, SOLUTIONS = "coach", "solutions"  # the parts' folders
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Speaker = Literal["agent", "customer", "either"]
Move = Literal["person", "place", "time"]
Group = Literal["golden", "principle", "norm", "ethos", "heart", "first"]


def _is_cue(word: str) -> str:
    if not word.strip() or word.strip("~") != word or not any(piece.strip() for piece in word.split("~")):
        raise ValueError(f"「{word}」不能作为线索词：不能为空，也不能以 ~ 开头或结尾")
    return word


Cue = Annotated[str, AfterValidator(_is_cue)]
Cues = tuple[Cue, ...]


class CoachStep(Sourced):
    """One step of a conversation: what is to be done, how, and by which words it shows that it was done.

    ``said_by`` is whose words show it, ``spared_by`` the words after which it is not needed. ``live``: done while both
    are talking; the others come afterwards. ``face_to_face``: only where the customer stands before one.
    ``from_heat``: only once the customer was that heated.
    """

    id: Step
    does: Wording
    how: tuple[Wording, ...] = ()
    avoid: tuple[Wording, ...] = ()
    said_by: Speaker = "agent"
    words: Cues = ()
    spared_by: Cues = ()
    live: bool = True
    face_to_face: bool = False
    from_heat: int = Field(default=0, ge=0, le=3)


class Tactic(Sourced):
    """What helps a customer with this need, what does not, and the words by which the need is heard while talking."""

    id: Id
    need: Need
    does: tuple[Wording, ...] = Field(min_length=1)
    avoid: tuple[Wording, ...] = ()
    words: Cues = ()


class Relief(Sourced):
    """A way out when heat rises or stays (D3): change the person, the place or the time.

    ``words`` of the customer's speak for this move; the first of the list is taken where none do.
    """

    id: Move
    name: Wording
    how: Wording
    say: str
    words: Cues = ()


class GoldenRule(Sourced):
    """A rule of the house, shown at its steps; ``from_heat``: only from this emotion on."""

    id: Id
    group: Group
    text: Wording
    steps: tuple[Step, ...] = ()
    needs: tuple[Need, ...] = ()
    from_heat: int = Field(default=0, ge=0, le=3)


class HeatCues(Sourced):
    """Words that say how heated a customer is, where a single spoken line is too short to read."""

    id: Id
    level: int = Field(ge=1, le=3)
    words: Cues = Field(min_length=1)


class Playbook(Sourced):
    """A situation and what to do in it. It is taken to be this one where every group of ``words`` is heard."""

    id: Id
    title: Wording
    words: tuple[Cues, ...] = Field(min_length=1)
    actions: tuple[Wording, ...] = Field(min_length=1)
    say: tuple[str, ...] = ()
    stance: Wording | None = None


class CoachWords(Part):
    """All that the coach knows of a pack."""

    steps: tuple[CoachStep, ...] = ()
    tactics: tuple[Tactic, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    rules: tuple[GoldenRule, ...] = ()
    heat: tuple[HeatCues, ...] = ()
    agent_words: Cues = ()  # by which a line without a speaker is taken to be the house's
    playbooks: tuple[Playbook, ...] = ()


class Remedy(Sourced):
    """What one kind of remedy is good for; ``id`` is a value of the pack's list of remedies.

    ``amount``: "none" costs no money; "asked" gives back what the customer names, once found true; "precedent" follows
    what worked before. ``meets`` are demands, ``needs`` and ``causes`` what it helps with; ``verdicts`` empty: any.
    With ``kind`` it is one way among others to give that value of the list, shown by its own ``name``.
    """

    id: Annotated[str, Field(min_length=1)]
    kind: str = ""
    name: Wording | None = None
    text: Annotated[str, Field(min_length=1, max_length=200)]
    costs: Wording
    amount: Literal["none", "asked", "precedent"] = "none"
    meets: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    causes: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    specific: bool = False  # to no purpose where neither demand nor cause speaks for it
    last: bool = False  # only where nothing else is left

    @model_validator(mode="after")
    def _one_way_among_others_has_a_name(self) -> Self:
        if self.kind and self.name is None:
            raise ValueError(f"{self.id} 写了 kind，还要写 name")
        return self

    @property
    def filed_as(self) -> str:
        """The value of the pack's list it is proposed under."""
        return self.kind or self.id


class Nothing(Sourced):
    """The option of giving nothing: explain, refer, apologise. ``kind`` is the remedy it is filed under."""

    kind: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1, max_length=200)]
    refer: Annotated[str, Field(max_length=200)] = ""
    costs: Wording


class SolutionWords(Part):
    """All that the solution finder knows of a pack."""

    remedies: tuple[Remedy, ...] = ()
    nothing: Nothing | None = None

    @model_validator(mode="after")
    def _fits_the_form(self) -> Self:
        slots = [r.id for r in self.remedies if "{" in r.text.replace("{金额}", "")]
        if slots:
            raise ValueError(f"{'、'.join(slots)} 的文字里只能用 {{金额}} 这一个空位")
        return self
