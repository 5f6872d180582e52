"""`tingsu mask`, `unmask` and `mask-key` as a person types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PLAIN = "姓名,电话\r\n聂小倩,13812345678\r\n我叫许文强，卡号6222021234567894\n".encode() + b"\xff\xfe 13812345678"
HIDDEN = (b"13812345678", "许文强".encode(), "聂小倩".encode(), b"6222021234567894")


def tingsu(*words: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tingsu", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plain.txt").write_bytes(PLAIN)
    assert tingsu("mask-key", tmp_path / "key").returncode == 0
    return tmp_path


def test_lines_from_outside_come_out_masked_whatever_their_bytes(folder: Path) -> None:
    for done in (tingsu("mask", stdin=PLAIN), tingsu("mask", folder / "plain.txt")):
        assert done.returncode == 0, done.stderr
        assert not any(secret in done.stdout for secret in HIDDEN)
        assert done.stdout.count(b"\r\n") == 2 and b"\xff\xfe 138****5678" in done.stdout
    assert tingsu("mask", "-o", folder / "out.txt", stdin=PLAIN).stdout == b""
    assert (folder / "out.txt").stat().st_mode & 0o077 == 0


def test_sealed_lines_come_back_with_key_and_vault(folder: Path) -> None:
    done = tingsu(
        "mask", folder / "plain.txt", "-o", folder / "out", "--key", folder / "key", "--vault", folder / "vault"
    )
    assert done.returncode == 0, done.stderr
    sealed = (folder / "out").read_bytes()
    assert not any(secret in sealed or secret in (folder / "vault").read_bytes() for secret in HIDDEN)
    assert sealed.count("‹手机1›".encode()) == 2
    assert (folder / "vault").stat().st_mode & 0o077 == 0
    back = tingsu("unmask", folder / "out", "--key", folder / "key", "--vault", folder / "vault")
    assert back.stdout == PLAIN


def test_a_key_is_for_its_owner_only_and_never_written_over(folder: Path) -> None:
    assert (folder / "key").stat().st_mode & 0o077 == 0
    before = (folder / "key").read_bytes()
    again = tingsu("mask-key", folder / "key")
    assert again.returncode == 2 and "不覆盖" in again.stderr.decode()
    assert (folder / "key").read_bytes() == before


def test_wrong_keys_altered_vaults_and_missing_files_are_said_plainly(folder: Path) -> None:
    tingsu("mask", folder / "plain.txt", "-o", folder / "out", "--key", folder / "key", "--vault", folder / "vault")
    tingsu("mask-key", folder / "other")
    (folder / "bad").write_bytes((folder / "vault").read_bytes()[:-1] + b"x")
    for key, vault, word in (
        ("other", "vault", "密钥不对"),
        ("key", "bad", "改动过"),
        ("vault", "vault", "不是听诉的密钥"),
        ("key", "none", "读不了"),
    ):
        done = tingsu("unmask", folder / "out", "--key", folder / key, "--vault", folder / vault)
        assert done.returncode == 2 and word in done.stderr.decode(), done.stderr.decode()
        assert done.stdout == b"" and b"Traceback" not in done.stderr


def test_a_key_without_a_vault_writes_nothing(folder: Path) -> None:
    done = tingsu("mask", folder / "plain.txt", "-o", folder / "out", "--key", folder / "key")
    assert done.returncode == 2 and "--vault" in done.stderr.decode()
    assert not (folder / "out").exists()
