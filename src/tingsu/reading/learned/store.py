"""A site's models on disk: ``<folder>/<name>/<version>.npz`` with a card beside it, and which of them are in force.

Everything is written whole or not at all; nothing in these files can run. A model whose bytes are not those its card
names is refused, and the one in force before it answers instead.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tingsu.base.errors import TingsuError
from tingsu.base.files import CannotWrite, whole_file
from tingsu.reading.learned.memory import Memory, load_memory, save_memory
from tingsu.reading.learned.site_model import SiteModel, load_model, save_model

FORCE = "in_force.json"
PRIVATE = 0o600
_NAME = re.compile(r"[\w][\w -]{0,39}")
_TAKEN = frozenset(("row", "id", "confidence", "masked_text", "evidence", "complaint", "demand", "risk"))


class ModelRefused(TingsuError):
    """A model cannot be named, found or trusted as asked."""

    code = "model_refused"


class NoSuchModel(ModelRefused):
    """There is no such version."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one version: who made it, when, from what, and how good it was on texts held out.

    ``report`` and ``compared`` are plain data (see ``evaluating`` and ``comparing``). ``source``: file name and
    digest, or "corrections". ``sha256`` is that of the model file.
    """

    name: str
    version: int
    made_at: str
    made_by: str
    source: Mapping[str, str]
    on_top: bool
    examples: Mapping[str, int]
    report: Mapping[str, Any]
    compared: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""
    engine: str = ""

    @property
    def key(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Force:
    """Which version of a name answers, since when and by whom; ``before`` are the versions it replaced, latest last."""

    version: int
    sha256: str
    since: str
    by: str
    reason: str = ""
    before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A model loaded with its card."""

    card: Card
    model: SiteModel
    memory: Memory = field(default_factory=Memory, repr=False)


def check_name(name: str) -> str:
    """A name fit for a folder and a column. Raises ModelRefused."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise ModelRefused(f"模型名称「{name}」不合适：请用 40 个以内的汉字、字母、数字或下划线。")
    if name in _TAKEN:
        raise ModelRefused(f"「{name}」是研判结果里已有的列，请换一个名称。")
    return name


class Store:
    """The models under one folder, usually ``TINGSU_HOME/models``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Every name that has a version."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir() and any(path.glob("*.json")))

    def versions(self, name: str) -> list[int]:
        """The versions of ``name``, oldest first."""
        folder = self.folder / check_name(name)
        return sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdecimal())

    def add(self, card: Card, model: SiteModel, memory: Memory) -> Card:
        """Keep a new version: first the model, then its card, which makes it a version. Returns the card as kept."""
        with self._alone():
            version = max(self.versions(card.name), default=0) + 1
            folder = self.folder / card.name
            folder.mkdir(mode=0o700, exist_ok=True)
            path = folder / f"{version}.npz"
            with whole_file(path, mode=PRIVATE) as draft:
                save_model(model, draft)
            with whole_file(folder / f"{version}.held.npz", mode=PRIVATE) as draft:
                save_memory(memory, draft)
            kept = Card(**{**_fields(card), "version": version, "sha256": _digest(path)})
            _write_json(folder / f"{version}.json", _fields(kept))
            return kept

    def card(self, name: str, version: int) -> Card:
        """The card of one version. Raises ModelRefused where there is none or it cannot be read."""
        path = self.folder / check_name(name) / f"{version}.json"
        if not path.exists():
            have = "、".join(map(str, self.versions(name))) or "无"
            raise NoSuchModel(f"「{name}」没有第 {version} 版。现有版本：{have}。")
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return Card(**{**said, "notes": tuple(said.get("notes", ()))})
        except (OSError, ValueError, TypeError) as error:
            raise ModelRefused(f"「{name}」第 {version} 版的说明卡读不了（{error}），这一版不能用。") from None

    def load(self, name: str, version: int) -> Kept:
        """One version, its bytes compared with its card. Raises ModelRefused where it was changed or cut short."""
        card = self.card(name, version)
        path = self.folder / name / f"{version}.npz"
        try:
            if _digest(path) != card.sha256:
                raise ModelRefused(f"「{name}」第 {version} 版的模型文件与训练时不同（可能被改动或没有写完），不能用。")
            return Kept(card, load_model(path), load_memory(self.folder / name / f"{version}.held.npz"))
        except ModelRefused:
            raise
        except Exception as error:  # whatever a broken archive makes the reader say
            raise ModelRefused(f"「{name}」第 {version} 版的模型文件读不了（{error}），不能用。") from None

    def in_force(self) -> dict[str, Force]:
        """What is in force now, by name. Raises ModelRefused where the list cannot be read."""
        path = self.folder / FORCE
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return {name: Force(**{**one, "before": tuple(one.get("before", ()))}) for name, one in said.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelRefused(f"{path} 读不了（{error}）。请从备份恢复，或删去它再重新启用模型。") from None

    def stamp(self) -> tuple[int, int]:
        """Changes whenever what is in force changes; costs one look at the disk."""
        try:
            found = (self.folder / FORCE).stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_ino

    def use(self, name: str, version: int, *, by: str, reason: str, at: datetime) -> Force:
        """Put one version in force, after its file has been checked. Raises ModelRefused."""
        kept = self.load(name, version)
        with self._alone():
            force = self.in_force()
            old = force.get(name)
            before = (*old.before, old.version) if old and old.version != version else old.before if old else ()
            force[name] = Force(version, kept.card.sha256, at.isoformat(), by, reason, before)
            self._write_force(force)
            return force[name]

    def go_back(self, name: str, *, by: str, reason: str, at: datetime) -> Force | None:
        """Put the version before in force again; None where there was none, so that the shipped reader answers.

        Raises ModelRefused where nothing is in force under ``name``.
        """
        with self._alone():
            force = self.in_force()
            if (old := force.pop(name, None)) is None:
                raise ModelRefused(f"「{name}」没有启用任何版本，无可退回。")
            if old.before:
                version = old.before[-1]
                checked = self.load(name, version)
                force[name] = Force(version, checked.card.sha256, at.isoformat(), by, reason, old.before[:-1])
            self._write_force(force)
            return force.get(name)

    def switch_off(self, name: str) -> None:
        """Nothing in force under ``name`` any more. Raises ModelRefused where nothing was."""
        with self._alone():
            force = self.in_force()
            if force.pop(name, None) is None:
                raise ModelRefused(f"「{name}」没有启用任何版本。")
            self._write_force(force)

    def load_in_force(self, name: str) -> tuple[Kept | None, list[str]]:
        """The version in force, or the nearest one before it that is whole; and what was wrong on the way."""
        force = self.in_force().get(name)
        troubles: list[str] = []
        for version in (force.version, *reversed(force.before)) if force else ():
            try:
                return self.load(name, version), troubles
            except ModelRefused as error:
                troubles.append(error.message)
        return None, troubles

    def require_in_force(self, name: str) -> Kept:
        """The version in force under ``name``. Raises ModelRefused, saying what to do, where there is none."""
        kept, troubles = self.load_in_force(check_name(name))
        if kept is not None:
            return kept
        if troubles:
            raise ModelRefused("；".join(troubles))
        if count := len(self.versions(name)):
            raise ModelRefused(f"「{name}」有 {count} 个版本，但没有启用。请运行 tingsu models use {name} 版本号。")
        known = "、".join(self.names()) or "还没有训练过"
        raise ModelRefused(f"没有名为「{name}」的模型（现有：{known}）。请先用 tingsu learn 训练。")

    def _write_force(self, force: Mapping[str, Force]) -> None:
        _write_json(self.folder / FORCE, {name: _fields(one) for name, one in sorted(force.items())})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, whichever process makes it."""
        try:
            self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise CannotWrite(self.folder, error.strerror or str(error)) from None
        try:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _fields(one: Card | Force) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    with whole_file(path, mode=PRIVATE) as draft:
        draft.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
