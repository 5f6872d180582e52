"""What a coaching card could say, out of the reviews: a draft that the coach changes as he sees fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.conf import settings

from tingsu.org.models import Unit, User
from tingsu.org.pack import active_pack, pack_at
from tingsu.packs.answering import load_part
from tingsu.packs.scripts import Script, Scripts
from tingsu.quality.coaching.trends import FEW, PointTrend, trend_of

STRONG, WEAK = 0.8, 0.8  # of the mean of a point: at least, and below
MOST_STRENGTHS, MOST_PRACTISE, MOST_SCRIPTS = 3, 2, 3
# The step of a conversation in which a point is practised, and words of the scripts that show how.
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "greeting": ("calm", ("您好",)), "empathy": ("calm", ("理解", "心情", "换成我", "着急")),
    "apology": ("calm", ("抱歉", "对不起", "歉意")), "listening": ("listen", ("您说", "请讲", "听")),
    "read_back": ("record", ("您的意思", "核对", "对吗")), "cause_explained": ("judge", ("因为", "原因")),
    "solution": ("solve", ("可以", "办法")), "promise": ("promise", ("之前", "前给您", "答复")),
    "closing_question": ("close", ("还有",)), "thanks": ("close", ("感谢", "谢谢")),
    "no_forbidden": ("calm", ("理解",)), "no_blame": ("calm", ("是我们",)),
    "no_passing_on": ("promise", ("我来", "我帮您")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggested:
    """Points done well, at most two to practise, each with where it shows, and scripts to read."""

    strengths: list[PointTrend]
    practise: list[PointTrend]
    scripts: list[Script]


def suggest_card(person: User, *, at: datetime, by: User | None = None) -> Suggested:
    """The strongest and the weakest points of the last six months as ``by`` may see them, scripts for the weak ones."""
    known = [point for point in trend_of(person, at=at, by=by).points if point.n >= FEW and point.share is not None]
    strong = [point for point in reversed(known) if (point.share or 0) >= STRONG][:MOST_STRENGTHS]
    weak = [point for point in known if (point.share or 0) < WEAK][:MOST_PRACTISE]
    return Suggested(strong, weak, scripts_for([point.id for point in weak], person.unit))


def scripts_for(points: list[str], unit: Unit | None) -> list[Script]:
    """Scripts of the unit's pack to read for these points, at most three, each point in its turn.

    Never a counter-example. Those for any business and cause come before those for one.
    """
    every = [script for script in known_scripts(unit) if not script.counter_example]
    ranked = [_fitting(*STEPS[point], every) for point in points if point in STEPS]
    found: dict[str, Script] = {}
    for turn in zip_longest(*ranked):
        found.update({script.id: script for script in turn if script is not None})
    return list(found.values())[:MOST_SCRIPTS]


def known_scripts(unit: Unit | None) -> tuple[Script, ...]:
    """Every script of the unit's pack."""
    pack = pack_at(unit.path) if unit else active_pack()
    known: Scripts = load_part(Scripts, "scripts", pack.id, tuple(settings.TINGSU_PACK_PATHS))
    return known.scripts


def _fitting(step: str, words: tuple[str, ...], scripts: list[Script]) -> list[Script]:
    """The scripts of a step, those that show what is wanted and are for everything first."""
    fit = [script for script in scripts if step in script.steps]
    return sorted(fit, key=lambda script: (not _shows(script, words), bool(script.businesses or script.causes)))


def _shows(script: Script, words: tuple[str, ...]) -> bool:
    return any(word in script.text for word in words)
