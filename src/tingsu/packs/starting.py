"""A new pack to begin with: a small whole procedure whose files say, line by line, what may be changed."""

from __future__ import annotations

import re
from pathlib import Path

from tingsu.base.errors import TingsuError

STARTER = Path(__file__).parent / "starter"
_NAME = re.compile(r"[a-z][a-z0-9_-]{1,39}")


class CannotStart(TingsuError):
    """The new pack's folder cannot be made."""

    code = "cannot_start"


def start_pack(name: str, inside: Path, *, title: str = "") -> Path:
    """Make the folder ``inside/name`` with the files of a new pack, which passes the check as it stands; returns it.

    Nothing that is there already is touched. Raises CannotStart.
    """
    if not _NAME.fullmatch(name):
        raise CannotStart(f"「{name}」不能作方案包的代号：请用小写字母开头，只用小写字母、数字、_ 和 -，2 到 40 个字。")
    shown = " ".join(title.split()) or name
    if re.search(r"[{}\[\],:#\"'&*!|>%@`]", shown):
        raise CannotStart(f"名称「{shown}」里有文件中有特殊含义的符号，请先用文字，之后可在 pack.yaml 里加引号改写。")
    folder = inside / name
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise CannotStart(f"{folder} 已经存在，没有改动。请换一个代号或位置。") from None
    except OSError as error:
        raise CannotStart(f"{folder} 建不了：{error.strerror}。") from None
    for source in sorted(STARTER.glob("*.yaml")):
        text = source.read_text(encoding="utf-8").replace("__ID__", name).replace("__TITLE__", shown)
        (folder / source.name).write_text(text, encoding="utf-8")
    return folder
