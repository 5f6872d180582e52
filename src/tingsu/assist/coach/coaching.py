"""The coach: what a conversation is at, what is heard in it, and what helps next.

Pure but for the scripts, which are asked of a finder passed in. Nothing said is kept beyond a small memory of the
latest lines in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from tingsu.assist.coach.hearing import ANGRY, Background, Heard, Read, Said, hear, read_line
from tingsu.assist.coach.relieving import ReliefDue, find_relief
from tingsu.assist.coach.rules import CoachRules
from tingsu.assist.coach.turns import AGENT, CUSTOMER, MOST_TURNS, UNKNOWN, Turn
from tingsu.packs.coaching import CoachStep, GoldenRule, Playbook, Tactic
from tingsu.packs.scripts import STEP_NAMES

State = Literal["done", "now", "due", "missed", "spared", "later"]
MOST_RULES = 4
LAST = "close"  # the step that ends the talk
NOBODY: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step and where it stands; ``turn`` and ``words`` show that it was done, or that it is not needed.

    ``missed``: a later one was done before it.
    """

    step: CoachStep
    state: State
    turn: int = 0
    words: str = ""

    @property
    def name(self) -> Any:
        """The step's name in both languages."""
        return STEP_NAMES[self.step.id]


@dataclass(frozen=True, slots=True)
class PlaybookHeard:
    """A playbook the customer's words fit, the turn that made it plain (0: the case's text), and the words."""

    playbook: Playbook
    turn: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a script is looked for by."""

    step: str
    heard: Heard
    background: Background


@dataclass(frozen=True, slots=True)
class Coaching:
    """What to do now. ``guessed`` turns had no speaker; ``left_out`` turns were too many to listen to."""

    step: StepSeen
    step_why: str
    steps: tuple[StepSeen, ...]
    heard: Heard
    tactic: Tactic | None
    relief: ReliefDue | None
    rules: tuple[GoldenRule, ...]
    playbook: PlaybookHeard | None
    scripts: Sequence[Any]
    turns: tuple[Said, ...]
    guessed: int = 0
    left_out: int = 0


def coach(
    turns: Sequence[Turn],
    rules: CoachRules,
    *,
    scripts: Callable[[Moment], Sequence[Any]] = lambda moment: NOBODY,
    background: Background | None = None,
    reader: Read = read_line,
) -> Coaching:
    """What to do now in a conversation, from what has been said so far. Never raises for any text.

    The last 600 turns are listened to, 2,000 characters of each. ``scripts`` is asked once, for the step now.
    """
    background = background or Background()
    said = _listen(turns, rules)
    heard = hear(said, rules, background, reader=reader)
    steps = _see_steps(said, heard, rules, background)
    now = next(step for step in steps if step.state == "now")
    return Coaching(
        step=now,
        step_why=_why(now, steps, said, heard),
        steps=steps,
        heard=heard,
        tactic=rules.tactic(heard.need),
        relief=find_relief(said, heard, rules, steps_done(steps), background),
        rules=_golden(now, heard, rules),
        playbook=_find_playbook(said, rules, background),
        scripts=scripts(Moment(now.step.id, heard, background)),
        turns=said,
        guessed=sum(one.guessed for one in said),
        left_out=max(len(turns) - MOST_TURNS, 0),
    )


def steps_done(steps: Sequence[StepSeen]) -> dict[str, int]:
    """Step → the turn that shows it done."""
    return {one.step.id: one.turn for one in steps if one.turn and one.state != "spared"}


def _listen(turns: Sequence[Turn], rules: CoachRules) -> tuple[Said, ...]:
    first = max(len(turns) - MOST_TURNS, 0)
    return tuple(_take(no, turn, rules) for no, turn in enumerate(turns[first:], start=first + 1))


def _take(no: int, turn: Turn, rules: CoachRules) -> Said:
    """One turn; where nobody says whose it is, words of the house make it the house's."""
    marks = rules.mark(turn.text)
    if turn.speaker != UNKNOWN:
        return Said(no, turn.speaker, turn.text, marks)
    return Said(no, AGENT if marks.agent else CUSTOMER, turn.text, marks, guessed=True)


def _see_steps(said: Sequence[Said], heard: Heard, rules: CoachRules, background: Background) -> tuple[StepSeen, ...]:
    """Every step with its state; exactly one is ``now``."""
    highest = max((level for _turn, level in heard.levels), default=0)
    seen = [_see(step, said, highest, background) for step in rules.steps]
    if any(one.state == "done" and one.step.id in ("listen", "record", "judge", "solve") for one in seen):
        seen = [_spare_if_calm(one, heard) for one in seen]
    seen = _mark_missed(seen)
    now = _now(seen, said, heard)
    return tuple(replace(one, state="now") if place == now else one for place, one in enumerate(seen))


def _see(step: CoachStep, said: Sequence[Said], highest: int, background: Background) -> StepSeen:
    """One step by itself; of a step done more than once the latest time counts."""
    shows = [one for one in said if step.id in one.marks.steps and step.said_by in ("either", one.speaker)]
    if shows:
        return StepSeen(step, "done", shows[-1].no, shows[-1].marks.steps[step.id])
    spares = next((one for one in said if step.id in one.marks.spared), None)
    if spares is not None:
        return StepSeen(step, "spared", spares.no, spares.marks.spared[step.id])
    if step.from_heat > highest or (step.face_to_face and not background.face_to_face):
        return StepSeen(step, "spared")
    return StepSeen(step, "due" if step.live else "later")


def _mark_missed(seen: Sequence[StepSeen]) -> list[StepSeen]:
    """Those due before a step already done; asking for anything else (LAST) may come at any time and proves nothing."""
    done = [place for place, one in enumerate(seen) if one.state == "done" and one.step.id != LAST]
    furthest = max(done, default=-1)
    return [
        replace(one, state="missed") if one.state == "due" and place < furthest else one
        for place, one in enumerate(seen)
    ]


def _spare_if_calm(seen: StepSeen, heard: Heard) -> StepSeen:
    """Nobody is led aside or soothed any more once the talk is under way and calm."""
    if seen.step.from_heat and seen.state == "due" and (heard.emotion or 0) < ANGRY:
        return StepSeen(seen.step, "spared")
    return seen


def _now(seen: Sequence[StepSeen], said: Sequence[Said], heard: Heard) -> int:
    """The place of the step now: calming where heat asks for it, else the first that is due, else what comes after."""
    due = [place for place, one in enumerate(seen) if one.state == "due"]
    missed = [place for place, one in enumerate(seen) if one.state == "missed"]
    if again := _calm_again(seen, heard):
        first = next((place for place in (*missed, *due) if seen[place].step.face_to_face), again - 1)
        return min(first, again - 1)
    if due and not (missed and seen[due[0]].step.id == LAST):
        return due[0]
    if missed:
        return missed[0]
    later = [place for place, one in enumerate(seen) if one.state == "later"]
    promised = any(one.step.id == "promise" and one.state == "done" for one in seen)
    wanted = [place for place in later if promised or seen[place].step.id != "answer"]
    return next(iter([*wanted, *later]), len(seen) - 1)


def _calm_again(seen: Sequence[StepSeen], heard: Heard) -> int:
    """The place (from 1) of the calming step where nothing kind was said since the customer was angry; 0 else."""
    place = next((place for place, one in enumerate(seen) if one.step.id == "calm"), None)
    if place is None or (heard.emotion or 0) < ANGRY or heard.trend == "falling":
        return 0
    answered = max(one.turn for one in seen if one.step.id in ("calm", "listen"))
    return place + 1 if answered < heard.levels[-1][0] else 0


def _why(now: StepSeen, steps: Sequence[StepSeen], said: Sequence[Said], heard: Heard) -> str:
    """Why this is the step, with the turns that show it."""
    if not said:
        return _("还没有开始。先亮明身份，请客户慢慢说。")
    if now.step.id in ("calm", "isolate") and heard.levels and heard.levels[-1][1] >= ANGRY:
        return _("第 %(turn)d 句听得出火气，先处理心情，再处理事情。") % {"turn": heard.levels[-1][0]}
    done = [one for one in steps if one.state == "done"]
    if not now.step.live:
        return _("谈话该做的都做到了，剩下的在谈话之后。")
    if not done:
        return _("还没有听到%(name)s的话。") % {"name": str(now.name)}
    last = max(reversed(done), key=lambda one: one.turn)  # of one turn, the later step
    told = {"turn": last.turn, "done": str(last.name), "words": last.words, "name": str(now.name)}
    missed = _("、").join(str(one.name) for one in steps if one.state == "missed")
    more = _("前面还漏了：%(missed)s。") % {"missed": missed} if missed else ""
    return _("第 %(turn)d 句已%(done)s（“%(words)s”），还没有听到%(name)s的话。") % told + more


def _golden(now: StepSeen, heard: Heard, rules: CoachRules) -> tuple[GoldenRule, ...]:
    """The rules for this step, those for this need and this heat first; the two golden ones lead."""
    fitting = [
        one
        for one in rules.words.rules
        if now.step.id in one.steps and one.from_heat <= (heard.emotion or 0) and _for_need(one, heard.need)
    ]
    ranked = sorted(fitting, key=lambda one: (one.group != "golden", heard.need not in one.needs))
    return tuple(ranked[:MOST_RULES])


def _for_need(rule: GoldenRule, need: str) -> bool:
    return not rule.needs or not need or need in rule.needs


def _find_playbook(said: Sequence[Said], rules: CoachRules, background: Background) -> PlaybookHeard | None:
    """The playbook all of whose groups of words are heard from the customer, the one with most words first."""
    told = rules.mark(background.story).playbooks if background.story else {}
    heard: dict[str, dict[int, tuple[int, str]]] = {
        key: {group: (0, words) for group, words in hits.items()} for key, hits in told.items()
    }
    for one in said:
        for key, hits in one.marks.playbooks.items() if one.speaker == CUSTOMER else ():
            for group, words in hits.items():
                heard.setdefault(key, {}).setdefault(group, (one.no, words))
    whole = [book for book in rules.words.playbooks if len(heard.get(book.id, {})) == len(book.words)]
    if not whole:
        return None
    best = max(whole, key=lambda book: (len(book.words), sum(len(words) for _no, words in heard[book.id].values())))
    spoken = heard[best.id].values()
    return PlaybookHeard(best, max(no for no, _words in spoken), tuple(words for _no, words in spoken))
