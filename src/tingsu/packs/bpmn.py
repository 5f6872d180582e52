"""A process as BPMN 2.0 with its diagram: what other people's modelling tools open.

The process is for reading and drawing (``isExecutable="false"``); lanes are roles, clocks are timers.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tingsu.packs.bpmn_flow import Flow, Graph, Node, graph_of
from tingsu.packs.bpmn_layout import Box, Places, place_all
from tingsu.packs.schema import Pack

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
LINES = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
for prefix, address in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", LINES), ("xsi", XSI)):
    ET.register_namespace(prefix, address)


def as_bpmn(pack: Pack, *, language: str = "zh") -> str:
    """The pack's process as one BPMN 2.0 document with diagram interchange."""
    graph = graph_of(pack, language)
    root = ET.Element(_m("definitions"), id="definitions", targetNamespace=f"urn:tingsu:pack:{pack.id}")
    root.set("exporter", "tingsu")
    together = ET.SubElement(root, _m("collaboration"), id="collaboration")
    ET.SubElement(together, _m("participant"), id="pool", name=pack.name.in_language(language), processRef="process")
    _write_process(root, pack, graph, language)
    _write_diagram(root, graph, place_all(graph))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _write_process(root: ET.Element, pack: Pack, graph: Graph, language: str) -> None:
    name = pack.process.name.in_language(language)
    process = ET.SubElement(root, _m("process"), id="process", name=name, isExecutable="false")
    ET.SubElement(process, _m("documentation")).text = f"{pack.id} {pack.version}"
    lanes = ET.SubElement(process, _m("laneSet"), id="lanes")
    for role, said in graph.lanes:
        lane = ET.SubElement(lanes, _m("lane"), id=f"lane_{role}", name=said)
        for node in graph.nodes.values():
            if node.lane == role:
                ET.SubElement(lane, _m("flowNodeRef")).text = node.id
    for node in graph.nodes.values():
        _write_node(process, node, graph.flows)
    for flow in graph.flows:
        _write_flow(process, flow)


def _write_node(process: ET.Element, node: Node, flows: list[Flow]) -> None:
    element = ET.SubElement(process, _m(node.kind), id=node.id)
    if node.name:
        element.set("name", node.name)
    if node.kind == "boundaryEvent":
        element.set("cancelActivity", "false")
        element.set("attachedToRef", node.at)
    if node.kind == "subProcess":
        element.set("triggeredByEvent", "true")
    if node.told:
        ET.SubElement(element, _m("documentation")).text = node.told
    _write_ends(element, node, flows)
    if node.kind == "boundaryEvent":
        timer = ET.SubElement(element, _m("timerEventDefinition"), id=f"{node.id}_def")
        _expression(timer, "timeDuration", node.duration)
    if node.kind == "subProcess":
        _write_inside(element, node)


def _write_ends(element: ET.Element, node: Node, flows: list[Flow]) -> None:
    for flow in (flow for flow in flows if flow.target == node.id):
        ET.SubElement(element, _m("incoming")).text = flow.id
    for flow in (flow for flow in flows if flow.source == node.id):
        ET.SubElement(element, _m("outgoing")).text = flow.id


def _write_inside(element: ET.Element, node: Node) -> None:
    """What is in an event subprocess: someone asks for it, it is done, and the case goes on or ends."""
    begin, task, end = (f"{node.id}_{part}" for part in ("begin", "task", "end"))
    start = ET.SubElement(element, _m("startEvent"), id=begin, isInterrupting="true" if node.interrupts else "false")
    ET.SubElement(start, _m("outgoing")).text = f"{node.id}_in"
    ET.SubElement(start, _m("messageEventDefinition"), id=f"{begin}_def")
    done = ET.SubElement(element, _m("userTask"), id=task, name=node.name)
    ET.SubElement(done, _m("incoming")).text = f"{node.id}_in"
    ET.SubElement(done, _m("outgoing")).text = f"{node.id}_out"
    over = ET.SubElement(element, _m("endEvent"), id=end)
    ET.SubElement(over, _m("incoming")).text = f"{node.id}_out"
    ET.SubElement(element, _m("sequenceFlow"), id=f"{node.id}_in", sourceRef=begin, targetRef=task)
    ET.SubElement(element, _m("sequenceFlow"), id=f"{node.id}_out", sourceRef=task, targetRef=end)


def _write_flow(process: ET.Element, flow: Flow) -> None:
    element = ET.SubElement(process, _m("sequenceFlow"), id=flow.id, sourceRef=flow.source, targetRef=flow.target)
    if flow.name:
        element.set("name", flow.name)
    if flow.condition:
        _expression(element, "conditionExpression", flow.condition).set("language", FEEL)


def _expression(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _m(name))
    element.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
    element.text = text
    return element


def _write_diagram(root: ET.Element, graph: Graph, places: Places) -> None:
    diagram = ET.SubElement(root, f"{{{DI}}}BPMNDiagram", id="diagram")
    plane = ET.SubElement(diagram, f"{{{DI}}}BPMNPlane", id="plane", bpmnElement="collaboration")
    for shown, box in places.boxes.items():
        shape = ET.SubElement(plane, f"{{{DI}}}BPMNShape", id=f"{shown}_di", bpmnElement=shown)
        if shown == "pool" or shown.startswith("lane_"):
            shape.set("isHorizontal", "true")
        if shown in graph.nodes and graph.nodes[shown].kind == "subProcess":
            shape.set("isExpanded", "true")
        if shown in graph.nodes and graph.nodes[shown].kind == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        _bounds(shape, box)
    for shown, points in places.lines.items():
        edge = ET.SubElement(plane, f"{{{DI}}}BPMNEdge", id=f"{shown}_di", bpmnElement=shown)
        for x, y in points:
            ET.SubElement(edge, f"{{{LINES}}}waypoint", x=f"{x:g}", y=f"{y:g}")


def _bounds(shape: ET.Element, box: Box) -> None:
    said = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    ET.SubElement(shape, f"{{{DC}}}Bounds", {name: f"{value:g}" for name, value in said.items()})


def _m(name: str) -> str:
    return f"{{{MODEL}}}{name}"
