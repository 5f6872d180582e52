"""What a printed page is made of, between Word and the typesetter. Lengths in points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "center", "right", "justify"]
Face = Literal["serif", "sans"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of text looks."""

    size: float = 10.5
    face: Face = "serif"
    family: str = ""  # the font's own name, used where the site has it
    bold: bool = False
    underline: bool = False
    strike: bool = False
    colour: str = ""  # six hex digits
    raised: Literal["", "super", "sub"] = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text."""

    text: str
    look: Look


@dataclass(frozen=True, slots=True)
class Mark:
    """Something between words: a line or page break, a tab, the page's number, the number of pages."""

    kind: Literal["line", "page", "tab", "fill", "page_number", "page_count"]
    look: Look = Look()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the line."""

    data: bytes
    kind: str  # png, jpg, gif
    width: float
    height: float


Piece = Words | Mark | Picture


@dataclass(slots=True)
class Paragraph:
    """One paragraph; ``pitch`` is from line to line, as a multiple of the size or, negative, in points."""

    pieces: list[Piece] = field(default_factory=list)
    align: Align = "left"
    first: float = 0
    left: float = 0
    right: float = 0
    above: float = 0
    below: float = 0
    pitch: float = 1.3
    size: float = 10.5
    keep: bool = False
    new_page: bool = False


@dataclass(slots=True)
class Cell:
    """One cell; ``borders`` maps a side to its width (0: none)."""

    blocks: list[Block]
    column: int
    columns: int = 1
    rows: int = 1
    fill: str = ""
    upright: Literal["top", "horizon", "bottom"] = "top"
    borders: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One row; ``height`` is the least it takes."""

    cells: list[Cell]
    height: float = 0
    header: bool = False
    whole: bool = False


@dataclass(slots=True)
class Table:
    """A table by the widths of its columns."""

    widths: list[float]
    rows: list[Row]
    align: Align = "left"
    inset: float = 5.4  # left and right of a cell


Block = Paragraph | Table


@dataclass(slots=True)
class Sheet:
    """The whole paper: its page, header and footer, and what is on it."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    header: list[Block]
    footer: list[Block]
    header_at: float
    footer_at: float
    blocks: list[Block]
    title: str = ""
