"""Teaching a site's own label: what is refused, what is measured, and that the model is what was measured."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from tests.reading.learned.examples import told

from tingsu.base.clock import SHANGHAI
from tingsu.reading import read
from tingsu.reading.learned.described import Told, describe
from tingsu.reading.learned.evaluating import group_copies
from tingsu.reading.learned.fitting import Settings, find_warmth, fit, fold_rows, held_out
from tingsu.reading.learned.material import describe_all, gather_material
from tingsu.reading.learned.memory import mark_of
from tingsu.reading.learned.sites import judge_by
from tingsu.reading.learned.store import Kept, ModelRefused
from tingsu.reading.learned.training import Asked, CannotTeach, Trial, try_teaching

AT = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
BUSINESS = ("借记卡", "信用卡", "贷款", "支付结算", "其他", "数字人民币")


def asked(name: str = "物业", labels: tuple[str, ...] = ()) -> Asked:
    return Asked(name, "陈立", AT, {"kind": "file"}, labels)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return try_teaching(asked(), told())


def test_a_label_of_the_sites_own_is_learned_and_its_figures_are_of_texts_held_out(trial: Trial) -> None:
    report = trial.card.report
    assert report["figures"]["count"] == 105 and report["figures"]["macro_f1"] > 0.9
    assert [sum(row) for row in report["confusion"]] == [row["count"] for row in report["by_label"]] == [35, 35, 35]
    assert judge_by(trial.model, describe(read("电梯又停了，困住了两个人"))).value == "电梯"
    assert trial.card.compared is None


def test_the_evidence_stands_in_the_text(trial: Trial) -> None:
    text = "我在楼里被电梯困人快一小时，电话13812345678"
    judged = judge_by(trial.model, describe(read(text)))
    assert judged.evidence and any("电梯" in e.text for e in judged.evidence)
    assert all(read(text).masked_text[e.start : e.end] == e.text for e in judged.evidence)


def test_the_same_examples_give_the_same_model(trial: Trial) -> None:
    again = try_teaching(asked(), told())
    assert np.array_equal(again.model.weights, trial.model.weights) and again.model.warmth == trial.model.warmth
    assert again.card.report == trial.card.report


def test_a_kept_model_says_what_the_measured_one_said() -> None:
    examples = told()
    material = gather_material("物业", examples, describe_all(examples), ("停车", "电梯", "噪声"),
                               group_copies([one.text for one in examples]), on_top=False)  # fmt: skip
    rows = np.arange(len(material))
    fitted = fit(material, rows, Settings(share=0.3))
    said = [material.labels[place] for place in fitted.points(rows).argmax(axis=1)]
    kept = fitted.to_model(1.0)
    assert [judge_by(kept, describe(read(one.text))).value for one in examples] == said


def test_copies_never_stand_in_two_folds_and_labels_are_spread_evenly() -> None:
    examples = told(30) + [Told(one.text + "！", one.label) for one in told(30)]
    groups = group_copies([one.text for one in examples])
    material = gather_material("物业", examples, describe_all(examples), ("停车", "电梯", "噪声"), groups, on_top=False)
    parts = fold_rows(material, np.arange(len(material)), 5)
    assert sorted(row for part in parts for row in part) == list(range(180))
    where = {int(row): number for number, part in enumerate(parts) for row in part}
    for row, group in enumerate(groups):
        assert where[row] == where[group]
    for part in parts:
        counts = np.bincount(material.answers[part], minlength=3)
        assert counts.min() >= 8


def test_held_out_points_come_from_models_that_never_saw_the_text() -> None:
    examples = [*told(10), Told("这一句谁也没见过，独一无二的词汤婆子汤婆子汤婆子。", "停车")]
    material = gather_material("物业", examples, describe_all(examples), ("停车", "电梯", "噪声"),
                               list(range(31)), on_top=False)  # fmt: skip
    rows = np.arange(31)
    alone = held_out(material, rows, Settings(), [np.array([30])])
    without = fit(material, np.arange(30), Settings()).points(np.array([30]))
    assert np.allclose(alone[30], without[0])


def test_warmth_makes_sure_what_is_right_and_unsure_what_is_not() -> None:
    answers = np.array([0, 1] * 50)
    sure = np.array([[3.0, 0.0], [0.0, 3.0]] * 50, dtype=np.float32)
    assert find_warmth(sure, answers) < 0.5
    mixed = sure.copy()
    mixed[::5] = mixed[::5][:, ::-1]
    assert find_warmth(mixed, answers) > 1.0


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ([], "没有一行"),
        ([Told("电梯坏了", "电梯")] * 30, "两个类别"),
        ([Told(f"第{n}条意见", f"第{n}类") for n in range(300)], "不像类别"),
        ([Told("电梯坏了", "很长" * 40)] * 9, "不像类别"),
        ([*told(30)[:30], Told("噪声", "噪声")], "两个类别"),
    ],
)
def test_examples_that_cannot_teach_are_refused_in_words(examples: list[Told], words: str) -> None:
    with pytest.raises(CannotTeach, match=words):
        try_teaching(asked(), examples)


def test_scarce_labels_are_left_out_and_thin_ones_named() -> None:
    examples = [*told(12), Told("漏水了", "漏水"), Told("电梯困人", "停车"), Told("电梯困人！", "电梯")]
    trial = try_teaching(asked(), examples)
    assert "漏水" not in trial.model.labels
    notes = "".join(trial.card.notes)
    assert "漏水 1 条" in notes and "不到 30 条" in notes and "标注不同" in notes


@pytest.mark.parametrize("name", ["", " 空", "../逃", "a/b", "evidence", "risk", "很" * 41])
def test_names_that_cannot_be_a_column_or_a_folder_are_refused(name: str) -> None:
    with pytest.raises(ModelRefused):
        try_teaching(asked(name), told(10))


def test_old_and_new_are_compared_on_texts_neither_had_seen_when_it_judged_them(trial: Trial) -> None:
    old = Kept(trial.card, trial.model, trial.memory)
    again = try_teaching(asked(), told(), old=old)
    assert again.card.compared is not None and again.card.compared["rows"] == 105
    assert again.card.compared["old"] == again.card.compared["new"], "what was said while held out, not when known"
    fresh = [Told(f"{one.text}又来催一次", one.label) for one in told(40)]
    mixed = try_teaching(asked(), fresh, old=old)
    assert mixed.card.compared is not None
    assert mixed.card.compared["rows"] + mixed.card.compared["left_out"] == 120


# On top of the shipped reader.

ECARD = ["数字人民币钱包充不进去", "数币钱包被冻结了", "数字人民币红包领不了", "数币支付扫不上码", "数字人民币提现失败"]


def on_top_examples() -> list[Told]:
    new = [
        Told(f"{who}{what}，{matter}。", "数字人民币", origin=str(n), kind="corrected")
        for n, (matter, who, what) in enumerate(
            (matter, who, what) for matter in ECARD for who in ("我", "老伴", "客户") for what in ("今天", "试了几次")
        )
    ]
    known = ["信用卡年费被扣了三百元", "信用卡账单多收了利息", "房贷提前还款不给办", "借记卡被吞了", "转账一直不到账"]
    labels = ["信用卡", "信用卡", "贷款", "借记卡", "支付结算"]
    for text, label in zip(known, labels, strict=True):
        new += [Told(f"{text}，{tail}", label, 0.5, kind="confirmed") for tail in ("没人管", "要求解决", "太气人了")]
    return new


@pytest.fixture(scope="module")
def on_top() -> Trial:
    return try_teaching(asked("business", BUSINESS), on_top_examples())


def test_thirty_corrections_make_a_new_class_known_and_forget_nothing(on_top: Trial) -> None:
    compared = on_top.card.compared
    assert compared is not None and compared["against"] == "shipped"
    corrected = compared["by_kind"]["corrected"]
    assert corrected["rows"] == 30 and corrected["old"] == 0 and corrected["new"] >= 25
    assert judge_by(on_top.model, describe(read("我的数字人民币钱包打不开，钱也转不出来"))).value == "数字人民币"
    for text, label in (("信用卡莫名其妙扣了我年费，要求退", "信用卡"), ("助学贷款还清了还催我还贷", "贷款")):
        assert judge_by(on_top.model, describe(read(text))).value == label


def test_a_class_the_pack_does_not_have_is_refused_with_the_way_to_add_it() -> None:
    with pytest.raises(CannotTeach, match="方案包的分类里加一行"):
        try_teaching(asked("business", BUSINESS[:-1]), on_top_examples())


def test_too_few_corrections_are_refused() -> None:
    few = [one for one in on_top_examples() if one.kind == "corrected"][:9]
    with pytest.raises(CannotTeach, match="至少要 10 条"):
        try_teaching(asked("business", BUSINESS), few + [o for o in on_top_examples() if o.kind == "confirmed"])


def test_no_personal_data_enters_a_model_or_its_card() -> None:
    examples = [Told(f"{one.text}我叫王建国，电话1381234567{n % 10}", one.label) for n, one in enumerate(told(12))]
    trial = try_teaching(asked(), examples)
    assert not any("建国" in piece for piece in trial.model.pieces)
    assert "王建国" not in str(trial.card) and "1381234567" not in str(trial.card)


def test_marks_are_the_same_for_the_same_words() -> None:
    assert mark_of("电梯坏了！") == mark_of("电梯 坏了") != mark_of("电梯好了")
