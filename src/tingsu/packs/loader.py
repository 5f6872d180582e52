"""Reads a pack's folder of YAML into one checked Pack; a mistake is named by file, line and field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tingsu.base.errors import TingsuError
from tingsu.packs.checks import Mistake, find_mistakes
from tingsu.packs.files import Row, Unreadable, files_of, place, read_files
from tingsu.packs.schema import Pack

SHIPPED = Path(__file__).parent / "data"
_SAID = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请检查拼写",
    "literal_error": "只能是 {expected}",
    "bool_parsing": "只能是 true 或 false",
}


class PackError(TingsuError):
    """A pack cannot be used; ``mistakes`` lists (file, line, field, what is wrong)."""

    code = "bad_pack"

    def __init__(self, pack: str, mistakes: list[Row]) -> None:
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


def list_packs(extra: tuple[Path, ...] = ()) -> list[str]:
    """The names of every pack there is, the site's own folders and the shipped ones."""
    roots = (root for root in (*extra, SHIPPED) if root.is_dir())
    return sorted({folder.name for root in roots for folder in root.iterdir() if (folder / "pack.yaml").is_file()})


@cache
def load_pack(name: str, extra: tuple[Path, ...] = ()) -> Pack:
    """The pack called ``name``, checked whole. Raises PackError with every mistake found."""
    return read_pack(find_pack(name, extra))


def read_pack(folder: Path, also: Callable[[Pack, Path], Iterable[Mistake]] = lambda pack, folder: ()) -> Pack:
    """The pack in ``folder``, checked whole. Raises PackError with every mistake found.

    ``also`` finds what needs more than the pack's words to be found, such as a template that is not there.
    """
    try:
        data, lines = read_files(folder, lambda name: _find_base(name, folder))
    except Unreadable as error:
        raise PackError(folder.name, error.rows) from None
    try:
        pack = Pack.model_validate(data)
    except ValidationError as error:
        raise PackError(folder.name, [place(e["loc"], say_mistake(e), lines) for e in error.errors()]) from None
    if mistakes := [*find_mistakes(pack), *also(pack, folder)]:
        raise PackError(folder.name, [place(loc, what, lines) for loc, what in mistakes])
    return pack


def _find_base(name: str, folder: Path) -> Path | None:
    """The folder a pack stands on: beside it, else among the shipped ones."""
    if not name.replace("_", "").replace("-", "").isalnum():
        return None  # a name, not a way out of the folder
    return next((root / name for root in (folder.parent, SHIPPED) if files_of(root / name)), None)


def say_mistake(error: Any) -> str:
    """A mistake of shape in Chinese where it is one of the frequent ones, else in the checker's own words."""
    said = _SAID.get(error["type"])
    return said.format(**error.get("ctx", {})) if said else str(error["msg"])
