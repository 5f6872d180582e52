"""Everything that leaves the demo bank for counting, reporting or reading elsewhere holds none of its customers' data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.test import Client
from tests.api.conftest import Asker
from typer.testing import CliRunner

from tingsu.base.clock import SHANGHAI
from tingsu.cases.models import Case, Customer
from tingsu.cli.main import app
from tingsu.demo.player import load_demo
from tingsu.org.models import User

UNTIL = datetime(2026, 11, 21, 22, 0, tzinfo=SHANGHAI)
CASES = 45
DATA = ("name", "phone", "id_no", "account_no", "email", "address")


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "250"})
    assert done.exit_code == 0, done.output
    return done.output


def content(path: Path) -> str:
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    return path.read_text(encoding="utf-8")


def plain_table(path: Path) -> Path:
    """The texts as the store keeps them, and beside them who said so; every other text says it outright too."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "受理时间", "客户姓名", "联系电话", "证件号", "投诉内容"])
        for n, case in enumerate(Case.objects.select_related("customer").order_by("pk")):
            who = case.customer
            said = f"我叫{who.name}，电话{who.phone}，身份证{who.id_no}，卡号{who.account_no}。" if n % 2 else ""
            writer.writerow(
                [case.number, f"{case.received_at:%Y-%m-%d}", who.name, who.phone, who.id_no, said + case.text]
            )
    return path


def exports(folder: Path) -> Iterator[tuple[str, str]]:
    for ending in ("csv", "xlsx", "jsonl", "parquet"):
        run("export", "-o", folder / f"all.{ending}", "--by", "desk", "--state", "all")
        yield f"export .{ending}", content(folder / f"all.{ending}")


def reports(folder: Path) -> Iterator[tuple[str, str]]:
    """What is made of an export, and of the plain texts themselves."""
    for name, source in (("export", folder / "all.xlsx"), ("plain", plain_table(folder / "plain.csv"))):
        page, figures = folder / f"{name}.html", folder / f"{name}.json"
        yield f"analyse of {name}, screen", run("analyse", source, "-o", page, "--json", figures)
        yield f"analyse of {name}, page", content(page)
        yield f"analyse of {name}, json", content(figures)
    for ending in ("jsonl", "parquet"):
        run("read", folder / "plain.csv", "--text", "投诉内容", "-o", folder / f"read.{ending}")
        yield f"read .{ending}", content(folder / f"read.{ending}")
    run("mask", folder / "plain.csv", "-o", folder / "masked.csv")
    yield "mask", content(folder / "masked.csv")


def log(folder: Path) -> Iterator[tuple[str, str]]:
    """Someone searched by a customer's name and number, and the log tells of it."""
    who = Case.objects.select_related("customer").earliest("pk").customer
    for words in (who.phone, who.id_no, f"{who.name}先生"):
        run("export", "-o", folder / "searched.csv", "--by", "desk", "--state", "all", "-q", words)
    yield "access log", run("audit", "log")


def answers(user: User) -> Iterator[tuple[str, str]]:
    ask = Asker(user)
    numbers = Case.objects.order_by("pk").values_list("number", flat=True)[:12]
    for path in (
        "/cases?state=all",
        *(f"/cases/{number}{part}" for number in numbers for part in ("", "/events", "/near")),
    ):
        answer = ask.get(path)
        assert answer.status_code == 200, path
        yield f"api {path}", answer.content.decode()


def pages(user: User) -> Iterator[tuple[str, str]]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    number = Case.objects.latest("pk").number
    for path in ("/", "/cases/?state=all", f"/cases/{number}/", f"/cases/{number}/form/"):
        page = client.get(path)
        assert page.status_code == 200, path
        yield f"page {path}", page.content.decode()


@pytest.mark.slow
def test_no_customer_of_the_demo_bank_is_found_in_anything_that_leaves_it(
    transactional_db: None, tmp_path: Path
) -> None:
    load_demo(count=CASES, until=UNTIL)
    held = {value for row in Customer.objects.values_list(*DATA) for value in row if len(value) > 1}
    assert len(held) > 3 * CASES // 2, "the demo plants names, phones, identity and card numbers"
    desk = User.objects.get(username="desk")
    left = dict(chain(exports(tmp_path), reports(tmp_path), log(tmp_path), answers(desk), pages(desk)))
    silent = {where for where, told in left.items() if len(told) < 150 and not where.endswith("/near")}
    assert silent == set(), "each of them says something"
    assert all("****" in left[where] for where in ("export .csv", "export .parquet", "analyse of plain, page", "mask"))
    leaks = {where: found for where, told in left.items() if (found := sorted(v for v in held if v in told))}
    assert leaks == {}
