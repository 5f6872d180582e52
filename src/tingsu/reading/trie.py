"""Many words found in many texts at once: a tree of characters that NumPy walks, all places of all texts in one step.

A step of the walk is one look into a hash table: (node, next character) → node. Places where no word goes on drop out,
so four or five steps settle most texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Codes = np.ndarray[Any, np.dtype[np.uint32]]
_UNICODE = 0x110000
_SHIFT = np.uint64(21)  # bits of a character's code
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 by the golden ratio: spreads neighbouring keys over the table
_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)


def codes_of(text: str) -> Codes:
    """The code points of ``text``, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


class Page:
    """Texts side by side, a zero after each, so that no word reaches from one into the next."""

    def __init__(self, texts: Sequence[str]) -> None:
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
        self.codes = codes_of("\0".join((*texts, "")))
        self._ends = np.cumsum(lengths)
        self.begins: list[int] = (self._ends - lengths).tolist()

    def cuts(self, places: Ints) -> list[int]:
        """Where in sorted ``places`` the places of each text begin, and the end of all."""
        cuts: list[int] = np.searchsorted(places, self._ends).tolist()
        return [0, *cuts]

    def texts_at(self, places: Ints) -> Ints:
        """The number of the text each of ``places`` lies in."""
        texts: Ints = np.searchsorted(self._ends, places, side="right")
        return texts


class _Table:
    """Key → number, for whole arrays of keys; built once, never changed."""

    def __init__(self, keys: np.ndarray[Any, np.dtype[np.uint64]], values: Ints) -> None:
        """``keys`` are all different."""
        bits = max(4, int(4 * len(keys)).bit_length())
        self._down, self._last = np.uint64(64 - bits), np.uint64((1 << bits) - 1)
        self._keys = np.full(1 << bits, _FREE, dtype=np.uint64)
        self._values = np.full(1 << bits, -1, dtype=np.int32)
        slots = (keys * _SPREAD) >> self._down
        while len(keys):
            free = self._keys[slots] == _FREE
            self._keys[slots[free]] = keys[free]  # of several that want one slot the last stays
            placed = self._keys[slots] == keys
            self._values[slots[placed]] = values[placed]
            keys, values, slots = keys[~placed], values[~placed], (slots[~placed] + np.uint64(1)) & self._last

    def find(self, keys: np.ndarray[Any, np.dtype[np.uint64]]) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The number of each key, -1 where it is not known."""
        slots = (keys * _SPREAD) >> self._down
        there = self._keys[slots]
        values: np.ndarray[Any, np.dtype[np.int32]] = self._values[slots]
        open_ = np.flatnonzero((there != keys) & (there != _FREE))
        values[open_] = -1
        slots = slots[open_]
        while len(open_):
            slots = (slots + np.uint64(1)) & self._last
            there = self._keys[slots]
            found = there == keys[open_]
            values[open_[found]] = self._values[slots[found]]
            on = ~found & (there != _FREE)
            open_, slots = open_[on], slots[on]
        return values


class Trie:
    """``words``, none of them empty and no two alike, ready to be found."""

    def __init__(self, words: Sequence[str]) -> None:
        codes = codes_of("".join(words)).astype(np.uint64)
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        begins = np.cumsum(lengths) - lengths
        heads, at = np.unique(codes[begins], return_inverse=True)
        nodes = at + 1
        self.first = np.zeros(_UNICODE, dtype=np.int32)
        self.first[heads] = np.arange(1, len(heads) + 1)
        count = len(heads) + 1
        ends: list[tuple[Ints, Ints]] = []
        steps: list[tuple[np.ndarray[Any, np.dtype[np.uint64]], Ints]] = []
        alive = np.arange(len(words))
        for depth in range(1, int(lengths.max(initial=0)) + 1):
            done = lengths[alive] == depth
            ends.append((nodes[done], alive[done]))
            alive, nodes = alive[~done], nodes[~done]
            if len(alive) == 0:
                break
            keys, at = np.unique(
                (nodes.astype(np.uint64) << _SHIFT) | codes[begins[alive] + depth], return_inverse=True
            )
            steps.append((keys, np.arange(count, count + len(keys))))
            nodes = count + at
            count += len(keys)
        self._deepest = len(steps) + 1
        self._word = np.full(count, -1, dtype=np.int32)
        for where, which in ends:
            self._word[where] = which
        self._goes_on = np.zeros(count, dtype=bool)
        keys = np.concatenate([keys for keys, _ in steps]) if steps else np.empty(0, np.uint64)
        self._goes_on[(keys >> _SHIFT).astype(np.int64)] = True
        self._table = _Table(keys, np.concatenate([values for _, values in steps]) if steps else np.empty(0, np.int64))

    def find(self, codes: Codes) -> tuple[Ints, np.ndarray[Any, np.dtype[np.int32]]]:
        """(places, numbers) of all words that stand in ``codes``, overlapping ones too; shorter words come first,
        words of one length in order of place.
        """
        nodes = self.first[codes]
        places = np.flatnonzero(nodes)
        nodes = nodes[places]
        found_places: list[Ints] = []
        found_words: list[np.ndarray[Any, np.dtype[np.int32]]] = []
        for depth in range(1, self._deepest + 1):
            words = self._word[nodes]
            ended = words >= 0
            found_places.append(places[ended])
            found_words.append(words[ended])
            on = self._goes_on[nodes]
            on &= places + depth < len(codes)
            places, nodes = places[on], nodes[on]
            if len(places) == 0:
                break
            nodes = self._table.find((nodes.astype(np.uint64) << _SHIFT) | codes[places + depth])
            known = nodes >= 0
            places, nodes = places[known], nodes[known]
        return np.concatenate(found_places), np.concatenate(found_words)
