"""Copies and near-copies, and what must not be taken for them."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading import find_groups, signature

LETTER = "本人于今年三月在贵行办理理财产品，到期后收益远低于宣传，客户经理拒不解释，要求退还本金并给出书面答复。"


def test_the_same_wording_is_one_group_whatever_its_script_and_width() -> None:
    (group,) = find_groups(["信用卡被盗刷！", "別的事情", "信用卡被盜刷", "信用卡 被盗刷。"])
    assert (group.kind, group.members, group.representative) == ("same", (0, 2, 3), 0)
    assert group.passage == "信用卡被盗刷！"


def test_a_letter_with_names_changed_is_a_near_copy() -> None:
    texts = [
        LETTER,
        "今天手机银行闪退，登录不上，请修复一下。",
        f"王某：{LETTER}请回电。",
        LETTER.replace("三月", "五月"),
    ]
    (group,) = find_groups(texts)
    assert (group.kind, group.members) == ("near", (0, 2, 3))
    assert group.passage in LETTER
    assert "客户经理拒不解释" in group.passage


def test_short_cries_are_no_batch() -> None:
    groups = find_groups(["垃圾", "垃圾！", "垃圾软件", "垃圾银行", "好用", "不好用"])
    assert [(group.kind, group.members) for group in groups] == [("same", (0, 1))]


def test_alike_in_topic_is_not_alike_in_wording() -> None:
    assert find_groups(["信用卡年费太高了我要求退还今年的年费", "信用卡积分过期没有通知我要求恢复我的积分"]) == []


def test_blank_texts_belong_to_nothing() -> None:
    assert find_groups(["", " ", "\n"]) == []
    assert find_groups([]) == []


def test_a_large_batch_is_found_whole() -> None:
    batch = [f"{LETTER}编号{number}" for number in range(300)]
    (group,) = find_groups(batch)
    assert len(group.members) == 300


@given(st.lists(st.sampled_from([LETTER, LETTER + "谢谢", "垃圾", "", "信用卡盗刷一万元请立即处理追回"]), max_size=12))
def test_a_text_is_in_one_group_at_most(texts: list[str]) -> None:
    members = [index for group in find_groups(texts) for index in group.members]
    assert len(members) == len(set(members))
    assert all(group.representative in group.members and len(group.members) > 1 for group in find_groups(texts))


def test_signatures_of_the_same_wording_are_equal() -> None:
    assert signature("帳戶被凍結！") == signature("账户被冻结")
    assert signature("账户被冻结") != signature("账户被解冻")
    assert signature("") == signature(" ")


def test_a_wording_that_many_send_is_still_met_behind_hundreds_of_its_distant_variants() -> None:
    pick = random.Random(11)
    base = "".join(chr(0x4E00 + pick.randrange(5_000)) for _ in range(120))

    def variant(changes: int) -> str:
        signs = list(base)
        for place in pick.sample(range(len(signs)), changes):
            signs[place] = chr(0x4E00 + pick.randrange(5_000))
        return "".join(signs)

    texts = [
        base,
        *(variant(3) for _ in range(5)),
        *(variant(14) for _ in range(600)),
        *(variant(3) for _ in range(100)),
    ]
    near = [place for place in range(len(texts)) if not 6 <= place < 606]
    group = next(group for group in find_groups(texts) if 0 in group.members)
    assert len(set(near) & set(group.members)) >= 0.97 * len(near)
