"""Where in texts something may begin: one look at all pairs of characters shows every finder the few places to try.

An expression of many words costs a try of every word at nearly every place; yet most places can begin none of them.
A place too many may be named (pairs are looked up by a hash), never one too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np

from tingsu.reading.trie import Codes, Page, codes_of

Places = Mapping[str, Sequence[int]]  # kind → places in order
_SLOTS = 1 << 16
_FEW = 4  # texts below which lists are quicker than arrays
_SPREAD = np.uint32(0x9E3779B1)  # odd, so that pairs with the same second character stay apart
_SCRIPTS = (range(0x30, 0x3A), range(0x660, 0x2000), range(0xA000, 0xAC00), range(0x10000, 0x20000))
DECIMALS = "".join(char for char in map(chr, chain(*_SCRIPTS)) if char.isdecimal())  # what \d means, in all scripts


class Openings:
    """Beginnings by kind, ready to be looked for."""

    def __init__(self, kinds: Mapping[str, Iterable[str]]) -> None:
        """``kinds``: kind → words it begins with, of which one or two characters are looked at; at most 32 kinds."""
        self._first = np.zeros(0x110000, dtype=np.uint32)
        self._pairs = np.zeros(_SLOTS, dtype=np.uint32)
        self._bits = {kind: np.uint32(1 << number) for number, kind in enumerate(kinds)}
        self._kinds: dict[int, tuple[str, ...]] = {}  # the kinds of each mask that was met
        for kind, words in kinds.items():
            heads = {word[:2] for word in words}
            ones = [ord(head) for head in heads if len(head) == 1]
            twos = np.array([[ord(char) for char in head] for head in heads if len(head) == 2], dtype=np.uint32)
            self._first[ones] |= self._bits[kind]
            if len(twos):
                self._pairs[_slots(twos[:, 0], twos[:, 1])] |= self._bits[kind]

    def find(self, text: str) -> Places:
        """The places of each kind in ``text``."""
        masks = self._masks(codes_of(f"{text}\0"))
        there = masks.nonzero()[0]
        found: dict[str, list[int]] = {kind: [] for kind in self._bits}
        for place, mask in zip(there.tolist(), masks[there].tolist(), strict=True):
            if mask not in self._kinds:
                self._kinds[mask] = tuple(kind for kind, bit in self._bits.items() if int(bit) & mask)
            for kind in self._kinds[mask]:
                found[kind].append(place)
        return found

    def _masks(self, codes: Codes) -> Codes:
        """The kinds that may begin at each place, a bit a kind."""
        behind = np.zeros_like(codes)
        behind[:-1] = codes[1:]
        masks = self._first[codes] | self._pairs[_slots(codes, behind)]
        masks[codes == 0] = 0  # between texts
        return masks

    def find_each(self, texts: Sequence[str]) -> list[Places]:
        """The places of each kind in each of ``texts``."""
        if len(texts) < _FEW:
            return list(map(self.find, texts))
        page = Page(texts)
        masks = self._masks(page.codes)
        there = masks.nonzero()[0]
        masks = masks[there]
        columns: list[list[list[int]]] = []
        for bit in self._bits.values():
            places = there[(masks & bit) != 0]
            at, cuts = places.tolist(), page.cuts(places)
            columns.append(
                [
                    [place - begin for place in at[low:high]] if low < high else []
                    for begin, (low, high) in zip(page.begins, pairwise(cuts), strict=True)
                ]
            )
        return [dict(zip(self._bits, row, strict=True)) for row in zip(*columns, strict=True)]


def _slots(first: Codes, second: Codes) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return (first * _SPREAD + second) & np.uint32(_SLOTS - 1)


def matches_at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """What ``pattern.finditer(text)`` gives, where matches begin at none but ``places``, which are in order."""
    done, match = 0, pattern.match
    for place in places:
        if place >= done and (found := match(text, place)):
            done = found.end()
            yield found
