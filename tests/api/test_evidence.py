"""The evidence annex over the API."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest

from tests.api.conftest import Asker
from tests.make import Bank, case
from tingsu.cases.audit import verify


def file(content: bytes = b"%PDF-1.7 demo", name: str = "回执.pdf") -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


def test_a_file_is_filed_listed_and_fetched_as_it_was(bank: Bank) -> None:
    number = case(bank).number
    clerk, handler = Asker(bank.clerk), Asker(bank.handler)
    filed = clerk.upload(f"/cases/{number}/evidence", file())
    assert filed.status_code == 201
    assert filed.json()["no"] == 1 and filed.json()["sha256"] == hashlib.sha256(b"%PDF-1.7 demo").hexdigest()
    assert clerk.upload(f"/cases/{number}/evidence", file(b"2", "b.txt")).json()["no"] == 2
    assert [e["name"] for e in handler.get(f"/cases/{number}/evidence").json()] == ["回执.pdf", "b.txt"]
    fetched = handler.get(f"/cases/{number}/evidence/1")
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7 demo"  # type: ignore[attr-defined]
    assert fetched["Content-Type"] == "application/octet-stream" and "attachment" in fetched["Content-Disposition"]
    assert fetched["X-Content-Type-Options"] == "nosniff"
    kinds = [e["kind"] for e in handler.get(f"/cases/{number}/events").json()["items"]]
    assert kinds == ["record", "attach", "attach", "open_evidence"]
    assert not list(verify())


@pytest.mark.parametrize("wrong", [file(b""), file(b"x", "a.exe"), file(b"x", "noending"), file(b"<svg>", "a.svg")])
def test_a_file_that_is_not_taken_is_refused_by_its_field(bank: Bank, wrong: Any) -> None:
    refused = Asker(bank.clerk).upload(f"/cases/{case(bank).number}/evidence", wrong)
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["file"]


def test_a_file_too_large_is_refused_before_it_is_kept(bank: Bank, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    number = case(bank).number
    asker = Asker(bank.clerk)
    assert asker.upload(f"/cases/{number}/evidence", file(b"x" * 100_000)).status_code == 413
    assert asker.upload(f"/cases/{number}/evidence", file(b"x" * 1001)).status_code == 422
    assert not settings.EVIDENCE_ROOT.exists() or not list(settings.EVIDENCE_ROOT.iterdir())


def test_a_request_without_a_file_is_refused(bank: Bank) -> None:
    refused = Asker(bank.clerk).post(f"/cases/{case(bank).number}/evidence", {"file": "x"})
    assert refused.status_code == 422 and "file" in refused.json()["fields"]


def test_a_broken_multipart_body_is_refused(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    path = f"/api/cases/{case(bank).number}/evidence"
    headers = {"Authorization": f"Bearer {asker.key}"}
    for kind in ("multipart/form-data", "multipart/form-data; boundary=\x01", "multipart/form-data; boundary=x"):
        refused = asker.client.post(path, b"--x\r\nnonsense", content_type=kind, headers=headers)
        assert refused.status_code in (400, 422) and refused.json()["code"]


@pytest.mark.parametrize("no", ["0", "7", "99999999999999999999999", "x", "-1"])
def test_a_file_that_is_not_there_is_not_found(bank: Bank, no: str) -> None:
    refused = Asker(bank.clerk).get(f"/cases/{case(bank).number}/evidence/{no}")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_who_may_not_file_learns_who_may(bank: Bank) -> None:
    refused = Asker(bank.auditor).upload(f"/cases/{case(bank).number}/evidence", file())
    assert refused.status_code == 403 and refused.json()["who"]
