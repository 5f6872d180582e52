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


def said_of(text: str, key: str) -> Any:
    reading = reading_of(text)
    if key == "emotion":
        return reading.emotion.strength
    if key in ("demands", "risks"):
        return sorted({item.kind for item in getattr(reading, key)})
    return getattr(reading, key).value


@pytest.mark.parametrize(
    ("key", "least"),
    [
        ("complaint", 0.94),
        ("business", 0.95),
        ("cause", 0.9),
        ("emotion", 0.9),
        ("need", 0.93),
        ("demands", 0.7),
        ("risks", 0.95),
    ],
)
def test_agrees_with_a_careful_person(key: str, least: float) -> None:
    asked = [case for case in CASES if key in case]
    wrong = [
        (case["text"], case[key], said_of(case["text"], key))
        for case in asked
        if said_of(case["text"], key) != (sorted(case[key]) if isinstance(case[key], list) else case[key])
    ]
    assert 1 - len(wrong) / len(asked) >= least, wrong


@pytest.mark.parametrize(("text", "expected"), cases_with("amounts"))
def test_reads_the_sum_asked_for(text: str, expected: dict[str, str]) -> None:
    found = {demand.kind: demand.amount for demand in reading_of(text).demands if demand.amount is not None}
    assert found == {kind: Decimal(amount) for kind, amount in expected.items()}


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
