"""A process as a graph in BPMN's terms: actions are tasks, stages where one chooses are gateways, ends are end events.

Actions open in every stage become event subprocesses; what reopens an ended case becomes a start of its own; a clock is
a timer at the border of each task that stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tingsu.packs.clock_checks import started
from tingsu.packs.procedure import Action, Stage
from tingsu.packs.schema import DeadlineRule, Pack

Kind = Literal["startEvent", "endEvent", "userTask", "exclusiveGateway", "subProcess", "boundaryEvent"]
DURATIONS = {"calendar_day": "P{}D", "business_day": "P{}D", "hour": "PT{}H", "office_hour": "PT{}H", "week": "P{}W",
             "year": "P{}Y"}  # fmt: skip
COUNTED = {"business_day": "按工作日计算，节假日不计入。", "office_hour": "按营业时间计算，节假日不计入。"}


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the diagram. ``column`` counts from the left; ``at`` is the task a boundary event sits on."""

    id: str
    kind: Kind
    name: str
    lane: str
    column: int
    told: str = ""
    at: str = ""
    duration: str = ""
    interrupts: bool = False  # a subprocess that ends the case


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow, with its condition in FEEL where it has one."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(slots=True)
class Graph:
    """Everything of the process in BPMN's terms; ``lanes`` are (role, name) in the pack's order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    lanes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def link(self, source: str, target: str, name: str = "", condition: str = "") -> None:
        self.flows.append(Flow(f"flow_{len(self.flows) + 1}", source, target, name, condition))


def graph_of(pack: Pack, language: str = "zh") -> Graph:
    """The pack's process as a graph whose names are in a language."""
    return _Builder(pack, language).build()


@dataclass(slots=True)
class _Builder:
    pack: Pack
    language: str
    graph: Graph = field(default_factory=Graph)

    def build(self) -> Graph:
        process, graph = self.pack.process, self.graph
        first = self._entry(process.stage(process.begins))
        graph.add(Node("start", "startEvent", self._said("收到投诉", "Complaint received"), self._recorder(), 0))
        graph.link("start", first)
        for action in process.actions:
            for stage in process.stages:
                if stage.id in action.from_:
                    self._from_stage(action, stage)
            if {"open", "ended"} & set(action.from_):
                self._wide(action)
        self._timers()
        used = {node.lane for node in graph.nodes.values()}
        graph.lanes = [(role.id, self._name(role.name)) for role in self.pack.roles if role.id in used]
        return graph

    def _entry(self, stage: Stage) -> str:
        """The node at which a case comes into a stage: its end event, its one task, or the gateway before its tasks."""
        if stage.ends:
            lane = next((a.by[0] for a in self._leading(stage) if a.by), self._recorder())
            return self.graph.add(
                Node(_id("end", stage.id), "endEvent", self._name(stage.name), lane, self._column(stage) * 2)
            )
        leaving = [a for a in self.pack.process.actions if stage.id in a.from_]
        if len(leaving) == 1 and leaving[0].ways:
            return self._task(leaving[0], stage)
        lane = leaving[0].by[0] if leaving and leaving[0].by else self._recorder()
        column = self._column(stage) * 2 + 1
        return self.graph.add(Node(_id("stage", stage.id), "exclusiveGateway", self._name(stage.name), lane, column))

    def _from_stage(self, action: Action, stage: Stage) -> None:
        entry, task = self._entry(stage), self._task(action, stage)
        if entry != task:
            said, condition = self._told(action.only_when), _feel(action.only_when)
            self.graph.link(entry, task, said, condition)
        if not action.ways:
            self.graph.link(task, entry)
        elif all(flow.source != task for flow in self.graph.flows):
            self._ways(action, task, stage)

    def _ways(self, action: Action, task: str, stage: Stage) -> None:
        process = self.pack.process
        if len(action.ways) == 1:
            self.graph.link(task, self._entry(process.stage(action.ways[0].to)))
            return
        column = self.graph.nodes[task].column + 1
        gate = self.graph.add(Node(_id("way", action.id), "exclusiveGateway", "", action.by[0], column))
        self.graph.link(task, gate)
        for way in action.ways:
            when = {name: [value] for name, value in way.when.items()}
            self.graph.link(gate, self._entry(process.stage(way.to)), self._told(when), _feel(when))
        if all(way.when for way in action.ways):
            self.graph.link(gate, self._entry(stage), self._said("其他", "otherwise"))

    def _task(self, action: Action, stage: Stage) -> str:
        """One task an action; one that stays where it is, one for each of its stages."""
        task = _id("task", action.id) if action.ways else _id("task", f"{action.id}_{stage.id}")
        column = self._column(stage) * 2 + 2
        return self.graph.add(
            Node(task, "userTask", self._name(action.name), action.by[0], column, self._about(action))
        )

    def _wide(self, action: Action) -> None:
        """What is open in every stage: a subprocess beside the road, or a start of its own from an ended case."""
        ways = [self.pack.process.stage(way.to) for way in action.ways]
        if "open" not in action.from_ and ways:
            start = Node(_id("again", action.id), "startEvent", self._name(action.name), action.by[0], 0)
            task = Node(
                _id("task", action.id), "userTask", self._name(action.name), action.by[0], 1, self._about(action)
            )
            self.graph.link(self.graph.add(start), self.graph.add(task))
            self.graph.link(task.id, self._entry(ways[0]))
            return
        ends = bool(ways) and all(stage.ends for stage in ways)
        node = Node(
            _id("side", action.id),
            "subProcess",
            self._name(action.name),
            action.by[0],
            -1,
            self._about(action),
            interrupts=ends,
        )
        self.graph.add(node)

    def _timers(self) -> None:
        """A timer for each clock on each task that stops it, and where it leads when nobody was in time."""
        for action in self.pack.process.actions:
            tasks = [n for n in list(self.graph.nodes.values()) if n.kind == "userTask" and _is_of(n.id, action)]
            for task in tasks:
                for kind in action.stops:
                    self._timer(kind, task)

    def _timer(self, kind: str, task: Node) -> None:
        rules = {start.rule for start in started(self.pack) if start.kind == kind}
        for rule in (rule for name in sorted(rules) if (rule := self.pack.rule(name))):
            timer = _id("timer", f"{rule.id}_{task.id}")
            late = self._said("超期", "Overdue")
            told = self._about_rule(rule)
            said = self._name(rule.name)
            self.graph.add(Node(timer, "boundaryEvent", said, task.lane, task.column, told, task.id, duration_of(rule)))
            self.graph.add(Node(f"late_{timer}", "endEvent", late, task.lane, task.column, at=timer))
            self.graph.link(timer, f"late_{timer}")

    def _about(self, action: Action) -> str:
        who = "、".join(self._name(role.name) for role in self.pack.roles if role.id in action.by)
        asked = "、".join(self._name(field.name) for field in action.fields)
        parts = [f"{self._said('由谁办理', 'By')}：{who}", f"{self._said('填写', 'Fields')}：{asked}" if asked else ""]
        parts += [self._name(action.hint) if action.hint else "", action.source]
        return "\n".join(part for part in parts if part)

    def _about_rule(self, rule: DeadlineRule) -> str:
        return "\n".join(part for part in (COUNTED.get(rule.unit, ""), rule.source, rule.id) if part)

    def _told(self, when: Mapping[str, list[str]]) -> str:
        return "；".join(f"{name} = {'/'.join(self._value(name, v) for v in values)}" for name, values in when.items())

    def _value(self, name: str, value: str) -> str:
        return self.pack.name_of(name, value, self.language)

    def _leading(self, stage: Stage) -> Iterator[Action]:
        return (a for a in self.pack.process.actions if any(way.to == stage.id for way in a.ways))

    def _column(self, stage: Stage) -> int:
        return [s.id for s in self.pack.process.stages].index(stage.id)

    def _recorder(self) -> str:
        roles = self.pack.roles
        return next((role.id for role in roles if "record_case" in role.permissions), roles[0].id)

    def _name(self, wording: object) -> str:
        in_language = getattr(wording, "in_language", None)
        return str(in_language(self.language)) if in_language else str(wording)

    def _said(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


def duration_of(rule: DeadlineRule) -> str:
    """The length of a rule as an ISO 8601 duration; which days count stands in the documentation beside it."""
    return DURATIONS[rule.unit].format(rule.limit)


def _is_of(node: str, action: Action) -> bool:
    task = _id("task", action.id)
    return node == task if action.ways else node.startswith(f"{task}_")


def _id(kind: str, name: str) -> str:
    """A name XML takes as an id: what it does not allow is written as its number."""
    return f"{kind}_" + re.sub(r"[^A-Za-z0-9_.-]", lambda sign: f"u{ord(sign.group()):x}", name)


def _feel(when: Mapping[str, list[str]]) -> str:
    tests = []
    for name, values in when.items():
        said = ", ".join(f'"{value}"' for value in values)
        tests.append(f"{name} in ({said})" if len(values) > 1 else f"{name} = {said}")
    return " and ".join(tests)
