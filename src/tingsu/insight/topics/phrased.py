"""Phrases as a dimension of the hot-spot board: the facts once for every telling phrase their text holds.

Which phrases are told is found in the texts themselves: those that set the period apart from the stretches before it,
and those most said in it. Both are whole words; neither needs a list beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from tingsu.insight.facts.engine import ask
from tingsu.insight.topics.cells import Period, within
from tingsu.insight.topics.contrast import contrast
from tingsu.insight.topics.grams import find
from tingsu.insight.topics.wholes import count_wholes

READ = 200_000  # complaints whose words are read, the period's and those before it; of more, topics say what is said
APART, OFTEN = 40, 40  # phrases that set the period apart, and phrases most said in it
FEWEST, MOST_SHARE = 3, 0.5  # a phrase half of all complaints say tells nothing
LONG = 3  # characters: two, said often, say little by themselves (经理, 客户)
TOGETHER = 0.5  # of the texts of the rarer of two phrases: beyond it they tell of one matter
SCANNED = 20_000  # texts whose words are looked at for the phrases most said


def is_short_enough(facts: Any, period: Period, windows: int) -> bool:
    """Whether there are texts, and few enough to be read while somebody waits."""
    if not {"text", "case_id"} <= set(facts.columns):
        return False
    rows = within(facts, Period(period.earlier(windows).since, period.until))
    return 0 < int(ask(rows.aggregate(n=rows.count()))["n"][0].as_py()) <= READ


def with_phrases(facts: Any, period: Period, windows: int) -> Any | None:
    """The facts of the period and of the stretches before it, a row for each phrase a text holds, in column ``phrase``.

    None where no phrase is worth telling.
    """
    rows = within(facts, Period(period.earlier(windows).since, period.until))
    told = ask(rows.select("case_id", "text", inside=rows.day.cast("date") >= ibis.date(period.since)))
    texts = [text or "" for text in told.column("text").to_pylist()]
    inside = np.asarray(told.column("inside").to_pylist(), bool)
    phrases = telling_phrases(texts, inside)
    if not phrases:
        return None
    found = find(texts, phrases)
    held = pa.table(
        {
            "case_id": told.column("case_id").combine_chunks().take(pa.array(found.text)),
            "phrase": pa.array([phrases[at] for at in found.run.tolist()], pa.string()),
        }
    )
    return rows.join(ibis.memtable(held), "case_id")


def telling_phrases(texts: Sequence[str], inside: NDArray[np.bool_]) -> list[str]:
    """Phrases that set the texts ``inside`` apart, then those most of them say; of phrases said together, the first."""
    apart = [one.text for one in contrast(texts, inside, most=APART)]
    here = [texts[place] for place in np.flatnonzero(inside).tolist()]
    looked = here[:: max(1, -(-len(here) // SCANNED))]
    counts = count_wholes(looked)
    often = [
        phrase
        for phrase, count in counts.most_common(4 * OFTEN)
        if len(phrase) >= LONG and FEWEST <= count <= MOST_SHARE * len(looked)
    ]
    named = [*apart, *(phrase for phrase in often[:OFTEN] if phrase not in apart)]
    return [named[at] for at in _said_apart(here, named)]


def _said_apart(texts: Sequence[str], phrases: Sequence[str]) -> list[int]:
    """The places of phrases that share no more than ``TOGETHER`` of their texts with one kept before."""
    if not phrases:
        return []
    found = find(texts, phrases)
    held = csr_matrix((np.ones(len(found.run), np.int32), (found.run, found.text)), shape=(len(phrases), len(texts)))
    both = (held @ held.T).toarray()
    size = both.diagonal()
    kept: list[int] = []
    for at in range(len(phrases)):
        if size[at] and all(both[at, one] <= TOGETHER * min(size[at], size[one]) for one in kept):
            kept.append(at)
    return kept
