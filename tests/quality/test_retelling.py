"""Reasons are kept in Chinese and told in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

import tingsu.quality.scoring as scoring
from tests.make import Bank
from tests.quality.rows import Floor
from tingsu.quality.conversations.engine import reasons_of, signs_of
from tingsu.quality.scoring import card_of
from tingsu.quality.scoring.retelling import COUNTED, REASONS, retell, retell_sign

CARD = card_of("bank")
POINTS = {point.id: point for point in CARD.points}


def test_every_reason_of_the_engine_is_known() -> None:
    said = set()
    for path in Path(scoring.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
            if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                said.add(node.args[0].value)
    assert said == {*REASONS, COUNTED}


def test_in_chinese_nothing_changes() -> None:
    assert retell("坐席说了") == "坐席说了"
    assert retell_sign("话里有不满", CARD) == "话里有不满"


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {
        "坐席说了": "The agent said it",
        "客户说了这些，坐席没有回应：{what}": "No answer to this: {what}",
        "最长停顿 {seconds:.1f} 秒，超过限度的有 {n} 次": "{n} too long, the longest {seconds:.1f} s",
        "{why}（共 {n} 处）": "{why} ({n} places)",
        "{name}（第 {turn} 轮“{words}”）": "{name} (turn {turn}: “{words}”)",
    }
    monkeypatch.setattr("tingsu.quality.scoring.retelling.gettext", lambda text: words.get(text, text))


@pytest.mark.usefixtures("english")
def test_reasons_are_told_in_english_with_their_figures_and_the_advice() -> None:
    apology = POINTS["apology"]
    with translation.override("en"):
        assert retell("坐席说了") == "The agent said it"
        assert retell("最长停顿 12.5 秒，超过限度的有 2 次") == "2 too long, the longest 12.5 s"
        kept = f"客户说了这些，坐席没有回应：{apology.better.zh}"
        assert retell(kept, apology) == f"No answer to this: {apology.better.en}"
        blame = POINTS["no_blame"]
        assert retell(f"{blame.better.zh}（共 3 处）", blame) == f"{blame.better.en} (3 places)"
        assert retell("别处写下的一句话") == "别处写下的一句话"


@pytest.mark.usefixtures("english")
def test_signs_are_told_in_english_and_what_was_said_stays() -> None:
    with translation.override("en"):
        told = retell_sign("话里有不满（第 4 轮“怎么（又）这样”）", CARD)
        assert told == "words of displeasure (turn 4: “怎么（又）这样”)"
        assert retell_sign("客户有火气", CARD) == "heat"
        assert retell_sign("本行自己加的", CARD) == "本行自己加的"


@pytest.mark.django_db
def test_a_score_made_for_an_english_reader_is_kept_in_chinese(bank: Bank) -> None:
    with translation.override("en"):
        conversation = Floor(bank).one()
        by_id = reasons_of(conversation)
    kept = {point["id"]: point["why"] for point in conversation.points}
    assert kept["greeting"].startswith("坐席到这里也没有说")
    assert reasons_of(conversation) == kept
    assert by_id["greeting"].endswith(POINTS["greeting"].better.en)
    assert signs_of(conversation) == conversation.risk_why
