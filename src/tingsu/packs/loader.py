"""Reads a pack's folder of YAML into one checked Pack; a mistake is named by file, line and field."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tingsu.base.errors import TingsuError
from tingsu.packs.schema import Pack

SHIPPED = Path(__file__).parent / "data"
FILES = ("pack.yaml", "roles.yaml", "taxonomies.yaml", "process.yaml", "authority.yaml", "deadlines.yaml")
Lines = dict[tuple[str | int, ...], tuple[str, int]]


class PackError(TingsuError):
    """A pack cannot be used; ``mistakes`` lists (file, line, field, what is wrong)."""

    code = "bad_pack"

    def __init__(self, pack: str, mistakes: list[tuple[str, int, str, str]]) -> None:
        self.pack = pack
        self.mistakes = mistakes
        rows = "\n".join(f"{file}:{line} {field}：{what}" for file, line, field, what in mistakes)
        super().__init__(f"方案包「{pack}」有 {len(mistakes)} 处错误，请改正后再用：\n{rows}")


def find_pack(name: str, extra: tuple[Path, ...] = ()) -> Path:
    """The folder of the pack called ``name``: the site's own folders first, then the shipped ones."""
    for root in (*extra, SHIPPED):
        if (root / name / "pack.yaml").is_file():
            return root / name
    raise PackError(name, [("pack.yaml", 0, "", "找不到这个方案包")])


@cache
def load_pack(name: str, extra: tuple[Path, ...] = ()) -> Pack:
    """The pack called ``name``, checked whole. Raises PackError with every mistake found."""
    return read_pack(find_pack(name, extra))


def read_pack(folder: Path) -> Pack:
    """The pack in ``folder``, checked whole. Raises PackError with every mistake found."""
    from tingsu.packs.checks import find_mistakes

    data, lines = _read_files(folder)
    try:
        pack = Pack.model_validate(data)
    except ValidationError as error:
        raise PackError(folder.name, [_place(e["loc"], e["msg"], lines) for e in error.errors()]) from None
    if mistakes := find_mistakes(pack):
        raise PackError(folder.name, [_place(loc, what, lines) for loc, what in mistakes])
    return pack


def _read_files(folder: Path) -> tuple[dict[str, Any], Lines]:
    data: dict[str, Any] = {}
    lines: Lines = {}
    for name in FILES:
        path = folder / name
        if not path.is_file():
            continue
        node = _compose(path, folder.name)
        if isinstance(node, yaml.MappingNode):
            data |= yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            _note_lines(node, (), name, lines)
    return data, lines


def _compose(path: Path, pack: str) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackError(pack, [(path.name, line, "", f"不是合格的 YAML：{error.problem}")]) from None


def _note_lines(node: yaml.Node, loc: tuple[str | int, ...], file: str, lines: Lines) -> None:
    lines[loc] = (file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, (*loc, key.value), file, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*loc, index), file, lines)


def _place(loc: tuple[str | int, ...], what: str, lines: Lines) -> tuple[str, int, str, str]:
    known = loc
    while known and known not in lines:
        known = known[:-1]
    file, line = lines.get(known, ("pack.yaml", 1)) if known else ("pack.yaml", 1)
    return file, line, ".".join(str(part) for part in loc), what
