"""Groups of messages about one matter, told in words of their own: no list beforehand, no number of groups to give.

Two messages are alike by the rare runs of characters they share (2–4 characters, weighted by rarity), less so where
each names a place and none is the other's, more so where they came within days of each other. Groups are the branches
of an average-linkage tree; a group whose members name two or more places is parted by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, diags, vstack  # type: ignore[import-untyped]
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

from tingsu.insight.topics.grams import Places, count_cells, gather
from tingsu.insight.topics.joining import LEAST, PART, join_groups, take_in
from tingsu.insight.topics.spots import find_spots, part_by_place
from tingsu.reading.similar.forms import bare

FEWEST = 3  # messages of a group
SHORTEST = 12  # characters of a text whose copies alone make a group: 垃圾 from a thousand people is no matter
ALIKE = 0.12  # mean likeness inside a group
SPREAD = 0.02  # of the messages: a run in more of them tells nothing
WIDEST_LEAST = 60  # … but in so many it may stand
OTHER_PLACE = 0.5
SAME_TIME, FADING_DAYS = 0.3, 20.0
FLOOR = 0.03  # likeness below it is taken for none
RUNS = 4  # characters of the longest run compared
LARGEST = 5_000  # messages joined in one tree; a larger heap is first loosened
BLOCK = 2_000  # rows multiplied at once


@dataclass(frozen=True, slots=True)
class Alike:
    """Messages about one matter: ``members`` are indices into the input, ascending."""

    members: tuple[int, ...]


def find_alike(texts: Sequence[str], days: Sequence[int | None] | None = None, *, alike: float = ALIKE) -> list[Alike]:
    """Groups of three and more, largest first; a message is in one at most.

    ``days``: day numbers (None unknown) that let messages of the same weeks count as more alike. Time grows with the
    number of pairs that share rare runs; hand in at most some ten thousand messages (``engine`` picks them).
    """
    if len(texts) < FEWEST:
        return []
    voices, copies = _gather_copies(texts)
    spoken = [texts[place] for place in voices]
    known = None if days is None else [days[place] for place in voices]
    grown = [sorted(place for at in group for place in copies[at]) for group in _group(spoken, known, alike)]
    taken = {place for group in grown if len(group) >= FEWEST for place in group}
    same = [held for held, text in zip(copies, spoken, strict=True) if len(held) >= FEWEST and len(text) >= SHORTEST]
    grown += [held for held in same if held[0] not in taken]
    found = [Alike(tuple(group)) for group in grown if len(group) >= FEWEST]
    return sorted(found, key=lambda group: (-len(group.members), group.members[0]))


def _gather_copies(texts: Sequence[str]) -> tuple[list[int], list[list[int]]]:
    """The first place of each different text, and all places of it; texts without a letter are left out."""
    same: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        plain = bare(text)
        if plain and not plain.isspace():
            same.setdefault(plain, []).append(place)
    return [held[0] for held in same.values()], list(same.values())


def _group(texts: Sequence[str], days: Sequence[int | None] | None, alike: float) -> list[list[int]]:
    if len(texts) < 2:
        return []
    marks = weigh_runs(texts)
    spots = find_spots(texts)
    near = compare(marks, spots, _as_days(days, len(texts)), FLOOR)
    groups = [part for heap in _heaps(near, FLOOR) for part in _branches(near, heap, alike)]
    groups = join_groups(near, groups, part=PART)
    groups = take_in(near, groups, part=PART, least=LEAST)
    return [part for group in groups for part in part_by_place(texts, group, near)]


def _as_days(days: Sequence[int | None] | None, many: int) -> NDArray[np.float64]:
    if days is None:
        return np.full(many, np.nan)
    return np.array([np.nan if day is None else day for day in days], float)


def weigh_runs(texts: Sequence[str]) -> csr_matrix:
    """Texts × runs, each row of length one, a run weighing by its rarity."""
    many = len(texts)
    widest = max(WIDEST_LEAST, SPREAD * many)
    tables = count_cells(texts, np.ones(many, bool), longest=RUNS)
    wanted = [(near >= 2) & (near <= widest) for near, _far in tables]
    runs = gather(texts, wanted, least=2)
    held = runs.texts_of()
    rarity = np.log(many / np.maximum(held, 1)) + 1.0
    weights = rarity[runs.run]
    table = csr_matrix((weights.astype(np.float32), (runs.text, runs.run)), shape=(many, len(runs.names)))
    length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (diags(1.0 / np.maximum(length, 1e-9)) @ table).tocsr().astype(np.float32)


def compare(marks: csr_matrix, spots: csr_matrix, days: NDArray[np.float64], least: float) -> csr_matrix:
    """Likeness of all pairs that reach ``least``, block by block."""
    turned = marks.T.tocsr()
    names_place = np.asarray(spots.sum(axis=1)).ravel() > 0
    blocks = []
    for start in range(0, marks.shape[0], BLOCK):
        end = min(start + BLOCK, marks.shape[0])
        shared = (marks[start:end] @ turned).tocoo()
        floor = least / (1 + SAME_TIME)
        keep = (shared.data >= floor) & (shared.row + start != shared.col)
        row, col, value = shared.row[keep], shared.col[keep], shared.data[keep]
        value = value * _place_factor(spots, names_place, row + start, col)
        value = value * _time_factor(days[row + start], days[col])
        keep = value >= least
        shape = (end - start, marks.shape[0])
        blocks.append(csr_matrix((np.minimum(value[keep], 1.0), (row[keep], col[keep])), shape=shape))
    return vstack(blocks).tocsr()


def _place_factor(spots: csr_matrix, named: NDArray[np.bool_], row: Places, col: Places) -> NDArray[np.float64]:
    factor = np.ones(len(row))
    both = np.flatnonzero(named[row] & named[col])
    for part in np.array_split(both, max(1, len(both) // 200_000)):
        common = np.asarray(spots[row[part]].multiply(spots[col[part]]).sum(axis=1)).ravel()
        factor[part[common == 0]] = OTHER_PLACE
    return factor


def _time_factor(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = np.abs(one - other)
    return 1.0 + SAME_TIME * np.nan_to_num(np.exp(-apart / FADING_DAYS))


def _heaps(near: csr_matrix, least: float) -> list[Places]:
    """Connected messages; a heap too large for one tree is taken apart by asking for more likeness."""
    _many, label = connected_components(near, directed=False)
    order = np.argsort(label, kind="stable")
    heaps = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    found = []
    for heap in heaps:
        if len(heap) < 2:
            continue
        if len(heap) <= LARGEST:
            found.append(heap)
            continue
        inside = near[heap][:, heap].tocsr()
        inside.data[inside.data < least * 1.2] = 0
        inside.eliminate_zeros()
        found.extend(heap[part] for part in _heaps(inside, least * 1.2))
    return found


def _branches(near: csr_matrix, heap: Places, alike: float) -> list[list[int]]:
    """The groups of one heap whose members are on average alike enough."""
    if len(heap) == 1:
        return []
    far = 1.0 - near[heap][:, heap].toarray().astype(np.float64)
    far = np.minimum(far, far.T)
    upper = far[np.triu_indices(len(heap), 1)]
    label = fcluster(linkage(upper, "average"), 1.0 - alike, "distance")
    groups: dict[int, list[int]] = {}
    for place, one in zip(heap.tolist(), label.tolist(), strict=True):
        groups.setdefault(one, []).append(place)
    return [group for group in groups.values() if len(group) >= 2]
