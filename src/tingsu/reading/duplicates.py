"""Copies and near-copies among many texts: the same complaint sent again, or one wording sent by many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest

from rensa import RMinHash, RMinHashLSH

from tingsu.reading.folding import fold

SAME, NEAR = "same", "near"
THRESHOLD = 0.7  # share of common character triples (Jaccard) from which two texts are near-copies
SHORTEST = 12  # characters without punctuation; anything shorter is never a near-copy, only the same
_PERMUTATIONS, _BANDS, _SEED = 64, 16, 42
_NGRAM = 3
_LONGEST = 4_000  # characters compared; copies differ early or not at all
_COMPARED, _SAMPLED = 400, 20  # characters and members looked at for the shared passage
_SKETCHED_AT_ONCE, _REMEMBERED, _COMPARED_EXACTLY = 2_000, 8_192, 12  # texts
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that copy each other: ``members`` are indices into the input, ascending.

    ``kind`` is "same" (identical but for width, script, case, spaces and punctuation) or "near". The members of a near
    group are all like ``representative``. ``passage`` is the longest wording they share, as the representative has it.
    """

    members: tuple[int, ...]
    kind: str
    representative: int
    passage: str


@dataclass(frozen=True, slots=True)
class Signature:
    """What is compared instead of the text: ``key`` is equal for identical texts, ``digest`` is its MinHash."""

    key: str
    digest: tuple[int, ...]


def _bare(text: str) -> str:
    """Letters, digits and characters only; a text of pure punctuation keeps its signs."""
    folded = fold(text).text
    return _NOISE.sub("", folded) or folded.strip()


def _shingles(bare: str) -> set[str]:
    bare = bare[:_LONGEST]
    return {bare[start : start + _NGRAM] for start in range(len(bare) - _NGRAM + 1)}


def signature(text: str) -> Signature:
    """The signature of one text, to keep beside it and compare later."""
    bare = _bare(text)
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    sketch.update(sorted(_shingles(bare)) or [bare])
    return Signature(bare, tuple(sketch.digest()))


def _cut_to_shared(passage: str, other: str) -> str:
    if passage in other:
        return passage
    other = other[:_COMPARED]
    match = SequenceMatcher(None, passage, other, autojunk=False).find_longest_match()
    return passage[match.a : match.a + match.size]


def _shared_passage(text: str, others: Sequence[str]) -> str:
    """The longest wording ``others`` (bare) share with ``text``, as ``text`` spells it, punctuation included."""
    folded = fold(text)
    kept = [place for place, char in enumerate(folded.text) if not _NOISE.match(char)]
    bare = "".join(folded.text[place] for place in kept)
    passage = bare[:_COMPARED]
    for other in others[:_SAMPLED]:
        passage = _cut_to_shared(passage, other)
    if not passage:
        return ""
    first = bare.find(passage)
    start, end = folded.origin(kept[first], kept[first + len(passage) - 1] + 1)
    return text[start:end]


def _gather_same(bares: Iterable[str]) -> dict[str, list[int]]:
    same: dict[str, list[int]] = {}
    for index, bare in enumerate(bares):
        if bare:
            same.setdefault(bare, []).append(index)
    return same


def _gather_near(unique: Sequence[str]) -> dict[str, list[str]]:
    """Leader → followers. A text follows the leader it is most like, if alike enough, else becomes a leader itself.

    Only leaders are indexed, so one wording sent ten thousand times costs ten thousand comparisons, not their square.
    Pieces of texts are made when they are compared and soon forgotten, so that memory holds only the sketches.
    """
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    leaders: dict[int, RMinHash] = {}
    followers: dict[str, list[str]] = {}
    pieces = lru_cache(_REMEMBERED)(lambda place: _shingles(unique[place]))
    for place, tokens, sketch in _sketched(unique):
        leader = _most_alike(tokens, _likeliest(sketch, index.query(sketch), leaders), pieces)
        if leader is None:
            index.insert(place, sketch)
            leaders[place] = sketch
        else:
            followers.setdefault(unique[leader], []).append(unique[place])
    return followers


def _sketched(unique: Sequence[str]) -> Iterator[tuple[int, set[str], RMinHash]]:
    """(place, pieces, sketch) of every text, sketched some thousand at a time."""
    for start in range(0, len(unique), _SKETCHED_AT_ONCE):
        shingles = [_shingles(bare) for bare in unique[start : start + _SKETCHED_AT_ONCE]]
        sketches = RMinHash.from_token_sets([list(tokens) for tokens in shingles], _PERMUTATIONS, _SEED)
        yield from zip(range(start, start + len(shingles)), shingles, sketches, strict=True)


def _likeliest(sketch: RMinHash, candidates: Sequence[int], leaders: dict[int, RMinHash]) -> list[int]:
    """The candidates worth an exact comparison; where a template brings hundreds, those with the nearest sketches."""
    if len(candidates) <= _COMPARED_EXACTLY:
        return sorted(candidates)
    return sorted(nlargest(_COMPARED_EXACTLY, candidates, key=lambda c: sketch.jaccard(leaders[c])))


def _most_alike(tokens: set[str], candidates: Iterable[int], pieces: Callable[[int], set[str]]) -> int | None:
    best, most = None, THRESHOLD
    for candidate in candidates:
        alike = _jaccard(tokens, pieces(candidate))
        if alike >= most and (best is None or alike > most):
            best, most = candidate, alike
    return best


def _jaccard(first: set[str], second: set[str]) -> float:
    small, large = sorted((len(first), len(second)))
    if small < THRESHOLD * large:  # cannot reach the threshold whatever they share
        return 0.0
    shared = len(first & second)
    return shared / (small + large - shared)


def find_groups(texts: Iterable[str]) -> list[Group]:
    """Groups of copies among ``texts``, largest first, then by first member; a text is in one group at most.

    Every member of a near group has 70 % of its character triples in common with the representative, checked exactly.
    Texts under twelve characters are grouped only when identical: 垃圾 from a thousand people is no batch. Near-linear
    in the number of texts; a pair at the very threshold may be missed (about one in a hundred).
    """
    originals = list(texts)
    same = _gather_same(_bare(text) for text in originals)
    followers = _gather_near([bare for bare in same if len(bare) >= SHORTEST])
    followed = {bare for group in followers.values() for bare in group}
    groups = [
        _make_group(originals, same, leader, followers.get(leader, []))
        for leader in same
        if leader not in followed and (len(same[leader]) > 1 or leader in followers)
    ]
    return sorted(groups, key=lambda group: (-len(group.members), group.members[0]))


def _make_group(originals: Sequence[str], same: dict[str, list[int]], leader: str, followers: Sequence[str]) -> Group:
    members = sorted(index for bare in (leader, *followers) for index in same[bare])
    first = same[leader][0]
    if not followers:
        return Group(tuple(members), SAME, first, originals[first].strip())
    return Group(tuple(members), NEAR, first, _shared_passage(originals[first], followers))
