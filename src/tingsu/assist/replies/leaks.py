"""Personal data in a draft that is not the customer's own (PIPL: show the least that the answer needs)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.plain import Plain
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.wordings import MOST, tell
from tingsu.reading.privacy import find_personal_data
from tingsu.reading.types import PersonalDatum

_NUMBERS = frozenset(("身份证", "银行卡", "手机", "护照", "证件", "账号", "邮箱", "微信", "QQ", "车牌"))
_OFFICE = re.compile(
    "(?:客服|热线|总机|咨询|服务|投诉|监督|对公|办公|公司|我行|本行|单位|公共|企业)[^,，。；\n]{0,10}$"
)
_STOP = re.compile("[。！？；\n!?;]")
_NEAR = 100  # characters of the sentence looked at on either side
_NOT_DIGIT = re.compile(r"[^0-9xX]")
_OTHERS = re.compile(
    "(?:客户|储户|户主|持卡人|业主|租户|邻居|住户|同名|顾客|用户|患者|车主|另一位|另外一位|隔壁|楼上|楼下|投保人|受益人|被保险人|收款人|同事|家属|同住|举报人|投诉人)"
    "(?:的|是|为|叫|姓|名叫|姓名|:|：|，)?[^，。；！？\n]{0,3}$"
)
_PRIVATE = re.compile(
    "(?:家住|住在?[^院]|住址|卡里|卡上|账上|账户(?:余额|里)|余额|存款|存了|欠|逾期|负债|工资|月薪|收入|离婚|结婚|怀孕|生病|住院|化疗|病|手术|去世|前科|征信|贷款|[男女]友|媳妇|老公|老婆|丈夫|妻子"
    "|儿子|女儿|年龄|岁|生日|今年[0-9一二三四五六七八九十]|退休|[幢栋][0-9的]|在[^，。；]{1,10}(?:上班|工作|开店|教书)|手机号|私人|电话是|电话:|电话：|身份证)"
)
_STAFF = re.compile(
    "(?:行长|经理|主任|主管|专员|经办人?|柜员|员工|客服|坐席|顾问|师傅|负责人|部|支行|中心|网点|我是|我叫|联系人|小|老|工号[0-9]*的?|技师|科长|处长|律师|同事)[^，。；\n]{0,3}$"
)


def find_leaks(plain: Plain, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """Numbers that are not known to be the customer's, and other customers by name with what is private to them."""
    number, person = rules.told("leaked-number"), rules.told("leaked-person")
    own = {_digits(known) for known in context.known_numbers} - {""}
    found = 0
    for datum in find_personal_data(plain.draft):
        told = number if datum.kind in _NUMBERS else person if datum.kind in ("姓名", "地址") else None
        if told is None:
            continue
        if found >= MOST:
            return
        leaks = _leaks_number(plain.draft, datum, own) if told is number else _leaks_person(plain.draft, datum, context)
        if leaks:
            found += 1
            yield tell(told, "personal_data", plain, datum.start, datum.end)


def _leaks_number(draft: str, datum: PersonalDatum, own: set[str]) -> bool:
    written = draft[datum.start : datum.end]
    digits = _digits(written)
    if written in own or (digits and digits in own):
        return False
    if datum.kind in ("手机", "邮箱", "微信", "QQ"):
        return _OFFICE.search(draft, max(0, datum.start - 24), datum.start) is None
    return datum.kind != "账号" or len(digits) >= 10


def _leaks_person(draft: str, datum: PersonalDatum, context: ReplyContext) -> bool:
    if draft[datum.end : datum.end + 1] == "某" or _is_customer(draft[datum.start : datum.end], context):
        return False
    before = _STOP.split(draft[max(0, datum.start - _NEAR) : datum.start])[-1]
    after = _STOP.split(draft[datum.end : datum.end + _NEAR], maxsplit=1)[0]
    if datum.kind == "地址":
        return re.search("(?:家住|住在|住址)[^，。；\n]{0,6}$|住$", before) is not None and "您" not in before[-8:]
    if not context.customer_names and re.match("尊敬的|亲爱的", before.strip()):
        return False
    if _STAFF.search(before) and not _PRIVATE.search(after[:20]):
        return False
    other = _OTHERS.search(before) is not None
    return (other and not before.strip().startswith("尊敬")) or (
        _PRIVATE.search(after[:24]) is not None and _is_third(before)
    )


def _is_third(before: str) -> bool:
    return not re.search("(?:^|[\n，])(?:尊敬的|亲爱的)?$", before)


def _is_customer(name: str, context: ReplyContext) -> bool:
    return any(
        name and (name in own or (own.startswith(name[:1]) and len(name) == 1) or own in name)
        for own in context.customer_names
    )


def _digits(written: str) -> str:
    return _NOT_DIGIT.sub("", written).upper()
