"""Complaints beside the readings a careful person gives them."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tingsu.reading import Reading, read

GOLDEN = Path(__file__).parents[1] / "golden" / "reading"
CASES: list[dict[str, Any]] = [
    case for file in sorted(GOLDEN.glob("*.yaml")) for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
BUSINESSES = "借记卡 信用卡 贷款 支付结算 债务催收 外汇 人民币储蓄 银行代理 其他中间业务 个人金融信息 贵金属 人民币管理 自营理财 国库 其他"
CAUSES = "服务态度及质量 设施设备系统 制度规则流程 营销方式 信息披露 自主选择权 定价收费 产品收益 合同条款 资金安全 信息安全 债务催收"
DEMANDS = "退款 赔偿 道歉 解释 处理责任人 办理业务 修复改进 减免息费 停止侵扰 删除或更正信息 其他"
RISKS = "监管 媒体舆情 司法 信访 群体 过激 特殊群体 流失"


@cache
def reading_of(text: str) -> Reading:
    return read(text)


def cases_with(key: str) -> list[Any]:
    return [pytest.param(case["text"], case[key], id=case["text"][:18]) for case in CASES if key in case]


@pytest.mark.parametrize(("text", "expected"), cases_with("complaint"))
def test_says_whether_someone_complains(text: str, expected: str) -> None:
    assert reading_of(text).complaint.value == expected


@pytest.mark.parametrize(("text", "expected"), cases_with("business"))
def test_names_the_business(text: str, expected: str) -> None:
    assert reading_of(text).business.value == expected


@pytest.mark.parametrize(("text", "expected"), cases_with("cause"))
def test_names_the_cause(text: str, expected: str) -> None:
    assert reading_of(text).cause.value == expected


@pytest.mark.parametrize(("text", "expected"), cases_with("emotion"))
def test_measures_the_heat(text: str, expected: int) -> None:
    assert reading_of(text).emotion.strength == expected


@pytest.mark.parametrize(("text", "expected"), cases_with("need"))
def test_names_the_main_need(text: str, expected: str) -> None:
    assert reading_of(text).need.value == expected


@pytest.mark.parametrize(("text", "expected"), cases_with("demands"))
def test_lists_what_is_asked_for(text: str, expected: list[str]) -> None:
    assert {demand.kind for demand in reading_of(text).demands} == set(expected)


@pytest.mark.parametrize(("text", "expected"), cases_with("amounts"))
def test_reads_the_sum_asked_for(text: str, expected: dict[str, str]) -> None:
    found = {demand.kind: demand.amount for demand in reading_of(text).demands if demand.amount is not None}
    assert found == {kind: Decimal(amount) for kind, amount in expected.items()}


@pytest.mark.parametrize(("text", "expected"), cases_with("risks"))
def test_warns_where_it_may_go(text: str, expected: list[str]) -> None:
    assert {risk.kind for risk in reading_of(text).risks} == set(expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:18])
def test_every_reason_is_a_place_in_the_text(case: dict[str, Any]) -> None:
    text, reading = case["text"], reading_of(case["text"])
    judged = (reading.complaint, reading.business, reading.cause, reading.emotion, reading.need)
    for item in (*judged, *reading.demands, *reading.risks):
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.text != ""
            assert evidence.why


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("business", BUSINESSES), ("cause", CAUSES), ("demands", DEMANDS), ("risks", RISKS), ("emotion", "0 1 2 3")],
)
def test_the_examples_cover_every_label(key: str, wanted: str) -> None:
    values = [case[key] for case in CASES if key in case]
    seen = {str(item) for value in values for item in (value if isinstance(value, list) else [value])}
    assert set(wanted.split()) <= seen
