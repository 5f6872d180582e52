"""Letters from one mould: long passages in common, though each writer's own part differs too much for a near-copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tingsu.reading.similar.forms import bare, shingles
from tingsu.reading.similar.groups import SHORTEST as SHORTEST_COPY
from tingsu.reading.similar.groups import are_near
from tingsu.reading.similar.keys import hash_runs
from tingsu.reading.similar.passages import matching_passages

SHORTEST = 80  # letters and characters of a text that can be said to follow a mould
PASSAGE = 16  # characters of a passage that counts
SHARED, SHARE = 60, 0.4  # characters in common at least, and of the shorter text
_RUN, _SAMPLED = 16, 8  # one run in eight is kept: of a common passage of 60 characters some stand in both
_LONGEST = 4_000  # characters looked at
_LISTED, _COMPARED = 8, 3  # leaders under one run; those compared in full


@dataclass(frozen=True, slots=True)
class Mould:
    """``leader`` and the texts written from its mould, as indices into the input, ascending."""

    leader: int
    followers: tuple[int, ...]


def is_copy(first: str, second: str) -> bool:
    """Whether one text is a copy or near-copy of the other, or both follow one mould."""
    one, other = bare(first), bare(second)
    if one == other:
        return bool(one)
    if min(len(one), len(other)) < SHORTEST_COPY:
        return False
    return are_near(shingles(one), shingles(other)) > 0 or follows_mould(first, second)


def follows_mould(first: str, second: str) -> bool:
    """Whether two texts have so much wording in common, in long passages, that one hand seems to have written both."""
    if first == second:
        return True
    shorter = min(len(bare(first)), len(bare(second)))
    if shorter < SHORTEST:
        return False
    passages = matching_passages(first, second, shortest=PASSAGE)
    shared = sum(len(bare(first[passage.first.start : passage.first.end])) for passage in passages)
    return shared >= max(SHARED, SHARE * shorter)


def find_moulds(texts: Sequence[str]) -> list[Mould]:
    """Texts among ``texts`` that follow a common mould, each with the first one it was found to follow.

    Compared only where runs of sixteen characters meet, with a few leaders each, so that time grows with the number
    of texts. A passage that stands in very many texts (a form's own words) leads to the most followed and
    the latest of them only.
    """
    under: dict[int, list[int]] = {}
    followers: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        runs = _sampled(text)
        leader = _find_leader(place, texts, runs, under)
        if leader is None:
            for run in runs:
                listed = under.setdefault(run, [])
                if len(listed) == _LISTED:  # the mould that many follow stays
                    listed.remove(min(listed, key=lambda one: (len(followers.get(one, ())), one)))
                listed.append(place)
        else:
            followers.setdefault(leader, []).append(place)
    return [Mould(leader, tuple(found)) for leader, found in followers.items()]


def _find_leader(place: int, texts: Sequence[str], runs: Sequence[int], under: dict[int, list[int]]) -> int | None:
    met = Counter(leader for run in runs for leader in under.get(run, ()))
    for leader, times in met.most_common(_COMPARED):
        if times * _SAMPLED >= SHARED // 4 and follows_mould(texts[leader], texts[place]):
            return leader
    return None


def _sampled(text: str) -> list[int]:
    plain = bare(text)[:_LONGEST]
    if len(plain) < SHORTEST:
        return []
    runs = np.unique(hash_runs(plain, _RUN))
    kept: list[int] = runs[runs % np.uint32(_SAMPLED) == 0].tolist()
    return kept
