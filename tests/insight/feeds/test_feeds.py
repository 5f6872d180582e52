"""Outside voices: taken in once, masked, and never among the complaints."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import MONDAY, Bank
from tingsu.cases.models import Case
from tingsu.insight.facts.figures import run
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.facts.store import facts_folder, rebuild
from tingsu.insight.feeds.exports import read_address, read_rating
from tingsu.insight.feeds.figures import voices_of
from tingsu.insight.feeds.store import feeds_path, open_feeds
from tingsu.insight.feeds.tables import FeedPost, FeedSource
from tingsu.insight.feeds.taking_in import FeedRefused, import_feed, settle_post
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed

LATER = MONDAY + timedelta(days=60)
ANGRY = "手机银行升级后一直闪退，打电话 13812345678 也没人管，太差劲了，我要投诉。"
HAPPY = "界面清爽，转账很快，给五星好评。"
HEADERS = ["评论内容", "评论时间", "用户昵称", "评分", "链接"]


def an_export(folder: Path, rows: list[list[object]], name: str = "评论.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADERS, *rows])
    return path


def some_rows(count: int = 6) -> list[list[object]]:
    return [
        [
            f"{ANGRY}第{n}次" if n % 2 else f"{HAPPY}{n}",
            f"2026-11-{10 + n} 09:00",
            f"用户{n}",
            1 if n % 2 else 5,
            f"https://app.example.com/r/{n}?user=wang#x",
        ]
        for n in range(count)
    ]


def take(path: Path, bank: Bank, source: str = "应用商店", kind: str = "app_store"):
    return import_feed(path, source=source, kind=kind, by=bank.manager, at=LATER)


def test_the_same_export_twice_adds_nothing(bank: Bank, tmp_path: Path) -> None:
    path = an_export(tmp_path, some_rows())
    assert (take(path, bank).added, take(path, bank).added) == (6, 0)
    later = an_export(tmp_path, [*some_rows()[3:], [f"{ANGRY}新的", "2026-11-20 08:00", "用户9", 2, ""]], "下月.csv")
    again = take(later, bank)
    assert (again.added, again.known) == (1, 3)
    assert FeedPost.objects.count() == 7


def test_two_people_saying_the_same_are_two_posts(bank: Bank, tmp_path: Path) -> None:
    path = an_export(tmp_path, [["不好用，老是登录不上", "2026-11-10", "", "", ""]] * 3)
    assert take(path, bank).added == 3
    assert take(path, bank).added == 0


def test_nothing_personal_is_kept(bank: Bank, tmp_path: Path) -> None:
    take(an_export(tmp_path, some_rows()), bank)
    stored = json.dumps(list(FeedPost.objects.values("text", "author", "url", "key", "unit")), ensure_ascii=False)
    stored += json.dumps(open_feeds().select("text", "author").to_pyarrow().to_pylist(), ensure_ascii=False)
    assert "13812345678" not in stored
    assert "用户1" not in stored
    assert "wang" not in stored
    assert FeedPost.objects.exclude(author="").values("author").distinct().count() == 6


def test_posts_are_never_among_the_complaints(bank: Bank, tmp_path: Path) -> None:
    rebuild(at=MONDAY)
    before = run(facts_for(bank.executive).aggregate(n=facts_for(bank.executive).count()))
    take(an_export(tmp_path, some_rows()), bank)
    rebuild(at=MONDAY)
    after = run(facts_for(bank.executive).aggregate(n=facts_for(bank.executive).count()))
    assert before == after == [{"n": 0}]
    assert Case.objects.count() == 0
    assert feeds_path().is_file()
    assert facts_folder() not in feeds_path().parents


def test_what_the_engine_reads_is_kept_and_counted(bank: Bank, tmp_path: Path) -> None:
    take(an_export(tmp_path, some_rows()), bank)
    voices = voices_of(by=bank.manager, since=date(2026, 11, 1), until=date(2026, 11, 30))
    assert (voices.posts, voices.undated) == (6, 0)
    assert voices.like == FeedPost.objects.filter(verdict="yes").count() >= 3
    assert voices.sources[0].rating == pytest.approx(3.0)
    assert sum(topic.count for topic in voices.topics) == voices.like
    assert sum(n for weeks in voices.weeks.values() for _, n in weeks) == voices.like


def test_what_rises_is_marked(bank: Bank, tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for week in range(8):
        day = date(2026, 9, 21) + timedelta(days=7 * week)
        for n in range(16 if week == 7 else 2):
            rows.append([f"{ANGRY}第{week}周{n}", f"{day} 10:00", f"用户{week}-{n}", 1, ""])
    take(an_export(tmp_path, rows), bank)
    until = date(2026, 11, 15)
    voices = voices_of(by=bank.manager, since=until - timedelta(days=6), until=until)
    assert [topic.rising for topic in voices.topics if topic.count >= 10] == [True]


def test_a_person_settles_a_post_once(bank: Bank, tmp_path: Path) -> None:
    take(an_export(tmp_path, some_rows()), bank)
    post = FeedPost.objects.first()
    with pytest.raises(NotAllowed):  # records cases, but may not look at what is said elsewhere
        settle_post(post.pk, "taken", by=bank.clerk, at=MONDAY)
    assert settle_post(post.pk, "taken", by=bank.handler, at=MONDAY).state == "taken"
    with pytest.raises(FeedRefused):
        settle_post(post.pk, "left", by=bank.manager, at=LATER)
    assert AccessEntry.objects.filter(what="feed_settled").count() == 1
    assert list(verify_access_log()) == []


def test_who_may_take_in(bank: Bank, tmp_path: Path) -> None:
    path = an_export(tmp_path, some_rows())
    with pytest.raises(NotAllowed):
        import_feed(path, source="论坛", kind="forum", by=bank.clerk, at=MONDAY)
    with pytest.raises(FeedRefused):
        import_feed(path, source="论坛", kind="tv", by=bank.manager, at=LATER)
    with pytest.raises(FeedRefused):
        import_feed(path, source="  ", kind="forum", by=bank.manager, at=LATER)
    assert not FeedSource.objects.exists()


def test_sheets_and_json_are_taken_too(bank: Bank, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [HEADERS, *some_rows(4)]:
        book.active.append(row)
    book.save(tmp_path / "意见卡.xlsx")
    assert take(tmp_path / "意见卡.xlsx", bank, "意见卡", "feedback_card").added == 4
    (tmp_path / "论坛.json").write_text(
        json.dumps([{"content": row[0], "created_at": row[1], "user": row[2]} for row in some_rows(3)]),
        encoding="utf-8",
    )
    assert take(tmp_path / "论坛.json", bank, "论坛", "forum").added == 3


def test_dates_that_cannot_be_meant_are_unknown(bank: Bank, tmp_path: Path) -> None:
    rows = [[f"{HAPPY}{n}", day, f"用户{n}", 5, ""] for n, day in enumerate(["1900-01-01", "2199-01-01", "不知道"])]
    take(an_export(tmp_path, rows), bank)
    assert list(FeedPost.objects.values_list("posted_at", flat=True)) == [None, None, None]
    assert voices_of(by=bank.manager, since=date(2026, 11, 1), until=date(2026, 11, 30)).undated == 3


@pytest.mark.parametrize(
    ("cell", "stars"),
    [("4", 4), ("4.6星", 5), ("★★★", 3), ("80分", 4), ("9", 4), ("", None), ("很好", None), (0, None)],
)
def test_ratings(cell: object, stars: int | None) -> None:
    assert read_rating(cell) == stars


@given(st.text())
def test_only_web_addresses_are_kept_without_what_follows(text: str) -> None:
    assert read_address(text) == "" or text.strip().startswith(("http://", "https://"))
    assert read_address("javascript:alert(1)") == ""
    assert read_address("https://a.example/p?uid=1") == "https://a.example/p"
