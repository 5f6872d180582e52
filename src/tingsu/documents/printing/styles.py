"""How a piece of a Word file looks once its own properties, its styles and the defaults are laid over one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from tingsu.documents.printing.pieces import Align, Face, Look, Paragraph

_SANS = re.compile(r"黑|等线|雅黑|hei|dengxian|yahei|sans|arial|helvetica|calibri|gothic", re.I)
_ALIGN: dict[str, Align] = {
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
}
_OFF = {"0", "false", "off", "none"}


class Styles:
    """The styles of one Word file, each asked for by its id."""

    def __init__(self, document: Any) -> None:
        root = document.styles.element
        self.known = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}
        self.plain: dict[str, str] = {
            style.get(qn("w:type")): style.get(qn("w:styleId"))
            for style in root.findall(qn("w:style"))
            if style.get(qn("w:default")) in ("1", "true")
        }
        defaults = root.find(qn("w:docDefaults"))
        self.run_defaults = None if defaults is None else defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self.paragraph_defaults = None if defaults is None else defaults.find(f"{qn('w:pPrDefault')}/{qn('w:pPr')}")

    def chain(self, style_id: str | None, kind: str) -> Iterator[Any]:
        """A style and those it is based on, nearest first."""
        seen: set[str] = set()
        current = style_id or self.plain.get(kind)
        while current and current not in seen and current in self.known:
            seen.add(current)
            style = self.known[current]
            yield style
            based = style.find(qn("w:basedOn"))
            current = None if based is None else based.get(qn("w:val"))

    def paragraph_layers(self, properties: Any) -> list[Any]:
        """The pPr that speak for a paragraph, nearest first."""
        own = [] if properties is None else [properties]
        layers = [*own, *self._of_styles(_value(properties, "w:pStyle"), "paragraph", "w:pPr")]
        return [*layers, *([] if self.paragraph_defaults is None else [self.paragraph_defaults])]

    def run_layers(self, properties: Any, paragraph: Any) -> list[Any]:
        """The rPr that speak for a run, nearest first."""
        own = [] if properties is None else [properties]
        layers = [*own, *self._of_styles(_value(properties, "w:rStyle"), "character", "w:rPr")]
        layers += self._of_styles(_value(paragraph, "w:pStyle"), "paragraph", "w:rPr")
        return [*layers, *([] if self.run_defaults is None else [self.run_defaults])]

    def table_layers(self, properties: Any) -> list[Any]:
        """The tblPr that speak for a table, nearest first."""
        own = [] if properties is None else [properties]
        return [*own, *self._of_styles(_value(properties, "w:tblStyle"), "table", "w:tblPr")]

    def _of_styles(self, style_id: str | None, kind: str, part: str) -> list[Any]:
        found = [style.find(qn(part)) for style in self.chain(style_id, kind)]
        return [layer for layer in found if layer is not None]


def look_of(layers: list[Any]) -> Look:
    """A run's look from its rPr layers."""
    fonts = first(layers, "w:rFonts")
    family = _attribute(fonts, "w:eastAsia") or _attribute(fonts, "w:ascii") or ""
    colour = _value_of(layers, "w:color") or ""
    underline = _value_of(layers, "w:u")
    raised = _value_of(layers, "w:vertAlign") or ""
    return Look(
        size=_number(_value_of(layers, "w:sz"), 21) / 2,
        face=face_of(family),
        family=family,
        bold=_is_on(layers, "w:b"),
        underline=underline not in (None, "none"),
        strike=_is_on(layers, "w:strike") or _is_on(layers, "w:dstrike"),
        colour=colour if re.fullmatch(r"[0-9A-Fa-f]{6}", colour) and colour != "000000" else "",
        raised="super" if raised == "superscript" else "sub" if raised == "subscript" else "",
    )


def lay_out(paragraph: Paragraph, layers: list[Any], size: float) -> None:
    """Put what the pPr layers say into the paragraph; ``size`` is its text's, for lengths counted in characters."""
    paragraph.size = size
    paragraph.align = _ALIGN.get(_value_of(layers, "w:jc") or "", "left")
    paragraph.left = _indent(layers, ("w:left", "w:start"), "w:leftChars", size)
    paragraph.right = _indent(layers, ("w:right", "w:end"), "w:rightChars", size)
    paragraph.first = _indent(layers, ("w:firstLine",), "w:firstLineChars", size)
    paragraph.first -= _indent(layers, ("w:hanging",), "w:hangingChars", size)
    paragraph.above = twips(_from(layers, "w:spacing", "w:before"))
    paragraph.below = twips(_from(layers, "w:spacing", "w:after"))
    line = _from(layers, "w:spacing", "w:line")
    if line:
        fixed = _from(layers, "w:spacing", "w:lineRule") in ("exact", "atLeast")
        paragraph.pitch = -twips(line) if fixed else 1.3 * _number(line, 240) / 240
    paragraph.keep = _is_on(layers, "w:keepNext")
    paragraph.new_page = _is_on(layers, "w:pageBreakBefore")


def face_of(family: str) -> Face:
    return "sans" if _SANS.search(family) else "serif"


def first(layers: list[Any], tag: str) -> Any:
    """The nearest element of that tag."""
    return next((found for layer in layers if (found := layer.find(qn(tag))) is not None), None)


def twips(value: str | None) -> float:
    """Twentieths of a point as points."""
    return _number(value, 0) / 20


def _number(value: str | None, otherwise: float) -> float:
    try:
        return float(value) if value else otherwise
    except ValueError:
        return otherwise


def _indent(layers: list[Any], names: tuple[str, ...], in_characters: str, size: float) -> float:
    for layer in layers:
        found = layer.find(qn("w:ind"))
        if found is None:
            continue
        if characters := _number(found.get(qn(in_characters)), 0):
            return characters / 100 * size
        for name in names:
            if found.get(qn(name)):
                return twips(found.get(qn(name)))
    return 0


def _from(layers: list[Any], tag: str, attribute: str) -> str | None:
    for layer in layers:
        found = layer.find(qn(tag))
        if found is not None and found.get(qn(attribute)) is not None:
            return str(found.get(qn(attribute)))
    return None


def _value(properties: Any, tag: str) -> str | None:
    return None if properties is None else _attribute(properties.find(qn(tag)), "w:val")


def _value_of(layers: list[Any], tag: str) -> str | None:
    return _attribute(first(layers, tag), "w:val")


def _is_on(layers: list[Any], tag: str) -> bool:
    found = first(layers, tag)
    return found is not None and (found.get(qn("w:val")) or "1") not in _OFF


def _attribute(element: Any, name: str) -> str | None:
    return None if element is None else element.get(qn(name))
