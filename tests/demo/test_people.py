"""The demo bank's shape, and customers whose numbers are well-formed and nobody's."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from random import Random

from tingsu.demo.people import ID_WEIGHTS, invent_customer, load_bank
from tingsu.packs.loader import load_pack

ON = date(2026, 11, 21)


def test_the_bank_has_a_head_office_three_branches_and_twelve_more() -> None:
    kinds = Counter(unit.kind for unit in load_bank().units)
    assert kinds["head_office"] == 1
    assert kinds["branch"] == 3
    assert kinds["outlet"] + kinds["department"] == 12


def test_every_unit_hangs_on_one_before_it() -> None:
    seen: set[str | None] = {None}
    for unit in load_bank().units:
        assert unit.parent in seen
        seen.add(unit.code)


def test_thirty_staff_hold_every_role_of_the_pack_and_each_has_an_easy_account() -> None:
    bank = load_bank()
    roles = {role.id for role in load_pack("bank").roles}
    assert len(bank.people) == 30
    assert {role for person in bank.people for role in person.roles} == roles
    assert set(bank.accounts) == roles
    for field in ("username", "staff_no", "name"):
        assert len({getattr(person, field) for person in bank.people}) == 30
    assert all(re.fullmatch(r"[a-z]+", person.username) for person in bank.people)
    assert all(bank.unit(person.unit) for person in bank.people)


def test_every_unit_is_answered_for() -> None:
    bank = load_bank()
    for unit in bank.units:
        if unit.code not in ("ZH", "XB"):
            assert "unit_lead" in bank.lead_of(unit.code).roles


def test_customers_numbers_pass_their_checks_and_belong_to_nobody() -> None:
    rng = Random(3)
    for _ in range(300):
        customer = invent_customer(rng, ages=(19, 84), on=ON)
        assert re.fullmatch(r"154\d{8}", customer.phone)
        assert _id_is_valid(customer.id_no)
        assert customer.id_no.startswith("3299")
        assert customer.id_no[6:14] == f"{customer.born:%Y%m%d}"
        assert (int(customer.id_no[16]) % 2 == 1) == (customer.sex == "男")
        assert _luhn(customer.card)
        assert customer.card.startswith("629999")
        assert 19 <= customer.age_on(ON) <= 84


def _id_is_valid(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return number[17] == "10X98765432"[total % 11]


def _luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0
