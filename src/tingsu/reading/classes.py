"""Complaint or not, business line, cause: one value each, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen, add_up, choose, squash
from tingsu.reading.types import Judgement

OTHER = "其他"
UNSURE = (0.44, 0.56)  # probability of "yes" within which the engine abstains
_QUIET_START = -0.35  # a text that shows nothing is rather no complaint
_LONG = 80  # characters; whoever writes this much and praises nothing usually complains


def _by_label(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.cue.label, []).append(hit)
    return groups


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


def judge_complaint(seen: Seen) -> Judgement:
    """Is someone dissatisfied? "yes", "no", or None when signs and counter-signs balance."""
    against, praise = seen.of("complaint", "yes"), seen.of("complaint", "no")
    heat = [hit for hit in seen.of("emotion") if hit.cue.weight >= 1]
    points = (
        _QUIET_START
        + add_up(against)
        + 0.9 * _add_bad(seen)
        + 0.4 * add_up(heat)
        - 1.15 * _weigh_contrast(seen, praise)
    )
    points += 0.6 * min(len(seen.of("demand")), 2) + 0.9 * min(len(seen.of("risk")), 2)
    if not praise:
        points += _lean_without_praise(seen)
    if seen.of("mark", "contrast") and (against or seen.of("cause")):
        points += 0.4
    yes = squash(1.1 * points)
    ranked = sorted((("yes", yes), ("no", 1 - yes)), key=lambda item: -item[1])
    value, share = ranked[0]
    evidence = seen.evidence([*against, *seen.of("cause")] if value == "yes" else praise)
    return Judgement(None if UNSURE[0] < yes < UNSURE[1] else value, share, evidence, tuple(ranked))


def _fall_to_other(seen: Seen, judged: Judgement, complaint: Judgement) -> Judgement:
    """A complaint that names nothing is 其他; where labels compete the engine stays silent."""
    if judged.value is None and not judged.alternatives and complaint.value == "yes":
        return Judgement(OTHER, 0.5 * complaint.confidence, complaint.evidence[:2], ((OTHER, 0.5),))
    return judged


def _only_if_complaint(judged: Judgement, complaint: Judgement) -> Judgement:
    if complaint.value == "no":
        return Judgement(None, judged.confidence, judged.evidence, judged.alternatives)
    return judged


def _prefer_collection(groups: Mapping[str, list[Hit]]) -> dict[str, list[Hit]]:
    """Calls about overdue debt are 债务催收 whatever the product; other labels keep half their words."""
    if "债务催收" not in groups:
        return dict(groups)
    return {label: hits if label == "债务催收" else hits[:1] for label, hits in groups.items()}


def judge_business(seen: Seen, complaint: Judgement) -> Judgement:
    """The business line complained about (业务类别)."""
    judged = choose(seen, "business", _prefer_collection(_by_label(seen.of("business"))))
    return _only_if_complaint(_fall_to_other(seen, judged, complaint), complaint)


def judge_cause(seen: Seen, complaint: Judgement) -> Judgement:
    """What went wrong (投诉原因)."""
    judged = choose(seen, "cause", _by_label(seen.of("cause")))
    return _only_if_complaint(_fall_to_other(seen, judged, complaint), complaint)
