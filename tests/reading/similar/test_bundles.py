"""What belongs together in a file, by wording and by contact, with the reasons."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading.similar import Bundle, Entry, Rules, find_bundles

LETTER = "本人因经营失败导致信用卡欠款{sum}元暂时无力偿还，本人并非恶意逾期，还款意愿强烈，现申请停息挂账，分{times}期偿还本金，请书面回复。"
PLAIN = "手机银行转账{sum}元显示处理中，三天了一直没有到账，客服每次都说再等等，要求今天之内查清并把钱退回来。"
RULES = Rules(batch_customers=3, agent_customers=3, words=("停息挂账", "非恶意逾期", "还款意愿强烈"), word_kinds=2)
OTHERS = ["柜员态度太差，要求道歉", "ATM吞了我的卡，三天没人管", "理财亏了，客户经理当初说保本"]


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def letters(text: str, count: int, customers: list[str] | None = None, **more: str) -> list[Entry]:
    names = customers or [f"客户{n}" for n in range(count)]
    return [
        Entry(text.format(sum=3000 + 700 * n, times=12 * (n % 5 + 1)), customer=name, at=day(n + 1), **more)
        for n, name in enumerate(names)
    ]


def only(entries: list[Entry], rules: Rules = RULES) -> Bundle:
    (bundle,) = find_bundles([*entries, *(Entry(text) for text in OTHERS)], rules)
    return bundle


def test_one_customer_again_is_no_batch() -> None:
    bundle = only(letters(PLAIN, 3, ["王五"] * 3))
    assert (bundle.kind, bundle.members, bundle.customers) == ("again", (0, 1, 2), 1)


def test_one_wording_from_many_customers_is_a_batch_with_its_period() -> None:
    bundle = only(letters(PLAIN, 5))
    assert (bundle.kind, bundle.customers, bundle.words) == ("batch", 5, ())
    assert (bundle.first, bundle.last) == (day(1), day(5))
    assert "三天了一直没有到账" in bundle.passage


def test_two_customers_are_no_batch_yet() -> None:
    assert only(letters(PLAIN, 2)).kind == "near"


def test_a_batch_in_an_agents_words_looks_like_an_agents() -> None:
    bundle = only(letters(LETTER, 4))
    assert (bundle.kind, bundle.customers) == ("agent", 4)
    assert bundle.words == ("停息挂账", "非恶意逾期", "还款意愿强烈")


def test_a_telephone_that_unrelated_customers_give_ties_different_texts() -> None:
    told = ["理财亏了一半，客户经理当初说保本", "信用卡年费没人告诉过我", "房贷利率一直没有降下来"]
    entries = [Entry(f"{text}，请回电15400001111。", customer=f"客户{n}") for n, text in enumerate(told)]
    bundle = only(entries)
    assert (bundle.kind, bundle.members, bundle.customers) == ("agent", (0, 1, 2), 3)
    assert [(one.kind, one.shown) for one in bundle.contacts] == [("手机", "154****1111")]


def test_the_column_of_telephones_counts_like_the_text() -> None:
    entries = [Entry(text, customer=f"客户{n}", phone="154-0000-1111") for n, text in enumerate(OTHERS)]
    (bundle,) = find_bundles(entries, RULES)
    assert (bundle.kind, bundle.customers, bundle.contacts[0].members) == ("agent", 3, (0, 1, 2))


def test_one_customers_own_telephone_is_no_clue() -> None:
    assert find_bundles([Entry(f"{text}，电话15400001111", customer="王五") for text in OTHERS], RULES) == []


def test_without_customers_a_shared_contact_is_only_that() -> None:
    bundle = find_bundles([Entry(f"{text}，请回电15400001111。") for text in OTHERS], RULES)
    assert [(one.kind, one.customers) for one in bundle] == [("contact", None)]


def test_a_collector_many_complain_of_is_nobodys_agent() -> None:
    told = [f"{text}，催收还用15400001111骚扰我" for text in OTHERS]
    assert find_bundles([Entry(text, customer=f"客户{n}") for n, text in enumerate(told)], RULES) == []


def test_agents_stand_before_batches_and_these_before_copies() -> None:
    entries = [*letters(PLAIN, 3), *letters(LETTER, 3), *letters(OTHERS[1] + "，已经投诉过了{sum}", 2, ["甲", "甲"])]
    assert [bundle.kind for bundle in find_bundles(entries, RULES)] == ["agent", "batch", "again"]


def test_who_is_told_of_the_work_hears_every_stage() -> None:
    heard: list[str] = []
    find_bundles(letters(PLAIN, 3), RULES, on_stage=lambda stage, done, total: heard.append(stage))
    assert list(dict.fromkeys(heard)) == ["copies", "moulds", "contacts"]


TEXTS = st.sampled_from(
    [LETTER.format(sum=1, times=2), PLAIN.format(sum=5), *OTHERS, "", "垃圾", "\ud800请回电15400001111"]
)


@given(st.lists(st.builds(Entry, TEXTS, customer=st.sampled_from(["", "甲", "乙", "丙"])), max_size=12))
def test_bundles_are_whole_and_point_into_the_file(entries: list[Entry]) -> None:
    for bundle in find_bundles(entries, RULES):
        assert len(bundle.members) >= 2 and bundle.representative in bundle.members
        assert list(bundle.members) == sorted(set(bundle.members))
        assert bundle.customers is None or 1 <= bundle.customers <= len(bundle.members)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_belongs_to_nothing(count: int) -> None:
    assert find_bundles([Entry(PLAIN)] * count, RULES) == []
