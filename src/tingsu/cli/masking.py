"""`tingsu mask`, `unmask` and `mask-key`: texts masked for good, or sealed so that a key brings them back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from tingsu.base.errors import TingsuError
from tingsu.base.files import CannotRead, CannotWrite, whole_file

console = Console(stderr=True)

File = Annotated[Path | None, typer.Argument(help="要处理的文本文件；不写则读标准输入。")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="写到哪里；不写则写到标准输出。")]


class IncompleteSealing(TingsuError):
    """Sealing needs a key and a place for the vault, both or neither."""

    code = "incomplete_sealing"


def mask_lines(
    file: File = None,
    output: Output = None,
    key: Annotated[
        Path | None, typer.Option(metavar="文件", help="密钥文件；写了就换成可还原的代号，须同写 --vault。")
    ] = None,
    vault: Annotated[Path | None, typer.Option(metavar="文件", help="密匣写到哪里；凭它和密钥才能还原。")] = None,
) -> None:
    """逐行遮盖个人信息。加 --key 和 --vault 则换成‹姓名1›这样的代号，日后可用 tingsu unmask 还原。"""
    from tingsu.reading.privacy import mask, mask_rows

    if key is None and vault is None:
        _write(output, mask_rows(_read(file), mask))
        return
    if key is None or vault is None:
        raise IncompleteSealing("要能还原，--key（密钥文件）和 --vault（密匣写到哪里）须一并写明。")
    _seal(file, output, key, vault)


def unmask_lines(
    file: File = None,
    output: Output = None,
    *,
    key: Annotated[Path, typer.Option(metavar="文件", help="遮盖时用的密钥文件。")],
    vault: Annotated[Path, typer.Option(metavar="文件", help="遮盖时写出的密匣。")],
) -> None:
    """把代号换回原来的个人信息；文本在遮盖之后改写过也可以，代号还在就能还原。"""
    from tingsu.reading.privacy.sealing import open_vault, restore

    values = open_vault(_bytes(vault), _key(key))
    _write(output, (restore(line, values) for line in _read(file)))


def make_key(
    path: Annotated[Path, typer.Argument(help="密钥写到哪里；已有的文件不会覆盖。")],
) -> None:
    """新建一把密钥，只有当前账号能读（0600）。丢了它，封起来的内容谁也还原不了。"""
    from tingsu.reading.privacy.sealing import make_key as new_key

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CannotWrite(path, "已有这个文件，不覆盖") from None
    except OSError as error:
        raise CannotWrite(path, error.strerror or str(error)) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    console.print(f"[green]✓[/] 密钥已写到 {path}。请与密匣分开存放，并留一份备份。", soft_wrap=True)


def _seal(file: Path | None, output: Path | None, key: Path, vault: Path) -> None:
    """In order: the key is read, all lines are sealed, the vault takes its place, then the text."""
    from tingsu.reading.privacy import mask_rows
    from tingsu.reading.privacy.sealing import Sealer

    secret, sealer = _key(key), Sealer()
    lines = [*mask_rows(_read(file), sealer.seal)]  # a token must never be out without the vault that knows it
    with whole_file(vault, mode=0o600) as draft:
        draft.write_bytes(sealer.close(secret))
    _write(output, lines)


def _key(path: Path) -> bytes:
    from tingsu.reading.privacy.sealing import read_key

    key = read_key(_bytes(path).decode("ascii", "replace"))
    if path.stat().st_mode & 0o077:
        console.print(f"[yellow]⚠[/] 别的账号也能读密钥文件 {path}，请执行 chmod 600。", soft_wrap=True)
    return key


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotRead(str(path), error.strerror or str(error)) from None


def _read(path: Path | None) -> Iterator[str]:
    """Lines with their ends; bytes that are no UTF-8 pass as they came, so a log need not be understood."""
    with ExitStack() as stack:
        source: IO[str]
        try:
            source = open(  # noqa: SIM115 - the stack closes it
                sys.stdin.fileno() if path is None else path,
                encoding="utf-8",
                errors="surrogateescape",
                newline="",
                closefd=path is not None,
            )
        except OSError as error:
            raise CannotRead(str(path or "-"), error.strerror or str(error)) from None
        yield from stack.enter_context(source)


def _write(path: Path | None, lines: Iterable[str]) -> None:
    if path is None:
        _put(sys.stdout.buffer, lines, sys.stdout.buffer.flush)
        return
    with whole_file(path, mode=0o600) as draft, draft.open("wb") as file:
        _put(file, lines, lambda: None)


def _put(file: IO[bytes], lines: Iterable[str], after: Callable[[], None]) -> None:
    for line in lines:
        file.write(line.encode("utf-8", "surrogateescape"))
        after()
