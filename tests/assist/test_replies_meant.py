"""Other ways of saying the same are found by their meaning, look-alikes are left; what is missing is told only then."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scripts.teach_replies import teach

from tingsu.assist.replies import ReplyContext, check_reply, rules_of
from tingsu.assist.replies.likeness import KINDS, kind_of, shipped_likeness
from tingsu.assist.replies.wordings import names_day

RULES = rules_of("bank")
ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "benchmarks/data/reply_sentences.jsonl").read_text("utf-8").splitlines()
]
END = "12月1日前由小周给您回电。"


def kinds(words: str, kind: str = "chat", **context: object) -> set[str]:
    return {one.kind for one in check_reply(words, ReplyContext(kind=kind, **context), RULES)}  # type: ignore[arg-type]


def test_nearly_every_paraphrase_is_found_and_hardly_a_look_alike_is() -> None:
    wrong = [row["text"] for row in ROWS if row["kind"]]
    missed = [words for words in wrong if not kinds(words + END) & set(KINDS)]
    flagged = [row["text"] for row in ROWS if not row["kind"] and kinds(row["text"] + END) & set(KINDS)]
    assert len(wrong) > 180 and len(missed) <= 8, missed
    assert len(flagged) <= 8, flagged


@pytest.mark.parametrize(
    "words",
    [
        "有事您喊我一声。", "钱已退，0451-5558-3212。", "明儿一早师傅揣着新锁到您门口。", "再响就按2号键，门岗跑着来。",
        "您哪天来，在这里报个钟点。", "检测在办，周五前见分晓。", "您看行不行，想改时间跟前台言语一声。", "到账会有短信。",
        "我今晚值到零点。", "资料收齐后三天内办完。",
    ],
)  # fmt: skip
def test_a_next_step_is_known_in_any_dress(words: str) -> None:
    assert "no_next_step" not in kinds(f"您反映的门锁故障查实了，是我们装反了。{words}")


@pytest.mark.parametrize(
    "words",
    [
        "钱已退回您的账户。", "感谢您的来信，祝您生活愉快。", "今后我们会更加用心服务。", "费用为96.4元，与账单相符。",
        "店内现已实行两人验货。",
    ],
)  # fmt: skip
def test_what_is_over_or_mere_courtesy_is_no_next_step(words: str) -> None:
    assert "no_next_step" in kinds(f"您反映的门锁故障查实了，是我们装反了。{words}")


@pytest.mark.parametrize(
    "words",
    [
        "让您抱着孩子等到半夜，太不应该了。", "我们理亏，给您赔情。", "这是我们难辞其咎的。", "我们十分抱愧，请接受道歉。",
        "对不起对不起。", "向客户致歉：“押金拖了您九天，请您原谅。”", "话术：\n“漆女士，广告屏漏音是时段没设好，抱歉。”",
    ],
)  # fmt: skip
def test_an_apology_is_known_in_any_dress(words: str) -> None:
    assert "no_apology" not in kinds(words + END, verdict="valid")


@pytest.mark.parametrize(
    "words", ["我们希望您能就此向他表达歉意。", "很遗憾出现这种情况。", "由此带来的不便敬请谅解。"]
)
def test_regret_and_demanded_apologies_are_none(words: str) -> None:
    assert "no_apology" in kinds(words + END, verdict="valid")


def test_words_of_a_script_in_quotation_marks_are_the_writers_own() -> None:
    assert "blaming" in kinds(f"话术记录：\n“陈女士，说到底，这两元是您自己路上磨蹭掉的。{END}”", "call")
    assert "blaming" not in kinds(f"陈女士回应：“你们说是我自己磨蹭掉的，我不服。”{END}", "call")


@pytest.mark.parametrize(
    ("words", "better"),
    [
        ("可打市场监管投诉热线12328，", "12315"), ("管基金的热线是12363，归证监会管，", "12386"), ("可向税务局12333反映，", "12366"),
        ("依照《执业医师法》，", "医师法"), ("按《噪声污染防治法》第九十五条，", "90"), ("可向工商局反映，", "国家市场监督管理总局"),
    ],
)  # fmt: skip
def test_hotlines_and_laws_beside_the_banks_own_are_known(words: str, better: str) -> None:
    (found,) = [one for one in check_reply(words + END, ReplyContext(kind="sms"), RULES) if one.kind == "wrong_statute"]
    assert better in found.better


@pytest.mark.parametrize(
    "words",
    ["打12326（民航局），", "12378或人民银行12363，", "交通部门12328，", "《合同法》已经废止，现看《民法典》，"],
)
def test_right_hotlines_and_laws_told_as_repealed_are_left(words: str) -> None:
    assert "wrong_statute" not in kinds(words + END)


@pytest.mark.parametrize(
    "words", ["12月15日", "十二月十五号", "15号", "12.15", "2026-12-15", "本月十五日"]
)  # fmt: skip
def test_a_day_is_known_however_it_is_written(words: str) -> None:
    assert names_day(f"我们{words}上门", date(2026, 12, 15))
    assert not names_day("15号楼,25日,11月15日,2.12.15", date(2026, 12, 15))


def test_a_sentence_like_known_faults_is_a_hint_that_can_be_explained() -> None:
    words = "你这样的客户,我们伺候不起"
    assert kind_of(words) in KINDS
    runs = shipped_likeness().runs_behind(words)
    assert runs and all(run in words for run in runs)
    draft = "您的意见很宝贵，我们会裱起来的。" + END
    hints = [one for one in check_reply(draft, ReplyContext(kind="sms"), RULES) if one.id.startswith("likely-")]
    assert all(one.severity == "should" and one.words in draft for one in hints)
    assert kind_of("你的电费重复扣款已经查明,146元将退回扣款账户") is None


def test_the_shipped_weights_are_what_the_shipped_files_teach() -> None:
    taught, shipped = teach(), shipped_likeness()
    assert set(taught["runs"].tolist()) == set(shipped.weights)
    ours = np.array([shipped.weights[run] for run in taught["runs"].tolist()])
    assert np.abs(ours - taught["weights"]).max() < 0.05


def test_a_limit_is_held_against_sums_in_characters() -> None:
    context = {"limit": Decimal(500)}
    assert "over_promise" in kinds("我们补您八百，12月1日到账。", **context)
    assert "over_promise" in kinds("误工费给您一千五，12月1日到账。", **context)
    assert "over_promise" not in kinds("我们补您三百，12月1日到账。", **context)
    assert "over_promise" not in kinds("给您排在第三百零五，12月1日到账。", **context)


def test_a_hint_at_a_sentence_never_stands_in_for_the_sum_that_must_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tingsu.assist.replies.likeness.kind_of", lambda sentence: "over_promise")
    found = check_reply(f"我行给您补偿5000元，{END}", ReplyContext(limit=Decimal(500)), RULES)
    assert {one.id for one in found if one.kind == "over_promise"} == {"over-limit"}
