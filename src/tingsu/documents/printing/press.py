"""From the filled Word file to the PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import typst

from tingsu.documents.errors import TemplateRefused
from tingsu.documents.printing import fonts
from tingsu.documents.printing.pieces import Block, Look, Paragraph, Sheet, Table, Words
from tingsu.documents.printing.typesetting import Setter
from tingsu.documents.printing.word import read_sheet


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and the signs no font had: each stands as 〓 in it and is named at the end."""

    content: bytes
    missing: tuple[str, ...]


def print_document(document: bytes, *, at: datetime) -> Printed:
    """The PDF of a Word file, with subsets of its fonts in it; ``at`` is the date it bears.

    Raises TemplateRefused for a Word file that cannot be set.
    """
    sheet = read_sheet(document)
    unknown = fonts.unknown_signs("".join(piece.text for piece in _words(sheet)))
    elsewhere = fonts.on_this_machine(unknown) if unknown else {}
    missing = tuple(sorted(unknown - elsewhere.keys()))
    if missing:
        _replace(sheet, missing)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = fonts.fonts_with(_linked(folder, set(elsewhere.values())))
        setter = Setter(frozenset(known.families()))
        source = setter.sheet(sheet)
        for picture, data in setter.pictures.items():
            (folder / picture).write_bytes(data)
        (folder / "main.typ").write_text(source, encoding="utf-8")
        content = _compile(folder / "main.typ", known, at)
    return Printed(content, missing)


def _compile(source: Path, known: typst.Fonts, at: datetime) -> bytes:
    """As PDF/A-2b, which an archive can open after years; as plain PDF where a sign or a picture forbids that."""
    why: list[str] = []
    for archived in (True, False):
        try:
            content = typst.compile(
                str(source),
                root=str(source.parent),
                font_paths=known,
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["a-2b"] if archived else [],
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as error:
            why = str(error).strip().splitlines()[:1]
        else:
            assert isinstance(content, bytes)
            return content
    raise TemplateRefused([f"模板排不成 PDF（{''.join(why)[:80]}）"])


def _linked(folder: Path, paths: set[Path]) -> Path | None:
    """A folder with only the fonts needed: whole font folders of a machine take long to read."""
    if not paths:
        return None
    place = folder / "fonts"
    place.mkdir()
    for path in paths:
        (place / path.name).symlink_to(path)
    return place


def _words(sheet: Sheet) -> Iterator[Words]:
    for paragraph in _paragraphs([*sheet.header, *sheet.blocks, *sheet.footer]):
        yield from (piece for piece in paragraph.pieces if isinstance(piece, Words))


def _paragraphs(blocks: list[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from _paragraphs(cell.blocks)
        else:
            yield block


def _replace(sheet: Sheet, missing: tuple[str, ...]) -> None:
    """Put 〓 where a sign cannot be set, and say at the end which they are."""
    table = str.maketrans(dict.fromkeys(missing, fonts.PLACEHOLDER))
    for paragraph in _paragraphs([*sheet.header, *sheet.blocks, *sheet.footer]):
        paragraph.pieces = [
            replace(piece, text=piece.text.translate(table)) if isinstance(piece, Words) else piece
            for piece in paragraph.pieces
        ]
    codes = "、".join(f"U+{ord(sign):04X}" for sign in missing)
    said = f"〓 处是字库里没有的字（{codes}），以 Word 文件为准；请管理员把含这些字的字体放入数据目录的 fonts 文件夹。"
    sheet.blocks.append(Paragraph([Words(said, Look(size=8))], size=8, above=8))
