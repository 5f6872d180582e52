"""How to reach someone, as a text gives it: what unrelated customers share when one hand writes for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tingsu.reading.folding import fold
from tingsu.reading.privacy import find_personal_data
from tingsu.reading.similar.forms import bare
from tingsu.reading.types import PersonalDatum

KINDS = ("手机", "固话", "邮箱", "微信", "QQ", "地址", "银行卡", "账号")
_NUMBERS = frozenset(("手机", "固话", "银行卡", "账号", "QQ"))
_NUMERALS = str.maketrans("零〇洞一幺二两三四五六七拐八九壹贰叁肆伍陆柒捌玖", "000112234567789123456789")
_NOT_DIGIT = re.compile("[^0-9]")
# Whoever complains of these numbers does not answer them: a collector's or a swindler's is named by many who never met.
_THEIRS = re.compile(
    "(?:催收|骚扰|诈骗|骗子|推销|营销|来电|来电显示|打来|打过来|对方|经理|柜员|客服|收款)[^,。;!?\n]{0,12}$"
)
_BEFORE = 24  # characters before a value that may say whose it is
_WORTH_A_LOOK = re.compile(
    r"(?:[0-9零〇一二两三四五六七八九幺洞拐][ \-·•.—–_/()]{0,3}){7}"
    "|@|微信|信号|qq|扣扣|vx|室|号楼|单元|栋|住址|地址|账号|卡号"
)
_SHORTEST = {"地址": 9}  # characters; a bare 江州市 is no address to share


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach someone: ``text[start:end]``; ``value`` is its bare form, ``shown`` the masked one."""

    kind: str
    value: str
    shown: str
    start: int
    end: int


def find_contacts(text: str, data: Iterable[PersonalDatum] | None = None) -> list[Contact]:
    """The telephones, addresses and accounts a text gives as its writer's own; ``data`` where they were found before.

    Numbers that the writer complains of (a collector's, a swindler's) are left out as far as the words before say so.
    """
    folded = fold(text)
    if data is None:
        data = find_personal_data(text) if _WORTH_A_LOOK.search(folded.text) else ()
    found = (_contact(text, datum) for datum in data if datum.kind in KINDS)
    return [contact for contact in found if contact is not None]


def make_contact(kind: str, value: str, shown: str) -> Contact | None:
    """A contact that stands in a form rather than in a text; None where there is nothing to compare."""
    plain = _plain(kind, value)
    return Contact(kind, plain, shown, 0, 0) if len(plain) >= _SHORTEST.get(kind, 5) else None


def _contact(text: str, datum: PersonalDatum) -> Contact | None:
    before = fold(text[max(0, datum.start - _BEFORE) : datum.start]).text
    value = _plain(datum.kind, text[datum.start : datum.end])
    if _THEIRS.search(before) or len(value) < _SHORTEST.get(datum.kind, 5) or "*" in text[datum.start : datum.end]:
        return None
    return Contact(datum.kind, value, datum.masked, datum.start, datum.end)


def _plain(kind: str, value: str) -> str:
    """One spelling of each value: digits as digits, without spaces, hyphens and the country's number."""
    if kind not in _NUMBERS:
        return bare(value)
    digits = _NOT_DIGIT.sub("", fold(value).text.translate(_NUMERALS))
    if kind == "手机" and len(digits) > 11 and digits.startswith(("86", "0086")):
        digits = digits[-11:]
    return digits
