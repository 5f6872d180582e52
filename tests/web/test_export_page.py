"""A list taken out from its page: what the page shows, masked, with a trace."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from tests.make import Bank, case, walk
from tingsu.cases import exporting
from tingsu.cases.models import Case
from tingsu.cases.queue import Filters
from tingsu.org.models import AccessEntry, User

SignIn = Callable[[User], Client]


def numbers_in(client: Client, query: str) -> list[str]:
    sent = client.post("/cases/export/", {"query": query})
    assert sent.status_code == 200
    assert "filename*=utf-8''" in sent["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert "13800001234" not in str(rows)
    return [str(row[0]) for row in rows[1:]]


def test_the_queue_and_its_filters_leave_as_a_sheet(bank: Bank, signed_in: SignIn) -> None:
    young, old = case(bank), walk(case(bank, phone="13911112222"), bank)
    client = signed_in(bank.handler)
    assert "导出 Excel" in client.get("/cases/").content.decode()
    assert numbers_in(client, "") == [young.number]
    assert numbers_in(client, "state=all") == [young.number, old.number]
    assert AccessEntry.objects.filter(what="export").count() == 2


def test_what_waits_for_me_leaves_as_a_sheet(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "submit")
    case(bank, phone="13911112222")
    assert "导出 Excel" in signed_in(bank.head).get("/approvals/").content.decode()
    assert numbers_in(signed_in(bank.head), "waiting=me") == [made.number]


@pytest.mark.parametrize("query", ["state=nonsense", "business=没有", "since=昨天"])
def test_a_filter_nobody_knows_takes_out_nothing(bank: Bank, signed_in: SignIn, query: str) -> None:
    case(bank)
    assert signed_in(bank.handler).post("/cases/export/", {"query": query}).status_code == 422
    assert not AccessEntry.objects.filter(what="export").exists()


def test_who_may_not_export_cannot(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    assert "导出 Excel" not in client.get("/cases/").content.decode()
    assert client.post("/cases/export/", {"query": ""}).status_code == 403
    assert client.get("/cases/export/").status_code == 405


def test_a_long_list_is_never_held_whole(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(12):
        case(bank, phone=f"1391111{n:04}")
    monkeypatch.setattr(exporting, "STEP", 3)
    gc.collect()
    before = _held()
    alive = [_held() - before for _ in exporting.export_rows(Filters(state="all"), by=bank.handler)]
    assert len(alive) == 12
    assert max(alive) <= 2 * 3, alive  # the step being written and, at most, the one before it


def _held() -> int:
    return sum(type(thing) is Case for thing in gc.get_objects())
