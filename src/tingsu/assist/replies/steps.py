"""Whether a draft says what comes next: a way to reach someone, or a time that is still to come.

Wide on purpose: the step that is missing is told only where nothing of the kind stands in the draft.
"""

from __future__ import annotations

import re

from tingsu.assist.replies.frames import clears
from tingsu.assist.replies.plain import Plain
from tingsu.assist.replies.sentences import Sentences
from tingsu.packs.reply_checks import Frame

# 0451-5558-3212, 400-5558-246, 95-0101, 5558-7711, 8 digits, a mobile, a short service number.
_NUMBER = re.compile(
    r"(?<![0-9.\-a-z])(?:0\d{2,3}[- ]?\d{3,4}[- ]?\d{3,4}|\d{2,4}-\d{3,5}(?:-\d{1,5})?|[48]00\d{7}"
    r"|1[3-9]\d{9}|9[56]\d{3,4}|1(?:0[01]|2[1-9])\d{2}|\d{7,8})(?:转\d{1,6})?(?![0-9]|[.\-]\d|元|块|万|年|月|日|号楼)"
)
_NO_PHONE = re.compile(
    "(?:尾号|卡号|账号|账户|户名|单号|订单|编号|工单|证件|证号|身份证|保单|合同|流水|条码|批号|文号|票号|运单|车牌)[^,。!?;\n]{0,8}$"
)
_CALLED = re.compile("^[^,。!?;\n]{0,6}(?:时|后|反映|投诉|说|咨询|询问|质疑|求助|要求)")
_CALLS = re.compile("(?:拨打|致电|打|来电|呼入|拨通|接到)[^,。!?;\n]{0,6}$")
_DAY = "(?:[0-9零一二两三四五六七八九十]{1,3})"
_AHEAD = re.compile(
    f"明天|明日|明早|明晚|明儿|明午|明后天|大?后天|后儿|后日|今晚|今夜|待会儿?|次日|翌日|隔天|第二天|下个?(?:月|周|礼拜|星期)|[本这]?(?:周|星期|礼拜){_DAY}"
    f"|(?:月|年|周|季度|学期)(?:底|末)之?前|下班前|日落前|天黑前|节前|{_DAY}个?(?:半)?个?(?:工作日|自然日|小时|钟头|分钟|天|日|周|星期|月)(?:之内|以内|内|后|以后)"
    "|[日号点时分半晚](?:之前|以前|前|截止)|(?:即日|今天|今日|今|明天|下月|下周|本月|[日号])起|到[时期]|届时|不迟于|最迟|最晚|随后|稍后|尽快|定在|约在|排在|安排在|改在|拟于?"
)
_PAST = re.compile("已|曾|过(?!去|来|期|户|程|问)|了(?!解)|刚|当时|原(?!路|卡|来)")
_DONE = re.compile("(?<!而)已经?|均已|业已|刚刚?(?!才)")
_TO_COME = re.compile("将|会(?!议)|请|可|再|后|起|如|若|随时|等你|前(?!台|一|面)")
_CLAUSE = re.compile("[,:。!?;\n]")
_STEPS: tuple[Frame, ...] = ("conditional", "quoted", "mentioned", "negated")


def names_step(sentences: Sentences) -> bool:
    """Whether a number to reach someone by or a time to come stands in the draft, not told of the past."""
    plain = sentences.plain
    return _names_number(plain) or _names_time(plain)


def is_done(plain: Plain, start: int, end: int) -> bool:
    """Whether what stands at ``start`` is told as done: 已退回您的账户 leaves nothing to come."""
    text = plain.text
    begin = max((mark.end() for mark in _CLAUSE.finditer(text, max(0, start - 40), start)), default=max(0, start - 40))
    stop = _CLAUSE.search(text, end, end + 24)
    return (
        _DONE.search(text, begin, start) is not None
        and _TO_COME.search(text, begin, stop.start() if stop else end) is None
    )


def _names_number(plain: Plain) -> bool:
    text = plain.text
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - 16) : match.start()]
        if _NO_PHONE.search(before) is None and not (_CALLS.search(before) and _CALLED.match(text[match.end() :][:12])):
            return True
    return False


def _names_time(plain: Plain) -> bool:
    text = plain.text
    for match in _AHEAD.finditer(text):
        begin = max((end.end() for end in _CLAUSE.finditer(text, max(0, match.start() - 40), match.start())), default=0)
        stop = _CLAUSE.search(text, match.end(), match.end() + 24)
        clause = text[max(begin, match.start() - 40) : stop.start() if stop else match.end() + 24]
        if _PAST.search(clause) is None and not clears(plain, *match.span(), _STEPS):
            return True
    return False
