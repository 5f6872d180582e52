"""Promises: each has its time, is chased whatever the progress, and stands in the way of closing until settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.make import MONDAY, Bank, case
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.overdue_tables import Notice
from tingsu.cases.promises import count_broken, promises_of
from tingsu.cases.sweeping import sweep
from tingsu.org.editions import put_in_force
from tingsu.org.models import User
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def do(made: Case, action: str, fields: dict[str, Any], by: User, at: Any = MONDAY) -> Case:
    made.refresh_from_db()
    return act(made, action, fields, by=by, version=made.version, at=at)


def promised(made: Case, bank: Bank, words: str = "换好存折", days: int = 2, **more: str) -> Case:
    fields = {"promised_at": (MONDAY + days * DAY).isoformat(), "words": words, **more}
    return do(made, "promise", fields, bank.clerk)


def followed_up(bank: Bank, **more: str) -> Case:
    """A case that waits for nothing but its summing up, promised something on the way."""
    made = promised(case(bank), bank, **more)
    do(made, "judge", {"verdict": "not_valid", "reason": "按章", "complexity": "simple"}, bank.handler)
    do(made, "explain", {"answer": "已说明", "means": "phone"}, bank.handler)
    return do(made, "follow_up", {"reached": "yes", "satisfaction": "satisfied"}, bank.handler)


def standing(made: Case, at: Any = MONDAY) -> list[str]:
    made = Case.objects.get(pk=made.pk)
    return [promise.standing for promise in promises_of(made, at=at)]


CLOSE = {"summary": "已办妥"}


def test_a_promise_to_answer_is_kept_by_the_answer(bank: Bank) -> None:
    made = followed_up(bank)
    assert standing(made) == ["kept"]
    assert do(made, "close", CLOSE, bank.handler).closed_at


def test_a_promised_deed_stands_in_the_way_of_closing(bank: Bank) -> None:
    made = followed_up(bank, about="deed")
    with pytest.raises(NotPossible, match="换好存折"):
        do(made, "close", CLOSE, bank.handler)
    with pytest.raises(Incomplete):
        do(made, "keep_promise", {"result": "kept"}, bank.handler)
    do(made, "keep_promise", {"result": "kept", "said": "已通知客户取折"}, bank.handler, MONDAY + DAY)
    assert standing(made) == ["kept"]
    assert do(made, "close", CLOSE, bank.handler, MONDAY + DAY).closed_at
    assert not list(verify())


def test_broken_promises_are_counted(bank: Bank) -> None:
    made = promised(promised(case(bank), bank, about="deed"), bank, "寄送回单", 3, about="deed")
    late = MONDAY + 5 * DAY
    assert standing(made, late) == ["overdue", "overdue"]
    with pytest.raises(Incomplete, match="1（换好存折）、2（寄送回单）"):
        do(made, "keep_promise", {"result": "kept", "said": "已办"}, bank.clerk, late)
    do(made, "keep_promise", {"which": "1", "result": "kept", "said": "已办"}, bank.clerk, late)
    do(made, "keep_promise", {"which": "2", "result": "explained", "said": "已致歉说明"}, bank.clerk, MONDAY + 2 * DAY)
    assert standing(made, late) == ["late", "broken"]
    assert count_broken(promises_of(Case.objects.get(pk=made.pk), at=late)) == 2
    with pytest.raises(NotPossible, match="没有待兑现"):
        do(made, "keep_promise", {"result": "kept", "said": "再办"}, bank.clerk, late)


def test_a_promise_handed_over_is_told_to_whom_it_is_handed(bank: Bank) -> None:
    made = followed_up(bank, about="deed", words="给13800001234回电")
    with pytest.raises(Incomplete) as refused:
        do(made, "keep_promise", {"result": "handed", "said": "移交"}, bank.handler)
    assert list(refused.value.fields) == ["to"]
    do(made, "keep_promise", {"result": "handed", "said": "移交网点", "to": "clerk"}, bank.handler)
    notice = Notice.objects.get(to=bank.clerk, kind="handed")
    assert notice.due == MONDAY + 2 * DAY and "13800001234" not in notice.words["zh"]
    assert do(made, "close", CLOSE, bank.handler).closed_at


def test_a_promise_is_chased_whatever_the_progress(bank: Bank) -> None:
    made = promised(case(bank), bank)
    due = MONDAY + 2 * DAY
    sweep(due - 4 * HOUR)
    sweep(due)
    sweep(due + DAY)
    told = [
        e.data["rung"] for e in made.events.filter(kind__in=["warned", "escalated"]) if e.data["clock"] == "promise"
    ]
    assert told == ["promise_soon", "promise_passed", "promise_day_after"]
    assert Notice.objects.filter(to=bank.clerk, case=made).count() == 2  # who recorded it: 首问责任


def test_a_promise_for_this_afternoon_has_no_warning_of_yesterday(bank: Bank) -> None:
    fields = {"promised_at": (MONDAY + 2 * HOUR).isoformat(), "words": "下午回电"}
    made = do(case(bank), "promise", fields, bank.clerk)
    assert made.deadlines.get(kind="promise").next_rung_at == MONDAY + 2 * HOUR


def test_withdrawal_ends_promises_too(bank: Bank) -> None:
    made = promised(case(bank), bank, about="deed")
    made = do(made, "withdraw", {"reason": "客户撤诉"}, bank.handler)
    assert standing(made) == ["dropped"] and sweep(MONDAY + 30 * DAY).looked == 0


def test_a_signature_is_kept_with_the_opinion(bank: Bank) -> None:
    made = followed_up(bank)
    fields = {"reached": "yes", "satisfaction": "satisfied", "signed": True, "evidence_no": "1"}
    do(made, "follow_up_again", fields, bank.handler)
    assert [(row.signed, row.evidence_no) for row in made.follow_ups.all()] == [(None, ""), (True, "1")]
    assert not list(verify())


ASKED = {"reached": "yes", "satisfaction": "satisfied"}


@pytest.fixture
def asking_twice(bank: Bank) -> Bank:
    """The bank under a pack that closes only after two opinion checks."""
    data = load_pack("bank").model_dump(mode="json", by_alias=True)
    (closing,) = [action for action in data["process"]["actions"] if action["id"] == "close"]
    closing["guards"].append("opinion_checked_twice")
    put_in_force(Pack.model_validate(data), by=bank.admin)
    return bank


def test_a_pack_may_ask_for_two_opinion_checks_before_closing(asking_twice: Bank) -> None:
    bank = asking_twice
    made = followed_up(bank)
    with pytest.raises(NotPossible, match="已回访 1 次"):
        do(made, "close", CLOSE, bank.handler)
    do(made, "follow_up_again", ASKED, bank.handler, MONDAY + DAY)
    assert do(made, "close", CLOSE, bank.handler, MONDAY + DAY).closed_at


def test_a_call_nobody_answered_is_no_opinion_check(asking_twice: Bank) -> None:
    bank = asking_twice
    made = followed_up(bank)
    do(made, "follow_up_again", {"reached": "no_answer", "satisfaction": "unknown"}, bank.handler)
    with pytest.raises(NotPossible, match="已回访 1 次"):
        do(made, "close", CLOSE, bank.handler)


def test_a_reopened_case_is_checked_twice_again(asking_twice: Bank) -> None:
    """What the customer said of the first answer is no opinion of the second."""
    bank = asking_twice
    made = followed_up(bank)
    do(made, "follow_up_again", ASKED, bank.handler)
    do(made, "close", CLOSE, bank.handler)
    later = MONDAY + 3 * DAY
    do(made, "reopen", {"reason": "又来了"}, bank.handler, later)
    do(made, "judge", {"verdict": "not_valid", "reason": "按章", "complexity": "simple"}, bank.handler, later)
    do(made, "explain", {"answer": "再次说明", "means": "phone"}, bank.handler, later)
    do(made, "follow_up", ASKED, bank.handler, later)
    with pytest.raises(NotPossible, match="已回访 1 次"):
        do(made, "close", CLOSE, bank.handler, later)
