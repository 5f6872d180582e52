"""Who speaks: from the mark where there is one, from the wording where it is evident, and nobody otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tingsu.quality.transcripts.turns import AGENT, CUSTOMER, UNKNOWN, Said, Speaker
from tingsu.reading.folding import fold

_AGENT = re.compile(
    r"客服|[坐座]席|话务|员工|柜员|经办|接线|服务人员|工作人员|工号|专员|主管|大堂|经理|客户代表|银行|商家|卖家|"
    r"^(?:agent|staff|operator|assistant|service|seat|rep|advisor|teller|server|support)\b|^系统客服"
)
_CUSTOMER = re.compile(
    r"客户|用户|顾客|来电|主叫|投诉人|消费者|买家|业主|先生|女士|小姐|^(?:customer|user|client|caller|buyer|guest|visitor)\b"
)
_AGENT_FIRST = re.compile(r"客户(?:经理|代表|服务)|用户服务|顾客服务|客服")  # 客户经理 is no customer
_MACHINE = re.compile(r"系统|机器人|智能|自动|语音导航|ivr|bot|robot|system|提示|notice")
_GENERIC = re.compile(
    r"(?:说话人|发言人|讲话人|角色|声道|speaker|spk|channel|person|role)?[\s_-]*(?:[a-d]|[甲乙丙丁]|\d{1,2}|左|右|left|right)",
    re.I,
)
_SERVES = re.compile(
    r"为您服务|有什么(?:可以|能)?(?:帮|为)|(?:帮|给|为|跟|替|向)您|工号|请您|您稍等|稍等|感谢您?的?(?:来电|支持|耐心|理解|配合|咨询)|"
    r"祝您|还有(?:什么|其他|其它|别的)|您这边|麻烦您|请讲|请问您|请说|您请|您的(?:号码|账户|卡|订单|问题)|我行|本行|已经?为您|您好.{0,4}服务"
)
_ASKS = re.compile(
    r"我(?:想|要|的卡|的钱|这个|那个|在你|昨天|刚才|上次|前天|打了|都|就是想|们家|家)|你们|帮我|给我|为什么|怎么(?:回事|还|会|办)|投诉|凭什么|"
    r"我就|没收到|啥时候|什么时候|能不能|问一下|问下|咋"
)
_EVIDENT = 1  # how many more signs of one side than of the other
_CLEAR = 2  # the same over all that a mark said


def role_of(mark: str) -> Speaker | None:
    """The side a mark names; None where it names neither (A, 说话人1, a name)."""
    plain = fold(mark).text.strip()
    if _AGENT_FIRST.search(plain):
        return AGENT
    if _MACHINE.search(plain):
        return UNKNOWN
    if _CUSTOMER.search(plain):
        return CUSTOMER
    return AGENT if _AGENT.search(plain) else None


def is_generic(mark: str) -> bool:
    """Whether a mark only numbers the sides: A, 甲, 说话人1, SPEAKER 2, 左声道."""
    return _GENERIC.fullmatch(fold(mark).text.strip().removesuffix("声道")) is not None


def lean(text: str) -> int:
    """Above 0 where the wording is of who serves, below 0 of who is served."""
    head = text[:2000]
    return len(_SERVES.findall(head)) - len(_ASKS.findall(head))


def settle_speakers(said: Sequence[Said]) -> tuple[list[Speaker], list[bool], list[str]]:
    """The side of every utterance, whether it was inferred, and what to tell about it."""
    roles, told = _roles_of_marks(said)
    sides: list[Speaker] = [roles.get(one.mark, UNKNOWN) for one in said]
    guessed = [
        bool(one.mark) and role_of(one.mark) is None and side != UNKNOWN for one, side in zip(said, sides, strict=True)
    ]
    unmarked = [at for at, one in enumerate(said) if not one.mark]
    for at in unmarked:
        if abs(points := lean(said[at].text)) >= _EVIDENT:
            sides[at], guessed[at] = (AGENT if points > 0 else CUSTOMER), True
    for at in unmarked:
        if sides[at] == UNKNOWN and (between := _other_of_neighbours(sides, at)):
            sides[at], guessed[at] = between, True
    return sides, guessed, told + _tell_unmarked(said, sides, unmarked)


def _roles_of_marks(said: Sequence[Said]) -> tuple[dict[str, Speaker], list[str]]:
    marks = list(dict.fromkeys(one.mark for one in said if one.mark))
    roles: dict[str, Speaker] = {mark: role for mark in marks if (role := role_of(mark)) is not None}
    open_ = [mark for mark in marks if mark not in roles]
    if not open_:
        return roles, []
    points = {mark: sum(lean(one.text) for one in said if one.mark == mark) for mark in open_}
    there = set(roles.values()) - {UNKNOWN}
    if len(open_) == 1 and len(there) == 1:
        roles[open_[0]] = CUSTOMER if there == {AGENT} else AGENT
    elif len(open_) >= 2 and not there:
        _share_out(points, roles)
    else:
        roles.update({mark: AGENT if value > 0 else CUSTOMER for mark, value in points.items() if abs(value) >= _CLEAR})
    return roles, _tell_marks(open_, roles)


def _share_out(points: dict[str, int], roles: dict[str, Speaker]) -> None:
    """Of several marks the one that serves most is the agent, where it does so clearly; the rest are served."""
    ranked = sorted(points, key=lambda mark: -points[mark])
    if points[ranked[0]] > 0 and points[ranked[0]] - points[ranked[1]] >= _EVIDENT:
        roles[ranked[0]] = AGENT
        roles.update(dict.fromkeys(ranked[1:], CUSTOMER))


def _tell_marks(marks: Sequence[str], roles: dict[str, Speaker]) -> list[str]:
    names: dict[Speaker, str] = {AGENT: _("坐席"), CUSTOMER: _("客户")}
    known = [f"{mark} = {names[roles[mark]]}" for mark in marks if roles.get(mark) in names]
    rest = [mark for mark in marks if roles.get(mark) not in names]
    told = [_("“{marks}”是按服务用语推断的").format(marks="，".join(known[:6]))] if known else []
    if rest:
        told.append(_("看不出“{marks}”是坐席还是客户，这些话不计入").format(marks="、".join(rest[:6])))
    return told


def _other_of_neighbours(sides: Sequence[Speaker], at: int) -> Speaker | None:
    """The other side, where the same side stands on both hands: sides take turns."""
    if not 0 < at < len(sides) - 1 or sides[at - 1] != sides[at + 1]:
        return None
    other: dict[Speaker, Speaker] = {AGENT: CUSTOMER, CUSTOMER: AGENT}
    return other.get(sides[at - 1])


def _tell_unmarked(said: Sequence[Said], sides: Sequence[Speaker], unmarked: Sequence[int]) -> list[str]:
    told = []
    known = [at for at in unmarked if sides[at] != UNKNOWN]
    rest = [at for at in unmarked if sides[at] == UNKNOWN]
    for places, sentence in (
        (known, _("第 {lines} 行没有标明说话人，按用语推断")),
        (rest, _("第 {lines} 行没有标明说话人，也看不出是谁，不计入")),
    ):
        if places:
            lines = "、".join(str(said[at].line) for at in places[:8]) + (_(" 等") if len(places) > 8 else "")
            told.append(sentence.format(lines=lines))
    return told
