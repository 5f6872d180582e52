"""How heated the writer is, and what he needs besides the matter itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen, add_up, squash
from tingsu.reading.types import Emotion, Judgement

NEEDS = ("求解决", "求发泄", "求尊重", "求补偿")
_ANGRY, _FURIOUS = 1.0, 3.3
_FURIOUS_WITHOUT_INSULT = 4.5  # harsh words alone must pile up before they weigh as much as an insult or a threat
_SHORT_CRY = 24  # characters; a longer text without cues more likely tells of a matter the lexicon does not know
_VOICE_OF_HEAT, _PULL_OF_HEAT, _CALM_FIRST = 1.0, 2.0, -0.2
_VOICE_OF_NEED, _USUAL_GAP = 0.6, 2.0  # the gap below 求解决 at which the voice says nothing
_MARKS = re.compile(r"[!?]{2,}|!")


def _heat_of_marks(text: str) -> float:
    """Runs of ! and ?; one exclamation mark alone adds almost nothing."""
    runs: list[str] = _MARKS.findall(text)
    long_runs = sum(len(run) > 1 for run in runs)
    single = len(runs) - long_runs
    asked = max(0, text.count("?") - sum(run.count("?") for run in runs) - 1)
    return min(1.6, 0.7 * long_runs + 0.3 * max(0, single - 1) + 0.15 * (single > 0) + 0.4 * asked)


def _heat_of_questions(hits: Sequence[Hit]) -> float:
    """One rhetorical question is still calm; several are not."""
    return {0: 0.0, 1: 0.6, 2: 1.3}.get(len(hits), 1.9)


def judge_emotion(seen: Seen, complaint: Judgement) -> Emotion:
    """Heat from 0 calm to 3 furious. Needs no complaint: someone may rage about nothing in particular."""
    groups = {
        label: seen.of("emotion", label) for label in ("咒骂", "愤怒", "激烈", "反问", "加重", "反话", "和气", "称赞")
    }
    heat = add_up(groups["咒骂"]) + add_up(groups["愤怒"]) + add_up(groups["激烈"]) + 0.9 * add_up(groups["反话"])
    heat += _heat_of_questions(groups["反问"]) + _heat_of_marks(seen.text)
    hot = [hit for label in ("咒骂", "愤怒", "激烈", "反话", "反问") for hit in groups[label]]
    if hot:
        heat += 0.6 * add_up(groups["加重"])
    polite, praise = groups["和气"], groups["称赞"]
    cool = add_up(polite) + add_up(praise)
    if complaint.value == "no":
        strength = 3 if groups["咒骂"] and heat + cool > _FURIOUS else 0
    elif heat < 0.5 and polite and len(polite) + len(praise) > 1:
        strength = 0
    else:
        warm = heat + max(cool, -0.6) if heat < _ANGRY else heat
        furious = _FURIOUS if groups["咒骂"] or groups["愤怒"] else _FURIOUS_WITHOUT_INSULT
        strength = 1 + (warm >= _ANGRY) + (warm >= furious)
        strength = _hear_strength(seen, strength, warm)
    if complaint.value is None and strength == 1 and not hot:
        strength = 0
    return Emotion(strength, _sureness(heat, strength, complaint), seen.evidence(hot or [*polite, *praise]))


def _hear_strength(seen: Seen, strength: int, warm: float) -> int:
    """What rules and voice say together; rage needs plain words, so the voice alone neither finds nor denies it."""
    if seen.heard is None or strength == 3:
        return strength
    chances = seen.heard.chances("emotion")
    lean = _VOICE_OF_HEAT * (chances["2"] - chances["1"]) + _PULL_OF_HEAT * min(1.0, warm - _ANGRY)
    return 2 if lean > _CALM_FIRST else 1


def _sureness(heat: float, strength: int, complaint: Judgement) -> float:
    """Further from the nearest threshold is surer."""
    if strength == 0:
        return complaint.confidence
    edge = min(abs(heat - _ANGRY), abs(heat - _FURIOUS))
    return round(0.5 + 0.45 * min(1.0, edge), 3)


def judge_needs(seen: Seen, complaint: Judgement, emotion: Emotion) -> tuple[Judgement, dict[str, float]]:
    """The main need and a separate probability of each of the four."""
    groups = {label: seen.of("need", label) for label in NEEDS}
    points = {label: add_up(hits) for label, hits in groups.items()}
    concrete = _count_matters(seen)
    asks = bool(seen.of("demand")) or bool(seen.of("mark", "asked"))
    solve = -0.2 + 0.35 * points["求解决"] + 0.9 * min(concrete, 3) + 0.5 * asks
    vent = -1.6 + 0.6 * points["求发泄"] + 0.45 * emotion.strength - 1.5 * min(concrete, 2) - 0.8 * asks
    respect = -1.75 + 0.9 * points["求尊重"]
    repay = -2.6 + 1.3 * points["求补偿"]
    if complaint.value == "yes" and not concrete and not asks and (groups["求发泄"] or len(seen.text) < _SHORT_CRY):
        vent += 1.4
    points_of = dict(zip(NEEDS, (solve, vent, respect, repay), strict=True))
    heard = _hear_needs(seen)
    needs = {label: squash(value + heard[label]) for label, value in points_of.items()}
    if complaint.value == "no":
        return Judgement(None, 0.0), {label: round(0.2 * value, 4) for label, value in needs.items()}
    ranked = sorted(needs.items(), key=lambda item: -item[1])
    main = _choose_need(needs, ranked)
    return Judgement(main, needs[main], seen.evidence(groups[main]), tuple(ranked)), needs


def _hear_needs(seen: Seen) -> dict[str, float]:
    """How far the voice raises or lowers each need against the ground state."""
    if seen.heard is None:
        return dict.fromkeys(NEEDS, 0.0)
    chances = seen.heard.chances("need")
    usual = seen.heard.weight * _USUAL_GAP - chances["求解决"]
    return {label: 0.0 if label == "求解决" else _VOICE_OF_NEED * (chances[label] + usual) for label in NEEDS}


def _count_matters(seen: Seen) -> int:
    """How many things that could be acted on are named; two hints count as one."""
    plain = sum(hit.cue.extra.get("bad", 0.5) >= 1 or hit.cue.weight >= 2 for hit in seen.of("cause"))
    hints = {hit.cue.phrase for hit in seen.of("cause")}
    return max(plain, int(len(hints) > 1))


def _choose_need(needs: dict[str, float], ranked: list[tuple[str, float]]) -> str:
    """求解决 is the ground state: the wish for respect or money wins over it when plainly shown."""
    if needs["求补偿"] >= 0.5 and needs["求补偿"] >= needs["求尊重"]:
        return "求补偿"
    if needs["求尊重"] >= 0.5:
        return "求尊重"
    if needs["求发泄"] > needs["求解决"]:
        return "求发泄"
    return "求解决"
