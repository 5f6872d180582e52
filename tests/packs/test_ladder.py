"""When each rung of a ladder comes, by the hour and by working hours, and what is wrong with a ladder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.base.clock import SHANGHAI
from tingsu.calendars.working_days import china
from tingsu.packs.ladder import Ends, rungs_of
from tingsu.packs.ladder_checks import ladder_mistakes
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Ladder, Rung

TO = [{"place": "owner"}]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def rung(id: str = "one", **said: Any) -> Rung:
    return Rung.model_validate({"id": id, "to": TO, "words": "请办理", **said})


def only(ends: Ends, **said: Any) -> datetime:
    (due,) = rungs_of(Ladder(rungs=[rung(**said)]), "statute", ends, china())
    return due.at


# Safe target Saturday 21 November 24:00, lawful end Monday 23 November 24:00.
WEEKEND = Ends(moment("2026-11-06T10:00"), moment("2026-11-22T00:00"), moment("2026-11-24T00:00"))
# National Day 2026: 1–7 October at rest, Saturday 10 October worked.
HOLIDAY = Ends(moment("2026-09-20T10:00"), moment("2026-10-02T00:00"), moment("2026-10-09T00:00"))


@pytest.mark.parametrize(
    ("said", "ends", "wanted"),
    [
        ({}, WEEKEND, "2026-11-22T00:00"),
        ({"of": "lawful_end"}, WEEKEND, "2026-11-24T00:00"),
        ({"before": 72}, WEEKEND, "2026-11-19T00:00"),
        ({"after": 24}, WEEKEND, "2026-11-23T00:00"),
        ({"before": 8, "unit": "working_hour"}, WEEKEND, "2026-11-20T09:00"),  # Friday's whole day
        ({"before": 12, "unit": "working_hour"}, WEEKEND, "2026-11-19T13:00"),
        ({"after": 8, "unit": "working_hour"}, WEEKEND, "2026-11-23T17:00"),  # Monday's whole day
        ({"after": 4, "unit": "working_hour"}, WEEKEND, "2026-11-23T13:00"),
        ({"before": 8, "unit": "working_hour"}, HOLIDAY, "2026-09-30T09:00"),
        ({"after": 8, "unit": "working_hour"}, HOLIDAY, "2026-10-08T17:00"),
        ({"after": 24, "unit": "working_hour"}, HOLIDAY, "2026-10-10T17:00"),  # the Saturday is worked
    ],
)
def test_a_rung_comes_when_counted_by_hand(said: dict[str, Any], ends: Ends, wanted: str) -> None:
    assert only(ends, **said) == moment(wanted)


def test_rungs_come_in_the_order_of_time_and_only_those_of_the_kind() -> None:
    ladder = Ladder(
        rungs=[
            rung("late", after=1), rung("soon", before=1), rung("other", kinds=["promise"]),
            rung("rest", except_kinds=["statute"]), rung("mine", kinds=["statute"]),
        ]
    )  # fmt: skip
    assert [due.rung.id for due in rungs_of(ladder, "statute", WEEKEND, china())] == ["soon", "mine", "late"]
    assert [due.rung.id for due in rungs_of(ladder, "appeal", WEEKEND, china())] == ["soon", "rest", "late"]


def test_a_rung_before_the_clock_began_does_not_exist() -> None:
    ends = Ends(moment("2026-11-09T10:00"), moment("2026-11-09T12:00"), moment("2026-11-09T12:00"))
    ladder = Ladder(rungs=[rung("before", before=4), rung("at")])
    assert [due.rung.id for due in rungs_of(ladder, "promise", ends, china())] == ["at"]


@given(
    st.integers(0, 1_000_000).map(lambda minutes: moment("2025-01-02T00:00") + timedelta(minutes=minutes)),
    st.integers(1, 60),
    st.sampled_from(["hour", "working_hour"]),
)
def test_more_hours_before_are_earlier_and_more_after_are_later(end: datetime, hours: int, unit: str) -> None:
    ends = Ends(end - timedelta(days=400), end, end)
    warned, escalated = only(ends, before=hours, unit=unit), only(ends, after=hours, unit=unit)
    assert warned <= end - timedelta(hours=hours) and escalated >= end + timedelta(hours=hours)
    assert only(ends, before=hours + 1, unit=unit) < warned and only(ends, after=hours + 1, unit=unit) > escalated


@pytest.mark.parametrize(
    ("rungs", "wanted"),
    [
        ([rung("one"), rung("one")], "重名"),
        ([rung(before=1, after=1)], "只能写一个"),
        ([rung(kinds=["statute"], except_kinds=["promise"])], "只能写一个"),
        ([rung(to=[{"place": "house", "role": "boss"}])], "没有名为「boss」的角色"),
        ([rung(to=[{"place": "unit"}])], "没有名为「」的角色"),
        ([rung(to=[{"place": "owner", "role": "handler"}])], "不用写 role"),
    ],
)
def test_a_mistake_in_a_ladder_is_named(rungs: list[Rung], wanted: str) -> None:
    pack = load_pack("bank").model_copy(update={"escalation": Ladder(rungs=rungs)})
    assert [what for _, what in ladder_mistakes(pack) if wanted in what]


def test_the_shipped_ladder_warns_before_every_clock_of_law_and_escalates_after() -> None:
    ladder = load_pack("bank").escalation
    of_statute = rungs_of(ladder, "statute", WEEKEND, china())
    assert [due.rung.before > 0 for due in of_statute] == [True, True, False, False, False]
    assert not list(ladder_mistakes(load_pack("bank")))
