"""Answers kept: shared by people of one reach and one language, and by nobody else."""

from __future__ import annotations

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests.make import Bank
from tingsu.insight import kept
from tingsu.insight.kept import forget_kept, is_kept, keep
from tingsu.org.models import User


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    forget_kept()


def ask(by: User, *asked: object) -> str:
    return keep("reach", *asked, by=by, make=lambda: by.username)


def test_people_of_the_same_reach_share_and_others_get_their_own(bank: Bank) -> None:
    assert ask(bank.executive) == "executive"
    assert ask(bank.auditor) == "executive"  # both see every case
    assert ask(bank.manager) == "manager"
    assert ask(bank.lead) == "manager"  # both see their branch
    assert ask(bank.other_clerk) == "clerk2" and ask(bank.clerk) == "clerk"


def test_another_question_and_another_state_of_the_facts_are_worked_out_anew(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(bank.executive, 1)
    assert is_kept("reach", 1, by=bank.auditor) and not is_kept("reach", 2, by=bank.auditor)
    monkeypatch.setattr(kept, "read_manifest", lambda: type("Manifest", (), {"serial": 7})())
    assert not is_kept("reach", 1, by=bank.auditor)


def test_words_kept_in_one_language_are_not_shown_in_another(bank: Bank) -> None:
    def said() -> str:
        return keep("words", by=bank.executive, make=lambda: gettext("未说明"))

    with translation.override("zh-hans"):
        chinese = said()
    with translation.override("en"):
        assert said() == gettext("未说明") != chinese
    with translation.override("zh-hans"):
        assert said() == chinese


def test_the_longest_unasked_goes_first(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    ask(bank.executive, 1), ask(bank.executive, 2), ask(bank.executive, 1), ask(bank.executive, 3)
    assert [is_kept("reach", n, by=bank.executive) for n in (1, 2, 3)] == [True, False, True]
