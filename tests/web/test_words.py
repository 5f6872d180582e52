from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tingsu.base.clock import SHANGHAI
from tingsu.web.words import count_down, end_words, moment_words

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due", "text", "state"),
    [
        (datetime(2026, 11, 24, tzinfo=SHANGHAI), "还剩 2 天", "near"),  # ends at 24:00 of the 23rd
        (datetime(2026, 11, 22, tzinfo=SHANGHAI), "今天 24:00 到期", "due_today"),
        (datetime(2026, 11, 21, 17, 30, tzinfo=SHANGHAI), "今天 17:30 到期", "due_today"),
        (datetime(2026, 11, 22, 8, 0, tzinfo=SHANGHAI), "还剩 20 小时", "near"),
        (datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI), "已超 0 分钟", "overdue"),
        (datetime(2026, 11, 21, 7, 0, tzinfo=SHANGHAI), "已超 5 小时", "overdue"),
        (datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI), "已超 3 天", "overdue"),
        (datetime(2026, 12, 7, tzinfo=SHANGHAI), "还剩 15 天", "running"),
    ],
)
def test_a_countdown_says_what_a_clerk_would_say(due: datetime, text: str, state: str) -> None:
    with translation.override("zh-hans"):
        said = count_down(due, NOON)
    assert (said.text, said.state) == (text, state)


@given(st.integers(min_value=-90 * 24 * 60, max_value=90 * 24 * 60))
def test_a_countdown_is_overdue_exactly_from_the_moment_it_is_due(minutes: int) -> None:
    said = count_down(NOON + timedelta(minutes=minutes), NOON)
    assert (said.state == "overdue") == (minutes <= 0)
    assert ("已超" in said.text) == (minutes <= 0)


def test_midnight_is_24_oclock_of_the_day_before_in_both_languages() -> None:
    end = datetime(2026, 12, 1, tzinfo=SHANGHAI)
    with translation.override("zh-hans"):
        assert end_words(end) == "11月30日 24:00"
    with translation.override("en"):
        assert end_words(end) == "30 Nov 2026 24:00"


def test_moments_are_told_in_chinas_time_whatever_they_were_kept_in() -> None:
    with translation.override("zh-hans"):
        assert moment_words(datetime.fromisoformat("2020-01-01T20:05:00+00:00")) == "2020年1月2日 04:05"
