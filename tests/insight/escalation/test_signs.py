"""Signs of a case as of a moment: whatever came later cannot be seen in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tingsu.cases.timed import OtherCase, TimedCase, TimedClock
from tingsu.insight.escalation.outcomes import AHEAD, goes_further, is_open_at, looks
from tingsu.insight.escalation.signs import signs_at

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HELD = {"business": "信用卡", "cause": "收费", "emotion": 1, "need": "", "risks": [], "demands": []}


def case(**said: object) -> TimedCase:
    plain = TimedCase(1, "A1", 7, "B01", "phone", BEGIN, None, True, False, None, HELD)
    return replace(plain, **said)  # type: ignore[arg-type]


def other(
    days: float, *, regulator: bool = False, same: bool = False, business: str = "", cause: str = ""
) -> OtherCase:
    return OtherCase(2, BEGIN + days * DAY, regulator, business, cause, same)


def test_counts_what_the_customer_had_said_before_and_not_what_came_after() -> None:
    found = case(others=(other(-10), other(-40), other(-100, regulator=True), other(3)))
    assert signs_at(found, BEGIN)["contacts"] == 1 and signs_at(found, BEGIN)["earlier"] == 2
    assert signs_at(found, BEGIN)["went_further"] == 1
    assert signs_at(found, BEGIN + 4 * DAY)["contacts"] == 2


def test_a_clock_is_late_from_its_end_until_it_stops() -> None:
    found = case(clocks=(TimedClock(BEGIN, BEGIN + 15 * DAY, BEGIN + 20 * DAY, promise=False),))
    late = [signs_at(found, BEGIN + days * DAY)["overdue"] for days in (14, 16, 21)]
    assert late == [0, 1, 0]
    assert signs_at(found, BEGIN + 17 * DAY)["overdue_days"] > signs_at(found, BEGIN + 16 * DAY)["overdue_days"] > 0


def test_a_promise_kept_late_stays_broken_and_one_kept_in_time_is_none() -> None:
    kept = TimedClock(BEGIN, BEGIN + 2 * DAY, BEGIN + DAY, promise=True)
    late = TimedClock(BEGIN, BEGIN + 2 * DAY, BEGIN + 3 * DAY, promise=True)
    found = case(clocks=(kept, late))
    assert [signs_at(found, BEGIN + days * DAY)["promises_broken"] for days in (1, 2.5, 9)] == [0, 1, 1]


def test_a_later_correction_is_undone() -> None:
    corrected = case(held={**HELD, "emotion": 3}, corrections=((BEGIN + 5 * DAY, {"emotion": 1}),))
    assert signs_at(corrected, BEGIN + DAY)["furious"] == 0
    assert signs_at(corrected, BEGIN + 6 * DAY)["furious"] == 1


def test_what_counts_as_going_further() -> None:
    assert goes_further(case(others=(other(5, regulator=True),)), BEGIN)
    assert goes_further(case(others=(other(5, same=True),)), BEGIN)
    assert goes_further(case(others=(other(5, business="信用卡", cause="收费"),)), BEGIN)
    assert not goes_further(case(others=(other(5, business="信用卡", cause="营销"),)), BEGIN)
    assert not goes_further(case(others=(other(-5, same=True),)), BEGIN)
    assert not goes_further(case(others=(other(AHEAD.days + 1, same=True),)), BEGIN)
    assert goes_further(case(steps=((BEGIN + DAY, "closed"), (BEGIN + 9 * DAY, "reopened"))), BEGIN)
    assert not goes_further(case(steps=((BEGIN + DAY, "answered"), (BEGIN + 2 * DAY, "closed"))), BEGIN)


def test_a_case_teaches_only_while_open_and_once_its_end_is_known() -> None:
    found = case(steps=((BEGIN + 4 * DAY, "closed"),))
    assert len(list(looks(found, BEGIN + AHEAD + 90 * DAY))) == 2  # at once, and after two days
    assert list(looks(found, BEGIN + AHEAD)) == []
    assert is_open_at(replace(found, steps=(*found.steps, (BEGIN + 8 * DAY, "reopened"))), BEGIN + 9 * DAY)


moments = st.floats(0.01, 200).map(lambda days: BEGIN + days * DAY)
steps = st.tuples(moments, st.sampled_from(["answered", "closed", "reopened", "dissatisfied", "reviewed"]))
clocks = st.builds(
    lambda begun, due, stop, promise: TimedClock(begun, begun + due * DAY, begun + stop * DAY if stop else None, promise),
    moments, st.floats(0.1, 30), st.none() | st.floats(0.1, 60), st.booleans(),
)  # fmt: skip
others = st.builds(
    OtherCase, st.integers(2, 99), moments, st.booleans(), st.just("信用卡"), st.just("收费"), st.booleans(),
    st.lists(moments, max_size=2).map(tuple),
)  # fmt: skip
corrections = st.tuples(
    moments, st.fixed_dictionaries({}, optional={"emotion": st.integers(0, 3), "risks": st.just(["监管"])})
)


@given(
    st.lists(steps, max_size=6), st.lists(clocks, max_size=3), st.lists(others, max_size=4),
    st.lists(corrections, max_size=3), st.none() | moments, moments,
)  # fmt: skip
def test_nothing_after_the_moment_leaks_in(
    steps: list, clocks: list, others: list, corrections: list, responded: datetime | None, at: datetime
) -> None:
    """The signs of the whole story are those of the story cut off at the moment."""
    ordered = sorted(corrections, key=lambda told: told[0])
    whole = case(
        steps=tuple(sorted(steps)), clocks=tuple(clocks), others=tuple(others), corrections=tuple(ordered),
        first_response_at=responded,
    )  # fmt: skip
    cut = replace(
        whole,
        steps=tuple(step for step in whole.steps if step[0] <= at),
        clocks=tuple(
            replace(clock, stopped_at=clock.stopped_at if clock.stopped_at and clock.stopped_at <= at else None)
            for clock in clocks
            if clock.started_at <= at
        ),
        others=tuple(
            replace(one, reopened=tuple(m for m in one.reopened if m <= at)) for one in others if one.received_at <= at
        ),
        held=whole.held_at(at),
        corrections=tuple(told for told in ordered if told[0] <= at),
        first_response_at=responded if responded and responded <= at else None,
    )
    assert signs_at(whole, at) == signs_at(cut, at)
    assert is_open_at(whole, at) == is_open_at(cut, at)
