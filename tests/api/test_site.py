"""The site over the API: health, pack, figures, a text read, and the page that documents it all."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import patch

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client

from tests.api.conftest import Asker
from tests.make import TEXT, Bank, case, walk
from tingsu.api.refusals import PLAIN, STATUS
from tingsu.api.routes import api
from tingsu.org.pack import active_pack


def test_health_needs_no_token_and_says_when_the_database_is_gone(db: None) -> None:
    assert Client().get("/api/health").json()["ok"] is True
    with patch("tingsu.api.site.connection.cursor", side_effect=OperationalError("gone")):
        assert Client().get("/api/health").status_code == 503


def test_the_pack_tells_what_may_be_sent(bank: Bank) -> None:
    pack = Asker(bank.clerk).get("/pack").json()
    channels = next(t for t in pack["taxonomies"] if t["id"] == "channel")["values"]
    assert "counter" in {c["id"] for c in channels}
    judge = next(a for a in pack["process"]["actions"] if a["id"] == "judge")
    assert judge["from"] == ["recorded"] and len(pack["roles"]) == len(active_pack().roles)


def test_each_figure_leads_to_exactly_its_cases(bank: Bank) -> None:
    case(bank)
    walk(case(bank), bank)
    asker = Asker(bank.handler)
    home = asker.get("/home").json()
    assert home["open"]["count"] == 1
    for figure in (home[name] for name in ("open", "due_today", "overdue", "received", "furious_open")):
        address = figure["cases"].removeprefix("/api")
        listed = asker.get(address + ("&" if "?" in address else "?") + "total=true").json()
        assert listed["total"] == figure["count"]


def test_figures_are_for_who_may_see_them(bank: Bank) -> None:
    refused = Asker(bank.clerk).get("/home")
    assert refused.status_code == 403 and "分支行行长" in refused.json()["who"]


def test_a_text_is_read_with_the_words_that_led_to_it(bank: Bank) -> None:
    reading = Asker(bank.auditor).post("/read", {"text": TEXT}).json()["reading"]
    assert reading["cause"]["value"] == "服务态度及质量" and reading["cause"]["evidence"]
    assert "13800001234" not in reading["masked_text"]


@pytest.mark.parametrize("text", ["", "字" * 20_001, None, 5])
def test_a_text_that_cannot_be_read_is_refused(bank: Bank, text: object) -> None:
    refused = Asker(bank.clerk).post("/read", {"text": text})
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["text"]


def test_a_customers_cases_are_found_before_recording_and_those_beyond_reach_counted(bank: Bank) -> None:
    mine = case(bank)
    case(bank, by=bank.other_clerk, text="转账没有到账，请尽快退款，谢谢。")
    said = Asker(bank.clerk).post("/near", {"phone": "13800001234"}).json()
    assert [n["number"] for n in said["cases"]] == [mine.number] and said["elsewhere"] == 1
    assert Asker(bank.auditor).post("/near", {"text": TEXT}).status_code == 403


def test_the_docs_page_needs_nothing_from_elsewhere_and_runs_nothing_inline(db: None) -> None:
    page = Client().get("/api/docs")
    html = page.content.decode()
    assert page.status_code == 200 and "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "http" not in html.replace("http-equiv", "") and not re.search(
        r"<script(?![^>]* src=)|style=|<style|\son\w+=", html
    )
    named = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert {"/api/docs/swagger-ui.css", "/api/docs/swagger-ui-bundle.js"} <= {name.partition("?")[0] for name in named}
    for name in named:
        found = (
            finders.find(name.removeprefix("/static/")) if "static" in name else Client().get(name).status_code == 200
        )
        assert found, name
    assert Client().get("/api/docs/secret.key").status_code == 404


def test_the_schema_says_how_to_enter_and_names_every_filter(db: None) -> None:
    schema = Client().get("/api/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {"http", "apiKey"} == {s["type"] for s in schema["components"]["securitySchemes"].values()}
    named = {p["name"] for p in schema["paths"]["/api/cases"]["get"]["parameters"]}
    assert {"q", "state", "due", "page", "size"} <= named


def test_every_route_and_every_refusal_is_in_the_handbook() -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    described = api.get_openapi_schema(path_prefix="api/")
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in handbook, (method, path)
    for code in (*STATUS, *(code for code, _ in PLAIN.values() if code != "broken")):
        assert f"`{code}`" in handbook, code
