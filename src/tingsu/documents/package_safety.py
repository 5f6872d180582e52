"""What a Word file may bring with it: words, tables and pictures; no macros, no links to elsewhere, no bomb."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from tingsu.documents.errors import TemplateRefused

LARGEST = 4 * 1024 * 1024  # bytes as uploaded
LARGEST_INSIDE = 24 * 1024 * 1024  # bytes when unpacked
MOST_PARTS = 300
CHUNK = 1 << 16
_BODY = "word/document.xml"
_TYPES = "[Content_Types].xml"
_PLAIN_BODY = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_LIVE = re.compile(r"vbaProject|vbaData|activeX|embeddings/|\.bin$|\.exe$|\.js$|\.vbs$|\.dll$", re.I)
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.I)
_FETCHING = re.compile(rb"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|DATABASE|MACROBUTTON)\b")
_FIELD = re.compile(rb"<w:instrText[^>]*>(.*?)</w:instrText>|w:instr\s*=\s*\"([^\"]*)\"", re.S)
# What Word shows and the PDF would not: said after an upload, so that nothing goes missing in silence.
_UNPRINTED = {
    b"<w:txbxContent": "文本框",
    b"<c:chart": "图表",
    b"<m:oMath": "公式",
    b"<w:footnoteReference": "脚注",
    b"<w:ins ": "修订痕迹（请先接受或拒绝修订）",
    b"<w:del ": "修订痕迹（请先接受或拒绝修订）",
    b"<dgm:relIds": "SmartArt 图形",
}


def check_package(content: bytes) -> None:
    """Pass if the file is a plain Word file. Raises TemplateRefused with every reason against it."""
    if len(content) > LARGEST:
        raise TemplateRefused([f"文件超过 {LARGEST >> 20} MB"])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            mistakes = list(_mistakes(package))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        mistakes = ["这不是 .docx 文件，或设了打开密码。旧的 .doc 请在 Word 里另存为 .docx"]
    except _Bomb:
        mistakes = [f"解开后超过 {LARGEST_INSIDE >> 20} MB"]
    if mistakes:
        raise TemplateRefused(mistakes)


def unprinted(content: bytes) -> list[str]:
    """What the template holds that the PDF cannot show, by the names a user knows."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = package.read(_BODY)
    return list(dict.fromkeys(name for mark, name in _UNPRINTED.items() if mark in body))


class _Bomb(Exception):
    pass


def _mistakes(package: zipfile.ZipFile) -> Iterator[str]:
    names = [info.filename for info in package.infolist()]
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        yield "文件里的部件太多或重复"
        return
    if _BODY not in names or _TYPES not in names:
        yield "这不是 Word 文件"
        return
    if any(_LIVE.search(name) for name in names):
        yield "文件里有宏或嵌入的对象"
    left = LARGEST_INSIDE
    for name in names:
        data = _read(package, name, left)
        left -= len(data)
        yield from _part_mistakes(name, data)


def _read(package: zipfile.ZipFile, name: str, left: int) -> bytes:
    """A part, unpacked no further than ``left`` bytes: what a part says of its own size is not believed."""
    parts, size = [], 0
    with package.open(name) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise _Bomb
            parts.append(chunk)
    return b"".join(parts)


def _part_mistakes(name: str, data: bytes) -> Iterator[str]:
    if name == _TYPES and (b"macroEnabled" in data or _PLAIN_BODY not in data):
        yield "文件带宏，或不是普通的 .docx（模板请另存为 .docx）"
    if name.endswith(".rels"):
        if any(b"/hyperlink" not in link for link in _OUTSIDE.findall(data)):
            yield "文件引用了别处的内容（外部图片、模板或文档）"
        if b"/aFChunk" in data or b"/subDocument" in data:
            yield "文件里夹带了另一份文档"
    if name.endswith((".xml", ".rels")):
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            yield "文件里有不该有的声明"
        if not data.startswith((b"<?xml", b"\xef\xbb\xbf<?xml", b"<")):
            yield "文件里有读不出的部分"
        fields = (first or second for first, second in _FIELD.findall(data))
        if any(_FETCHING.search(field) for field in fields):
            yield "文件里有会去取别处内容的域"
