"""Matters are found in people's own words, parted by place, named in whole words, and given to new texts."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
from benchmarks.planted import plant

from tingsu.insight.topics.alike import find_alike
from tingsu.insight.topics.contrast import contrast
from tingsu.insight.topics.engine import find_topics
from tingsu.insight.topics.profiles import assign, weigh_phrases, whole_name
from tingsu.insight.topics.spots import names_in
from tingsu.insight.topics.wholes import find_wholes

FIRST, LAST = date(2026, 1, 1), date(2026, 10, 30)
WORDS = [
    "早晨",
    "公园",
    "散步",
    "天气",
    "图书",
    "借阅",
    "证件",
    "窗口",
    "老师",
    "运动",
    "球场",
    "花草",
    "讲座",
    "展览",
    "书法",
    "音乐",
    "旅行",
    "车票",
    "晚饭",
    "水果",
    "邮件",
    "电影",
    "剧院",
    "河边",
]


def chatter(many: int, seed: int = 3) -> list[str]:
    """Texts about nothing in common."""
    dice = random.Random(seed)
    return ["，".join(dice.sample(WORDS, 5)) + "。" for _ in range(many)]


def draw(seed: int, batches: int) -> tuple[list[str], list[int | None], list[set[int]]]:
    planted = plant(seed, batches=batches, first=FIRST, last=LAST, developed=True)
    texts = chatter(300) + [one.text for one in planted]
    days: list[int | None] = [None] * 300 + [one.day.toordinal() for one in planted]
    groups: dict[int, set[int]] = {}
    for at, one in enumerate(planted, start=300):
        groups.setdefault(one.batch, set()).add(at)
    return texts, days, list(groups.values())


def fit(batch: set[int], groups: list[set[int]]) -> float:
    return max((2 * len(batch & group) / (len(batch) + len(group)) for group in groups), default=0.0)


def test_batches_told_in_other_words_are_found_among_chatter() -> None:
    texts, days, batches = draw(5, 8)
    groups = [set(group.members) for group in find_alike(texts, days)]
    assert np.mean([fit(batch, groups) for batch in batches]) > 0.9
    places = [place for group in groups for place in group]
    assert len(places) == len(set(places))


def test_one_matter_at_two_places_is_two() -> None:
    tell = "{p}已经停水三天，物业说是泵房坏了，{e}，请尽快恢复供水"
    ends = ["老人下楼提水", "孩子没法洗澡", "饭都做不成", "天天排队接水", "电话打了没人管"]
    texts = chatter(60) + [tell.format(p=place, e=end) for place in ("锦绣花园", "望江小区") for end in ends]
    groups = [set(group.members) for group in find_alike(texts)]
    assert set(range(60, 65)) in groups
    assert set(range(65, 70)) in groups


def test_the_same_text_a_hundred_times_is_one_matter_and_nothing_is_no_matter() -> None:
    assert [len(group.members) for group in find_alike(["自助机吞卡没人管，要等三天"] * 100)] == [100]
    assert find_alike([]) == []
    assert find_alike(["", "", "", "。。。"]) == []
    assert find_topics(["退款", "退款"]) == []


def test_a_topic_is_named_in_whole_words_and_takes_its_own_in() -> None:
    texts, days, _batches = draw(6, 6)
    found = find_topics(texts, days)
    named = [topic for topic in found if topic.name]
    assert len(named) >= 6
    for topic in named:
        words = {whole for place in topic.members for whole in find_wholes(texts[place])}
        assert all(phrase.text in words for phrase in topic.profile.phrases)
        assert all(phrase.q <= 0.05 for phrase in topic.profile.phrases)
    chosen = assign(texts, [weigh_phrases(topic.profile, len(texts)) for topic in found])
    given = [(chosen[place], at) for at, topic in enumerate(found) for place in topic.members]
    right = [one == at for one, at in given if one is not None]
    assert np.mean(right) > 0.9
    assert len(right) > 0.5 * len(given)
    told = {at for at, topic in enumerate(found) if min(topic.members) >= 300}  # chatter may meet by chance
    assert not any(one in told for one in chosen[:300])


def test_many_texts_are_sampled_and_the_rest_join_by_their_phrases() -> None:
    texts, days, batches = draw(7, 6)
    found = find_topics(texts, days, direct=200)
    groups = [set(topic.members) for topic in found]
    large = [batch for batch in batches if len(batch) >= 20]
    assert all(fit(batch, groups) > 0.5 for batch in large)


def test_what_the_last_weeks_say_more_is_contrasted_and_noise_is_not() -> None:
    lately = [f"{text}手机银行闪退登录不上" for text in chatter(30, seed=8)]
    texts = chatter(400) + lately
    inside = np.array([False] * 400 + [True] * 30)
    said = [one.text for one in contrast(texts, inside)]
    assert any("闪退" in phrase for phrase in said)
    shuffled = np.random.default_rng(1).permutation(inside)
    assert len(contrast(chatter(430), shuffled)) <= 1
    assert contrast(texts, np.zeros(430, bool)) == []


def test_a_person_and_a_fragment_are_no_phrase() -> None:
    found = find_wholes("张伟民经理说自动取款机吞卡，A市支行不处理")
    assert "吞卡" in found or "取款机吞卡" in found
    assert not any("张伟民" in phrase for phrase in found)
    assert not any(phrase.startswith("市") for phrase in found)


def test_places_are_told_by_their_kind() -> None:
    assert names_in("金星北路的锦绣花园停水，附近小区没事") >= {"锦绣花"}
    assert names_in("附近小区没事，我们学校也没事") == set()


def test_a_name_is_carried_on_to_the_end_of_the_place() -> None:
    assert (
        whole_name("伊园滨河 · 车位", ["伊园滨河苑的车位", "投诉伊园滨河苑", "伊园滨河苑收费"]) == "伊园滨河苑 · 车位"
    )
    assert whole_name("停水", ["停水三天", "停水了", "又停水"]) == "停水"
