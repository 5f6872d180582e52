"""Keys made on first use: many processes starting together agree on one, and only its owner may read it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tingsu.base.secrets import keep_secret

ASK = "import sys; from pathlib import Path; from tingsu.base.secrets import keep_secret; print(keep_secret(Path(sys.argv[1]), env='NO_SUCH_KEY'))"


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "secret.key"
    key = keep_secret(place, env="NO_SUCH_KEY")
    assert len(key) >= 48
    assert keep_secret(place, env="NO_SUCH_KEY") == key
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(place.parent.iterdir()) == [place], "no draft is left beside it"


def test_the_environment_goes_first_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "given")
    assert keep_secret(tmp_path / "key", env="SOME_KEY") == "given"
    assert not list(tmp_path.iterdir())


def test_threads_starting_together_agree(tmp_path: Path) -> None:
    for round_ in range(20):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _, n=round_: keep_secret(tmp_path / f"key{n}", env="NO_SUCH_KEY"), range(8)))
        assert len(keys) == 1


def test_processes_starting_together_agree(tmp_path: Path) -> None:
    asked = [
        subprocess.Popen([sys.executable, "-c", ASK, str(tmp_path / "key")], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {process.communicate(timeout=60)[0].strip() for process in asked}
    assert len(keys) == 1
    assert keys == {(tmp_path / "key").read_text().strip()}


def test_what_needs_no_site_leaves_no_keys_where_it_runs_and_a_site_has_its_own(tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("TINGSU_", "DJANGO_"))}
    (tmp_path / "draft.txt").write_text("您好，我们12月1日前回复您。", encoding="utf-8")

    def tingsu(*words: str) -> int:
        asked = [sys.executable, "-m", "tingsu", *words]
        return subprocess.run(asked, cwd=tmp_path, env=surroundings, capture_output=True, timeout=120).returncode

    assert tingsu("check-reply", "draft.txt", "--kind", "sms") == 0
    assert tingsu("clock", "--help") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["draft.txt"]
    assert tingsu("doctor") in (0, 1)
    home = tmp_path / "var"
    keys = {name: (home / name).read_text() for name in ("audit.key", "secret.key")}
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in keys} == {0o600}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    tingsu("doctor")
    assert {name: (home / name).read_text() for name in keys} == keys
