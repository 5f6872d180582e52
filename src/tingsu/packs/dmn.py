"""The authority table as a DMN 1.3 decision table: amount and remedy in, the lowest role that may approve out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal

from tingsu.packs.schema import Level, Pack

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
LINES = "http://www.omg.org/spec/DMN/20180521/DI/"
ANY = "-"


def as_dmn(pack: Pack, *, language: str = "zh") -> str:
    """The pack's authority table as one DMN 1.3 document.

    Hit policy UNIQUE with ranges where no level names remedies; FIRST, in the table's own order, where one does.
    """
    ET.register_namespace("", MODEL)
    for prefix, address in (("dmndi", DI), ("dc", DC), ("di", LINES)):
        ET.register_namespace(prefix, address)
    english = language == "en"
    name = "Authority" if english else "核决权限"
    root = ET.Element(_m("definitions"), id="authority", name=name, namespace=f"urn:tingsu:pack:{pack.id}")
    decision = ET.SubElement(root, _m("decision"), id="level", name=name)
    ET.SubElement(decision, _m("variable"), id="level_variable", name=name, typeRef="string")
    for name in ("amount", "remedy"):
        need = ET.SubElement(decision, _m("informationRequirement"), id=f"needs_{name}")
        ET.SubElement(need, _m("requiredInput"), href=f"#{name}")
    _write_table(decision, pack, english)
    for name, kind in (("amount", "number"), ("remedy", "string")):
        given = ET.SubElement(root, _m("inputData"), id=name, name=name)
        ET.SubElement(given, _m("variable"), id=f"{name}_variable", name=name, typeRef=kind)
    _write_diagram(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _write_table(decision: ET.Element, pack: Pack, english: bool) -> None:
    levels = pack.authority.levels
    unique = not any(level.remedies for level in levels)
    table = ET.SubElement(decision, _m("decisionTable"), id="table", hitPolicy="UNIQUE" if unique else "FIRST")
    remedies = [value.id for taxonomy in pack.taxonomies if taxonomy.id == "remedy" for value in taxonomy.values]
    labels = ("Amount (yuan)", "Remedy") if english else ("金额（元）", "补救方式")
    for name, label, kind in zip(("amount", "remedy"), labels, ("number", "string"), strict=True):
        column = ET.SubElement(table, _m("input"), id=f"in_{name}", label=label)
        asked = ET.SubElement(column, _m("inputExpression"), id=f"in_{name}_expression", typeRef=kind)
        ET.SubElement(asked, _m("text")).text = name
        if name == "remedy" and remedies:
            _entry(column, "inputValues", "in_remedy_values", ",".join(map(_quoted, remedies)))
    label = "Role that approves" if english else "由谁批准"
    output = ET.SubElement(table, _m("output"), id="out_role", label=label, name="role", typeRef="string")
    _entry(output, "outputValues", "out_values", ",".join(_quoted(r) for r in dict.fromkeys(v.role for v in levels)))
    ET.SubElement(table, _m("annotation"), name="Name" if english else "岗位")
    for index, level in enumerate(levels):
        below = levels[index - 1].up_to if unique and index else None
        _write_rule(table, index + 1, level, amount_test(level, below, unique=unique), pack, english)


def amount_test(level: Level, below: Decimal | None, *, unique: bool) -> str:
    """The amounts of a level as a FEEL unary test: from above the level below, where only one may fit."""
    if level.up_to is None:
        return f"> {below}" if unique and below is not None else ANY
    if unique:
        return f"[0..{level.up_to}]" if below is None else f"({below}..{level.up_to}]"
    return f"<= {level.up_to}"


def _write_rule(table: ET.Element, no: int, level: Level, amount: str, pack: Pack, english: bool) -> None:
    rule = ET.SubElement(table, _m("rule"), id=f"rule_{no}")
    _entry(rule, "inputEntry", f"rule_{no}_amount", amount)
    _entry(rule, "inputEntry", f"rule_{no}_remedy", ",".join(map(_quoted, level.remedies)) or ANY)
    _entry(rule, "outputEntry", f"rule_{no}_role", _quoted(level.role))
    role = pack.role(level.role)
    note = ET.SubElement(rule, _m("annotationEntry"))
    ET.SubElement(note, _m("text")).text = role.name.in_language("en" if english else "zh") if role else level.role


def _entry(parent: ET.Element, name: str, id: str, text: str) -> None:
    element = ET.SubElement(parent, _m(name), id=id)
    ET.SubElement(element, _m("text")).text = text


def _write_diagram(root: ET.Element) -> None:
    frame = ET.SubElement(root, f"{{{DI}}}DMNDI")
    diagram = ET.SubElement(frame, f"{{{DI}}}DMNDiagram", id="diagram")
    for shown, x, y, width, height in (
        ("level", 180, 80, 180, 80),
        ("amount", 120, 240, 125, 45),
        ("remedy", 300, 240, 125, 45),
    ):
        shape = ET.SubElement(diagram, f"{{{DI}}}DMNShape", id=f"{shown}_di", dmnElementRef=shown)
        said = {"height": height, "width": width, "x": x, "y": y}
        ET.SubElement(shape, f"{{{DC}}}Bounds", {key: str(value) for key, value in said.items()})
    for shown, x, into in (("amount", 182, 230), ("remedy", 362, 310)):
        edge = ET.SubElement(diagram, f"{{{DI}}}DMNEdge", id=f"needs_{shown}_di", dmnElementRef=f"needs_{shown}")
        for at_x, at_y in ((x, 240), (into, 160)):
            ET.SubElement(edge, f"{{{LINES}}}waypoint", x=str(at_x), y=str(at_y))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _m(name: str) -> str:
    return f"{{{MODEL}}}{name}"
