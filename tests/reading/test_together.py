"""Reading many texts together says of each what reading it alone says, takes few ahead, and keeps their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import read, read_many
from tingsu.reading.folding import fold, fold_each
from tingsu.reading.lexicon import lexicon
from tingsu.reading.trie import Trie, codes_of

CORPUS = Path(__file__).parents[2] / "corpus" / "texts"
ODD = [
    "",
    "支",
    "\ud800投诉",
    "我要投诉\u200d银行",
    "退款\0赔偿",
    "\n\n",
    "ＡＢＣ信用咔",
    "😡",
    "1" * 300,
    "投诉" * 9000,
]
words = st.lists(st.text(alphabet="退款赔不要a", min_size=1, max_size=5), min_size=1, max_size=12, unique=True)


def _texts() -> list[str]:
    return [
        json.loads(line)["text"]
        for path in sorted(CORPUS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_every_text_of_the_corpus_reads_the_same_alone_and_together() -> None:
    texts = _texts()
    assert len(texts) > 2_400
    for text, reading in zip(texts, read_many(iter(texts)), strict=True):
        assert reading == read(text), text


def test_odd_texts_among_others_read_as_they_do_alone() -> None:
    texts = [each for odd in ODD for each in (odd, "柜员不给办，要求退还三百元并道歉！")]
    day = date(2026, 3, 11)
    assert list(read_many(texts, day)) == [read(text, day) for text in texts]


def test_only_a_few_texts_are_taken_ahead() -> None:
    taken = 0

    def give(text: str) -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield text

    assert len(list(islice(read_many(give("要求退款")), 3))) == 3
    assert taken <= 64
    taken = 0
    next(iter(read_many(give("要求退款，" * 5_000))))
    assert taken == 1


@given(words, st.text(alphabet="退款赔不要a\ud800\U0001f621", max_size=60))
@settings(deadline=None)
def test_a_trie_finds_every_word_wherever_it_stands(known: list[str], text: str) -> None:
    places, numbers = Trie(known).find(codes_of(text))
    found = [(place, known[number]) for place, number in zip(places.tolist(), numbers.tolist(), strict=True)]
    wanted = [(at, word) for word in known for at in range(len(text)) if text.startswith(word, at)]
    assert sorted(found) == sorted(wanted)
    assert all(len(a[1]) < len(b[1]) or (len(a[1]) == len(b[1]) and a[0] < b[0]) for a, b in pairwise(found))


@given(st.lists(st.text(max_size=20), max_size=6))
@settings(deadline=None)
def test_texts_folded_together_are_folded_as_alone(texts: list[str]) -> None:
    alone = list(map(fold, texts))
    assert fold_each(texts) == alone


@pytest.mark.parametrize("text", ["", "不给我办卡", "没说清楚就扣钱，要求马上退款"])
def test_words_are_found_together_as_alone(text: str) -> None:
    alone = lexicon().find(text)
    assert lexicon().find_each(["要求退款", text, "赔钱"])[1] == alone
