"""The page of own desks, and what it does to the form that routes a case."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from tests.cases.test_class_desks import judged
from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.cases.models import Case
from tingsu.org.desks import desks, set_desk
from tingsu.org.models import User

SignIn = Callable[[User], Client]
MAJOR = {"kind": "complexity", "value": "major", "unit": "CP"}


def picked_unit(page: str) -> str:
    field = page[page.index('name="lead_unit"') :]
    found = re.search(r'<option value="([^"]*)" selected', field[: field.index("</select>")])
    return found[1] if found else ""


def test_an_administrator_sets_the_desk_of_a_class_and_it_is_on_record(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    page = words_of(client.get("/manage/desks/"))
    for word in ("重大过失", "最先办", "终止合作", "贵宾客户", "身份冒用、账务冲正", "舆情", "特殊职业"):
        assert word in page
    assert client.post("/manage/desks/", MAJOR | {"seen": ""}).status_code == 302
    assert desks() == {("complexity", "major"): bank.desk}
    assert "专办部门" in words_of(client.get("/manage/"))
    late = client.post("/manage/desks/", MAJOR | {"unit": "CC", "seen": ""})
    assert late.status_code == 409 and "另一位管理员" in words_of(late)
    assert client.post("/manage/desks/", MAJOR | {"unit": "NO", "seen": "CP"}).status_code == 400
    assert signed_in(bank.head).get("/manage/desks/").status_code == 403


def test_the_form_that_routes_begins_with_the_desk_and_says_why_and_a_person_decides(
    bank: Bank, signed_in: SignIn
) -> None:
    set_desk("complexity", "major", bank.desk, by=bank.admin)
    made, client = judged(bank, "major"), signed_in(bank.handler)
    page = client.get(f"/cases/{made.number}/")
    assert picked_unit(page.content.decode()) == "CP"
    assert "重大过失类由消费者权益保护部专办，可以改派。" in words_of(page)
    client.post(f"/cases/{made.number}/do/route/", {"lead_unit": "B1", "version": made.version})
    assert Case.objects.get().lead_unit == bank.branch


def test_without_a_desk_the_form_begins_empty(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.handler).get(f"/cases/{judged(bank, 'vip').number}/")
    assert picked_unit(page.content.decode()) == ""
    assert "专办" not in words_of(page)


def test_the_queue_shows_grave_cases_above_the_list(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    judged(bank, "simple")
    assert "最先办" not in words_of(client.get("/cases/"))
    grave = judged(bank, "major")
    page = client.get("/cases/").content.decode()
    assert "最先办" in page and page.index(grave.number) < page.index('id="queue"')
    assert "最先办" not in words_of(client.get("/cases/?state=ended"))
