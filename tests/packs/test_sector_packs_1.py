"""Packs of the call centre, the distributor and the telecom operator: whole, told apart, classed by their words."""

from __future__ import annotations

import pytest

from tests.packs.desk import Desk
from tingsu.cases.packs import told_of
from tingsu.packs.loader import find_pack, load_pack, read_pack
from tingsu.packs.picture import draw_process

PACKS = ["callcentre", "distribution", "telecom"]


@pytest.mark.parametrize("name", PACKS)
def test_it_is_whole(name: str) -> None:
    from tingsu.documents.shipped import form_mistakes

    pack = read_pack(find_pack(name), also=form_mistakes)
    assert (pack.process.begins, pack.process.stage("closed").ends) == ("recorded", True)
    assert len(pack.samples) >= 8
    assert all(action.told and action.told.en and action.name.en for action in pack.process.actions)
    assert all(stage.name.en for stage in pack.process.stages)
    assert all(action.source or action.origin == "ours" for action in pack.process.actions)
    assert not any(rule.id.startswith("CN-") for rule in pack.rules), "the banks' rules bind banks"


def test_numbers_tell_the_packs_apart() -> None:
    prefixes = [load_pack(name).numbering.prefix for name in ("bank", *PACKS)]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_picture_shows_every_stage_of_the_main_road(name: str, language: str) -> None:
    pack = load_pack(name)
    picture = "".join(draw_process(pack, language=language).split())
    for step in pack.process.steps:
        assert "".join(step.name.in_language(language).split())[:4] in picture


def expected(name: str) -> list[tuple[str, str]]:
    return EXPECTED[name]


# Business and cause a person would give each sample, in the order of the samples.
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "callcentre": [
        ("账单与费用", "语气生硬"), ("报修派单", "办理有误"), ("会员与账户", "解答错误"), ("订单与配送", "发生争执"),
        ("投诉进度", "推诿转接"), ("账单与费用", "承诺未兑现"), ("预约登记", "中途挂断"), ("外呼回访", "违规外呼"),
        ("其他来电", "泄露信息"), ("会员与账户", "等待过长"),
    ],
    "distribution": [
        ("商品质量", "质量缺陷"), ("送货配送", "送错少送"), ("客户经理服务", "客户经理失职"), ("送货配送", "服务态度"),
        ("送货配送", "送货迟延"), ("价格结算", "结算差错"), ("订货供应", "断货限量"), ("送货配送", "包装破损"),
        ("退换货", "退换受阻"), ("订货系统", "系统故障"), ("促销宣传", "强制搭售"),
    ],
    "telecom": [
        ("增值业务", "擅自开通"), ("套餐资费", "限制办理"), ("宽带固话", "装修迟延"), ("营业厅服务", "服务态度"),
        ("移动网络", "网络质量"), ("终端合约", "营销误导"), ("携号转网", "限制办理"), ("流量", "资费争议"),
        ("骚扰信息", "骚扰"), ("号码实名", "办理差错"), ("号码实名", "信息泄露"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.django_db
def test_its_samples_are_classed_by_the_words_they_say(name: str) -> None:
    """Recorded as they come; what no word tells stays open for a person."""
    house = Desk(name)
    hits, misses = 0, []
    for sample, wanted in zip(house.pack.samples, expected(name), strict=True):
        case = house.hear(text=sample.text, channel=sample.channel, details=sample.details)
        told = (case.business, case.cause)
        for got, want in zip(told, wanted, strict=True):
            hits += got == want
            if got != want:
                misses.append((sample.text[:16], got, want))
    assert hits >= 0.8 * 2 * len(house.pack.samples), misses


def test_a_text_that_says_no_word_of_a_list_is_left_to_people() -> None:
    for name in PACKS:
        assert told_of(load_pack(name), "business", "", "我要投诉。") == ""
