"""What comes first follows one order, whatever else there is; and the weeks' trend is counted by its own days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import MONDAY, Bank, case, walk
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.facts.store import rebuild
from tingsu.insight.first import Pressing, first_to_fix
from tingsu.insight.trend import weekly_trend

EVERYTHING = Pressing(overdue=1, alerts=2, hot=True, measures=1, today=4, waiting=5, furious=6)


def test_the_order_is_fixed() -> None:
    told, left = [], EVERYTHING
    for name in ("overdue", "alerts", "hot", "measures", "today", "waiting", "furious"):
        told.append(first_to_fix(left))
        left = replace(left, **{name: 0})
    assert told == ["overdue", "alert", "hot", "measure", "today", "waiting", "furious"]
    assert first_to_fix(left) == "calm"


@given(st.builds(Pressing, *(st.integers(0, 3) for _ in range(2)), st.none(), *(st.integers(0, 3) for _ in range(4))))
def test_what_is_not_known_yet_hides_nothing_that_comes_before_it(now: Pressing) -> None:
    kind = first_to_fix(now)
    assert kind == ("overdue" if now.overdue else "alert" if now.alerts else "unknown")


@pytest.mark.parametrize("weeks", [1, 3])
def test_the_trend_counts_receipt_and_answer_each_by_its_day(bank: Bank, weeks: int) -> None:
    walk(case(bank), bank, at=MONDAY + timedelta(days=7))
    case(bank, phone="13911112222")
    rebuild(at=MONDAY + timedelta(days=8))
    trend = weekly_trend(facts_for(bank.executive), until=date(2026, 11, 18), weeks=weeks)
    assert [week.monday for week in trend] == [
        date(2026, 11, 16) - timedelta(days=7 * n) for n in reversed(range(weeks))
    ]
    last = trend[-1]
    assert (last.received, last.answered, last.opinions, last.share) == (0, 1, 1, 1.0)
    if weeks > 1:
        assert (trend[-2].received, trend[-2].answered, trend[-2].share) == (2, 0, None)
