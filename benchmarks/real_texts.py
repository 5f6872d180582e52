"""The real texts whose ids and labels stand in ``corpus/real``: found again in a folder of public sets, never copied.

The folder is ``../shared/data`` or what ``TINGSU_REAL_TEXTS`` names.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FACETS = ("complaint", "business", "cause", "emotion", "need", "demand", "risk")


@dataclass(frozen=True, slots=True)
class RealText:
    """A real text with one reader's labels; ``part`` is tune or test, drawn before anything was tuned."""

    id: str
    source: str
    part: str
    text: str
    labels: Mapping[str, str]


def folder() -> Path:
    """Where the public sets lie, if they do."""
    return Path(os.environ.get("TINGSU_REAL_TEXTS", ROOT.parent / "shared" / "data"))


def real_texts() -> Iterator[RealText]:
    """Every labelled real text that is found and unchanged; nothing where the folder is missing."""
    if not folder().is_dir():
        print(f"NO REAL TEXTS: {folder()} is missing, so nothing is measured on them")
        return
    with (ROOT / "corpus" / "real" / "labels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = _find(row["source"], row["ref"])
            if hashlib.sha256(text.encode()).hexdigest()[:12] != row["key"]:
                print(f"changed or missing: {row['source']} {row['ref']}")
                continue
            yield RealText(row["id"], row["source"], row["part"], text, {facet: row[facet] for facet in FACETS})


def _find(source: str, ref: str) -> str:
    if source == "bank_reviews":
        name, _, line = ref.partition(":")
        return _lines(name)[int(line) - 1].strip()
    if source == "heimao":
        row = _heimao()[int(ref)]
        return f"{row['投诉标题'].strip()}。{row['投诉详情'].strip()}".strip()
    if source == "car_complaints":
        name, _, number = ref.partition(":")
        return _table(f"car_complaints/{name}", "id", "desc").get(number, "").strip()
    if source == "civic_messages":
        return _civic().get(ref.partition(":")[2], "")
    return _table("bank_comments/labelled.csv", "id", "text").get(ref, "").strip()


@cache
def _lines(name: str) -> list[str]:
    return (folder() / "bank_reviews" / name).read_text(encoding="utf-8", errors="replace").split("\n")


@cache
def _heimao() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((folder() / "heimao/complaints_105.json").read_text(encoding="utf-8"))
    return rows


@cache
def _table(path: str, key: str, column: str) -> dict[str, str]:
    with (folder() / path).open(encoding="utf-8-sig", newline="") as file:
        return {row[key]: row[column] for row in csv.DictReader(file)}


@cache
def _civic() -> dict[str, str]:
    import openpyxl

    sheet = openpyxl.load_workbook(folder() / "civic_messages/dated_4326.xlsx", read_only=True).active
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell) for cell in next(rows)]
    title = next(at for at, name in enumerate(head) if "主题" in name)
    detail = next(at for at, name in enumerate(head) if "详情" in name)
    return {str(row[0]): f"{row[title]}。{str(row[detail]).strip()}".strip() for row in rows if row and row[0]}
