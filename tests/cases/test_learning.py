"""Corrections on case pages become examples; what is in force is read with; every change is sealed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.make import MONDAY, Bank, case, walk
from tests.reading.learned.examples import FACES
from tingsu.base.errors import TingsuError
from tingsu.cases import jobs, learning, site_models
from tingsu.cases.errors import Incomplete
from tingsu.cases.learning import correction_examples, count_corrections, keep_trial, teach_from_corrections
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.site_models import go_back, site_reader, store, switch_off, use_version
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed
from tingsu.reading import read
from tingsu.reading.learned.store import ModelRefused
from tingsu.reading.learned.training import CannotTeach

TOLD = "早市的刷脸机又扣了两次钱，没人管，电话13812345678"


def correct(made: Case, bank: Bank, **fields: str) -> Case:
    return act(made, "correct", fields, by=bank.handler, version=made.version, at=MONDAY)


@pytest.fixture
def taught(bank: Bank) -> Bank:
    """A bank in which people put twelve face-payment complaints right, and left one closed case as it was."""
    for text in FACES:
        correct(case(bank, text=f"{text}，我是张三，电话13800001234"), bank, business="个人金融信息")
    walk(case(bank, text="信用卡年费扣了三百元，要求退"), bank)
    return bank


def in_force(bank: Bank) -> int:
    card = keep_trial(teach_from_corrections("business", by=bank.head, at=MONDAY), by=bank.head)
    use_version("business", card.version, by=bank.head, reason="更正够了")
    return card.version


def test_corrections_and_confirmations_become_masked_examples(taught: Bank) -> None:
    examples = correction_examples("business", by=taught.head)
    assert count_corrections(by=taught.head) == {"business": 12, "cause": 0, "emotion": 0, "need": 0}
    corrected = [one for one in examples if one.kind == "corrected"]
    assert len(corrected) == 12 and {one.label for one in corrected} == {"个人金融信息"}
    assert [one.label for one in examples if one.kind == "confirmed"] == ["信用卡"]
    assert not any("13800001234" in one.text or "张三" in one.text for one in examples)
    assert corrected[0].origin == Case.objects.order_by("pk").first().number  # type: ignore[union-attr]
    assert correction_examples("cause", by=taught.head) == []


def test_only_what_a_person_may_see_teaches_for_them(taught: Bank) -> None:
    assert count_corrections(by=taught.other_clerk)["business"] == 0
    assert count_corrections(by=None)["business"] == 12


def test_recording_reads_with_what_was_taught_and_with_the_shipped_reader_after_going_back(taught: Bank) -> None:
    before = case(taught, text=TOLD)
    assert before.business != "个人金融信息"
    version = in_force(taught)
    after = case(taught, text=TOLD)
    assert after.business == "个人金融信息"
    assert after.reading["engine"].endswith(f"business@{version}")
    assert after.reading["business"]["evidence"], "it says what it went by"
    assert read(TOLD).business.value != "个人金融信息", "reading itself stays as shipped"
    assert case(taught, text="请问网点几点开门").business == ""
    go_back("business", by=taught.head, reason="试过了")
    assert case(taught, text=TOLD).business == before.business


def test_every_change_is_sealed_with_who_why_and_figures(taught: Bank) -> None:
    in_force(taught)
    go_back("business", by=taught.head, reason="判得不好")
    made, used, back = AccessEntry.objects.order_by("seq")
    assert [entry.what for entry in (made, used, back)] == ["model_made", "model_use", "model_back"]
    assert used.by == taught.head and used.detail["reason"] == "更正够了" and used.detail["version"] == 1
    assert used.detail["model_sha256"] == store().card("business", 1).sha256
    assert used.detail["macro_f1"].startswith("0.") or used.detail["macro_f1"] == "1.000"
    assert back.detail == back.detail | {"from": 1, "to": 0, "reason": "判得不好"}
    assert list(verify_access_log()) == []


def test_who_may_not_teach_is_told_who_may(taught: Bank) -> None:
    version = in_force(taught)
    for refused in (
        lambda: teach_from_corrections("business", by=taught.clerk),
        lambda: use_version("business", version, by=taught.handler, reason="想用"),
        lambda: go_back("business", by=taught.clerk, reason="不想用"),
        lambda: switch_off("business", by=taught.auditor, reason="不想用"),
        lambda: learning.ask_teaching("business", by=taught.admin),
    ):
        with pytest.raises(NotAllowed, match="投诉处理负责人"):
            refused()
    assert store().in_force()["business"].version == version


@pytest.mark.parametrize("reason", ["", "  ", "太长" * 200, "残\ud800"])
def test_without_a_fit_reason_nothing_changes(taught: Bank, reason: str) -> None:
    card = keep_trial(teach_from_corrections("business", by=taught.head), by=taught.head)
    with pytest.raises(Incomplete):
        use_version("business", card.version, by=taught.head, reason=reason)
    assert store().in_force() == {}


def test_a_broken_model_never_stops_recording(taught: Bank, caplog: pytest.LogCaptureFixture) -> None:
    in_force(taught)
    path = Path(store().folder) / "business" / "1.npz"
    path.write_bytes(path.read_bytes()[:-100])
    site_models._loaded = None
    with caplog.at_level(logging.WARNING):
        made = case(taught, text=TOLD)
    assert made.reading["engine"] == read(TOLD).engine
    assert "不能用" in caplog.text
    (store().folder / "in_force.json").write_text("broken", encoding="utf-8")
    assert case(taught, text=TOLD).pk


def test_what_is_in_force_is_loaded_once_and_again_when_it_changes(taught: Bank) -> None:
    nothing = site_reader()
    assert site_reader() is nothing
    in_force(taught)
    loaded = site_reader()
    assert "business" in loaded.taught and site_reader() is loaded


def test_too_few_corrections_are_refused_in_words(bank: Bank) -> None:
    correct(case(bank, text=TOLD), bank, business="个人金融信息")
    with pytest.raises(CannotTeach, match="只有 1 条"):
        teach_from_corrections("business", by=bank.head)
    with pytest.raises(ModelRefused, match="只有 1 件"):
        learning.ask_teaching("business", by=bank.head)


def test_the_background_job_keeps_a_version_and_puts_none_in_force(taught: Bank) -> None:
    learning.ask_teaching("business", by=taught.head)
    assert learning.teachings()["business"]["state"] == "running"
    with pytest.raises(ModelRefused, match="正在训练"):
        learning.ask_teaching("business", by=taught.head)
    assert jobs.teach_facet.func("business", taught.head.pk) == {"version": 1}
    assert store().versions("business") == [1] and store().in_force() == {}
    assert "只有 0 条" in jobs.teach_facet.func("cause", taught.head.pk)["refused"]


def test_emotion_can_be_corrected_and_taught(bank: Bank) -> None:
    for text in FACES:
        correct(case(bank, text=text), bank, emotion="3")
    card = keep_trial(teach_from_corrections("emotion", by=bank.head), by=bank.head)
    use_version("emotion", card.version, by=bank.head, reason="试")
    assert case(bank, text="早市的刷脸机扣了两次钱没人管").emotion == 3
    assert isinstance(site_reader().read("").emotion.strength, int)


def test_errors_are_of_the_one_family() -> None:
    assert issubclass(ModelRefused, TingsuError) and issubclass(CannotTeach, TingsuError)
