"""Runs of 2–6 characters counted over many texts at once: in how many texts each stands, without listing them all.

Texts are read as one array of code points, chunk by chunk; a run that crosses anything but a Chinese character or a
letter (a digit, a mask, a sign) does not count, so no number can become a phrase. A first pass counts runs under
hashes in tables of fixed size, a second one looks only at the runs whose cells were worth it. Memory follows the size
of a chunk and of the tables, not the number of texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 2, 6
BITS = 22  # of a table: 4 million cells
CHUNK = 2_000_000  # characters held at once
_STIR = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(1099511628211)

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]
Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some texts end to end: ``codes`` with one 0 after each, ``owner`` the text of each character."""

    text: str
    codes: Codes
    owner: Places
    first: int

    def hashes(self, length: int) -> tuple[Hashes, Places]:
        """The hash of every run of ``length`` that counts, and where each begins."""
        good = _countable(self.codes)
        n = len(self.codes) - length + 1
        if n <= 0:
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        whole = good[:n].copy()
        for k in range(1, length):
            whole &= good[k : k + n]
        starts = np.flatnonzero(whole)
        found = np.full(len(starts), length, np.uint64)
        for k in range(length):
            found = (found ^ self.codes[starts + k].astype(np.uint64)) * _STEP
            found ^= found >> np.uint64(29)
        return found * _STIR, starts


def _countable(codes: Codes) -> NDArray[np.bool_]:
    chinese = (codes >= 0x4E00) & (codes <= 0x9FFF)
    letter = ((codes | 0x20) >= 0x61) & ((codes | 0x20) <= 0x7A)
    return chinese | letter


def hash_of(run: str) -> int:
    """The hash ``Chunk.hashes`` gives this run."""
    chunk = next(cut_chunks([run]))
    found, _starts = chunk.hashes(len(run))
    return int(found[0]) if len(found) else 0


def cut_chunks(texts: Sequence[str], size: int = CHUNK) -> Iterator[Chunk]:
    """The texts in chunks of about ``size`` characters; a text is never cut."""
    first = held = 0
    for at, text in enumerate(texts):
        held += len(text) + 1
        if held >= size or at + 1 == len(texts):
            yield _make_chunk(texts[first : at + 1], first)
            first, held = at + 1, 0


def _make_chunk(texts: Sequence[str], first: int) -> Chunk:
    joined = "\0".join(texts) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    return Chunk(joined, codes, np.repeat(np.arange(first, first + len(texts)), lengths), first)


def _cells(hashes: Hashes) -> Places:
    return (hashes >> np.uint64(64 - BITS)).astype(np.int64)


def _once_a_text(cells: Places, owner: Places) -> Places:
    """Each cell once for each text it stands in."""
    keys = np.sort((owner << BITS) | cells)
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys


def count_cells(
    texts: Sequence[str], inside: NDArray[np.bool_], *, longest: int = LONGEST
) -> list[tuple[Counts, Counts]]:
    """For each length: of how many texts each cell holds a run, ``inside`` and outside."""
    tables = [(np.zeros(1 << BITS, np.int32), np.zeros(1 << BITS, np.int32)) for _ in range(SHORTEST, longest + 1)]
    mask = (1 << BITS) - 1
    for chunk in cut_chunks(texts):
        for (near, far), length in zip(tables, range(SHORTEST, longest + 1), strict=True):
            hashes, starts = chunk.hashes(length)
            keys = _once_a_text(_cells(hashes), chunk.owner[starts])
            held = inside[keys >> BITS]
            near += np.bincount(keys[held] & mask, minlength=1 << BITS).astype(np.int32)
            far += np.bincount(keys[~held] & mask, minlength=1 << BITS).astype(np.int32)
    return tables


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs found and the texts they stand in: ``text[i]`` holds ``run[i]``, each pair once, sorted by run."""

    names: list[str]
    run: Places
    text: Places

    def texts_of(self) -> Places:
        """In how many texts each run stands."""
        return np.bincount(self.run, minlength=len(self.names))


def gather(texts: Sequence[str], wanted: Sequence[NDArray[np.bool_]], *, least: int) -> Runs:
    """The runs whose cell is ``wanted`` (a table a length) and that stand in ``least`` texts, with their texts."""
    hashes: list[Hashes] = []
    owners: list[Places] = []
    names: dict[int, str] = {}
    for chunk in cut_chunks(texts):
        for table, length in zip(wanted, range(SHORTEST, SHORTEST + len(wanted)), strict=True):
            found, starts = chunk.hashes(length)
            keep = table[_cells(found)]
            found, starts = found[keep], starts[keep]
            hashes.append(found)
            owners.append(chunk.owner[starts])
            for value, at in zip(*_firsts(found, starts), strict=True):
                names.setdefault(value, chunk.text[at : at + length])
    if not hashes:
        return Runs([], np.empty(0, np.int64), np.empty(0, np.int64))
    return _pair_up(np.concatenate(hashes), np.concatenate(owners), names, least)


def _firsts(found: Hashes, starts: Places) -> tuple[list[int], list[int]]:
    values, at = np.unique(found, return_index=True)
    return values.tolist(), starts[at].tolist()


def _pair_up(hashes: Hashes, owners: Places, names: dict[int, str], least: int) -> Runs:
    values, run = np.unique(hashes, return_inverse=True)
    many = int(owners.max()) + 1 if len(owners) else 1
    keys = np.unique(run.astype(np.int64) * many + owners)
    run, text = keys // many, keys % many
    enough = np.bincount(run, minlength=len(values)) >= least
    number = np.cumsum(enough) - 1
    keep = enough[run]
    kept = [names[value] for value in values[enough].tolist()]
    return Runs(kept, number[run[keep]], text[keep])


def find(texts: Sequence[str], phrases: Sequence[str]) -> Runs:
    """Which texts hold which of the phrases (2–6 characters each; a longer one is found by its first six)."""
    known: dict[int, dict[int, int]] = {}
    for number, phrase in enumerate(phrases):
        head = phrase[:LONGEST]
        known.setdefault(len(head), {}).setdefault(hash_of(head), number)
    runs, owners = [], []
    for chunk in cut_chunks(texts):
        for length, numbers in known.items():
            found, starts = chunk.hashes(length)
            values = np.array(sorted(numbers), np.uint64)
            at = np.minimum(np.searchsorted(values, found), len(values) - 1)
            hit = values[at] == found
            order = np.array([numbers[int(value)] for value in values], np.int64)
            runs.append(order[at[hit]])
            owners.append(chunk.owner[starts[hit]])
    if not runs:
        return Runs(list(phrases), np.empty(0, np.int64), np.empty(0, np.int64))
    keys = np.unique(np.concatenate(runs) * len(texts) + np.concatenate(owners))
    return Runs(list(phrases), keys // len(texts), keys % len(texts))
