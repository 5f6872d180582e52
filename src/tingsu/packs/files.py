"""A folder of YAML as plain data, with the file and line of every piece, so that a mistake is named by its place.

``pack.yaml`` may say ``based_on: NAME``: the folder NAME is taken over below the pack's own words (``basing``), and
``without`` names what is not wanted of it; a member that says ``amends: true`` changes only what it names.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tingsu.packs.basing import AMENDS, LEFT_OUT, amending, id_of, ids_of, lay_over

FIRST = "pack.yaml"
BASED_ON = "based_on"
DEEPEST = 5  # packs that stand on packs
Location = tuple[str | int, ...]
Lines = dict[Location, tuple[str, int]]
Row = tuple[str, int, str, str]  # file, line, field, what is wrong
Find = Callable[[str], Path | None]  # name of a pack to stand on → its folder


class Unreadable(Exception):
    """Files that are no YAML this product takes; ``rows`` says which, where and why."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.rows = rows


def files_of(folder: Path) -> list[Path]:
    """Every file of the pack: pack.yaml, then the others by name."""
    return sorted(folder.glob("*.yaml"), key=lambda path: (path.name != FIRST, path.name))


def read_files(folder: Path, find: Find = lambda name: None, *, joining: bool = False) -> tuple[dict[str, Any], Lines]:
    """The pack's files as one mapping, and where each piece of it stands. Raises Unreadable with every bad file.

    With ``joining`` a list may go on in another file: its members follow in the order of the files' names.
    """
    node = _read_folder(folder, find, "", joining=joining)
    lines: Lines = {}
    _note_lines(node, (), lines)
    return _construct(node), lines


def place(loc: Location, what: str, lines: Lines) -> Row:
    """A mistake at ``loc`` with the file and line of the nearest piece that was written."""
    known = loc
    while known and known not in lines:
        known = known[:-1]
    file, line = lines.get(known, (FIRST, 1)) if known else (FIRST, 1)
    return file, line, ".".join(str(part) for part in loc), what


def _read_folder(folder: Path, find: Find, shown_as: str, depth: int = 0, *, joining: bool = False) -> yaml.MappingNode:
    """The files of one folder and of what it stands on, as one node. ``shown_as`` leads the names of its files."""
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    rows: list[Row] = []
    for path in files_of(folder):
        try:
            here = _read_file(path, shown_as + path.name)
        except Unreadable as error:
            rows += error.rows
            continue
        if joining:
            here = _go_on(pairs, here)
        known = {key.value for key, _ in pairs}
        rows += [_row(key, key.value, "另一个文件里已经写过这一项") for key, _ in here if key.value in known]
        pairs += here
    if rows:
        raise Unreadable(rows)
    node = yaml.MappingNode("tag:yaml.org,2002:map", pairs)
    return _stand_on(node, find, depth)


def _go_on(
    pairs: list[tuple[yaml.Node, yaml.Node]], here: list[tuple[yaml.Node, yaml.Node]]
) -> list[tuple[yaml.Node, yaml.Node]]:
    """Put the members of ``here``'s lists to the list of that name in ``pairs``, and give back what begins anew."""
    lists = {key.value: value for key, value in pairs if isinstance(value, yaml.SequenceNode)}
    for key, value in here:
        if key.value in lists and isinstance(value, yaml.SequenceNode):
            lists[key.value].value.extend(value.value)
    return [(key, value) for key, value in here if key.value not in lists or not isinstance(value, yaml.SequenceNode)]


def _stand_on(node: yaml.MappingNode, find: Find, depth: int) -> yaml.MappingNode:
    """The node laid over what it says it is based on; both words that say so are taken out."""
    said = {key.value: (key, value) for key, value in node.value if key.value in (BASED_ON, LEFT_OUT)}
    node.value = [pair for pair in node.value if pair[0].value not in said]
    if BASED_ON not in said:
        return node
    key, name = said[BASED_ON]
    folder = find(str(name.value)) if isinstance(name, yaml.ScalarNode) and depth < DEEPEST else None
    if folder is None:
        raise Unreadable([_row(key, BASED_ON, f"找不到可依据的方案包「{name.value}」")])
    below = _read_folder(folder, find, f"{name.value}/", depth + 1)
    left_out = _left_out(said[LEFT_OUT][1], below) if LEFT_OUT in said else {}
    _check_amended(node, below, left_out)
    return lay_over(node, below, left_out)


def _check_amended(node: yaml.MappingNode, below: yaml.MappingNode, left_out: dict[str, set[str]]) -> None:
    """Pass if all that is amended is taken over. Raises Unreadable with every member that is not."""
    known = ids_of(below)
    rows = [
        _row(item, f"{name}.{AMENDS}", f"没有从所依据的方案包里取用「{id_of(item)}」，无从修改")
        for name, items in amending(node).items()
        for item in items
        if id_of(item) not in known[name] - left_out.get(name, set())
    ]
    if rows:
        raise Unreadable(rows)


def _left_out(node: yaml.Node, below: yaml.MappingNode) -> dict[str, set[str]]:
    """What is not taken over. Raises Unreadable for anything that is not there to be left out."""
    known = ids_of(below)
    wanted: dict[str, set[str]] = {}
    rows: list[Row] = []
    for key, value in node.value if isinstance(node, yaml.MappingNode) else [(node, node)]:
        if not isinstance(value, yaml.SequenceNode) or key.value not in known:
            rows.append(_row(key, LEFT_OUT, f"要写成「类别: [名称]」，类别可以是{'、'.join(sorted(known))}"))
            continue
        wanted[key.value] = {str(item.value) for item in value.value}
        rows += [
            _row(item, f"{LEFT_OUT}.{key.value}", f"所依据的方案包里没有「{item.value}」")
            for item in value.value
            if item.value not in known[key.value]
        ]
    if rows:
        raise Unreadable(rows)
    return wanted


def _read_file(path: Path, file: str) -> list[tuple[yaml.Node, yaml.Node]]:
    """The outermost pairs of one file, each piece knowing ``file`` and its line."""
    try:
        return _parse(path.read_text(encoding="utf-8-sig"), file)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Unreadable([(file, line, "", "不是 UTF-8 编码，请另存为 UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Unreadable([(file, line, "", f"不是合格的 YAML：{error.problem}")]) from None
    except yaml.YAMLError as error:
        raise Unreadable([(file, 0, "", f"不是合格的 YAML：{error}")]) from None
    except RecursionError:
        raise Unreadable([(file, 0, "", "嵌套太深，或引用了自身")]) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # PyYAML lets these through from its constructors: a date like 2026-13-45, "!!int" of nothing.
        raise Unreadable([(file, 0, "", f"有的值不成立：{error}")]) from None


def _parse(text: str, file: str) -> list[tuple[yaml.Node, yaml.Node]]:
    stream = io.StringIO(text)
    stream.name = file  # what the nodes' marks will say
    loader = yaml.CSafeLoader(stream)
    try:
        node = loader.get_single_node()
        if node is None:
            return []
        if not isinstance(node, yaml.MappingNode):
            raise Unreadable([(file, node.start_mark.line + 1, "", "最外层要写成「名称: 内容」")])
        if rows := list(_said_twice(node, ())):
            raise Unreadable(rows)
        loader.construct_document(node)  # a value that cannot be is this file's mistake
        # Constructing joins "<<" into the mappings in place; what is taken on is the node as it then stands.
        return [(key, value) for key, value in node.value]
    finally:
        loader.dispose()


def _construct(node: yaml.MappingNode) -> dict[str, Any]:
    loader = yaml.CSafeLoader("")
    try:
        data: dict[str, Any] = loader.construct_document(node)
        return data
    finally:
        loader.dispose()


def _row(node: yaml.Node, field: str, what: str) -> Row:
    return node.start_mark.name, node.start_mark.line + 1, str(field), what


def _said_twice(node: yaml.Node, loc: Location) -> Iterator[Row]:
    """The keys that stand twice, of which YAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen and name != "<<":
                yield _row(key, ".".join(map(str, (*loc, name))), "这一项写了两次")
            seen.add(name)
            yield from _said_twice(value, (*loc, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _said_twice(value, (*loc, index))


def _note_lines(node: yaml.Node, loc: Location, lines: Lines) -> None:
    """Note where each piece stands."""
    if node.start_mark is not None:
        lines[loc] = (node.start_mark.name, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, (*loc, str(key.value)), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*loc, index), lines)
