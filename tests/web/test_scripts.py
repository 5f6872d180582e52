"""The pages of scripts and objections: what is found, shown, changed, put into a draft, rated and warned of."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.assist.objections.walking import trees_of
from tingsu.assist.scripts.editing import make_script, set_review
from tingsu.assist.scripts.shelf import forget_shelves, rating_of, shelf_of
from tingsu.assist.scripts.tables import ScriptUse, SiteScript
from tingsu.base.clock import today
from tingsu.org.models import User
from tingsu.packs.scripts import SEGMENT_VALUES

SignIn = Callable[[User], Client]
TYPED = {
    "title": "客户嫌空调太冷", "text": "{客户称呼}，我马上把风口调开，{预计时间}再来看您。", "ordinary": "没办法，是统一的。",
    "why": "先办能办的。", "words": "空调 太冷", "steps": ["calm"], "needs": ["求尊重"], "segment-age": ["年长"],
}  # fmt: skip
VERB = {**TYPED, "segments": {}}
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_shelves() -> Iterator[None]:
    forget_shelves()
    yield
    forget_shelves()


def shipped_id() -> str:
    return next(slug for slug, kept in shelf_of("bank").kept.items() if not kept.script.counter_example)


def test_the_search_for_cases_above_does_not_repeat_what_is_asked_of_the_library(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    page = client.get("/scripts/", {"q": "要见领导"}).content.decode()
    assert page.count('value="要见领导"') == 1
    assert 'value="要见领导"' in client.get("/search/", {"q": "要见领导"}).content.decode()


def test_the_library_is_searched_by_a_sentence_and_says_why(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).get("/scripts/", {"q": "客户排队太久嚷着要见领导"})
    words = words_of(page)
    assert page.status_code == 200 and "词：" in words and "对上：" in words
    assert "新建话术" not in words  # a clerk reads
    none = words_of(signed_in(bank.clerk).get("/scripts/", {"q": "火星探测器轨道"}))
    assert "没有找到这样的话术" in none and "清除" in none
    assert signed_in(bank.clerk).get("/scripts/", {"q": "长" * 200}).status_code == 200


def test_it_is_narrowed_and_turned_page_by_page(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    first = client.get("/scripts/", {"need": "求补偿"})
    assert first.status_code == 200
    assert len(re.findall('<article class="panel script-card', first.content.decode())) <= 20
    assert client.get("/scripts/", {"page": "2"}).status_code == 200
    assert client.get("/scripts/", {"page": "999", "step": "nonsense", "show": "x"}).status_code == 200
    assert client.get("/scripts/", {"pack": "no-such-pack"}).status_code == 404


def test_an_ordinary_and_a_better_wording_stand_side_by_side(bank: Bank, signed_in: SignIn) -> None:
    make_script("bank", VERB, by=bank.head)
    words = words_of(signed_in(bank.clerk).get("/scripts/", {"q": "空调太冷"}))
    assert "平常说法 没办法，是统一的。" in words and "这样说更好" in words and "先办能办的。" in words


def test_counter_examples_are_shown_only_where_asked_for_and_loudly(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    bad = next(kept.script for kept in shelf_of("bank").kept.values() if kept.script.counter_example)
    assert "反面教材：不要这样说" not in words_of(client.get("/scripts/"))
    page = client.get("/scripts/", {"show": "counter"})
    assert "反面教材：不要这样说" in words_of(page) and f"<s>{html.escape(bad.text)}</s>" in page.content.decode()
    one = client.get(f"/scripts/{bad.id}/")
    assert "反面教材：不要这样说" in words_of(one) and "该怎么说" in words_of(one)


def test_a_script_is_written_changed_reviewed_retired_and_restored(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.head)
    refused = client.post("/scripts/new/", {**TYPED, "text": "{姓名}您好"})
    assert refused.status_code == 422 and "没有这样的空位：{姓名}" in words_of(refused)
    assert "空调 太冷" in refused.content.decode()  # what was typed is still there
    made = client.post("/scripts/new/", {**TYPED, "review_on": "2027-01-31", "owner": "head"}, follow=True)
    slug = SiteScript.objects.get().slug
    assert "本机构自编" in words_of(made) and "2027-01-31" in words_of(made) and "第 1 版 陈立 新建" in words_of(made)
    form = client.get(f"/scripts/{slug}/edit/")
    assert 'value="年长" checked' in form.content.decode()
    changed = client.post(
        f"/scripts/{slug}/edit/", {**TYPED, "text": "新说法。", "version": 1, "reason": "更短"}, follow=True
    )
    assert "新说法。" in words_of(changed) and "更短" in words_of(changed) and "改回这一版" in words_of(changed)
    back = client.post(f"/scripts/{slug}/", {"do": "back", "to": 1, "version": 2}, follow=True)
    assert "我马上把风口调开" in words_of(back)
    client.post(
        f"/scripts/{slug}/", {"do": "reviewed", "review_on": (today() + timedelta(9)).isoformat(), "version": 3}
    )
    gone = client.post(f"/scripts/{slug}/", {"do": "retire", "reason": "过时", "version": 4}, follow=True)
    assert "已停用" in words_of(gone) and "恢复使用" in words_of(gone)
    assert "客户嫌空调太冷" in words_of(client.get("/scripts/", {"show": "retired"}))
    assert "已恢复使用" in words_of(client.post(f"/scripts/{slug}/", {"do": "restore", "version": 5}, follow=True))
    assert SiteScript.objects.get().version == 6


def test_a_packs_script_becomes_the_sites_version_and_goes_back(bank: Bank, signed_in: SignIn) -> None:
    client, slug = signed_in(bank.head), shipped_id()
    form = client.get(f"/scripts/{slug}/edit/")
    assert "盖在方案包的原文上面" in words_of(form)
    saved = client.post(f"/scripts/{slug}/edit/", {**TYPED, "version": 0}, follow=True)
    assert "本机构改写" in words_of(saved) and "方案包的原文" in words_of(saved)
    restored = client.post(f"/scripts/{slug}/", {"do": "back", "to": 0, "version": 1}, follow=True)
    assert "方案包自带" in words_of(restored)


def test_a_second_editor_sees_what_changed_and_keeps_what_was_typed(bank: Bank, signed_in: SignIn) -> None:
    client, slug = signed_in(bank.head), shipped_id()
    client.post(f"/scripts/{slug}/edit/", {**TYPED, "text": "甲稿。", "version": 0})
    late = client.post(f"/scripts/{slug}/edit/", {**TYPED, "text": "乙稿。", "version": 0})
    assert late.status_code == 409
    words = words_of(late)
    assert "陈立修改了内容" in words and "甲稿。" in words and "乙稿。" in late.content.decode()
    version = re.search(r'name="version" value="(\d+)"', late.content.decode())
    assert (
        version
        and client.post(f"/scripts/{slug}/edit/", {**TYPED, "text": "乙稿。", "version": version[1]}).status_code == 302
    )


def test_who_may_not_is_told_who_may(bank: Bank, signed_in: SignIn) -> None:
    client, slug = signed_in(bank.handler), shipped_id()
    for page in (
        client.get("/scripts/new/"),
        client.post("/scripts/new/", TYPED),
        client.get(f"/scripts/{slug}/edit/"),
    ):
        assert page.status_code == 403 and "投诉处理负责人" in words_of(page)
    refused = client.post(f"/scripts/{slug}/", {"do": "retire", "reason": "不要", "version": 0})
    assert refused.status_code == 403 and not SiteScript.objects.exists()
    assert "管理" not in words_of(client.get(f"/scripts/{slug}/")).split("用在哪里")[1]
    assert Client().get("/scripts/").status_code == 302


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"do": "nothing"}, 404),
        ({"do": "reviewed", "review_on": "昨天", "version": 0}, 422),
        ({"do": "owner", "owner": "nobody", "version": 0}, 422),
        ({"do": "retire", "reason": "", "version": 0}, 422),
        ({"do": "retire", "reason": "旧", "version": "x"}, 409),
        ({"do": "back", "to": "x", "version": 0}, 409),
    ],
)
def test_what_cannot_be_done_is_said(bank: Bank, signed_in: SignIn, said: dict[str, Any], status: int) -> None:
    assert signed_in(bank.head).post(f"/scripts/{shipped_id()}/", said).status_code == status


def test_a_wording_that_should_not_be_said_is_told_to_who_wrote_it(bank: Bank, signed_in: SignIn) -> None:
    made = make_script("bank", {**VERB, "text": "这个连几岁小孩都会，您自己看吧。"}, by=bank.head)
    fine = make_script("bank", VERB, by=bank.head)
    client = signed_in(bank.head)
    assert "答复检查在这条话术里找到了要改的地方" in words_of(client.get(f"/scripts/{made.slug}/"))
    assert "答复检查" not in words_of(client.get(f"/scripts/{fine.slug}/"))
    assert "答复检查" not in words_of(signed_in(bank.clerk).get(f"/scripts/{made.slug}/"))


def test_due_ones_stand_out_for_who_keeps_them(bank: Bank, signed_in: SignIn) -> None:
    slug = shipped_id()
    set_review("bank", slug, date(2026, 1, 1), by=bank.head, version=0)
    words = words_of(signed_in(bank.head).get("/scripts/"))
    assert "有 1 条话术到了复核日期" in words
    assert "有 1 条话术到了复核日期" not in words_of(signed_in(bank.clerk).get("/scripts/"))
    due = signed_in(bank.head).get("/scripts/", {"show": "due"})
    assert due.content.decode().count("script-card") == 1 and "待复核" in words_of(due)


def test_the_panel_beside_a_case_fills_and_explains(bank: Bank, signed_in: SignIn) -> None:
    held = case(bank)
    client = signed_in(bank.handler)
    assert f'hx-get="/cases/{held.number}/scripts/"' in client.get(f"/cases/{held.number}/").content.decode()
    part = client.get(f"/cases/{held.number}/scripts/", headers=HX)
    assert part.status_code == 200 and "<html" not in part.content.decode()
    assert "对上：" in words_of(part) and part.content.decode().count("data-script=") == 3
    make_script("bank", VERB, by=bank.head)
    found = client.get(f"/cases/{held.number}/scripts/", {"q": "空调太冷"}, headers=HX)
    text = found.content.decode()
    assert 'data-script="我马上把风口' not in text  # the slot after the name is not before 您
    assert "还要填：预计时间" in words_of(found) and '<mark class="slot-open">{预计时间}</mark>' in text
    whole = client.get(f"/cases/{held.number}/scripts/", {"q": "火星探测器轨道"})
    assert "<html" in whole.content.decode() and "没有找到" in words_of(whole)
    assert signed_in(bank.other_clerk).get(f"/cases/{held.number}/scripts/").status_code == 404
    too_long = client.get(f"/cases/{held.number}/scripts/", {"q": "长" * 201}, headers=HX)
    assert too_long.status_code == 409 and "太长" in words_of(too_long)


def test_one_press_counts_the_use_and_asks_how_it_went(bank: Bank, signed_in: SignIn) -> None:
    held, slug = case(bank), shipped_id()
    client = signed_in(bank.clerk)
    asked = client.post(f"/cases/{held.number}/scripts/{slug}/use/", headers=HX)
    assert "有帮助吗？" in words_of(asked) and rating_of("bank", slug).used == 1
    use = ScriptUse.objects.get()
    assert use.case == held and use.by == bank.clerk
    assert "有帮助吗？" in words_of(client.get(f"/cases/{held.number}/scripts/", headers=HX))  # asked again later
    thanks = client.post(f"/scripts/uses/{use.pk}/rate/", {"helped": "1"}, headers=HX)
    assert "谢谢" in words_of(thanks) and rating_of("bank", slug).helped == 1
    assert "有帮助吗？" not in words_of(client.get(f"/cases/{held.number}/scripts/", headers=HX))
    assert signed_in(bank.handler).post(f"/scripts/uses/{use.pk}/rate/", {"helped": "0"}).status_code == 404
    assert client.get(f"/cases/{held.number}/scripts/{slug}/use/").status_code == 405
    bad = next(s for s, kept in shelf_of("bank").kept.items() if kept.script.counter_example)
    assert client.post(f"/cases/{held.number}/scripts/{bad}/use/", headers=HX).status_code == 409


def test_without_scripts_of_the_browser_the_answer_opens_with_the_words_in_it(bank: Bank, signed_in: SignIn) -> None:
    made = make_script("bank", {**VERB, "text": "编号{工单号}已办好。"}, by=bank.head)
    held = walk(case(bank), bank, "carry_out")
    client = signed_in(bank.handler)
    opened = client.post(f"/cases/{held.number}/scripts/{made.slug}/use/", follow=True)
    assert opened.redirect_chain[-1][0].startswith(f"/cases/{held.number}/do/answer/?answer=")
    assert re.search(rf'name="answer"[^>]*>编号{held.number}已办好。</textarea>', opened.content.decode())
    early = case(bank, phone="13900001111")
    copied = signed_in(bank.clerk).post(f"/cases/{early.number}/scripts/{made.slug}/use/", follow=True)
    assert "请从这里复制" in words_of(copied)
    assert f"readonly>编号{early.number}已办好。</textarea>" in copied.content.decode()


def test_pages_ask_the_same_number_of_questions_however_many_scripts(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(25):
        make_script("bank", {**VERB, "title": f"空调太冷{n}"}, by=bank.head)
    client, held = signed_in(bank.head), case(bank)
    paths = ["/scripts/", "/scripts/?q=空调太冷", f"/scripts/{shipped_id()}/", f"/cases/{held.number}/scripts/?q=空调"]
    for path, most in zip(paths, [10, 12, 14, 26], strict=True):
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_an_objection_is_walked_without_any_script(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    trees = trees_of("bank")
    good = next(t for t in trees if not t.counter_example and any(n.next for n in t.nodes))
    listed = words_of(client.get("/objections/"))
    assert good.title.zh in listed and "反面教材：认得出来，不要照着说" in listed
    page = client.get(f"/objections/{good.id}/")
    start = next(n for n in good.nodes if n.id == good.start)
    assert start.says in words_of(page) and "客户接着怎么样？" in words_of(page)
    onward = client.get(f"/objections/{good.id}/", {"at": "1"})
    assert "上一步" in words_of(onward) and "回到这一步" in words_of(onward) and start.next[0].when in words_of(onward)
    assert client.get(f"/objections/{good.id}/", {"at": "9.x"}).status_code == 200
    assert client.get("/objections/no-such/").status_code == 404
    assert "没有找到这样的异议" in words_of(client.get("/objections/", {"q": "火星探测器"}))


def test_warning_trees_are_marked_at_every_step(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    for tree in (t for t in trees_of("bank") if t.counter_example):
        for at in ("", "1", "1.1"):
            words = words_of(client.get(f"/objections/{tree.id}/", {"at": at}))
            assert (
                "反面教材：这些话不能对客户说。" in words
                and "反面教材：不要这样说" in words
                and "您可以说" not in words
            )


def test_the_pages_are_read_in_english_too(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.head)
    client.post("/language/", {"language": "en"})
    for path in ("/scripts/", f"/scripts/{shipped_id()}/", "/scripts/new/", "/objections/"):
        assert client.get(path).status_code == 200
    narrow = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', client.get("/scripts/").content.decode())
    kinds = {value: words for value, words in narrow if value in SEGMENT_VALUES}
    assert kinds["年长"].endswith("· Older") and not re.search("[一-鿿]", "".join(kinds.values()))
    assert ("特殊群体", "Special needs") in re.findall(
        r'value="([^"]+)"> ([^<]+)<', client.get("/scripts/new/").content.decode()
    )
