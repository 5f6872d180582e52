"""Topics keep their ids from week to week, and what people decided about them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.make import MONDAY, Bank, case, unit
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.store import keep_topics, refresh
from tingsu.insight.topics.hot import Size
from tingsu.insight.topics.keeping import (
    TopicRefused,
    assign_topics,
    merge_topics,
    part_topic,
    rename_topic,
    root_of,
    search_topics,
    seen_topics,
    topic_names,
)
from tingsu.insight.topics.sizes import SizeRow, SizesRefused, read_sizes, set_sizes, size_of, sizes_on
from tingsu.insight.topics.tables import Topic
from tingsu.org.models import AccessEntry, Unit
from tingsu.org.permissions import NotAllowed

pytestmark = pytest.mark.django_db
ENDS = [
    "厅堂没有人管",
    "让我等三个工作日",
    "按铃没人应",
    "里面还少了现金",
    "老人急得直哭",
    "保安说周末没人",
    "电话打不通",
]
FEES = ["翻流水才发现", "办卡时没人说", "柜台让我跑一趟", "已经扣了三年", "我没签过字", "客服关不掉", "老人不看短信"]


def complain(bank: Bank, start: int, many: int, text: str, ends: list[str], week: int = 0) -> None:
    for n in range(start, start + many):
        at = MONDAY + timedelta(weeks=week, hours=n)
        phone = f"138{week:02d}{start:02d}{n:04d}"
        case(bank, text=text.format(e=ends[n % len(ends)]), at=at, name=f"客户{week}{n}", phone=phone)


def two_topics(bank: Bank) -> None:
    complain(bank, 0, 7, "自动取款机吞卡不吐，{e}，请退还我的卡", ENDS)
    complain(bank, 20, 7, "未经同意开通短信提醒每月扣短信费，{e}，要求退还短信费", FEES)


def search(week: int = 0) -> None:
    at = MONDAY + timedelta(weeks=week, days=2)
    refresh(at=at)
    search_topics(at=at)
    refresh(at=at)


def topics_given() -> dict[str, int]:
    column = open_facts().topic.execute().tolist()
    return {topic: column.count(topic) for topic in set(column)}


def test_a_topic_found_again_keeps_its_id_and_its_name() -> None:
    bank = Bank()
    two_topics(bank)
    search()
    before = topic_names()
    assert len(before) == 2
    assert topics_given() == dict.fromkeys(before, 7)
    complain(bank, 40, 6, "取款机吞卡，{e}，自动取款机吞卡不吐找谁", ENDS, week=1)
    search(week=1)
    assert topic_names() == before
    assert sorted(topics_given().values()) == [7, 13]


def test_what_a_person_named_and_merged_stays_so() -> None:
    bank = Bank()
    two_topics(bank)
    search()
    first, second = Topic.objects.all()
    rename_topic(first, " 自助设备  吞卡 ", by=bank.head, at=MONDAY)
    merge_topics(second, first, by=bank.head, at=MONDAY)
    complain(bank, 40, 6, "每月扣短信费，{e}，未经同意开通短信提醒", FEES, week=1)
    search(week=1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.name, first.named_by) == ("自助设备 吞卡", bank.head)
    assert root_of(second) == first
    assert topics_given() == {str(first.pk): 20}
    assert set(topic_names().values()) == {"自助设备 吞卡"}
    assert [entry.what for entry in AccessEntry.objects.filter(what__startswith="topic")] == [
        "topic_renamed",
        "topic_merged",
    ]
    part_topic(second, by=bank.head, at=MONDAY)
    at = MONDAY + timedelta(weeks=1, days=3)
    assert assign_topics(at=at) == 20
    refresh(at=at)
    assert sorted(topics_given().values()) == [7, 13]


def test_who_may_not_and_what_cannot_be_is_refused() -> None:
    bank = Bank()
    topic = Topic.objects.create(name="吞卡", born_at=MONDAY, seen_at=MONDAY)
    other = Topic.objects.create(name="短信费", born_at=MONDAY, seen_at=MONDAY)
    with pytest.raises(NotAllowed):
        rename_topic(topic, "别的", by=bank.clerk, at=MONDAY)
    with pytest.raises(TopicRefused):
        rename_topic(topic, " ", by=bank.head, at=MONDAY)
    with pytest.raises(TopicRefused, match="合并"):
        rename_topic(topic, "短信费", by=bank.head, at=MONDAY)
    merge_topics(other, topic, by=bank.head, at=MONDAY)
    with pytest.raises(TopicRefused):
        merge_topics(topic, other, by=bank.head, at=MONDAY)
    with pytest.raises(TopicRefused):
        part_topic(topic, by=bank.head, at=MONDAY)


def test_one_who_writes_often_is_no_topic() -> None:
    bank = Bank()
    for n in range(8):
        text = f"自动取款机吞卡不吐，{ENDS[n % 7]}，第{n}次反映，请退还我的卡"
        case(bank, text=text, at=MONDAY + timedelta(hours=n), name="张三", phone="13800001234")
    search()
    assert not Topic.objects.exists()


def test_no_cases_give_no_topics() -> None:
    Bank()
    search()
    assert not Topic.objects.exists()


def test_sizes_are_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    bank = Bank()
    file = tmp_path / "sizes.csv"
    file.write_text('\ufeff机构代码,客户数,网点数\nO1,"12,000",1\nO2,800,\n', encoding="utf-8")
    day = MONDAY.date()
    assert set_sizes(read_sizes(file), valid_from=day, by=bank.head, at=MONDAY) == 2
    assert sizes_on(day) == {"O1": Size(12000, 1), "O2": Size(800, 0)}
    assert sizes_on(day - timedelta(days=1)) == {}
    file.write_text("机构代码,客户数\nO1,5\nXX,5\nO1,6\n", encoding="utf-8")
    with pytest.raises(SizesRefused) as refused:
        set_sizes(read_sizes(file), valid_from=day, by=bank.head, at=MONDAY)
    assert set(refused.value.rows) == {3, 4}
    assert sizes_on(day)["O1"].customers == 12000
    file.write_text("机构代码,客户数\nO1,很多\n", encoding="utf-8")
    with pytest.raises(SizesRefused, match="第 2 行"):
        read_sizes(file)
    with pytest.raises(NotAllowed):
        set_sizes([], valid_from=day, by=bank.clerk, at=MONDAY)


def test_a_branch_names_and_merges_only_topics_it_has_complaints_of(bank: Bank) -> None:
    case(bank, text="自动取款机吞卡不吐，没人管", at=MONDAY, accused_unit=bank.outlet)
    refresh(at=MONDAY)
    seen, unseen = (Topic.objects.create(name=name, born_at=MONDAY, seen_at=MONDAY) for name in ("吞卡", "短信费"))
    (pk,) = (row["case_id"] for row in open_facts().to_pyarrow().to_pylist())
    keep_topics({pk: str(seen.pk)})
    refresh(at=MONDAY + timedelta(hours=1))
    assert seen_topics(by=bank.manager) == {str(seen.pk)} and seen_topics(by=bank.head) is None
    rename_topic(seen, "自助设备吞卡", by=bank.manager, at=MONDAY)
    for topic, into in ((unseen, seen), (seen, unseen)):
        with pytest.raises(TopicRefused):
            merge_topics(topic, into, by=bank.manager, at=MONDAY)
    with pytest.raises(TopicRefused):
        rename_topic(unseen, "别的", by=bank.manager, at=MONDAY)


def test_a_branch_gives_the_sizes_of_its_own_units_alone(bank: Bank) -> None:
    own, other = SizeRow("O1", 900, 1), SizeRow("O2", 800, 1)
    assert set_sizes([own], valid_from=MONDAY.date(), by=bank.manager, at=MONDAY) == 1
    with pytest.raises(SizesRefused) as told:
        set_sizes([own, other], valid_from=MONDAY.date(), by=bank.manager, at=MONDAY)
    assert list(told.value.rows) == [3]


def test_a_size_with_all_below_is_what_is_given_else_the_units_own_else_all_outlets_and_never_a_guess(
    bank: Bank,
) -> None:
    path = bank.branch.path
    unit("O3", "新开支行", "outlet", bank.branch)
    assert size_of(path, {"O1": Size(4000, 1)}) == Size(0, 0)  # one of two outlets is not known
    assert size_of(path, {"O1": Size(4000, 1), "O3": Size(1000, 1)}) == Size(5000, 2)
    Unit.objects.filter(pk=bank.branch.pk).update(customers=6000)
    assert size_of(path, {"O1": Size(4000, 1)}) == Size(6000, 0)
    assert size_of(path, {"B1": Size(7000, 3)}) == Size(7000, 3)
    assert size_of("", {"HO": Size(9000, 9)}) == Size(9000, 9)
