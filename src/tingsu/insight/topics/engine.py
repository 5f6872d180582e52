"""Topics of any number of texts without a list beforehand: what people write about, named, with who writes it.

    found = find_topics(texts, days)            # Found(name, phrases, members, rising)

Up to ``DIRECT`` texts are all compared with each other. Of more, a fair sample is, and with it the texts that say what
the last weeks say more than before (``contrast``); the rest join the topic whose phrases they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tingsu.insight.topics.alike import Alike, find_alike
from tingsu.insight.topics.contrast import contrast
from tingsu.insight.topics.grams import Places, find
from tingsu.insight.topics.profiles import Profile, assign, make_profiles, weigh_phrases

DIRECT = 12_000
SAMPLED, CONTRASTED = 8_000, 4_000
RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """One topic: ``members`` index the texts, ascending; ``name`` is "" where no phrase tells it apart."""

    name: str
    profile: Profile
    members: tuple[int, ...]


def find_topics(
    texts: Sequence[str], days: Sequence[int | None] | None = None, *, fewest: int = 3, direct: int = DIRECT
) -> list[Found]:
    """Topics of at least ``fewest`` texts, largest first; a text is in one at most. ``days`` are day numbers."""
    if len(texts) <= direct:
        return _named(texts, find_alike(texts, days), fewest)
    looked = pick_texts(texts, days)
    few = [texts[place] for place in looked.tolist()]
    few_days = None if days is None else [days[place] for place in looked.tolist()]
    seeds = _named(few, find_alike(few, few_days), fewest)
    chosen = assign(texts, [weigh_phrases(seed.profile, len(few)) for seed in seeds])
    members: list[list[int]] = [[] for _ in seeds]
    for place, topic in enumerate(chosen):
        if topic is not None:
            members[topic].append(place)
    whole = [Found(s.name, s.profile, tuple(m)) for s, m in zip(seeds, members, strict=True) if len(m) >= fewest]
    return sorted(whole, key=lambda found: (-len(found.members), found.name))


def _named(texts: Sequence[str], groups: Sequence[Alike], fewest: int) -> list[Found]:
    kept = [group for group in groups if len(group.members) >= fewest]
    profiles = make_profiles(texts, [group.members for group in kept])
    return [Found(p.name, p, group.members) for p, group in zip(profiles, kept, strict=True)]


def pick_texts(texts: Sequence[str], days: Sequence[int | None] | None) -> Places:
    """A fair sample, and of the last weeks the texts with most of what they say more than the weeks before."""
    step = max(1, len(texts) // SAMPLED)
    sample = np.arange(0, len(texts), step)
    if days is None:
        return sample
    known = np.array([-1 if day is None else day for day in days])
    recent = known > known.max() - RECENT_DAYS
    said = contrast(texts, recent)
    if not said:
        return sample
    places = np.flatnonzero(recent)
    found = find([texts[place] for place in places.tolist()], [one.text for one in said])
    weight = np.log([max(one.lift, 1.0) for one in said])
    score = np.bincount(found.text, weights=weight[found.run], minlength=len(places))
    best = places[np.argsort(-score, kind="stable")[:CONTRASTED]]
    return np.unique(np.concatenate([sample, best]))
