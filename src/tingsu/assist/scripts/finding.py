"""Finding scripts for a case, a sentence, or both."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tingsu.assist.scripts.ranking import Found, rank
from tingsu.assist.scripts.shelf import pack_named, ratings_of, shelf_of
from tingsu.assist.scripts.situation import (
    LONGEST_STORY,
    OTHER,
    STEPS_OF_STAGE,
    Situation,
    read_situation,
    segments_of,
)
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.org.pack import pack_for
from tingsu.packs.schema import Pack

LONGEST_QUERY = 200  # characters
FEW = 5


def find_scripts(situation: Situation, query: str = "", *, by: User, limit: int = FEW) -> list[Found]:
    """The scripts that fit a situation and a query, best first, each with the reason in Chinese.

    Of the pack the situation names, else of the person's own; counter-examples and retired ones never. A query of a
    sentence is read as a situation too. Two queries to the database. Raises NotPossible for one too long.
    """
    if len(query) > LONGEST_QUERY:
        raise NotPossible(_("搜索的内容太长，请缩短到 %(n)d 字以内。") % {"n": LONGEST_QUERY})
    name = situation.pack or pack_for(by).id
    pack = pack_named(name)
    return rank(
        shelf_of(name).index,
        situation,
        query.strip(),
        read=read_situation(query, pack),
        ratings=ratings_of(name),
        limit=limit,
        names=names_of(pack) if pack else None,
    )


def situation_of(case: Case) -> Situation:
    """What is held of a case: the reading as people corrected it, the stage it stands in, who the customer is."""
    pack = pack_of(case)
    story = " ".join(filter(None, (case.subject, case.key_point, case.masked_text)))[:LONGEST_STORY]
    segments = segments_of(f"{case.masked_text} {case.customer.occupation}")
    return Situation(
        pack=pack.id,
        stage=case.stage,
        steps=_steps_of(case),
        need=case.need,
        emotion=case.emotion,
        business="" if case.business == OTHER else case.business,
        cause="" if case.cause == OTHER else case.cause,
        demands=tuple(case.demands),
        channel=case.channel,
        verdict=case.verdict,
        segments=segments | ({"特殊群体"} if "特殊群体" in case.risks else set()),
        story=story,
    )


def _steps_of(case: Case) -> tuple[str, ...]:
    """What is being done for the customer now; a complaint that does not hold is answered as soon as it is judged."""
    steps = STEPS_OF_STAGE.get(case.stage, ())
    return (*steps, "answer") if case.stage == "judged" and case.verdict == "not_valid" else steps


def names_of(pack: Pack) -> dict[str, str]:
    """The Chinese names of the ids a script may be filed under: stages, channels and verdicts."""
    names = {stage.id: stage.name.zh for stage in pack.process.stages}
    for known in filter(None, map(pack.find_taxonomy, ("channel", "verdict"))):
        names |= {choice.id: choice.name.zh if choice.name else choice.id for choice in known.values}
    return names
