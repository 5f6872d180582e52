"""`tingsu similar`: groups of a file with their evidence, nothing personal in what is written, nothing half-written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import typer
from tests.sites import Site
from typer.testing import CliRunner, Result

from tingsu.cli.similar import similar

LETTER = (
    "本人{name}，因经营失败导致信用卡欠款{sum}元暂时无力偿还，本人并非恶意逾期，还款意愿强烈，根据第七十条规定，"
    "现申请停息挂账，分{times}期偿还本金。联系电话15487654321，请书面回复。"
)
ROWS = [
    *(
        [f"客户{n}", LETTER.format(name="王李张刘"[n] + "大明", sum=4000 + n, times=12 + n), f"2026-10-0{n + 1}"]
        for n in range(4)
    ),
    ["甲", "手机银行闪退登录不上，请修复一下吧", "2026-10-02"],
    ["甲", "手机银行闪退，登录不上，请修复一下吧！", "2026-10-05"],
    ["乙", "排队两个小时没人理，态度太差了，要求道歉", "2026-10-05"],
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    with Path("投诉.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["客户", "投诉内容", "日期"], *ROWS])
    app = typer.Typer()
    app.command()(similar)

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return call


def test_groups_are_printed_with_counts_and_reasons(run) -> None:  # type: ignore[no-untyped-def]
    done = run("投诉.csv", "--text", "投诉内容")
    assert done.exit_code == 0, done.output
    said = "".join(done.output.split())
    assert "疑似代理" in said and "同一客户" in said
    assert "7条中有6条归入2组" in said


def test_json_holds_rows_passages_and_contacts_masked(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("投诉.csv", "-o", "组.json").exit_code == 0
    text = (tmp_path / "组.json").read_text("utf-8")
    agent, again = json.loads(text)["groups"]
    assert (agent["kind"], agent["texts"], agent["customers"]) == ("agent", 4, 4)
    assert (agent["first"], agent["last"]) == ("2026-10-01", "2026-10-04")
    assert agent["contacts"] == [{"contact": "手机 154****4321", "rows": [2, 3, 4, 5]}]
    assert {"停息挂账", "第七十条"} <= set(agent["words"])
    assert [row["row"] for row in again["rows"]] == [6, 7] and again["kind"] == "again"
    (place, in_first) = (agent["rows"][1]["passages"][-1][key] for key in ("place", "in_representative"))
    assert ROWS[1][1][slice(*place)] == ROWS[0][1][slice(*in_first)]
    assert "15487654321" not in text and "大明" not in text


def test_csv_has_a_line_a_row_and_opens_in_excel(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("投诉.csv", "-o", "组.csv").exit_code == 0
    content = (tmp_path / "组.csv").read_text("utf-8")
    assert content.startswith("\ufeff组,类型,投诉数,客户数")
    lines = list(csv.reader(io.StringIO(content)))[1:]
    assert [line[6] for line in lines] == ["2", "3", "4", "5", "6", "7"]
    assert "15487654321" not in content


def test_a_column_of_telephones_is_used_when_named(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = [
        [f"客户{n}", "154-0000-1111", text] for n, text in enumerate(("理财亏了一半", "年费没说过", "利率一直没有降"))
    ]
    with Path("电话.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["客户", "联系电话", "投诉内容"], *rows])
    assert run("电话.csv", "--customer", "客户", "--phone", "联系电话", "-o", "组.json").exit_code == 0
    (group,) = json.loads((tmp_path / "组.json").read_text("utf-8"))["groups"]
    assert (group["kind"], group["contacts"][0]["rows"]) == ("agent", [2, 3, 4])


def test_what_it_cannot_do_is_said_and_nothing_is_written(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for words in ((), ("投诉.csv", "-o", "组.docx"), ("投诉.csv", "--text", "没有这列"), ("没有.csv",)):
        assert run(*words).exit_code != 0
    assert {path.name for path in tmp_path.iterdir()} == {"投诉.csv"}


def test_the_sites_old_cases_are_indexed(tmp_path: Path) -> None:
    site = Site(tmp_path / "home").create()
    site.python(
        "import django; django.setup()\nfrom tests.make import case\nfrom tingsu.org.models import User\n"
        "from django.db import connection\nclass B: clerk = User.objects.get(username='clerk')\n"
        "[case(B, name=n) for n in '甲乙丙']\n"
        "[connection.cursor().execute('DELETE FROM ' + t) for t in ('cases_alike', 'cases_direction')]"
    )
    done = site.tingsu("similar", "--index")
    assert done.returncode == 0 and "补建了 3 件工单的索引，查找了 3 件工单的关联" in done.stderr
    assert "补建了 0 件工单的索引，查找了 0 件工单的关联" in site.tingsu("similar", "--index").stderr
