"""Words and short phrases that set some texts apart from the rest.

Units are rjieba words and pairs of neighbouring words, 2–8 characters, counted once per text. Distinction is the
weighted log-odds z-score of Monroe, Colaresi and Quinn (2008) with the whole file as prior: frequent and telling
phrases come first, rare flukes do not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rjieba

_CHINESE = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z][A-Za-z0-9]+")
_TALKING = frozenset(
    [
        "我们",
        "你们",
        "他们",
        "她们",
        "它们",
        "自己",
        "大家",
        "咱们",
        "人家",
        "这个",
        "那个",
        "这些",
        "那些",
        "这样",
        "那样",
        "这么",
        "那么",
        "这里",
        "那里",
        "哪里",
        "这是",
        "那是",
        "什么",
        "怎么",
        "怎样",
        "怎么样",
        "为什么",
        "为何",
        "如何",
        "多少",
        "几个",
        "哪个",
        "是否",
        "是不是",
        "有没有",
        "能不能",
        "可不可以",
        "可以",
        "能够",
        "不能",
        "不可",
        "没有",
        "还有",
        "还是",
        "就是",
        "也是",
        "都是",
        "只是",
        "但是",
        "可是",
        "不过",
        "而且",
        "并且",
        "因为",
        "所以",
        "如果",
        "要是",
        "虽然",
        "然后",
        "于是",
        "因此",
        "由于",
        "为了",
        "关于",
        "对于",
        "根据",
        "按照",
        "通过",
        "以及",
        "或者",
        "还要",
        "已经",
        "现在",
        "目前",
        "今天",
        "昨天",
        "明天",
        "今年",
        "去年",
        "时候",
        "时间",
        "之后",
        "之前",
        "以后",
        "以前",
        "以来",
        "至今",
        "一直",
        "一次",
        "一下",
        "一个",
        "一些",
        "一样",
        "一点",
        "一天",
        "两个",
        "多次",
        "几次",
        "每次",
        "再次",
        "又是",
        "经常",
        "总是",
        "非常",
        "特别",
        "真的",
        "真是",
        "实在",
        "简直",
        "根本",
        "完全",
        "居然",
        "竟然",
        "到底",
        "究竟",
        "其实",
        "确实",
        "可能",
        "应该",
        "必须",
        "需要",
        "希望",
        "觉得",
        "感觉",
        "认为",
        "知道",
        "看到",
        "发现",
        "出现",
        "进行",
        "导致",
        "造成",
        "使用",
        "开始",
        "结果",
        "情况",
        "问题",
        "东西",
        "事情",
        "地方",
        "方面",
        "部分",
        "很多",
        "许多",
        "不少",
        "太多",
        "各种",
        "所有",
        "任何",
        "其他",
        "其它",
        "另外",
        "有关",
        "相关",
        "有些",
        "有的",
        "有人",
        "不是",
        "不会",
        "不要",
        "不知",
        "不好",
        "不行",
        "不了",
        "不到",
        "不用",
        "不上",
        "不让",
        "不给",
        "没法",
        "无法",
        "谢谢",
        "您好",
        "你好",
        "尊敬",
        "领导",
        "书记",
        "市长",
        "市民",
        "网友",
        "客户",
        "银行",
        "反映",
        "投诉",
        "举报",
        "咨询",
        "请问",
        "建议",
        "回复",
        "答复",
        "处理",
        "解决",
        "给予",
        "望",
        "请",
        "尽快",
        "左右",
        "以上",
        "以下",
        "元",
        "万元",
        "块钱",
        "年月",
        "月日",
        "附近",
        "里面",
        "外面",
        "上面",
        "下面",
        "起来",
        "出来",
        "出去",
        "过来",
        "下来",
        "上去",
        "下去",
        "来说",
        "来讲",
        "成为",
        "作为",
        "属于",
        "包括",
        "比如",
        "例如",
        "等等",
        "之类",
        "有限公司",
        "公司",
        "工作人员",
        "人员",
        "部门",
        "单位",
        "垃圾",
        "软件",
        "差评",
        "好评",
        "客服",
        "告诉",
        "告知",
        "表示",
        "要求",
        "说是",
        "时",
        "后",
        "前",
        "中",
        "内",
        "说",
        "想",
        "做",
        "用",
        "去",
        "是因为",
        "都没有",
        "还没",
        "还没有",
        "才能",
        "就会",
        "都会",
        "不管",
        "无论",
        "哪怕",
        "甚至",
        "尤其",
        "只能",
        "只有",
        "只要",
        "才是",
        "却是",
        "依然",
        "仍然",
        "依旧",
        "仍",
        "而是",
        "以为",
        "本人",
        "本来",
        "一定",
        "绝对",
        "最后",
        "最近",
        "近期",
        "每天",
        "每年",
        "每月",
        "整个",
        "全部",
        "直接",
        "马上",
        "立即",
        "立刻",
        "及时",
        "严重",
        "影响",
        "存在",
        "具体",
        "有效",
        "合理",
        "正常",
        "情况下",
        "出去",
        "这种",
        "那种",
        "哪些",
        "此事",
        "多年",
        "重新",
        "打开",
        "进去",
        "进入",
        "更新",
        "升级",
        "版本",
        "手机",
        "登录",
        "登陆",
    ]
)
_KEPT = frozenset(["更新", "升级", "登录", "登陆", "打开", "客服", "时间", "工作人员", "进去", "无法", "手机", "版本"])
_STOP = _TALKING - _KEPT
_EDGE = frozenset(
    "的了着过吗呢吧啊呀嘛哦么得地和与及或而但就都也还又再很太更最被把将让给从向对在到于为以是有不没我你他她它这那其个们"
)
FEWEST_TEXTS = 3
LONGEST = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and how many of the texts at hand contain it; ``z`` is how far it sets them apart."""

    text: str
    count: int
    z: float


def find_units(text: str) -> set[str]:
    """The words and neighbouring pairs of one text that may serve as a phrase, each once."""
    units: set[str] = set()
    before = ""
    for word in rjieba.cut(text):
        if not _CHINESE.fullmatch(word):
            before = ""
            continue
        if _is_telling(word):
            units.add(word)
        if before and len(before) + len(word) <= LONGEST and _is_pair(before, word):
            units.add(before + word)
        before = word
    return units


def _is_telling(word: str) -> bool:
    return 2 <= len(word) <= LONGEST and word not in _STOP and not (_EDGE & {word[0], word[-1]})


def _is_pair(before: str, word: str) -> bool:
    """Two neighbours make a phrase if neither is a mere particle and at least one is telling."""
    if before in _STOP or word in _STOP or before[0] in _EDGE or word[-1] in _EDGE or before == word:
        return False
    if len(before) == 1 and len(word) == 1:
        return False
    return before[-1] not in "的了着过" and word[0] not in "的了着过"


def count_units(units: Iterable[set[str]]) -> Counter[str]:
    """In how many texts each unit stands."""
    counts: Counter[str] = Counter()
    for found in units:
        counts.update(found)
    return counts


def contrast(inside: Counter[str], n_inside: int, whole: Counter[str], n_whole: int, *, most: int = 8) -> list[Phrase]:
    """The phrases that set ``inside`` apart from the rest of ``whole`` (which contains it), best first.

    Counts are of texts. A phrase contained in, or containing, a better one with much the same texts is left out.
    """
    scored = [
        Phrase(unit, count, z)
        for unit, count in inside.items()
        if count >= FEWEST_TEXTS and (z := _z_score(count, n_inside, whole[unit], n_whole)) > 1.64
    ]
    scored.sort(key=lambda phrase: (-phrase.z * _length_bonus(phrase.text), phrase.text))
    return keep_distinct(scored, most)


def _length_bonus(text: str) -> float:
    """Longer phrases say more to a reader; a mild preference."""
    return 1.0 + 0.12 * min(len(text) - 2, 4)


def keep_distinct(phrases: Sequence[Phrase], most: int) -> list[Phrase]:
    """The first ``most`` phrases of which none lies inside another, or shares most of its characters with it."""
    kept: list[Phrase] = []
    for phrase in phrases:
        if not any(_overlap(phrase.text, other.text) for other in kept):
            kept.append(phrase)
            if len(kept) == most:
                break
    return kept


def _overlap(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    shared = len(set(one) & set(other))
    return shared * 3 >= 2 * min(len(set(one)), len(set(other)))


def _z_score(inside: int, n_inside: int, whole: int, n_whole: int) -> float:
    """Log-odds of a unit inside against outside, over its standard error, the whole as a prior of ten texts."""
    outside, n_outside = whole - inside, n_whole - n_inside
    share = whole / max(n_whole, 1)
    a, b = inside + 10 * share, outside + 10 * share
    if n_outside <= 0:  # nothing to contrast with: how many texts have it
        return math.sqrt(inside)
    odds_in = a / max(n_inside + 10 - a, 0.5)
    odds_out = b / max(n_outside + 10 - b, 0.5)
    return (math.log(odds_in) - math.log(odds_out)) / math.sqrt(1 / a + 1 / b)
