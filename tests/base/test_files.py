"""Small files are read as offices save them, and what is no text is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tingsu.base.files import CannotRead, read_text

SAID = "2027-01-01,休,元旦"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_text_is_read_in_the_encodings_of_an_office(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(SAID.encode(encoding))
    assert read_text(tmp_path / "a.csv") == SAID


def test_what_is_no_text_or_not_there_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"\xff\xff\x00\x81")
    for name in ("b.csv", "c.csv"):
        with pytest.raises(CannotRead) as refused:
            read_text(tmp_path / name)
        assert name in refused.value.message
