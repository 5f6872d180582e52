"""What a deadline rule and a pause are, and which version of a rule is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from tingsu.base.clock import local
from tingsu.base.errors import TingsuError
from tingsu.calendars.places import PLACES, is_place, zone_of

Unit = Literal["calendar_day", "business_day", "hour", "office_hour", "week", "year"]
HOURS = ("hour", "office_hour")
MOST_YEARS = 100
PAUSE_WORDS = {"appraisal": "外部鉴定"}


class RuleMistake(TingsuError):
    """A rule (or a step from one rule to another) contradicts itself; ``rule_id`` names it."""

    code = "deadline_rule_mistake"

    def __init__(self, message: str, rule_id: str) -> None:
        super().__init__(message)
        self.rule_id = rule_id


class RuleNotInForce(TingsuError):
    """No version of ``rule_id`` is in force on ``day``."""

    code = "deadline_rule_not_in_force"

    def __init__(self, rule_id: str, day: date) -> None:
        super().__init__(f"时限规则 {rule_id} 在 {day.isoformat()} 没有生效的版本，请管理员检查方案包。")
        self.rule_id = rule_id
        self.day = day


class PauseMistake(TingsuError):
    """A pause ends before it starts."""

    code = "pause_mistake"

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(f"暂停的结束时间（{end:%Y-%m-%d %H:%M}）早于开始时间（{start:%Y-%m-%d %H:%M}），请更正。")
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Rule:
    """One clock rule: how long, in what unit, what stops the clock, who may lengthen it, and where it is written.

    ``limit`` is the whole length from the start, extensions included ("+30, 60 in all" is 60 with ``extends`` set).
    ``office_hours`` (opens, closes): a unit of ``office_hour`` counts only these hours of working days; a period of
    days ends at closing time of its last day (民法典 203); plain hours have none.
    ``jurisdiction`` decides the time zone and the calendar; a moment without offset is taken as that zone's wall clock.
    ``pause_on``: the reasons that stop this clock, as a Pause carries them; any other reason leaves it running.
    ``verified`` is False while nobody has compared the rule with its source; the product must show that.
    ``valid_from`` and ``valid_to`` are both inclusive; None is open.

    Raises RuleMistake for a limit below 1, an unknown unit or place, office hours that are missing, out of place or run
    backwards, or validity that runs backwards.
    """

    id: str
    limit: int
    unit: Unit
    name: str = ""
    jurisdiction: str = "CN"
    trigger: str = ""
    source: str = ""
    verified: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    pause_on: tuple[str, ...] = ()
    extend_by: tuple[str, ...] = ()
    extends: str | None = None
    notice_required: bool = False
    office_hours: tuple[time, time] | None = None

    def __post_init__(self) -> None:
        if self.limit < 1 or self.unit not in get_args(Unit):
            raise RuleMistake(
                f"时限规则 {self.id} 的期限须为正数，单位须为 {'、'.join(get_args(Unit))}。",
                self.id,
            )
        if self.unit == "year" and self.limit > MOST_YEARS:
            raise RuleMistake(f"时限规则 {self.id} 长达 {self.limit} 年，请检查期限与单位。", self.id)
        if not is_place(self.jurisdiction):
            raise RuleMistake(f"时限规则 {self.id} 的辖区只能是 {'、'.join(PLACES)}。", self.id)
        if self.office_hours and (self.unit == "hour" or self.office_hours[0] >= self.office_hours[1]):
            raise RuleMistake(
                f"时限规则 {self.id} 的营业时间有误：按小时计的时限不能设，且开门须早于关门。",
                self.id,
            )
        if self.unit == "office_hour" and not self.office_hours:
            raise RuleMistake(f"时限规则 {self.id} 按办公小时计，须写明 office_hours，如 ['09:00', '17:00']。", self.id)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise RuleMistake(f"时限规则 {self.id} 的失效日早于生效日，请更正。", self.id)

    @property
    def ends_on_working_day(self) -> bool:
        """Whether the last day may not be a rest day: 民法典 203 in China, and business days anywhere."""
        return self.unit == "business_day" or (self.unit not in HOURS and self.jurisdiction == "CN")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its days and hours are counted in."""
        return zone_of(self.jurisdiction)

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch [start, end) in which the clock stood still; ``end`` None while it still does.

    ``reason`` is compared with a rule's ``pause_on``; ``wording`` is how explanations call it. Naive moments are taken
    as the wall clock of the rule's place. Raises PauseMistake when it ends before it starts.
    """

    start: datetime
    end: datetime | None
    reason: str
    wording: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and local(self.end) < local(self.start):
            raise PauseMistake(self.start, self.end)

    @property
    def told(self) -> str:
        """The reason as a person reads it."""
        return self.wording or PAUSE_WORDS.get(self.reason, self.reason)


def rule_in_force(rules: Iterable[Rule], rule_id: str, *, on: date) -> Rule:
    """The version of ``rule_id`` that governs something that happened ``on``; the latest begun where two overlap.

    Raises RuleNotInForce when there is none.
    """
    fitting = [rule for rule in rules if rule.id == rule_id and rule.is_in_force(on)]
    if not fitting:
        raise RuleNotInForce(rule_id, on)
    return max(fitting, key=lambda rule: rule.valid_from or date.min)
