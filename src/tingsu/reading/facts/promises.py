"""What the staff promised: 说三天给我答复, 答应月底退, 保证不亏. Who said it, what, and by when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tingsu.reading.facts.moments import Spoken
from tingsu.reading.facts.numbers import parse_small
from tingsu.reading.facts.people import Person
from tingsu.reading.facts.units import Unit
from tingsu.reading.openings import matches_at

_SAYING = re.compile(
    r"(?P<strong>答应|承诺|保证(?![金书人险]|收益型)|许诺|打包票|拍[着了]?胸脯(?:说|保证)?|说好(?!话|听|多)了?的?|讲好了?|讲定|约好了?|谈好了?|应承|应允|担保(?![人物公费合函品]))"
    r"|(?P<weak>说(?!明|法|不(?![会亏用收要扣])|话|服|清|我|你|起|得|什么|啥|没|了算|到底)是?|告诉我|回复(?:我|说)|表示|告知|通知我|讲(?![理不究清话我])|称(?![赞呼职霸])|宣传)"
)
OPENINGS = (
    *("答应", "承诺", "保证", "许诺", "打包", "拍着", "拍了", "拍胸", "约好", "谈好", "应承", "应允", "担保", "告诉"),
    *("回复", "表示", "告知", "通知", "宣传", "说", "讲", "称"),
)
_CONTENT = re.compile(
    r"(?P<保本>不会?亏|保本|稳赚|没有?风险|零风险|无风险|不会跌|保证收益|保底|包赚|只赚不赔|旱涝保收|亏了[我他她]?[们]?补|刚性兑付)"
    r"|(?P<免费>免(?:除|掉|去|收)?[\u4e00-\u9fff]{0,3}(?:年费|手续费|费|息)|不收(?:费|钱|年费|手续费|利息|违约金)|不[要用](?:钱|交钱|花钱|交费|年费|手续费)|终身免|不扣(?:费|钱|年费))"
    r"|(?P<赠品>(?:送|赠|赠送|返现|返还?\d|给)(?:我|你|客户)?(?:一|两|三|几|个|台|只|桶|袋|份|套|部|张|支)+[\u4e00-\u9fff]|送(?:礼品?|积分|米|油|行李箱|手机|大米|话费|礼)|有礼品|领礼品|返现|送[\u4e00-\u9fff]{1,6}(?=[,。!?;]|$))"
    r"|(?P<答复>答复|回复|回电|回话|回音|回访|联系|给[我个您你]*(?:电话|消息|结果|准信|准话|说法|交代|回信)|打(?:电话)?(?:给我|过来)|通知|反馈|告诉我|有结果|出结果)"
    r"|(?P<退款>退(?!休|伍|出|役|回来了|化|步|掉了)|返还|还给?我|把钱|原路|补给我|补发|补回)"
    r"|(?P<赔偿>赔|补偿|弥补)"
    r"|(?P<收益>(?:年化|收益率?|利率|利息)[^,。!?;]{0,6}?[\d一二三四五六七八九][\d.点一二三四五六七八九]*%?)"
    r"|(?P<办理>办(?:好|完|妥|下来|理|成|结)?|处理|解决|搞定|到账|放款|下款|恢复|解冻|解除|解封|修好|修复|审批|批下来|批|开通|注销|发货|寄|上门|好(?=[,。!?;了])|能用|可以用|开卡|改过来|更正|调整|降下来|安排|来[修取办]|补办|出证明|销户|换)"
)
_DUE = re.compile(
    r"(?:(\d{1,3}|[一二三四五六七八九十两]{1,3}|半|几)(?:[到至\-~](\d{1,3}|[一二三四五六七八九十两]{1,3}))?个?(工作日|自然日|小时|钟头|分钟|天|日|周|星期|礼拜|月|年)(?:之?内|以内)?)"
    r"|(?:马上|尽快|立刻|立即|很快|当天|随时|不久)"
)
_SURELY = re.compile(r"会(?!员|计|议)|一定|肯定|保准|绝对|可以|包(?=在|给|您|你)|准(?=时|能|给|行)")
_NOT_SAID = re.compile(
    r"(?:没有?(?:人|谁|任何人)?|从未|从来没有?|不|未|拒绝|不肯|不敢|谁|哪|未曾|并未|难以|无法|不能|怎么)(?:过|人|给|向|对|跟|我|敢|能|曾|作|做|任何|出)*$"
)
_I_SAY = re.compile(
    r"(?<![向跟给对和与同叫让骗])(?:我|本人|俺|我们|客户)(?:也|就|都|可以|曾|已经?|从|当时|又|才|还|再|在电话里|反复|一再|多次)?$"
)
_ASKED_FOR = re.compile(r"(?:要求|希望|请|必须|能不能|能否|应该|谁能|谁敢|能|敢|要|给我)[^,。!?;]{0,8}$")
_DENIES = re.compile(
    r"(?:不|没有?|无法|不能|不予|不给|未|不可|不用|无需|拒绝|别|不会|不让|没法|要我|让我|叫我|我[自去要]|先)[给能会予肯再可]{0,2}$"
)
_STOP = re.compile(r"[。!?;\n」”』\"]")
_REACH = 26
_UNIT_DAYS = {"天": 1, "日": 1, "自然日": 1, "周": 7, "星期": 7, "礼拜": 7}
_BANK = re.compile(r"你们(?:银行|行)?|贵行|银行|对方|他们|那边")


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise at ``start``–``end`` of the folded text."""

    start: int
    end: int
    kind: str
    who: str
    due: date | None
    due_words: str


def find_promises(
    text: str, staff: Sequence[Person], units: Sequence[Unit], moments: Sequence[Spoken], places: Iterable[int]
) -> Iterator[Promised]:
    """Every promise told in folded ``text``, in order; what the writer himself promised, or nobody, is none.

    ``places``: where one of ``OPENINGS`` may stand, in order.
    """
    done = -1
    for said in matches_at(_SAYING, text, places):
        if said.start() < done or _is_no_promise(text, said):
            continue
        stop = _STOP.search(text, said.end(), said.end() + _REACH)
        limit = stop.start() if stop else min(len(text), said.end() + _REACH)
        content = _content(text, said, limit, moments)
        if content is None and said["weak"]:
            continue
        end = content.end() if content else said.end()
        if content is None and not _due_words(text, said.end(), limit, moments):
            continue
        due, words = _due(text, said, end, limit, moments)
        done = end
        yield Promised(
            said.start(),
            end,
            (content and content.lastgroup) or "其他",
            _who(text, said.start(), staff, units),
            due,
            words,
        )


def _is_no_promise(text: str, said: re.Match[str]) -> bool:
    low = max(0, said.start() - 12)
    if _NOT_SAID.search(text, low, said.start()) or _I_SAY.search(text, low, said.start()):
        return True
    return said["strong"] is not None and _ASKED_FOR.search(text, low, said.start()) is not None


def _content(text: str, said: re.Match[str], limit: int, moments: Sequence[Spoken]) -> re.Match[str] | None:
    """What was promised: behind a weak word (说) only with a time, a 会 or 一定, or as a plain benefit."""
    for found in _CONTENT.finditer(text, said.end(), limit):
        if _DENIES.search(text, max(said.end(), found.start() - 6), found.start()) and found.lastgroup not in (
            "保本",
            "免费",
        ):
            return None
        plain = found.lastgroup in ("保本", "免费", "赠品", "收益")
        if said["strong"] or plain:
            return found
        if _SURELY.search(text, said.end(), found.start()) or _due_words(text, said.end(), found.start(), moments):
            return found
        return None
    return None


def _due_words(text: str, start: int, end: int, moments: Sequence[Spoken]) -> str:
    inside = next((moment for moment in moments if start <= moment.start < end), None)
    if inside is not None:
        return text[inside.start : inside.end]
    found = _DUE.search(text, start, end)
    return found[0] if found else ""


def _due(text: str, said: re.Match[str], end: int, limit: int, moments: Sequence[Spoken]) -> tuple[date | None, str]:
    inside = next((moment for moment in moments if said.end() <= moment.start < min(limit, end + 4)), None)
    if inside is not None:
        return inside.days.last, text[inside.start : inside.end]
    found = _DUE.search(text, said.end(), min(limit, end + 6))
    if found is None:
        return None, ""
    return _counted(found, _said_on(text, said, moments)), found[0]


def _said_on(text: str, said: re.Match[str], moments: Sequence[Spoken]) -> date | None:
    """The day it was said: a single day named before it in the sentence."""
    for moment in reversed(moments):
        if moment.end <= said.start():
            near = said.start() - moment.end <= _REACH and not _STOP.search(text, moment.end, said.start())
            return moment.days.first if near and moment.days.first == moment.days.last else None
    return None


def _counted(found: re.Match[str], said_on: date | None) -> date | None:
    """So many days after it was said; working days and half words are not counted."""
    if said_on is None or found[3] is None:
        return None
    count = parse_small(found[2] or found[1]) if (found[2] or found[1]) not in ("半", "几") else None
    if count is None:
        return None
    if found[3] in ("小时", "钟头"):
        return said_on + timedelta(hours=count) if count % 24 == 0 else said_on
    return said_on + timedelta(days=count * _UNIT_DAYS[found[3]]) if found[3] in _UNIT_DAYS else None


def _who(text: str, start: int, staff: Sequence[Person], units: Sequence[Unit]) -> str:
    """Who said it: the nearest of the staff before it in the sentence, else a unit, else the bank where it is named."""
    for person in reversed(staff):
        if person.start < start:
            if start - person.end <= _REACH and not _STOP.search(text, person.end, start):
                return person.role
            break
    for unit in reversed(units):
        if unit.start < start:
            if start - unit.end <= 8 and not _STOP.search(text, unit.end, start):
                return unit.kind
            break
    return "银行" if _BANK.search(text, max(0, start - 10), start) else ""
