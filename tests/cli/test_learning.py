"""`tingsu learn` and `tingsu models` as a person types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.make import MONDAY, Bank, case
from tests.reading.learned.examples import FACES, told
from tests.sites import Site
from typer.testing import CliRunner, Result

from tingsu.cases.lifecycle import act
from tingsu.cases.site_models import store
from tingsu.cli.main import app
from tingsu.org.models import AccessEntry

HEADER = ["编号", "内容", "类别"]


def tingsu(*words: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "标注.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = [[str(n), one.text, one.label] for n, one in enumerate(told(12))]
        csv.writer(file).writerows([HEADER, *rows, ["98", "", "停车"], ["99", "没有标注的一行", ""]])
    return path


def learn(path: Path, *more: str) -> Result:
    return tingsu("learn", path, "--text", "内容", "--label", "类别", "--name", "物业", *more)


def test_a_file_teaches_a_column_that_reading_then_has(bank: Bank, labelled: Path, tmp_path: Path) -> None:
    done = learn(labelled)
    assert done.exit_code == 0, done.output
    for word in (
        "macro-F1",
        "正确率",
        "把握偏差",
        "要求 95% 准确时能判",
        "混淆矩阵",
        "不到 30 条",
        "1 行没有标注",
        "1 行读不了",
    ):
        assert word in done.output
    assert "已启用「物业」第 1 版" in done.output, "nothing was in force that it could replace"
    out = tmp_path / "out.jsonl"
    read = tingsu("read", labelled, "--text", "内容", "--model", "物业", "-o", out)
    assert read.exit_code == 0, read.output
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 38 and sum(row["物业"] == one.label for row, one in zip(rows, told(12), strict=False)) >= 34
    assert 0 < rows[0]["confidences"]["物业"] <= 1 and rows[36]["物业"] is None
    assert "本行训练时见过的措辞" in tingsu("read", "--explain", "电梯困人半小时没人管", "--model", "物业").output


def test_a_second_version_waits_until_it_is_put_in_force(bank: Bank, labelled: Path) -> None:
    learn(labelled)
    again = learn(labelled)
    assert "与 物业@1 比同样的 36 条" in again.output and "没有启用" in again.output
    assert store().in_force()["物业"].version == 1
    assert "●" in tingsu("models").output
    assert tingsu("models", "use", "物业", "2", "--reason", "更新").exit_code == 0
    assert store().in_force()["物业"].version == 2
    assert "已退回「物业」第 1 版" in tingsu("models", "back", "物业").output
    assert "退回出厂" in tingsu("models", "back", "物业").output
    refused = tingsu("models", "back", "物业")
    assert refused.exit_code == 2 and "没有启用" in refused.output
    assert "已启用「物业」第 3 版" in learn(labelled, "--use", "--by", "head", "--reason", "够准").output
    assert "已停用" in tingsu("models", "off", "物业").output
    assert "混淆矩阵" in tingsu("models", "show", "物业", "1").output
    logged = tingsu("audit", "log").output
    assert "启用模型" in logged and "退回模型" in logged and "陈立" in logged


def test_who_may_not_teach_is_refused_before_any_work(bank: Bank, labelled: Path) -> None:
    refused = learn(labelled, "--by", "clerk")
    assert refused.exit_code == 2 and "投诉处理负责人" in refused.output
    assert store().names() == [] and not AccessEntry.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--label", "没有", "--name", "物业"], "没有名为“没有”的列"),
        (["--label", "内容", "--name", "物业"], "两个类别"),
        (["--label", "类别", "--name", "a/b"], "不合适"),
        (["--label", "类别", "--name", "evidence"], "已有的列"),
        (["--label", "类别", "--name", "business"], "方案包"),
        (["--label", "类别"], "--name"),
    ],
)
def test_what_cannot_be_taught_is_refused_in_words(bank: Bank, labelled: Path, more: list[str], words: str) -> None:
    done = tingsu("learn", labelled, "--text", "内容", *more)
    assert done.exit_code == 2 and words in done.output.replace("\n", "")
    assert store().names() == []


@pytest.mark.parametrize("model", ["没有", "物业", "物业@7"])
def test_reading_with_a_model_that_is_not_there_says_what_to_do(bank: Bank, labelled: Path, model: str) -> None:
    done = tingsu("read", labelled, "--model", model, "-o", labelled.with_name("o.jsonl"))
    assert done.exit_code == 2 and ("tingsu learn" in done.output or "没有第 7 版" in done.output)
    assert not labelled.with_name("o.jsonl").exists()


def test_corrections_teach_the_facets_that_have_enough(bank: Bank) -> None:
    few = tingsu("learn", "--corrections")
    assert few.exit_code == 2 and "每项至少要 10 件" in few.output
    for text in FACES:
        made = case(bank, text=text, at=MONDAY)
        act(made, "correct", {"business": "个人金融信息"}, by=bank.handler, version=made.version, at=MONDAY)
    done = tingsu("learn", "--corrections", "--by", "head")
    assert done.exit_code == 0, done.output
    assert "更正过的 12 条" in done.output and "没有启用" in done.output
    assert store().in_force() == {}
    used = tingsu("learn", "--corrections", "--facet", "business", "--by", "head", "--use")
    assert "已启用「business」第 2 版" in used.output
    assert case(bank, text="早市的刷脸机扣了两次钱，没人管").business == "个人金融信息"


def test_without_a_database_a_folder_is_enough(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *([n, one.text, one.label] for n, one in enumerate(told(12)))):
        sheet.append(row)
    book.save(tmp_path / "标注.xlsx")
    site = Site(tmp_path / "home")
    done = site.tingsu("learn", tmp_path / "标注.xlsx", "--text", "内容", "--label", "类别", "--name", "物业")
    assert done.returncode == 0, done.stderr
    assert "已启用" in done.stdout and not (tmp_path / "home" / "tingsu.sqlite3").exists()
    read = site.tingsu("read", tmp_path / "标注.xlsx", "--text", "内容", "--model", "物业", "-o", tmp_path / "o.csv")
    assert read.returncode == 0, read.stderr
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 36
