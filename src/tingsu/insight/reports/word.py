"""A report as a Word file, pictures and tables in it, and from that as a PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tingsu.documents.printing import fonts
from tingsu.documents.printing.press import print_document
from tingsu.insight.reports.paper import Paper, Section, Table
from tingsu.insight.reports.pictures import draw_tables

PICTURE = 150  # millimetres
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML has no way to write these
SMALL, NORMAL = 8.5, 10.5  # points
BLANK = 14  # letters of room in a column that is left to be filled in by hand
WIDE = 6  # columns from which on a table is set small


def word_of(paper: Paper) -> bytes:
    """The Word file, on A4 across: some tables are wide."""
    document = docx.Document()
    _set_page(document)
    _set_fonts(document)
    drawn = [table for table in paper.tables() if table.picture and table.rows]
    pictures = dict(zip((table.id for table in drawn), draw_tables(drawn), strict=True))
    document.core_properties.title = paper.title
    document.add_heading(_clean(paper.title), 0)
    for words in paper.about:
        document.add_paragraph(_clean(words))
    for words in paper.doubts:
        document.add_paragraph(_clean(words), style="List Bullet")
    for section in paper.sections:
        _add_section(document, section, pictures)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def pdf_of(paper: Paper, *, at: datetime) -> bytes:
    """The Word file as it prints."""
    return print_document(word_of(paper), at=at).content


def _add_section(document: Any, section: Section, pictures: dict[str, bytes]) -> None:
    document.add_heading(_clean(section.title), 1)
    for words in section.words:
        document.add_paragraph(_clean(words))
    for table in section.tables:
        if len(section.tables) > 1 or table.title not in section.title:
            document.add_heading(_clean(table.title), 2)
        if table.id in pictures:
            document.add_picture(io.BytesIO(pictures[table.id]), width=Mm(PICTURE))
        if table.rows:
            _add_table(document, table)
        else:
            document.add_paragraph(_clean(table.empty))
        if table.note:
            _small(document.add_paragraph(_clean(table.note)))


def _add_table(document: Any, table: Table) -> None:
    made = document.add_table(rows=1, cols=len(table.columns))
    made.style = "Table Grid"
    small = len(table.columns) >= WIDE
    for cell, header in zip(made.rows[0].cells, table.columns, strict=True):
        _fill(cell, header, bold=True, small=small)
    _mark(made.rows[0], "w:tblHeader")
    for row in table.plain():
        for cell, value in zip(made.add_row().cells, row, strict=True):
            _fill(cell, shown(value), right=isinstance(value, int | float), small=small)
        _mark(made.rows[-1], "w:cantSplit")
    _set_widths(made, table)


def shown(value: Any) -> str:
    """A value as people read it: thousands apart, two decimals at most, a dash for what is not known."""
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _fill(cell: Any, words: str, *, bold: bool = False, right: bool = False, small: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_clean(words))
    run.bold = bold
    run.font.size = Pt(SMALL if small else NORMAL)
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _set_widths(made: Any, table: Table) -> None:
    """Columns as wide as their words ask for, within bounds, so that long texts get the room."""
    made.autofit = False
    asked = [max(6, min(60, max(_lengths(table, place)))) for place in range(len(table.columns))]
    room = 257.0
    for place, part in enumerate(asked):
        width = Mm(room * part / sum(asked))
        made.columns[place].width = width
        for cell in made.columns[place].cells:
            cell.width = width


def _lengths(table: Table, place: int) -> Iterable[int]:
    yield len(table.columns[place])
    values = [row[place] for row in table.plain()]
    yield from (len(shown(value)) for value in values)
    if all(value == "" for value in values):
        yield BLANK


def _mark(row: Any, name: str) -> None:
    """Say of a row that it is not torn apart, or that it heads every page."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _small(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.size = Pt(SMALL)


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(18)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(_("内部资料，个人信息已遮盖"))


def _set_fonts(document: Any) -> None:
    for name, font in (
        ("Normal", fonts.SERIF),
        ("Title", fonts.SANS),
        ("Heading 1", fonts.SANS),
        ("Heading 2", fonts.SANS),
    ):
        style = document.styles[name]
        style.font.name = font
        properties = style.element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
        style.font.color.rgb = None
    document.styles["Normal"].font.size = Pt(NORMAL)


def _clean(words: str) -> str:
    return UNWRITABLE.sub("", words)
