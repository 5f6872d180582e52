"""The page of recovery economics: both tables with origin and doubt, and the sum."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.insight.measures.rows import FactWriter
from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.base.clock import today
from tingsu.org.models import User

SignIn = Callable[[User], Client]


def test_what_is_quoted_is_labelled(bank: Bank, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    FactWriter(monkeypatch).put()
    page = signed_in(bank.head).get("/insight/economics/")
    words = words_of(page)
    assert page.status_code == 200
    for said in ("9%–37%", "9%–19%", "54%", "82%", "95%", "TARP", "出处：000-10", "出处 001.1", "1:9", "20%", "存疑"):
        assert said in words
    assert "假设，请换成本机构的数字" in words
    assert signed_in(bank.clerk).get("/insight/economics/").status_code == 403


def test_the_sum_takes_the_sites_own_figures_and_what_is_typed(
    bank: Bank, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = FactWriter(monkeypatch)
    facts.add("O1", today() - timedelta(days=20), 321)
    facts.put()
    client = signed_in(bank.head)
    assert "本机构近 52 周，321 件为底" in words_of(client.get("/insight/economics/"))
    asked = {"complaints": "1,000", "value": "500", "resolved": "60", "quick": "30", "goal": "50"}
    words = words_of(client.get("/insight/economics/", asked))
    assert "516" in words and "258,000" in words and "28,000" in words and "24,000 位没有开口" in words


@pytest.mark.parametrize(
    "asked", [{"quick": "90", "resolved": "50"}, {"value": "很多"}, {"goal": "nan"}, {"complaints": "9" * 30}]
)
def test_figures_nobody_can_mean_are_said(
    bank: Bank, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    FactWriter(monkeypatch).put()
    page = signed_in(bank.head).get("/insight/economics/", asked)
    assert page.status_code == 422 and "请写成" in words_of(page)
