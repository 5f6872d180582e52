"""Batches and shared contacts over the store: gathered by a job, shown to the right people, decided by nobody."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.cases.test_concurrency import at_once
from tests.make import MONDAY, Bank
from tests.make import case as make_case
from tingsu.cases import bundles
from tingsu.cases.bundles import bundle_case, list_suspicions, show_suspicion, suspicions_of
from tingsu.cases.errors import NotFound
from tingsu.cases.models import Bundle, BundleCase, Case, Near
from tingsu.cases.near import link_near
from tingsu.org.permissions import NotAllowed

LETTER = (
    "本人{name}因经营失败导致信用卡欠款{sum}元暂时无力偿还，本人并非恶意逾期，还款意愿强烈，"
    "现申请停息挂账，分{times}期偿还本金，请书面回复。"
)
PLAIN = "手机银行转账{sum}元显示处理中，三天了一直没有到账，客服每次都说再等等，要求今天之内查清并把钱退回来。"
STORIES = ["理财亏了一半，客户经理当初说保本", "信用卡年费没人告诉过我，要求退还", "房贷利率一直没有降下来，请解释"]
LATER = MONDAY + timedelta(days=9)


def case(bank: Bank, text: str, number: int, **more: object) -> Case:
    name = more.pop("name", f"客户{'甲乙丙丁戊己庚辛'[number]}")
    phone = more.pop("phone", f"1540000{number:04d}")
    made = make_case(bank, text=text, name=name, phone=phone, at=MONDAY + timedelta(days=number), **more)  # type: ignore[arg-type]
    link_near(made)
    return made


def letters(bank: Bank, text: str, count: int, **more: object) -> list[Case]:
    return [case(bank, text.format(name="某", sum=1000 + 70 * n, times=12 + n), n, **more) for n in range(count)]


def test_one_wording_from_three_customers_is_shown_with_counts_and_period(bank: Bank) -> None:
    made = letters(bank, PLAIN, 4)
    (one,) = list_suspicions(by=bank.handler, at=LATER)
    assert (one.kind, one.bundle.cases, one.bundle.customers) == ("batch", 4, 4)
    assert (one.bundle.first_at, one.bundle.last_at) == (made[0].received_at, made[3].received_at)
    assert one.example == made[0]


def test_two_customers_are_not_shown_yet(bank: Bank) -> None:
    letters(bank, PLAIN, 2)
    assert list_suspicions(by=bank.handler, at=LATER) == []


def test_one_customer_four_times_is_no_batch(bank: Bank) -> None:
    letters(bank, PLAIN, 4, name="张三", phone="13800001234")
    assert list_suspicions(by=bank.handler, at=LATER) == []
    assert Bundle.objects.get(sort="wording").customers == 1


def test_a_batch_in_an_agents_words_is_marked_with_the_words(bank: Bank) -> None:
    letters(bank, LETTER, 3)
    (one,) = list_suspicions(by=bank.handler, at=LATER)
    assert one.kind == "agent"
    assert {"停息挂账", "非恶意逾期", "还款意愿强烈"} <= set(one.words)


def test_a_telephone_in_the_text_ties_unrelated_customers(bank: Bank) -> None:
    made = [case(bank, f"{text}，请回电15487654321。", n) for n, text in enumerate(STORIES)]
    (one,) = list_suspicions(by=bank.handler, at=LATER)
    assert (one.kind, one.bundle.customers, one.contacts) == ("contact", 3, ("手机 154****4321",))
    assert [case.pk for case in show_suspicion(one.bundle.pk, by=bank.handler).cases] == [c.pk for c in made[::-1]]


def test_a_telephone_of_the_form_ties_them_too_and_joins_the_batch_it_is_seen_in(bank: Bank) -> None:
    letters(bank, PLAIN, 3, phone="15487654321")
    wording, contact = list_suspicions(by=bank.handler, at=LATER)
    assert (wording.kind, wording.contacts) == ("agent", ("手机 154****4321",))
    assert contact.kind == "contact"


def test_the_bank_clerk_complained_of_is_nobodys_agent(bank: Bank) -> None:
    for n, text in enumerate(STORIES):
        case(bank, f"{text}，催收用15487654321骚扰我家人。", n)
    assert list_suspicions(by=bank.handler, at=LATER) == []


def test_old_batches_are_not_shown_for_ever_and_one_letter_a_year_is_none(bank: Bank) -> None:
    letters(bank, PLAIN, 3)
    assert list_suspicions(by=bank.handler, at=LATER + timedelta(days=400)) == []
    case(bank, PLAIN.format(sum=5), 5)
    Case.objects.order_by("-pk").update(received_at=MONDAY)
    last = Case.objects.order_by("-pk").first()
    assert last is not None
    Case.objects.filter(pk=last.pk).update(received_at=LATER + timedelta(days=400))
    Bundle.objects.update(last_at=LATER + timedelta(days=400))
    assert list_suspicions(by=bank.handler, at=LATER + timedelta(days=400)) == []


def test_a_job_run_twice_counts_once(bank: Bank) -> None:
    made = letters(bank, PLAIN, 3)
    for one in made:
        link_near(one)
    bundle = Bundle.objects.get(sort="wording")
    assert (bundle.cases, bundle.customers, BundleCase.objects.count()) == (3, 3, 3)


def test_only_who_watches_over_the_whole_sees_the_list(bank: Bank) -> None:
    letters(bank, PLAIN, 3)
    for who in (bank.clerk, bank.admin):
        with pytest.raises(NotAllowed):
            list_suspicions(by=who, at=LATER)
    for who in (bank.handler, bank.head, bank.manager, bank.executive, bank.auditor):
        assert len(list_suspicions(by=who, at=LATER)) == 1


def test_a_manager_sees_the_cases_of_his_branch_and_how_many_lie_beyond(bank: Bank) -> None:
    there = letters(bank, PLAIN, 3, by=bank.other_clerk)
    assert list_suspicions(by=bank.manager, at=LATER) == []
    with pytest.raises(NotFound):
        show_suspicion(Bundle.objects.get().pk, by=bank.manager)
    here = case(bank, PLAIN.format(sum=77), 6)
    (one,) = list_suspicions(by=bank.manager, at=LATER)
    shown = show_suspicion(one.bundle.pk, by=bank.manager)
    assert (one.example, [c.pk for c in shown.cases], shown.beyond) == (here, [here.pk], len(there))


def test_a_case_tells_of_its_batch(bank: Bank) -> None:
    made = letters(bank, PLAIN, 3)
    (one,) = suspicions_of(made[1], by=bank.handler)
    assert (one.kind, one.bundle.customers) == ("batch", 3)


def test_nothing_there_is_not_found(bank: Bank) -> None:
    with pytest.raises(NotFound):
        show_suspicion(4711, by=bank.handler)


def test_two_bundles_of_one_batch_become_one_when_a_case_is_like_both(bank: Bank) -> None:
    made = [make_case(bank, text=PLAIN.format(sum=n), name=f"客户{n}", phone=f"154{n:08d}") for n in range(5)]
    bundle_case(made[1], [made[0]])
    bundle_case(made[3], [made[2]])
    assert sorted(Bundle.objects.values_list("cases", flat=True)) == [2, 2]
    bundle_case(made[4], made[3::-1])
    (one,) = Bundle.objects.filter(sort="wording")
    assert (one.representative, one.cases, one.customers, one.members.count()) == (made[0], 5, 5, 5)


def test_a_great_batch_hides_no_other_from_the_list(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    letters(bank, PLAIN, 5)
    there = letters(bank, LETTER, 3, by=bank.other_clerk)
    monkeypatch.setattr(bundles, "MOST_LISTED", 2)
    assert [one.example for one in list_suspicions(by=bank.handler, at=LATER)][0] == there[0]
    assert len(list_suspicions(by=bank.handler, at=LATER)) == 2


def test_workers_that_look_at_one_batch_at_once_open_one_bundle(lasting_bank: Bank) -> None:
    made = [make_case(lasting_bank, text=PLAIN.format(sum=n), name=f"客户{n}", phone=f"154{n:08d}") for n in range(6)]
    at_once(*(partial(link_near, one) for one in made))
    (one,) = Bundle.objects.filter(sort="wording")
    assert (one.cases, one.customers, one.members.count()) == (6, 6, 6)
    assert Near.objects.count() == 6 * 5
