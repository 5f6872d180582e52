"""A file of conversations in, each conversation apart out: CSV, Excel, Parquet, JSON, JSON Lines, text, subtitles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tingsu.intake.encodings import check_encoding, detect_encoding, read_lines
from tingsu.intake.records import read_json_lines
from tingsu.intake.rows import EmptyTable, Reject, TableError
from tingsu.quality.transcripts.plain_text import read_plain
from tingsu.quality.transcripts.records import read_objects, unwrap
from tingsu.quality.transcripts.settling import settle
from tingsu.quality.transcripts.tables import read_rows
from tingsu.quality.transcripts.turns import Raw, Transcript

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet")
LINES = (".jsonl", ".ndjson")
TEXTS = (".txt", ".srt", ".vtt", ".log", ".md", "")
SUFFIXES = (*TABLES, ".json", *LINES, *TEXTS)
_BINARY = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"RIFF", b"ID3", b"\xff\xd8\xff")
MOST_BYTES = 256 << 20  # of a file that is read whole


def read_transcripts(path: Path, *, encoding: str | None = None) -> Iterator[Transcript | Reject]:
    """Every conversation of the file; what cannot be used comes as a Reject with its line and reason.

    Speakers that the file does not name are inferred where evident, times that cannot be true are dropped; each
    transcript tells so in its ``problems``. Raises TableError (EmptyTable …) where the file as a whole cannot be read.
    """
    for raw in _raws(path, encoding):
        yield settle(raw) if isinstance(raw, Raw) else raw


def parse_transcripts(text: str, name: str = "1") -> list[Transcript]:
    """The conversations of a pasted text: JSON where it is JSON, otherwise lines with speaker marks."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            items = list(enumerate(unwrap(json.loads(text)), start=1))
            return [settle(raw) for raw in read_objects(items, name) if isinstance(raw, Raw)]
        except (ValueError, RecursionError):
            pass  # a text may begin with a bracket: [00:12] 客服：…
    return [settle(raw) for raw in read_plain(text.splitlines(), name)]


def _raws(path: Path, encoding: str | None) -> Iterator[Raw | Reject]:
    suffix = path.suffix.lower()
    if suffix in TABLES:
        return read_rows(path, encoding=encoding)
    _check(path, suffix)
    name = check_encoding(path, encoding) if encoding else detect_encoding(path)
    if suffix in LINES:
        return read_objects(read_json_lines(path, name), path.stem)
    if suffix == ".json":
        return read_objects(_json_items(path, name), path.stem)
    return _plain(path, name)


def _check(path: Path, suffix: str) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        text = _("打不开文件 {path}（{why}）。请核对路径和权限。")
        raise TableError(path, text.format(path=path, why=error.strerror or error)) from None
    if not head.strip(b"\xef\xbb\xbf \r\n\t") and size < 512:
        raise EmptyTable(path, _("文件 {name} 是空的。").format(name=path.name))
    binary = head.startswith(
        (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"RIFF", b"ID3", b"\xff\xd8\xff")
    )
    if suffix not in SUFFIXES or binary:
        text = _("不会读 {name} 这种文件。能读的有 CSV、Excel、Parquet、JSON、JSON Lines、带说话人标记的文本和字幕。")
        raise TableError(path, text.format(name=path.name))
    if size > MOST_BYTES:
        text = _("{name} 超过 256 MB。请分成几份，或改用每行一段对话的 .jsonl。")
        if suffix not in LINES:
            raise TableError(path, text.format(name=path.name))


def _plain(path: Path, encoding: str) -> Iterator[Raw | Reject]:
    lines: list[str] = []
    for number, line in enumerate(read_lines(path, encoding), start=1):
        lines.append(line.text.rstrip("\r\n"))
        if line.problem:
            yield Reject(number, line.problem, line.text[:200])
    raws = read_plain(lines, path.stem)
    if not raws:
        raise EmptyTable(path, _("文件 {name} 里没有对话。").format(name=path.name))
    yield from raws


def _json_items(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    try:
        data = json.loads(path.read_text(encoding=encoding))
    except UnicodeDecodeError as error:
        text = _("JSON 文件第 {byte} 个字节解不开。请另存为 UTF-8 再试。")
        raise TableError(path, text.format(byte=error.start + 1)) from None
    except RecursionError:
        raise TableError(path, _("JSON 文件嵌套太深，不像对话。")) from None
    except ValueError as error:
        yield from _as_lines(path, encoding, error)
        return
    items = unwrap(data)
    if not items:
        raise EmptyTable(path, _("JSON 文件里没有对话。"))
    yield from enumerate(items, start=1)


def _as_lines(path: Path, encoding: str, error: ValueError) -> Iterator[tuple[int, Any]]:
    """A .json that really holds one object a line. Raises TableError where it does not."""
    items = list(read_json_lines(path, encoding))
    if not items or isinstance(items[0][1], Reject):
        text = _("JSON 文件不完整：{why}。请重新导出一份再试。")
        raise TableError(path, text.format(why=error)) from None
    yield from items
