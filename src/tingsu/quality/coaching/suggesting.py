"""What a coaching card could say, out of the reviews: a draft that the coach changes as he sees fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tingsu.org.models import Unit, User
from tingsu.org.pack import active_pack, pack_at
from tingsu.packs.answering import load_part
from tingsu.packs.scripts import Script, Scripts
from tingsu.quality.coaching.trends import FEW, PointTrend, trend_of

STRONG, WEAK = 0.8, 0.8  # of the mean of a point: at least, and below
MOST_STRENGTHS, MOST_PRACTISE, MOST_SCRIPTS = 3, 2, 3
# The step of a conversation in which a point is practised, for the scripts to read.
STEPS = {
    "greeting": "calm", "empathy": "calm", "apology": "calm", "listening": "listen", "read_back": "record",
    "cause_explained": "judge", "solution": "solve", "promise": "promise", "closing_question": "close",
    "thanks": "close", "no_forbidden": "calm", "no_blame": "calm", "no_passing_on": "judge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggested:
    """Points done well, at most two to practise, each with where it shows, and scripts to read."""

    strengths: list[PointTrend]
    practise: list[PointTrend]
    scripts: list[Script]


def suggest_card(person: User, *, at: datetime) -> Suggested:
    """The strongest and the weakest points of the last six months, and scripts for the weak ones."""
    known = [point for point in trend_of(person, at=at).points if point.n >= FEW and point.share is not None]
    strong = [point for point in reversed(known) if (point.share or 0) >= STRONG][:MOST_STRENGTHS]
    weak = [point for point in known if (point.share or 0) < WEAK][:MOST_PRACTISE]
    return Suggested(strong, weak, scripts_for([point.id for point in weak], person.unit))


def scripts_for(points: list[str], unit: Unit | None) -> list[Script]:
    """Scripts of the unit's pack to read for these points, at most three; never a counter-example."""
    steps = [STEPS[point] for point in points if point in STEPS]
    fit = [script for script in known_scripts(unit) if not script.counter_example and set(script.steps) & set(steps)]
    better_first = sorted(fit, key=lambda script: (not script.ordinary, steps.index(_step(script, steps))))
    return better_first[:MOST_SCRIPTS]


def known_scripts(unit: Unit | None) -> tuple[Script, ...]:
    """Every script of the unit's pack."""
    pack = pack_at(unit.path) if unit else active_pack()
    known: Scripts = load_part(Scripts, "scripts", pack.id, tuple(settings.TINGSU_PACK_PATHS))
    return known.scripts


def _step(script: Script, steps: list[str]) -> str:
    return next(step for step in steps if step in script.steps)
