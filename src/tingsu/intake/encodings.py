"""Which encoding a Chinese text file is in, decided over the whole file, and its lines decoded one by one.

Order of trust: a byte order mark; UTF-8 where it fits (Chinese in another encoding hardly ever passes for it);
then GB18030 (GBK and GB2312 are inside it) or Big5, whichever yields the everyday characters.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from tingsu.intake.rows import TableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EVERYDAY = frozenset(
    "的了是我不在有人这这個这个们他到说就你也要没没有去来会對对时時行銀银钱錢员員办辦电電话話服务服務卡号號"
    "为為还還什么什麼么麼让讓给給后後好年月日天一二三上下大中小可以请請问問题題用户戶客投诉訴"
)
_CHUNK = 1 << 20
LONGEST_LINE = 4 << 20  # bytes; a line beyond this is no row of anything


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line, its break kept; ``problem`` says why it cannot be trusted."""

    text: str
    problem: str | None = None


def detect_encoding(path: Path) -> str:
    """The Python name of the file's encoding. Reads the file once or twice, a chunk at a time."""
    with path.open("rb") as file:
        head = file.read(65536)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if guess := _utf16_without_mark(head):
        return guess
    if _is_utf8(path):
        return "utf-8"
    return _best_by_lines(path)


def check_encoding(path: Path, name: str) -> str:
    """``name`` as Python knows it.

    Raises TableError where there is no such encoding.
    """
    try:
        found = codecs.lookup(name.strip()).name
    except LookupError:
        text = _("不认识编码“{name}”。常用的有 utf-8、gb18030、big5、utf-16；不写 --encoding 则自动判断。")
        raise TableError(path, text.format(name=name)) from None
    return {"gbk": "gb18030", "gb2312": "gb18030", "utf-8": "utf-8-sig"}.get(found, found)


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """Every line of the file, decoded; one that cannot be decoded comes with its problem, never dropped."""
    if encoding.startswith("utf-16"):
        yield from _utf16_lines(path, encoding)
        return
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    for number, raw in enumerate(_raw_lines(path)):
        if number == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        yield _decode(raw, name)


def _utf16_without_mark(head: bytes) -> str | None:
    if len(head) < 4 or head.count(0) * 20 < len(head):
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _best_by_lines(path: Path) -> str:
    """The encoding most non-ASCII lines agree with, by a sample spread over the first lines of the file."""
    lines = [raw for _, raw in zip(range(200_000), _raw_lines(path), strict=False) if not raw.isascii()]
    sample = lines[:: max(1, len(lines) // 2000)]
    if sum(_fits(raw, "utf-8") for raw in lines) * 2 >= len(lines):
        return "utf-8"
    scores = {name: sum(_everyday(raw, name) for raw in sample) for name in ("gb18030", "big5")}
    return max(scores, key=lambda name: scores[name])


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _everyday(raw: bytes, encoding: str) -> float:
    """How much of the line is everyday Chinese when read as ``encoding``: share of characters, 0–1."""
    text = raw.decode(encoding, errors="replace")
    chinese = [char for char in text if not char.isascii()]
    hits = sum(char in _EVERYDAY for char in chinese)
    return (hits - chinese.count("\ufffd")) / max(1, len(chinese))


def _raw_lines(path: Path) -> Iterator[bytes]:
    """Lines as bytes; a file with old Mac breaks only is split on those; a line has at most LONGEST_LINE bytes."""
    with path.open("rb") as file:
        head = file.read(65536)
        file.seek(0)
        if b"\n" not in head and b"\r" in head:
            yield from (part + b"\n" for part in file.read().split(b"\r") if part)
            return
        while line := file.readline(LONGEST_LINE):
            yield line
            while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)


def _decode(raw: bytes, encoding: str) -> Line:
    if len(raw) == LONGEST_LINE:
        return Line(
            raw[:200].decode(encoding, errors="replace"),
            _("这一行超过 4 MB，不像一条投诉"),
        )
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        shown = raw.decode(encoding, errors="replace")
        return Line(shown, _bad_bytes(raw, encoding, error.start))
    if encoding != "utf-8" and _is_stray_utf8(raw):
        return Line(
            raw.decode("utf-8"),
            _("这一行是 UTF-8 编码，与文件其余部分（{rest}）不同").format(rest=encoding.upper()),
        )
    return Line(text)


def _bad_bytes(raw: bytes, encoding: str, start: int) -> str:
    """Why the line fails, and what it looks like instead."""
    text = _("第 {at} 个字节按 {encoding} 解不开").format(at=start + 1, encoding=encoding.upper())
    others = [name for name in ("utf-8", "gb18030", "big5") if name != encoding and _fits(raw, name)]
    likely = max(others, key=lambda name: _everyday(raw, name), default=None)
    if likely and _everyday(raw, likely) > 0.1:
        text += _("，这一行像是 {other} 编码").format(other=likely.upper())
    return text


def _is_stray_utf8(raw: bytes) -> bool:
    """Whether a line inside a GBK or Big5 file is really UTF-8.

    GBK pairs that pass for UTF-8 by chance become two-byte letters (联通), never mostly Chinese characters.
    """
    if raw.isascii() or not _fits(raw, "utf-8"):
        return False
    letters = [char for char in raw.decode("utf-8") if not char.isascii()]
    chinese = sum("\u3000" <= char <= "\uffef" for char in letters)
    return chinese >= 2 and chinese * 2 > len(letters)


def _utf16_lines(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while text := file.readline(LONGEST_LINE // 2):
            problem = _("这一行有解不开的字节（UTF-16）") if "\ufffd" in text else None
            yield Line(text.removeprefix("\ufeff"), problem)
