"""The check beside an answer and over the API: what it knows of the case, and who may ask."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.make import Bank, case, walk
from tingsu.assist.replies.of_case import context_of
from tingsu.cases.models import Case
from tingsu.org.models import User

BAD = "张三您好，这是规定，我也没办法。<b>您自己没看清楚</b>"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def carried_out(bank: Bank) -> Case:
    """A case that waits for its answer."""
    return walk(case(bank), bank, until="carry_out")


def check(client: Client, made: Case, words: str, *, action: str = "answer", htmx: bool = True) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else {}
    url = f"/cases/{made.number}/check/{action}/"
    return client.post(url, {"answer": words, "means": "letter", "version": str(made.version)}, headers=headers)


@pytest.mark.django_db
def test_the_answers_form_has_its_check_and_other_forms_have_none(bank: Bank) -> None:
    made = carried_out(bank)
    page = browser(bank.handler).get(f"/cases/{made.number}/do/answer/").content.decode()
    assert f"/cases/{made.number}/check/answer/" in page and "检查答复" in page
    assert "检查答复" not in browser(bank.handler).get(f"/cases/{made.number}/do/note/").content.decode()


@pytest.mark.django_db
def test_findings_come_in_place_with_the_words_marked_and_nothing_run(bank: Bank) -> None:
    made = carried_out(bank)
    part = check(browser(bank.handler), made, BAD).content.decode()
    assert "<html" not in part and '<mark class="fault-must"' in part
    assert "这是规定" in part and "可改为" in part and "依据" in part
    assert "<b>您自己" not in part and "&lt;b&gt;" in part


@pytest.mark.django_db
def test_without_scripts_the_page_comes_back_with_what_was_typed(bank: Bank) -> None:
    made = carried_out(bank)
    page = check(browser(bank.handler), made, BAD, htmx=False).content.decode()
    assert "<html" in page and "&lt;b&gt;您自己没看清楚&lt;/b&gt;</textarea>" in page and "fault-must" in page
    made.refresh_from_db()
    assert made.stage == "carried_out"  # checked, not sent


@pytest.mark.django_db
def test_who_may_not_see_the_case_may_not_check_for_it(bank: Bank) -> None:
    made = carried_out(bank)
    assert check(browser(bank.other_clerk), made, BAD).status_code == 404
    assert check(Client(), made, BAD).status_code == 302
    assert check(browser(bank.handler), made, BAD, action="judge").status_code == 302  # sends nothing to the customer


@pytest.mark.django_db
def test_the_context_is_the_cases_own(bank: Bank) -> None:
    made = carried_out(bank)
    held = context_of(made, by=bank.handler, kind="decision")
    assert held.verdict == made.verdict and "张三" in held.customer_names and "13800001234" in held.known_numbers
    assert held.limit == Decimal(300)  # nothing of his own, but a plan of 300 was granted
    assert context_of(made, by=bank.head, kind="sms").limit == Decimal(500)
    assert context_of(made, by=bank.executive, kind="sms").limit is None


def ask(user: User, body: Any) -> HttpResponse:
    client = browser(user)
    return client.post("/api/check-reply", json.dumps(body), content_type="application/json")


@pytest.mark.django_db
def test_the_api_tells_the_same(bank: Bank) -> None:
    said = ask(bank.handler, {"text": BAD, "kind": "chat"}).json()
    assert said["must"] >= 2 and {"forbidden", "blaming"} <= {one["kind"] for one in said["findings"]}
    assert all(BAD[one["start"] : one["end"]] == one["words"] for one in said["findings"])


@pytest.mark.django_db
def test_the_api_knows_the_case_and_never_raises_its_limit(bank: Bank) -> None:
    made = carried_out(bank)
    words = "很抱歉，给您赔偿误工费400元，12月1日前到账。"
    said = ask(bank.handler, {"text": words, "kind": "sms", "case": made.number, "limit": "9000"}).json()
    assert [one["words"] for one in said["findings"]] == ["400元"]
    assert ask(bank.other_clerk, {"text": words, "case": made.number}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [{}, {"text": "您好", "kind": "fax"}, {"text": "您好", "pack": "nowhere"}, {"text": 1}]
)
def test_the_api_refuses_what_it_cannot_use(bank: Bank, body: Any) -> None:
    assert ask(bank.handler, body).status_code == 422


def test_the_check_lets_nobody_guess_what_he_may_not_see(bank: Bank) -> None:
    made = case(bank)
    for by, known in ((bank.handler, True), (bank.clerk, False)):
        held = context_of(made, by=by, kind="sms")
        assert ("13800001234" in held.known_numbers, "张三" in held.customer_names) == (known, known)
        assert made.number in held.known_numbers
