"""Broken requests are refused in JSON, said plainly, and never break the server."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.conftest import Asker
from tests.make import Bank


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        ("投诉".encode("gbk"), 400),
        (b"\x00", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"text": NaN}', 400),
        (b'{"text": Infinity}', 400),
        (b'{"text": ' + b"9" * 5000 + b"}", 400),
        (b'{"text": 1e999}', 422),
        (b'{"text": "x", "channel": ' + b"[" * 20 + b"]" * 20 + b"}", 422),
        (b"[" * 100_000, 400),
        (b'{"\\u0000": 1}', 422),
        (b'{"text": "x", "text": {}, "channel": 1}', 422),
    ],
)
def test_a_body_that_is_no_complaint_is_refused(bank: Bank, body: bytes, status: int) -> None:
    refused = Asker(bank.clerk).post("/cases", body)
    assert refused.status_code == status
    assert refused["Content-Type"] == "application/json" and refused.json()["message"]


@pytest.mark.parametrize("version", [-1, 2**31, 10**40, 1.5, "x", None, [], True])
def test_a_version_that_is_no_version_is_refused(bank: Bank, version: object) -> None:
    refused = Asker(bank.clerk).post("/cases/x/actions/note", {"version": version})
    assert refused.status_code in (404, 422)
    if refused.status_code == 422:
        assert list(refused.json()["fields"]) == ["version"]


def test_a_body_too_large_is_refused(bank: Bank) -> None:
    refused = Asker(bank.clerk).post("/cases", {"text": "长" * 2_000_000, "channel": "counter"})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/cases/", "/api/cases/1/2/3", "/api/evidence/x"])
def test_an_unknown_address_is_refused_in_json(bank: Bank, path: str) -> None:
    refused = Client().get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_a_database_that_does_not_answer_is_said_with_when_to_come_back(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    with patch("tingsu.api.cases.record_case", side_effect=OperationalError("database is locked")):
        refused = asker.post("/cases", {"text": "柜员态度差", "channel": "counter"})
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (503, "busy", "2")


def test_a_fault_of_ours_is_owned_without_its_inside(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    with patch("tingsu.api.cases.record_case", side_effect=RuntimeError("secret inside")):
        broken = asker.post("/cases", {"text": "柜员态度差", "channel": "counter"})
    assert broken.status_code == 500 and broken.json()["code"] == "broken"
    assert "secret" not in broken.content.decode()
