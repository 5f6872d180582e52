"""Facts of a text: the written sentences, and what holds for any text."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from benchmarks.facts import facts_as_written, golden, received_of, score_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import read, read_many
from tingsu.reading.types import Facts

FRIDAY = date(2026, 11, 20)
EVERY = [*golden("facts_apart"), *golden("facts")]


def evidence_of(facts: Facts) -> list[Any]:
    groups = (facts.amounts, facts.moments, facts.places, facts.units, facts.staff, facts.products, facts.promises)
    return [item.evidence for group in groups for item in group]


def test_the_facts_of_the_written_sentences_are_found() -> None:
    score = score_facts(golden("facts"))
    assert score.micro >= 0.95, score.show("facts")


def test_sentences_written_before_the_rules_keep_their_share() -> None:
    score = score_facts(golden("facts_apart"))
    assert score.micro >= 0.93, score.show("facts_apart")


def test_the_sentences_are_many_and_of_every_kind() -> None:
    assert len(EVERY) >= 120
    assert {"amounts", "moments", "units", "staff", "products", "places", "promises"} <= {
        k for row in EVERY for k in row
    }


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row["text"][:16])
def test_every_fact_is_a_place_in_the_text_and_says_why(row: dict[str, Any]) -> None:
    facts = read(row["text"], received_of(row)).facts
    for evidence in evidence_of(facts):
        assert row["text"][evidence.start : evidence.end] == evidence.text != ""
        assert evidence.why


def test_without_the_day_of_receipt_only_what_names_its_year_is_told() -> None:
    text = "上周三和3月5日都去过，2025年6月1日开的户"
    told = {moment.evidence.text: moment.first for moment in read(text).facts.moments}
    assert told == {"上周三": None, "3月5日": None, "2025年6月1日": date(2025, 6, 1)}
    dated = {moment.evidence.text: moment.first for moment in next(iter(read_many([text], FRIDAY))).facts.moments}
    assert dated == {"上周三": date(2026, 11, 11), "3月5日": date(2026, 3, 5), "2025年6月1日": date(2025, 6, 1)}


@pytest.mark.parametrize(
    ("text", "received", "first", "last"),
    [
        ("25号扣的", date(2026, 3, 10), date(2026, 2, 25), None),
        ("31号扣的", date(2026, 3, 1), date(2026, 1, 31), None),
        ("12月30日办的", date(2026, 1, 2), date(2025, 12, 30), None),
        ("上周日去的", date(2026, 11, 16), date(2026, 11, 15), None),
        ("周一去的", date(2026, 11, 16), date(2026, 11, 16), None),
        ("周二去的", date(2026, 11, 16), date(2026, 11, 10), None),
        ("2月底去的", date(2024, 3, 5), date(2024, 2, 25), date(2024, 2, 29)),
        ("除夕那天取的", FRIDAY, date(2026, 2, 16), None),
        ("去年中秋取的", FRIDAY, date(2025, 10, 6), None),
        ("腊月二十三去的", date(2026, 3, 1), None, None),
        ("上个月31号", date(2026, 11, 20), date(2026, 10, 31), None),
        ("2024年2月29日", FRIDAY, date(2024, 2, 29), None),
        ("答应12月1号退给我", FRIDAY, date(2026, 12, 1), None),
        ("说好下个月底退给我", FRIDAY, date(2026, 12, 25), date(2026, 12, 31)),
    ],
)
def test_days_are_told_from_the_day_of_receipt(
    text: str, received: date, first: date | None, last: date | None
) -> None:
    moment = read(f"我的卡{text}，没人管", received).facts.moments[0]
    if first is not None:
        assert (moment.first, moment.last) == (first, last or first)
    else:
        assert moment.first is None or moment.first <= received


@pytest.mark.parametrize("text", ["2026年13月45日", "2月31日办的", "99999999", "每月5号扣", "上个月31号"])
def test_days_that_do_not_exist_are_not_made_up(text: str) -> None:
    for moment in read(text, date(2026, 5, 5)).facts.moments:
        assert moment.first is None or moment.last is not None


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1, 1, 1), date(9999, 12, 31), date(2045, 6, 1)])
def test_any_day_of_receipt_is_borne(day: date) -> None:
    text = "大前天、上上周三、去年腊月、三年前、明年、后天、国庆前、正月十五、半个月前、30天前、下个月底"
    for moment in read(text, day).facts.moments:
        assert (moment.first is None) == (moment.last is None)


@given(st.integers(1, 400), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_so_many_days_ago(days: int, received: date) -> None:
    moments = read(f"我{days}天前去的", received).facts.moments
    assert [moment.first for moment in moments] == [received - timedelta(days=days)]


@given(
    st.dates(date(1980, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{0}年{1}月{2}日", "{0}-{1:02}-{2:02}", "{0}.{1}.{2}"]),
)
def test_a_written_date_is_read_back(day: date, form: str) -> None:
    text = f"我在{form.format(day.year, day.month, day.day)}办的卡"
    assert [(moment.first, moment.relative) for moment in read(text, FRIDAY).facts.moments] == [(day, False)]


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**8), places=2))
def test_sums_with_cents_are_read_back(amount: Decimal) -> None:
    facts = read(f"余额是{amount}元").facts
    assert [item.amount for item in facts.amounts] == [amount]


def test_promises_tell_who_what_and_when() -> None:
    promise = read("客户经理上周三说三天之内给我答复，一个电话没有", FRIDAY).facts.promises[0]
    assert (promise.who, promise.kind, promise.due, promise.due_words) == (
        "客户经理", "答复", date(2026, 11, 14), "三天之内",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "没有人答应过我退钱",
        "我答应月底还款",
        "客户承诺月底还清",
        "希望你们承诺不再收费",
        "客服说不给退",
        "他们不肯保证保本",
        "谁能保证不亏",
    ],
)
def test_what_nobody_promised_is_no_promise(text: str) -> None:
    assert read(text, FRIDAY).facts.promises == ()


def test_names_are_masked_and_homes_left_out() -> None:
    text = "柜员陈丽说的，我家住成都市幸福路12号3栋501室，电话13800001234，理财经理王芳，"
    facts = read(text, FRIDAY).facts
    shown = json.dumps(read(text, FRIDAY).as_dict()["facts"], ensure_ascii=False)
    assert "陈丽" not in shown
    assert "幸福路" not in shown
    assert "1380000" not in shown
    assert [member.name for member in facts.staff] == ["陈*", "王*"]


def test_foreign_money_keeps_its_currency() -> None:
    amounts = read("汇了5000美元，手续费HK$200，日元三万，另扣人民币80").facts.amounts
    assert [(item.amount, item.currency) for item in amounts] == [
        (Decimal(5000), "USD"),
        (Decimal(200), "HKD"),
        (Decimal(30000), "JPY"),
        (Decimal(80), "CNY"),
    ]


PIECES = st.sampled_from(
    [
        "上周",
        "三",
        "3月",
        "底",
        "去年",
        "腊月",
        "下午",
        "点",
        "半",
        "十",
        "百",
        "千",
        "万",
        "块",
        "元",
        "5",
        "号",
        "2026",
        "年",
        "-",
        ".",
        "/",
        "答应",
        "说",
        "退",
        "柜员",
        "工号",
        "城东",
        "支行",
        "国庆",
        "前",
        "后",
        "「",
        "」",
        "贷",
        "路",
        "在",
        ",",
        "。",
        "\u200b",
        "¥",
        "us$",
        "初",
        "廿",
        "两",
        "多",
        "毛",
        "分",
        "几",
        "个",
        "正月",
        "俺",
        "每",
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join), st.none() | st.dates())
def test_any_mixture_of_pieces_is_read(text: str, received: date | None) -> None:
    reading = read(text, received)
    for evidence in evidence_of(reading.facts):
        assert text[evidence.start : evidence.end] == evidence.text
    for moment in reading.facts.moments:
        assert (moment.first is None) == (moment.last is None)
        assert moment.first is None or moment.last is None or moment.first <= moment.last
    assert all(item.amount > 0 for item in reading.facts.amounts)
    assert json.loads(json.dumps(reading.as_dict()))["facts"].keys() == facts_as_written(reading.facts).keys()


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=150))
def test_any_text_has_facts_or_none(text: str) -> None:
    for evidence in evidence_of(read(text, FRIDAY).facts):
        assert text[evidence.start : evidence.end] == evidence.text


@pytest.mark.parametrize(
    "piece",
    [
        "上周三",
        "3月底",
        "说三天",
        "支行",
        "三百块",
        "一二三四五",
        "「宝",
        "在路",
        "答应",
        "退款",
        "不退就",
        "记者来了",
        "工号1",
        "1.1.",
        "俺",
        "如果不",
        "我们",
    ],
)
def test_a_megabyte_of_one_thing_ends_soon(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    read("预热", FRIDAY)
    started = time.perf_counter()
    read(text, FRIDAY)
    assert time.perf_counter() - started < 10  # about one second when the machine is free
