"""The pieces of a page in the typesetter's language. Text goes in as string literals: none of it is read as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace

from tingsu.documents.printing.fonts import SANS, SERIF
from tingsu.documents.printing.pieces import (
    Block,
    Cell,
    Look,
    Mark,
    Paragraph,
    Picture,
    Piece,
    Row,
    Sheet,
    Table,
    Words,
)

# ``p``: a paragraph whose lines are ``pitch`` apart, with half of what is between lines above and below it, so that
# paragraphs follow one another evenly. ``least``: something at least so high.
PRELUDE = """
#set text(lang: "zh", region: "cn", top-edge: 0.88em, bottom-edge: -0.12em, hyphenate: false, overhang: true)
#set par(spacing: 0pt)
#set block(spacing: 0pt)
#let p(size, gap, align-to, justify, first, left, right, above, below, keep, body) = block(
  width: 100%, sticky: keep,
  inset: (left: left, right: right, top: above + gap / 2, bottom: below + gap / 2),
  { set text(size: size)
    set align(align-to)
    par(leading: gap, justify: justify, linebreaks: "optimized",
      first-line-indent: (amount: calc.max(first, 0pt), all: true), hanging-indent: calc.max(-first, 0pt), body) })
#let least(height, upright, body) = grid(columns: (0pt, 1fr), align: (top, upright), block(height: height), body)
"""
LONG_WORD = re.compile(r"[!-~]{24,}")  # digests and addresses: nothing in them tells where a line may end
STEP = 8
CUT = "\0"  # no text holds it: Word files cannot


class Setter:
    """Writes one sheet; ``pictures`` collects the files it names, ``families`` are the fonts a template may name."""

    def __init__(self, families: Set[str]) -> None:
        self.families = families
        self.pictures: dict[str, bytes] = {}

    def sheet(self, sheet: Sheet) -> str:
        """The source of the whole document."""
        margin = (
            f"top: {_pt(max(sheet.top, sheet.header_at))}, bottom: {_pt(max(sheet.bottom, sheet.footer_at))}, "
            f"left: {_pt(sheet.left)}, right: {_pt(sheet.right)}"
        )
        page = (
            f"#set page(width: {_pt(sheet.width)}, height: {_pt(sheet.height)}, margin: ({margin}),\n"
            f"  header: [{self._edge(sheet.header, f'top + left, dy: {_pt(sheet.header_at)}')}],\n"
            f"  footer: [{self._edge(sheet.footer, f'bottom + left, dy: {_pt(-sheet.footer_at)}')}],\n"
            "  header-ascent: 0pt, footer-descent: 0pt)\n"
        )
        about = f'#set document(title: {_string(sheet.title)}, author: ())\n#set text(font: ("{SERIF}",))\n'
        return about + PRELUDE + page + self.blocks(list(_pages(sheet.blocks)))

    def blocks(self, blocks: list[Block]) -> str:
        """Paragraphs and tables one under another."""
        return "\n".join(self.table(b) if isinstance(b, Table) else self.paragraph(b) for b in blocks)

    def paragraph(self, paragraph: Paragraph) -> str:
        """One paragraph."""
        size, pitch = paragraph.size, paragraph.pitch
        gap = (-pitch if pitch < 0 else pitch * size) - size
        body = "".join(self.piece(piece) for piece in paragraph.pieces) or '#h(0pt)#text(" ")'
        align = "left" if paragraph.align == "justify" else paragraph.align
        lengths = ", ".join(
            _pt(n) for n in (paragraph.first, paragraph.left, paragraph.right, paragraph.above, paragraph.below)
        )
        justify, keep = _bool(paragraph.align == "justify"), _bool(paragraph.keep)
        made = f"#p({_pt(size)}, {_pt(gap)}, {align}, {justify}, {lengths}, {keep})[{body}]"
        return f"#pagebreak(weak: true)\n{made}" if paragraph.new_page else made

    def piece(self, piece: Piece) -> str:
        """A run of text, a picture, or a mark."""
        if isinstance(piece, Words):
            return self._styled(_breakable(piece.text), piece.look) if piece.text else ""
        if isinstance(piece, Picture):
            name = f"picture{len(self.pictures) + 1}.{piece.kind}"
            self.pictures[name] = piece.data
            return f'#box(image("{name}", width: {_pt(piece.width)}, height: {_pt(piece.height)}))'
        return self._mark(piece)

    def table(self, table: Table) -> str:
        """One table; rows marked as header come again on each page."""
        count = next((n for n, row in enumerate(table.rows) if not row.header), len(table.rows))
        head = "".join(self._row(row) for row in table.rows[:count])
        body = "".join(self._row(row) for row in table.rows[count:])
        columns = ", ".join(_pt(width) if width else "1fr" for width in table.widths)
        made = (
            f"table(columns: ({columns},), stroke: none, inset: (x: {_pt(table.inset)}, y: 0pt), align: top + left,\n"
            + (f"table.header(repeat: true, {head}),\n" if head and body else head)
            + f"{body})"
        )
        return f"#{made}" if table.align == "left" else f"#block(width: 100%, align({table.align}, {made}))"

    def _row(self, row: Row) -> str:
        return "".join(self._cell(cell, row) for cell in row.cells) + "\n"

    def _cell(self, cell: Cell, row: Row) -> str:
        strokes = ", ".join(f"{side}: {_pt(w)}" for side, w in cell.borders.items() if w)
        said = [
            f"colspan: {cell.columns}",
            f"rowspan: {cell.rows}",
            f"align: {cell.upright} + left",
            f"x: {cell.column}",
        ]
        said += [f"stroke: ({strokes})"] if strokes else []
        said += [f'fill: rgb("#{cell.fill}")'] if cell.fill else []
        said += ["breakable: false"] if row.whole else []
        body = self.blocks(cell.blocks)
        if row.height and cell.rows == 1:
            body = f"#least({_pt(row.height)}, {cell.upright})[{body}]"
        return f"table.cell({', '.join(said)})[{body}],\n"

    def _edge(self, blocks: list[Block], place: str) -> str:
        """Header and footer keep their distance from the page's edge, whatever the margin."""
        if not any(isinstance(b, Table) or b.pieces for b in blocks):
            return ""
        at, shift = place.split(", dy: ")
        return f"#place({at}, dy: {shift})[{self.blocks(blocks)}]" if at.startswith("top") else self.blocks(blocks)

    def _mark(self, mark: Mark) -> str:
        match mark.kind:
            case "line":
                return "#linebreak()"
            case "page":
                return ""  # inside a table: a row cannot end a page
            case "tab":
                return "#h(2em)"
            case "fill":
                return "#h(1fr)"
            case "page_number":
                return self._styled("#context counter(page).display()", mark.look)
            case "page_count":
                return self._styled("#context counter(page).final().first()", mark.look)

    def _styled(self, body: str, look: Look) -> str:
        face = SANS if look.bold or look.face == "sans" else SERIF
        own = [look.family] if look.family in self.families and not look.bold else []
        fonts = ", ".join(_string(name) for name in (*own, face, SERIF))
        colour = f', fill: rgb("#{look.colour}")' if look.colour else ""
        made = f"#text(size: {_pt(look.size)}, font: ({fonts},){colour})[{body}]"
        for wanted, function in ((look.underline, "underline"), (look.strike, "strike"), (look.raised, look.raised)):
            made = f"#{function}[{made}]" if wanted else made
        return made


def _pages(blocks: list[Block]) -> Iterator[Block]:
    """Paragraphs cut where a page ends within them."""
    for block in blocks:
        while isinstance(block, Paragraph) and (cut := _page_end(block)) is not None:
            rest = replace(block, pieces=block.pieces[cut + 1 :], new_page=True, above=0, first=0)
            if block.pieces[:cut] or block.new_page:
                yield replace(block, pieces=block.pieces[:cut], below=0)
            block = rest
        yield block


def _page_end(paragraph: Paragraph) -> int | None:
    pieces = enumerate(paragraph.pieces)
    return next((at for at, piece in pieces if isinstance(piece, Mark) and piece.kind == "page"), None)


def _breakable(text: str) -> str:
    """A text, with places where a line may end in words too long for one; what is copied out of the PDF stays whole."""
    cut = LONG_WORD.sub(lambda m: CUT.join(re.findall(f".{{1,{STEP}}}", m.group())), text.replace(CUT, ""))
    return "#h(0pt)".join(f"#{_string(part)}" for part in cut.split(CUT))


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return f'"{escaped}"'


def _pt(length: float) -> str:
    return f"{length:.2f}pt"


def _bool(value: bool) -> str:
    return "true" if value else "false"
