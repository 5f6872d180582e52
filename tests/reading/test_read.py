"""What every Reading promises, whatever the text."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import Reading, read, read_many, similarity
from tingsu.reading.types import Evidence

HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "\udfff\ud800x",
    "\u202e倒着写\u202c",
    "投\u200d诉\u200b银\ufeff行",
    "💢" * 50,
    "ﬁ㎡①％",
    "\r\n\t",
]


def all_evidence(reading: Reading) -> list[Evidence]:
    items = (
        reading.complaint,
        reading.business,
        reading.cause,
        reading.emotion,
        reading.need,
        *reading.demands,
        *reading.risks,
    )
    return [evidence for item in items for evidence in item.evidence]


def check_promises(text: str, reading: Reading) -> None:
    for evidence in all_evidence(reading):
        assert text[evidence.start : evidence.end] == evidence.text
    for judged in (reading.complaint, reading.business, reading.cause, reading.need):
        assert 0 <= judged.confidence <= 1
    assert all(0 <= chance <= 1 for chance in reading.needs.values())
    assert reading.emotion.strength in {0, 1, 2, 3}
    assert json.loads(json.dumps(reading.as_dict()))["engine"] == reading.engine


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_calmly(text: str) -> None:
    check_promises(text, read(text))


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_read(text: str) -> None:
    check_promises(text, read(text))


WORDS = st.sampled_from(
    [
        "信用卡",
        "被盗刷",
        "要求",
        "退款",
        "三百元",
        "不",
        "没有",
        "态度",
        "恶劣",
        "！！",
        "？",
        "闪退",
        "我叫",
        "王小明",
        "138",
        "12345678",
        "\u200b",
        "投訴",
        "ＡＴＭ",
    ]
)


@settings(max_examples=200)
@given(st.lists(WORDS, max_size=30).map("".join))
def test_any_mixture_of_cues_is_read(text: str) -> None:
    check_promises(text, read(text))


def test_invisible_characters_hide_nothing() -> None:
    plain, sly = read("我要投诉信用卡盗刷"), read("我要投\u200b诉信\u200d用卡盗\u202e刷")
    assert (sly.complaint.value, sly.business.value, sly.cause.value) == (
        "yes",
        plain.business.value,
        plain.cause.value,
    )


def test_traditional_and_full_width_read_alike() -> None:
    simplified = read("贷款利率太高，ATM机坏了没人管，投诉！")
    traditional = read("貸款利率太高，ＡＴＭ機壞了沒人管，投訴！")
    assert traditional.business.value == simplified.business.value
    assert traditional.cause.value == simplified.cause.value


@pytest.mark.parametrize("text", ["2026", "。。。", "嗯"])
def test_says_nothing_where_nothing_speaks(text: str) -> None:
    assert read(text).business.abstained
    assert read(text).cause.abstained


def test_of_two_equal_claims_both_are_shown() -> None:
    judged = read("信用卡，贷款，我要投诉").business
    assert {"信用卡", "贷款"} <= {value for value, _ in judged.alternatives}


@pytest.mark.parametrize("text", ["我不是来投诉的，服务很好", "你们没有骗我，很满意"])
def test_denied_words_do_not_count(text: str) -> None:
    assert read(text).complaint.value == "no"


def test_what_the_other_side_threatens_is_no_risk() -> None:
    assert "司法" not in {risk.kind for risk in read("催收的人威胁要去法院起诉我，天天打电话").risks}
    assert "司法" in {risk.kind for risk in read("催收太过分了，我要去法院起诉你们").risks}


def test_a_demand_waived_is_none() -> None:
    assert "赔偿" not in {demand.kind for demand in read("我不要赔偿，只要你们当面道歉").demands}


def test_every_need_has_its_own_probability() -> None:
    needs = read("柜员态度恶劣羞辱我，要求道歉并赔偿误工费").needs
    assert set(needs) == {"求解决", "求发泄", "求尊重", "求补偿"}
    assert needs["求尊重"] > 0.5
    assert needs["求补偿"] > 0.5


def test_reads_many_in_order_and_lazily() -> None:
    readings = read_many(iter(["闪退", "很好用"]))
    assert [reading.complaint.value for reading in readings] == ["yes", "no"]


def test_threads_agree() -> None:
    texts = [f"信用卡被盗刷{number}元，要求退款，电话1381234{number:04d}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, texts)) == [read(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "垃圾" * 170_000,
        "1" * 1_000_000,
        "1 " * 500_000,
        "@" * 1_000_000,
        "路1号" * 110_000,
        "张先生" * 110_000,
        "a@" * 500_000,
        "\u200b" * 330_000,
    ]
    + ["一三" * 160_000, "要求退" * 110_000, "!" * 1_000_000, "微信a" * 140_000, "我是王" * 110_000, "62" * 500_000],
    ids=lambda text: repr(text[:6]),
)
def test_a_megabyte_of_anything_ends_soon(text: str) -> None:
    read("预热")
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 10  # about one second when the machine is free


def test_similarity() -> None:
    assert similarity("信用卡年费太高", "信用卡年費太高！") == 1.0
    assert similarity("", "") == 1.0
    assert similarity("信用卡年费太高", "明天下雨") == 0.0
    assert 0.3 < similarity("信用卡年费怎么这么高", "信用卡的年费太高了") < 1.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_symmetric_and_bounded(first: str, second: str) -> None:
    assert 0.0 <= similarity(first, second) <= 1.0
    assert similarity(first, second) == pytest.approx(similarity(second, first))
    assert similarity(first, first) == 1.0
