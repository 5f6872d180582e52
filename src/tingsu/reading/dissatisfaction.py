"""Signs and counter-signs of dissatisfaction, added up by rule: one number the learned model weighs with the rest.

In a line of ten characters the words themselves say more than any wording learned elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen, add_up

_QUIET_START = -0.35  # a text that shows nothing is rather no complaint
_LONG = 80  # characters; whoever writes this much and praises nothing usually complains


def _add_bad(seen: Seen) -> float:
    """Dissatisfaction shown by naming what went wrong."""
    bad: dict[str, float] = {}
    for hit in seen.of("cause"):
        bad[hit.cue.phrase] = max(bad.get(hit.cue.phrase, 0.0), hit.cue.extra.get("bad", 0.5))
    return sum(value * 0.6**rank for rank, value in enumerate(sorted(bad.values(), reverse=True)))


def _weigh_contrast(seen: Seen, praise: Sequence[Hit]) -> float:
    """Praise before a turn (挺好的，就是老闪退) counts for little when something bad follows the turn."""
    turns = [hit.start for hit in seen.of("mark", "contrast")]
    bad_places = [hit.start for hit in (*seen.of("complaint", "yes"), *seen.of("cause"))]
    if not turns or not bad_places:
        return add_up(praise)
    last_bad = max(bad_places)
    turn = next((place for place in turns if place < last_bad), None)
    if turn is None:
        return add_up(praise)
    before = [hit for hit in praise if hit.start < turn]
    after = [hit for hit in praise if hit.start >= turn]
    return 0.3 * add_up(before) + add_up(after)


def _lean_without_praise(seen: Seen) -> float:
    """The longer a text that praises nothing and touches a business or a cause, the likelier a complaint."""
    touches = bool(seen.of("business")) + bool(seen.of("cause"))
    return 1.2 * min(len(seen.text), _LONG) / _LONG + 0.25 * touches


def weigh_dissatisfaction(seen: Seen) -> float:
    """Points for and against someone being dissatisfied; about 0 where nothing speaks, seldom beyond ±5."""
    against, praise = seen.of("complaint", "yes"), seen.of("complaint", "no")
    heat = [hit for hit in seen.of("emotion") if hit.cue.weight >= 1]
    points = _QUIET_START + add_up(against) + 0.9 * _add_bad(seen) + 0.4 * add_up(heat)
    points += 0.6 * min(len(seen.of("demand")), 2) + 0.9 * min(len(seen.of("risk")), 2)
    points -= 1.15 * _weigh_contrast(seen, praise)
    if not praise:
        points += _lean_without_praise(seen)
    if seen.of("mark", "contrast") and (against or seen.of("cause")):
        points += 0.4
    return points
