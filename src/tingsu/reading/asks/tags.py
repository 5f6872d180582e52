"""Sensitivity tags (敏感标签) of a reading: from its risks, its heat and the customer's occupation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tingsu.reading.scoring import Seen
from tingsu.reading.types import Emotion, Evidence, Risk, Tag

_OF_RISK = {
    "监管": "监管",
    "媒体舆情": "舆情",
    "司法": "司法",
    "信访": "信访",
    "过激": "过激行为",
    "特殊群体": "特殊群体",
}
_FURIOUS = 3
_AGITATED = re.compile(
    r"情绪(?:非常|十分|极其|很|比较|特别)?(?:激动|失控|崩溃)|大吵大闹|破口大骂|拍桌子?|摔(?:了)?(?:东西|杯子|单子|手机|笔)|嚎啕|痛哭|哭着|当场哭|声嘶力竭|大声吵|大声喊"
)
_JOBS = (
    r"律师|法官|检察官|记者|编辑|媒体人|公务员|警察|民警|交警|公安(?:干警|民警)|军人|现役军人|士兵|退伍军人"
    r"|退役军人|老兵|医生|大夫|护士|教师|老师|教授|班主任|人大代表|政协委员|党代表|律师事务所的?|法院的|检察院的"
    r"|纪委的|税务局的|政府工作人员|机关干部|离休干部|退休干部|老干部|村支书|居委会主任|主播|博主|自媒体|大V|大v"
    r"|网红"
)
# The writer himself, a near relative of his, or the customer a clerk writes of.
_IS = re.compile(
    rf"(?:我|本人|俺|客户|来电人|投诉人|储户|消费者|申诉人|作为)(?:(?:自己|本身|本人|的)?(?:就|也|还|曾|原)?(?:是做|是干|是当|是|系|为|身为|当|做|干)|职业(?:是|为|系)?[:]?|,?系|身份(?:是|为)?|作为)?(?:一|1)?(?:名|个|位|市|省|区|县|级|退休|在职|现役|执业|当地|本地|中学|小学|大学|高中|初中|人民|三甲|医院|报社|电视台|的|从业|多年|老|基层|[\u4e00-\u9fff]{{0,4}}(?:年|市|省|区|县|级|名|位))*(?P<job>{_JOBS})"
    rf"|(?:身为|作为|职业[:是为]|本人系|客户系)[\u4e00-\u9fff]{{0,6}}?(?P<job2>{_JOBS})"
    rf"|我(?:爱人|老公|丈夫|老婆|妻子|父亲|母亲|爸|妈|儿子|女儿)(?:也|就)?是[\u4e00-\u9fff]{{0,5}}?(?P<job3>{_JOBS})"
)
_QUICK = re.compile(_JOBS)


def find_tags(seen: Seen, risks: Sequence[Risk], emotion: Emotion) -> tuple[Tag, ...]:
    """The tags of a text, each once; occupations count only where the writer or the customer has one."""
    return (*_from_risks(risks), *_from_heat(seen, emotion), *_from_job(seen))


def _from_risks(risks: Sequence[Risk]) -> Iterator[Tag]:
    for risk in risks:
        if risk.kind in _OF_RISK:
            yield Tag(_OF_RISK[risk.kind], risk.confidence, risk.evidence)


def _from_heat(seen: Seen, emotion: Emotion) -> Iterator[Tag]:
    told = _AGITATED.search(seen.text)
    if told:
        yield Tag("情绪激动", 0.85, (_mark(seen, told.start(), told.end(), "说到情绪激动"),))
    elif emotion.strength >= _FURIOUS:
        yield Tag("情绪激动", emotion.confidence, emotion.evidence)


def _from_job(seen: Seen) -> Iterator[Tag]:
    if _QUICK.search(seen.text) is None:
        return
    told = _IS.search(seen.text)
    if told:
        job = next(name for name in ("job", "job2", "job3") if told[name])
        yield Tag("特殊职业", 0.8, (_mark(seen, told.start(job), told.end(job), "客户或家人的职业"),))


def _mark(seen: Seen, start: int, end: int, why: str) -> Evidence:
    begin, stop = seen.folded.origin(start, end)
    return Evidence(begin, stop, seen.original[begin:stop], why)
