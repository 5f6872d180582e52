"""The coach's pages and the options panel: usable without a script, nothing kept, nothing typed trusted."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import make
from tests.make import Bank
from tingsu.cases.models import Case, Event
from tingsu.org.models import User

HTMX = {"HX-Request": "true", "HX-Target": "coach"}
TALK = "客户：国债又卖完了 凭什么\n我：非常抱歉，您喝口水慢慢说"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def say(client: Client, address: str = "/coach/", **typed: str) -> str:
    answer = client.post(address, typed, headers=HTMX)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_page_opens_with_the_first_step_and_works_without_a_script(bank: Bank) -> None:
    client = signed_in(bank.clerk)
    assert "还没有开始" in client.get("/coach/").content.decode()
    page = client.post("/coach/", {"talk": TALK, "line": "我五点就来排队", "speaker": "customer"}).content.decode()
    assert "<html" in page and "国债售罄" in page


def test_a_line_is_added_and_the_other_side_speaks_next(bank: Bank) -> None:
    part = say(signed_in(bank.clerk), talk=TALK, line="那你们给我个说法", speaker="customer", do="add")
    assert "<html" not in part
    assert "客户：那你们给我个说法" in part
    assert re.search(r'value="agent" checked', part)
    assert "求尊重" in part


def test_nothing_typed_is_kept(bank: Bank) -> None:
    client = signed_in(bank.clerk)
    before = (Case.objects.count(), Event.objects.count(), dict(client.session))
    answer = client.post("/coach/", {"talk": TALK}, headers=HTMX)
    assert (Case.objects.count(), Event.objects.count(), dict(client.session)) == before
    assert "no-store" in answer["Cache-Control"]
    assert "国债" not in client.get("/coach/").content.decode()


def test_what_is_typed_is_shown_as_text(bank: Bank) -> None:
    answer = signed_in(bank.clerk).post("/coach/", {"talk": "客户：<script>alert(1)</script>{% now %}"}, headers=HTMX)
    assert b"<script>alert(1)" not in answer.content and b"&lt;script&gt;" in answer.content


def test_the_customers_words_are_carried_to_the_record_page(bank: Bank) -> None:
    client = signed_in(bank.clerk)
    part = say(client, talk=TALK + "\n客户：我五点就来了")
    form = re.search(r'<form method="post" action="/cases/new/".*?</form>', part, re.DOTALL)
    assert form and "慢慢说" not in form[0]
    words = re.search(r'name="text" hidden>(.*?)</textarea>', form[0], re.DOTALL)
    assert words
    page = client.post(reverse("record"), {"step": "edit", "text": words[1]}).content.decode()
    assert "国债又卖完了 凭什么\n我五点就来了" in unescape(page).replace("\r\n", "\n")


def test_who_may_not_record_is_not_offered_it(bank: Bank) -> None:
    assert "/cases/new/" not in say(signed_in(bank.auditor), talk=TALK).split('id="coach"')[-1]


@pytest.mark.parametrize(
    "talk", ["", "😀", "客户：" + "投诉" * 200_000, "没有标明的一句"], ids=["", "emoji", "1 MB", "no mark"]
)
def test_no_conversation_breaks_the_page(bank: Bank, talk: str) -> None:
    assert "现在" in say(signed_in(bank.clerk), talk=talk, line="", do="again")


def test_the_conversation_can_be_cleared(bank: Bank) -> None:
    assert "国债" not in say(signed_in(bank.clerk), talk=TALK, do="clear")


def test_strangers_are_sent_to_sign_in(db: None) -> None:
    assert Client().get("/coach/").status_code == 302


def test_from_a_case_what_is_held_of_it_counts(bank: Bank) -> None:
    case = make.case(bank, text="国债额度五分钟就卖完了，白排了一早上，要求道歉。")
    Case.objects.filter(pk=case.pk).update(need="求尊重")
    page = signed_in(bank.handler).get(f"/cases/{case.number}/coach/").content.decode()
    assert case.number in page and "国债售罄" in page and "求尊重" in page


def test_a_case_out_of_reach_has_no_coach_and_no_options(bank: Bank) -> None:
    case = make.case(bank)
    for page in ("coach", "solutions"):
        assert signed_in(bank.other_clerk).get(f"/cases/{case.number}/{page}/").status_code == 404


# -- the options panel


def proposing(bank: Bank) -> Case:
    return make.walk(make.case(bank), bank, "investigate")


def test_the_panel_is_asked_for_only_where_options_are_proposed(bank: Bank) -> None:
    case = make.case(bank)
    client = signed_in(bank.lead)
    assert "case-solutions" not in client.get(f"/cases/{case.number}/").content.decode()
    make.walk(case, bank, "investigate")
    assert "case-solutions" in client.get(f"/cases/{case.number}/").content.decode()


def test_a_complaint_that_does_not_hold_has_options_beside_its_answer_and_no_approval(bank: Bank) -> None:
    case, client = make.walk(make.case(bank), bank, "judge"), signed_in(bank.handler)
    assert "case-solutions" not in client.get(f"/cases/{case.number}/").content.decode()
    Case.objects.filter(pk=case.pk).update(verdict="not_valid")
    assert "case-solutions" in client.get(f"/cases/{case.number}/").content.decode()
    panel = unescape(client.get(f"/cases/{case.number}/solutions/", headers={"HX-Request": "true"}).content.decode())
    assert panel.index("不予补偿：解释、指引、致歉") < panel.index("逐项核对")
    assert "<strong>当面核对</strong>" in panel and "。 " not in panel
    assert "直接答复" in panel and "谁来批" not in panel and "/do/" not in panel


def test_one_click_fills_the_form_and_a_person_sends_it(bank: Bank) -> None:
    case, client = proposing(bank), signed_in(bank.lead)
    panel = unescape(client.get(f"/cases/{case.number}/solutions/", headers={"HX-Request": "true"}).content.decode())
    assert "<html" not in panel and "不予补偿：解释、指引、致歉" in panel and "相似" in panel
    link = re.findall(r'href="(/cases/[^"]+/do/propose/\?[^"]+)"', panel)[1]
    form = unescape(client.get(link, headers={"HX-Request": "true", "HX-Target": "desk"}).content.decode())
    assert re.search(r'name="chosen" value="2" checked', form)
    fields = _fields(form)
    assert len([name for name in fields if name.endswith("-text") and fields[name]]) == 4
    done = client.post(f"/cases/{case.number}/do/propose/", {**fields, "chosen": "2", "version": str(case.version)})
    assert done.status_code == 302
    chosen = case.options.get(chosen=True)
    assert chosen.rank == 2 and case.options.count() == 4


def test_on_a_page_of_its_own_the_click_leads_to_the_form(bank: Bank) -> None:
    case, client = proposing(bank), signed_in(bank.lead)
    page = client.get(f"/cases/{case.number}/solutions/").content.decode()
    assert "/do/propose/?" in page and "hx-target" not in page.split('id="case-solutions"')[1]


def test_who_may_not_propose_sees_the_options_without_the_click(bank: Bank) -> None:
    panel = signed_in(bank.auditor).get(f"/cases/{proposing(bank).number}/solutions/").content.decode()
    assert "<html" in panel and "可行的方案" in panel and "/do/propose/" not in panel


def test_before_a_verdict_the_panel_says_it_is_provisional(bank: Bank) -> None:
    panel = signed_in(bank.handler).get(f"/cases/{make.case(bank).number}/solutions/").content.decode()
    assert "未认定，仅供准备" in panel and "/do/propose/" not in panel


def test_the_panel_asks_the_store_a_fixed_number_of_times(bank: Bank, django_assert_max_num_queries: Any) -> None:
    case, client = proposing(bank), signed_in(bank.lead)
    with django_assert_max_num_queries(30):
        client.get(f"/cases/{case.number}/solutions/", headers={"HX-Request": "true"})


def _fields(form: str) -> dict[str, str]:
    """What the browser would send of the options editor."""
    rows = dict(re.findall(r'name="(options-\d-amount)" value="([^"]*)"', form))
    rows |= dict(re.findall(r'name="(options-\d-text)"[^>]*>([^<]*)</textarea>', form))
    for no, picks in re.findall(
        r'<select class="form-select" name="options-(\d)-kind".*?>(.*?)</select>', form, re.DOTALL
    ):
        picked = re.search(r'value="([^"]+)" selected', picks)
        rows[f"options-{no}-kind"] = picked[1] if picked else ""
    return rows
