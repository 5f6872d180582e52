"""`tingsu pack …` as its keeper types it: start, check, put into force, list, move, hand to other tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.make import Bank, case, walk
from typer.testing import CliRunner, Result

from tingsu.cli.main import app
from tingsu.org.models import PackInForce
from tingsu.org.pack import active_pack, forget_packs, pack_for
from tingsu.packs.loader import load_pack, read_pack
from tingsu.packs.starting import CannotStart, start_pack


def tingsu(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200"})


@pytest.fixture
def cake(tmp_path: Path) -> Iterator[Path]:
    yield start_pack("cake", tmp_path, title="蛋糕店投诉处理")
    forget_packs()


def test_a_new_pack_is_whole_at_once(tmp_path: Path) -> None:
    done = tingsu("pack", "new", "tea", "--title", "茶馆投诉", "--in", tmp_path)
    assert done.exit_code == 0 and "process.yaml" in done.output
    pack = read_pack(tmp_path / "tea")
    assert (pack.id, pack.name.zh) == ("tea", "茶馆投诉")
    assert tingsu("pack", "check", tmp_path / "tea").exit_code == 0


@pytest.mark.parametrize("name", ["Tea", "1tea", "t", "te a", "../tea", "", "茶"])
def test_a_name_that_cannot_be_one_makes_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotStart, match="代号"):
        start_pack(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ["a: b", "{x}", "[x]", "a # b", "'x"])
def test_a_title_that_would_break_the_file_is_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(CannotStart, match="名称"):
        start_pack("tea", tmp_path, title=title)


def test_what_is_there_already_is_not_touched(cake: Path) -> None:
    (cake / "roles.yaml").write_text("mine", encoding="utf-8")
    assert tingsu("pack", "new", "cake", "--in", cake.parent).exit_code == 2
    assert (cake / "roles.yaml").read_text(encoding="utf-8") == "mine"


def test_every_shipped_and_own_pack_is_checked_where_none_is_named(cake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGSU_PACK_PATHS", str(cake.parent))
    whole = tingsu("pack", "check")
    assert whole.exit_code == 0
    assert "bank" in whole.output and "cake" in whole.output
    (cake / "authority.yaml").write_text("authority: {levels: []}\n", encoding="utf-8")
    broken = tingsu("pack", "check")
    assert broken.exit_code == 2
    assert "authority.yaml:1" in broken.output and "bank" in broken.output


def test_putting_a_pack_into_force_for_a_unit(bank: Bank, cake: Path) -> None:
    done = tingsu("pack", "use", cake, "--unit", "B1", "--by", "admin")
    assert done.exit_code == 0, done.output
    assert pack_for(bank.clerk).id == "cake"
    assert active_pack().id == "bank"
    assert "cake" in tingsu("pack", "list").output


def test_what_is_given_to_nobody_is_said(bank: Bank, cake: Path) -> None:
    assert "还没有机构使用它" in tingsu("pack", "use", cake, "--by", "admin").output


def test_a_broken_pack_never_goes_into_force(bank: Bank, cake: Path) -> None:
    assert tingsu("pack", "use", cake, "--unit", "B1", "--by", "admin").exit_code == 0
    kept = pack_for(bank.clerk).digest
    (cake / "process.yaml").write_text("process: {id: x}\n", encoding="utf-8")
    refused = tingsu("pack", "use", cake, "--by", "admin")
    assert refused.exit_code == 2 and "process.yaml:1" in refused.output
    forget_packs()
    assert pack_for(bank.clerk).digest == kept
    assert PackInForce.objects.get().version == 1


@pytest.mark.parametrize(
    "words",
    [
        ["use", "bank"],
        ["use", "bank", "--by", "nobody"],
        ["use", "bank", "--by", "clerk"],
        ["move", "--all", "--by", "clerk"],
        ["move"],
        ["use", "bank", "--unit", "ZZ", "--by", "admin"],
    ],
)
def test_who_is_not_named_or_may_not_changes_nothing(bank: Bank, words: list[str]) -> None:
    assert tingsu("pack", *words).exit_code == 2
    assert not PackInForce.objects.exists()


def test_running_cases_are_moved_and_who_stays_is_said(bank: Bank, cake: Path) -> None:
    assert tingsu("pack", "use", cake, "--unit", "B1", "--by", "admin").exit_code == 0
    first, second = case(bank), case(bank, name="李四")
    path = cake / "pack.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('version: "1.0"', 'version: "1.1"'), encoding="utf-8")
    assert tingsu("pack", "use", cake, "--by", "admin").exit_code == 0
    assert "1.0 版 2 件" in tingsu("pack", "list").output
    assert tingsu("pack", "move", first.number, "--by", "admin").exit_code == 0
    assert "已转 1 件" in tingsu("pack", "move", "--all", "--pack", "cake", "--by", "admin").output
    first.refresh_from_db(), second.refresh_from_db()
    assert first.edition == second.edition == read_pack(cake).digest
    assert tingsu("pack", "move", "99999999", "--by", "admin").exit_code == 2


def test_a_case_that_cannot_be_moved_is_named(bank: Bank, tmp_path: Path) -> None:
    waiting = walk(case(bank), bank, "investigate")
    folder = tmp_path / "bank"
    folder.mkdir()
    cake = start_pack("cake", tmp_path)
    for path in cake.iterdir():
        (folder / path.name).write_text(
            path.read_text(encoding="utf-8").replace("id: cake", "id: bank", 1), encoding="utf-8"
        )
    assert tingsu("pack", "use", folder, "--by", "admin").exit_code == 0
    told = tingsu("pack", "move", "--all", "--by", "admin").output
    assert waiting.number in told and "「待出方案」" in told and "1 件仍按原版本" in told


@pytest.mark.parametrize(("kind", "root"), [("--bpmn", "definitions"), ("--dmn", "decisionTable")])
def test_a_process_and_its_authority_are_handed_out(tmp_path: Path, kind: str, root: str) -> None:
    out = tmp_path / "out.xml"
    assert tingsu("pack", "export", "bank", kind, "-o", out, "--language", "en").exit_code == 0
    assert root in out.read_text(encoding="utf-8")
    assert tingsu("pack", "export", "bank", "-o", out).exit_code == 2


def test_the_picture_is_written(tmp_path: Path) -> None:
    assert tingsu("pack", "draw", "bank", "-o", tmp_path / "p.svg", "--language", "en").exit_code == 0
    assert load_pack("bank").process.name.en in (tmp_path / "p.svg").read_text(encoding="utf-8")
