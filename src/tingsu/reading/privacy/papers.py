"""Passports and permits, plates, accounts, contracts and case numbers: known by shape, or by the word before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tingsu.reading.openings import matches_at
from tingsu.reading.privacy.found import Found
from tingsu.reading.privacy.words import load_words, one_of

_ACCOUNT, _CASE, _PAPER, _PASS = "账号", "工单号", "证件", "护照"
_PASSPORT = re.compile(
    r"(?<![a-z0-9*])(?:[egdps][0-9]{8}|e[a-hj-np-z][0-9]{7}|[hm][0-9]{8}(?:[0-9]{2})?|[ctk][0-9]{8})(?![a-z0-9*])"
)
_PAPER_CUE = re.compile(r"(?:护照|通行证|回乡证|台胞证|证件|旅行证|往来证|passport)[^,。;!?\n]{0,8}$")
_ORDERED = re.compile(r"(?:单号|订单|流水|凭证|发票|快递|运单|编码|代码|型号|参考|序列|批次|票据)[^,。;!?\n]{0,4}$")
_SOLDIER = re.compile("[军武后空海参总政装南北东西中沈兰成济广]字第?[0-9]{5,10}号?")
_COURT = re.compile(  # (2024)沪0115民初12345号
    r"[(\[〔][12][0-9]{3}[)\]〕][\u4e00-\u9fff]{1,3}[0-9]{0,5}[民刑行执商知破财仲劳赔调诉][\u4e00-\u9fff]{0,3}[0-9]{1,6}号"
)
_POLICE = re.compile(r"[公派][(\u4e00-\u9fff)]{0,8}?字[〔(\[][12][0-9]{3}[〕)\]]第?[0-9]{1,7}号")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE = re.compile(
    rf"[{_PROVINCES}][a-hj-np-z][ ·.•\-]{{0,2}}(?=[a-z0-9]{{0,5}}[0-9])"
    r"(?:[a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[学警挂港澳试超])(?![a-z0-9*])"
)
_KINDS = {word: kind for kind, words in load_words("number_cues")["values"].items() for word in words.split()}
CUES = frozenset(_KINDS)
_CUE = re.compile(one_of(_KINDS))
_LINK = re.compile(r"(?:号码?|码|no\.?|编号|分别|is|[是为叫:“\"'(#【 ]){0,5}")
_SAID_LATER = re.compile(r"(?:登记|受理|立案|投诉|信访|案件|举报|诉求)[^。;!?\n]{0,10}编号[是为: ]{1,3}")
# Letters, digits and strokes; a space only between groups of four; 2020字第00817号, 国开2022-A-03381.
_VALUE = re.compile(
    r"(?:[\u4e00-\u9fff]{1,2}(?=[12][0-9]{3}-))?[a-z0-9]"
    r"(?:[a-z0-9\-_/]|(?<=[0-9]{4}) (?=[0-9]{1,4}(?![0-9.]))){3,39}(?:字?第?[0-9\-]{3,}号?)?"
)
_AND = re.compile(r"(?:以及|[,、和与及/]) ?")
_LEAST = {_ACCOUNT: 5, _CASE: 4, _PAPER: 6, _PASS: 5}  # digits a value has at least
_COUNTED_NEXT = re.compile(r"\s?(?:元|块|万|笔|人|次|天|年|月|%|个)")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-/](?:0?[1-9]|1[0-2])(?:[-/][0-9]{1,2})?(?![0-9])")
_PAPER_SHAPE = re.compile(r"[a-z]{0,3}[0-9]{6,20}[a-z]?|[0-9]{2}[a-z]{2}[0-9]{5}")


def find_papers(text: str, digits: str, cues: Sequence[int]) -> Iterator[Found]:
    """Papers, plates, accounts and case numbers in folded ``text``, whose shadow is ``digits``.

    ``cues``: the places where a word of ``CUES`` may begin, in order.
    """
    yield from _find_passports(text)
    yield from (Found("车牌", *match.span()) for match in _PLATE.finditer(digits))
    if "字" in text:
        yield from (Found(_PAPER, *match.span()) for match in _SOLDIER.finditer(text))
        yield from (Found(_CASE, *match.span()) for match in _POLICE.finditer(text))
    if "号" in text:
        yield from (Found(_CASE, *match.span()) for match in _COURT.finditer(text))
    for cue in matches_at(_CUE, text, cues):
        if text[cue.start() - 1 : cue.start()] != "商":  # a 商户号 is a shop's
            yield from _find_after(digits, cue.end(), _KINDS[cue[0]])
    if "编号" in text:
        for said in _SAID_LATER.finditer(text):
            yield from _find_after(digits, said.end(), _CASE)


def _find_passports(text: str) -> Iterator[Found]:
    for match in _PASSPORT.finditer(text):
        before = text[max(0, match.start() - 14) : match.start()]
        cue = _PAPER_CUE.search(before)
        if cue or (match[0][0] in "egdps" and not _ORDERED.search(before)):
            permit = match[0][0] in "hmctk" and not (cue and cue[0].startswith(("护照", "passport")))
            yield Found(_PAPER if permit else _PASS, *match.span())


def _find_after(digits: str, place: int, kind: str) -> Iterator[Found]:
    """The value a cue announces, and those that follow it after 、 and 和."""
    link = _LINK.match(digits, place)
    value = _VALUE.match(digits, link.end() if link else place)
    while value is not None and _is_value(digits, value, kind):
        yield Found(kind, *value.span())
        more = _AND.match(digits, value.end())
        value = _VALUE.match(digits, more.end()) if more else None


def _is_value(digits: str, value: re.Match[str], kind: str) -> bool:
    if sum(char.isdigit() for char in value[0]) < _LEAST[kind] or digits[value.end() : value.end() + 1] == "*":
        return False
    if _COUNTED_NEXT.match(digits, value.end()) or _DATE.fullmatch(value[0]):
        return False
    return kind not in (_PAPER, _PASS) or _PAPER_SHAPE.fullmatch(value[0].replace(" ", "")) is not None
