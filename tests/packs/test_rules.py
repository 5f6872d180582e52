"""Clock rules of packs: versions that follow one another, ladders that lead upwards, times as YAML writes them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from tingsu.packs.loader import load_pack
from tingsu.packs.rule_checks import rule_mistakes
from tingsu.packs.rules import Found, UnknownRule, as_rule, longer_rule, name_rule, nature_of, rule_as_kept
from tingsu.packs.schema import DeadlineRule, Pack

ROLE = "desk_head"


def row(id: str = "R", **facts: Any) -> DeadlineRule:
    said = {"name": "规则", "trigger": "received", "limit": 15, "unit": "calendar_day", "source": "内规"}
    return DeadlineRule.model_validate({"id": id, **said, **facts})


def mistakes(*rules: DeadlineRule) -> list[tuple[Any, str]]:
    return list(rule_mistakes(load_pack("bank").model_copy(update={"rules": list(rules)})))


def pack(*rules: DeadlineRule) -> Pack:
    return load_pack("bank").model_copy(update={"rules": list(rules)})


def test_versions_that_follow_to_the_day_are_right_and_each_holds_in_its_time() -> None:
    old, new = row(valid_to="2026-12-31"), row(limit=10, valid_from="2027-01-01")
    for order in ((old, new), (new, old)):
        assert mistakes(*order) == []
        assert pack(*order).rule("R", on=date(2026, 12, 31)) == old
        assert pack(*order).rule("R", on=date(2027, 1, 1)) == new
        assert pack(*order).rule("R") == new
    assert pack(new).rule("R", on=date(2026, 12, 31)) is None


@pytest.mark.parametrize(
    ("rows", "at", "said"),
    [
        ([row(), row(valid_from="2027-01-01")], ("rules", 0, "valid_to"), "valid_to: 2026-12-31"),
        ([row(valid_from="2027-01-01"), row(valid_to="2027-01-01")], ("rules", 1, "valid_to"), "同时有效"),
        ([row(), row()], ("rules", 0, "valid_to"), "同时有效"),
        (
            [row(valid_to="2026-12-30"), row(valid_from="2027-01-01")],
            ("rules", 1, "valid_from"),
            "2026-12-31 至 2026-12-31",
        ),
        ([row(valid_from="2027-01-01", valid_to="2026-01-01")], ("rules", 0), "失效日早于生效日"),
        ([row(unit="office_hour")], ("rules", 0), "office_hours"),
        ([row(unit="hour", office_hours=["09:00", "17:00"])], ("rules", 0), "营业时间"),
        ([row(office_hours=["17:00", "09:00"])], ("rules", 0), "营业时间"),
        ([row(unit="year", limit=500)], ("rules", 0), "500 年"),
        ([row(), row("S", extends="R", extend_by=[ROLE])], ("rules", 1, "limit"), "比「R」长"),
        ([row(), row("S", limit=30, extends="R")], ("rules", 1, "extend_by"), "谁可以批准"),
        (
            [
                row(),
                row("S", limit=30, extends="R", extend_by=[ROLE]),
                row("T", limit=60, extends="R", extend_by=[ROLE]),
            ],
            ("rules", 2, "extends"),
            "已经是「R」的延长规则",
        ),
        ([row(extends="R", extend_by=[ROLE])], ("rules", 0, "limit"), "比「R」长"),
    ],
)
def test_what_cannot_be_is_named(rows: list[DeadlineRule], at: tuple[Any, ...], said: str) -> None:
    found = mistakes(*rows)
    assert [(where, said in what) for where, what in found] == [(at, True)]


def test_the_longer_rule_is_that_of_the_day() -> None:
    thirty = row("S", limit=30, extends="R", extend_by=[ROLE], valid_to="2026-12-31")
    forty = row("S", limit=40, extends="R", extend_by=[ROLE], valid_from="2027-01-01")
    assert mistakes(row(), thirty, forty) == []
    assert longer_rule([row(), thirty, forty], "R", on=date(2026, 6, 1)) == thirty
    assert longer_rule([row(), thirty, forty], "R", on=date(2027, 6, 1)) == forty
    assert longer_rule([row(), thirty, forty], "S", on=date(2026, 6, 1)) is None


@pytest.mark.parametrize("said", [["09:00", "17:00"], [540, 1020], ["09:00", 1020]])
def test_times_without_quotes_are_what_they_look_like(said: list[Any]) -> None:
    assert row(unit="office_hour", office_hours=said).office_hours == (time(9), time(17))


def test_what_a_clock_kept_makes_the_same_rule_again() -> None:
    for rule in (*load_pack("bank").rules, row(unit="office_hour", office_hours=["09:00", "17:00"])):
        kept = {**rule.model_dump(mode="json"), "history": ["…"]}
        assert rule_as_kept(kept) == as_rule(rule)
    older = {k: v for k, v in row().model_dump(mode="json").items() if k not in ("office_hours", "jurisdiction")}
    assert rule_as_kept(older) == as_rule(row())


def test_a_word_stands_for_the_first_rule_that_fits() -> None:
    found = [Found(row("A-1"), "x"), Found(row("A-1-LONG"), "x"), Found(row("A-1", limit=3), "y"), Found(row("B"), "y")]
    named = name_rule(found, "a 1")
    assert (named.versions, named.pack, named.others) == ([row("A-1")], "x", ("A-1-LONG",))
    assert name_rule(found, "a-1-long").versions == [row("A-1-LONG")]
    with pytest.raises(UnknownRule) as caught:
        name_rule(found, "A-2")
    assert "A-1" in caught.value.near


@pytest.mark.parametrize(
    ("pack_id", "rule_id", "nature"),
    [
        ("bank", "CN-NFRA-1", "law"),
        ("bank", "SEED-1", "house"),  # a procedure of the house, though it has a name in brackets
        ("bank", "OURS-SUPPORT", "house"),
        ("dealer", "CN-AUTO-3R", "law"),
        ("telecom", "TEL-1", "law"),
        ("distribution", "DIST-RETURN", "law"),
        ("property", "PROP-ANSWER", "house"),
        ("property", "PROP-HANDOVER", "house"),
        ("callcentre", "SEED-2", "house"),
    ],
)
def test_a_clock_is_called_lawful_only_where_a_law_sets_it(pack_id: str, rule_id: str, nature: str) -> None:
    known = load_pack(pack_id).rule(rule_id)
    assert known is not None
    assert nature_of(known.model_dump(mode="json")) == nature


def test_what_people_agreed_is_neither_lawful_nor_the_houses() -> None:
    assert {nature_of({"id": known}) for known in ("AGREED", "PROMISE")} == {"agreed"}
