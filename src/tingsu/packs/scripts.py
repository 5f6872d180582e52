"""Scripts (话术) as a pack writes them: a wording, the situations it is for, and where it comes from.

``answering/scripts/*.yaml`` of a pack, laid over those of ``common``. A counter-example is shipped to be recognised and
taught; nothing may offer it as a wording.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tingsu.packs.wording import Origin, Part, Text, Wording

Step = Literal[
    "isolate", "calm", "listen", "record", "judge", "solve", "promise", "answer", "follow_up", "close", "prevent"
]
Need = Literal["求解决", "求发泄", "求尊重", "求补偿"]
Method = Literal["", "发泄", "委婉否认", "转化", "主动认错", "转移"]  # 001.20, its five answering methods
SegmentKind = Literal["age", "sex", "education", "region", "industry", "class"]

# The steps of a conversation: the seven on the spot (001.1), and what the seven of 004 and the flow of 001.9 add.
STEP_NAMES: Mapping[Step, Text] = {
    "isolate": Text(zh="隔离", en="Take aside"),
    "calm": Text(zh="安抚", en="Calm"),
    "listen": Text(zh="倾听", en="Listen"),
    "record": Text(zh="记录", en="Record"),
    "judge": Text(zh="判断", en="Find out"),
    "solve": Text(zh="处理", en="Solve"),
    "promise": Text(zh="承诺", en="Promise"),
    "answer": Text(zh="答复", en="Answer"),
    "follow_up": Text(zh="回访", en="Follow up"),
    "close": Text(zh="结束", en="Close"),
    "prevent": Text(zh="预防", en="Prevent"),
}
# Slots a case can fill by itself, and those only the person who speaks can.
CASE_SLOTS = frozenset({"客户称呼", "承诺日期", "经办人", "单位", "工单号", "金额", "客服电话", "责任部门", "业务"})
HAND_SLOTS = frozenset({"等候时间", "预计时间", "事由", "邻近网点", "外部单位", "外部电话", "诉求"})
SLOTS = CASE_SLOTS | HAND_SLOTS
# 003-09: age, sex, schooling, region and trade change how one speaks; ``class`` is the customer's standing.
SEGMENTS: Mapping[SegmentKind, frozenset[str]] = {
    "age": frozenset({"年长", "中年", "青年", "未成年"}),
    "sex": frozenset({"男", "女"}),
    "education": frozenset({"识字不多", "一般", "专业"}),
    "region": frozenset({"本地", "外地", "方言", "少数民族", "境外"}),
    "industry": frozenset({"务农", "个体经营", "企业财务", "务工", "媒体", "法律", "金融", "公职", "运输"}),
    "class": frozenset({"贵宾", "老客户", "特殊群体", "重复投诉", "代办人", "家属", "企业客户"}),
}
SEGMENT_VALUES: Mapping[str, Text] = {
    zh: Text(zh=zh, en=en)
    for zh, en in {
        "年长": "Older", "中年": "Middle-aged", "青年": "Young", "未成年": "Under age",
        "男": "Male", "女": "Female",
        "识字不多": "Reads little", "一般": "Average", "专业": "Expert",
        "本地": "Local", "外地": "From elsewhere", "方言": "Dialect", "少数民族": "Ethnic minority", "境外": "Abroad",
        "务农": "Farming", "个体经营": "Self-employed", "企业财务": "Company finance", "务工": "Migrant work",
        "媒体": "Media", "法律": "Law", "金融": "Finance", "公职": "Public office", "运输": "Transport",
        "贵宾": "VIP", "老客户": "Long-standing customer", "特殊群体": "Special needs", "重复投诉": "Repeat complaint",
        "代办人": "Acting for another", "家属": "Family", "企业客户": "Business customer",
    }.items()
}  # fmt: skip
ROW = re.compile(r"[A-I]\d{1,2}(/\d{3}([.-]\d{1,2})?( \S.*)?)?")  # "D1", "D1/001.4", "G1/000 运钞车晚到"
_SLOT = re.compile(r"\{([^{}]*)\}")


def slots_of(text: str) -> tuple[str, ...]:
    """The names of the slots in a wording, in order, each once."""
    return tuple(dict.fromkeys(_SLOT.findall(text)))


class Sourced(Part):
    """What says where it comes from: ``row`` is "row of the coverage table/seed and place".

    ``source``: the situation and the advice stand there, its words cleaned or put into a sentence one can say;
    ``ours``: the source names at most the topic.
    """

    row: Annotated[str, Field(pattern=rf"^({ROW.pattern})?$")] = ""
    origin: Origin = "source"

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.origin == "source" and "/" not in self.row:
            raise ValueError("出自资料的要在 row 里写明出处，自己写的请标 origin: ours")
        return self


class Script(Sourced):
    """One wording for a situation.

    ``ordinary`` is the usual, worse wording it takes the place of, ``why`` says what makes it better. Of a
    ``counter_example`` ``why`` says what is wrong with it and ``instead`` what to say. Empty lists mean: for any.
    ``verdicts``: it says whose fault it was, and fits only where that was found.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Wording
    text: Annotated[str, Field(min_length=1)]
    ordinary: str = ""
    why: str = ""
    instead: str = ""
    steps: tuple[Step, ...] = ()
    stages: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    emotion_from: Annotated[int, Field(ge=0, le=3)] = 0
    businesses: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    verdicts: tuple[Literal["valid", "partly", "not_valid"], ...] = ()
    segments: Mapping[SegmentKind, tuple[str, ...]] = {}
    words: tuple[str, ...] = ()
    method: Method = ""
    counter_example: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for mistake in (*self._wrong_slots(), *self._wrong_segments(), *self._unexplained()):
            raise ValueError(mistake)
        return self

    def _wrong_slots(self) -> list[str]:
        unknown = [name for name in slots_of(self.text + self.instead) if name not in SLOTS]
        return [f"没有「{{{name}}}」这个空位，可用：{'、'.join(sorted(SLOTS))}" for name in unknown]

    def _wrong_segments(self) -> list[str]:
        unknown = [
            (kind, value) for kind, said in self.segments.items() for value in said if value not in SEGMENTS[kind]
        ]
        return [f"客群 {kind} 没有「{value}」，可用：{'、'.join(sorted(SEGMENTS[kind]))}" for kind, value in unknown]

    def _unexplained(self) -> list[str]:
        if self.counter_example and not (self.why and self.instead):
            return ["反例要在 why 里说明错在哪里，在 instead 里写该怎么说"]
        if self.ordinary and not self.why:
            return ["写了平常说法，就要在 why 里说明好在哪里"]
        return []


class Scripts(Part):
    """The scripts of a pack."""

    scripts: tuple[Script, ...] = ()

    @model_validator(mode="after")
    def _ids_are_single(self) -> Self:
        if twice := said_twice(script.id for script in self.scripts):
            raise ValueError(f"话术编号写了两次：{'、'.join(twice)}")
        return self


def said_twice(ids: Iterable[str]) -> list[str]:
    """The ids that stand more than once."""
    return [name for name, times in Counter(ids).items() if times > 1]
