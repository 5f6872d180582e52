"""What holds for every answer of the site, whoever asks and however it goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.conftest import Asker
from tests.make import Bank, case
from tests.sites import Site

ODD_NUMBERS = ["9" * 5000, "٣", "²", "-1", "1e9", "0x10", "9" * 18]


def browser(user: Any = None, **how: Any) -> Client:
    client = Client(raise_request_exception=False, **how)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "path",
    ["/", "/cases/", "/cases/{n}/", "/cases/{n}/form/", "/cases/{n}/recorded/", "/search/?q=柜员", "/late/",
     "/approvals/", "/audit/?number={n}", "/tokens/", "/cases/none/", "/api/cases", "/api/cases/{n}",
     "/api/cases/{n}/events", "/api/cases/{n}/near", "/api/home", "/cases/{n}/evidence/1/"],
)  # fmt: skip
def test_nothing_shown_to_a_person_is_kept_by_browsers_or_proxies(bank: Bank, path: str) -> None:
    made = case(bank)
    Asker(bank.handler).upload(f"/cases/{made.number}/evidence", SimpleUploadedFile("a.txt", b"x"))
    response = browser(bank.head).get(path.format(n=made.number))
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/cases", "/nowhere/", "/api/docs", "/api/health", "/api/nowhere"])
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_the_strict_policy_stands_on_every_answer(db: None, path: str, host: str) -> None:
    response = browser().get(path, headers={"host": host})
    assert (response.status_code == 400) == (host != "localhost")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_fault_shows_nothing_of_the_inside(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("13800001234 at /srv/tingsu")

    monkeypatch.setattr("tingsu.web.queue.list_cases", fail)
    response = browser(bank.handler).get("/cases/")
    assert response.status_code == 500
    assert b"13800001234" not in response.content and b"Traceback" not in response.content
    assert "no-store" in response["Cache-Control"] and "Content-Security-Policy" in response


@pytest.mark.parametrize("path", ["/sign-in/", "/cases/{n}/evidence/", "/language/", "/nowhere/"])
def test_a_huge_upload_is_turned_away_before_it_is_read(bank: Bank, path: str) -> None:
    """Also for strangers: what is read is written to the disk first."""

    class Untouched:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    made = case(bank)
    client = browser(bank.handler if "{n}" in path else None)
    length = settings.EVIDENCE_MAX_BYTES + (1 << 20)
    response = client.generic("POST", path.format(n=made.number), content_type="multipart/form-data; boundary=x",
                              **{"wsgi.input": Untouched(), "CONTENT_LENGTH": str(length)})  # fmt: skip
    assert response.status_code == 413


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_odd_numbers_are_answered_not_crashed(bank: Bank, number: str) -> None:
    made = case(bank)
    client = browser(bank.handler)
    for path in ("/cases/?page=", "/search/?q=柜员&page=", "/cases/?emotion=", "/cases/?days="):
        assert client.get(f"{path}{number}").status_code == 200
    done = client.post(f"/cases/{made.number}/do/note/", {"version": number, "text": "x"})
    assert done.status_code in (302, 409)
    judged = {"version": number, "verdict": "valid", "reason": "x", "complexity": "simple"}
    assert client.post(f"/cases/{made.number}/do/judge/", judged).status_code in (302, 409)


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"text":' + b"9" * 5000 + b"}", b"{" + b'"a":1,' * 9 + b"}"]
)
def test_hostile_json_is_refused(bank: Bank, body: bytes) -> None:
    assert Asker(bank.clerk).post("/cases", body).status_code in (400, 422)


@pytest.mark.parametrize("leads", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(bank: Bank, leads: str) -> None:
    signed_in = browser().post("/sign-in/", {"username": "clerk", "password": "pass-word-1", "next": leads})
    assert signed_in.status_code == 302 and signed_in["Location"] == "/"
    switched = browser().post("/language/", {"language": "en", "next": leads})
    assert "evil" not in switched["Location"] and "javascript" not in switched["Location"]


def test_every_form_needs_its_token(bank: Bank) -> None:
    made = case(bank)
    client = browser(bank.handler, enforce_csrf_checks=True)
    for path in ("do/note/", "reveal/", "evidence/"):
        assert client.post(f"/cases/{made.number}/{path}", {"text": "x", "reason": "x"}).status_code == 403
    for path in ("/tokens/", "/sign-out/", "/language/", "/cases/new/", "/cases/new/reading/", "/audit/"):
        assert client.post(path, {}).status_code == 403
    sent = client.post(f"/api/cases/{made.number}/reveal", json.dumps({"reason": "x"}), content_type="application/json")
    assert sent.status_code == 403


def test_a_visit_gets_a_new_session_when_it_signs_in(bank: Bank) -> None:
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-someone-else"
    client.post("/sign-in/", {"username": "clerk", "password": "pass-word-1"})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != "planted-by-someone-else"
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.parametrize("spelt", ["clerk", "ｃｌｅｒｋ", " clerk "])
def test_the_lock_cannot_be_walked_around(bank: Bank, settings: Any, spelt: str) -> None:
    settings.AXES_ENABLED = True
    client = browser()
    for n in range(settings.AXES_FAILURE_LIMIT):
        client.post("/sign-in/", {"username": spelt, "password": "wrong"}, headers={"x-forwarded-for": f"10.0.0.{n}"})
    last = client.post("/sign-in/", {"username": "clerk", "password": "pass-word-1"})
    assert last.status_code == 429


HTTPS = """
import django; django.setup()
from django.conf import settings
import json
names = ["CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "DEBUG", "ALLOWED_HOSTS"]
print(json.dumps([getattr(settings, name) for name in names]))
"""


def test_behind_https_forms_are_taken_from_the_sites_own_names_only(tmp_path: Any) -> None:
    site = Site(tmp_path / "home")
    site.environment |= {"TINGSU_HTTPS": "1", "TINGSU_HOSTS": "tousu.example.bank,.branch.bank", "TINGSU_ORIGINS": ""}
    origins, session, csrf, debug, hosts = site.python(HTTPS)
    assert origins == ["https://tousu.example.bank", "https://*.branch.bank"]
    assert session and csrf and not debug
    assert hosts == ["tousu.example.bank", ".branch.bank"]


def test_the_data_folder_opens_to_its_owner_only(tmp_path: Any) -> None:
    home = tmp_path / "var" / "tingsu"
    site = Site(tmp_path / "elsewhere")
    site.environment["TINGSU_HOME"] = str(home)
    site.python("import tingsu.wsgi")
    assert home.stat().st_mode & 0o077 == 0
    assert all(key.stat().st_mode & 0o077 == 0 for key in home.glob("*.key"))
    assert (home / "secret.key").read_text() != (home / "audit.key").read_text()
