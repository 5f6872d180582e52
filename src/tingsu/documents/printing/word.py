"""Reads a Word file into the pieces of a printed page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from tingsu.documents.printing.numbering import Numbering
from tingsu.documents.printing.pieces import Block, Look, Mark, Paragraph, Picture, Piece, Sheet, Words
from tingsu.documents.printing.styles import Styles, first, lay_out, look_of
from tingsu.documents.printing.tables import read_table

EMU = 12700  # English metric units in a point
TWIPS = 20
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
# Elements that only wrap what a page shows.
_WRAPS = {qn(name) for name in ("w:hyperlink", "w:smartTag", "w:ins", "w:sdt", "w:sdtContent", "w:bookmarkStart")}


class Reader:
    """Reads one Word file; counts its lists and keeps its pictures as it goes."""

    def __init__(self, document: Any) -> None:
        self.styles = Styles(document)
        self.numbering = Numbering(document)

    def blocks(self, container: Any, part: Any) -> list[Block]:
        """The paragraphs and tables of a body, cell, header or footer; ``part`` resolves its pictures."""
        found: list[Block] = []
        for element in _blocks_in(container):
            if element.tag == qn("w:p"):
                found.append(self.paragraph(element, part))
            else:
                found.append(read_table(element, self, part))
        return found

    def paragraph(self, element: Any, part: Any) -> Paragraph:
        properties = element.find(qn("w:pPr"))
        layers = self.styles.paragraph_layers(properties)
        mark = None if properties is None else properties.find(qn("w:rPr"))
        plain = look_of(self.styles.run_layers(mark, properties))
        made = Paragraph()
        label, of_level = self.numbering.next_label(layers)
        pieces = list(self._pieces(element, properties, part, _tab_kind(layers)))
        looks = [piece.look for piece in pieces if isinstance(piece, Words) and piece.text.strip()]
        if of_level is not None:
            layers = [*layers[:1], of_level, *layers[1:]]
        lay_out(made, layers, max((look.size for look in looks), default=plain.size))
        made.pieces = [*([Words(label, looks[0] if looks else plain)] if label else []), *pieces]
        return made

    def _pieces(self, element: Any, properties: Any, part: Any, tab: Any) -> Iterator[Piece]:
        field = _Field()
        for run in _runs_in(element):
            if run.tag == qn("w:fldSimple"):
                yield from self._simple_field(run, properties, part, tab)
                continue
            look = look_of(self.styles.run_layers(run.find(qn("w:rPr")), properties))
            for child in run:
                if field.takes(child):
                    if mark := field.mark(look):
                        yield mark
                elif not field.hides:
                    yield from _piece(child, look, part, tab)

    def _simple_field(self, element: Any, properties: Any, part: Any, tab: Any) -> Iterator[Piece]:
        if mark := _field_mark(element.get(qn("w:instr")) or "", Look()):
            runs = list(element.iter(qn("w:r")))
            look = look_of(self.styles.run_layers(runs[0].find(qn("w:rPr")) if runs else None, properties))
            yield Mark(mark.kind, look)
        else:
            yield from self._pieces(element, properties, part, tab)


class _Field:
    """Follows one complex field through its runs: page numbers are set anew, of the others the last result stands."""

    def __init__(self) -> None:
        self.code, self.place, self.marked = "", "", False

    @property
    def hides(self) -> bool:
        return self.place == "code" or (self.place == "result" and _field_mark(self.code, Look()) is not None)

    def takes(self, element: Any) -> bool:
        if element.tag == qn("w:instrText"):
            self.code += element.text or ""
            return True
        if element.tag != qn("w:fldChar"):
            return False
        kind = element.get(qn("w:fldCharType"))
        if kind == "begin":
            self.code, self.place, self.marked = "", "code", False
        else:
            self.place = "result" if kind == "separate" else "end"
        return True

    def mark(self, look: Look) -> Mark | None:
        """The page number, once, when its code has been read to the end."""
        if self.place not in ("result", "end") or self.marked:
            return None
        self.marked = True
        return _field_mark(self.code, look)


def read_sheet(document: bytes) -> Sheet:
    """The whole Word file; header, footer and page are those of its first section."""
    opened = docx.Document(io.BytesIO(document))
    reader = Reader(opened)
    section = opened.sections[0]
    header, footer = section.header, section.footer
    return Sheet(
        width=_points(section.page_width, 595),
        height=_points(section.page_height, 842),
        top=_points(section.top_margin, 72),
        bottom=_points(section.bottom_margin, 72),
        left=_points(section.left_margin, 72),
        right=_points(section.right_margin, 72),
        header=reader.blocks(header._element, header.part),
        footer=reader.blocks(footer._element, footer.part),
        header_at=_points(section.header_distance, 36),
        footer_at=_points(section.footer_distance, 36),
        blocks=reader.blocks(opened.element.body, opened.part),
        title=opened.core_properties.title or "",
    )


def _blocks_in(container: Any) -> Iterator[Any]:
    for element in container:
        if element.tag in (qn("w:p"), qn("w:tbl")):
            yield element
        elif element.tag in _WRAPS:
            yield from _blocks_in(element)


def _runs_in(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in (qn("w:r"), qn("w:fldSimple")):
            yield child
        elif child.tag in _WRAPS:
            yield from _runs_in(child)


def _piece(element: Any, look: Look, part: Any, tab: Any) -> Iterator[Piece]:
    if element.tag == qn("w:t"):
        yield Words(element.text or "", look)
    elif element.tag == qn("w:tab"):
        yield Mark(tab, look)
    elif element.tag in (qn("w:br"), qn("w:cr")):
        yield Mark("page" if element.get(qn("w:type")) == "page" else "line", look)
    elif element.tag == qn("w:noBreakHyphen"):
        yield Words("\u2011", look)
    elif element.tag == qn("w:sym"):
        yield Words("□", look)  # a sign of a symbol font, most often a box to tick
    elif element.tag in (qn("w:drawing"), qn("w:pict")):
        yield from _pictures(element, part)


def _pictures(element: Any, part: Any) -> Iterator[Piece]:
    for picture in element.iter(qn("a:blip")):
        found = part.related_parts.get(picture.get(qn("r:embed")))
        kind = _PICTURES.get(getattr(found, "content_type", ""))
        extent = next(element.iter(qn("wp:extent")), None)
        if kind and extent is not None and found is not None:
            yield Picture(found.blob, kind, int(extent.get("cx")) / EMU, int(extent.get("cy")) / EMU)


def _field_mark(code: str, look: Look) -> Mark | None:
    name = (code.split() or [""])[0].upper()
    if name == "PAGE":
        return Mark("page_number", look)
    return Mark("page_count", look) if name in ("NUMPAGES", "SECTIONPAGES") else None


def _tab_kind(layers: list[Any]) -> str:
    """A tab before a right or centred stop fills the line, as in headers; any other is a plain gap."""
    stops = first(layers, "w:tabs")
    kinds = {stop.get(qn("w:val")) for stop in ([] if stops is None else stops)}
    return "fill" if kinds & {"right", "center", "end"} else "tab"


def _points(length: Any, otherwise: float) -> float:
    return otherwise if length is None else length / EMU
