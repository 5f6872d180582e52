"""Papers made for a case: filled at every stage, masked unless revealed, never without a line in the trail."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import unquote

import docx
import pypdf
import pytest
from django.test import Client

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.evidence import attach
from tingsu.cases.models import Case, Event
from tingsu.documents.errors import NoSuchForm
from tingsu.documents.filling import words_of
from tingsu.documents.producing import make_document, offered_papers
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed

SignIn = Callable[[User], Client]
NAME, PHONE, CARD, ID_NO = "欧阳修远", "13912345678", "6222021234567890123", "110101199003070011"
TEXT = f"我叫{NAME}，电话{PHONE}，卡号{CARD}，身份证{ID_NO}。柜员态度差。\n要求道歉 <b>&amp; 解释</b> {{{{ 编号 }}}}。"
PERSONAL = (NAME, PHONE, CARD, ID_NO)
STAGES = (
    "",
    "judge",
    "route",
    "investigate",
    "propose",
    "submit",
    "approve",
    "carry_out",
    "answer",
    "follow_up",
    "close",
)
FORMS = (
    "register",
    "record",
    "record_slip",
    "handling",
    "grievance",
    "anomaly",
    "ticket",
    "opinion",
    "evidence",
    "decision",
)


def complained(bank: Bank) -> Case:
    made = case(bank, text=TEXT, name=NAME, phone=PHONE, key_point=f"回电{PHONE}", subject="柜面服务态度")
    made.customer.account_no, made.customer.id_no = CARD, ID_NO
    made.customer.save()
    return made


def pdf_words(content: bytes) -> str:
    """The text of a PDF without spaces and line ends, as a search in it would see it."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_all_nine_forms_and_the_decision_letter_are_there(bank: Bank) -> None:
    assert [paper.form.id for paper in offered_papers(complained(bank))] == list(FORMS)


@pytest.mark.parametrize("until", STAGES)
def test_every_form_fills_at_every_stage_without_tags_or_personal_data(bank: Bank, until: str) -> None:
    made = complained(bank)
    made = walk(made, bank, until) if until else made
    attach(made, by=bank.handler, name=f"{NAME}的回单.pdf", content=io.BytesIO(b"%PDF-1.4"))
    made.refresh_from_db()
    offered = [paper for paper in offered_papers(made) if not paper.why_not]
    assert {paper.form.id for paper in offered} == set(FORMS) - (set() if until else {"decision"})
    for paper in offered:
        content = make_document(made, paper.form.id, "docx", by=bank.handler).content
        told = words_of(content)
        docx.Document(io.BytesIO(content))
        assert made.number in told
        assert [secret for secret in PERSONAL if secret in told] == [], paper.form.id
        assert not re.search(r"{%|%}|{{ 项|{{ (?!编号)", told), paper.form.id
    assert list(verify([made.number])) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_pdf_holds_the_words_of_the_filled_word_file(bank: Bank, form: str) -> None:
    made = complained(bank)
    attach(made, by=bank.handler, name="监控录像.mp4", content=io.BytesIO(b"film"))
    made = walk(Case.objects.get(pk=made.pk), bank)
    filled = words_of(make_document(made, form, "docx", by=bank.handler).content)
    made_pdf = make_document(made, form, "pdf", by=bank.handler)
    printed = pdf_words(made_pdf.content)
    for line in filled.splitlines():
        words = re.sub(r"\s", "", line)
        assert "第1页" in words or words in printed, (form, line)
    assert [secret for secret in PERSONAL if secret in printed] == []
    assert made_pdf.missing == ()


def test_the_decision_letter_says_findings_grounds_decision_and_remedies(bank: Bank) -> None:
    made = walk(complained(bank), bank, "answer")
    told = words_of(make_document(made, "decision", "docx", by=bank.handler).content)
    for words in (
        "调看监控，柜员确有不当言语",
        "您的投诉经认定为：成立。事实清楚",
        "经查属实，已处理",
        "核查",
        "调解",
        "仲裁",
        "诉讼",
        "总行（盖章）",
    ):
        assert words in told


def test_the_evidence_annex_numbers_the_files_with_their_digests(bank: Bank) -> None:
    made = complained(bank)
    digests = [attach(made, by=bank.handler, name=f"{n}.txt", content=io.BytesIO(b"x" * n)).sha256 for n in (1, 2)]
    made = Case.objects.get(pk=made.pk)
    told = words_of(make_document(made, "evidence", "docx", by=bank.handler).content)
    assert told.index(digests[0]) < told.index(digests[1])
    assert "共 2 份" in told
    printed = pdf_words(make_document(made, "evidence", "pdf", by=bank.handler).content)
    assert all(digest in printed for digest in digests)


def test_the_full_version_needs_the_permission_and_a_reason_and_leaves_the_reveal(bank: Bank) -> None:
    made = walk(complained(bank), bank, "answer")
    with pytest.raises(NotAllowed):
        make_document(made, "decision", "docx", by=bank.clerk, reason="寄送")
    with pytest.raises(Incomplete):
        make_document(made, "decision", "docx", by=bank.handler, reason="  ")
    assert not Event.objects.filter(case=made, kind__in=("reveal", "document")).exists()
    told = words_of(make_document(made, "handling", "docx", by=bank.handler, reason="寄送告知书", at=MONDAY).content)
    assert NAME in told and PHONE in told and CARD in told and "本件含客户完整信息" in told
    looked, paper = Event.objects.filter(case=made).order_by("seq").reverse()[:2][::-1]
    assert (looked.kind, looked.data["reason"]) == ("reveal", "寄送告知书")
    assert (paper.kind, paper.data["full"], paper.data["name"]) == ("document", True, "客户投诉处理单.docx")
    assert list(verify([made.number])) == []


def test_a_form_that_still_waits_for_something_is_refused_with_what_it_waits_for(bank: Bank) -> None:
    made = complained(bank)
    with pytest.raises(NotPossible, match="先作出认定"):
        make_document(made, "decision", "pdf", by=bank.handler)
    with pytest.raises(NoSuchForm):
        make_document(made, "../../etc/passwd", "pdf", by=bank.handler)


def test_what_a_customer_wrote_is_never_read_as_a_tag_or_as_markup(bank: Bank) -> None:
    wild = '{{ 编号 }} {% for x in y %} "#read(\\"/etc/passwd\\")" #panic() <w:p/> & \x0b\x00 $x$ *a* _b_ @c'
    made = case(bank, text="柜员态度差，" + wild.replace("\x00", ""))
    told = words_of(make_document(made, "record", "docx", by=bank.handler).content)
    assert "{{ 编号 }} {% for x in y %}" in told and "#panic() <w:p/> &" in told
    assert '#read(\\"/etc/passwd\\")"#panic()<w:p/>&' in pdf_words(
        make_document(made, "record", "pdf", by=bank.handler).content
    )


def test_the_page_sends_it_under_a_chinese_name_and_says_so_in_the_timeline(bank: Bank, signed_in: SignIn) -> None:
    made = walk(complained(bank), bank, "judge")
    client = signed_in(bank.handler)
    page = client.get(f"/cases/{made.number}/").content.decode()
    assert "客户投诉处理单" in page and 'value="evidence" disabled' in page
    for kind, kind_type, magic in (("docx", "wordprocessingml", b"PK"), ("pdf", "application/pdf", b"%PDF")):
        sent = client.post(f"/cases/{made.number}/paper/", {"form": "handling", "kind": kind})
        assert sent.status_code == 200
        assert sent.content.startswith(magic)
        assert kind_type in sent["Content-Type"]
        assert f"filename*=utf-8''客户投诉处理单_{made.number}.{kind}" in unquote(sent["Content-Disposition"])
        assert "no-store" in sent["Cache-Control"]
    assert "制作了表单" in client.get(f"/cases/{made.number}/").content.decode()


def test_the_page_refuses_who_may_not(bank: Bank, signed_in: SignIn) -> None:
    made = walk(complained(bank), bank, "judge")
    stranger = signed_in(bank.other_clerk)
    assert stranger.post(f"/cases/{made.number}/paper/", {"form": "handling", "kind": "pdf"}).status_code == 404
    clerk = signed_in(bank.clerk)
    assert clerk.get(f"/cases/{made.number}/paper/").status_code == 405
    asked = clerk.post(f"/cases/{made.number}/paper/", {"form": "handling", "kind": "pdf", "reason": "看看"})
    assert asked.status_code == 403
    early = clerk.post(f"/cases/{made.number}/paper/", {"form": "evidence", "kind": "pdf"})
    assert early.status_code == 409 and "要先提交证据" in early.content.decode()


def test_who_decided_in_a_colleagues_place_is_said_on_paper(bank: Bank) -> None:
    made = walk(complained(bank), bank, "approve")
    made.approvals.update(acting_for=bank.manager)
    told = words_of(make_document(Case.objects.get(pk=made.pk), "handling", "docx", by=bank.handler).content)
    assert f"{made.approvals.get().decided_by.name}（代{bank.manager.name}）" in told
