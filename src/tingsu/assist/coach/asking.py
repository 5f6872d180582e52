"""What a case knows before anything is said, and the scripts that fit a moment of the conversation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from tingsu.assist.coach.coaching import Moment
from tingsu.assist.coach.hearing import Background
from tingsu.assist.coach.rules import CoachRules, load_rules, shared_rules
from tingsu.assist.scripts.filling import Filled, fill_each, fill_speaker
from tingsu.assist.scripts.finding import find_scripts
from tingsu.assist.scripts.situation import LONGEST_STORY, Situation, segments_of
from tingsu.cases.models import Case
from tingsu.org.models import User
from tingsu.packs.loader import PackError
from tingsu.packs.scripts import Script

log = logging.getLogger(__name__)
FEW = 3
OTHER = "其他"
OPENING = "一开口先问候"  # what is looked for before anything is said or known
FACE_TO_FACE = frozenset({"counter", "lobby", "on_site", "sales", "steward"})  # channels, in every pack


@dataclass(frozen=True, slots=True)
class ScriptNow:
    """A script for this moment, its slots filled where a case fills them, and why it is shown."""

    script: Script
    filled: Filled
    why: str


def rules_of(pack: str) -> CoachRules:
    """The coach of a pack; the shared one, and a word in the log, where the pack's own cannot be read."""
    try:
        return load_rules(pack, tuple(settings.TINGSU_PACK_PATHS))
    except PackError as error:
        log.warning("the coach of pack %s cannot be read: %s", pack, error.message)
        return shared_rules()


def background_of(case: Case) -> Background:
    """What is held of the case. Its text comes masked: it is looked at for situations, not shown."""
    return Background(
        need=case.need,
        business=_known(case.business),
        cause=_known(case.cause),
        demands=tuple(case.demands),
        channel=case.channel,
        story=case.masked_text,
        face_to_face=case.channel in FACE_TO_FACE,
    )


def script_finder(
    pack: str, *, by: User, case: Case | None = None, limit: int = FEW
) -> Callable[[Moment], Sequence[ScriptNow]]:
    """What the coach asks for scripts: those of the pack for the step, the need, the heat, and the case."""

    def find(moment: Moment) -> list[ScriptNow]:
        situation = _situation(moment, pack, case)
        found = find_scripts(situation, "" if situation.story.strip() else OPENING, by=by, limit=limit)
        texts = [one.script.text for one in found]
        filled = fill_each(texts, case, by=by) if case is not None else [fill_speaker(text, by=by) for text in texts]
        return [ScriptNow(one.script, text, one.why) for one, text in zip(found, filled, strict=True)]

    return find


def _situation(moment: Moment, pack: str, case: Case | None) -> Situation:
    heard, background = moment.heard, moment.background
    return Situation(
        pack=pack,
        stage=case.stage if case else "",
        steps=(moment.step,),
        need=heard.need,
        emotion=heard.emotion,
        business=background.business,  # a few spoken lines do not tell it surely enough
        cause=background.cause,
        demands=heard.demands,
        channel=background.channel,
        verdict=case.verdict if case else "",
        segments=segments_of(background.story) if background.story else frozenset(),
        story=f"{heard.story[-LONGEST_STORY:]} {background.story}"[:LONGEST_STORY],
    )


def _known(value: str) -> str:
    return "" if value == OTHER else value
