"""Personal data: found in every way people write it, masked readably, and nothing else masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import find_personal_data, mask, mask_each, read
from tingsu.reading.privacy.checks import has_id_checksum, has_luhn_checksum

GOOD_ID, BAD_ID = "11010519491231002X", "110105194912310021"
GOOD_CARD, BAD_CARD = "6222021234567894", "6222021234567890"


def kinds(text: str) -> list[str]:
    return [datum.kind for datum in find_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        (f"身份证{GOOD_ID}", "身份证", "身份证110***********002X"),
        (f"我的号码是 {GOOD_ID.lower()}。", "身份证", "我的号码是 110***********002X。"),
        ("身份证号130503670401001", "身份证", "身份证号130********1001"),
        (f"卡号{GOOD_CARD}被扣", "银行卡", "卡号6222 **** **** 7894被扣"),
        ("卡号 6222 0212 3456 7894", "银行卡", "卡号 6222 **** **** 7894"),
        ("6222-0212-3456-7894", "银行卡", "6222 **** **** 7894"),
        ("电话13812345678", "手机", "电话138****5678"),
        ("电话138-1234-5678", "手机", "电话138****5678"),
        ("电话138 1234 5678", "手机", "电话138****5678"),
        ("电话１３８１２３４５６７８", "手机", "电话138****5678"),
        ("电话一三八一二三四五六七八", "手机", "电话138****5678"),
        ("电话幺三八一二三四五六七八", "手机", "电话138****5678"),
        ("+86 13812345678", "手机", "86 138****5678"),
        ("打010-62345678找我", "固话", "打010-****5678找我"),
        ("座机(0571)87654321", "固话", "座机0571-****4321"),
        ("发邮件到zhang.san@example.com", "邮箱", "发邮件到z***@example.com"),
        ("护照E12345678", "护照", "护照E****5678"),
        ("车牌京A12345", "车牌", "车牌京A***45"),
        ("粤B·D12345的车", "车牌", "粤B***45的车"),
        ("加我微信wxid_abc123", "微信", "加我微信wx****"),
        ("我QQ是123456789", "QQ", "我QQ是12****89"),
        ("我叫王小明，要投诉", "姓名", "我叫王**，要投诉"),
        ("我叫王小明在你行办卡", "姓名", "我叫王**在你行办卡"),
        ("我是李雷，开户三年", "姓名", "我是李*，开户三年"),
        ("欧阳娜娜女士来电", "姓名", "欧阳**女士来电"),
        ("客户经理张伟说没有风险", "姓名", "客户经理张*说没有风险"),
        ("投诉人：陈静", "姓名", "投诉人：陈*"),
        ("户名刘德全", "姓名", "户名刘**"),
        ("家住上海市浦东新区张杨路500弄12号301室", "地址", "家住上海市浦东新区****"),
        ("账号是00123456789", "账号", "账号是001****6789"),
    ],
)
def test_finds_and_masks(text: str, kind: str, masked: str) -> None:
    assert kinds(text) == [kind]
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "订单号202611210012345678没有发货",
        "流水号6222021234567894查不到",
        "转账1234567元没到账",
        "2026年11月21日下午3点",
        "2026-11-21 10:30:00",
        "每月扣200元，合计1,200.50元",
        "拨打95588和12378都没用",
        "客服400-800-8820打不通",
        "我是金卡客户，高级会员",
        "我是农民，也是常客",
        "大堂经理态度差，客户经理不管",
        "理财经理和支行行长都不在",
        "基金代码110011跌了",
        "等了一二三个小时",
        "在中山路88号支行排队",
        "第3号窗口没人",
        "各位领导，本人安全意识强",
        "工商银行App版本3.0.0.6",
        "特别方便，周末也开门",
    ],
)
def test_leaves_what_is_nobodys(text: str) -> None:
    assert kinds(text) == []
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "valid"),
    [(f"身份证{GOOD_ID}", True), (f"身份证{BAD_ID}", False), (f"卡号{GOOD_CARD}", True), (f"卡号{BAD_CARD}", False)],
)
def test_a_failed_checksum_is_told_but_masked_all_the_same(text: str, valid: bool) -> None:
    (datum,) = find_personal_data(text)
    assert datum.valid is valid
    assert "*" in mask(text)


def test_checksums() -> None:
    assert has_id_checksum("11010519491231002x")
    assert not has_id_checksum("110105194912310020")
    assert has_luhn_checksum("4111111111111111")
    assert not has_luhn_checksum("4111111111111112")


def test_places_are_those_of_the_original() -> None:
    text = "我\u200b的电话\u200d１３８\u200b12345678，姓名：王小明"
    found = [(datum.kind, text[datum.start : datum.end]) for datum in read(text).personal_data]
    assert found == [("手机", "１３８\u200b12345678"), ("姓名", "王小明")]


def test_the_reading_carries_the_masked_text() -> None:
    reading = read("我叫王小明，电话13812345678，卡号6222021234567894被盗刷")
    assert reading.masked_text == "我叫王**，电话138****5678，卡号6222 **** **** 7894被盗刷"


PLANTED = st.sampled_from([GOOD_ID, GOOD_CARD, BAD_CARD, "13812345678", "18600001111", "6217001234567890123"])
AROUND = st.text(alphabet="的我要投诉，。电话卡银行钱\n ！", max_size=12)


@given(AROUND, PLANTED, AROUND, st.sampled_from(["", " ", "-"]))
def test_no_long_run_of_a_planted_number_survives(before: str, number: str, after: str, gap: str) -> None:
    written = gap.join(re.findall(".{1,4}", number))
    shown = mask(f"{before}卡号或电话：{written}{after}")
    digits = re.sub(r"[ -]", "", shown)
    assert not any(number[start : start + 5] in digits for start in range(len(number) - 4))


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            PLANTED,
            st.sampled_from(["我叫", "张", "先生", "微信", "QQ", "@", "路3号", "*", "a@b.cn"]),
        )
    )
)
def test_masking_twice_is_masking_once(parts: list[str]) -> None:
    once = mask("".join(parts))
    assert mask(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "客户号码为2019-6-12办理的",
        "请主管部门核实",
        "相关同志没有回复",
        "小区12栋楼下施工扰民",
        "本小区共有7栋359户",
        "古曲路与六号路交汇处",
    ],
)
def test_leaves_places_dates_and_words_of_public_life(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("感谢彭敏主任帮忙", "感谢彭*主任帮忙"),
        ("监管处唐主任答复了", "监管处*主任答复了"),
        ("投诉人电话：13812345678", "投诉人电话：138****5678"),
        ("我是天河区中山大道10号3栋504室业主", "我是天河区****业主"),
    ],
)
def test_masks_only_what_names_the_person(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from([GOOD_ID, f"卡号{GOOD_CARD}被扣", "张三", "\n", ""]))))
def test_many_texts_are_masked_as_each_would_be(texts: list[str]) -> None:
    assert mask_each(texts) == [mask(text) for text in texts]
