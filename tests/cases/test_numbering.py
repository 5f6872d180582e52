"""Numbers: year, month, serial; never repeated, never blocked, and no month runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.clock import SHANGHAI
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, NumberSeries
from tingsu.cases.numbering import format_number
from tingsu.packs.schema import Numbering


def test_a_serial_beyond_the_width_grows_longer(bank: Bank) -> None:
    case(bank)
    NumberSeries.objects.update(last=9_998)
    assert [case(bank).number for _ in range(3)] == ["26119999", "261110000", "261110001"]


def test_the_serial_begins_anew_each_month_by_the_clock_in_china(bank: Bank) -> None:
    last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI)
    assert case(bank, at=last).number == "26110001"
    assert case(bank, at=last + timedelta(seconds=1)).number == "26120001"
    assert case(bank, at=datetime(2027, 1, 1, tzinfo=SHANGHAI)).number == "27010001"
    assert case(bank, at=last).number == "26110002"
    assert list(verify()) == []


def test_a_reopened_case_keeps_its_number(bank: Bank) -> None:
    done = walk(case(bank), bank)
    later = MONDAY + timedelta(days=40)
    again = act(done, "reopen", {"reason": "新证据"}, by=bank.handler, version=done.version, at=later)
    assert again.number == "26110001"
    assert case(bank, at=later).number == "26120001"


def test_a_refused_recording_takes_no_number(bank: Bank) -> None:
    with pytest.raises(Incomplete):
        case(bank, text=" ")
    assert case(bank).number == "26110001"


def test_the_day_of_receipt_does_not_make_the_number(bank: Bank) -> None:
    assert case(bank, received_at=MONDAY - timedelta(days=30)).number == "26110001"


def test_a_store_full_of_numbers_still_verifies(bank: Bank) -> None:
    case(bank)
    NumberSeries.objects.update(last=10_000)
    case(bank)
    missing = list(verify())
    assert len(missing) == 9_999
    assert Case.objects.count() == 2


@given(
    first=st.tuples(st.integers(0, 99), st.integers(1, 12), st.integers(1, 10**6)),
    second=st.tuples(st.integers(0, 99), st.integers(1, 12), st.integers(1, 10**6)),
    numbering=st.builds(Numbering, prefix=st.sampled_from(["", "TS", "2"]), width=st.integers(2, 9)),
)
def test_no_two_cases_share_a_number(
    first: tuple[int, int, int], second: tuple[int, int, int], numbering: Numbering
) -> None:
    written = [format_number(numbering, f"{year:02}{month:02}", serial) for year, month, serial in (first, second)]
    assert (written[0] == written[1]) == (first == second)
    assert all(len(number) <= Case._meta.get_field("number").max_length for number in written)
