"""The frame of the pages of figures: who sees which page, which days and units they look at, and what is said of odd ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed
from tingsu.web.insight_frame import LONGEST, Frame, frame_of, read_period

SignIn = Callable[[User], Client]
TODAY = date(2026, 11, 22)


def frame(by: User, query: str = "", *, keep: tuple[str, ...] = (), here: str = "") -> Frame:
    request = RequestFactory().get(f"/insight/?{query}")
    request.user = by
    return frame_of(request, keep=keep, here=here, at=TODAY)


def test_the_usual_period_is_the_last_thirty_days(bank: Bank) -> None:
    usual = frame(bank.manager)
    assert (usual.period.since, usual.period.until, usual.period.length) == (date(2026, 10, 24), TODAY, 30)
    assert usual.period.before.until == date(2026, 10, 23) and usual.period.before.length == 30
    assert usual.told == [] and usual.query() == ""
    assert [preset.name for preset in usual.presets if preset.here] == ["近 30 天"]


@pytest.mark.parametrize(
    ("query", "since", "said"),
    [
        ("days=abc", date(2026, 10, 24), "没有看懂"),
        ("days=0", date(2026, 10, 24), "没有看懂"),
        ("days=²", date(2026, 10, 24), "没有看懂"),
        ("since=2026-02-30", date(2026, 10, 24), "日期没有看懂"),
        ("since=1900-01-01", date(2026, 10, 24), "日期没有看懂"),
        ("since=2026-11-20&until=2026-11-10", date(2026, 10, 24), "之后"),
        ("since=2027-01-01", date(2026, 10, 24), "之后"),
        ("since=2026-11-01&until=2027-01-01", date(2026, 11, 1), "只看到今天"),
        ("since=2001-01-01", TODAY - timedelta(days=LONGEST - 1), "最多看"),
        ("unit=NONE", date(2026, 10, 24), "没有这个机构"),
    ],
)
def test_what_means_nothing_gives_the_usual_with_a_sentence(bank: Bank, query: str, since: date, said: str) -> None:
    found = frame(bank.manager, query)
    assert found.period.since == since
    assert len(found.told) == 1 and said in found.told[0]


def test_two_days_that_make_a_preset_are_the_preset(bank: Bank) -> None:
    assert frame(bank.manager, "since=2026-11-16&until=2026-11-22").query() == "days=7"
    named = frame(bank.manager, "since=2026-11-01&until=2026-11-10&unit=O1")
    assert named.query() == "since=2026-11-01&until=2026-11-10&unit=O1"
    assert named.period.words == "2026-11-01 至 2026-11-10"


@given(st.dictionaries(st.sampled_from(["days", "since", "until"]), st.text(max_size=12) | st.dates().map(str)))
def test_any_address_gives_a_period_that_can_be_looked_at(query: dict[str, str]) -> None:
    told: list[str] = []
    period = read_period(query, TODAY, told)
    assert period.since <= period.until <= TODAY
    assert 1 <= period.length <= LONGEST
    assert read_period(period.to_query(), TODAY, []) == period


def test_units_are_those_in_reach(bank: Bank) -> None:
    assert [pick.value for pick in frame(bank.manager).units] == ["B1", "O1"]
    assert len(frame(bank.executive).units) == 7
    mine = frame(bank.manager, "unit=O1 解放路支行")
    assert mine.unit == bank.outlet and mine.told == []
    assert frame(bank.manager, "unit=O2").unit is None


def test_the_pages_own_words_stay_when_period_or_unit_change(bank: Bank) -> None:
    kept = frame(bank.manager, "by=harm&unit=O1&junk=1", keep=("by",))
    assert kept.query(by="volume") == "unit=O1&by=volume"
    assert all("by=harm" in preset.query for preset in kept.presets)
    assert all("by=" not in entry.url for entry in kept.entries)


def test_who_may_not_look_at_figures_is_told(bank: Bank, signed_in: SignIn) -> None:
    with pytest.raises(NotAllowed):
        frame(bank.clerk)
    assert signed_in(bank.clerk).get("/insight/").status_code == 403
    assert "洞察" not in words_of(signed_in(bank.clerk).get("/"))


def test_only_pages_that_exist_are_offered(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.manager)
    for entry in frame(bank.manager).entries:
        assert client.get(entry.url).status_code == 200, entry.url
    assert [entry.name for entry in frame(bank.manager).entries if entry.here] == ["总览"]
    assert "洞察" in words_of(client.get("/"))
