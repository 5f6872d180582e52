"""A folder of YAML as plain data, with the file and line of every piece, so that a mistake is named by its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FILES = ("pack.yaml", "roles.yaml", "taxonomies.yaml", "process.yaml", "authority.yaml", "deadlines.yaml")
Location = tuple[str | int, ...]
Lines = dict[Location, tuple[str, int]]
Row = tuple[str, int, str, str]  # file, line, field, what is wrong


class Unreadable(Exception):
    """Files that are no YAML this product takes; ``rows`` says which, where and why."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.rows = rows


def read_files(folder: Path) -> tuple[dict[str, Any], Lines]:
    """The pack's files as one mapping, and where each piece of it stands. Raises Unreadable with every bad file."""
    data: dict[str, Any] = {}
    lines: Lines = {}
    rows: list[Row] = []
    for name in FILES:
        path = folder / name
        if not path.is_file():
            continue
        try:
            here = _read_file(path, lines)
        except Unreadable as error:
            rows += error.rows
            continue
        rows += [(name, lines[(key,)][1], key, "另一个文件里已经写过这一项") for key in here.keys() & data.keys()]
        data |= here
    if rows:
        raise Unreadable(rows)
    return data, lines


def place(loc: Location, what: str, lines: Lines) -> Row:
    """A mistake at ``loc`` with the file and line of the nearest piece that was written."""
    known = loc
    while known and known not in lines:
        known = known[:-1]
    file, line = lines.get(known, ("pack.yaml", 1)) if known else ("pack.yaml", 1)
    return file, line, ".".join(str(part) for part in loc), what


def _read_file(path: Path, lines: Lines) -> dict[str, Any]:
    try:
        return _parse(path.read_text(encoding="utf-8-sig"), path.name, lines)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Unreadable([(path.name, line, "", "不是 UTF-8 编码，请另存为 UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Unreadable([(path.name, line, "", f"不是合格的 YAML：{error.problem}")]) from None
    except yaml.YAMLError as error:
        raise Unreadable([(path.name, 0, "", f"不是合格的 YAML：{error}")]) from None
    except RecursionError:
        raise Unreadable([(path.name, 0, "", "嵌套太深，或引用了自身")]) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # PyYAML lets these through from its constructors: a date like 2026-13-45, "!!int" of nothing.
        raise Unreadable([(path.name, 0, "", f"有的值不成立：{error}")]) from None


def _parse(text: str, file: str, lines: Lines) -> dict[str, Any]:
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise Unreadable([(file, node.start_mark.line + 1, "", "最外层要写成「名称: 内容」")])
        if rows := list(_note_lines(node, (), file, lines)):
            raise Unreadable(rows)
        data: dict[str, Any] = loader.construct_document(node)
        return data
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, loc: Location, file: str, lines: Lines) -> Iterator[Row]:
    """Note where each piece stands; yields the keys that stand twice, of which YAML would keep the last in silence."""
    lines[loc] = (file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen and name != "<<":
                yield file, key.start_mark.line + 1, ".".join(map(str, (*loc, name))), "这一项写了两次"
            seen.add(name)
            yield from _note_lines(value, (*loc, name), file, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _note_lines(value, (*loc, index), file, lines)
