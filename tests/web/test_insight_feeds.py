"""外部声音: figures, posts to look at, and a person deciding what is recorded."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.cases.models import Case
from tingsu.insight.feeds.tables import FeedPost
from tingsu.org.models import User

SignIn = Callable[[User], Client]
ANGRY = "手机银行一直闪退，打电话 13812345678 没人管，太差劲了，我要投诉。"


def upload(client: Client, count: int = 4, source: str = "应用商店"):
    held = io.StringIO()
    rows = [[f"{ANGRY}第{n}次", f"{now() - timedelta(days=n + 1):%Y-%m-%d %H:%M}", f"用户{n}", 1] for n in range(count)]
    csv.writer(held).writerows([["评论内容", "评论时间", "用户昵称", "评分"], *rows])
    file = SimpleUploadedFile("评论.csv", held.getvalue().encode("utf-8-sig"))
    return client.post("/insight/feeds/import/", {"source": source, "kind": "app_store", "file": file}, follow=True)


@pytest.fixture
def desk(bank: Bank, signed_in: SignIn) -> Client:
    return signed_in(bank.head)


def test_an_export_is_taken_in_and_shown_masked(desk: Client) -> None:
    assert "新增 4 条，已有 0 条" in words_of(upload(desk))
    assert "新增 0 条，已有 4 条" in words_of(upload(desk))
    page = desk.get("/insight/feeds/")
    said = words_of(page)
    assert "像投诉，还没有人处理" in said
    assert "13812345678" not in page.content.decode()
    assert "不计入投诉量" in said


def test_a_post_opens_the_recording_page_filled_and_is_recorded_by_a_person(desk: Client) -> None:
    upload(desk)
    post = FeedPost.objects.first()
    carried = {"step": "edit", "text": post.text, "channel": "app_store", "received_at": "2026-11-20T09:30"}
    sent = desk.post(f"/insight/feeds/{post.pk}/take/", carried)
    assert (sent.status_code, sent["Location"]) == (307, "/cases/new/")
    opened = desk.post("/cases/new/", carried)
    assert post.text[:12] in opened.content.decode()
    assert Case.objects.count() == 0  # only a person records
    assert FeedPost.objects.get(pk=post.pk).state == "taken"
    assert desk.post(f"/insight/feeds/{post.pk}/leave/").status_code in (400, 409, 422)


def test_a_post_may_be_left(desk: Client) -> None:
    upload(desk)
    post = FeedPost.objects.first()
    assert "已记为不作投诉" in words_of(desk.post(f"/insight/feeds/{post.pk}/leave/", follow=True))
    assert FeedPost.objects.get(pk=post.pk).state == "left"


def test_without_any_the_page_says_so_and_a_bad_file_is_told(desk: Client) -> None:
    assert "还没有外部声音" in words_of(desk.get("/insight/feeds/"))
    file = SimpleUploadedFile("图.png", b"\x89PNG\r\n")
    sent = desk.post("/insight/feeds/import/", {"source": "论坛", "kind": "forum", "file": file}, follow=True)
    assert "不会读" in words_of(sent)


def test_who_may_not_is_refused(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    assert upload(client).status_code == 403
    assert client.post("/insight/feeds/1/leave/").status_code == 403


@pytest.mark.parametrize("query", ["source=没有", "business=x&cause=y", "page=99", "page=x", "days=7", "source=%00"])
def test_an_odd_address_is_survived(desk: Client, query: str) -> None:
    upload(desk)
    assert desk.get(f"/insight/feeds/?{query}").status_code in (200, 400)


def test_tables_can_be_taken_away_and_little_is_asked(desk: Client) -> None:
    upload(desk)
    rows = b"".join(desk.get("/insight/feeds/?chart=sources&format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "应用商店" in rows
    with CaptureQueriesContext(connection) as asked:
        desk.get("/insight/feeds/")
    assert len(asked) <= 20
