"""No page and no answer shows whom a complaint is from, wherever clerk, desk or customer wrote it down."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client

from tests.make import MONDAY, OPTIONS, Bank, case, walk
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.near import link_near

NAME, PHONE, ID_NO = "张三", "13800001234", "11010519491231002X"
SAID = f"{NAME}来电{PHONE}"
TEXT = f"{NAME}在你们网点被柜员骂，{NAME}很生气。要求道歉。"
PAGES = [
    "/", "/cases/", "/cases/{n}/", "/cases/{n}/form/", "/cases/{n}/recorded/", "/search/?q=柜员", "/late/",
    "/approvals/", "/audit/?number={n}", "/cases/{other}/", "/cases/{n}/do/refuse/", "/api/cases", "/api/cases/{n}",
    "/api/cases/{n}/events", "/api/cases/{n}/evidence", "/api/cases/{n}/near", "/api/cases/{n}/deadlines",
    "/api/cases/{n}/actions", "/api/cases?q=柜员",
]  # fmt: skip


@pytest.fixture
def told(bank: Bank) -> Case:
    """A case waiting for approval and late, the customer's data in every place people write to."""
    made = case(bank, text=TEXT, key_point=SAID, name=f" {NAME} ", accused_person="柜员")
    link_near(case(bank, text=TEXT.replace("骂", "训")))
    made = act(made, "promise", {"promised_at": "2030-01-01", "words": SAID}, by=bank.clerk, version=made.version)
    attach(made, by=bank.clerk, name=f"{NAME}身份证{ID_NO}.jpg", content=BytesIO(b"x"))
    made = walk(made, bank, "route")
    made = act(made, "extend", {"reason": SAID, "notice": SAID}, by=bank.head, version=made.version)
    findings = {"findings": SAID, "root_cause": "质量不稳定", "responsibility": "有责投诉", "fault_code": "不专业"}
    findings["without_replies"] = SAID
    made = act(made, "investigate", findings, by=bank.lead, version=made.version)
    options = [{**option, "text": f"{SAID}{option['text']}"} for option in OPTIONS]
    made = act(made, "propose", {"options": options, "chosen": "2"}, by=bank.lead, version=made.version)
    made = act(made, "submit", {"customer_view": SAID}, by=bank.handler, version=made.version)
    Case.objects.filter(pk=made.pk).update(next_due=MONDAY)
    return made


@pytest.mark.parametrize("path", PAGES)
def test_no_page_says_who_complained(told: Case, bank: Bank, client: Client, path: str) -> None:
    client.force_login(bank.head, backend="django.contrib.auth.backends.ModelBackend")
    other = Case.objects.exclude(pk=told.pk).get()
    response = client.get(path.format(n=told.number, other=other.number))
    assert response.status_code == 200
    page = response.content.decode()
    assert not [word for word in (NAME, PHONE, ID_NO) if word in page]


def test_the_marks_stay_where_the_words_are(bank: Bank) -> None:
    made = case(bank, text=TEXT)
    assert len(made.masked_text) == len(TEXT) and made.masked_text.startswith("张*在你们网点")
    assert made.subject.startswith("张*") and made.text == TEXT


def test_of_the_cases_merged_into_one_only_those_within_reach_are_named(bank: Bank, client: Client) -> None:
    kept, far, near = case(bank), case(bank, by=bank.other_clerk), case(bank)
    for other in (far, near):
        act(other, "merge", {"into": kept.number, "reason": "同一事项"}, by=bank.handler, version=other.version)
    for who, named in ((bank.clerk, [near]), (bank.handler, [far, near])):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(f"/cases/{kept.number}/").content.decode()
        assert [other for other in (far, near) if f"/cases/{other.number}/" in page] == named
