"""Risks of a site's own cases: seen only by who sees the case, told by rules until the history is long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from benchmarks.escalation import simulate

from tests.make import Bank, case, walk
from tingsu.base.clock import SHANGHAI
from tingsu.cases.timed_rows import timed_rows
from tingsu.insight.escalation import keeping
from tingsu.insight.escalation.keeping import learn_from_history, risk_of, risk_of_customer, riskiest, score_open_cases
from tingsu.insight.escalation.signs import signs_at
from tingsu.insight.escalation.tables import CaseRisk
from tingsu.insight.escalation.wording import reason_words
from tingsu.org.permissions import NotAllowed

AT = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
ANGRY = "我要去银保监投诉你们！气死我了，骗子银行，马上退我5000元，不然找记者曝光！"


@pytest.mark.django_db
def test_reads_a_case_as_it_stood(bank: Bank) -> None:
    made = walk(case(bank, text=ANGRY, at=AT - 9 * DAY), bank, until="route", at=AT - 9 * DAY)
    again = case(bank, text=ANGRY, at=AT - 2 * DAY)
    [first, second] = timed_rows([made.pk, again.pk])
    assert first.customer == second.customer and first.open
    assert [other.case_id for other in first.others] == [again.pk]
    assert signs_at(second, AT)["contacts"] == 1 and signs_at(first, AT - 5 * DAY)["contacts"] == 0
    assert signs_at(first, AT)["authority"] == 1


@pytest.mark.django_db
def test_orders_an_angry_customers_third_call_before_a_calm_first_one(bank: Bank) -> None:
    calm = case(bank, text="请问信用卡年费怎么收的，我觉得有点贵，希望解释一下。", at=AT - DAY, phone="13911112222")
    for n in (20, 10, 1):
        angry = case(bank, text=ANGRY, at=AT - n * DAY)
    risks = risk_of([calm.pk, angry.pk], by=bank.executive, at=AT)
    assert risks[angry.pk].chance > 2 * risks[calm.pk].chance
    words = [reason_words(reason) for reason in risks[angry.pk].reasons]
    assert "近 30 天第 3 次来诉" in words and len(words) == 3
    assert not risks[angry.pk].calibrated
    whole = risk_of_customer(angry.pk, by=bank.executive, at=AT)
    assert whole is not None and whole.open_cases == 3


@pytest.mark.django_db
def test_who_may_not_see_a_case_sees_no_risk_and_a_closed_one_has_none(bank: Bank) -> None:
    made = case(bank, at=AT - 9 * DAY, accused_unit=bank.outlet)
    assert risk_of([made.pk], by=bank.other_clerk, at=AT) == {}
    assert list(risk_of([made.pk], by=bank.clerk, at=AT)) == [made.pk]
    score_open_cases(at=AT)
    assert [row.case_id for row in riskiest(by=bank.manager)] == [made.pk]
    with pytest.raises(NotAllowed):
        riskiest(by=bank.clerk)
    walk(made, bank, at=AT - 8 * DAY)
    assert risk_of([made.pk], by=bank.executive, at=AT) == {}
    assert riskiest(by=bank.manager) == []
    score_open_cases(at=AT)
    assert not CaseRisk.objects.exists()


@pytest.mark.django_db
def test_a_short_history_keeps_the_rules_and_says_how_short(bank: Bank) -> None:
    case(bank, at=AT - 200 * DAY)
    made = learn_from_history(at=AT)
    assert not made.calibrated and made.cases == 1 and made.further == 0
    assert made.quality == {}


@pytest.mark.django_db
def test_a_long_history_is_learned_kept_and_used(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = simulate(3, size=1500)
    until = cases[-1].received_at + 120 * DAY
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "timed_rows", lambda only: iter(cases))
        made = learn_from_history(at=until)
    assert made.calibrated and made.further >= 30 and len(made.quality["bins"]) == 10
    mine = case(bank, text=ANGRY, at=AT - DAY)
    risk = risk_of([mine.pk], by=bank.executive, at=AT)[mine.pk]
    assert risk.calibrated and 0 < risk.chance < 1
    assert np.isfinite([reason.share for reason in risk.reasons]).all()
