"""`tingsu check-reply` as people and programs use it: one draft, or a file of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tingsu.cli.main import app

BAD = "您好，这是规定，我也没办法。"
GOOD = "您反映多扣的20元已退回，给您添麻烦了，很抱歉。12月1日前我们电话回访您。"


def tingsu(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["check-reply", *(str(word) for word in words)], env={"COLUMNS": "200"})


def write(path: Path, words: Any) -> Path:
    path.write_text(words if isinstance(words, str) else json.dumps(words, ensure_ascii=False), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_draft_is_told_with_rule_source_and_better_wording(tmp_path: Path) -> None:
    said = tingsu(write(tmp_path / "draft.txt", BAD), "--kind", "sms")
    assert said.exit_code == 1
    for words in ("「这是规定」", "必须改", "依据", "可改为"):
        assert words in said.output
    assert tingsu(write(tmp_path / "good.txt", GOOD), "--kind", "sms").exit_code == 0


def test_a_draft_of_a_megabyte_is_told_of_without_being_put_on_the_screen(tmp_path: Path) -> None:
    said = tingsu(write(tmp_path / "draft.txt", "这是规定。" + "烦" * 300_000))
    assert "「这是规定」" in said.output and len(said.output) < 10_000


def test_the_context_counts(tmp_path: Path) -> None:
    draft = write(tmp_path / "draft.txt", "误工费赔偿您800元，12月1日前到账。")
    context = write(tmp_path / "context.json", {"limit": "500", "verdict": "valid"})
    assert tingsu(draft, "--kind", "sms").exit_code == 0
    said = tingsu(draft, "--kind", "sms", "--context", context)
    assert said.exit_code == 1 and "800元" in said.output and "道歉" in said.output


def test_a_sum_promised_without_any_limit_to_compare_it_with_is_said_not_to_have_been_checked(tmp_path: Path) -> None:
    promised = "补偿您5000元，12月1日前到账，请留意。"
    draft, out = write(tmp_path / "draft.txt", promised), tmp_path / "out.jsonl"
    assert "是否越权没有检查" in tingsu(draft, "--kind", "sms").output
    for limit in ("0", "500", "9000"):
        context = write(tmp_path / "context.json", {"limit": limit})
        assert "是否越权没有检查" not in tingsu(draft, "--kind", "sms", "--context", context).output
    for unpromised in (GOOD, BAD, "您要求赔偿5000元，我们不能支持。"):
        said = tingsu(write(tmp_path / "other.txt", unpromised), "--kind", "sms")
        assert "是否越权没有检查" not in said.output
    rows = [{"text": promised}, {"text": promised, "context": {"limit": 9000}}, {"text": GOOD}]
    lines = write(tmp_path / "rows.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert "1 份承诺了金额" in tingsu(lines, "-o", out, "--kind", "sms").output
    assert [row.get("amounts_unchecked") for row in rows_of(out)] == [True, None, None]


def test_rows_in_rows_out_and_a_bad_row_says_why_in_its_place(tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": "a", "kind": "sms", "context": {"verdict": "valid"}, "text": GOOD}, ensure_ascii=False),
        json.dumps({"id": "b", "kind": "chat", "text": BAD}, ensure_ascii=False),
        "no json",
        json.dumps({"id": "d", "text": "", "context": {"limit": "很多"}}),
        json.dumps({"id": "e"}),
    ]
    out = tmp_path / "out.jsonl"
    said = tingsu(write(tmp_path / "in.jsonl", "\n".join(rows)), "-o", out)
    assert said.exit_code == 0, said.output
    done = rows_of(out)
    assert [row.get("id") for row in done] == ["a", "b", None, None, None]
    assert done[0]["findings"] == [] and {one["kind"] for one in done[1]["findings"]} >= {"forbidden"}
    assert all(row["error"] for row in done[2:]) and "limit" in done[3]["error"]
    first = done[1]["findings"][0]
    assert BAD[first["start"] : first["end"]] == first["words"]


@pytest.mark.parametrize(
    "words",
    [("--kind", "fax"), ("--pack", "nowhere"), ("--context", "missing.json")],
)
def test_what_cannot_be_used_is_said_plainly(tmp_path: Path, words: tuple[str, str]) -> None:
    said = tingsu(write(tmp_path / "draft.txt", BAD), *words)
    assert said.exit_code == 2 and "Traceback" not in said.output


def test_every_shipped_pack_checks(tmp_path: Path) -> None:
    for pack in ("bank", "property", "dealer", "telecom", "factory", "distribution", "venue", "callcentre"):
        assert tingsu(write(tmp_path / "draft.txt", BAD), "--pack", pack).exit_code == 1


def test_half_characters_do_not_stop_the_rows(tmp_path: Path) -> None:
    rows = ['{"id": "\\ud800", "text": "这不归我管。"}', '{"id": "b", "text": "这不归我管\\udfff。"}']
    out = tmp_path / "out.jsonl"
    assert tingsu(write(tmp_path / "in.jsonl", "\n".join(rows)), "-o", out).exit_code == 0
    assert [row["id"] for row in rows_of(out)] == ["\ud800", "b"]
