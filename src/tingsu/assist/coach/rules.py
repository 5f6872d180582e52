"""What a pack says to coach by, made ready to listen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

from tingsu.assist.coach.cues import CueSet, Squeezed, make_cues, squeeze
from tingsu.assist.coach.turns import cut_turn
from tingsu.packs.answering import load_part, read_part
from tingsu.packs.coaching import COACH, CoachStep, CoachWords, Tactic
from tingsu.packs.loader import SHIPPED
from tingsu.packs.scripts import Need, Step

SHARED = "common"  # the pack whose coach serves one that stands on nothing and says nothing of its own
_AFTER: tuple[Step, ...] = ("answer", "follow_up", "prevent")
ORDER: tuple[Step, ...] = (*(step for step in get_args(Step) if step not in _AFTER), *_AFTER)
_REMEMBERED = 1024  # lines whose cues are not looked for twice; in memory only, and nowhere else


@dataclass(frozen=True, slots=True)
class Marks:
    """What one line was found to say: id → the words that say it. The same whoever said it."""

    steps: dict[str, str]
    spared: dict[str, str]
    needs: dict[str, str]
    reliefs: dict[str, str]
    heat: int
    heat_words: str
    agent: bool
    playbooks: dict[str, dict[int, str]]  # playbook → group of its words → the words


@dataclass(frozen=True)
class CoachRules:
    """The coach's words of one pack; ``mark`` says what a line holds, remembering the latest lines."""

    words: CoachWords
    steps: tuple[CoachStep, ...]  # in the order of a conversation
    mark: Callable[[str], Marks]

    def tactic(self, need: str) -> Tactic | None:
        """What helps with a need."""
        return next((one for one in self.words.tactics if one.need == need), None)

    def step(self, id: str) -> CoachStep | None:
        """A step by its id."""
        return next((one for one in self.steps if one.id == id), None)


def make_rules(words: CoachWords) -> CoachRules:
    """A pack's words, ready to listen."""
    listener = _Listener(words)
    steps = sorted(words.steps, key=lambda step: ORDER.index(step.id))
    return CoachRules(words, tuple(steps), lru_cache(maxsize=_REMEMBERED)(listener.mark))


@cache
def load_rules(pack: str, extra: tuple[Path, ...] = ()) -> CoachRules:
    """The coach of a pack. Raises PackError where its files cannot be read."""
    words = load_part(CoachWords, COACH, pack, extra)
    return make_rules(words) if words.steps else shared_rules()


@cache
def shared_rules() -> CoachRules:
    """The coach every pack stands on."""
    return make_rules(read_part(CoachWords, COACH, SHIPPED / SHARED))


class _Listener:
    """The cues of a pack, compiled once."""

    def __init__(self, words: CoachWords) -> None:
        self._steps = {step.id: make_cues(step.words) for step in words.steps if step.words}
        self._spared = {step.id: make_cues(step.spared_by) for step in words.steps if step.spared_by}
        self._needs: dict[Need, CueSet] = {one.need: make_cues(one.words) for one in words.tactics if one.words}
        self._reliefs = {one.id: make_cues(one.words) for one in words.reliefs if one.words}
        self._heat = [(one.level, make_cues(one.words)) for one in sorted(words.heat, key=lambda h: -h.level)]
        self._agent = make_cues(words.agent_words)
        self._playbooks = {one.id: [make_cues(group) for group in one.words] for one in words.playbooks}

    def mark(self, text: str) -> Marks:
        plain = squeeze(cut_turn(text))
        level, said = next(((level, found) for level, cues in self._heat if (found := cues.find(plain))), (0, ""))
        return Marks(
            steps=_found(self._steps, plain),
            spared=_found(self._spared, plain),
            needs=_found(self._needs, plain),
            reliefs=_found(self._reliefs, plain),
            heat=level,
            heat_words=said,
            agent=bool(self._agent.find(plain)),
            playbooks=_hits(self._playbooks, plain),
        )


def _found(cues: Mapping[Any, CueSet], plain: Squeezed) -> dict[str, str]:
    return {str(key): said for key, one in cues.items() if (said := one.find(plain))}


def _hits(playbooks: Mapping[str, list[CueSet]], plain: Squeezed) -> dict[str, dict[int, str]]:
    found = {key: _groups(groups, plain) for key, groups in playbooks.items()}
    return {key: hits for key, hits in found.items() if hits}


def _groups(groups: list[CueSet], plain: Squeezed) -> dict[int, str]:
    return {place: said for place, cues in enumerate(groups) if (said := cues.find(plain))}
