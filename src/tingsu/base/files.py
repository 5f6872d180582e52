"""Files written whole or not at all, small texts read as offices save them, cells no spreadsheet will run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tingsu.base.errors import TingsuError

_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CannotWrite(TingsuError):
    """A file cannot be put where it was asked for; ``path`` is the place."""

    code = "cannot_write"

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"写不了 {path}（{why}）。请换一个位置，或腾出空间再试。")


class CannotRead(TingsuError):
    """A file is not there, may not be read, or is no text; ``name`` is what it is called."""

    code = "cannot_read"

    def __init__(self, name: str, why: str = "") -> None:
        self.name = name
        told = f"读不了 {name}（{why}）。请核对文件名和权限。" if why else f"{name} 的编码看不懂，请另存为 UTF-8。"
        super().__init__(told)


def read_text(path: Path) -> str:
    """The text of a small file in UTF-8 or GBK. Raises CannotRead."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CannotRead(str(path), error.strerror or str(error)) from None
    return decode_text(raw, str(path))


def decode_text(raw: bytes, name: str) -> str:
    """Bytes in UTF-8, else in GBK, as Excel saves a CSV, as text. Raises CannotRead where they are neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotRead(name)


def disarm(value: str) -> str:
    """A cell no spreadsheet will run as a formula: a leading = + - @, tab or break gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_LIVE) else value


@contextmanager
def whole_file(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """A place to write to that becomes ``path`` when the block ends well; otherwise nothing is left behind.

    What stood at ``path`` stays until then. The file gets ``mode``. Raises CannotWrite for anything the disk refuses.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise CannotWrite(path, error.strerror or str(error)) from None
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(mode)
        draft.replace(path)
    except OSError as error:
        raise CannotWrite(path, error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
