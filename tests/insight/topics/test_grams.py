"""Runs of characters are counted once a text, wherever chunks are cut, and no number is ever a run."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tingsu.insight.topics import grams
from tingsu.insight.topics.grams import count_cells, cut_chunks, find, gather

CHINESE = st.text(alphabet="停水电梯故障噪音，1a ", max_size=20)


def runs_of(text: str, length: int) -> set[str]:
    """The runs by plain slicing: letters and Chinese characters only."""
    parts = {text[at : at + length] for at in range(len(text) - length + 1)}
    return {part for part in parts if all("\u4e00" <= c <= "\u9fff" or c in "aA" for c in part)}


@given(st.lists(CHINESE, min_size=1, max_size=8), st.integers(5, 60))
def test_every_run_is_found_with_its_texts_whatever_the_chunks(texts: list[str], size: int) -> None:
    everything = [np.ones(1 << grams.BITS, bool)] * 5
    before = grams.CHUNK
    try:
        chunks = list(cut_chunks(texts, size))
        assert "".join(chunk.text for chunk in chunks) == "".join(f"{text}\0" for text in texts)
        found = gather(texts, everything, least=1)
    finally:
        grams.CHUNK = before
    got = {(found.names[run], text) for run, text in zip(found.run.tolist(), found.text.tolist(), strict=True)}
    assert got == {(run, at) for at, text in enumerate(texts) for n in range(2, 7) for run in runs_of(text, n)}


def test_a_run_said_twice_in_one_text_counts_once() -> None:
    texts = ["停水停水停水", "又停水了", "没有电"]
    near, far = count_cells(texts, np.array([True, True, False]))[0]
    found = find(texts, ["停水", "没有电"])
    assert found.texts_of().tolist() == [2, 1]
    assert near.max() == 2
    assert far.sum() == 2


def test_numbers_and_masks_break_a_run() -> None:
    found = gather(["卡号6222***电话"], [np.ones(1 << grams.BITS, bool)] * 5, least=1)
    assert set(found.names) == {"卡号", "电话"}


def test_nothing_is_found_in_nothing() -> None:
    assert gather([], [np.ones(1 << grams.BITS, bool)] * 5, least=1).names == []
    assert find(["", "1"], ["停水"]).texts_of().tolist() == [0]
