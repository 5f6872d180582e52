"""What leaves for other people's modelling tools: every reference met, every shape and line drawn, nothing lost."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tingsu.packs.bpmn import DC, DI, LINES, MODEL, as_bpmn
from tingsu.packs.bpmn_flow import duration_of, graph_of
from tingsu.packs.dmn import DI as DMNDI
from tingsu.packs.dmn import MODEL as DMN
from tingsu.packs.dmn import as_dmn
from tingsu.packs.loader import SHIPPED, load_pack
from tingsu.packs.schema import Pack

PACKS = [path.parent.name for path in sorted(SHIPPED.glob("*/pack.yaml"))]
B, D = f"{{{MODEL}}}", f"{{{DMN}}}"
FLOW_NODES = {"startEvent", "endEvent", "userTask", "exclusiveGateway", "subProcess", "boundaryEvent"}


def elements(root: ET.Element, *names: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.tag.removeprefix(B) in names]


def changed(**update: object) -> Pack:
    return Pack.model_validate(load_pack("bank").model_dump(mode="json", by_alias=True) | update)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_whole(name: str, language: str) -> None:
    root = ET.fromstring(as_bpmn(load_pack(name), language=language))
    ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    nodes = {one.attrib["id"] for one in elements(root, *FLOW_NODES)}
    flows = {one.attrib["id"]: one for one in elements(root, "sequenceFlow")}
    assert all(f.attrib["sourceRef"] in nodes and f.attrib["targetRef"] in nodes for f in flows.values())
    assert {ref.text for ref in elements(root, "flowNodeRef")} <= nodes
    assert {timer.attrib["attachedToRef"] for timer in elements(root, "boundaryEvent")} <= nodes
    for way, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
        for node in elements(root, *FLOW_NODES):
            told = {ref.text for ref in node.findall(f"{B}{way}")}
            assert told == {flow_id for flow_id, flow in flows.items() if flow.attrib[end] == node.attrib["id"]}


@pytest.mark.parametrize("name", PACKS)
def test_everything_is_on_the_diagram(name: str) -> None:
    root = ET.fromstring(as_bpmn(load_pack(name)))
    shapes = {one.attrib["bpmnElement"]: one for one in root.iter(f"{{{DI}}}BPMNShape")}
    edges = {one.attrib["bpmnElement"]: one for one in root.iter(f"{{{DI}}}BPMNEdge")}
    drawn = {one.attrib["id"] for one in elements(root, *FLOW_NODES, "participant", "lane")}
    assert set(shapes) == drawn
    assert set(edges) == {one.attrib["id"] for one in elements(root, "sequenceFlow")}
    assert all(len(edge.findall(f"{{{LINES}}}waypoint")) >= 2 for edge in edges.values())
    pool = shapes["pool"].find(f"{{{DC}}}Bounds")
    assert pool is not None
    right, low = (float(pool.attrib[a]) + float(pool.attrib[b]) for a, b in (("x", "width"), ("y", "height")))
    for shape in shapes.values():
        bounds = shape.find(f"{{{DC}}}Bounds")
        assert bounds is not None
        assert float(bounds.attrib["x"]) + float(bounds.attrib["width"]) <= right
        assert float(bounds.attrib["y"]) + float(bounds.attrib["height"]) <= low


@pytest.mark.parametrize("name", PACKS)
def test_no_two_tasks_lie_over_one_another_and_each_stands_in_the_lane_of_its_role(name: str) -> None:
    root = ET.fromstring(as_bpmn(load_pack(name)))
    places = {}
    for shape in root.iter(f"{{{DI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        assert bounds is not None
        places[shape.attrib["bpmnElement"]] = [float(bounds.attrib[n]) for n in ("x", "y", "width", "height")]
    lanes = {ref.text: lane.attrib["id"] for lane in elements(root, "lane") for ref in lane.findall(f"{B}flowNodeRef")}
    solid = [node for node in lanes if node and node.split("_")[0] in ("task", "stage", "side", "end", "way", "start")]
    for n, one in enumerate(solid):
        x, y, w, h = places[one]
        lane_y, lane_h = places[lanes[one]][1::2]
        assert lane_y <= y and y + h <= lane_y + lane_h
        for other in solid[:n]:
            ox, oy, ow, oh = places[other]
            assert x >= ox + ow or ox >= x + w or y >= oy + oh or oy >= y + h, (one, other)


@pytest.mark.parametrize("name", PACKS)
def test_every_action_and_every_end_is_there(name: str) -> None:
    pack = load_pack(name)
    root = ET.fromstring(as_bpmn(pack))
    names = {one.attrib.get("name") for one in elements(root, *FLOW_NODES)}
    assert {action.name.zh for action in pack.process.actions} <= names
    assert {stage.name.zh for stage in pack.process.stages if stage.ends and not stage.side} <= names


def test_a_clock_is_a_timer_on_what_stops_it() -> None:
    root = ET.fromstring(as_bpmn(load_pack("bank")))
    timers = {one.attrib["id"]: one for one in elements(root, "boundaryEvent")}
    answer = timers["timer_CN-NFRA-1_task_answer"]
    assert answer.attrib["attachedToRef"] == "task_answer"
    duration = answer.find(f"{B}timerEventDefinition/{B}timeDuration")
    assert duration is not None and duration.text == "P15D"
    assert "第3号" in (answer.findtext(f"{B}documentation") or "")


@pytest.mark.parametrize(
    ("unit", "limit", "said"),
    [
        ("calendar_day", 15, "P15D"),
        ("hour", 24, "PT24H"),
        ("week", 2, "P2W"),
        ("year", 3, "P3Y"),
        ("business_day", 2, "P2D"),
    ],
)
def test_lengths_are_iso_durations(unit: str, limit: int, said: str) -> None:
    rule = load_pack("bank").rules[0].model_copy(update={"unit": unit, "limit": limit})
    assert duration_of(rule) == said


def test_conditions_stand_on_the_lines_and_odd_names_hurt_nothing() -> None:
    data = load_pack("bank").model_dump(mode="json", by_alias=True)
    data["process"]["actions"][0]["id"] = "判断 <1>"
    data["process"]["actions"][0]["ways"] = [
        {"to": "judged", "when": {"verdict": "valid"}},
        {"to": "closed", "when": {"verdict": "not_valid"}},
    ]
    graph = graph_of(Pack.model_validate(data))
    conditions = {flow.target: flow.condition for flow in graph.flows if flow.condition}
    assert conditions["stage_judged"] == 'verdict = "valid"'
    assert conditions["end_closed"] == 'verdict = "not_valid"'
    ET.fromstring(as_bpmn(Pack.model_validate(data)))


def rules_of(pack: Pack) -> tuple[str, list[list[str]]]:
    table = ET.fromstring(as_dmn(pack)).find(f".//{D}decisionTable")
    assert table is not None
    return table.attrib["hitPolicy"], [
        [t.text or "" for t in rule.iter(f"{D}text")] for rule in table.findall(f"{D}rule")
    ]


def test_a_plain_ladder_is_one_range_a_level() -> None:
    levels = [{"role": "desk_head", "up_to": "500"}, {"role": "manager", "up_to": "5000"}, {"role": "executive"}]
    policy, rules = rules_of(changed(authority={"levels": levels}))
    assert policy == "UNIQUE"
    assert [rule[:3] for rule in rules] == [
        ["[0..500]", "-", '"desk_head"'], ["(500..5000]", "-", '"manager"'], ["> 5000", "-", '"executive"'],
    ]  # fmt: skip
    assert rules[0][3] == "投诉处理负责人"


def test_a_ladder_by_remedy_is_read_from_the_top() -> None:
    levels = [{"role": "unit_lead", "up_to": "100.5", "remedies": ["礼品致意", "补偿"]}, {"role": "executive"}]
    policy, rules = rules_of(changed(authority={"levels": levels}))
    assert policy == "FIRST"
    assert [rule[:3] for rule in rules] == [["<= 100.5", '"礼品致意","补偿"', '"unit_lead"'], ["-", "-", '"executive"']]


@pytest.mark.parametrize("name", PACKS)
def test_the_table_of_every_pack_can_be_drawn(name: str) -> None:
    pack = load_pack(name)
    root = ET.fromstring(as_dmn(pack, language="en"))
    ids = {one.attrib["id"] for one in root.iter() if "id" in one.attrib}
    shown = {one.attrib["dmnElementRef"] for one in root.iter() if "dmnElementRef" in one.attrib}
    assert shown <= ids and len(shown) == 5
    assert {one.tag for one in root.iter(f"{{{DMNDI}}}DMNShape")}
    assert len(root.findall(f".//{D}rule")) == len(pack.authority.levels)
