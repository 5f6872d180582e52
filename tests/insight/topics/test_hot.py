"""Hot spots on facts counted by hand: what is ranked, against what, and what is said where nothing can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest

from tingsu.insight.topics import phrased
from tingsu.insight.topics.hot import Harm, HotSpot, Period, Size, hot_board

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 30))


def facts(rows: Sequence[dict[str, Any]]) -> Any:
    columns = {
        "case_id": pa.array(range(len(rows)), pa.int64()),
        "day": pa.array([row.get("day") for row in rows], pa.date32()),
        "text": [row.get("text", "") for row in rows],
        "emotion": pa.array([row.get("emotion", 0) for row in rows], pa.int8()),
        "regulator": pa.array([row.get("regulator", False) for row in rows], pa.bool_()),
        "asked": pa.array([row.get("asked") for row in rows], pa.float64()),
        "paid": pa.array([float("nan")] * len(rows), pa.float64()),
    }
    for name in ("unit", "cause", "product", "channel", "topic"):
        columns[name] = pa.array([row.get(name, "") for row in rows], pa.string())
    return ibis.memtable(pa.table(columns))


def spread(unit: str, cause: str, each: int, months: int = 13, **more: Any) -> list[dict[str, Any]]:
    """``each`` complaints in every stretch of 30 days up to October's."""
    days = [OCTOBER.since - timedelta(days=30 * back - n % 30) for back in range(months) for n in range(each)]
    return [{"day": day, "unit": unit, "cause": cause, **more} for day in days]


def surge(unit: str, cause: str, n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"day": OCTOBER.since + timedelta(days=k % 30), "unit": unit, "cause": cause, **more} for k in range(n)]


def at(spots: Sequence[HotSpot], **where: str) -> HotSpot:
    return next(spot for spot in spots if dict(spot.where) == where)


def test_what_is_most_comes_first_with_its_own_normal() -> None:
    board = hot_board(facts([*spread("O1", "收费", 20), *spread("O2", "态度", 8)]), OCTOBER, most=10)
    first = board.spots[0]
    assert (board.base, board.windows) == (28, 12)
    assert first.count == 20
    assert first.expected == pytest.approx(20)
    assert first.normal_low is not None
    assert first.normal_low < 20 < (first.normal_high or 0)
    assert not first.sure
    assert first.share == pytest.approx(20 / 28)


def test_a_surge_leads_the_growth_and_the_big_but_steady_does_not() -> None:
    rows = [*spread("O1", "收费", 40), *spread("O2", "态度", 3), *surge("O2", "态度", 25)]
    board = hot_board(facts(rows), OCTOBER, rank="growth")
    assert set(board.spots[0].where.values()) <= {"O2", "态度"}
    assert board.spots[0].sure
    assert (board.spots[0].growth or 0) > 5
    assert not any(spot.sure for spot in board.spots if dict(spot.where) == {"unit": "O1"})


def test_harm_counts_anger_regulator_and_money_by_the_weights() -> None:
    calm = surge("O1", "收费", 30)
    harmful = surge("O2", "态度", 6, emotion=3, regulator=True, asked=1000.0)
    board = hot_board(
        facts([*calm, *harmful]), OCTOBER, rank="harm", dimensions=("unit",), weights=Harm(0, 1, 5, 0.001)
    )
    first = board.spots[0]
    assert dict(first.where) == {"unit": "O2"}
    assert first.harm == pytest.approx(6 * 7)
    assert first.harm_low < 42 < first.harm_high
    assert (first.angry, first.regulator, first.asked) == (6, 6, 6000.0)


def test_a_combination_is_listed_only_where_it_says_more_than_its_parts() -> None:
    mixed = [row for unit in ("O1", "O2", "O3") for cause in "甲乙丙" for row in surge(unit, cause, 20)]
    plain = hot_board(facts(mixed), OCTOBER, most=50)
    assert all(len(spot.where) == 1 for spot in plain.spots)
    board = hot_board(facts([*mixed, *surge("O1", "甲", 120)]), OCTOBER, most=50)
    pair = at(board.spots, unit="O1", cause="甲")
    assert pair.count == 140
    assert pair.alone is not None
    assert pair.alone < 140


def test_rates_are_per_thousand_beside_what_is_normal() -> None:
    rows = [*surge("O1", "甲", 30), *surge("O2", "甲", 30)]
    sizes = {"O1": Size(1000, 1), "O2": Size(9000, 3)}
    board = hot_board(facts(rows), OCTOBER, sizes=sizes, dimensions=("unit",))
    per_customer = next(rate for rate in at(board.spots, unit="O1").rates if rate.per == "customers")
    assert per_customer.value == pytest.approx(30)
    assert per_customer.normal == pytest.approx(6)
    assert per_customer.low > per_customer.normal  # clearly above what is normal
    other = next(r for r in at(board.spots, unit="O2").rates if r.per == "customers")
    assert other.low <= other.normal
    assert [rate.per for rate in at(board.spots, unit="O1").rates] == ["customers"]  # one outlet has no rate of its own
    assert [rate.per for rate in at(board.spots, unit="O2").rates] == ["customers", "outlets"]


def test_nothing_known_is_said_rather_than_ranked() -> None:
    undated = hot_board(facts([{"unit": "O1"}] * 5), OCTOBER)
    assert undated.spots == []
    assert "日期" in undated.doubts[0]
    empty = hot_board(facts(spread("O1", "甲", 3)), Period(date(2027, 1, 1), date(2027, 1, 30)))
    assert empty.spots == []
    assert "没有投诉" in empty.doubts[0]


def test_one_day_gives_counts_without_growth_and_says_so() -> None:
    board = hot_board(facts(surge("O1", "甲", 9)), OCTOBER)
    assert board.spots[0].expected is None
    assert not board.spots[0].sure
    assert any("不足" in doubt for doubt in board.doubts)


def test_dates_of_1900_and_of_the_future_stretch_no_history() -> None:
    rows = [*surge("O1", "甲", 9), {"day": date(1900, 1, 1), "unit": "O1"}, {"day": date(2099, 1, 1), "unit": "O1"}]
    board = hot_board(facts(rows), OCTOBER)
    assert (board.base, board.windows) == (9, 0)
    assert any("2 件" in doubt for doubt in board.doubts)


def test_what_came_after_a_period_is_no_slip_of_the_pen() -> None:
    later = [{"day": OCTOBER.until + timedelta(days=5), "unit": "O1", "cause": "收费"}]
    ahead = [{"day": date(2090, 5, 5), "unit": "O1", "cause": "收费"}]
    assert hot_board(facts([*spread("O1", "收费", 5), *later]), OCTOBER).doubts == ()
    doubts = hot_board(facts([*spread("O1", "收费", 5), *later, *ahead]), OCTOBER).doubts
    assert doubts == ("另有 1 件日期在 2000 年以前或在将来，没有算入。",)


def test_a_lone_early_date_makes_no_history() -> None:
    rows = [*spread("O1", "收费", 40, months=3), {"day": date(2011, 3, 1), "unit": "O1", "cause": "收费"}]
    assert hot_board(facts(rows), OCTOBER).windows == hot_board(facts(rows[:-1]), OCTOBER).windows == 2


def test_the_same_complaints_are_told_once_however_they_are_combined() -> None:
    usual = [one for k in range(4) for one in spread(f"O{k}", f"原因{k}", 6, channel=f"C{k}", product=f"P{k}")]
    letters = surge("O1", "业务", 18, channel="letter", product="分期", topic="T9")
    board = hot_board(facts([*usual, *letters]), OCTOBER, rank="growth", most=10)
    of_letters = [spot for spot in board.spots if spot.count == 18]
    assert of_letters
    assert all(len(spot.where) == 1 for spot in of_letters)  # the fewest words that say it


def test_combinations_of_different_complaints_are_both_told() -> None:
    usual = [one for k in range(10) for one in spread(f"O{k}", f"原因{k}", 6, channel=f"C{k}", product=f"P{k}")]
    one = surge("O1", "原因2", 12, channel="phone", product="借记卡")
    other = surge("O2", "原因1", 12, channel="phone", product="贷款")
    board = hot_board(facts([*usual, *one, *other]), OCTOBER, rank="growth", most=20, dimensions=("unit", "cause"))
    assert {"unit": "O1", "cause": "原因2"} in [dict(spot.where) for spot in board.spots]
    assert {"unit": "O2", "cause": "原因1"} in [dict(spot.where) for spot in board.spots]


def test_samples_are_of_the_spot_and_no_two_alike() -> None:
    rows = [
        *surge("O1", "甲", 4, text="自动取款机吞了我的卡，厅堂没有人管"),
        *surge("O1", "甲", 1, text="排队两个小时只开一个窗口，老人站不住"),
        *surge("O2", "乙", 5, text="短信费没经过同意就扣了三年"),
    ]
    spot = at(hot_board(facts(rows), OCTOBER, dimensions=("unit",)).spots, unit="O1")
    assert len({sample.text for sample in spot.samples}) == 2
    assert all("短信费" not in sample.text for sample in spot.samples)


SAID = ("窗口排队太久没有人管", "手机银行登录不上要等", "年费扣错一直没退回来", "柜员说话没有耐心很急躁")


def talk(each: int) -> list[dict[str, Any]]:
    """Months in which the same few things are said, at all units alike."""
    return [{**row, "text": text} for unit in ("O1", "O2") for text in SAID for row in spread(unit, "其他", each)]


def test_what_is_said_is_a_dimension_alone_and_with_a_unit() -> None:
    rows = [*talk(3), *surge("O2", "其他", 12, text="信用卡积分清零事先没有通知")]
    board = hot_board(facts(rows), OCTOBER, rank="growth", phrases=True, most=40)
    said = [spot for spot in board.spots if "phrase" in spot.where and "积分" in spot.where["phrase"]]
    assert said
    assert said[0].count == 12
    assert set(said[0].history) == {0}
    assert said[0].sure
    assert all("积分" in sample.text for sample in said[0].samples)
    assert not [spot for spot in hot_board(facts(rows), OCTOBER, most=40).spots if "phrase" in spot.where]


def test_of_phrases_said_together_one_is_told() -> None:
    rows = [*talk(3), *surge("O2", "其他", 12, text="信用卡积分清零事先没有通知客户经理")]
    board = hot_board(facts(rows), OCTOBER, rank="growth", phrases=True, combined=False, most=40)
    told = [spot.where["phrase"] for spot in board.spots if "phrase" in spot.where and spot.sure]
    assert len(told) == 1


def test_too_many_texts_to_read_are_said_to_be_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrased, "READ", 20)
    board = hot_board(facts(talk(3)), OCTOBER, phrases=True)
    assert not [spot for spot in board.spots if "phrase" in spot.where]
    assert "没有逐字数说法" in " ".join(board.doubts)


def test_a_period_must_run_forwards() -> None:
    with pytest.raises(ValueError, match="lies before"):
        Period(date(2026, 2, 1), date(2026, 1, 1))
