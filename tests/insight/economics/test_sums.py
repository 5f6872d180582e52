"""What is quoted has its origin and doubt; a sum adds up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.insight.economics.sayings import load_sayings
from tingsu.insight.economics.sums import Asked, CannotSum, silent_beside, sum_up

SAYINGS = load_sayings()
SHARE = st.floats(0, 100)


def test_both_tables_stand_as_they_were_said() -> None:
    said = {table.id: (table.silent, table.unresolved, table.resolved, table.quick) for table in SAYINGS.retention}
    assert said == {
        "source": ((9, 37), (9, 19), (54, 54), (82, 82)),
        "large": ((9, 9), (19, 19), (54, 54), (82, 82)),
        "small": ((37, 37), (46, 46), (70, 70), (95, 95)),
    }


def test_everything_quoted_says_where_from_and_what_speaks_against_it() -> None:
    rows = [*SAYINGS.retention, *SAYINGS.sayings]
    assert all(row.origin and len(row.doubt) > 5 for row in rows)
    assert "4%" in SAYINGS.sayings[0].words and "91%" in SAYINGS.sayings[0].words
    assert SAYINGS.table("large").study.startswith("TARP")


def test_a_sum_by_hand() -> None:
    """1,000 complaints, 60 % resolved of which 30 quickly: kept .30×82 + .30×54 + .40×19 = 48.4 %, lost 516.

    At 50 quickly: .50×82 + .10×54 + .40×19 = 54.0 %, so 56 more are kept.
    """
    one = sum_up(Asked(1000, 500, 60, 30, 50), SAYINGS.table("large"))
    assert one.lost == pytest.approx(516) and one.lost_value == pytest.approx(258_000)
    assert one.kept_more == pytest.approx(56) and one.kept_value == pytest.approx(28_000)


def test_a_goal_above_what_is_resolved_takes_from_what_was_not() -> None:
    one = sum_up(Asked(100, 1, 60, 30, 80), SAYINGS.table("large"))
    assert one.lost_at_goal == pytest.approx(100 - (0.80 * 82 + 0.20 * 19))


@given(st.floats(0, 1e6), st.floats(0, 1e5), SHARE, SHARE, SHARE)
def test_better_recovery_never_loses_customers(
    complaints: float, value: float, resolved: float, share: float, goal: float
) -> None:
    for table in SAYINGS.retention:
        one = sum_up(Asked(complaints, value, resolved, resolved * share / 100, goal), table)
        assert one.kept_more >= -1e-6 and -1e-6 <= one.lost_at_goal <= one.lost + 1e-6 <= complaints + 1e-5
    assert silent_beside(4, 4) == 96


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(-1, 1, 50, 10, 20), "complaints"),
        (Asked(1, float("nan"), 50, 10, 20), "value"),
        (Asked(1, 1, 101, 10, 20), "resolved"),
        (Asked(1, 1, 50, 60, 70), "quick"),
        (Asked(1, 1, 50, 10, float("inf")), "goal"),
    ],
)
def test_figures_nobody_can_mean_are_named(asked: Asked, field: str) -> None:
    with pytest.raises(CannotSum) as refused:
        sum_up(asked, SAYINGS.table("large"))
    assert refused.value.field == field
