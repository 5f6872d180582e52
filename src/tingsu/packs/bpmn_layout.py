"""Where everything of a BPMN diagram stands: lanes under one another, columns from left to right, lines in angles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tingsu.packs.bpmn_flow import Flow, Graph, Node

SIZES = {"startEvent": (36, 36), "endEvent": (36, 36), "userTask": (110, 80), "exclusiveGateway": (50, 50),
         "subProcess": (330, 110), "boundaryEvent": (36, 36)}  # fmt: skip
COLUMN, SLOT, HEAD, LEFT, TOP = 160, 200, 30, 160, 80
SIDE_WIDE, SIDE_HIGH, SIDES = 360, 140, 4  # event subprocesses: so many beside one another in a lane


@dataclass(frozen=True, slots=True)
class Box:
    """A shape's place, in the diagram's units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(slots=True)
class Places:
    """Every shape's box and every line's corners, by the id of what it shows."""

    boxes: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


def place_all(graph: Graph) -> Places:
    """A place for the pool, its lanes, every node (those inside subprocesses too) and every flow."""
    places = Places()
    road = [n for n in graph.nodes.values() if n.kind not in ("subProcess", "boundaryEvent") and not n.at]
    columns = {column: n for n, column in enumerate(sorted({node.column for node in road}))}
    slots = _slots(road)
    right = LEFT + HEAD + len(columns) * COLUMN + 60
    aside = _aside(graph)
    width = right - LEFT + min(SIDES, max(map(len, aside.values()), default=0)) * SIDE_WIDE + 30
    y: float = TOP
    for role, _ in graph.lanes:
        mine = [node for node in road if node.lane == role]
        lines = max((slots[n.id] + 1 for n in mine), default=0)
        high = max(lines * SLOT, -(-len(aside[role]) // SIDES) * SIDE_HIGH + 20)
        places.boxes[f"lane_{role}"] = Box(LEFT + HEAD, y, width - HEAD, high)
        for node in mine:
            x = LEFT + HEAD + columns[node.column] * COLUMN + 90
            places.boxes[node.id] = _box(node, x, y + slots[node.id] * SLOT + 70)
        for n, node in enumerate(aside[role]):
            beside = right + n % SIDES * SIDE_WIDE + SIDE_WIDE / 2
            places.boxes[node.id] = _box(node, beside, y + n // SIDES * SIDE_HIGH + SIDE_HIGH / 2 + 10)
        y = y + high
    places.boxes = {"pool": Box(LEFT, TOP, width, y - TOP), **places.boxes}
    _place_borders(graph, places)
    _place_insides(graph, places)
    for flow in graph.flows:
        places.lines[flow.id] = _line(flow, places.boxes, graph)
    return places


def _slots(road: list[Node]) -> dict[str, int]:
    """Which line of its lane a node stands in: the next free one of its column."""
    taken: dict[tuple[str, int], int] = defaultdict(int)
    slots: dict[str, int] = {}
    for node in road:
        slots[node.id] = taken[node.lane, node.column]
        taken[node.lane, node.column] += 1
    return slots


def _aside(graph: Graph) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes.values():
        if node.kind == "subProcess":
            found[node.lane].append(node)
    return found


def _box(node: Node, x: float, y: float) -> Box:
    width, height = SIZES[node.kind]
    return Box(x - width / 2, y - height / 2, width, height)


def _place_borders(graph: Graph, places: Places) -> None:
    """Timers on the lower border of their task, side by side, and under each the end it leads to."""
    seen: dict[str, int] = defaultdict(int)
    for node in graph.nodes.values():
        if node.kind != "boundaryEvent":
            continue
        task = places.boxes[node.at]
        x = task.x + 8 + 48 * seen[node.at]
        seen[node.at] += 1
        places.boxes[node.id] = Box(x, task.y + task.height - 18, 36, 36)
        places.boxes[f"late_{node.id}"] = Box(x + 6, task.y + task.height + 52, 24, 24)


def _place_insides(graph: Graph, places: Places) -> None:
    for node in graph.nodes.values():
        if node.kind != "subProcess":
            continue
        box = places.boxes[node.id]
        middle = box.middle[1] + 10  # below the subprocess's own name
        begin, task, end = (f"{node.id}_{part}" for part in ("begin", "task", "end"))
        places.boxes[begin] = Box(box.x + 20, middle - 18, 36, 36)
        places.boxes[task] = Box(box.x + 106, middle - 30, 110, 60)
        places.boxes[end] = Box(box.x + 266, middle - 18, 36, 36)
        places.lines[f"{node.id}_in"] = [(box.x + 56, middle), (box.x + 106, middle)]
        places.lines[f"{node.id}_out"] = [(box.x + 216, middle), (box.x + 266, middle)]


def _line(flow: Flow, boxes: dict[str, Box], graph: Graph) -> list[tuple[float, float]]:
    """Straight where it can be, else in right angles: forward between the columns, backward under both."""
    start, end = boxes[flow.source], boxes[flow.target]
    (x1, y1), (x2, y2) = start.middle, end.middle
    if graph.nodes[flow.source].kind == "boundaryEvent":
        return [(x1, start.y + start.height), (x1, end.y)]
    if end.x > start.x + start.width:
        out, into = start.x + start.width, end.x
        if y1 == y2 and into - out <= COLUMN:
            return [(out, y1), (into, y2)]
        if y1 == y2:  # over what stands between
            high = min(start.y, end.y) - 16
            return [(x1, start.y), (x1, high), (x2, high), (x2, end.y)]
        turn = into - 20
        return [(out, y1), (turn, y1), (turn, y2), (into, y2)]
    low = max(start.y + start.height, end.y + end.height) + 14
    return [(x1, start.y + start.height), (x1, low), (x2, low), (x2, end.y + end.height)]
