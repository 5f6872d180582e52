"""What must hold of a pack's roads: every stage is reached, has a way out that somebody may take, and leads to an end.

Side actions such as withdrawing lead out of every stage, so they are no way out here: the main road must go on itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tingsu.packs.held import ALWAYS_HELD, KEPT_BY, kept_details
from tingsu.packs.procedure import Action, Process, Stage
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
NOT_YET = ""  # what a case holds under a name nobody has filled in yet; a condition may ask for it


def road_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every mistake in the pack's roads, each with where it stands."""
    yield from _stages(pack)
    for index, action in enumerate(pack.process.actions):
        at: Location = ("process", "actions", index)
        if not action.by:
            yield (*at, "by"), "没有写由谁办理，这个办理事项谁也做不了"
        if not action.from_:
            yield (*at, "from"), "没有写在哪个环节可以办理"
        yield from _conditions(pack, action, at)


def _stages(pack: Pack) -> Iterator[Mistake]:
    process = pack.process
    known = {stage.id for stage in process.stages}
    reached = _reached(process, known)
    ending = _ending(process, known)
    for index, stage in enumerate(process.stages):
        at: Location = ("process", "stages", index)
        if stage.id not in reached:
            yield at, f"从「{process.begins}」出发走不到环节「{stage.id}」"
        if stage.ends:
            continue
        ways = _ways_out(process, stage)
        if not ways:
            yield at, f"环节「{stage.id}」没有出路"
        elif stage.id not in ending:
            yield at, f"从环节「{stage.id}」走不到任何结束的环节"
        elif said := _uncovered(pack, ways):
            yield at, f"环节「{stage.id}」在{said}时没有出路"
    if not any(stage.ends for stage in process.stages):
        yield ("process", "stages"), "没有结束的环节，请给最后一个写 ends: true"


def _reached(process: Process, known: set[str]) -> set[str]:
    reached, frontier = {process.begins}, [process.begins] if process.begins in known else []
    while frontier:
        for action in process.actions_from(frontier.pop()):
            new = {way.to for way in action.ways} & known - reached
            reached |= new
            frontier += new
    return reached


def _ending(process: Process, known: set[str]) -> set[str]:
    """The stages from which the main road comes to an end."""
    ending = {stage.id for stage in process.stages if stage.ends and not stage.side}
    leads = {s.id: {w.to for a in _ways_out(process, s) for w in a.ways} & known for s in process.stages if not s.ends}
    while new := {stage for stage, to in leads.items() if to & ending} - ending:
        ending |= new
    return ending


def _ways_out(process: Process, stage: Stage) -> list[Action]:
    """The actions of the stage itself that lead to another stage that lies on the road."""
    aside = {s.id for s in process.stages if s.side and s.ends}
    leaving = (a for a in process.actions if stage.id in a.from_)
    return [a for a in leaving if any(way.to != stage.id and way.to not in aside for way in a.ways)]


def _uncovered(pack: Pack, ways: list[Action]) -> str:
    """Values in which no way out fits, in words; "" where one always does or it cannot be told from one list alone."""
    names = {tuple(sorted(action.only_when)) for action in ways}
    if len(names) != 1 or len(name := names.pop()) != 1:
        return ""
    values = _values_of(pack, name[0])
    missing = values - {value for action in ways for value in action.only_when[name[0]]}
    return f"「{name[0]}」为{'、'.join(sorted(missing))}" if missing else ""


def _conditions(pack: Pack, action: Action, at: Location) -> Iterator[Mistake]:
    """A condition on what no case holds, or on a value that is not in its list, would never hold."""
    effects = {effect for each in pack.process.actions for effect in each.effects}
    details = kept_details(pack)
    for name, wanted in action.only_when.items():
        place = (*at, "only_when", name)
        if name not in KEPT_BY and name not in ALWAYS_HELD and name not in details:
            yield place, f"工单上没有「{name}」：要么在登记栏目（intake）里问，要么由带 keep_details 的办理事项填"
        elif name in KEPT_BY and not effects & KEPT_BY[name]:
            yield place, f"没有哪个办理事项会填「{name}」，这个条件永远不成立"
        elif not wanted:
            yield place, "没有写要等于什么"
        elif (values := _values_of(pack, name)) and (unknown := set(wanted) - values - {NOT_YET}):
            yield place, f"「{name}」没有{_named(unknown)}这样的值"


def _values_of(pack: Pack, name: str) -> set[str]:
    """What a field may hold: the values of its list; empty where it has none."""
    field = kept_details(pack).get(name)
    if field is not None and field.kind == "yes_no":
        return {"True", "False", "yes", "no"}
    known = pack.find_taxonomy(field.choices if field else name)
    return {value.id for value in known.values} if known else set()


def _named(names: Iterable[str]) -> str:
    return "、".join(f"「{name}」" for name in sorted(names))
