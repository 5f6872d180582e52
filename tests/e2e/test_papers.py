"""Papers in a real browser: downloaded from the case page, one after another, under their Chinese names."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page

from tests.documents.conftest import word
from tests.make import Bank, case, walk

pytestmark = pytest.mark.e2e
SignIn = Callable[[str], Page]


def test_a_clerk_downloads_word_and_pdf_and_prints_the_case(
    sign_in: SignIn, lasting_bank: Bank, tmp_path: Path
) -> None:
    made = walk(case(lasting_bank), lasting_bank, "answer")
    page = sign_in("desk")
    page.goto(f"/cases/{made.number}/")
    for form, name, kind in (("handling", "客户投诉处理单", "docx"), ("decision", "投诉处理决定告知书", "pdf")):
        page.select_option("#paper", form)
        with page.expect_download() as waiting:
            page.click(f"button[name=kind][value={kind}]")
        assert waiting.value.suggested_filename == f"{name}_{made.number}.{kind}"
        waiting.value.save_as(tmp_path / f"{form}.{kind}")
        page.wait_for_timeout(2200)  # the same form may be sent again
    assert "四、不满意时的途径" in pypdf.PdfReader(tmp_path / "decision.pdf").pages[0].extract_text()
    page.goto(f"/cases/{made.number}/form/")
    printed = tmp_path / "printed.pdf"
    page.pdf(path=printed, prefer_css_page_size=True)
    # The browser's PDF names some signs by their radicals, and spaces the title out.
    told = "".join(p.extract_text() for p in pypdf.PdfReader(printed).pages)
    told = "".join(unicodedata.normalize("NFKC", told).split())
    for words in ("投诉案卷", "证据清单", "批示同意", "138****1234"):
        assert words in told
    assert "返回工单" not in told and "13800001234" not in told


def test_a_keeper_changes_a_template_and_takes_it_back(sign_in: SignIn, lasting_bank: Bank) -> None:
    page = sign_in("admin")
    page.goto("/forms/")
    page.click("text=投诉工单 >> nth=-1")
    page.set_input_files(
        "#template-file", {"name": "t.docx", "mimeType": "application/octet-stream", "buffer": word("{{ 编号 }}")}
    )
    page.click("text=试填并启用")
    page.wait_for_selector("text=本站第 1 版")
    page.click("text=改回出厂模板")
    page.wait_for_selector("text=已改回出厂模板")
