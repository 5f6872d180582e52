"""Scripts found by situation and words: what fits comes first, with its reason; what must not be said never comes."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tingsu.assist.scripts.doubts import doubts_of
from tingsu.assist.scripts.index import Index
from tingsu.assist.scripts.ranking import Rating, rank
from tingsu.assist.scripts.situation import Situation, read_situation
from tingsu.packs.answering import load_part
from tingsu.packs.loader import load_pack
from tingsu.packs.scripts import Script, Scripts


def script(id: str, title: str, text: str, **more: Any) -> Script:
    return Script.model_validate({"id": id, "title": title, "text": text, "origin": "ours", **more})


SCRIPTS = [
    script("wait", "等候时间长", "让您久等了，我先给您取号。", words=["排队", "人多"], steps=["calm"], channels=["lobby"]),
    script("respect", "客户要见领导", "我马上请负责人出来当面听您说。", steps=["calm", "listen"], needs=["求尊重"], words=["找行长", "叫领导出来"]),
    script("money", "核实后谈补偿", "查实是我们的责任，这几样您看哪样合适。", steps=["solve"], needs=["求补偿"], demands=["赔偿"]),
    script("card", "卡被吞了", "卡在机器里很安全，我帮您登记。", businesses=["借记卡"], words=["吞卡", "ATM"]),
    script("loan", "提前还款要预约", "提前还款我帮您约最近的日子。", businesses=["贷款"], words=["提前还款"]),
    script("old", "老人听不清", "我慢慢说，您听不清我就写下来。", segments={"age": ["年长"]}, words=["听不清"]),
    script("follow", "回访问满意", "上次的事处理好了，您还满意吗？", steps=["follow_up"], stages=["answered"]),
    script(
        "bad", "排队时敷衍", "排队有什么办法，大家都等着呢。",
        counter_example=True, why="推脱", instead="让您久等了。", words=["排队"],
    ),
]  # fmt: skip
INDEX = Index(SCRIPTS)
UNKNOWN = Situation()


def found(situation: Situation = UNKNOWN, query: str = "", **more: Any) -> list[str]:
    return [one.script.id for one in rank(INDEX, situation, query, read=read_situation(query), **more)]


def test_words_find_their_script() -> None:
    assert found(query="吞卡")[0] == "card"
    assert found(query="提前還款")[0] == "loan"  # traditional
    assert found(query="ａｔｍ")[0] == "card"  # full width


def test_a_sentence_in_other_words_finds_it() -> None:
    assert found(query="客户嫌等得太久，在大厅里嚷嚷")[0] == "wait"
    assert found(query="他说柜员不配跟他谈，非让行长出来给他道歉")[0] == "respect"
    assert found(query="七十多岁的老大爷耳背，问了好几遍")[0] == "old"


def test_a_case_alone_finds_by_stage_need_and_business() -> None:
    assert found(Situation(need="求尊重", steps=("calm",)))[0] == "respect"
    assert found(Situation(need="求补偿", steps=("solve",), demands=("赔偿",)))[0] == "money"
    assert found(Situation(stage="answered", steps=("follow_up",)))[0] == "follow"
    assert found(Situation(business="借记卡"))[0] == "card"
    assert found(Situation()) == []  # nothing known, nothing suggested


def test_what_is_for_another_business_stays_behind() -> None:
    assert found(Situation(business="借记卡"), "卡在机器里拿不出来")[0] == "card"
    assert "card" not in found(Situation(business="贷款"), "帮您约最近的日子，帮您登记")[:1]
    assert "card" not in found(Situation(business="贷款"))


def test_the_reason_names_what_agreed_and_the_words() -> None:
    (first, *_) = rank(INDEX, Situation(need="求尊重"), "要见领导", names={})
    assert first.script.id == "respect"
    assert "对上：心理需求 求尊重" in first.why and "词：要见领导" in first.why
    (rated, *_) = rank(INDEX, Situation(), "吞卡", ratings={"card": Rating(12, 9, 1)})
    assert "用过 12 次，9 次有帮助" in rated.why
    (named, *_) = rank(INDEX, Situation(stage="answered"), "", names={"answered": "待回访"})
    assert "环节 待回访" in named.why


def test_counter_examples_are_never_found() -> None:
    assert "bad" not in found(query="排队有什么办法，大家都等着呢", limit=20)
    assert found(query="排队")[0] == "wait"


def test_ratings_move_a_script_only_among_its_like() -> None:
    twins = Index([script("a", "请客户坐下", "您请坐。"), script("b", "请客户坐下", "您请坐。")])
    worse = {"a": Rating(10, 0, 8), "b": Rating(10, 8, 0)}
    assert [one.script.id for one in rank(twins, Situation(), "请坐", ratings=worse)][0] == "b"
    hated = {"card": Rating(20, 0, 20)}
    assert found(query="吞卡", ratings=hated)[0] == "card"  # still the one that answers the words


def test_what_has_nothing_to_do_with_it_is_not_shown() -> None:
    assert found(query="火星探测器的轨道参数") == []
    assert found(query="😀😀😀") == []
    assert found(query="   ") == []


@given(st.text(max_size=200))
def test_any_query_is_answered(query: str) -> None:
    for one in rank(INDEX, Situation(), query, read=read_situation(query), limit=3):
        assert one.why and not one.script.counter_example


def test_four_hundred_scripts_are_ranked_within_twenty_milliseconds() -> None:
    pack = load_pack("bank")
    many = Index([s.model_copy(update={"id": f"{s.id}-{n}"}) for n in range(57) for s in SCRIPTS[:7]])
    query = "客户排队两个小时，办到一半系统坏了，很激动，要求行长出来道歉并赔偿误工费"
    rank(many, Situation(), query, read=read_situation(query, pack))
    took = []
    for turn in range(5):
        asked = f"{query}{turn}"
        began = time.process_time()
        rank(many, Situation(), asked, read=read_situation(asked, pack))
        took.append(time.process_time() - began)
    assert min(took) < 0.02


def test_no_shipped_script_says_what_a_reply_must_not() -> None:
    for pack in ("bank", "telecom", "property", "factory", "dealer", "distribution", "venue", "callcentre"):
        for one in load_part(Scripts, "scripts", pack).scripts:
            assert [(one.id, doubt.words) for doubt in doubts_of(one, pack)] == []
