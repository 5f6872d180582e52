"""The script library kept by people: versions, owners, review dates, retirement, conflicts, uses and ratings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.make import MONDAY, Bank, case, person, unit
from tingsu.assist.scripts.editing import (
    change_script,
    confirm_review,
    go_back,
    hand_script,
    make_script,
    may_manage,
    restore_script,
    retire_script,
    set_review,
)
from tingsu.assist.scripts.errors import ScriptChanged, ScriptNotFound
from tingsu.assist.scripts.finding import find_scripts, situation_of
from tingsu.assist.scripts.shelf import forget_shelves, rating_of, shelf_of
from tingsu.assist.scripts.situation import Situation
from tingsu.assist.scripts.tables import ScriptChange, ScriptUse, SiteScript
from tingsu.assist.scripts.using import note_use, rate_use
from tingsu.assist.scripts.wording_form import as_typed
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed
from tingsu.packs.scripts import Script

TYPED = {
    "title": "客户嫌空调太冷",
    "text": "我马上把风口调开，您坐这边。",
    "words": "空调 太冷、吹风",
    "steps": ["calm"],
}


@pytest.fixture(autouse=True)
def _own_shelves() -> Iterator[None]:
    forget_shelves()
    yield
    forget_shelves()


def shipped() -> Script:
    return next(kept.script for kept in shelf_of("bank").kept.values() if not kept.script.counter_example)


def typed(script: Script, **changes: Any) -> dict[str, Any]:
    return {**as_typed(script), **changes}


def ids(found: list[Any]) -> list[str]:
    return [one.script.id for one in found]


def test_a_script_of_ones_own_is_found_at_once(bank: Bank) -> None:
    made = make_script("bank", TYPED, by=bank.head, review_on=date(2027, 1, 1))
    assert made.slug == f"site-{made.pk}" and made.version == 1 and made.owner == bank.head
    found = find_scripts(Situation(), "空调吹得太冷", by=bank.clerk)
    assert found[0].script.id == made.slug and found[0].script.words == ("空调", "太冷", "吹风")
    assert shelf_of("bank").find(made.slug).origin == "site"


def test_only_who_keeps_the_scripts_may_change_them(bank: Bank) -> None:
    slug = shipped().id
    for who in (bank.clerk, bank.handler, bank.admin):
        with pytest.raises(NotAllowed) as refused:
            make_script("bank", TYPED, by=who)
        assert "投诉处理负责人" in refused.value.who
        with pytest.raises(NotAllowed):
            retire_script("bank", slug, "不用", by=who, version=0)
    with pytest.raises(NotAllowed):
        make_script("telecom", TYPED, by=bank.head)  # a pack this site does not run
    assert not SiteScript.objects.exists() and not may_manage("telecom", by=bank.head)


def test_a_unit_with_a_pack_of_its_own_keeps_its_own_scripts(bank: Bank) -> None:
    from tingsu.org.pack import forget_packs

    estate = unit("WY", "物业中心", "department", bank.branch)
    estate.pack = "property"
    estate.save()
    forget_packs()
    made = make_script("property", {**TYPED, "title": "电梯停了"}, by=bank.head)
    assert made.slug in shelf_of("property").kept and made.slug not in shelf_of("bank").kept
    resident = person("wy", "clerk", estate)
    assert find_scripts(Situation(), "电梯停了", by=resident)[0].script.id == made.slug
    assert made.slug not in ids(find_scripts(Situation(), "电梯停了", by=bank.clerk))


def test_a_packs_script_is_written_over_and_brought_back(bank: Bank) -> None:
    old = shipped()
    change_script("bank", old.id, typed(old, text="请您这边坐，我来办。"), by=bank.head, version=0, reason="更顺口")
    kept = shelf_of("bank").find(old.id)
    assert kept.script.text == "请您这边坐，我来办。" and kept.origin == "over" and kept.shipped == old
    assert kept.script.row == old.row and kept.script.origin == "ours"
    change_script("bank", old.id, typed(kept.script, text="第二稿。"), by=bank.head, version=1)
    go_back("bank", old.id, 1, by=bank.head, version=2)
    assert shelf_of("bank").find(old.id).script.text == "请您这边坐，我来办。"
    go_back("bank", old.id, 0, by=bank.head, version=3)
    assert shelf_of("bank").find(old.id).script == old and shelf_of("bank").find(old.id).origin == "pack"
    told = [(c.version, c.kind, c.words) for c in ScriptChange.objects.order_by("version")]
    assert [t[:2] for t in told] == [(1, "changed"), (2, "changed"), (3, "back"), (4, "shipped")]
    first = ScriptChange.objects.get(version=1)
    assert (
        first.by == bank.head
        and first.words == "更顺口"
        and first.changed["text"] == [old.text, "请您这边坐，我来办。"]
    )
    with pytest.raises(NotPossible):
        go_back("bank", old.id, 9, by=bank.head, version=4)
    with pytest.raises(NotPossible):
        go_back("bank", old.id, 0, by=bank.head, version=4)


def test_every_change_leaves_a_sealed_line(bank: Bank) -> None:
    made = make_script("bank", TYPED, by=bank.head)
    retire_script("bank", made.slug, "重复", by=bank.head, version=1)
    lines = list(AccessEntry.objects.filter(what="script").values_list("by_name", "detail__change"))
    assert lines == [("陈立", "made"), ("陈立", "retired")]
    assert list(verify_access_log()) == []


def test_two_editors_at_once_do_not_overwrite_each_other(bank: Bank) -> None:
    old = shipped()
    other = person("head2", "desk_head", bank.desk, "高明")
    change_script("bank", old.id, typed(old, text="甲稿。"), by=bank.head, version=0)
    with pytest.raises(ScriptChanged) as conflict:
        change_script("bank", old.id, typed(old, text="乙稿。"), by=other, version=0)
    assert "陈立修改了内容" in conflict.value.message and conflict.value.version == 1
    assert shelf_of("bank").find(old.id).script.text == "甲稿。"
    change_script("bank", old.id, typed(old, text="乙稿。"), by=other, version=1)
    assert shelf_of("bank").find(old.id).script.text == "乙稿。"


@pytest.mark.django_db(transaction=True)
def test_of_two_first_changes_in_one_moment_one_holds(lasting_bank: Bank) -> None:
    old, results = shipped(), []

    def change(words: str) -> None:
        try:
            change_script("bank", old.id, typed(old, text=words), by=lasting_bank.head, version=0)
            results.append("kept")
        except ScriptChanged:
            results.append("changed")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(words,)) for words in ("甲。", "乙。")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["changed", "kept"]
    assert ScriptChange.objects.count() == SiteScript.objects.get().version == 1


def test_what_is_retired_is_not_found_until_it_is_restored(bank: Bank) -> None:
    made = make_script("bank", TYPED, by=bank.head)
    with pytest.raises(Incomplete):
        retire_script("bank", made.slug, "  ", by=bank.head, version=1)
    retire_script("bank", made.slug, "说法过时", by=bank.head, version=1)
    assert made.slug not in ids(find_scripts(Situation(), "空调太冷", by=bank.clerk))
    with pytest.raises(NotPossible):
        note_use("bank", made.slug, by=bank.clerk)
    with pytest.raises(NotPossible):
        retire_script("bank", made.slug, "再停", by=bank.head, version=2)
    restore_script("bank", made.slug, by=bank.head, version=2)
    assert made.slug in ids(find_scripts(Situation(), "空调太冷", by=bank.clerk))


def test_owner_and_review_date_are_kept_and_due_ones_told(bank: Bank) -> None:
    slug = shipped().id
    officer = person("officer", "officer", bank.desk, "林静")
    hand_script("bank", slug, officer, by=bank.head, version=0)
    set_review("bank", slug, date(2026, 11, 1), by=bank.head, version=1)
    kept = shelf_of("bank").find(slug)
    assert kept.owner == officer and kept.is_due(date(2026, 11, 1)) and not kept.is_due(date(2026, 10, 31))
    assert kept.origin == "pack"  # the wording is still the pack's
    with pytest.raises(Incomplete):
        hand_script("bank", slug, bank.clerk, by=bank.head, version=2)
    with pytest.raises(Incomplete):
        confirm_review("bank", slug, MONDAY.date(), by=officer, version=2, at=MONDAY)
    confirm_review("bank", slug, MONDAY.date() + timedelta(days=365), by=officer, version=2, at=MONDAY)
    assert not shelf_of("bank").find(slug).is_due(MONDAY.date())
    assert ScriptChange.objects.get(version=3).kind == "reviewed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"text": "{姓名}您好"}, "text"),
        ({"text": "好" * 3000}, "text"),
        ({"text": "坏\x00字"}, "text"),
        ({"ordinary": "等着。", "why": ""}, "why"),
    ],
)
def test_mistakes_are_said_at_their_field(bank: Bank, changes: dict[str, str], field: str) -> None:
    with pytest.raises(Incomplete) as wrong:
        make_script("bank", {**TYPED, **changes}, by=bank.head)
    assert list(wrong.value.fields) == [field]
    assert not SiteScript.objects.exists()


def test_what_no_list_has_is_dropped_and_nothing_changed_is_refused(bank: Bank) -> None:
    said = {
        **TYPED,
        "steps": ["calm", "fly"],
        "segments": {"age": ["年长", "千岁"]},
        "emotion_from": "9",
        "method": "法术",
    }
    made = make_script("bank", said, by=bank.head)
    script = shelf_of("bank").find(made.slug).script
    assert script.steps == ("calm",) and script.segments == {"age": ("年长",)} and script.emotion_from == 0
    assert script.method == ""
    with pytest.raises(NotPossible):
        change_script("bank", made.slug, typed(script), by=bank.head, version=1)
    with pytest.raises(ScriptNotFound):
        change_script("bank", "no-such", TYPED, by=bank.head, version=0)


def test_a_use_counts_once_and_its_rating_moves_the_script(bank: Bank) -> None:
    made = make_script("bank", TYPED, by=bank.head)
    held = case(bank)
    use = note_use("bank", made.slug, by=bank.clerk, case=held, at=MONDAY)
    assert note_use("bank", made.slug, by=bank.clerk, case=held, at=MONDAY + timedelta(minutes=1)) == use
    note_use("bank", made.slug, by=bank.clerk, case=held, at=MONDAY + timedelta(hours=1))
    assert ScriptUse.objects.count() == 2 and rating_of("bank", made.slug).used == 2
    assert use.version == 1
    rate_use(use.pk, True, by=bank.clerk)
    rate_use(use.pk, True, by=bank.clerk)
    assert (rating_of("bank", made.slug).helped, rating_of("bank", made.slug).unhelped) == (1, 0)
    rate_use(use.pk, False, by=bank.clerk)  # thought again
    assert (rating_of("bank", made.slug).helped, rating_of("bank", made.slug).unhelped) == (0, 1)
    with pytest.raises(ScriptNotFound):
        rate_use(use.pk, True, by=bank.handler)  # not the one who used it
    assert "0 次有帮助" in find_scripts(Situation(), "空调太冷", by=bank.clerk)[0].why


def test_a_counter_example_is_never_suggested_nor_used(bank: Bank) -> None:
    bad = [kept.script for kept in shelf_of("bank").kept.values() if kept.script.counter_example]
    assert bad, "the pack ships counter-examples"
    for script in bad:
        assert script.id not in ids(find_scripts(Situation(), script.text[:180], by=bank.clerk, limit=50))
        with pytest.raises(NotPossible):
            note_use("bank", script.id, by=bank.clerk)
    assert not ScriptUse.objects.exists()


def test_a_case_brings_its_situation(bank: Bank) -> None:
    held = case(bank, text="我奶奶八十岁了，耳朵听不清，柜员很不耐烦，必须道歉！")
    situation = situation_of(held)
    assert situation.pack == "bank" and situation.stage == "recorded" and "listen" in situation.steps
    assert "年长" in situation.segments and situation.need == held.need and "道歉" in situation.demands
    assert held.customer.phone not in situation.story
    found = find_scripts(situation, by=bank.clerk)
    assert found and all("对上：" in one.why for one in found)


def test_a_broken_pack_leaves_the_sites_own(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingsu.assist.scripts import shelf
    from tingsu.packs.loader import PackError

    made = make_script("bank", TYPED, by=bank.head)

    def fail(*_: Any) -> None:
        raise PackError("bank", [("scripts.yaml", 1, "text", "broken")])

    monkeypatch.setattr(shelf, "load_part", fail)
    forget_shelves()
    assert list(shelf_of("bank").kept) == [made.slug] and "bank" in shelf_of("bank").trouble
    assert find_scripts(Situation(), "空调太冷", by=bank.clerk)[0].script.id == made.slug


def test_asking_takes_two_questions_to_the_database(bank: Bank, django_assert_num_queries: Any) -> None:
    find_scripts(Situation(), "排队", by=bank.clerk)
    with django_assert_num_queries(2):
        find_scripts(Situation(), "排队太久了", by=bank.clerk)
    with pytest.raises(NotPossible):
        find_scripts(Situation(), "长" * 201, by=bank.clerk)
