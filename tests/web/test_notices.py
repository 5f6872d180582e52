"""The page of notices, the bell, and the panel of promises on the case page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.notices import give_notice
from tingsu.cases.overdue_tables import Notice
from tingsu.cases.sweeping import sweep
from tingsu.org.models import User

SignIn = Callable[[User], Client]


def warned(bank: Bank, n: int = 0) -> Case:
    """A case of thirteen days ago whose statute is about to run out."""
    made = case(bank, at=now() - timedelta(days=13), phone=f"1380000{n:04d}", name=f"客户{n}")
    made = walk(made, bank, "judge")
    sweep(now())
    return made


def test_a_notice_says_what_which_case_how_long_and_what_next(bank: Bank, signed_in: SignIn) -> None:
    made = warned(bank)
    page = words_of(signed_in(bank.handler).get(reverse("notices")))
    assert "1 条未读" in page and made.number in page and made.subject in page
    assert "简单投诉办结并告知" in page and "确定责任部门" in page
    assert "还没有提醒" in words_of(signed_in(bank.clerk).get(reverse("notices")))


def test_the_bell_counts_what_is_unread(bank: Bank, signed_in: SignIn) -> None:
    warned(bank)
    browser = signed_in(bank.handler)
    assert "提醒1 条未读" in words_of(browser.get(reverse("queue")))
    notice = Notice.objects.get(to=bank.handler)
    assert browser.post(reverse("notices"), {"notice": notice.pk}).status_code == 302
    assert "条未读" not in words_of(browser.get(reverse("queue")))


def test_nobody_reads_anothers_notice_away(bank: Bank, signed_in: SignIn) -> None:
    warned(bank)
    notice = Notice.objects.get(to=bank.handler)
    for junk in (notice.pk, "x", "9" * 400, "²", ""):
        assert signed_in(bank.head).post(reverse("notices"), {"notice": junk}).status_code == 302
    assert Notice.objects.get(pk=notice.pk).read_at is None
    signed_in(bank.handler).post(reverse("notices"), {"all": "1"})
    assert Notice.objects.get(pk=notice.pk).read_at is not None


def test_a_case_out_of_reach_is_named_by_its_number_alone(bank: Bank, signed_in: SignIn) -> None:
    made = warned(bank)
    give_notice(made, [bank.other_clerk], kind="handed", words={"zh": "请接手"}, at=now())
    page = words_of(signed_in(bank.other_clerk).get(reverse("notices")))
    assert made.number in page and made.subject not in page and "已不在您可查看的范围内" in page


def test_the_page_costs_the_same_however_many_notices(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        warned(bank, n)
    browser = signed_in(bank.handler)
    browser.get(reverse("notices"))
    with django_assert_max_num_queries(9):
        assert "6 条未读" in words_of(browser.get(reverse("notices")))


def test_the_timeline_tells_of_the_warning(bank: Bank, signed_in: SignIn) -> None:
    made = warned(bank)
    page = words_of(signed_in(bank.handler).get(reverse("case", args=[made.number])))
    assert "系统 发出时限预警" in page


def test_promises_have_their_own_list_and_the_broken_ones_are_counted(bank: Bank, signed_in: SignIn) -> None:
    long_ago = now() - timedelta(days=3)
    made = case(bank, at=long_ago)
    for days, words in ((1, "周二回电"), (30, "月底前换存折")):
        fields = {"promised_at": (long_ago + timedelta(days=days)).isoformat(), "words": words, "about": "deed"}
        made = act(made, "promise", fields, by=bank.clerk, version=made.version, at=long_ago)
    page = words_of(signed_in(bank.clerk).get(reverse("case", args=[made.number])))
    assert "失约 1 项" in page and "1. 周二回电" in page and "2. 月底前换存折" in page and "待兑现" in page


def test_a_promise_the_text_tells_of_is_one_click_away(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, at=now(), text="客户经理上周说三天之内给我答复，一个电话没有，要求道歉。")
    browser = signed_in(bank.clerk)
    page = browser.get(reverse("case", args=[made.number])).content.decode()
    assert "登记为承诺" in page
    link = page.split("登记为承诺")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    form = browser.get(link).content.decode()
    assert "答复" in form.split('name="words"')[1][:200]


def test_the_tries_to_reach_the_customer_are_shown(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank, at=now() - timedelta(hours=5)), bank, "judge", at=now() - timedelta(hours=5))
    made = act(made, "try_contact", {"result": "no_answer"}, by=bank.handler, version=made.version)
    page = words_of(signed_in(bank.handler).get(reverse("case", args=[made.number])))
    assert "联系过 1 次" in page and "无人接听" in page and "已计 1 次" in page
