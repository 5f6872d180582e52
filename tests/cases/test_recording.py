"""Recording: what is taken down is kept as it was said, and what cannot be kept is refused with the field's name."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import MONDAY, TEXT, Bank, case, person, walk
from tests.rows import dump
from tingsu.base.clock import SHANGHAI
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Customer
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.models import RoleGrant, User
from tingsu.org.permissions import NotAllowed


def record(bank: Bank, text: str = TEXT, channel: str = "counter", **draft: Any) -> Case:
    return record_case(Draft(text=text, channel=channel, **draft), by=bank.clerk, at=MONDAY).case


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""), ("text", " \n\u3000"), ("text", "字" * 20_001), ("text", "a\x00b"), ("text", "\ud83d"), ("channel", ""),
        ("channel", "pigeon"), ("channel", "\x00"), ("subject", "长" * 121), ("subject", "\x00"), ("key_point", "长" * 201),
        ("accused_person", "长" * 61), ("source", "长" * 61), ("external_id", "长" * 121), ("external_id", "\x00"),
        ("received_at", MONDAY + timedelta(seconds=1)), ("received_at", datetime(1, 1, 1, tzinfo=SHANGHAI)),
        ("received_at", datetime(9999, 12, 31, tzinfo=SHANGHAI)), ("received_at", datetime(1969, 12, 31, tzinfo=SHANGHAI)),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(bank: Bank, field: str, value: Any) -> None:
    before = dump()
    with pytest.raises(Incomplete) as refused:
        record(bank, **{field: value})
    assert set(refused.value.fields) == {field}
    assert dump() == before


@pytest.mark.parametrize("field", CustomerDraft.__dataclass_fields__)
@pytest.mark.parametrize("value", ["9" * 201, "\x00", "\udfff"])
def test_so_are_the_customers_fields(bank: Bank, field: str, value: str) -> None:
    with pytest.raises(Incomplete) as refused:
        record(bank, customer=CustomerDraft(**{field: value}))
    assert set(refused.value.fields) == {field}


def test_all_that_is_wrong_is_named_at_once(bank: Bank) -> None:
    with pytest.raises(Incomplete) as refused:
        record(bank, text="", channel="", subject="长" * 121, customer=CustomerDraft(name="名" * 61))
    assert set(refused.value.fields) == {"text", "channel", "subject", "name"}


def test_the_longest_of_everything_is_kept(bank: Bank) -> None:
    limits = {name: Customer._meta.get_field(name).max_length for name in CustomerDraft.__dataclass_fields__}
    made = record(
        bank, text="字" * 20_000, subject="题" * 120, key_point="点" * 200, accused_person="人" * 60, source="源" * 60,
        external_id="号" * 120, customer=CustomerDraft(**{name: "九" * (most or 0) for name, most in limits.items()}),
    )  # fmt: skip
    kept = Case.objects.get(pk=made.pk)
    assert (len(kept.text), len(kept.subject), len(kept.customer.address)) == (20_000, 120, 200)
    assert list(verify()) == []


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60).filter(
        str.strip
    )
)
def test_any_text_is_kept_to_the_letter(bank: Bank, text: str) -> None:
    made = record(bank, text=text)
    assert Case.objects.get(pk=made.pk).text == text
    assert made.subject
    assert list(verify([made.number])) == []


def test_who_may_not_record_learns_who_may(bank: Bank) -> None:
    with pytest.raises(NotAllowed) as refused:
        record_case(Draft(text=TEXT, channel="counter"), by=bank.auditor)
    assert "网点受理员" in refused.value.who


def test_a_clerk_without_a_unit_is_told_whom_to_ask(bank: Bank) -> None:
    lost = User.objects.create_user("lost", password="pass-word-1", name="无名")
    RoleGrant.objects.create(user=lost, role="clerk", unit=bank.outlet)
    with pytest.raises(NotPossible, match="系统管理员"):
        record_case(Draft(text=TEXT, channel="counter"), by=lost)


def test_a_repeated_outside_id_gives_the_first_case_and_changes_nothing(bank: Bank) -> None:
    made = record(bank, source="12378", external_id="A-1")
    before = dump()
    again = record_case(Draft(text="别的内容", channel="counter", source="12378", external_id="A-1"), by=bank.clerk)
    assert (again.created, again.case) == (False, made)
    assert dump() == before


def test_a_returning_customer_is_known_and_what_is_known_stays(bank: Bank) -> None:
    first = record(bank, customer=CustomerDraft(name="张三", phone="13800001234", address="旧址"))
    again = record(
        bank, customer=CustomerDraft(name="张三", phone="13800001234", address="新址", email="z@example.com")
    )
    other = record(bank, customer=CustomerDraft(name="李四", phone="13800001234"))
    assert again.customer_id == first.customer_id != other.customer_id
    known = Customer.objects.get(pk=first.customer_id)
    assert (known.address, known.email) == ("旧址", "z@example.com")


def test_two_without_name_and_number_are_two_customers(bank: Bank) -> None:
    assert record(bank).customer_id != record(bank).customer_id


@pytest.mark.parametrize(
    "amount", ["9999999999.995", "9999999999.999", "10000000000", "-1", "NaN", "sNaN", "Infinity", "三百"]
)
def test_money_that_no_plan_can_mean_is_refused(bank: Bank, amount: str) -> None:
    made = walk(case(bank), bank, "approve")
    before = dump()
    with pytest.raises((Incomplete, NotPossible)):
        act(made, "carry_out", {"done": "x", "paid": amount}, by=bank.lead, version=made.version)
    options = [{"kind": "补偿", "amount": amount, "text": t} for t in "甲乙丙"]
    proposed = walk(case(bank), bank, "investigate")
    with pytest.raises(Incomplete):
        act(proposed, "propose", {"options": options, "chosen": "1"}, by=bank.lead, version=proposed.version)
    assert len(dump()["cases_option"]) == len(before["cases_option"])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("-0", "0.00"), ("0.004", "0.00"), ("299.999", "300.00"), ("1,00", "100.00"), ("１００", "100.00"), ("", None)],
)
def test_money_is_kept_to_the_cent_and_the_seal_agrees(bank: Bank, typed: str, kept: str | None) -> None:
    made = walk(case(bank), bank, "approve")
    act(made, "carry_out", {"done": "x", "paid": typed}, by=bank.lead, version=made.version)
    made.refresh_from_db()
    assert made.paid == (Decimal(kept) if kept else None)
    assert list(verify()) == []


def test_one_value_chosen_many_times_counts_once(bank: Bank) -> None:
    made = case(bank)
    done = act(
        made, "correct", {"risks": ["媒体舆情"] * 40, "demands": ["退款", "道歉", "退款"]}, by=bank.clerk, version=1
    )
    assert (done.risks, done.demands, done.risk_marks) == (["媒体舆情"], ["退款", "道歉"], "|媒体舆情|")


def test_a_source_may_not_see_a_case_it_did_not_send(bank: Bank) -> None:
    """The answer to a repeated outside id carries a case; it is the one this sender's own source named."""
    record(bank, source="12378", external_id="A-1")
    other = person("other", "agent", bank.other_outlet)
    again = record_case(Draft(text=TEXT, channel="counter", source="", external_id="A-1"), by=other)
    assert again.created
