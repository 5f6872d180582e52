"""Review days of scripts: whoever looks after them hears of it once, and again when another day has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.make import MONDAY, Bank, person
from tingsu.assist.scripts.editing import confirm_review, make_script, retire_script, set_review
from tingsu.assist.scripts.reviewing import tell_due_reviews
from tingsu.assist.scripts.shelf import forget_shelves, shelf_of
from tingsu.assist.scripts.tables import SiteScript
from tingsu.assist.turns import queue_in_turn
from tingsu.cases.overdue_tables import Notice
from tingsu.org.models import RoleGrant, User

TODAY = MONDAY.date()
TYPED = {"title": "客户嫌空调太冷", "text": "我马上把风口调开，您坐这边。", "words": "空调", "steps": ["calm"]}


@pytest.fixture(autouse=True)
def _own_shelves() -> Iterator[None]:
    forget_shelves()
    yield
    forget_shelves()


def kept(bank: Bank, day: date | None, *, owner: User | None = None, title: str = "客户嫌空调太冷") -> SiteScript:
    typed = {**TYPED, "title": title}
    return make_script("bank", typed, by=bank.head, owner=owner, review_on=day, at=MONDAY - timedelta(days=90))


def told() -> list[tuple[str, str, str]]:
    rows = Notice.objects.order_by("pk").select_related("to")
    return [(row.to.username, row.about["title"], row.words["zh"]) for row in rows]


def test_the_owner_is_told_once_on_the_day(bank: Bank) -> None:
    made = kept(bank, TODAY)
    assert tell_due_reviews(MONDAY - timedelta(days=1)) == 0 and not told()
    assert tell_due_reviews(MONDAY) == 1
    assert told() == [(bank.head.username, "客户嫌空调太冷", "这条话术到了复核日期，请看过再定下次")]
    assert tell_due_reviews(MONDAY) == tell_due_reviews(MONDAY + timedelta(days=3)) == 0
    client = Client()
    client.force_login(bank.head)
    assert "客户嫌空调太冷" in client.get("/notices/").content.decode()
    assert client.get(Notice.objects.get().about["path"]).status_code == 200
    assert SiteScript.objects.get(pk=made.pk).version == made.version


def test_another_day_is_told_of_again(bank: Bank) -> None:
    made = kept(bank, TODAY)
    tell_due_reviews(MONDAY)
    next_on = TODAY + timedelta(days=30)
    confirm_review("bank", made.slug, next_on, by=bank.head, version=made.version, at=MONDAY)
    assert tell_due_reviews(MONDAY + timedelta(days=29)) == 0
    assert tell_due_reviews(MONDAY + timedelta(days=30)) == 1 and len(told()) == 2


def test_a_packs_own_script_with_a_day_is_told_of_too(bank: Bank) -> None:
    slug = next(one.script.id for one in shelf_of("bank").kept.values())
    set_review("bank", slug, TODAY, by=bank.head, version=0, at=MONDAY)
    assert tell_due_reviews(MONDAY) == 1 and told()[0][1] == shelf_of("bank").kept[slug].script.title.zh


def test_neither_what_is_retired_nor_what_has_no_day(bank: Bank) -> None:
    made = kept(bank, TODAY)
    retire_script("bank", made.slug, "不用了", by=bank.head, version=made.version, at=MONDAY)
    kept(bank, None)
    assert tell_due_reviews(MONDAY + timedelta(days=9)) == 0 and not told()


def test_where_the_owner_is_gone_everyone_who_manages_is_told(bank: Bank) -> None:
    gone = person("gone", "officer", bank.desk, "严立新")
    kept(bank, TODAY, owner=gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    tell_due_reviews(MONDAY)
    assert bank.head.username in {who for who, *_ in told()} and "gone" not in {who for who, *_ in told()}


def test_what_nobody_manages_is_told_of_once_somebody_does(bank: Bank) -> None:
    kept(bank, TODAY)
    roles = RoleGrant.objects.filter(role__in=("desk_head", "officer", "admin"))
    held = list(roles.values("user", "role", "unit"))
    RoleGrant.objects.all().delete()
    assert tell_due_reviews(MONDAY) == 0 and not told()
    for row in held:
        RoleGrant.objects.create(user_id=row["user"], role=row["role"], unit_id=row["unit"])
    assert tell_due_reviews(MONDAY) == 1 and told()


def test_many_on_one_day_are_one_notice(bank: Bank) -> None:
    for no in range(3):
        kept(bank, TODAY - timedelta(days=no), title=f"第{no}条")
    assert tell_due_reviews(MONDAY) == 3
    assert told() == [(bank.head.username, "话术复核", "有 3 条话术到了复核日期")]
    client = Client()
    client.force_login(bank.head)
    page = client.get(Notice.objects.get().about["path"]).content.decode()
    assert all(f"第{no}条" in page for no in range(3))


def test_a_worker_asks_every_hour(bank: Bank) -> None:
    assert queue_in_turn(MONDAY) == ["scripts-review"]
    assert queue_in_turn(MONDAY + timedelta(minutes=59)) == []
    assert queue_in_turn(MONDAY + timedelta(minutes=61)) == ["scripts-review"]
