"""The page of the site's models: seen by the right people, empty and full, used and taken back with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.make import MONDAY, Bank, case
from tests.reading.learned.examples import FACES, told
from tests.web.conftest import words_of
from tingsu.cases.learning import keep_trial, teach_from_corrections, teach_from_examples
from tingsu.cases.lifecycle import act
from tingsu.cases.site_models import store, use_version
from tingsu.org.models import AccessEntry, User

SignIn = Callable[[User], Client]


@pytest.fixture
def own(bank: Bank) -> Bank:
    """A bank with a label of its own, two versions, none in force."""
    for _ in range(2):
        trial = teach_from_examples("物业", told(12), {"kind": "file", "file": "标注.xlsx"}, by=bank.head, at=MONDAY)
        keep_trial(trial, by=bank.head)
    return bank


def test_without_models_the_page_says_how_to_begin(bank: Bank, signed_in: SignIn) -> None:
    page = words_of(signed_in(bank.head).get("/models/"))
    for word in ("业务类别", "投诉原因", "出厂研判在用", "还差 10 件可训练", "还没有训练过"):
        assert word in page
    assert "研判模型" in words_of(signed_in(bank.head).get("/"))


@pytest.mark.parametrize("role", ["clerk", "handler", "auditor", "manager"])
def test_who_may_not_teach_is_told_who_may(own: Bank, signed_in: SignIn, role: str) -> None:
    client = signed_in(getattr(own, role))
    for page in (
        client.get("/models/"),
        client.get("/models/物业/1/"),
        client.post("/models/物业/1/use/", {"reason": "想用"}),
        client.post("/models/物业/back/", {"reason": "不想用"}),
        client.post("/models/teach/", {"facet": "business"}),
    ):
        assert page.status_code == 403 and "投诉处理负责人" in words_of(page)
    assert "研判模型" not in words_of(client.get("/"))
    assert store().in_force() == {}


def test_a_version_shows_its_figures_its_confusion_and_its_errors(own: Bank, signed_in: SignIn) -> None:
    page = words_of(signed_in(own.head).get("/models/物业/2/"))
    figures = store().card("物业", 2).report["figures"]
    for word in (
        "物业：第 2 版",
        "标注.xlsx",
        f"{figures['macro_f1']:.3f}",
        "混淆矩阵",
        "同样的 36 条",
        "停车",
        "不到 30 条",
    ):
        assert word in page


def test_a_version_is_put_in_force_and_taken_back_with_reasons(own: Bank, signed_in: SignIn) -> None:
    client = signed_in(own.head)
    refused = client.post("/models/物业/2/use/", {"reason": " "})
    assert refused.status_code == 422 and "理由会留痕" in words_of(refused)
    for version in (1, 2):
        used = client.post(f"/models/物业/{version}/use/", {"reason": f"第{version}版更准"}, follow=True)
        assert f"已启用第 {version} 版" in words_of(used)
    assert "第 2 版在用" in words_of(client.get("/models/"))
    unsaid = client.post("/models/物业/back/", {"reason": ""})
    assert unsaid.status_code == 422 and store().in_force()["物业"].version == 2
    assert "已退回第 1 版" in words_of(client.post("/models/物业/back/", {"reason": "差了"}, follow=True))
    assert "改由出厂研判" in words_of(client.post("/models/物业/back/", {"reason": "停", "off": "1"}, follow=True))
    assert store().in_force() == {}
    assert [e.what for e in AccessEntry.objects.order_by("seq")][2:] == [
        "model_use", "model_use", "model_back", "model_off"]  # fmt: skip
    assert client.post("/models/物业/back/", {"reason": "再退"}).status_code == 409


def test_a_broken_version_is_said_on_the_page(own: Bank, signed_in: SignIn) -> None:
    use_version("物业", 1, by=own.head, reason="试")
    (store().folder / "物业" / "1.npz").write_bytes(b"broken")
    assert "不能用" in words_of(signed_in(own.head).get("/models/"))
    (store().folder / "物业" / "2.json").write_text("{", encoding="utf-8")
    assert signed_in(own.head).get("/models/").status_code == 200
    (store().folder / "in_force.json").write_text("?", encoding="utf-8")
    assert "读不了" in words_of(signed_in(own.head).get("/models/"))


def test_what_is_not_there_is_not_found(own: Bank, signed_in: SignIn) -> None:
    client = signed_in(own.head)
    assert client.get("/models/物业/9/").status_code == 404
    assert client.get("/models/没有/1/").status_code == 404
    assert client.get("/models/..%2f..%2fetc/1/").status_code in (404, 409)
    assert client.post("/models/teach/", {"facet": "没有"}).status_code == 409
    assert client.get("/models/teach/").status_code == 405


def test_teaching_is_offered_once_there_are_corrections(bank: Bank, signed_in: SignIn) -> None:
    for text in FACES:
        made = case(bank, text=text, at=MONDAY)
        act(made, "correct", {"business": "个人金融信息"}, by=bank.handler, version=made.version, at=MONDAY)
    client = signed_in(bank.head)
    assert "训练「业务类别」" in words_of(client.get("/models/"))
    started = words_of(client.post("/models/teach/", {"facet": "business"}, follow=True))
    assert "已开始训练" in started and "正在训练" in started and "训练「业务类别」" not in started
    keep_trial(teach_from_corrections("business", by=bank.head), by=bank.head)
    page = words_of(client.get("/models/business/1/"))
    assert "从工单上的更正训练" in page and "更正过的 12 件" in page
