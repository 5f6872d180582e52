"""The annex: numbered, hashed, never run; what is not taken is said so, and a changed file is noticed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.make import Bank, case, walk
from tests.rows import dump
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete, NotFound, NotPossible
from tingsu.cases.evidence import attach, open_evidence
from tingsu.cases.models import Case, Evidence
from tingsu.org.permissions import NotAllowed


def add(made: Case, bank: Bank, name: str = "录音.mp3", content: bytes = b"sound") -> Evidence:
    return attach(made, by=bank.handler, name=name, content=BytesIO(content))


def files(settings: Any) -> list[Path]:
    root = Path(settings.EVIDENCE_ROOT)
    return sorted(path for path in root.rglob("*") if path.is_file()) if root.exists() else []


def test_a_file_goes_in_and_comes_out(bank: Bank) -> None:
    made = case(bank)
    held = add(made, bank)
    assert (held.no, held.name, held.size) == (1, "录音.mp3", 5)
    row, path = open_evidence(made, 1, by=bank.clerk)
    assert path.read_bytes() == b"sound" and row == held
    assert [e.kind for e in made.events.all()] == ["record", "attach", "open_evidence"]
    made.refresh_from_db()
    assert made.version == 1
    assert list(verify()) == []


def test_the_same_bytes_twice_are_two_entries_and_one_file(bank: Bank, settings: Any) -> None:
    made = case(bank)
    first, second = add(made, bank, "甲.txt"), add(made, bank, "乙.txt")
    assert (first.no, second.no, first.sha256 == second.sha256) == (1, 2, True)
    assert len(files(settings)) == 1
    assert open_evidence(made, 2, by=bank.handler)[0].name == "乙.txt"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"), ("/etc/shadow.pdf", "shadow.pdf"), ("C:\\Users\\张\\照片.JPG", "照片.JPG"),
        ("..\\..\\x.png", "x.png"), ("a\x00b.txt", "ab.txt"), ("a\nb.txt", "ab.txt"), ("a\u202egpj.txt", "agpj.txt"),
        (" 空格 .pdf ", "空格 .pdf"), ("a/../b.txt", "b.txt"), ("名" * 300 + ".pdf", "名" * 196 + ".pdf"), ("a.exe.pdf", "a.exe.pdf"),
        ("\ud800x.txt", "x.txt"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_its_road(bank: Bank, settings: Any, name: str, kept: str) -> None:
    made = case(bank)
    assert add(made, bank, name).name == kept
    assert all(path.is_relative_to(settings.EVIDENCE_ROOT) for path in files(settings))
    assert open_evidence(made, 1, by=bank.handler)[1].is_relative_to(settings.EVIDENCE_ROOT)


@pytest.mark.parametrize(
    "name",
    ["x.exe", "x.html", "x.svg", "x.js", "x", "", ".pdf", "..", "/", "x.pdf.exe", "x.pdf\x00.exe", "x.php", "x."],
)
def test_other_kinds_are_not_taken(bank: Bank, settings: Any, name: str) -> None:
    made = case(bank)
    before = dump()
    with pytest.raises(Incomplete, match="只接收"):
        add(made, bank, name)
    assert dump() == before
    assert files(settings) == []


def test_too_large_is_refused_and_nothing_stays_behind(bank: Bank, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 3 << 20
    made = case(bank)
    assert add(made, bank, content=b"x" * (3 << 20)).size == 3 << 20
    before = dump()
    with pytest.raises(Incomplete, match="3 MB"):
        add(made, bank, content=b"y" * ((3 << 20) + 1))
    assert dump() == before
    assert len(files(settings)) == 1


def test_an_empty_file_is_refused(bank: Bank, settings: Any) -> None:
    with pytest.raises(Incomplete, match="空的"):
        add(case(bank), bank, content=b"")
    assert files(settings) == []


def test_a_connection_lost_half_way_leaves_nothing(bank: Bank, settings: Any) -> None:
    class Lost(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(3)

    made = case(bank)
    before = dump()
    with pytest.raises(ConnectionResetError):
        attach(made, by=bank.handler, name="a.txt", content=Lost(b"abcdef"))
    assert dump() == before
    assert files(settings) == []


@pytest.mark.parametrize("harm", ["change", "cut", "remove"])
def test_a_changed_file_is_not_handed_out(bank: Bank, settings: Any, harm: str) -> None:
    made = case(bank)
    add(made, bank)
    [path] = files(settings)
    path.chmod(0o600)
    path.unlink() if harm == "remove" else path.write_bytes(b"sounD" if harm == "change" else b"")
    with pytest.raises(NotPossible, match="已被改动"):
        open_evidence(made, 1, by=bank.handler)
    assert made.events.filter(kind="open_evidence").exists(), "the attempt stays on record"


def test_the_right_bytes_brought_again_heal_a_changed_file(bank: Bank, settings: Any) -> None:
    made = case(bank)
    add(made, bank)
    files(settings)[0].write_bytes(b"x")
    add(made, bank)
    assert open_evidence(made, 1, by=bank.handler)[1].read_bytes() == b"sound"


@pytest.mark.parametrize("no", [0, -1, 2, 10**30])
def test_an_entry_that_is_not_there(bank: Bank, no: int) -> None:
    made = case(bank)
    add(made, bank)
    with pytest.raises(NotFound):
        open_evidence(made, no, by=bank.handler)


def test_who_may_not_attach_learns_who_may(bank: Bank, settings: Any) -> None:
    with pytest.raises(NotAllowed) as refused:
        attach(case(bank), by=bank.auditor, name="a.txt", content=BytesIO(b"x"))
    assert "网点受理员" in refused.value.who
    assert files(settings) == []


def test_what_a_stranger_brings_is_not_even_stored(bank: Bank, settings: Any) -> None:
    made = case(bank)
    with pytest.raises(NotFound):
        attach(made, by=bank.other_clerk, name="a.txt", content=BytesIO(b"x"))
    assert files(settings) == []


def test_evidence_of_an_ended_case_may_still_be_added(bank: Bank) -> None:
    made = walk(case(bank), bank)
    assert add(made, bank).no == 1
    assert list(verify()) == []
