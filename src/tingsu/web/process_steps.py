"""The procedure's numbered steps, lit as far as a case has come, and its picture with the case's own path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString

from tingsu.cases.models import Case, Event
from tingsu.cases.packs import held_value, pack_of
from tingsu.packs.picture import draw_process
from tingsu.packs.procedure import Process
from tingsu.packs.wording import Wording
from tingsu.web.words import in_english

Place = Literal["done", "now", "skipped", "ahead"]


@dataclass(frozen=True, slots=True)
class StepView:
    """One numbered step and how it stands."""

    no: int
    name: Wording
    place: Place


def steps_of(case: Case, events: Iterable[Event]) -> list[StepView]:
    """Every step of the procedure: done, now, passed over, or still ahead.

    A step is done when one of its actions was taken since the case was recorded or last reopened; passed over when
    the case has gone beyond it without.
    """
    process = pack_of(case).process
    done = _done_steps(process, events)
    ended = process.stage(case.stage).ends
    now = 0 if ended else _next_step(process, case)
    return [StepView(s.step, s.name, _place(s.step, done, now, ended)) for s in process.steps]


def picture_of(case: Case, events: Iterable[Event]) -> SafeString:
    """The picture of the case's process with its own path lit up: the stages its events led to, and the moves."""
    told = [event.data for event in sorted(events, key=lambda e: e.seq)]
    visited = list(dict.fromkeys(data["to"] for data in told if data.get("to")))
    moves = {(data["from"], data["to"]) for data in told if data.get("from") and data["from"] != data.get("to")}
    language = "en" if in_english() else "zh"
    # Every word in it is escaped where it is drawn.
    return SafeString(
        draw_process(pack_of(case), visited=visited, moves=moves, current=case.stage, language=language, asides=False)
    )


def _done_steps(process: Process, events: Iterable[Event]) -> set[int]:
    done = {process.stage(process.begins).step}
    for event in sorted(events, key=lambda e: e.seq):
        action = process.action(event.kind)
        if action is None:
            continue
        if process.stage(process.begins).id in {way.to for way in action.ways}:
            done = {process.stage(process.begins).step}
        elif action.step:
            done.add(action.step)
    return done


def _next_step(process: Process, case: Case) -> int:
    mains = [a for a in process.actions_from(case.stage) if a.main]
    fitting = [a for a in mains if all(held_value(case, k) in v for k, v in a.only_when.items())]
    return min((a.step for a in fitting), default=process.stage(case.stage).step)


def _place(no: int, done: set[int], now: int, ended: bool) -> Place:
    if no == now:
        return "now"
    reached = max(done) + 1 if ended else now
    if no >= reached:
        return "ahead"
    return "done" if no in done else "skipped"
