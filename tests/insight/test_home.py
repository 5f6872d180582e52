"""The manager's figures agree with the lists they link to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.lifecycle import act
from tingsu.cases.queue import list_cases
from tingsu.insight.facts.figures import run, within
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.facts.store import refresh
from tingsu.insight.home import Figure, Home, home_figures
from tingsu.web.insight_frame import USUAL

LATER = MONDAY + timedelta(days=16, hours=2)


def _home(bank: Bank) -> Home:
    walk(case(bank, accused_unit=bank.outlet), bank)
    late = case(bank, accused_unit=bank.outlet)
    walk(late, bank, "carry_out")
    late.refresh_from_db()
    act(late, "answer", {"answer": "已答复", "means": "phone"}, by=bank.handler, version=late.version, at=LATER)
    case(bank, accused_unit=bank.other_outlet, by=bank.other_clerk, at=LATER)
    return home_figures(by=bank.head, now=LATER)


def test_every_figure_lists_exactly_its_cases(bank: Bank) -> None:
    home = _home(bank)
    figures = [getattr(home, name) for name in Home.__dataclass_fields__]
    figures += [Figure(topic.count, topic.filters) for topic in home.topics]
    figures += [Figure(unit.received, unit.received_filters) for unit in home.units]
    figures += [Figure(unit.open, unit.open_filters) for unit in home.units]
    checked = [f for f in figures if isinstance(f, Figure)]
    assert len(checked) > 8
    for figure in checked:
        assert list_cases(figure.filters, by=bank.head, at=LATER).count() == figure.count, figure


def test_rates_count_the_late_and_link_to_them(bank: Bank) -> None:
    home = _home(bank)
    assert (home.answered.part, home.answered.whole) == (1, 2)
    assert list_cases(home.answered.filters, by=bank.head, at=LATER).count() == 1
    assert home.responded.share == 1.0
    assert (home.closed.part, home.closed.whole) == (1, 3)


def test_overdue_and_due_today_are_told_apart(bank: Bank) -> None:
    case(bank)  # its hand-over clock of 24 hours has long run out
    fresh = case(bank, at=LATER)
    home = home_figures(by=bank.head, now=LATER)
    assert (home.open.count, home.overdue.count, home.due_today.count) == (2, 1, 0)
    next_day = home_figures(by=bank.head, now=LATER + timedelta(hours=20))
    assert next_day.due_today.count == 1
    assert list_cases(next_day.due_today.filters, by=bank.head, at=LATER + timedelta(hours=20)).get() == fresh


def test_a_manager_counts_only_what_the_subtree_holds(bank: Bank) -> None:
    _home(bank)
    assert home_figures(by=bank.manager, now=LATER).received.count == 2
    assert home_figures(by=bank.other_clerk, now=LATER).received.count == 1


def test_a_topic_rises_only_beyond_chance(bank: Bank) -> None:
    for _ in range(3):
        case(bank, at=MONDAY - timedelta(days=40))
    for _ in range(12):
        case(bank, at=MONDAY)
    topic = home_figures(by=bank.head, now=LATER).topics[0]
    assert (topic.count, topic.before, topic.is_rising) == (12, 3, True)


def test_an_empty_bank_has_no_shares_and_no_crash(bank: Bank) -> None:
    home = home_figures(by=bank.head, now=LATER)
    assert home.answered.share is None
    assert home.topics == [] and home.open.count == 0
    assert sum(n for _, n in home.daily) == 0


def test_figures_from_the_facts_are_those_from_the_cases(bank: Bank) -> None:
    from_cases = _home(bank)
    case(bank, accused_unit=bank.outlet, at=LATER - timedelta(days=40))
    from_cases = home_figures(by=bank.head, now=LATER)
    refresh(at=LATER - timedelta(minutes=1))
    from_facts = home_figures(by=bank.head, now=LATER)
    assert from_facts.as_of == LATER - timedelta(minutes=1) and from_cases.as_of == LATER
    assert replace(from_facts, as_of=LATER) == from_cases
    assert from_facts.answered.whole and from_facts.topics and from_facts.units and from_facts.satisfied.whole


def test_thirty_days_are_thirty_with_today_as_on_every_other_page(bank: Bank) -> None:
    for back in (0, 29, 30, 59, 60):
        case(bank, at=LATER - timedelta(days=back), accused_unit=bank.outlet)
    counted = home_figures(by=bank.head, now=LATER)
    assert counted.received.count == 2
    assert sum(topic.before for topic in counted.topics) == 2
    refresh(at=LATER)
    assert home_figures(by=bank.executive, now=LATER).received.count == 2
    last = LATER.date() - timedelta(days=USUAL - 1)
    board = run(within(facts_for(bank.executive), last, LATER.date()))
    assert len(board) == 2  # what a board of the same days holds


def test_old_facts_are_not_asked(bank: Bank) -> None:
    refresh(at=LATER - timedelta(minutes=30))
    _home(bank)
    home = home_figures(by=bank.head, now=LATER)
    assert (home.received.count, home.as_of) == (3, LATER)


def test_open_work_is_of_this_moment_even_where_the_facts_are_not(bank: Bank) -> None:
    case(bank, at=LATER)
    refresh(at=LATER)
    case(bank, at=LATER)
    home = home_figures(by=bank.head, now=LATER)
    assert (home.open.count, home.received.count, sum(n for _day, n in home.daily)) == (2, 1, 1)


def test_who_sees_a_part_is_counted_from_the_cases(bank: Bank) -> None:
    refresh(at=LATER)
    case(bank, accused_unit=bank.outlet, at=LATER)
    assert home_figures(by=bank.manager, now=LATER).received.count == 1
