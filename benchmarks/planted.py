"""Made-up batches to plant among real messages: one event told again by many people in words of their own.

A batch has 3–80 messages. Each tells some clauses of its event in any order, each clause in one of three wordings,
with words exchanged for others of their meaning, an opening, a remark of the writer's own, a closing, and slips of the
pen. Half of the batches come within two weeks, the rest are spread over up to a year. ``benchmarks/data`` holds the
events; development draws from the first third of them, the figures from the rest.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

EVENTS = Path(__file__).parent / "data" / "planted_events.txt"
DEVELOPED = 12  # events that development may look at
OPENINGS = (
    "", "", "尊敬的领导：您好！", "领导您好，", "你好，我想反映一个问题，", "您好！", "尊敬的有关部门领导，",
    "我是一名普通市民，", "实在没有办法了才写信，", "再次反映：", "各位领导好！现反映如下情况：", "本人强烈投诉，",
    "作为业主，我要说几句，", "请问，",
)  # fmt: skip
CLOSINGS = (
    "", "", "谢谢！", "望领导重视。", "恳请回复，谢谢！", "盼复。", "请相关部门给老百姓一个交代。", "万分感谢！",
    "希望能得到答复。", "拜托了！", "这样下去谁受得了？", "如不解决我们将继续向上反映。", "辛苦了。",
)  # fmt: skip
REMARKS = (
    "我家住{a}栋{b}单元，", "本人{a}岁，", "我和爱人都是上班族，", "昨天又去问了一次，", "邻居们也都很气愤，",
    "已经打过{a}次电话，", "这件事从{b}月份就开始了，", "群里{a}多户都在议论，", "我今年刚退休，", "孩子才{b}岁，",
    "说实话我很失望，", "以前从来没有这样，", "前后跑了{a}趟，", "实在忍无可忍，", "我搬来{b}年了，",
    "每次都说在处理，", "不知道该找谁，", "电话录音我都留着，", "别的地方就不是这样，",
    "朋友劝我算了，可我咽不下这口气，",
)  # fmt: skip
SYNONYMS = (
    ("请", "恳请", "希望", "麻烦"), ("要求", "强烈要求", "请求"), ("马上", "立即", "立刻", "赶紧"),
    ("已经", "早已", "都"), ("没有", "没", "毫无"), ("每天", "天天", "每日"), ("突然", "忽然", "一下子"),
    ("孩子", "小孩", "娃娃"), ("老人", "老年人", "老人家"), ("反映", "投诉", "举报"), ("晚上", "夜里", "夜间"),
    ("附近", "周边", "周围"), ("查处", "处罚", "严查"), ("居民", "住户", "业主"), ("很多", "许多", "不少"),
    ("费用", "钱", "款项"), ("经常", "常常", "老是"), ("家里", "屋里", "家中"), ("答复", "回复", "回应"),
    ("解释", "说", "讲"), ("尽快", "早日", "及时"),
)  # fmt: skip
SLIPS = (("的", "地"), ("在", "再"), ("已", "以"), ("账", "帐"), ("做", "作"), ("到", "道"), ("和", "合"), ("是", "事"))
FIRST = "锦金丽望华翠银云星湘福东南阳凤鹤枫梅竹松麓泽润康宁泰盛恒景瑞"
SECOND = "绣湖江山林苑源河溪城岭桥塘岸园湾台泉峰浦"
KINDS = ("小区", "花园", "家园", "新城", "公馆", "社区", "嘉园", "广场", "路", "街")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened; each clause in its wordings."""

    name: str
    clauses: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """One message of batch ``batch``."""

    batch: int
    text: str
    day: date


@cache
def all_events() -> list[Event]:
    """The events, in the order of the file."""
    blocks = EVENTS.read_text(encoding="utf-8").split("\n\n")
    found = []
    for block in blocks:
        lines = [line for line in block.strip().splitlines() if line and not line.startswith("#")]
        if lines:
            found.append(Event(lines[0], tuple(tuple(line.split("|")) for line in lines[1:])))
    return found


def plant(seed: int, *, batches: int, first: date, last: date, developed: bool) -> list[Planted]:
    """Messages of ``batches`` batches between two days. ``developed``: from the events that development may see."""
    dice = random.Random(seed)
    events = all_events()[:DEVELOPED] if developed else all_events()[DEVELOPED:]
    planted = []
    for batch in range(batches):
        event = events[batch % len(events)]
        place = _draw_place(dice)
        size = min(80, max(3, round(3 * (80 / 3) ** dice.random())))
        length = dice.randint(2, 14) if dice.random() < 0.5 else dice.randint(15, (last - first).days)
        start = first + timedelta(days=dice.randint(0, (last - first).days - length))
        number = str(dice.randint(2, 60))
        for _ in range(size):
            text = _tell(dice, event, place, number)
            planted.append(Planted(batch, text, start + timedelta(days=dice.randint(0, length))))
    return planted


def _draw_place(dice: random.Random) -> tuple[str, str]:
    name = dice.choice(FIRST) + dice.choice(SECOND)
    kind = dice.choice(KINDS)
    return f"{dice.choice('ABK')}{dice.randint(1, 9)}区{name}{kind}", f"{name}{kind}" if dice.random() < 0.7 else name


def _tell(dice: random.Random, event: Event, place: tuple[str, str], number: str) -> str:
    """One person's telling: the first clause always, most of the others, in any order."""
    told = [dice.choice(event.clauses[0])]
    others = [dice.choice(clause) for clause in event.clauses[1:] if dice.random() < 0.75]
    told += others or [dice.choice(event.clauses[1])]
    if dice.random() < 0.4:
        dice.shuffle(told)
    remarks = dice.sample(REMARKS, dice.randint(0, 3))
    for remark in remarks:
        told.insert(
            dice.randint(0, len(told)), remark.rstrip("，").format(a=dice.randint(2, 40), b=dice.randint(2, 12))
        )
    full, short = place
    spot = full if dice.random() < 0.6 else short
    body = "，".join(told).format(p=spot, s=short, n=number if dice.random() < 0.8 else str(dice.randint(2, 60)))
    text = f"{dice.choice(OPENINGS)}{body}。{dice.choice(CLOSINGS)}"
    return _slip(dice, _exchange(dice, text))


def _exchange(dice: random.Random, text: str) -> str:
    for words in SYNONYMS:
        for word in words:
            if word in text and len(word) > 1 and dice.random() < 0.5:
                text = text.replace(word, dice.choice(words))
                break
    return text


def _slip(dice: random.Random, text: str) -> str:
    """A wrong character in one message of three, a lost one in one of five."""
    if dice.random() < 0.33:
        for right, wrong in dice.sample(SLIPS, 3):
            if right in text:
                text = text.replace(right, wrong, 1)
                break
    if dice.random() < 0.2:
        at = dice.randrange(len(text))
        text = text[:at] + text[at + 1 :]
    return text


def sizes_of(planted: Sequence[Planted]) -> dict[int, int]:
    """Messages of each batch."""
    sizes: dict[int, int] = {}
    for one in planted:
        sizes[one.batch] = sizes.get(one.batch, 0) + 1
    return sizes
