"""What a group of messages says that others do not: its phrases, its name, and whether another message is of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from tingsu.insight.certainty import FALSE_SHARE, Array, adjusted
from tingsu.insight.topics.contrast import Said, tail
from tingsu.insight.topics.grams import Places, find
from tingsu.insight.topics.spots import KINDS
from tingsu.insight.topics.wholes import find_wholes

MOST_PHRASES = 12
MOST_READ = 60  # messages of a group whose words are looked at
NAME_LENGTH = 14  # characters
LEAST_SHARE = 0.2  # of the group's messages that say a phrase
MOST_CARRIED, AGREED = 2, 0.7  # characters a phrase is carried on by; share of its texts that must agree
_KIND = re.compile(KINDS)
_ENDS = frozenset("苑府城站路街区园店行院校厅局厂场所镇村桥费款卡")
MARGIN = 5.0
PARTLY = 0.34  # a second phrase of a name must stand in so many


@dataclass(frozen=True, slots=True)
class Profile:
    """``phrases`` by how much they tell the group apart; ``of`` messages in the group."""

    name: str
    phrases: tuple[Said, ...]
    of: int


def make_profiles(texts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[Profile]:
    """A profile for each group against all ``texts``; phrases of whole words, false discoveries held to 5 %."""
    candidates = [_candidates(texts, group) for group in groups]
    phrases = sorted(set().union(*candidates)) if candidates else []
    if not phrases:
        return [Profile("", (), len(group)) for group in groups]
    found = find(texts, phrases)
    table = csr_matrix((np.ones(len(found.run), np.int32), (found.run, found.text)), shape=(len(phrases), len(texts)))
    held = found.texts_of()
    number = {phrase: at for at, phrase in enumerate(phrases)}
    profiles = [
        _profile(group, sorted(mine), np.array([number[one] for one in sorted(mine)], np.int64), table, held)
        for group, mine in zip(groups, candidates, strict=True)
    ]
    return [
        replace(profile, name=whole_name(profile.name, [texts[place] for place in list(group)[:MOST_READ]]))
        for profile, group in zip(profiles, groups, strict=True)
    ]


def _candidates(texts: Sequence[str], group: Sequence[int]) -> set[str]:
    step = max(1, len(group) // MOST_READ)
    read = list(group)[::step][:MOST_READ]
    counts: Counter[str] = Counter()
    for place in read:
        counts.update(find_wholes(texts[place]))
    least = max(2, LEAST_SHARE * len(read))
    return {phrase for phrase, count in counts.items() if count >= least}


def _profile(group: Sequence[int], mine: list[str], rows: Places, table: csr_matrix, held: Places) -> Profile:
    if not mine:
        return Profile("", (), len(group))
    many = table.shape[1]
    within = np.asarray(table[rows][:, list(group)].sum(axis=1)).ravel()
    share = len(group) / many
    q = adjusted(tail(within, held[rows], share))
    lift = within / np.maximum(held[rows] * share, 1e-9)
    score = within * np.log(np.maximum(lift, 1.0)) * _length_bonus(mine)
    order = np.argsort(-score, kind="stable")
    said = [
        Said(mine[at], int(within[at]), int(held[rows[at]] - within[at]), float(lift[at]), float(q[at]))
        for at in order.tolist()
        if (q[at] <= FALSE_SHARE or share == 1.0) and within[at] >= 2
    ]
    kept = _distinct(said)
    return Profile(make_name(kept, len(group)), tuple(kept), len(group))


def whole_name(name: str, texts: Sequence[str]) -> str:
    """The name with each phrase carried on to the end of the place or thing it begins: 伊园滨河 → 伊园滨河苑."""
    return " · ".join(_carried_on(phrase, texts) for phrase in name.split(" · "))


def _carried_on(phrase: str, texts: Sequence[str]) -> str:
    longest = phrase
    for _step in range(MOST_CARRIED):
        after = Counter(
            text[at : at + 1] for text in texts if (at := text.find(longest) + len(longest)) >= len(longest)
        )
        following, count = after.most_common(1)[0] if after else ("", 0)
        if not following or count < AGREED * after.total():
            break
        longest += following
        if following in _ENDS:
            return longest
    return phrase


def _length_bonus(phrases: Sequence[str]) -> Array:
    """Longer phrases say more to a reader."""
    return np.array([1.0 + 0.25 * (min(len(phrase), 5) - 2) for phrase in phrases])


def _distinct(said: Sequence[Said]) -> list[Said]:
    """The best ones of which none lies inside another."""
    kept: list[Said] = []
    for one in said:
        if not any(one.text in other.text or other.text in one.text for other in kept):
            kept.append(one)
            if len(kept) == MOST_PHRASES:
                break
    return kept


def make_name(said: Sequence[Said], of: int) -> str:
    """One phrase or two that share no character: 伊园滨苑 · 捆绑车位; "" where nothing tells the group apart.

    A bare kind of place (花园, 小区) names nothing and is passed over where there is anything else.
    """
    said = [one for one in said if not _KIND.fullmatch(one.text)] or list(said)
    if not said:
        return ""
    first = said[0]
    for other in said[1:]:
        apart = not set(other.text) & set(first.text)
        if apart and other.inside >= PARTLY * of and len(first.text) + len(other.text) <= NAME_LENGTH:
            return f"{first.text} · {other.text}"
    return first.text


def weigh_phrases(profile: Profile, texts: int) -> dict[str, float]:
    """Phrase → how much it speaks for the group: 1 in all is enough to take a message in.

    The log of the odds inside over outside (a half message added), over what it takes to make up for the group's
    smallness among ``texts``, and ``MARGIN`` more, for phrases that come together say less than they add up to.
    """
    rest = max(1, texts - profile.of)
    enough = float(np.log((rest + 1) / (profile.of + 1))) + MARGIN
    return {
        one.text: float(np.log((one.inside + 0.5) / (profile.of + 1)) - np.log((one.outside + 0.5) / (rest + 1)))
        / enough
        for one in profile.phrases
    }


def assign(
    texts: Sequence[str], weights: Sequence[dict[str, float]], *, need: float = 1.0, least: int = 2
) -> list[int | None]:
    """The group each text belongs to, None for no group: where ``least`` of its phrases and weight ``need`` are found.

    ``weights``: for each group, phrase → weight (``weigh_phrases``). Every text is looked at once, whatever the number
    of groups.
    """
    phrases = sorted({phrase for group in weights for phrase in group})
    if not phrases or not texts:
        return [None] * len(texts)
    found = find(texts, phrases)
    said = csr_matrix((np.ones(len(found.run), np.float32), (found.text, found.run)), shape=(len(texts), len(phrases)))
    number = {phrase: at for at, phrase in enumerate(phrases)}
    entries = [(number[p], group, w) for group, mine in enumerate(weights) for p, w in mine.items()]
    rows, cols = [e[0] for e in entries], [e[1] for e in entries]
    shape = (len(phrases), len(weights))
    weight = csr_matrix(([e[2] for e in entries], (rows, cols)), shape=shape)
    present = csr_matrix((np.ones(len(entries), np.float32), (rows, cols)), shape=shape)
    score, hits = (said @ weight).tocsr(), (said @ present).tocsr()
    return _best(score, hits, need, least, len(texts))


def _best(score: csr_matrix, hits: csr_matrix, need: float, least: int, many: int) -> list[int | None]:
    """The column of the highest score in each row; both tables hold the same places."""
    score.sort_indices()
    hits.sort_indices()
    values = np.where(hits.data >= least, score.data, 0.0)
    row = np.repeat(np.arange(many), np.diff(score.indptr))
    order = np.lexsort((-score.indices, values, row))  # the best of a row stands last, of equals the first column
    last = np.flatnonzero(np.concatenate((row[order][1:] != row[order][:-1], [True]))) if len(order) else order
    best = order[last]
    chosen: list[int | None] = [None] * many
    for at in best[values[best] >= need].tolist():
        chosen[row[at]] = int(score.indices[at])
    return chosen
