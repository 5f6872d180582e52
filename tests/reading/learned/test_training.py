"""Teaching a site's own label: what is refused, what is measured, and that the model is what was measured."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tests.reading.learned.examples import told

from tingsu.base.clock import SHANGHAI
from tingsu.reading import read
from tingsu.reading.learned.described import Told, describe
from tingsu.reading.learned.evaluating import group_copies
from tingsu.reading.learned.fitting import (
    PLAIN,
    Chosen,
    Settings,
    _pick,
    find_warmth,
    fit,
    fit_together,
    fold_rows,
    held_out,
)
from tingsu.reading.learned.material import describe_all, gather_material, presence_of, pull_of
from tingsu.reading.learned.memory import mark_of
from tingsu.reading.learned.site_model import load_model, save_model
from tingsu.reading.learned.sites import judge_by
from tingsu.reading.learned.store import Kept, ModelRefused
from tingsu.reading.learned.training import Asked, CannotTeach, Trial, try_teaching

AT = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
LABELS = ("停车", "电梯", "噪声")
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
    assert again.model.warmth == trial.model.warmth and len(again.model.parts) == len(trial.model.parts)
    for one, other in zip(again.model.parts, trial.model.parts, strict=True):
        assert np.array_equal(one.weights, other.weights) and np.array_equal(one.rarity, other.rarity)
    assert again.card.report == trial.card.report


TOGETHER = Chosen((Settings(share=0.3), Settings(apart=True, strength=1.0), PLAIN), (0.5, 0.8, 0.7), 0.6)


@pytest.mark.parametrize("chosen", [TOGETHER, Chosen((Settings(share=0.3),), (1.0,), 1.0)])
def test_a_kept_model_says_what_the_measured_one_said(chosen: Chosen) -> None:
    examples = told()
    described = describe_all(examples)
    material = gather_material("物业", examples, described, LABELS, group_copies([one.text for one in examples]),
                               on_top=False)  # fmt: skip
    rows = np.arange(len(material))
    fitted = fit_together(material, rows, chosen)
    points = fitted.points(rows)
    kept = fitted.to_model()
    for one, wanted in zip(described, points, strict=True):
        assert np.allclose(kept.weigh(one.plain, one.named()).points, wanted, atol=0.1), "but for rounding"
    said = [material.labels[place] for place in points.argmax(axis=1)]
    assert [judge_by(kept, one).value for one in described] == said


def test_a_model_comes_back_from_its_file_as_it_was(trial: Trial, tmp_path: Path) -> None:
    save_model(trial.model, tmp_path / "m.npz")
    back = load_model(tmp_path / "m.npz")
    one = describe(read("电梯困人半小时，物业说车位的事以后再说"))
    assert np.allclose(back.weigh(one.plain, one.named()).points, trial.model.weigh(one.plain, one.named()).points)
    assert judge_by(back, one) == judge_by(trial.model, one)


def test_a_file_of_the_earlier_form_with_one_set_of_weights_is_read(tmp_path: Path) -> None:
    arrays = {
        "form": 1, "name": "物业", "labels": "停车\t电梯", "pieces": "电\t电梯\t车", "rarity": [1.0, 2.0, 1.0],
        "weights": np.array([[-50, 50], [-127, 127], [100, -100]], dtype=np.int8), "scale": [0.1, 0.1],
        "signal_names": "", "signals": np.zeros((0, 2)), "bias": [0.0, 0.0], "warmth": 1.0, "starts": False,
    }  # fmt: skip
    np.savez_compressed(tmp_path / "1.npz", **{name: np.array(value) for name, value in arrays.items()})
    old = load_model(tmp_path / "1.npz")
    assert judge_by(old, describe(read("电梯坏了"))).value == "电梯"
    assert judge_by(old, describe(read("车被划了"))).value == "停车"
    np.savez_compressed(tmp_path / "3.npz", **{name: np.array(value) for name, value in (arrays | {"form": 3}).items()})
    with pytest.raises(ValueError, match="form 3"):
        load_model(tmp_path / "3.npz")


def test_different_kinds_answer_together_only_where_they_are_nearly_as_good() -> None:
    kind, like_it, other, poor = Settings(), Settings(strength=9.0), Settings(power=1.0), PLAIN
    goodness = {kind: 0.90, like_it: 0.89, other: 0.88, poor: 0.80}
    assert _pick([kind, like_it, other, poor], goodness, 3) == [kind, other]
    assert _pick([kind, like_it, other, poor], goodness, 1) == [kind]


def test_a_model_of_many_labels_keeps_only_the_most_frequent_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = told(10)
    described = describe_all(examples)
    monkeypatch.setattr("tingsu.reading.learned.material.MOST_WEIGHTS", 150)
    few = gather_material("物业", examples, described, LABELS, list(range(30)), on_top=False)
    assert len(few.pieces) == 50 == few.counts.shape[1] and "," in few.pieces
    assert len(fit(few, np.arange(30), Settings()).weights) == 50 + len(few.signal_names)


def test_a_label_weighs_pieces_by_how_they_tell_its_own_texts_apart() -> None:
    examples = told(20)
    material = gather_material("物业", examples, describe_all(examples), LABELS, list(range(60)), on_top=False)
    known = presence_of(material, np.arange(60))
    column = {piece: place for place, piece in enumerate(material.pieces)}
    lift = pull_of(material, np.arange(60), LABELS.index("电梯"), known)
    park = pull_of(material, np.arange(60), LABELS.index("停车"), known)
    assert lift[column["电梯"]] > 1 and park[column["电梯"]] < 0
    assert abs(lift[column[","]]) < 0.5, "what every text holds tells nothing"


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


def test_a_label_nobody_trained_keeps_the_chance_the_shipped_reader_gives_it(on_top: Trial) -> None:
    untaught = "个人金融信息"
    trial = try_teaching(asked("business", (*BUSINESS, untaught)), on_top_examples())
    assert untaught not in trial.card.examples
    text = "你们把我的身份信息和征信报告泄露给外人，查询记录也没经我授权"
    assert read(text).business.value == untaught == judge_by(trial.model, describe(read(text))).value


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
