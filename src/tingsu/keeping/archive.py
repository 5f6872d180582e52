"""The backup's file: a .tar.gz with a manifest first, then the parts it names, each with its size and SHA-256.

manifest.json              what wrote it, when, from which schema; every part with rows, bytes and hash
data/cases.case.jsonl …    one table a part, one row a line
evidence/<sha256>          the files of the evidence annexes
keys/audit.key             without it no seal can be checked
site/calendar.csv          the holidays the site took in, where it took in any
forms/…                    the site's own Word templates and their versions
pack/…                     the site's own pack, where it does not run a shipped one
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tingsu.base.errors import TingsuError

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 256 << 20  # bytes
CHUNK = 1 << 20  # bytes
SPARE = 64 << 20  # bytes that must stay free on the disk

PartName = Annotated[
    str,
    Field(
        pattern=r"^(data/[a-z0-9_]+\.[a-z0-9_]+\.jsonl|evidence/[0-9a-f]{64}|keys/audit\.key|site/calendar\.csv"
        r"|forms/[a-z0-9_-]{1,40}/[a-z][a-z0-9_]{0,39}(/[0-9]{1,9})?\.docx|pack/[^\x00]{1,200})$"
    ),
]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BadArchive(TingsuError):
    """The file is no whole backup; nothing was changed."""

    code = "bad_archive"

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path.name} 不能用来恢复：{why}。什么也没有改动，请换一份备份再试。")


class Part(BaseModel):
    """One member of the archive."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: PartName
    size: int = Field(ge=0)  # bytes
    sha256: Digest
    rows: int = Field(default=0, ge=0)


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal[1]
    tingsu: str  # version that wrote it
    made_at: str
    engine: str
    pack: str
    migrations: dict[str, str]  # app → its newest migration
    parts: list[Part]
    missing_evidence: list[Digest] = []  # files that were gone or damaged when the backup was made


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup unpacked and found whole: the manifest, and where each part's bytes lie now (pack files left out)."""

    manifest: Manifest
    places: dict[str, Path]

    def tables(self) -> Iterator[tuple[str, Part]]:
        """(model label, part) of every table."""
        for part in self.manifest.parts:
            if part.name.startswith("data/"):
                yield part.name.removeprefix("data/").removesuffix(".jsonl"), part

    def evidence(self) -> Iterator[tuple[str, Path]]:
        """(SHA-256, place) of every evidence file."""
        for name, place in self.places.items():
            if name.startswith("evidence/"):
                yield name.removeprefix("evidence/"), place


def digest_file(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(path: Path, manifest: Manifest, places: dict[str, Path]) -> None:
    """Write the manifest and then its parts, from ``places``, to ``path``."""
    with tarfile.open(path, "w:gz", compresslevel=5, format=tarfile.PAX_FORMAT) as tar:
        head = manifest.model_dump_json(indent=1).encode()
        tar.addfile(_member(MANIFEST, len(head)), io.BytesIO(head))
        for part in manifest.parts:
            with places[part.name].open("rb") as file:
                tar.addfile(_member(part.name, part.size), file)


def open_archive(path: Path, folder: Path) -> Opened:
    """Unpack a backup into ``folder`` and check every part against the manifest. Raises BadArchive.

    The archive says neither where a part goes nor how large it may grow: places are counted off here, only plain files
    the manifest names are taken, and none beyond the size it states.
    """
    with _refusing(path), tarfile.open(path, "r|gz") as tar:
        manifest = _read_manifest(path, tar)
        wanted = {part.name: part for part in manifest.parts}
        if len(wanted) != len(manifest.parts):
            raise BadArchive(path, "清单里有重复的内容")
        _check_room(path, folder, sum(part.size for part in manifest.parts))
        places: dict[str, Path] = {}
        while (member := tar.next()) is not None:
            part = wanted.pop(member.name, None)
            if part is None or not member.isreg() or member.size != part.size:
                raise BadArchive(path, f"里面的 {member.name[:80]} 与清单不符")
            place = _take(path, tar, member, part, folder / f"{len(manifest.parts) - len(wanted):06d}")
            if not part.name.startswith("pack/"):
                places[part.name] = place
        if wanted:
            raise BadArchive(path, f"缺少 {min(wanted)} 等 {len(wanted)} 项内容")
    return Opened(manifest, places)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _read_manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LARGEST_MANIFEST:
        raise BadArchive(path, "开头没有备份清单，它不是听诉的备份")
    file = tar.extractfile(first)
    assert file is not None
    try:
        return Manifest.model_validate_json(file.read())
    except ValidationError as error:
        what = ".".join(str(place) for place in error.errors()[0]["loc"])
        raise BadArchive(path, f"备份清单看不懂（{what or '不是 JSON'}），可能来自更新的版本，或已损坏") from None


def _take(path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, part: Part, place: Path) -> Path:
    source = tar.extractfile(member)
    assert source is not None
    digest = hashlib.sha256()
    with source, _place_for(part, place) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != part.sha256:
        raise BadArchive(path, f"{part.name} 的校验值不对，内容被改动或已损坏")
    return place


def _place_for(part: Part, place: Path) -> IO[bytes]:
    return Path(os.devnull).open("wb") if part.name.startswith("pack/") else place.open("xb")


def _check_room(path: Path, folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size + SPARE > free:
        why = f"展开需要 {size >> 20} MB，{folder} 所在磁盘只剩 {free >> 20} MB"
        raise BadArchive(path, why)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """What a damaged or cut-off file makes the readers say, said once and plainly."""
    try:
        yield
    except FileNotFoundError as error:
        raise BadArchive(path, f"没有这个文件（{error.filename}）") from None
    except (tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadArchive(path, f"文件不完整或已损坏（{error}）") from None
    except OSError as error:
        raise BadArchive(path, f"读不了（{error.strerror or error}）") from None
