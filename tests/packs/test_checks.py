"""Each kind of mistake between the parts of a pack is found, at its place, and a pack without it is not blamed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from tingsu.cases import effects
from tingsu.cases.models import Case
from tingsu.packs.checks import find_mistakes
from tingsu.packs.effect_checks import NEEDS
from tingsu.packs.held import ALWAYS_HELD, COMMON_FIELDS, KEPT_BY
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack

Data = dict[str, Any]


def found(change: Callable[[Data], object]) -> list[tuple[str, str]]:
    """The mistakes of the bank's pack after a change, as (place, what)."""
    data = load_pack("bank").model_dump(mode="json", by_alias=True)
    change(data)
    return [(".".join(map(str, at)), what) for at, what in find_mistakes(Pack.model_validate(data))]


def action(data: Data, id: str) -> Data:
    return next(a for a in data["process"]["actions"] if a["id"] == id)


def at_action(data: Data, id: str) -> str:
    return f"process.actions.{[a['id'] for a in data['process']['actions']].index(id)}"


def ask(data: Data, **field: Any) -> None:
    """A question more, after the one the bank's pack asks itself."""
    data["intake"].append({"name": field["id"], "kind": "text", **field})


def guide(data: Data, **said: Any) -> None:
    item = {"id": "listen", "name": "倾听"}
    data["checklists"].append({"id": "own_steps", "name": "七步", "stages": ["recorded"], "items": [item], **said})


def sample(data: Data, **said: Any) -> None:
    data["samples"].append({"text": "排队太久。", "channel": "counter", **said})


def add_stage(data: Data, **stage: Any) -> None:
    data["process"]["stages"].append({"name": stage["id"], **stage})


def road(data: Data, id: str, from_: str, to: str, **said: Any) -> None:
    data["process"]["actions"].append(
        {"id": id, "name": id, "from": [from_], "ways": [{"to": to}], "by": ["handler"], **said}
    )


def levels(*rows: Data) -> Callable[[Data], object]:
    return lambda data: data["authority"].update(levels=list(rows))


def two_part_road(data: Data) -> None:
    """A stage whose ways out depend on the verdict, and one verdict has none."""
    action(data, "route")["only_when"] = {"verdict": ["valid"]}
    action(data, "explain")["only_when"] = {"verdict": ["not_valid"]}


def dead_loop(data: Data) -> None:
    """Two stages that lead to each other and nowhere else."""
    add_stage(data, id="here")
    add_stage(data, id="there")
    road(data, "in", "judged", "here")
    road(data, "on", "here", "there")
    road(data, "off", "there", "here")


def no_way(data: Data) -> None:
    """Only withdrawing and merging lead out, and these lead out of everything."""
    add_stage(data, id="stuck")
    road(data, "in", "judged", "stuck")


MISTAKES: list[tuple[str, Callable[[Data], object], str, str]] = [
    ("a stage no way leads to", lambda d: add_stage(d, id="lost", ends=True), "process.stages.", "走不到环节「lost」"),
    ("a stage only side actions leave", no_way, "process.stages.", "环节「stuck」没有出路"),
    ("a ring without an end", dead_loop, "process.stages.", "从环节「here」走不到任何结束的环节"),
    ("a value without a way", two_part_road, "process.stages.1", "「verdict」为partly时没有出路"),
    ("an action nobody may do", lambda d: action(d, "judge").update(by=[]), "process.actions.0.by", "谁也做不了"),
    ("an action of no stage", lambda d: action(d, "judge").update({"from": []}), "process.actions.0.from", "哪个环节"),
    ("a condition on nothing", lambda d: action(d, "explain").update(only_when={"weather": ["wet"]}), "only_when.weather", "工单上没有「weather」"),
    ("a condition on no such value", lambda d: action(d, "explain").update(only_when={"verdict": ["wet"]}), "only_when.verdict", "没有「wet」"),
    ("a condition on nothing yet", lambda d: action(d, "explain").update(only_when={"verdict": []}), "only_when.verdict", "等于什么"),
    ("a condition nobody fulfils", lambda d: [a.update(effects=[]) for a in d["process"]["actions"] if a["id"] in ("judge", "investigate")], "only_when.verdict", "永远不成立"),
    ("a rule nobody starts", lambda d: next(r for r in d["rules"] if r.get("reference")).update(reference=False), "rules.", "永远不会开始"),
    ("a stop of nothing", lambda d: action(d, "judge").update(stops=["teatime"]), "process.actions.0.stops.0", "「teatime」"),
    ("a stop of promises nobody makes", lambda d: d["process"]["actions"].remove(action(d, "promise")), "stops.2", "「promise」"),
    ("an effect not told", lambda d: action(d, "judge").update(fields=action(d, "judge")["fields"][:2]), "process.actions.0.effects", "「complexity」"),
    ("an effect perhaps not told", lambda d: action(d, "judge")["fields"][0].update(required=False), "process.actions.0.effects", "required: false"),
    ("no top level", levels({"role": "manager", "up_to": 9}), "authority.levels", "不设上限"),
    ("a remedy without a top level", levels({"role": "manager", "up_to": 9}, {"role": "executive", "remedies": ["道歉说明"]}), "authority.levels", "超过 9 元时无人能批"),
    ("a remedy without any level", levels({"role": "executive", "remedies": ["道歉说明"]}), "authority.levels", "无论多少无人能批"),
    ("two levels alike", levels({"role": "desk_head", "up_to": 9}, {"role": "manager", "up_to": 9}, {"role": "executive"}), "authority.levels.1", "重叠"),
    ("a level behind one without limit", levels({"role": "executive"}, {"role": "manager", "up_to": 9}), "authority.levels.1", "重叠"),
    ("a remedy decided twice", levels({"role": "manager", "up_to": 50, "remedies": ["补偿"]}, {"role": "desk_head", "up_to": 9}, {"role": "executive"}), "authority.levels.1", "（补偿）"),
    ("a limit below nothing", levels({"role": "manager", "up_to": -1}, {"role": "executive"}), "authority.levels.0.up_to", "不能为负"),
    ("a common field asked again", lambda d: ask(d, id="phone"), "intake.1.id", "每件投诉都有"),
    ("a column asked for", lambda d: ask(d, id="verdict"), "intake.1.id", "每件投诉都有"),
    ("a question asked twice", lambda d: [ask(d, id="order_no"), ask(d, id="order_no")], "intake.2.id", "重名"),
    ("options before there are any", lambda d: ask(d, id="wish", kind="options", choices="remedy"), "intake.1.kind", "options"),
    ("a choice of nothing", lambda d: ask(d, id="part", kind="choice"), "intake.1.choices", "哪个分类"),
    ("a choice of no such list", lambda d: ask(d, id="part", kind="choice", choices="parts"), "intake.1.choices", "「parts」"),
    ("needed when nothing", lambda d: ask(d, id="part", needed_when={"colour": "red"}), "intake.1.needed_when.colour", "「colour」"),
    ("a detail behind a column", lambda d: action(d, "note").update(effects=["keep_details"], fields=[{"id": "answer", "name": "答", "kind": "text"}]), "fields.0.id", "存不进去"),
    ("a guide in no stage", lambda d: guide(d, stages=["nowhere"]), ".stages", "「nowhere」"),
    ("a guide never shown", lambda d: guide(d, stages=[]), ".stages", "谁也看不到"),
    ("a guide for nobody known", lambda d: guide(d, by=["boss"]), ".by", "「boss」"),
    ("an empty guide", lambda d: guide(d, items=[]), ".items", "一项都没有"),
    ("a guide's item twice", lambda d: guide(d, items=[{"id": "a", "name": "甲"}, {"id": "a", "name": "乙"}]), ".items.1.id", "重名"),
    ("a guide twice", lambda d: [guide(d), guide(d)], "checklists.", "重名"),
    ("a sample from nowhere", lambda d: sample(d, channel="pigeon"), "samples.0.channel", "「pigeon」"),
    ("a sample without words", lambda d: sample(d, text=" "), "samples.0.text", "没有投诉内容"),
    ("a sample's unknown detail", lambda d: sample(d, details={"size": "9"}), "samples.0.details.size", "登记时不问"),
    ("a sample's unknown value", lambda d: [ask(d, id="part", kind="choice", choices="remedy"), sample(d, details={"part": "x"})], "samples.0.details.part", "「x」"),
    ("a paper never ready", lambda d: [a.update(effects=[]) for a in d["process"]["actions"] if "keep_verdict" in a["effects"] or "keep_findings" in a["effects"]], "forms.", "永远做不出来"),
    ("a sample with a gap", lambda d: [ask(d, id="part"), sample(d)], "samples.0.details", "必填的「part」"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "place", "said"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_found_where_it_stands(change: Callable[[Data], object], place: str, said: str) -> None:
    mistakes = found(change)
    assert [m for m in mistakes if place in m[0] and said in m[1]], mistakes


RIGHT: list[tuple[str, Callable[[Data], object]]] = [
    ("nothing changed", lambda d: None),
    ("a condition on a question of the pack", lambda d: [ask(d, id="order_no"), action(d, "explain").update(only_when={"order_no": ["7"]})]),
    ("a condition on a kept detail", lambda d: [
        action(d, "note").update(effects=["keep_details"], fields=[{"id": "shift", "name": "班次", "kind": "text"}]),
        action(d, "explain").update(only_when={"shift": ["夜班"]}),
    ]),
    ("a lower level for one remedy", levels({"role": "unit_lead", "up_to": 100, "remedies": ["礼品致意"]}, {"role": "desk_head", "up_to": 500}, {"role": "executive"})),
    ("a remedy with a ladder of its own", levels({"role": "desk_head", "up_to": 500}, {"role": "manager", "up_to": 5000, "remedies": ["补偿"]}, {"role": "executive"})),
    ("every verdict has its way", lambda d: [action(d, "route").update(only_when={"verdict": ["valid", "partly"]})]),
    ("a stage that waits in place", lambda d: action(d, "follow_up_again").update(ways=[{"to": "followed_up"}])),
    ("a rule started by an action", lambda d: [d["rules"][-1].update(reference=False), action(d, "judge").update(starts=[{"rule": d["rules"][-1]["id"], "kind": "wait"}])]),
    ("a whole guide and sample", lambda d: [guide(d, by=["clerk"]), ask(d, id="part"), sample(d, details={"part": "门"})]),
]  # fmt: skip


@pytest.mark.parametrize("change", [r[1] for r in RIGHT], ids=[r[0] for r in RIGHT])
def test_what_is_right_is_not_blamed(change: Callable[[Data], object]) -> None:
    assert found(change) == []


def test_the_names_a_pack_may_ask_for_are_those_a_case_holds() -> None:
    columns = {field.name for field in Case._meta.concrete_fields}
    assert ALWAYS_HELD | set(KEPT_BY) <= columns
    assert not ALWAYS_HELD & set(KEPT_BY)
    assert {"phone", "text", "received_at"} <= COMMON_FIELDS


@pytest.mark.parametrize("name", list(effects.EFFECTS))
def test_what_an_effect_needs_is_what_it_reads(name: str) -> None:
    """A value read as ``values["x"]`` must be there; one that may be missing is read with ``get``."""
    source = inspect.getsource(effects.EFFECTS[name])
    read, asked = (set(re.findall(how, source)) for how in (r'values\["(\w+)"\]', r'(?:if "|\.get\(")(\w+)'))
    assert read - asked == set(NEEDS.get(name, ()))


def question(data: Data, **said: Any) -> None:
    data["asking"]["questions"].append({"id": "whose", "name": "谁的", "open": "是谁的？", **said})


def test_a_question_must_be_one_that_can_be_told_and_look_at_fields_that_are_there() -> None:
    assert found(lambda data: question(data, told_by=["staff"])) == []
    assert found(lambda data: question(data)) == [
        ("asking.questions.9", "没有写凭什么算已经问到：told_by、words、fields 至少写一项")
    ]
    assert found(lambda data: question(data, fields=["shelf"])) == [
        ("asking.questions.9.fields.0", "登记时没有栏目「shelf」")
    ]
    assert found(lambda data: question(data, words=["丢了"], id="who")) == [("asking.questions.9.id", "「who」重名")]
    assert found(lambda data: question(data, words=[" "])) == [("asking.questions.9.words.0", "空的词什么文字里都有")]
