"""Letters from one mould: the common part is long, each writer's own part is longer."""

from __future__ import annotations

import random

from tingsu.reading.similar import follows_mould
from tingsu.reading.similar.templates import find_moulds, is_copy

LAW = (
    "根据《商业银行信用卡业务监督管理办法》第七十条之规定，在特殊情况下，确认信用卡欠款金额超出持卡人还款能力、且持卡人仍有"
    "还款意愿的，发卡银行可以与持卡人平等协商，达成个性化分期还款协议。请贵行于三个工作日内书面回复。"
)
STORIES = [
    "我二零年在江州开小饭馆，疫情关了门，装修的十几万都是刷卡垫的，每个月光最低还款就要四千多，老婆带孩子回了娘家，现在我在工地干活。",
    "因父亲去年查出肺癌，前后住院七次，靶向药医保外自费，我把三张卡都刷满了，自己也从厂里辞了职陪护，如今工资只够房租和吃饭，实在周转不开。",
    "本人原在培训机构教英语，机构关门欠薪至今未付，仲裁赢了也拿不到钱，跑了半年网约车又出了事故，腿上打着钢板在家躺着，催收天天打到我母亲那里。",
]


def test_letters_around_one_common_part_follow_one_mould() -> None:
    letters = [story + LAW for story in STORIES]
    (mould,) = find_moulds(["排队两小时没有人理，要求道歉。" * 6, letters[0], letters[1], "别的事情", letters[2]])
    assert (mould.leader, mould.followers) == (1, (2, 4))
    assert follows_mould(letters[0], letters[1]) and is_copy(letters[0], letters[1])


def test_stories_alone_follow_no_mould() -> None:
    assert find_moulds(STORIES) == []
    assert not follows_mould(STORIES[0], STORIES[1])


def test_a_closing_phrase_is_no_mould() -> None:
    closing = "要求贵行尽快核实处理并给我一个书面答复。"
    assert find_moulds([story + closing for story in STORIES]) == []


def test_a_short_text_copies_only_what_is_nearly_the_same() -> None:
    assert is_copy("垃圾", "垃圾！") and not is_copy("垃圾银行", "垃圾软件")
    assert not is_copy("", "")


def test_many_letters_of_one_mould_are_found_whole() -> None:
    pick = random.Random(2)
    own = [
        "".join(pick.choice("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁") for _ in range(120))
        for _ in range(400)
    ]
    (mould,) = find_moulds([words + LAW for words in own])
    assert len(mould.followers) >= 395
