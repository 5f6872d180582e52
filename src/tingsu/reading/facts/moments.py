"""Dates and times as people say them: 上周三, 前天下午三点多, 去年腊月, 国庆前, 3月底, 25号, 2026-03-15.

The words are cut into pieces (a year, a month, a day, a time of day …), neighbouring pieces are joined, and
``resolving`` turns what was joined into days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tingsu.reading.facts.clock import read_clock
from tingsu.reading.facts.resolving import Days, resolve
from tingsu.reading.openings import DECIMALS, matches_at

_N = "一二三四五六七八九十"
_DAY = rf"3[01]|[12]\d|0?[1-9]|三十一?|二十[{_N[:9]}]?|廿[{_N[:9]}]?|十[{_N[:9]}]?|[{_N[:9]}]"
_MONTH = rf"1[0-2]|0?[1-9]|十[一二]?|[{_N[:9]}]"
_WEEK = "周|星期|礼拜"
_FESTIVALS = (
    "大年三十|大年夜|除夕|大年初[一二三四五六七八九十]|春节|过年(?![利化费度级轻检审])|过大年|元宵节?|正月十五"
    "|清明节?|五一|劳动节|六一|儿童节|端午节?|七夕|中秋节?|国庆节?|十一(?=期间|假期|放假|长假|黄金周|前|后|那天"
    "|回来|去)|双十一|双11|双十二|双12|618|元旦|圣诞节?|平安夜|情人节|妇女节|三八节|三八妇女节|母亲节|父亲节"
    "|教师节|重阳节?|冬至|小年|腊八"
)
# Characters that a piece can begin with: most places of a text are passed over by this alone.
_BEGINS = (
    "0-9〇零一二三四五六七八九十廿两半几好大去前今本明后上这当下每正腊冬农阴旧第初"
    "昨年月周星礼春过除元清劳儿端中国双圣平情妇母父教重小凌早傍晚夜深午暑寒开入夏秋头"
)
_PIECE = re.compile(
    rf"(?=[{_BEGINS}])(?:(?P<iso>(?<!\d)(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d)|(?<!\d)20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))"
    rf"|(?P<year>(?<![\d.])(?<!\d,)(?:19|20)\d\d(?:年(?!以?内|期)|(?=\.\d{{1,2}}月))|[一二][九零〇0][零〇一二三四五六七八九]{{2}}年|(?<![零〇一二三四五六七八九十百\d])[九零〇][零〇一二三四五六七八九]年|(?<![\d.])(?<!\d,)[0-4]\d年(?=(?:的)?(?:\d{{1,2}}月|[{_N}]{{1,2}}月|初|底|末|春|夏|秋|冬|就?[办买开存签]|的时候|那))|(?<![\d.])(?<!\d,)[89]\d年(?!利|期|以?前))"
    rf"|(?P<relyear>大前年|前年|去年|上一年|今年|本年度?|明年|后年)"
    rf"|(?P<relmonth>(?:上上个?|上个?|这个?|本|当|下下个?|下个?)月份?(?P<within1>底|末|初|中旬?|上旬|下旬)?(?![供租息球饼])|(?P<bare>(?<![\d个每{_N}正腊冬半几这本上下当同按])月(?:底|末|初|中(?!旬|断)))(?![餐介])|每个?月)"
    rf"|(?P<month>(?P<lunar>农历|阴历|旧历)?(?<![\d个每几.])(?<!\d,)(?:(?P<m>正|腊|冬)|(?P<n>{_MONTH}))月份?(?:(?P<within2>底|末|初(?![{_N}])|中旬?|上旬|下旬)|(?P<lday>初[{_N}]|廿[{_N[:9]}]?|(?<=正月|腊月|冬月|八月|九月|七月|五月)(?:十[{_N[:9]}]?|二十[{_N[:9]}]?)(?![日号个天{_N}]))|(?P<mday>[0-3]?\d)(?![\d个天期元万%.点:块年月日号]))?(?!租|供|薪|嫂|饼|票|均|亮|光))"
    rf"|(?P<dotted>(?<![\d.])(?:1[0-2]|0?[1-9])[./](?:3[01]|[12]\d|0?[1-9])[号日](?!\d))"
    rf"|(?P<day>(?<![\d.第个周期点分{_N}初前后隔同每整某过满工然])(?:{_DAY})(?:号|日)(?![线楼窗柜机店文令卡厅桌房门院内均元常员段键台馆厂商码币本]|之?内|以内))"
    rf"|(?P<week>(?:(?P<ofweek>上上个?|上个?|这个?|本|下下个?|下个?)|(?<![{_N}两几每半\d下]))(?:{_WEEK})(?:(?P<wd>[一二三四五六日天末]|[1-6](?![\d天个年月]))(?![点个次年月期刊块元])))"
    rf"|(?P<wholeweek>(?:上上个?|上个?|这个?|本|下个?)(?:{_WEEK})(?![一二三四五六日天末期转]))"
    rf"|(?P<relday>大前天|大后天|前[天日晚儿]个?(?!台)|昨(?:[天日晚夜]|儿个?|下午|上午|早)|今(?:[天日晚早晨]|儿个?|上午|下午)|明(?:[天日晚早]|儿个?)|后天)"
    rf"|(?P<ago>(?<![\d每第])(?:(?P<count>\d{{1,3}}|[{_N}两]{{1,3}})|(?P<half>半)|(?P<few>几|好几))个?(?P<andhalf>半)?多?(?P<unit>天|日|{_WEEK}|月|年)(?:多|来)?(?:之|以)?前(?![台进面往端期提置后])|前(?P<past>几|[两二三四五])(?P<pastunit>天|日|个月|年|周)|前些[天日]子?|前一?阵子?|前段时间|前一段时间?|前不久|头[几两三]天)"
    rf"|(?P<festival>{_FESTIVALS})"
    rf"|(?P<yearpart>年[初底末中](?!级)|年(?=[前后](?![面台]))|上半年|下半年|第?[一二三四1-4]季度|暑假|寒假|(?<=年)[春夏秋冬](?:天|季)?|开春|入冬|去冬|今春)"
    rf"|(?P<clock>(?:凌晨|清晨|清早|大清早|早上|早晨|一早|大早上|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|夜间|午夜|早|晚|夜)?(?:(?<![\d:])(?:[01]?\d|2[0-4])[::][0-5]\d(?!\d)|(?:(?<![\d.])(?:[01]?\d|2[0-4])|(?<![第{_N}])(?:十[一二]?|[{_N[:9]}两]))点(?!名|击|钞|开|[餐赞评子儿点]|[\d零]*(?:%|个点))(?:钟|整|半|一刻|三刻|[0-5]?\d分?|[{_N[:5]}]?十[{_N[:9]}]?分?|零?[{_N[:9]}]分)?(?:多|左右|钟|许|来钟)?))"
    rf"|(?P<part>凌晨|清晨|清早|大清早|早上|早晨|一早|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|夜间|午夜))"
)  # fmt: skip
_WITHIN_RUN = re.compile("季|18")  # 季度, 618: what a digit behind a digit may begin
_COUNTED, _UNITS = "〇零一二三四五六七八九十两0123456789", "号日月个半多天周星礼年点"
# What the pieces begin with: of each word the first character, with each of the others behind it.
_BEGINNINGS = f"""
    半个半多天日周星礼月年夜 几个半多天日周星礼月年 好几 大前后年清早 去年冬 前年天日晚儿几两二三四五些阵一段不
    今年天儿日晚早晨上下春 本年月周星礼 明年天儿日晚早 后年天 上一上个月周星礼半午 下下个月周星礼半午 这个月周星礼
    当月 每个月 正月 腊月八 农历 阴历 旧历 第一二三四1234 昨天日晚夜儿下上早 年初底末中前后 月底末初中
    周一二三四五六日天末123456 星期 礼拜 过年大 除夕 元宵旦 清明晨早 劳动 儿童 端午 中秋午 国庆 双十1 圣诞 平安
    情人 妇女 母亲 父亲 教师 重阳 小年 凌晨 傍晚 深夜 午夜 暑假 寒假 开春 入冬 头几两三
    早上晨{_COUNTED} 晚上{_COUNTED} 夜里间{_COUNTED} 两{_COUNTED}{_UNITS}
""".split()
_BEGINNINGS += [f"{first}{_COUNTED}{_UNITS}季早夕" for first in "一二三四五六七八九十"]
_BEGINNINGS += [f"{first}{_COUNTED}号日" for first in "〇零廿"]
OPENINGS = {*DECIMALS, *"春夏秋冬", *(word[0] + behind for word in _BEGINNINGS for behind in word[1:])}
_BEFORE = re.compile(r"的?(?:之前|以前|前夕|前(?![面台往后端来去进期年]))")
_AFTER = re.compile(r"的?(?:之后|以后|过后|后(?![面台续悔果]|来[,就又才我他。]))")
_DURING = re.compile(r"的?(?:期间|假期|长假|放假|黄金周|那几天|里|前后)")
_THAT_DAY = re.compile(r"(?:的?(?:那天|当天|当日|那日|那晚))")
_EVERY = re.compile(r"(?:每|逢|都是|凡是|只有|(?:周|星期|礼拜)[一二三四五六日天][到至~-])[^,。]{0,4}$")
_TO_WEEKDAY = re.compile(r"[到至~-](?:周|星期|礼拜)")
_AHEAD_BEFORE = re.compile(
    r"(?:要求|请|必须|最迟|最晚|限|希望|务必|答应|承诺|保证|约好|说好|约到|排到|预约|才能|说是?|截止|截至|到|望|给我?|定于|将于|准备|打算|计划)[^。!?;\n,]{0,10}$"
)
_AHEAD_AFTER = re.compile(
    r"[^。!?;\n,]{0,6}(?:一定|必须|务必|才能|恢复|到期|截止|答复|放款|退|解决|办好|给我|再来|开放|上线)"
)
_DATES = ("iso", "relday", "week", "wholeweek", "ago", "festival", "dotted")  # pieces that tell a day by themselves
_ORDER = {"year": 0, "relyear": 0, "relmonth": 1, "month": 1, "yearpart": 1, "day": 2, "part": 3, "clock": 4}
_ORDER |= dict.fromkeys(_DATES, 2) | {"festival": 1}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A moment at ``start``–``end`` of the folded text, with what it means."""

    start: int
    end: int
    days: Days
    clock: str


def _group(text: str, places: Iterable[int]) -> Iterator[list[re.Match[str]]]:
    """Neighbouring pieces that together name one time: year, month, day, part of the day, clock, in that order."""
    group: list[re.Match[str]] = []
    for piece in matches_at(_PIECE, text, places):
        if group and _belongs(text, group[-1], piece):
            group.append(piece)
            continue
        if group:
            yield group
        group = [piece]
    if group:
        yield group


def _belongs(text: str, last: re.Match[str], piece: re.Match[str]) -> bool:
    gap = text[last.end() : piece.start()]
    if gap not in ("", "的", " ", "那天", "当天", "那天的"):
        return False
    return _rank(piece) > _rank(last)


def _kind(piece: re.Match[str]) -> str:
    return piece.lastgroup or ""  # the outermost of those that matched


def _rank(piece: re.Match[str]) -> int:
    return _ORDER[_kind(piece)]


def find_moments(text: str, received: date | None, places: Iterable[int]) -> Iterator[Spoken]:
    """Every time named in folded ``text``, in order; those told by the day of receipt need ``received``.

    ``places``: where one of ``OPENINGS`` may stand, in order.
    """
    tried = [place for place in places if not _is_within_run(text, place)]
    for group in _group(text, tried):
        pieces = {_kind(piece): piece for piece in group}
        if not pieces.keys() - {"part"}:
            continue
        if not pieces.keys() - {"part", "clock"} and not _has_part(pieces["clock"][0]):
            continue
        yield from _speak(text, group, pieces, received)


def _is_within_run(text: str, place: int) -> bool:
    """Whether a digit stands there behind a digit, where no date begins."""
    return text[place - 1 : place].isdecimal() and text[place].isdecimal() and not _WITHIN_RUN.match(text, place + 1)


def _has_part(clock: str) -> bool:
    return not clock[0].isdigit() and clock[0] not in _N + "两"


def _speak(
    text: str, group: list[re.Match[str]], pieces: dict[str, re.Match[str]], received: date | None
) -> Iterator[Spoken]:
    start, end = group[0].start(), group[-1].end()
    edge, end = _edge(text, end, pieces)
    ahead = _looks_ahead(text, start, end)
    if "week" in pieces and _is_every_week(text, start, end):
        return
    days = resolve(pieces, edge, received, ahead=ahead)
    if days is not None:
        part = pieces["part"][0] if "part" in pieces else ""
        relday = pieces["relday"][0] if "relday" in pieces else ""
        clock = read_clock(pieces["clock"][0], part or relday) if "clock" in pieces else ""
        yield Spoken(start, end, days, clock)


def _is_every_week(text: str, start: int, end: int) -> bool:
    """周一到周五, 每逢周四: no single day."""
    return bool(_EVERY.search(text, max(0, start - 6), start) or _TO_WEEKDAY.match(text, end))


def _edge(text: str, end: int, pieces: dict[str, re.Match[str]]) -> tuple[str, int]:
    """前, 后 or 期间 behind the words, and where the words end with it."""
    if "clock" in pieces or "part" in pieces or "ago" in pieces:
        return "", end
    for edge, pattern in (("期间", _DURING), ("那天", _THAT_DAY), ("前", _BEFORE), ("后", _AFTER)):
        if match := pattern.match(text, end):
            return edge, match.end()
    return "", end


def _looks_ahead(text: str, start: int, end: int) -> bool:
    """Whether the words around speak of what is still to come: 答应…月底退, 必须在12月1日前."""
    return bool(_AHEAD_BEFORE.search(text, max(0, start - 14), start) or _AHEAD_AFTER.match(text, end))
