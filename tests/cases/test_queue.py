"""The queue's filters live in an address anyone may type into: nonsense narrows nothing or finds nothing, quietly."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.errors import TingsuError
from tingsu.cases.facts import count, count_by, count_by_day, share_late
from tingsu.cases.near import near_while_recording
from tingsu.cases.queue import Filters, list_cases

NAMES = list(Filters.__dataclass_fields__)
NONSENSE = [
    "²", "①", "９", "-1", "9" * 30, "9" * 5000, "1e3", "0001-01-01", "9999-12-31", "2026-13-01", "2026-02-30", "20261109", "\x00", "\ud800",
    "'", '"', "%", "|", "||", "any", "me", "none", "-", "*", "中", "\u0661", "1" + "0" * 7, "2026-W46-1",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_in_an_address_is_no_fault(bank: Bank, name: str) -> None:
    for value in NONSENSE:
        filters = Filters.from_query({name: value})
        try:
            list(list_cases(filters, by=bank.handler, at=MONDAY))
        except TingsuError as refusal:  # a search without words
            assert name == "q" and refusal.message
        if name != "q":
            count(filters, by=bank.clerk, at=MONDAY)


@given(st.dictionaries(st.sampled_from([*NAMES, "other", ""]), st.text(max_size=8)))
def test_an_address_and_its_filters_are_one(query: dict[str, str]) -> None:
    filters = Filters.from_query(query)
    assert Filters.from_query(dict(parse_qsl(filters.to_query()))) == filters


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NONSENSE) | st.text(max_size=4), max_size=6))
def test_any_address_is_answered(bank: Bank, query: dict[str, str]) -> None:
    try:
        assert list(list_cases(Filters.from_query(query), by=bank.lead, at=MONDAY)) is not None
    except TingsuError as refusal:
        assert refusal.message


def test_the_nearest_deadline_comes_first_and_none_last(bank: Bank) -> None:
    late = case(bank, at=MONDAY - timedelta(days=3))
    soon = case(bank)
    judged = walk(case(bank), bank, "judge")
    paused = walk(case(bank), bank, "answer")
    assert list(list_cases(Filters(), by=bank.handler, at=MONDAY)) == [late, soon, judged, paused]
    assert list(list_cases(Filters(due="overdue"), by=bank.handler, at=MONDAY)) == [late]
    assert list(list_cases(Filters(due="today"), by=bank.handler, at=MONDAY)) == []
    assert list(list_cases(Filters(due="near"), by=bank.handler, at=MONDAY)) == [soon]
    done = walk(case(bank), bank)
    assert list(list_cases(Filters(state="ended"), by=bank.handler, at=MONDAY)) == [done]


def test_what_is_counted_is_what_is_listed(bank: Bank) -> None:
    for days in (0, 1, 1, 8):
        case(bank, at=MONDAY - timedelta(days=days))
    walk(case(bank), bank)
    for filters in (Filters(state="all"), Filters(), Filters(state="ended"), Filters(state="all", days="1")):
        listed = list_cases(filters, by=bank.handler, at=MONDAY).count()
        assert count(filters, by=bank.handler, at=MONDAY) == listed
        assert sum(n for *_, n in count_by("stage", filters=filters, by=bank.handler, at=MONDAY)) == listed
    by_day = count_by_day(days=7, by=bank.handler, at=MONDAY)
    assert len(by_day) == 7 and by_day[-1] == (MONDAY.date(), 2) and by_day[-2][1] == 2
    assert share_late("answered_at", "answered_late", days=7, by=bank.handler, at=MONDAY) == (1, 1)


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "9" * 5000, "'", "%"])
def test_typing_odd_characters_beside_the_form_is_no_fault(bank: Bank, odd: str) -> None:
    case(bank)
    assert near_while_recording(odd, by=bank.clerk, phone=odd, id_no=odd, business=odd) is not None
    assert near_while_recording("柜员态度很差", by=bank.clerk, phone=odd) is not None
