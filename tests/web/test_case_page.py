from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import TEXT, Bank, case, steps, walk
from tests.web.conftest import words_of
from tingsu.cases.models import Case, Event
from tingsu.org.models import User

SignIn = Callable[[User], Client]
JUDGED = {"verdict": "valid", "reason": "事实清楚", "complexity": "simple"}


def act_on_page(client: Client, made: Case, action: str, fields: dict[str, Any], version: int | None = None) -> Any:
    return client.post(f"/cases/{made.number}/do/{action}/", {**fields, "version": str(version or made.version)})


def form_of(fields: dict[str, Any]) -> dict[str, Any]:
    """An action's fields as a browser posts them."""
    posted = {k: v for k, v in fields.items() if k != "options"}
    for no, option in enumerate(fields.get("options", []), start=1):
        posted |= {f"options-{no}-{key}": value for key, value in option.items()}
    return posted


def test_the_page_opens_the_next_step_with_the_packs_fields(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.handler).get(f"/cases/{case(bank).number}/")
    assert "下一步：判断是否成立" in words_of(page)
    for field in ("verdict", "reason", "complexity"):
        assert f'name="{field}"' in page.content.decode()
    assert "理由是否充分" in words_of(page)  # the stage's hint from the pack


def test_a_complaint_walks_from_clerk_to_close_in_the_browser(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    for action, who, fields in steps(bank):
        client = signed_in(who)
        opened = client.get(f"/cases/{made.number}/do/{action}/")
        assert f"/cases/{made.number}/do/{action}/" in opened.content.decode()
        done = act_on_page(client, made, action, form_of(fields))
        assert done.status_code == 302, words_of(done)
        made.refresh_from_db()
    assert made.stage == "closed"
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    assert "这件投诉已经办完" in page
    assert "道歉并补偿误工费300元" in page
    assert "孙涛（责任部门负责人，江州分行） 提交调查结果" in page


def test_what_is_missing_is_marked_and_what_was_typed_stays(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    page = act_on_page(signed_in(bank.handler), made, "judge", {"reason": "写了很久的理由"})
    assert page.status_code == 422
    assert "请填写「认定」" in words_of(page)
    assert "写了很久的理由" in page.content.decode()
    made.refresh_from_db()
    assert made.stage == "recorded"


def test_the_slower_of_two_sees_what_changed_and_keeps_the_words(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    seen = made.version
    act_on_page(signed_in(bank.handler), made, "judge", JUDGED)
    page = act_on_page(signed_in(bank.handler2), made, "judge", {**JUDGED, "reason": "我的另一种看法"}, version=seen)
    assert page.status_code == 409
    assert "您打开之后发生的变化" in words_of(page)
    assert "李敏（投诉处理专员，消费者权益保护部） 作出初步认定" in words_of(page)
    assert "我的另一种看法" in words_of(page)  # judging is no longer on offer, so the words are shown to copy


def test_a_conflict_on_a_step_still_open_keeps_the_form_filled_with_the_new_version(
    bank: Bank, signed_in: SignIn
) -> None:
    made = case(bank)
    seen = made.version
    act_on_page(signed_in(bank.handler), made, "promise", {"promised_at": "2099-01-01T10:00", "words": "回电"})
    page = act_on_page(signed_in(bank.handler2), made, "judge", {**JUDGED, "reason": "我的看法"}, version=seen)
    text = page.content.decode()
    assert page.status_code == 409
    assert re.search(r'<textarea[^>]*name="reason"[^>]*>我的看法</textarea>', text)
    assert f'name="version" value="{seen + 1}"' in text


def test_who_may_not_act_is_told_who_may(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    client = signed_in(bank.clerk)
    page = words_of(client.get(f"/cases/{made.number}/"))
    assert "下一步由其他同事办理" in page
    assert "投诉处理专员、投诉处理负责人" in page
    refused = act_on_page(client, made, "judge", JUDGED)
    assert refused.status_code == 403
    assert "事实清楚" in words_of(refused)


def test_the_options_editor_keeps_rows_and_recommendation_when_refused(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "investigate")
    two = {"options-1-kind": "退费", "options-1-text": "退年费", "options-2-kind": "补偿", "options-2-text": "补偿",
           "options-2-amount": "88.5", "chosen": "2"}  # fmt: skip
    page = act_on_page(signed_in(bank.lead), made, "propose", two)
    text = page.content.decode()
    assert page.status_code == 422
    assert "要有 3 到 4 套，现有 2 套" in words_of(page)
    assert 'value="88.5"' in text
    assert re.search(r'name="chosen" value="2"\s+checked', text)


def test_personal_data_shows_masked_and_in_full_only_with_a_reason_on_record(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    client = signed_in(bank.handler)
    masked = client.get(f"/cases/{made.number}/").content.decode()
    assert "13800001234" not in masked
    assert "138****1234" in masked
    assert client.post(f"/cases/{made.number}/reveal/", {"reason": " "}).status_code == 422
    shown = client.post(f"/cases/{made.number}/reveal/", {"reason": "回电核实"})
    assert "13800001234" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Event.objects.get(kind="reveal").data["reason"] == "回电核实"
    refused = signed_in(bank.clerk).post(f"/cases/{made.number}/reveal/", {"reason": "看看"})
    assert refused.status_code == 403


def test_the_words_behind_the_reading_are_marked_in_the_masked_text(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.handler).get(f"/cases/{case(bank).number}/").content.decode()
    said = page[page.index('<div class="said">') :]
    said = said[: said.index("</div>")]
    assert re.search(r'<mark class="mark-demand" title="诉求：[^"]+">[^<]*道歉', said)
    assert re.search(r'<mark class="mark-personal"[^>]*>138\*\*\*\*1234</mark>', said)


def test_correcting_sends_only_what_was_changed(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    client = signed_in(bank.handler)
    form = client.get(f"/cases/{made.number}/do/correct/").content.decode()
    assert re.search(rf'value="{made.cause}"\s+selected', form)
    held = {"business": made.business, "cause": made.cause, "emotion": str(made.emotion), "demands": made.demands}
    act_on_page(client, made, "correct", {**held, "emotion": "3"})
    made.refresh_from_db()
    assert (made.emotion, made.corrected) == (3, True)
    assert set(Event.objects.get(kind="correct").data["fields"]) == {"emotion"}


def test_every_deadline_explains_itself(bank: Bank, signed_in: SignIn) -> None:
    page = words_of(signed_in(bank.handler).get(f"/cases/{case(bank).number}/"))
    assert "为什么是这一天" in page
    assert "收到当日不计" in page


def test_evidence_goes_in_numbered_and_comes_out_as_a_download(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    client = signed_in(bank.handler)
    file = io.BytesIO(b"<script>alert(1)</script>")
    file.name = "回单.txt"
    assert client.post(f"/cases/{made.number}/evidence/", {"file": file}).status_code == 302
    sent = client.get(f"/cases/{made.number}/evidence/1/")
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["Content-Type"] == "application/octet-stream"
    assert b"".join(sent.streaming_content) == b"<script>alert(1)</script>"
    wrong = io.BytesIO(b"MZ")
    wrong.name = "x.exe"
    refused = client.post(f"/cases/{made.number}/evidence/", {"file": wrong})
    assert refused.status_code == 422
    assert "只接收" in words_of(refused)


def test_a_case_out_of_reach_and_a_case_that_is_not_look_the_same(bank: Bank, signed_in: SignIn) -> None:
    hidden = case(bank, by=bank.other_clerk)
    client = signed_in(bank.clerk)
    for number in (hidden.number, "99990001"):
        page = client.get(f"/cases/{number}/")
        assert page.status_code == 404
        assert "找不到工单" in words_of(page)


def test_the_case_page_asks_a_fixed_number_of_queries(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    young, old = case(bank), walk(case(bank, phone="13911112222"), bank)
    counts = []
    for made in (young, old):
        client.get(f"/cases/{made.number}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/cases/{made.number}/")
        counts.append(len(seen))
    assert max(counts) <= 32, counts


def test_the_printed_form_carries_the_whole_case(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank)
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/form/"))
    for words in ("客户投诉处理单", made.number, "张*", "138****1234", "调看监控", "同意", "加强晨会演练"):
        assert words in page
    assert TEXT[:10] in page


@pytest.mark.parametrize("posted", [{}, {"version": "x"}, {"version": "0"}, {"verdict": ["a", "b"], "reason": "\x00"}])
def test_a_broken_post_is_answered_not_crashed(bank: Bank, signed_in: SignIn, posted: dict[str, Any]) -> None:
    made = case(bank)
    page = signed_in(bank.handler).post(f"/cases/{made.number}/do/judge/", posted)
    assert page.status_code in (400, 409, 422)


def test_an_action_the_pack_does_not_know_is_refused_plainly(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    page = signed_in(bank.handler).post(f"/cases/{made.number}/do/explode/", {"version": str(made.version)})
    assert page.status_code == 409
    assert "现在可以" in words_of(page)


def test_a_clock_is_called_by_whose_time_it_keeps(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "route")
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    assert "法定到期" in page and "内部时限" in page  # the statute's clock, and the supporting unit's by our own rule
    assert "约定到期" not in page


def test_a_field_asked_for_under_one_answer_says_which_answer_that_is(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "route")
    page = signed_in(bank.lead).get(f"/cases/{made.number}/do/investigate/")
    field = page.content.decode().split('data-needed-name="responsibility" data-needed-value="有责投诉"')[1]
    label = field.split("</div>")[0]
    assert "差错类型" in label and "选「有责投诉」时必填" in label and "选填" not in label
