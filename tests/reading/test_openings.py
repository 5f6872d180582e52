"""The one look over a text names every place where a finder's expression begins, alone and among others."""

from __future__ import annotations

import random
import re

import pytest

from tingsu.reading.facts import amounts, moments, promises
from tingsu.reading.openings import Openings, matches_at
from tingsu.reading.privacy import names, papers, titles

PLAIN = "0123456789.:/-年月日号点，了我的他 一二三个\0a٣"
FINDERS = [
    (moments._PIECE, moments.OPENINGS),
    (amounts._AMOUNT, amounts.OPENINGS),
    (promises._SAYING, promises.OPENINGS),
    (names._CUE, {*names._CUES, *names._NO_CUES}),
    (names._DESCRIBED, names.OPENINGS["described"]),
    (titles._TITLE, titles.TITLES),
    (papers._CUE, papers.CUES),
]


def _make_texts(pattern: re.Pattern[str], draw: random.Random) -> list[str]:
    """Texts of the pattern's own words and signs, so that it matches often and nearly matches more often."""
    words = re.findall("[\u4e00-\u9fff]+|[0-9]", pattern.pattern)
    signs = [*PLAIN, *"".join(words)]
    return [
        "".join(draw.choice(draw.choice((signs, words)))[:4] for _ in range(draw.randrange(40))) for _ in range(2_000)
    ]


@pytest.mark.parametrize(("pattern", "beginnings"), FINDERS)
def test_no_match_begins_where_none_was_said_to_begin(pattern: re.Pattern[str], beginnings: frozenset[str]) -> None:
    texts = _make_texts(pattern, random.Random(7))
    known = Openings({"other": "支行", "wanted": beginnings})
    matched = 0
    for text, places in zip(texts, known.find_each(texts), strict=True):
        tried = list(places["wanted"])
        if pattern is moments._PIECE:
            tried = [place for place in tried if not moments._is_within_run(text, place)]
        wanted = [match.span() for match in pattern.finditer(text)]
        assert [match.span() for match in matches_at(pattern, text, tried)] == wanted, text
        matched += len(wanted)
    assert matched > 20


def test_places_are_told_alike_alone_and_among_others() -> None:
    known = Openings({"bank": ["支行", "网点"], "digit": "0123456789", "ask": ["要"]})
    texts = ["", "支行", "要去3号网点", "\0支行要", "没有", "网", "点支行12"]
    assert known.find_each(texts) == [known.find(text) for text in texts]
    assert known.find("要去3号网点") == {"bank": [4], "digit": [2], "ask": [0]}
