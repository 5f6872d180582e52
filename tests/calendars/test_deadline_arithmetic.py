"""Due times worked out by hand, and the sentences that explain them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from tingsu.base.clock import SHANGHAI
from tingsu.calendars.deadlines import (
    DueTime,
    Pause,
    Rule,
    RuleMistake,
    compute,
    extend,
    format_end,
    remaining,
    rule_in_force,
    state,
)
from tingsu.calendars.rules import PauseMistake, RuleNotInForce
from tingsu.calendars.working_days import ChinaCalendar, WeekdayCalendar, china

SIMPLE = Rule("CN-NFRA-1", 15, "calendar_day", trigger="received", pause_on=("appraisal",))
COMPLEX = Rule(
    "CN-NFRA-2",
    30,
    "calendar_day",
    trigger="received",
    extends="CN-NFRA-1",
    pause_on=("appraisal",),
)
VERY = Rule(
    "CN-NFRA-3",
    60,
    "calendar_day",
    trigger="received",
    extends="CN-NFRA-2",
    pause_on=("appraisal",),
)
TRANSFER = Rule(
    "CN-NFRA-5",
    7,
    "business_day",
    trigger="regulator_transfer",
    verified=False,
    pause_on=("appraisal",),
)
HANDOVER = Rule("SEED-1", 24, "hour", trigger="filed", pause_on=("appraisal",))
KEPT = Rule("CN-RET", 3, "year", trigger="closed")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(
    rule: Rule,
    start: str,
    *pauses: Pause,
    now: str = "2026-11-21 09:00",
    extra_days: int = 0,
) -> DueTime:
    return compute(
        rule,
        start=at(start),
        calendar=china(),
        pauses=pauses,
        now=at(now),
        extra_days=extra_days,
    )


def appraisal(start: str, end: str | None) -> Pause:
    return Pause(at(start), at(end) if end else None, "appraisal")


def ends(due_time: DueTime) -> tuple[str, str]:
    return format_end(due_time.lawful_end), format_end(due_time.safe_target)


@pytest.mark.parametrize(
    ("rule", "start", "lawful", "safe"),
    [
        # Monday 9 November + 15 = Tuesday 24 November
        (SIMPLE, "2026-11-09 10:00", "11月24日 24:00", "11月24日 24:00"),
        # the moment of the day makes no difference to days
        (SIMPLE, "2026-11-09 00:00", "11月24日 24:00", "11月24日 24:00"),
        (SIMPLE, "2026-11-09 23:59", "11月24日 24:00", "11月24日 24:00"),
        (SIMPLE, "2026-11-10 00:00", "11月25日 24:00", "11月25日 24:00"),
        # Friday 6 November + 15 = Saturday 21 November, then Monday 23
        (SIMPLE, "2026-11-06 10:00", "11月23日 24:00", "11月21日 24:00"),
        # into 国庆 2026: 18 September + 15 = 3 October; first working day 8 October
        (SIMPLE, "2026-09-18 10:00", "10月8日 24:00", "10月3日 24:00"),
        # onto Saturday 10 October 2026, worked by 调休: no shift
        (SIMPLE, "2026-09-25 10:00", "10月10日 24:00", "10月10日 24:00"),
        # onto Sunday 26 January 2025, worked by 调休 before 春节: no shift
        (SIMPLE, "2025-01-11 10:00", "1月26日 24:00", "1月26日 24:00"),
        # into 春节 2025: 15 January + 15 = 30 January; first working day 5 February
        (SIMPLE, "2025-01-15 10:00", "2月5日 24:00", "1月30日 24:00"),
        # into 春节 2026: 31 January + 15 = 15 February; first working day 24 February
        (SIMPLE, "2026-01-31 10:00", "2月24日 24:00", "2月15日 24:00"),
        # 7 business days over 国庆 2025: 30 September, then 9, 10, 11 (made up), 13, 14, 15 October
        (TRANSFER, "2025-09-29 10:00", "10月15日 24:00", "10月15日 24:00"),
        # over 春节 2026: 13 (Friday), 14 (made up), then 24, 25, 26, 27, 28 (made up) February
        (TRANSFER, "2026-02-12 10:00", "2月28日 24:00", "2月28日 24:00"),
        # hours run from the moment, through the weekend
        (HANDOVER, "2026-11-20 17:30", "11月21日 17:30", "11月21日 17:30"),
        (HANDOVER, "2026-11-20 00:00", "11月20日 24:00", "11月20日 24:00"),
    ],
)
def test_by_hand(rule: Rule, start: str, lawful: str, safe: str) -> None:
    assert ends(due(rule, start)) == (lawful, safe)


def test_years_end_on_the_same_date_or_the_months_last() -> None:
    assert due(KEPT, "2026-11-20 16:00").lawful_end == at("2029-11-21 00:00")
    assert due(KEPT, "2024-02-29 16:00").safe_target == at("2027-03-01 00:00")  # 28 February 2027, 24:00


def test_weeks_are_seven_days_and_do_not_shift_abroad() -> None:
    final = Rule("UK-2", 8, "week", jurisdiction="UK")
    reply = compute(final, start=at("2026-10-03 10:00"), calendar=WeekdayCalendar())
    assert format_end(reply.lawful_end) == "11月28日 24:00"  # a Saturday
    assert not reply.shifted
    assert reply.calendar_known  # no working calendar was asked


def test_the_end_is_an_instant_of_the_following_midnight_in_china() -> None:
    end = due(SIMPLE, "2026-11-09 10:00").lawful_end
    assert end == at("2026-11-25 00:00")
    assert end.utcoffset() == timedelta(hours=8)


def test_a_start_from_another_zone_counts_by_chinas_date() -> None:
    utc = datetime(2026, 11, 9, 16, 30, tzinfo=UTC)  # already 10 November in China
    reply = compute(SIMPLE, start=utc, calendar=china())
    assert format_end(reply.lawful_end) == "11月25日 24:00"


def test_a_day_of_24_hours_in_every_season() -> None:
    for day in (
        "2026-03-28",
        "2026-10-24",
    ):  # where Europe moves its clocks the next night
        assert due(HANDOVER, f"{day} 12:00").lawful_end - at(f"{day} 12:00") == timedelta(hours=24)


def test_over_the_year_end_the_fallback_is_used_and_said() -> None:
    reply = due(SIMPLE, "2026-12-18 10:00")  # + 15 = Saturday 2 January 2027
    assert ends(reply) == ("1月4日 24:00", "1月2日 24:00")
    assert not reply.calendar_known
    assert any("2027年放假安排尚未载入" in step for step in reply.steps)
    assert due(SIMPLE, "2026-12-16 10:00").calendar_known  # ends on 31 December


def test_a_loaded_year_replaces_the_fallback() -> None:
    rest = [date(2027, 1, d) for d in (1, 2, 3, 4)] + [date(2027, 10, d) for d in range(1, 8)]
    reply = compute(SIMPLE, start=at("2026-12-18 10:00"), calendar=ChinaCalendar(frozenset(rest)))
    assert reply.calendar_known
    assert ends(reply) == ("1月5日 24:00", "1月2日 24:00")


def test_office_hours_end_the_last_day_early() -> None:
    counter = Rule("X", 2, "business_day", office_hours=(time(9), time(17, 30)))
    assert ends(due(counter, "2026-11-20 17:00")) == (
        "11月24日 17:30",
        "11月24日 17:30",
    )


def test_extra_days_are_of_the_rules_own_kind() -> None:
    assert format_end(due(SIMPLE, "2026-11-09 10:00", extra_days=3).safe_target) == "11月27日 24:00"
    assert format_end(due(TRANSFER, "2026-11-09 10:00", extra_days=3).safe_target) == "11月23日 24:00"
    assert format_end(due(HANDOVER, "2026-11-09 10:00", extra_days=3).safe_target) == "11月13日 10:00"
    with pytest.raises(RuleMistake):
        due(SIMPLE, "2026-11-09 10:00", extra_days=-1)


class TestPauses:
    def test_only_whole_days_are_left_out(self) -> None:
        reply = due(
            SIMPLE,
            "2026-11-09 10:00",
            appraisal("2026-11-10 10:00", "2026-11-13 15:00"),
        )
        assert reply.paused == timedelta(days=2)  # 11 and 12 November
        assert format_end(reply.safe_target) == "11月26日 24:00"
        assert (
            "外部鉴定自11月10日10:00至11月13日15:00暂停，其中停满整日的2天（11月11日至11月12日）不计入" in reply.steps
        )

    def test_two_pauses_that_touch_make_whole_days_together(self) -> None:
        split = due(
            SIMPLE,
            "2026-11-09 10:00",
            appraisal("2026-11-10 10:00", "2026-11-11 12:00"),
            appraisal("2026-11-11 12:00", "2026-11-13 15:00"),
        )
        assert split.paused == timedelta(days=2)

    def test_part_of_a_day_moves_nothing(self) -> None:
        reply = due(
            SIMPLE,
            "2026-11-09 10:00",
            appraisal("2026-11-10 09:00", "2026-11-10 18:00"),
        )
        assert reply.paused == timedelta()
        assert format_end(reply.safe_target) == "11月24日 24:00"
        assert any("不扣除天数" in step for step in reply.steps)

    def test_a_period_does_not_run_out_while_the_clock_stands_still(self) -> None:
        reply = due(
            SIMPLE,
            "2026-11-09 10:00",
            appraisal("2026-11-24 20:00", "2026-11-25 09:00"),
        )
        assert ends(reply) == ("11月25日 24:00", "11月25日 24:00")
        assert "届满时时钟仍在停走，顺延至恢复后的11月25日" in reply.steps

    def test_a_clock_that_resumes_at_midnight_has_the_new_day(self) -> None:
        reply = due(SIMPLE, "2026-11-09 10:00", appraisal("2026-11-24 20:00", "2026-11-25 00:00"))
        assert ends(reply) == ("11月25日 24:00", "11月25日 24:00")

    def test_a_period_of_business_days_resumes_on_a_business_day(self) -> None:
        friday_night = appraisal("2026-11-20 20:00", "2026-11-21 10:00")  # the 7th business day is Friday the 20th
        assert ends(due(TRANSFER, "2026-11-11 10:00", friday_night)) == ("11月23日 24:00", "11月23日 24:00")

    def test_nor_does_it_shift_onto_a_day_that_ends_standing_still(self) -> None:
        reply = due(
            SIMPLE,
            "2026-11-06 10:00",
            appraisal("2026-11-22 10:00", "2026-11-24 10:00"),
        )
        assert ends(reply) == ("11月24日 24:00", "11月21日 24:00")

    def test_an_open_pause_ends_now(self) -> None:
        pause = appraisal("2026-11-10 10:00", None)
        reply = due(SIMPLE, "2026-11-09 10:00", pause, now="2026-11-13 15:00")
        assert reply.standing_still
        assert format_end(reply.safe_target) == "11月26日 24:00"
        later = due(SIMPLE, "2026-11-09 10:00", pause, now="2026-11-30 15:00")
        assert format_end(later.safe_target) == "12月13日 24:00"  # 19 whole days: 11–29 November
        assert any("至今未恢复" in step for step in later.steps)

    def test_an_open_pause_reads_the_clock_when_now_is_left_out(self) -> None:
        with time_machine.travel(at("2026-11-13 15:00"), tick=False):
            reply = compute(
                SIMPLE,
                start=at("2026-11-09 10:00"),
                calendar=china(),
                pauses=[appraisal("2026-11-10 10:00", None)],
            )
        assert format_end(reply.safe_target) == "11月26日 24:00"

    def test_hours_are_paused_to_the_minute(self) -> None:
        reply = due(
            HANDOVER,
            "2026-11-09 10:00",
            appraisal("2026-11-09 12:00", "2026-11-09 14:30"),
        )
        assert reply.lawful_end == at("2026-11-10 12:30")
        assert reply.paused == timedelta(hours=2, minutes=30)

    def test_hours_used_up_as_a_pause_begins_are_used_up(self) -> None:
        reply = due(HANDOVER, "2026-11-09 10:00", appraisal("2026-11-10 10:00", "2026-11-12 10:00"))
        assert reply.lawful_end == at("2026-11-10 10:00")
        assert not reply.standing_still

    def test_a_pause_after_the_end_changes_nothing(self) -> None:
        for rule in (SIMPLE, HANDOVER, TRANSFER):
            late = due(rule, "2026-10-12 10:00", appraisal("2026-11-20 10:00", None))
            assert late.lawful_end == due(rule, "2026-10-12 10:00").lawful_end
            assert not late.standing_still

    def test_a_pause_over_rest_days_takes_no_business_day(self) -> None:
        weekend = appraisal("2026-11-13 20:00", "2026-11-16 08:00")
        assert due(TRANSFER, "2026-11-12 10:00", weekend).paused == timedelta()

    def test_a_reason_the_rule_does_not_name_leaves_the_clock_running(self) -> None:
        away = Pause(at("2026-11-10 00:00"), at("2026-11-20 00:00"), "away", "客户出差")
        reply = due(SIMPLE, "2026-11-09 10:00", away)
        assert reply.lawful_end == due(SIMPLE, "2026-11-09 10:00").lawful_end
        assert "“客户出差”不是本时限的暂停事由，照常计算" in reply.steps

    def test_a_pause_that_ends_before_it_starts_is_refused(self) -> None:
        with pytest.raises(PauseMistake, match="2026-11-10 10:00"):
            appraisal("2026-11-10 10:00", "2026-11-09 10:00")


class TestSteps:
    def test_why_the_24th(self) -> None:
        assert due(SIMPLE, "2026-11-09 10:00").steps == (
            "自2026年11月9日收到之日起15个自然日（CN-NFRA-1），收到当日不计",
            "第15日为11月24日，至11月24日 24:00届满",
            "法定到期与稳妥目标同为2026年11月24日 24:00",
        )

    def test_a_shift_is_explained(self) -> None:
        assert (
            "11月21日为休息日，法定到期日顺延至其后的工作日11月23日；稳妥目标不顺延，仍为11月21日 24:00"
            in due(SIMPLE, "2026-11-06 10:00").steps
        )

    def test_hours_say_they_run_on(self) -> None:
        first, last = due(HANDOVER, "2026-11-20 17:30").steps
        assert first == "自2026年11月20日17:30登记时起24小时（SEED-1），从起算时刻连续计算，不因休息日顺延"
        assert last == "届满时刻为2026年11月21日 17:30"

    def test_an_unverified_rule_says_so(self) -> None:
        assert any("尚未与原文核对" in step for step in due(TRANSFER, "2026-11-09 10:00").steps)
        assert not any("尚未与原文核对" in step for step in due(SIMPLE, "2026-11-09 10:00").steps)


class TestExtension:
    def test_fifteen_thirty_sixty_from_one_start(self) -> None:
        start = at("2026-11-09 10:00")
        thirty = extend(SIMPLE, COMPLEX, start=start, calendar=china())
        sixty = extend(COMPLEX, VERY, start=start, calendar=china())
        assert format_end(thirty.safe_target) == "12月9日 24:00"
        assert format_end(sixty.safe_target) == "1月8日 24:00"
        assert any("60个自然日为连同原期限的总长" in step for step in sixty.steps)

    @pytest.mark.parametrize(("base", "longer"), [(SIMPLE, VERY), (COMPLEX, SIMPLE), (HANDOVER, COMPLEX)])
    def test_only_along_the_rules_own_ladder(self, base: Rule, longer: Rule) -> None:
        with pytest.raises(RuleMistake):
            extend(base, longer, start=at("2026-11-09 10:00"), calendar=china())


class TestStanding:
    shifted = due(SIMPLE, "2026-11-06 10:00")  # safe Saturday 21 November 24:00, lawful Monday 23 November 24:00

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2026-11-07 09:00", "running"),
            ("2026-11-18 23:59", "running"),
            ("2026-11-19 00:00", "near"),
            ("2026-11-20 23:59", "near"),
            ("2026-11-21 00:00", "due_today"),
            ("2026-11-22 12:00", "due_today"),  # past the safe target, lawful still
            ("2026-11-23 23:59", "due_today"),
            ("2026-11-24 00:00", "overdue"),
        ],
    )
    def test_at_a_moment(self, now: str, expected: str) -> None:
        assert state(self.shifted, at(now)) == expected

    def test_short_clocks_are_near_in_their_last_quarter(self) -> None:
        reply = due(HANDOVER, "2026-11-20 04:00")
        assert state(reply, at("2026-11-20 21:59")) == "running"
        assert state(reply, at("2026-11-20 22:00")) == "near"
        assert state(reply, at("2026-11-21 00:00")) == "due_today"

    def test_met_or_late_by_the_lawful_end(self) -> None:
        later = at("2027-01-01 00:00")
        assert state(self.shifted, later, met_at=at("2026-11-23 23:59")) == "met"
        assert state(self.shifted, later, met_at=at("2026-11-24 00:00")) == "late"

    def test_time_left_runs_to_the_safe_target(self) -> None:
        assert remaining(self.shifted, at("2026-11-21 18:00")) == timedelta(hours=6)
        assert remaining(self.shifted, at("2026-11-22 06:00")) == timedelta(hours=-6)


class TestRules:
    def test_the_version_in_force_that_day(self) -> None:
        old = Rule(
            "R",
            15,
            "calendar_day",
            valid_from=date(2020, 3, 1),
            valid_to=date(2026, 12, 31),
        )
        new = Rule("R", 10, "calendar_day", valid_from=date(2027, 1, 1))
        assert rule_in_force([new, old], "R", on=date(2026, 12, 31)) is old
        assert rule_in_force([new, old], "R", on=date(2027, 1, 1)) is new
        with pytest.raises(RuleNotInForce, match="R 在 2020-02-29"):
            rule_in_force([new, old], "R", on=date(2020, 2, 29))

    @pytest.mark.parametrize(
        "facts",
        [
            {"limit": 0, "unit": "calendar_day"},
            {"limit": 1, "unit": "fortnight"},
            {"limit": 1, "unit": "hour", "office_hours": (time(9), time(17))},
            {"limit": 1, "unit": "business_day", "office_hours": (time(17), time(9))},
            {
                "limit": 1,
                "unit": "year",
                "valid_from": date(2026, 1, 2),
                "valid_to": date(2026, 1, 1),
            },
        ],
    )
    def test_a_rule_that_contradicts_itself_is_refused(self, facts: dict[str, object]) -> None:
        with pytest.raises(RuleMistake, match="BAD"):
            Rule("BAD", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-25 00:00", "2026年11月24日 24:00"),
        ("2027-01-01 00:00", "2026年12月31日 24:00"),
        ("2026-11-24 10:30", "2026年11月24日 10:30"),
    ],
)
def test_ends_are_written_the_chinese_way(moment: str, shown: str) -> None:
    assert format_end(at(moment), with_year=True) == shown
    assert format_end(at(moment)) == shown.split("年")[1]
