"""Who gets in: tokens, sessions, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.api.conftest import Asker
from tests.make import Bank, case
from tingsu.base.clock import now
from tingsu.cases.models import Case
from tingsu.org.models import ApiToken
from tingsu.org.tokens import create_token, revoke_token


def get(key: str) -> int:
    return Client().get("/api/cases", headers={"Authorization": key}).status_code


def test_without_a_token_nobody_gets_in(db: None) -> None:
    said = Client().get("/api/cases")
    assert (said.status_code, said.json()["code"]) == (401, "not_signed_in")
    assert Client().post("/api/cases", "{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer \x00", "Bearer 键", "Bearer a b"]
)
def test_a_token_that_is_none_gets_nobody_in(bank: Bank, header: str) -> None:
    assert get(header) == 401


def test_a_token_gets_in_until_it_is_revoked_or_expires(bank: Bank) -> None:
    row, key = create_token(bank.clerk, "t")
    assert get(f"Bearer {key}") == 200
    revoke_token(row.pk, by=bank.clerk)
    assert get(f"Bearer {key}") == 401
    _, stale = create_token(bank.clerk, "t", expires_at=now() - timedelta(seconds=1))
    assert get(f"Bearer {stale}") == 401


def test_what_a_token_does_stands_under_its_owners_name_and_post(bank: Bank) -> None:
    number = Asker(bank.clerk).post("/cases", {"text": "柜员态度差，要求道歉", "channel": "counter"}).json()["number"]
    event = Case.objects.get(number=number).events.get()
    assert (event.by, event.by_name) == (bank.clerk, "王小雨（网点受理员，解放路支行）")


def test_who_has_left_is_kept_out(bank: Bank) -> None:
    _, key = create_token(bank.clerk, "t")
    bank.clerk.is_active = False
    bank.clerk.save()
    assert get(f"Bearer {key}") == 401


def test_a_wrong_token_is_not_helped_by_a_session(bank: Bank) -> None:
    client = Client()
    client.force_login(bank.clerk)
    assert client.get("/api/cases").status_code == 200
    assert client.get("/api/cases", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_session_changes_nothing_without_its_csrf_token(bank: Bank) -> None:
    number = case(bank).number
    client = Client(enforce_csrf_checks=True)
    client.force_login(bank.clerk)
    path, body = f"/api/cases/{number}/actions/note", {"version": 1, "fields": {"text": "来自网页"}}
    refused = client.post(path, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.cookies["csrftoken"] = "a" * 32
    done = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert done.status_code == 200


def test_a_token_needs_no_csrf_token_and_starts_no_session(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    asker.client = Client(enforce_csrf_checks=True)
    done = asker.post(f"/cases/{case(bank).number}/actions/note", {"version": 1, "fields": {"text": "x"}})
    assert done.status_code == 200 and not done.cookies


def test_a_person_sees_and_revokes_only_own_tokens(bank: Bank) -> None:
    mine, others = Asker(bank.clerk), Asker(bank.handler)
    listed = mine.get("/tokens").json()
    assert [t["name"] for t in listed] == ["test"] and "digest" not in listed[0] and "key" not in listed[0]
    others_id = ApiToken.objects.get(user=bank.handler).pk
    assert mine.delete(f"/tokens/{others_id}").status_code == 404
    assert mine.delete(f"/tokens/{listed[0]['id']}").status_code == 204
    assert mine.get("/tokens").status_code == 401
    assert others.get("/tokens").status_code == 200


def test_only_a_signed_in_browser_makes_a_token(bank: Bank) -> None:
    assert Asker(bank.clerk).post("/tokens", {"name": "another"}).status_code == 401
    client = Client()
    client.force_login(bank.clerk)
    body = {"name": "CRM 对接", "expires_at": "2030-01-01T00:00:00+08:00"}
    made = client.post("/api/tokens", body, content_type="application/json")
    assert made.status_code == 201 and made["Cache-Control"] == "no-store"
    assert get(f"Bearer {made.json()['key']}") == 200


@pytest.mark.parametrize("expires", ["2020-01-01", "9999-12-31T23:59:59Z", "soon", ""])
def test_a_token_must_expire_later_than_now(bank: Bank, expires: str) -> None:
    client = Client()
    client.force_login(bank.clerk)
    body = {"name": "x", "expires_at": expires}
    refused = client.post("/api/tokens", body, content_type="application/json")
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["expires_at"]
