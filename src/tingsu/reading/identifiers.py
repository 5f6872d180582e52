"""Numbers that point at a person: ID cards, bank cards, phones, accounts, passports, plates, e-mail, WeChat, QQ.

Works on the folded text. Every pattern is bounded and anchored, so time grows with the length of the text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HAN_DIGITS = str.maketrans("零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0011223456789123456789")
# Digits with at most two spaces, hyphens or dots between them; Chinese numerals count, in runs without 十百千.
_DIGIT = "[0-9零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_RUN = re.compile(rf"(?<![0-9a-z*._])(?:\+?86[ -]?)?{_DIGIT}(?:[ \-·—]{{0,2}}{_DIGIT}){{5,63}}x?(?![0-9*])")
_LANDLINE = re.compile(
    r"(?<![0-9*])[(\[]?(0(?:10|2[0-9]|[3-9][0-9]{2}))[)\]]?[ -]{0,2}([2-9][0-9]{2,3}[ -]?[0-9]{4})(?![0-9*])"
)
_ORDER_CUE = re.compile(
    r"(?:(?:订单|单号|编号|流水|快递|运单|工单|凭证|发票|案号|物流|条形码|代码|型号)[^,。;!?\n]{0,4}"
    r"|(?:保单|合同|受理|参考|序列|批次|追踪|交易|投诉|票据|业务|申请|产品|设备|单)"
    r"(?:号|编号|号码|码|单)[是为: ]{0,3})$"
)
_ACCOUNT_CUE = re.compile(r"(?:账号|账户|户号|卡号|客户号|存折号?|折号|会员号)(?:码)?[是为:号 ]{0,3}$")
_CARD_CUE = re.compile(r"(?:卡号?|借记卡|储蓄卡|信用卡|银行卡)(?:码)?(?:是|为|:|号| ){0,3}$")
_ID_CUE = re.compile(r"(?:身份证|证件|身份)(?:号码?|证号)?[^,。;!?\n0-9]{0,4}$")
_PHONE_CUE = re.compile(r"(?:电话|手机|座机|联系方式|致电|拨打|号码|固话|tel|传真)[号码是为: ]{0,4}$")
_MONEY_NEXT = re.compile(r"^\s?(?:元|块|万|笔|人|次|天|年|月|%|千|亿|多|个)")
_EMAIL_LOCAL = re.compile(r"[a-z0-9._%+\-]+")
_EMAIL_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}\.){1,4}[a-z]{2,10}(?![a-z0-9])")
_WECHAT = re.compile(
    r"(?:微信号?|v信|威信|wechat|weixin|(?<![a-z])(?:vx|wx|v))(?:号|号码|id)?[是为: ]{0,3}"
    r"([a-z][a-z0-9_\-]{5,19})(?![a-z0-9_\-*])"
)
_QQ = re.compile(r"(?:qq|扣扣|企鹅)(?:号|号码)?[是为: ]{0,3}([1-9][0-9]{4,11})(?![0-9*])")
_PASSPORT = re.compile(r"(?<![a-z0-9*])(?:[egdps][0-9]{8}|e[a-hj-np-z][0-9]{7}|[hmc][0-9]{8,10})(?![a-z0-9*])")
_PASSPORT_CUE = re.compile(r"(?:护照|通行证|回乡证|台胞证|证件)[^,。;!?\n]{0,6}$")
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE = re.compile(
    rf"[{_PROVINCE}][a-hj-np-z][ ·.•\-]?(?=[a-z0-9]{{0,5}}[0-9])"
    r"([a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[学警挂港澳])(?![a-z0-9*])"
)
_DATE = re.compile(r"(?:19|20)\d\d[- ]{1,2}(?:0?[1-9]|1[0-2])[- ]{1,2}(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_NOT_DIGIT = re.compile(r"[^0-9x]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data at ``start``–``end`` of the folded text; ``masked`` is what to show instead."""

    kind: str
    start: int
    end: int
    masked: str
    valid: bool = True


def has_id_checksum(number: str) -> bool:
    """GB 11643-1999: the eighteenth character answers for the other seventeen."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17]


def has_luhn_checksum(number: str) -> bool:
    """ISO/IEC 7812-1."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def _is_birthday(digits: str) -> bool:
    """YYYYMMDD or YYMMDD that a living person may have."""
    year, month, day = digits[:-4], int(digits[-4:-2]), int(digits[-2:])
    return (len(year) == 2 or "1900" <= year <= "2035") and 1 <= month <= 12 and 1 <= day <= 31


def _looks_like_id(number: str) -> bool:
    if number[0] not in "12345689" or number.startswith("62"):
        birth_only = len(number) == 18 and number[0] == "6" and _is_birthday(number[6:14])
        if not birth_only:
            return False
    return _is_birthday(number[6:14] if len(number) == 18 else number[6:12])


def _classify(number: str, before: str) -> tuple[str, bool] | None:
    """(kind, valid) of a run of digits, or None when it is an order number, a sum or nothing personal."""
    length, ordered = len(number.rstrip("x")), _ORDER_CUE.search(before) is not None
    whole = number if number.endswith("x") else number[:length]
    if _ACCOUNT_CUE.search(before) and length >= 6:
        return ("银行卡", has_luhn_checksum(whole)) if 15 < length < 20 and whole.isdigit() else ("账号", True)
    if len(whole) == 18 and ((_looks_like_id(whole) and not ordered) or _ID_CUE.search(before)):
        return "身份证", has_id_checksum(whole)
    if len(whole) == 15 and whole.isdigit() and (_ID_CUE.search(before) or (_looks_like_id(whole) and not ordered)):
        return "身份证", _looks_like_id(whole)
    if _ID_CUE.search(before) and length >= 12:
        return "身份证", False
    if "x" in number:
        return None
    return _classify_plain(number, before, ordered=ordered)


def _classify_plain(number: str, before: str, *, ordered: bool) -> tuple[str, bool] | None:
    length = len(number)
    if 13 <= length <= 14 and number.startswith("86") and re.match(r"1[3-9]", number[2:]):
        return ("手机", length == 13) if length == 13 else None
    if length == 11 and re.match(r"1[3-9]", number):
        return None if ordered and not _PHONE_CUE.search(before) else ("手机", True)
    if 13 <= length <= 19 and _CARD_CUE.search(before):
        return "银行卡", has_luhn_checksum(number)
    if 15 <= length <= 19 and not ordered and number[0] in "34569":
        return (
            ("银行卡", True) if has_luhn_checksum(number) else (("银行卡", False) if number.startswith("62") else None)
        )
    if 7 <= length <= 8 and _PHONE_CUE.search(before) and number[0] in "23456789":
        return "固话", True
    if (
        _PHONE_CUE.search(before)
        and length in (10, 11, 12)
        and number[0] in "01"
        and not number.startswith(("400", "800"))
    ):
        return "手机" if number[0] == "1" else "固话", False
    return None


def _mask_number(kind: str, number: str) -> str:
    tail = number[-4:].upper()
    if kind == "银行卡" and len(number) >= 12:
        return " ".join((number[:4], *["****"] * ((len(number) - 5) // 4), tail))
    if kind == "身份证":
        return f"{number[:3]}{'*' * (len(number) - 7)}{tail}"
    if kind == "手机" and len(number) == 13:
        return f"86 {number[2:5]}****{tail}"
    if kind == "固话":
        return f"{number[:-8]}****{tail if len(number) > 7 else number[-3:]}"
    return f"{number[:3]}****{tail}" if len(number) >= 10 else f"{number[:2]}****{number[-2:]}"


def _is_plain_figure(text: str, match: re.Match[str], number: str, before: str) -> bool:
    """A short run that counts, measures or dates something: 1234567元, 一二三四五六, 2026-11-21."""
    if _DATE.match(match[0]):
        return True
    written_in_han = not match[0].isascii()
    if written_in_han and len(number) < 11:
        return True
    if len(number) < 7:
        return _ACCOUNT_CUE.search(before) is None
    counted = len(number) < 12 and _MONEY_NEXT.match(text[match.end() : match.end() + 2])
    return bool(counted) and number[0] != "1" and not _PHONE_CUE.search(before)


def _find_runs(text: str) -> Iterator[Found]:
    for match in _RUN.finditer(text):
        number = _NOT_DIGIT.sub("", match[0].translate(_HAN_DIGITS))
        before = text[max(0, match.start() - 14) : match.start()]
        if _is_plain_figure(text, match, number, before):
            continue
        judged = _classify(number, before)
        if judged is not None:
            yield Found(judged[0], match.start(), match.end(), _mask_number(judged[0], number), judged[1])


def _find_landlines(text: str) -> Iterator[Found]:
    for match in _LANDLINE.finditer(text):
        if _ORDER_CUE.search(text[max(0, match.start() - 10) : match.start()]):
            continue
        local = _NOT_DIGIT.sub("", match[2])
        yield Found("固话", match.start(), match.end(), f"{match[1]}-****{local[-4:]}", True)


def _find_emails(text: str) -> Iterator[Found]:
    place = text.find("@")
    while place >= 0:
        host = _EMAIL_HOST.match(text, place + 1)
        local = _EMAIL_LOCAL.match(text[max(0, place - 64) : place][::-1]) if host else None
        if local and host:
            yield Found("邮箱", place - local.end(), host.end(), f"{local[0][-1]}***@{host[0]}")
        place = text.find("@", place + 1)


def _find_by_cue(text: str) -> Iterator[Found]:
    for match in _WECHAT.finditer(text):
        yield Found("微信", match.start(1), match.end(1), match[1][:2] + "****")
    for match in _QQ.finditer(text):
        yield Found("QQ", match.start(1), match.end(1), match[1][:2] + "****" + match[1][-2:])
    for match in _PASSPORT.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()]
        if _PASSPORT_CUE.search(before) or (match[0][0] in "egdps" and not _ORDER_CUE.search(before)):
            yield Found("护照", match.start(), match.end(), match[0][0].upper() + "****" + match[0][-4:])
    for match in _PLATE.finditer(text):
        yield Found("车牌", match.start(), match.end(), match[0][:2].upper() + "***" + match[1][-2:].upper())


def find_identifiers(text: str) -> list[Found]:
    """Everything found in folded ``text``, in order of place; finds may overlap, earlier sources are surer."""
    found: list[Found] = []
    if "@" in text:
        found.extend(_find_emails(text))
    if any(char in text for char in "0123456789") or _RUN.search(text):
        found.extend(_find_by_cue(text))
        found.extend(_find_runs(text))
        found.extend(_find_landlines(text))
    elif "微信" in text or "vx" in text or "wx" in text or "wechat" in text:
        found.extend(_find_by_cue(text))
    return found
