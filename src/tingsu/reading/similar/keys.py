"""Numbers under which alike texts meet in a store: equal numbers are found by an index, however many texts there are.

Copy keys: of all runs of five characters those with the smallest hashes, so that two texts that share much of their
wording share some of them, whatever else differs. Matter keys: the runs of two characters that say most, alone and two
by two. A key is a signed 32-bit number: two runs may meet under one by chance, which costs a look and no more.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from tingsu.reading.similar.forms import LONGEST, bare
from tingsu.reading.similar.meaning import Floats, Profile
from tingsu.reading.similar.measure import compare

COPIES, MATTERS, PAIRED = 8, 16, 5  # keys of a text at most; of its matters so many are also taken two by two
SHORTEST = 6  # letters and characters; a shorter text says too little to be like anything
MOST_LISTED = {"copy": 200, "matter": 600, "pair": 200}  # of one key that are looked at, the latest
_RUN = 5  # characters of a copy key
_STORE = 1e6  # texts; what a short list is held against when votes are weighed
_SALT = {"copy": 0x1B873593, "matter": 0x3C6EF372, "pair": 0x2545F491, "contact": 0x5BE0CD19}
Hashes = np.ndarray[Any, np.dtype[np.uint32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one text, each with its sort: copy, matter or pair."""

    sorts: Mapping[int, str]

    def __iter__(self) -> Iterator[int]:
        return iter(self.sorts)


def make_keys(profile: Profile) -> Keys:
    """At most 34 keys of a text; none for one too short to compare."""
    if len(profile.bare) < SHORTEST:
        return Keys({})
    matters = _matters(profile)
    runs = [("pair", "".join(sorted(two))) for two in combinations(matters[:PAIRED], 2)]
    runs += [("matter", run) for run in matters]
    found = {_key_of(run, sort): sort for sort, run in runs}
    hashes = np.unique(hash_runs(profile.bare[:LONGEST], _RUN))[:COPIES]
    return Keys(found | {_signed(int(key) ^ _SALT["copy"]): "copy" for key in hashes})


def contact_key(kind: str, value: str) -> int:
    """The number under which texts that give one telephone, address or account meet; ``value`` in its plain form."""
    return _key_of(f"{kind}:{value}", "contact")


def rank_votes(keys: Keys, listed: Mapping[int, Ints], most: int) -> list[int]:
    """The texts that meet most often under rare keys, at most ``most``; ``listed`` names the texts under each key."""
    found = [(key, texts) for key, texts in listed.items() if len(texts)]
    if not found:
        return []
    weights = [_weigh(len(texts), MOST_LISTED[keys.sorts[key]]) for key, texts in found]
    texts, place = np.unique(np.concatenate([texts for _key, texts in found]), return_inverse=True)
    votes = np.bincount(place, np.repeat(weights, [len(texts) for _key, texts in found]))
    order = np.lexsort((-texts, -votes))[:most]
    ranked: list[int] = texts[order].tolist()
    return ranked


def _weigh(listed: int, most_listed: int) -> float:
    """What it says that two texts meet under a key: little where the list is full, since it may go on for long."""
    return math.log(_STORE / (1 + (listed if listed < most_listed else 4 * most_listed)))


def pack_vector(profile: Profile) -> bytes:
    """The direction of a text, a byte a component."""
    largest = max(1e-9, float(np.abs(profile.vector).max()))  # need not be kept: a direction has length one
    return np.round(profile.vector * (127 / largest)).astype(np.int8).tobytes()


def unpack_vectors(packed: Sequence[bytes]) -> Floats:
    """Directions as ``pack_vector`` wrote them, one a row, length one."""
    rows = np.frombuffer(b"".join(packed), dtype=np.int8).reshape(len(packed), -1).astype(np.float32)
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    found: Floats = rows / np.maximum(lengths, 1e-6)
    return found


def compare_packed(profile: Profile, text: str, vector: Floats) -> float:
    """``similarity`` to a text whose direction was kept."""
    other = Profile(bare(text), profile.meaning)
    other.__dict__["vector"] = vector  # where cached_property looks first
    return compare(profile, other)


def hash_runs(text: str, length: int) -> Hashes:
    """A well-mixed 32-bit number for each run of ``length`` characters; none where the text is shorter."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    many = max(0, len(codes) - length + 1)
    hashes = np.zeros(many, dtype=np.uint32)
    for at in range(length):
        hashes = hashes * np.uint32(0x01000193) ^ codes[at : at + many]
        hashes = (hashes ^ (hashes >> np.uint32(15))) * np.uint32(0x85EBCA6B)
    mixed: Hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return mixed


def _matters(profile: Profile) -> list[str]:
    """The runs of two characters that say most, the weightiest first."""
    places, weights = profile.meaning.places, profile.meaning.weights
    known = [(-float(weights[place]), run) for run in profile.pairs if (place := places.get(run)) is not None]
    return [run for _weight, run in sorted(known)[:MATTERS]]


def _key_of(text: str, sort: str) -> int:
    return _signed(zlib.crc32(text.encode("utf-8", "surrogatepass")) ^ _SALT[sort])


def _signed(key: int) -> int:
    return key - (1 << 32) if key >= 1 << 31 else key
