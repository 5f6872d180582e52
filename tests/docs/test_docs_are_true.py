"""The documents name files, commands, settings and rows that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from tingsu.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
REQUIREMENTS = [f"A{n}" for n in range(1, 9)] + [f"B{n}" for n in range(10, 19)] + [f"C{n}" for n in range(1, 8)]


def test_every_path_in_the_coverage_table_exists() -> None:
    paths = re.findall(r"`([\w./-]+\.(?:py|yaml))`", (ROOT / "docs/coverage.md").read_text(encoding="utf-8"))
    assert len(paths) > 40
    missing = {p for p in paths if not (ROOT / p).exists() and not (ROOT / "src/tingsu" / p).exists()}
    assert not missing


def test_every_requirement_has_its_row() -> None:
    text = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    assert [row for row in REQUIREMENTS if not re.search(rf"^\| (?:\w+, )?{row}[ ,–]", text, re.MULTILINE)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_document_names_is_there(page: Path) -> None:
    known = get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"(?:^|[`/ ])tingsu ([a-z][a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in named if name not in known] == []


def test_every_make_target_a_document_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8")))
        assert named <= targets, page.name


def test_no_lock_file_carries_an_address() -> None:
    for name in ("requirements.lock", "package-lock.json"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name
