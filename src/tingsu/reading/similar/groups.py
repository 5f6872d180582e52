"""Copies and near-copies among many texts: the same complaint sent again, or one wording sent by many."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest

from rensa import RMinHash

from tingsu.reading.similar.forms import bare, jaccard, place_bare, shingles

SAME, NEAR = "same", "near"
THRESHOLD, OF_SHORT = 0.6, 0.7  # share of common character triples (Jaccard) from which two texts are near-copies
LONG = 60  # triples from which the lower share is enough: a short text has little besides its subject
SHORTEST = 12  # characters without punctuation; anything shorter is never a near-copy, only the same
_BANDS, _ROWS, _SEED = 20, 3, 42
_COMPARED, _SAMPLED = 400, 20  # characters and members looked at for the shared passage
_SKETCHED_AT_ONCE, _REMEMBERED = 2_000, 8_192  # texts
_LISTED = 8  # leaders under one key; where a wording has more, a newcomer meets the most followed and the latest
_LIKELIEST, _COMPARED_EXACTLY = 12, 3  # leaders met in most bands; of them those whose sketches are most alike
_DOUBT = 0.2  # how far a sketch of sixty numbers may be below the truth (three standard errors)

OnDone = Callable[[int], None]


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


def signature(text: str) -> Signature:
    """The signature of one text, to keep beside it and compare later."""
    plain = bare(text)
    sketch = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    sketch.update(sorted(shingles(plain)) or [plain])
    return Signature(plain, tuple(sketch.digest()))


def are_near(first: set[str], second: set[str]) -> float:
    """The share of triples in common where it makes near-copies of two texts, else 0."""
    least = THRESHOLD if min(len(first), len(second)) >= LONG else OF_SHORT
    shared = jaccard(first, second, at_least=least)
    return shared if shared >= least else 0.0


def find_groups(texts: Iterable[str], *, on_done: OnDone | None = None) -> list[Group]:
    """Groups of copies among ``texts``, largest first, then by first member; a text is in one group at most.

    Every member of a near group has 60 % of its character triples in common with the representative (70 % where one has
    fewer than sixty), checked exactly.
    Texts under twelve characters are grouped only when identical: 垃圾 from a thousand people is no batch. Time grows
    with the number of texts, however alike they are; a pair at the very threshold may be missed (one in a hundred),
    and of wordings with hundreds of variants each variant meets the most followed and the latest ones. ``on_done``
    hears how many texts have been compared.
    """
    originals = list(texts)
    same = _gather_same(bare(text) for text in originals)
    followers = _gather_near([plain for plain in same if len(plain) >= SHORTEST], on_done or (lambda done: None))
    followed = {plain for group in followers.values() for plain in group}
    groups = [
        _make_group(originals, same, leader, followers.get(leader, []))
        for leader in same
        if leader not in followed and (len(same[leader]) > 1 or leader in followers)
    ]
    return sorted(groups, key=lambda group: (-len(group.members), group.members[0]))


def _gather_same(bares: Iterable[str]) -> dict[str, list[int]]:
    same: dict[str, list[int]] = {}
    for index, plain in enumerate(bares):
        if plain:
            same.setdefault(plain, []).append(index)
    return same


def _gather_near(unique: Sequence[str], on_done: OnDone) -> dict[str, list[str]]:
    """Leader → followers. A text follows the leader it is most like, if alike enough, else becomes a leader itself.

    Only leaders are indexed, so one wording sent ten thousand times costs ten thousand comparisons, not their square;
    and each key lists a few leaders only, so that ten thousand variants of one wording do not cost their square either.
    Pieces of texts are made when they are compared and soon forgotten, so that memory holds only the keys.
    """
    leaders = _Leaders()
    followers: dict[str, list[str]] = {}
    pieces = lru_cache(_REMEMBERED)(lambda place: shingles(unique[place]))
    for place, tokens, sketch in _sketched(unique):
        keys = _keys_of(sketch)
        leader = _most_alike(tokens, leaders.likeliest(sketch, keys), pieces)
        if leader is None:
            leaders.add(place, sketch, keys)
        else:
            leaders.followed[leader] += 1
            followers.setdefault(unique[leader], []).append(unique[place])
        if place % _SKETCHED_AT_ONCE == 0:
            on_done(place)
    return followers


@dataclass
class _Leaders:
    """The leaders' sketches, and which leaders stand under which band of them."""

    sketches: dict[int, RMinHash] = field(default_factory=dict)
    followed: Counter[int] = field(default_factory=Counter)  # leader → how many follow it
    bands: list[dict[bytes, list[int]]] = field(default_factory=lambda: [{} for _ in range(_BANDS)])

    def likeliest(self, sketch: RMinHash, keys: Sequence[bytes]) -> list[int]:
        """The leaders whose sketches are most alike, among those that share most bands."""
        met: Counter[int] = Counter()
        for band, key in zip(self.bands, keys, strict=True):
            if key in band:
                met.update(band[key])
        alike = [(sketch.jaccard(self.sketches[place]), place) for place, _times in met.most_common(_LIKELIEST)]
        alike = [pair for pair in alike if pair[0] >= THRESHOLD - _DOUBT]
        return [place for _alike, place in nsmallest(_COMPARED_EXACTLY, alike, key=lambda pair: (-pair[0], pair[1]))]

    def add(self, place: int, sketch: RMinHash, keys: Sequence[bytes]) -> None:
        self.sketches[place] = sketch
        for band, key in zip(self.bands, keys, strict=True):
            listed = band.setdefault(key, [])
            if len(listed) == _LISTED:  # the wording that many follow stays, however many variants come after it
                listed.remove(min(listed, key=lambda leader: (self.followed[leader], leader)))
            listed.append(place)


def _sketched(unique: Sequence[str]) -> Iterator[tuple[int, set[str], RMinHash]]:
    """(place, pieces, sketch) of every text, sketched some thousand at a time."""
    for start in range(0, len(unique), _SKETCHED_AT_ONCE):
        found = [shingles(plain) for plain in unique[start : start + _SKETCHED_AT_ONCE]]
        sketches = RMinHash.from_token_sets([list(tokens) for tokens in found], _BANDS * _ROWS, _SEED)
        yield from zip(range(start, start + len(found)), found, sketches, strict=True)


def _keys_of(sketch: RMinHash) -> list[bytes]:
    digest = array("Q", sketch.digest())
    width = _ROWS * digest.itemsize
    whole = digest.tobytes()
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def _most_alike(tokens: set[str], candidates: Iterable[int], pieces: Callable[[int], set[str]]) -> int | None:
    best, most = None, 0.0
    for candidate in candidates:
        alike = are_near(tokens, pieces(candidate))
        if alike > most:
            best, most = candidate, alike
    return best


def _make_group(originals: Sequence[str], same: dict[str, list[int]], leader: str, followers: Sequence[str]) -> Group:
    members = sorted(index for plain in (leader, *followers) for index in same[plain])
    first = same[leader][0]
    if not followers:
        return Group(tuple(members), SAME, first, originals[first].strip())
    return Group(tuple(members), NEAR, first, _shared_passage(originals[first], followers))


def _shared_passage(text: str, others: Sequence[str]) -> str:
    """The longest wording ``others`` (bare) share with ``text``, as ``text`` spells it, punctuation included."""
    placed = place_bare(text, len(text))
    passage = placed.text[:_COMPARED]
    for other in others[:_SAMPLED]:
        passage = _cut_to_shared(passage, other)
    if not passage:
        return ""
    first = placed.text.find(passage)
    start, end = placed.origin(first, first + len(passage))
    return text[start:end]


def _cut_to_shared(passage: str, other: str) -> str:
    if passage in other:
        return passage
    other = other[:_COMPARED]
    match = SequenceMatcher(None, passage, other, autojunk=False).find_longest_match()
    return passage[match.a : match.a + match.size]
