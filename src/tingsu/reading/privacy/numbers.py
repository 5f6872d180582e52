"""Identity cards, bank cards, mobiles and landlines: numbers known by their own shape, however they are written.

Works on the shadow of the folded text, in which Chinese numerals are digits in the same place (一三八 → 138). Every
expression is bounded and anchored, so time grows with the length of the text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np

from tingsu.reading.privacy.checks import has_id_checksum, has_luhn_checksum, looks_like_id
from tingsu.reading.privacy.found import Found
from tingsu.reading.privacy.words import load_words, one_of
from tingsu.reading.trie import Codes, codes_of

_WORDS = load_words("number_cues")
# 幺 and 洞, 拐, 两, 勾 are how numbers are read out so that none is misheard.
_NUMERALS = str.maketrans("零〇洞一幺二两三四五六七拐八九勾壹贰叁肆伍陆柒捌玖", "0001122345677899123456789")
FIGURES = "0123456789" + "".join(map(chr, _NUMERALS))  # what is a digit in the shadow
FEWEST = 7  # digits below which a text holds no number of the kinds found here
_LOOSE = r"[ \-·•.—–_,、/()~\u20e3]"  # what people and recognisers put between the groups of one number
_TIGHT = r"[ \-·.—–]"
_CHECK = r"(?:[ \-]?[x×叉](?![a-z0-9]))?"  # an identity number may end in X
_RUN = re.compile(rf"(?:\+ ?)?[0-9](?:{_LOOSE}{{0,3}}[0-9]){{6,}}{_CHECK}")
_GROUP = re.compile("[0-9]+")
_LISTED = re.compile("[,、;/] ")  # 35, 0, 48: a list of numbers, not the groups of one
_NOT_DIGIT = re.compile("[^0-9]")
_UNTOUCHED = re.compile("(?<![0-9])[0-9]{11,19}x?(?![0-9])")
_WHOLE = 26  # digits up to which a run may be one number; a longer one is several
_DATE = re.compile(r"(?:19|20)[0-9]{2}[^0-9](?:0?[1-9]|1[0-2])[^0-9](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")
_MOBILE = re.compile("1[3-9][0-9]{9}")
_FROM_CHINA = re.compile("^(?:00)?86(?=1[3-9][0-9]{9}$)")
_CARD_SHAPES = re.compile(r"(?:\d{1,2}|4-4-4-4(?:-\d)?|6-1[03]|8-8|4-6-5|1(?:-1)+)?")
_MOBILE_SHAPES = frozenset(("", "11", "3-4-4", "4-3-4", "3-8", "5-6", "7-4", "4-4-3", "3-3-5", "1" + "-1" * 10))
_ID_GROUPS = (
    *("6-8-4", "6-4-4-4", "3-3-4-4-4", "4-4-4-4-2", "6-4-2-2-4", "3-3-8-4", "6-6-6", "6-12", "14-4", "17-1"),
    *("6-8-3", "6-4-4-3", "3-3-4-4-3", "4-4-4-4-1", "6-4-2-2-3", "14-3"),  # seventeen, the X apart
    *("6-6-3", "3-3-3-3-3", "5-5-5", "4-4-4-3"),
)
_ID_SHAPES = frozenset(("", "18", "17", "15", *_ID_GROUPS))


def _spell(shape: str, between: str = f"(?:{_TIGHT}{{1,2}}|{_LOOSE})") -> str:
    """A shape as an expression: 3-4-4 → three digits, a separator, four …"""
    return between.join(f"[0-9]{{{count}}}" for count in shape.split("-"))


# One number after another within a longer run; the surest shapes first.
_PIECE = re.compile(
    rf"(?<![0-9*])(?:(?:\+|00)86{_TIGHT}?(?=1)|86{_TIGHT}(?=1))?"
    rf"(?:{_spell('4-4-4-4')}(?:{_LOOSE}{{0,2}}[0-9]{{1,4}})?(?![0-9])"
    rf"|(?:{'|'.join(_spell(shape) for shape in sorted(_ID_GROUPS, reverse=True))}){_CHECK}(?![0-9])"
    rf"|(?=1[3-9])(?:{_spell('3-4-4')}|{_spell('4-3-4', _TIGHT)}|{_spell('3-8', _TIGHT)})(?![0-9])"
    rf"|(?=1[3-9]){_spell('5-6', _TIGHT)}(?![0-9])"
    rf"|(?:[0-9]{_LOOSE}){{10,20}}[0-9](?![0-9])|[0-9]{{6}}{_TIGHT}[0-9]{{10,13}}(?![0-9])"
    rf"|{_spell('8-8', _TIGHT)}(?![0-9])|[0-9]{{7,}}{_CHECK}|[0-9]{{3,4}}[ \-][0-9]{{4}}(?![0-9]))"
)
_LANDLINE = re.compile(
    rf"0(?:10|2[0-9]|[3-9][0-9]{{2}})[)\]]?{_TIGHT}{{0,3}}[2-9][0-9]{{2,3}}{_TIGHT}?[0-9]{{4}}(?![0-9*])"
)
_BEFORE_AREA = re.compile(r"(?:^|[^0-9*])([(\[]?(?:(?:0086|\+?86)[ \-]?)?\(?)$")
_EXTENSION = re.compile(r" ?(?:-|转|分机|ext\.?|#) ?(?:分机)?号?[: ]?[0-9]{1,5}(?![0-9])")
_ABROAD = re.compile(r"(?<![0-9a-z+*])\+(?!86)[1-9][0-9]{0,2}(?:[ \-().]{0,2}[0-9]){6,13}(?![0-9])")

_PHONES = _WORDS["phones"].split()
_SPOKEN = r"(?:号码?)?[是为:给到了我你的就叫打“(. ]{0,4}$"
_ORDER_CUE = re.compile(one_of(_WORDS["orders"].split()) + r"[^,。;!?\n]{0,5}$")
_ACCOUNT_CUE = re.compile(
    one_of(_WORDS["account_words"].split()) + r"(?:[^,。;!?\n0-9]{0,6}|[^。;!?\n]{0,10}应?[为是改])$"
)
_CARD_CUE = re.compile(r"卡[^。;!?\n0-9]{0,10}$")
_ID_CUE = re.compile(r"(?:身份(?:证|号)?|证件)[^,。;!?\n0-9]{0,8}$")
_LOCAL_CUE = re.compile(one_of(_PHONES) + _SPOKEN)
_PHONE_CUE = re.compile(
    f"(?:{one_of([*_PHONES, *_WORDS['more_phones'].split()])}{_SPOKEN}|[^拨]打[给到]?$|发[给到送]至?了?$)"
)
_COUNTED_NEXT = re.compile(r"\s?(?:元|块|万|笔|人|次|天|年|月|%|千|亿|多|个|股|份|美元|港)")
_PRICE_BEFORE = re.compile(r"(?:[¥￥$€£]|rmb|usd|cny|eur|hkd|金额|余额)[: ]?$")


@lru_cache(maxsize=1)
def _shadow_codes() -> Codes:
    codes = np.arange(0x110000, dtype=np.uint32)
    codes[list(_NUMERALS)] = list(_NUMERALS.values())
    return codes


def shadow(text: str) -> str:
    """Folded ``text`` with Chinese numerals as digits, every character in its place."""
    return _shadow_codes()[codes_of(text)].tobytes().decode("utf-32-le", "surrogatepass")


def shadow_each(texts: Sequence[str]) -> list[str]:
    """The shadow of each of ``texts``."""
    joined, ends = shadow("\n".join(texts)), accumulate(map(len, texts), lambda end, size: end + 1 + size)
    return [joined[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]


def digits_of(text: str) -> str:
    """The digits of a piece of the shadow, with the x of an identity number."""
    return _NOT_DIGIT.sub("", text) + ("x" if text[-1:] in ("x", "×", "叉") else "")


def find_numbers(text: str, digits: str) -> Iterator[Found]:
    """Numbers in folded ``text``, whose shadow is ``digits``."""
    yield from _find_landlines(text, digits)
    if "+" in digits:
        yield from (Found("手机", *match.span()) for match in _ABROAD.finditer(digits))
    for run in _RUN.finditer(digits):
        whole = _judge_whole(text, digits, run)
        if whole is not None:
            yield whole
        else:
            yield from _find_pieces(text, digits, run)


def _find_landlines(text: str, digits: str) -> Iterator[Found]:
    for match in _LANDLINE.finditer(digits):
        start = match.start()
        head = _BEFORE_AREA.search(digits, max(0, start - 8), start)
        if head is not None and not _ORDER_CUE.search(text, max(0, start - 14), start):
            yield Found("固话", head.start(1), _with_extension(digits, match.end()))


def _with_extension(digits: str, end: int) -> int:
    more = _EXTENSION.match(digits, end)
    return more.end() if more else end


def _judge_whole(text: str, digits: str, run: re.Match[str]) -> Found | None:
    """The run as one number, in whatever groups it was spoken; None where it is several or none."""
    start, end = run.span()
    if end - start > 3 * _WHOLE or digits[start - 1 : start] == "*" or digits[end : end + 1] == "*":
        return None
    number = digits_of(run[0])
    if len(number) > _WHOLE or _DATE.match(run[0]) or _LISTED.search(run[0]):
        return None
    if not text[start:end].isascii() and _UNTOUCHED.search(text, start, end):
        return None
    groups = _GROUP.findall(run[0])
    if len(groups) > 1 and any(len(group) > 14 or _MOBILE.fullmatch(group) for group in groups):
        return None
    return _judge(text, digits, start, end, number, "-".join(str(len(group)) for group in groups))


def _find_pieces(text: str, digits: str, run: re.Match[str]) -> Iterator[Found]:
    for piece in _PIECE.finditer(digits, run.start(), run.end()):
        start, end = piece.span()
        if end - start > 3 * _WHOLE or digits[end : end + 1] == "*" or _DATE.match(piece[0]):
            continue
        # A word may touch the number: 手机一13812345678.
        inner = None if text[start:end].isascii() else _UNTOUCHED.search(text, start, end)
        found = _judge(text, digits, *inner.span(), inner[0]) if inner else None
        found = found or _judge(text, digits, start, end, digits_of(piece[0]))
        if found is not None:
            yield found


def _judge(text: str, digits: str, start: int, end: int, number: str, shape: str = "") -> Found | None:
    """What ``number`` at ``start``–``end`` is; ``shape`` is "" where the expression has vouched for it."""
    before, said = text[max(0, start - 16) : start], not text[start:end].isascii()
    if len(number) == 17 and digits[end : end + 1] == "x" and _is_id(number + "x"):
        return Found("身份证", start, end + 1)  # letters follow the X, so the run went without it
    if _is_word(digits[end : end + 1]) or _is_word(before[-1:]):
        judged = _classify_glued(number, before)
    else:
        judged = _classify(number, before, shape, said=said)
    if judged is None or (judged[0] in ("固话", "手机") and _is_figure(text, end, before)):
        return None
    end += digits.startswith("\u20e3", end)  # the frame of the last key: 8️⃣
    return Found(judged[0], start, _with_extension(digits, end) if judged[0] == "固话" else end, judged[1])


def _is_id(number: str) -> bool:
    return looks_like_id(number) and has_id_checksum(number)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_figure(text: str, end: int, before: str) -> bool:
    """A sum or a count rather than a telephone: 13800000000元."""
    if _PRICE_BEFORE.search(before):
        return True
    return bool(_COUNTED_NEXT.match(text, end)) and not _PHONE_CUE.search(before)


def _classify_glued(number: str, before: str) -> tuple[str, bool] | None:
    """Letters touch the number, so its own build must leave no doubt: tel13812345678, 13812345678wx同号."""
    if _ORDER_CUE.search(before):
        return None
    if len(number) == 18 and _is_id(number):
        return "身份证", True
    if _MOBILE.fullmatch(number):
        return "手机", True
    sure = len(number) in (16, 19) and number.startswith("62") and has_luhn_checksum(number)
    return ("银行卡", True) if sure else None


def _classify(number: str, before: str, shape: str, *, said: bool) -> tuple[str, bool] | None:
    """(kind, valid) of a number, or None when it is an order number, a sum or nothing personal."""
    plain = number.removesuffix("x")
    identity = number if len(plain) == 17 else plain
    if len(identity) in (15, 18) and (found := _classify_id(identity, before, shape)):
        return found
    if len(plain) < 11:
        return _classify_local(plain, before, shape, said=said)
    return _classify_long(plain, before, shape, said=said)


def _classify_id(number: str, before: str, shape: str) -> tuple[str, bool] | None:
    good, cued = looks_like_id(number), _ID_CUE.search(before) is not None
    sure = good and (len(number) == 15 or has_id_checksum(number))
    if cued:
        return "身份证", sure
    if not good or _ACCOUNT_CUE.search(before):
        return None
    if len(number) == 18 and sure:
        return "身份证", True
    if _ORDER_CUE.search(before) or _CARD_CUE.search(before) or shape not in _ID_SHAPES:
        return None
    return "身份证", sure


def _classify_local(number: str, before: str, shape: str, *, said: bool) -> tuple[str, bool] | None:
    """Seven to ten digits are a telephone or an account only where a word says so."""
    length = len(number)
    if length in (7, 8) and number[0] in "23456789" and _LOCAL_CUE.search(before):
        known = shape in ("", "7", "8", "4-4", "3-4", "-".join("1" * length))
        return ("固话", True) if known or said else None
    if length >= 7 and shape in ("", str(length)) and not said and _ACCOUNT_CUE.search(before):
        return "账号", True
    if length == 10 and number[0] in "01" and _PHONE_CUE.search(before):
        return ("手机" if number[0] == "1" else "固话"), False
    return None


def _classify_long(number: str, before: str, shape: str, *, said: bool) -> tuple[str, bool] | None:
    phone, ordered = _PHONE_CUE.search(before) is not None, _ORDER_CUE.search(before) is not None
    bare = _FROM_CHINA.sub("", number)
    if _MOBILE.fullmatch(bare):
        known = shape in _MOBILE_SHAPES or bare is not number or said or phone
        return ("手机", True) if known and (phone or not ordered) else None
    if not ordered and _ACCOUNT_CUE.search(before):
        card = 16 <= len(number) <= 19 and _is_card(number, before, shape)
        return ("银行卡", has_luhn_checksum(number)) if card else ("账号", True)
    if len(number) <= 20 and _ID_CUE.search(before):
        return "身份证", False
    if 13 <= len(number) <= 19 and not ordered and _is_card(number, before, shape):
        return "银行卡", has_luhn_checksum(number)
    if phone and len(number) in (11, 12) and number[0] in "01":
        return ("手机" if number[0] == "1" else "固话"), False
    return None


def _is_card(number: str, before: str, shape: str) -> bool:
    """The word 卡 stands before it, or it begins as cards do and its check digit is right or its issuer UnionPay."""
    if _CARD_CUE.search(before):
        return True
    if len(number) < 15 or number[0] not in "34569" or not _CARD_SHAPES.fullmatch(shape):
        return False
    return has_luhn_checksum(number) or (number.startswith("62") and len(number) in (16, 19))
