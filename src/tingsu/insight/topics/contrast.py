"""What is said here and not there: runs of characters far more often in some texts than in the rest, chance held down.

Of ``df`` texts with a run, as many lie among the texts looked at as their share, unless the run belongs to them: a
binomial tail, and Benjamini–Hochberg over every run that could have been named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from tingsu.insight.certainty import FALSE_SHARE, Array, adjusted
from tingsu.insight.topics.grams import Counts, Places, Runs, count_cells, gather
from tingsu.insight.topics.wholes import count_wholes

FEWEST = 3
LEAST_LIFT = 1.5
SCANNED = 20_000  # texts whose words are looked at, to tell phrases from fragments
WHOLE = 0.5  # of a run's texts in which it must stand as whole words


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase: in ``inside`` of the texts looked at, ``outside`` of the rest; ``q``: false ones down to it."""

    text: str
    inside: int
    outside: int
    lift: float
    q: float


def contrast(texts: Sequence[str], inside: NDArray[np.bool_], *, most: int = 200) -> list[Said]:
    """The phrases that set the texts ``inside`` apart from the rest, surest first; whole words only.

    Counts every run of 2–6 characters in every text; time grows with the number of characters alone.
    """
    here, all_of = int(inside.sum()), len(texts)
    if not here or here == all_of:
        return []
    wanted = _telling_cells(count_cells(texts, inside), here / all_of)
    runs = gather(texts, wanted, least=FEWEST)
    if not runs.names:
        return []
    within = np.bincount(runs.run[inside[runs.text]], minlength=len(runs.names))
    said = _test(runs, within, here / all_of)
    readable = _whole_words(texts, inside)
    return _outermost([one for one in said if readable.get(one.text, 0) >= WHOLE * one.inside], most)


def _telling_cells(tables: Sequence[tuple[Counts, Counts]], share: float) -> list[NDArray[np.bool_]]:
    """The cells worth a second look: they pass the test themselves, at ten times the false share."""
    wanted = []
    for near, far in tables:
        tried = np.flatnonzero(near >= FEWEST)
        chance = tail(near[tried], near[tried] + far[tried], share)
        keep = np.zeros(len(near), bool)
        if len(tried):
            keep[tried[adjusted(chance) <= 10 * FALSE_SHARE]] = True
        wanted.append(keep)
    return wanted


def tail(inside: Places | Counts, held: Places | Counts, share: float) -> Array:
    """Chance that of ``held`` texts so many or more lie inside."""
    return np.asarray(stats.binom.sf(inside - 1, held, share))


def _test(runs: Runs, within: Places, share: float) -> list[Said]:
    held = runs.texts_of()
    q = adjusted(tail(within, held, share))
    lift = within / np.maximum(held * share, 1e-9)
    keep = np.flatnonzero((q <= FALSE_SHARE) & (within >= FEWEST) & (lift >= LEAST_LIFT))
    order = keep[np.lexsort((-within[keep], q[keep]))]
    return [
        Said(runs.names[at], int(within[at]), int(held[at] - within[at]), float(lift[at]), float(q[at]))
        for at in order.tolist()
    ]


def _whole_words(texts: Sequence[str], inside: NDArray[np.bool_]) -> dict[str, float]:
    """Phrase → in how many of the texts inside it stands as whole words, scaled up from those looked at."""
    places = np.flatnonzero(inside)
    step = max(1, -(-len(places) // SCANNED))
    looked = places[::step]
    counts = count_wholes([texts[place] for place in looked.tolist()])
    scale = len(places) / max(1, len(looked))
    return {phrase: count * scale for phrase, count in counts.items()}


def _outermost(said: Sequence[Said], most: int) -> list[Said]:
    """Of phrases one inside the other with much the same texts, the longer one."""
    longer: dict[str, int] = {}
    for one in said:
        for length in range(2, len(one.text)):
            for start in range(len(one.text) - length + 1):
                part = one.text[start : start + length]
                longer[part] = max(longer.get(part, 0), one.inside)
    return [one for one in said if longer.get(one.text, 0) < 0.8 * one.inside][:most]
