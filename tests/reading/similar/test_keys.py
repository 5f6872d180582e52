"""Keys under which a store finds alike texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading.similar.forms import jaccard, shingles
from tingsu.reading.similar.keys import (
    COPIES,
    MATTERS,
    PAIRED,
    SHORTEST,
    contact_key,
    make_keys,
    pack_vector,
    rank_votes,
    unpack_vectors,
)
from tingsu.reading.similar.meaning import profile

LETTER = (
    "本人于今年三月在贵行滨江支行办理理财产品，到期后收益远低于当初宣传，找客户经理多次，他拒不解释，还说合同是我自己签的。"
    "我要求贵行退还本金和利息，查清当时录音录像，并给出书面答复，否则我将向监管部门反映。"
)
STORED = [-1993045820, -1939481005, -1908497999, -1874445840]
MOST = COPIES + MATTERS + PAIRED * (PAIRED - 1) // 2


def keys(text: str) -> set[int]:
    return set(make_keys(profile(text)))


def test_the_same_text_has_the_same_keys_in_any_spelling() -> None:
    assert keys("信用卡年费太高，要求退还") == keys("信用卡 年費太高！！要求退還")


def test_stored_keys_stay_what_they_are() -> None:
    """A store full of keys is only as good as their constancy: changing them means a new model version."""
    assert profile(LETTER).meaning.version == 1
    assert sorted(keys("信用卡年费太高，要求退还今年的年费"))[:4] == STORED


def test_a_near_copy_meets_its_original() -> None:
    pick = random.Random(5)
    met = 0
    for _ in range(200):
        signs = list(LETTER)
        for _ in range(8):
            signs[pick.randrange(len(signs))] = pick.choice("银行客户办理时间，")
        changed = "".join(signs)
        assert jaccard(shingles(LETTER), shingles(changed)) > 0.5
        met += len(keys(LETTER) & keys(changed)) >= 2
    assert met == 200


@given(st.text(max_size=200))
def test_keys_are_few_and_fit_a_database_integer(text: str) -> None:
    found = keys(text)
    assert len(found) <= MOST
    assert all(-(1 << 31) <= key < 1 << 31 for key in found)
    assert (len(profile(text).bare) >= SHORTEST) or not found


@pytest.mark.parametrize("text", ["信" * 100_000, "\ud800" * 50, "a" * 1_000_000])
def test_a_strange_text_has_keys_like_any_other(text: str) -> None:
    assert 0 < len(keys(text)) <= MOST


def test_the_text_met_most_often_under_rare_keys_comes_first() -> None:
    seen = make_keys(profile(LETTER))
    first, second, third = list(seen)[:3]
    listed = {first: [7, 8], second: [7], third: [*range(100, 300)]}
    assert rank_votes(seen, listed, 3)[:2] == [7, 8]


def test_a_kept_direction_is_the_direction() -> None:
    seen = profile(LETTER)
    (kept,) = unpack_vectors([pack_vector(seen)])
    assert float(kept @ seen.vector) > 0.999
    (nothing,) = unpack_vectors([pack_vector(profile(""))])
    assert not nothing.any()


def test_a_contact_has_one_key_a_kind() -> None:
    assert contact_key("手机", "13800001234") == contact_key("手机", "13800001234")
    assert contact_key("手机", "13800001234") != contact_key("账号", "13800001234")
