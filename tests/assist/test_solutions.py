"""The solution finder: ranked options inside the authority table, with reasons that count what they say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import make
from tests.make import MONDAY, Bank
from tingsu.assist.solutions.finding import Solution, find_solutions
from tingsu.assist.solutions.precedents import FEW, Precedent, count_outcomes
from tingsu.assist.solutions.ranking import NOT_VALID, Wish, rank_remedies
from tingsu.cases.budgets import set_budget
from tingsu.cases.models import Case, Option
from tingsu.org.models import Unit, User
from tingsu.packs.answering import load_part
from tingsu.packs.coaching import SOLUTIONS, SolutionWords
from tingsu.packs.loader import list_packs, load_pack

HELD: dict[str, Any] = {
    "business": "借记卡", "cause": "服务态度及质量", "demands": ["赔偿"], "need": "求补偿", "verdict": "valid"
}  # fmt: skip


def hold(case: Case, **changes: Any) -> Case:
    """The case as if people had said so of it."""
    for name, value in {**HELD, **changes}.items():
        setattr(case, name, value)
    case.save()
    return case


def past(bank: Bank, n: int, *, kind: str = "补偿", amount: int = 200, **changes: Any) -> list[Case]:
    """Closed cases of the same sort, each with one chosen option."""
    first = make.case(bank, name="李四", phone="13900009999", text="柜员办错了业务，耽误了半天工夫。")
    held = {**HELD, "satisfaction": "satisfied", "closed_at": MONDAY, "stage": "closed", **changes}
    made = []
    for place in range(n):
        case = Case.objects.get(pk=first.pk)
        case.pk, case.number = None, f"{first.number}-{kind}-{place}-{Case.objects.count()}"
        case.received_at = MONDAY - timedelta(days=place + 1)
        for name, value in held.items():
            setattr(case, name, value)
        case.save(force_insert=True)
        if kind:
            Option.objects.create(case=case, round=1, rank=1, kind=kind, amount=amount + place, text="…", chosen=True)
        made.append(case)
    return made


def option(found: tuple[Solution, ...], kind: str) -> Solution:
    return next(one for one in found if one.kind == kind and not one.nothing)


def test_there_are_three_to_four_options_and_giving_nothing_is_the_last(bank: Bank) -> None:
    found = find_solutions(hold(make.case(bank)), by=bank.handler)
    assert len(found.options) == 4
    assert [one.nothing for one in found.options] == [False, False, False, True]
    assert found.options[0].kind in ("赔偿", "补偿")


def test_where_the_complaint_does_not_hold_giving_nothing_comes_first(bank: Bank) -> None:
    found = find_solutions(hold(make.case(bank), verdict="not_valid"), by=bank.handler)
    assert found.options[0].nothing and "委婉" in found.options[0].text
    assert not {one.kind for one in found.options[1:]} & {"补偿", "赔偿", "责任处理", "退费"}


def test_where_the_complaint_does_not_hold_what_is_meant_for_that_comes_before_repairs_nobody_asked_for(
    bank: Bank,
) -> None:
    case_ = hold(make.case(bank), verdict="not_valid", demands=["退款"], need="求解决", cause="营销方式")
    texts = [one.text for one in find_solutions(case_, by=bank.handler).options]
    assert "再查一次" in texts[1] and not [text for text in texts[:2] if "修复" in text]


def test_a_way_filed_under_a_broader_kind_counts_no_precedents_of_that_kind(bank: Bank) -> None:
    past(bank, 6, kind="其他", amount=0, verdict="not_valid")
    found = find_solutions(hold(make.case(bank), verdict="not_valid"), by=bank.handler)
    again = next(one for one in found.options if "再查一次" in one.text)
    assert again.kind == "其他" and again.outcomes is None and not [why for why in again.why if "件" in why]


def test_before_a_verdict_the_options_are_provisional(bank: Bank) -> None:
    assert find_solutions(hold(make.case(bank), verdict=""), by=bank.handler).provisional
    assert not find_solutions(hold(make.case(bank)), by=bank.handler).provisional


def test_before_a_verdict_nothing_presumes_that_the_complaint_does_not_hold(bank: Bank) -> None:
    found = find_solutions(hold(make.case(bank), verdict="", need="求发泄", demands=["处理责任人"]), by=bank.handler)
    assert not [one for one in found.options if "再查一次" in one.text or "改进建议" in one.text]


def test_few_similar_cases_give_no_figures(bank: Bank) -> None:
    past(bank, FEW - 1)
    found = find_solutions(hold(make.case(bank)), by=bank.handler)
    assert found.similar_count == FEW - 1 and not found.enough
    assert all(one.outcomes is None for one in found.options)
    assert option(found.options, "补偿").amount.value is None
    assert not [why for one in found.options for why in one.why if "件中" in why]


def test_enough_similar_cases_are_counted_with_their_base(bank: Bank) -> None:
    past(bank, 6)
    past(bank, 2, kind="道歉说明", amount=0, satisfaction="dissatisfied", reopened=1)
    case = hold(make.case(bank, text="柜员态度差，耽误我半天，要求赔偿。"))
    found = find_solutions(case, by=bank.handler)
    paid = option(found.options, "补偿")
    assert found.similar_count == 8 and paid.outcomes is not None
    assert (paid.outcomes.given, paid.outcomes.said, paid.outcomes.content, paid.outcomes.reopened) == (6, 6, 6, 0)
    assert paid.amount.value == Decimal("202.50")  # the median of 200 to 205
    assert "相似的 8 件中 6 件这样处理，有满意度的 6 件里 6 件满意或认可，0 件后来重新办理。" in paid.why
    assert "金额取其中给了钱且办妥的 6 件的中位数 202.50 元。" in paid.why
    assert found.options[0] == paid


def test_what_did_not_hold_gives_no_sum(bank: Bank) -> None:
    past(bank, 6, satisfaction="dissatisfied")
    assert option(find_solutions(hold(make.case(bank)), by=bank.handler).options, "补偿").amount.value is None


def test_never_more_than_the_customer_asks(bank: Bank) -> None:
    past(bank, 6, amount=900)
    found = find_solutions(hold(make.case(bank)), by=bank.handler)  # TEXT asks 300 yuan
    paid = option(found.options, "补偿")
    assert paid.amount.value == 300 and paid.amount.basis == "asked"


def test_cases_with_another_pack_cause_demand_or_verdict_are_not_similar(bank: Bank) -> None:
    for changes in ({"pack": "telecom"}, {"cause": "定价收费"}, {"demands": ["退款"]}, {"verdict": "not_valid"},
                    {"stage": "withdrawn"}, {"closed_at": None}):  # fmt: skip
        past(bank, 1, **changes)
    assert find_solutions(hold(make.case(bank)), by=bank.handler).similar_count == 0


def test_only_cases_within_reach_are_counted(bank: Bank) -> None:
    past(bank, 6, recorded_unit=bank.other_outlet, recorded_by=bank.other_clerk)
    case = hold(make.case(bank))
    assert find_solutions(case, by=bank.handler).similar_count == 6
    assert find_solutions(case, by=bank.lead).similar_count == 0


def test_who_approves_follows_the_authority_table(bank: Bank) -> None:
    past(bank, 6, amount=1000)
    case = hold(make.case(bank, text="柜员办错了业务，害我损失，要求赔偿。"))
    approver = option(find_solutions(case, by=bank.handler).options, "补偿").approver
    assert approver is not None and approver.role == "manager" and approver.limit == 5000
    assert approver.above is not None and approver.above.role == "desk_head" and approver.above.up_to == 500


def test_a_budget_that_does_not_bear_it_sends_it_one_level_up(bank: Bank) -> None:
    set_budget(Unit.objects.get(code="O1"), Decimal(100), by=bank.admin)
    past(bank, 6)
    case = hold(make.case(bank, text="柜员办错了业务，害我损失，要求赔偿。"))
    approver = option(find_solutions(case, by=bank.handler).options, "补偿").approver
    assert approver is not None and approver.role == "manager" and approver.over == Decimal("102.50")


def test_the_customers_earlier_compensation_is_shown(bank: Bank) -> None:
    earlier = make.walk(make.case(bank, at=MONDAY - timedelta(days=30)), bank, at=MONDAY - timedelta(days=30))
    found = find_solutions(hold(make.case(bank)), by=bank.handler)
    assert found.earlier is not None and found.earlier.total == 300
    assert [one.case.pk for one in found.earlier.cases] == [earlier.pk]


def test_the_number_of_queries_does_not_grow_with_the_cases(bank: Bank) -> None:
    case = hold(make.case(bank))
    counts = []
    for more in (6, 60):
        past(bank, more)
        lead = User.objects.get(pk=bank.lead.pk)  # nothing remembered of what the person may do
        with CaptureQueriesContext(connection) as asked:
            find_solutions(Case.objects.get(pk=case.pk), by=lead)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


@pytest.mark.parametrize("pack", list_packs())
def test_every_remedy_of_a_pack_but_other_is_known(pack: str) -> None:
    words = load_part(SolutionWords, SOLUTIONS, pack)
    remedies = {choice.id for choice in load_pack(pack).taxonomy("remedy").values}
    assert remedies - {one.id for one in words.remedies} <= {"其他"}
    assert {one.kind for one in words.remedies if one.kind} <= remedies
    assert words.nothing is not None and words.nothing.kind in remedies


@pytest.mark.parametrize("pack", list_packs())
@given(
    demands=st.lists(st.sampled_from(["退款", "赔偿", "道歉", "解释", "办理业务", "减免息费", "其他"]), unique=True),
    need=st.sampled_from(["", "求解决", "求发泄", "求尊重", "求补偿"]),
    verdict=st.sampled_from(["", "valid", "partly", NOT_VALID]),
)
def test_every_pack_offers_something_for_every_wish(pack: str, demands: list[str], need: str, verdict: str) -> None:
    words = load_part(SolutionWords, SOLUTIONS, pack)
    known = [choice.id for choice in load_pack(pack).taxonomy("remedy").values]
    nobody = count_outcomes([], {""})
    fits = rank_remedies(words, known, Wish(tuple(demands), need, "", verdict), lambda remedy: nobody, 0)
    assert len(fits) == 3
    assert [fit.score for fit in fits] == sorted((fit.score for fit in fits), reverse=True)
    assert all(not fit.remedy.verdicts or not verdict or verdict in fit.remedy.verdicts for fit in fits)


def test_money_nobody_asked_for_is_not_offered_first() -> None:
    words = load_part(SolutionWords, SOLUTIONS, "bank")
    known = [one.id for one in words.remedies]
    wish = Wish(("道歉",), "求尊重", "服务态度及质量", "valid")
    fits = rank_remedies(words, known, wish, lambda remedy: count_outcomes([], {""}), 0)
    assert fits[0].remedy.id == "道歉说明"
    assert not {fit.remedy.id for fit in fits} & {"补偿", "赔偿", "退费", "减免息费"}


@given(
    st.lists(
        st.tuples(st.integers(0, 9999), st.sampled_from(["satisfied", "dissatisfied", "unknown", ""]), st.booleans())
    )
)
def test_the_typical_sum_lies_among_those_that_held(rows: list[tuple[int, str, bool]]) -> None:
    precedents = [Precedent(str(n), "补偿", Decimal(y), s, again, 1.0) for n, (y, s, again) in enumerate(rows)]
    counted = count_outcomes(precedents, {"补偿"})
    held = [Decimal(y) for y, s, again in rows if y and s == "satisfied" and not again]
    assert counted.paid == len(held) and (counted.typical is not None) == (len(held) >= FEW)
    if counted.typical is not None:
        assert min(held) <= counted.typical <= max(held)
    assert 0 <= counted.content <= counted.said <= counted.given == len(rows)
