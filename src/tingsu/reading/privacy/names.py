"""Names, found by the words around them: 我叫…, 柜员…, 姓名：…, 免贵姓…, beside numbers, in lists, said again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from tingsu.reading.openings import Places, matches_at
from tingsu.reading.privacy.found import Found
from tingsu.reading.privacy.name_shapes import (
    DOUBLE,
    FAR_BEGINS,
    GIVEN,
    ORDINARY,
    SHY,
    SURNAMES,
    TITLES,
    WORDS,
    WORDY,
    Trust,
    goes_on,
    is_full_name,
    is_han,
    name_end,
    surname_length,
)
from tingsu.reading.privacy.titles import find_titled
from tingsu.reading.privacy.windows import Windows
from tingsu.reading.privacy.words import one_of

NAME = "姓名"
_TRUSTS = {
    "roles": Trust.ROLE,
    "kin": Trust.ROLE,
    "labels": Trust.FORM,
    "fields": Trust.FORM,
    "named": Trust.FORM,
    "called": Trust.SAID,
    "maybe": Trust.HINT,
}
_CUES = {word: trust for group, trust in _TRUSTS.items() for word in WORDS[group].split()}
_CUES |= {",叫": Trust.FORM, "my name is": Trust.SAID}
_CUES |= dict.fromkeys(("name", "name is", "full name", "account holder", "cardholder", "beneficiary"), Trust.FORM)
_OWNERS = frozenset("我他她你俺其")
_FIELDS = frozenset(WORDS["fields"].split())
_NO_CUES = WORDS["no_cue"].split()
_CUE = re.compile(one_of((*_CUES, *_NO_CUES)))
# What may stand between a role and the name; a colon, a bar, a bracket or mark-up makes a field of it.
_LINK = re.compile(r"(?:</?[a-z]{1,6}>|[ :=是为叫“”\"'「『(\[【】|>/]|—|-|[0-9](?=:)){0,8}")
_LINK_CHARS = frozenset("/< :=是为叫“”\"'「『([【】|>—-0123456789")
_FIELD = re.compile(r"[:=】|>]|——")
_BEHIND_FIELD = re.compile(r" ?[:】|]")
_BEGINNINGS = SURNAMES | {word[0] for word in (*DOUBLE, *FAR_BEGINS)} | frozenset("小老阿大")
_SMALL = re.compile("[小老阿大]([\u4e00-\u9fff])")
_MAY_FOLLOW = _BEGINNINGS | _LINK_CHARS
# Cues that nothing but a surname or a sign between the two makes a name follow; asked first, since cues are many.
_WEAK = frozenset(word for word, trust in _CUES.items() if trust < Trust.FORM and word[0] not in _OWNERS)
_FAINT = frozenset(word for word in _WEAK if len(word) == 1 and word in _CUES)
_BEFORE_SURNAME = re.compile("([\u4e00-\u9fff])姓(?![名氏什啥])")
_SURNAME = re.compile("(?:免贵)?姓(?![名氏什啥甚是为的了和不别可在同一也都没有男女客人经员柜户先储])([\u4e00-\u9fff])")
_ASKED = re.compile(
    r"贵姓[^\n]{0,12}?(?:[?,。!:] ?|\n)(?:(?:客户|答|来电人|用户|男|女|老人)[:,]? ?)?(?:我?免?贵?姓)?"
    r"([\u4e00-\u9fff]{1,2})(?=[,。!;\n ]|$)"
)
_SPEAKER = re.compile(r"(?:^|\n)[ @【\[]{0,3}([\u4e00-\u9fff]{3,4})(?= ?[:】\]])|@([\u4e00-\u9fff]{3,4})(?=[ ,:])")
_SIGNED = re.compile(
    r"\n {0,40}([\u4e00-\u9fff]{2,4})(?= ?(?:\n|$|、|[0-9]{3}\*|[敬谨]上|手[启印]|[敬谨]启|代笔|拜上))"
    r"|[。!;\n] {0,4}([\u4e00-\u9fff]{2,4}) ?(?=(?:[0-9]{4}[年.\-/])?[0-9]{1,2}[月.\-/][0-9]{1,2}日? ?(?:\n|$))"
    r"| ([\u4e00-\u9fff]{3,4})(?= ?$)"
    r"|(?:thanks|regards|sincerely|truly),? ?\n? ?([a-z]{2,12} [a-z]{1,12}(?: [a-z]{1,12})?)$"
)
_SPEAKS = re.compile(r"[:】\]@]")  # nobody speaks without one of these
_SIGNED_REACH = 100  # characters before the end of a text of one line in which a signature stands, generously
# 法学院 退休教师 温, at the end of a letter; 电话13099880417 闵.
_SIGNED_SHORT = re.compile("(?:\n[^\n]{0,24}[\u4e00-\u9fff] |[0-9]{4}[, ]{1,2})([\u4e00-\u9fff])[ 。]?$")
_BARE_FOLLOW = frozenset(WORDS["bare_follow"].split())
_COMMON, _GIVEN = "".join(WORDS["common"].split()), "".join(sorted(GIVEN))
_LAST = "".join(sorted(GIVEN - set(WORDS["place_ends"])))
# Two characters more than a surname, where a clause begins.
_BARE = re.compile(f'(?:^|(?<=[,。;!?:\\n(“"「、 ]))[{_COMMON}][{_GIVEN}][{_LAST}]')
_GAP = r"[ ,:/|(—、-]{1,3}"
_BESIDE_LEFT = re.compile(
    rf"([\u4e00-\u9fff]{{2,4}})(?:{_GAP}(?:男|女|汉族|[0-9]{{1,3}}岁)(?=[ ,/|])){{0,3}}{_GAP}"
    r"(?:(?:身份证|手机|联系电话|电话|卡号|tel)(?:号码?)?[ :]{0,2})?$"
)
_BESIDE_RIGHT = re.compile(r"[ ,/|(]{0,2}([\u4e00-\u9fff]{2,4})(?=[),。;!/| \n]|$)")
_ON_A_DAY = re.compile("[于在](?:[0-9]|昨|今|上|本|去)")
# 汪德海（我爸）
_RELATED = re.compile(
    rf"([{_COMMON}][{_GIVEN}]{{2}})\((?:我|他|她|其)?(?:{'|'.join(WORDS['kin'].split())}|[爸妈哥弟姐妹爷奶])\)"
)
_KIN = "|".join(sorted({word.lstrip("我他她俺") for word in WORDS["kin"].split()} - {""}, key=len, reverse=True))
# 我是盛桂兰的女儿, 本人系农志军之妻: the name before 的 and a relative.
_WHOSE = re.compile(
    rf"(?:^|(?<=[,。;!?:\n 是系]))([\u4e00-\u9fff]{{2,4}})(?:的|之|他|她)(?:{_KIN}|[妻夫子女父母爸妈](?![人子们女]))"
)
_KIN_FIRST = {word[0] for word in _KIN.split("|")} | set("妻夫子女父母爸妈")
# 我是上周办房贷的袁晓明， 自称是银监会的郑斌。 工号8812郭晓玲
_DESCRIBED = re.compile(
    r"(?:(?:我|里|边|称|称是)是?[\u4e00-\u9fff0-9]{2,14}的"
    r"|(?:工号|行员号|编号)[: ]?[a-z0-9]{2,8}(?:号|的)?[,、(: ]{0,2}"
    r"|(?:^|(?<=[,。;!?\n ]))[我俺咱](?=...[,。;!?\n ]))"
    r"([\u4e00-\u9fff]{2,4})(?=[,。;!?)\n ]|$)"
)
# What the words of this module begin with, for the one look that shows where to try.
OPENINGS = {
    "cue": {*_CUES, *_NO_CUES} - _FAINT,
    "faint": _FAINT,
    "title": TITLES,
    "whose": {before + kin for before in "的之他她" for kin in _KIN_FIRST},
    "described": {*"我里边称俺咱", "工号", "行员号", "编号"},
}
_INTRODUCED = r"(?:i am|i'm|this is|named|called|manager|teller|clerk|contact|regards,|sincerely,)[ \n]"
_ENGLISH = re.compile(r"(?<![a-z])(?:mr|mrs|ms|miss|madam|dr)(?:\. ?| )([a-z]{2,15})(?![a-z])")
_ROMAN = "|".join(WORDS["roman_surnames"].split())
# tony leung, robert chen: a surname as it is spelled abroad, behind one more word.
_FIRST_ROMANISED = re.compile(
    rf"(?<![a-z]){_INTRODUCED}((?:{_ROMAN}|li|wu|hu|ma|ye|xia|fang|bai|meng|qin) [a-z]{{2,12}})(?![a-z])"
)
_ROMANISED = re.compile(rf"(?<![a-z@.])([a-z]{{3,12}} (?:{_ROMAN}))(?![a-z@]|[ ](?:bank|card|pay)(?![a-z]))")
_NO_LATIN = frozenset(WORDS["no_latin"].split())
_LIST_LINK = re.compile(r" ?(?:以及|[、,和与及跟&;/]) ?")
_AGAIN_MOST = 60  # different names looked for again in one text


def find_names(text: str, numbers: Iterable[Found], places: Places) -> list[Found]:
    """Names in folded ``text``; ``numbers`` are finds that a name may stand beside.

    ``places``: where what is named in ``OPENINGS`` may begin.
    """
    sure = [
        *_after_cues(text, places),
        *find_titled(text, places["title"]),
        *_at_line_ends(text),
        *_beside(text, numbers),
        *_bare(text),
    ]
    sure += _signed_short(text)
    sure += _whose(text, places)
    sure += _in_english(text)
    if "(" in text:
        sure += _related(text)
    spans = sorted(set(sure))
    spans += [span for start, end in spans if end - start > 1 for span in _listed(text, end)]
    spans += _surnames(text)
    spans += _said_again(text, spans)
    return [Found(NAME, start, end) for start, end in sorted(set(spans))]


def _after_cues(text: str, places: Places) -> Iterator[tuple[int, int]]:
    windows = Windows(text, 2, 200)
    faint = [place for place in places["faint"] if text[place + 1 : place + 2] in _MAY_FOLLOW]
    for cue in matches_at(_CUE, text, sorted({*places["cue"], *faint}) if faint else places["cue"]):
        place = cue.end()
        if cue[0] in _WEAK and text[place : place + 1] not in _MAY_FOLLOW:
            continue
        if span := windows.find(cue.start(), partial(_after_either, text, cue)):
            yield span


def _after_either(text: str, cue: re.Match[str]) -> tuple[int, int] | None:
    span = _after_cue(text, cue)
    if span is None and cue[0][0] in _OWNERS and (inner := _CUE.match(text, cue.start() + 1)):
        return _after_cue(text, inner)  # 我妹|夫花满楼 hides 妹夫|花满楼
    return span


def _after_cue(text: str, cue: re.Match[str]) -> tuple[int, int] | None:
    word, place = cue[0], cue.end()
    trust = _CUES.get(word)
    if trust is None or (word.isascii() and text[cue.start() - 1 : cue.start()].isalnum()):
        return None
    if word in _FIELDS and not _BEHIND_FIELD.match(text, place):
        return None
    if text[place : place + 1] in _LINK_CHARS and (link := _LINK.match(text, place)):
        trust, place = _trust_after(trust, text, cue, link[0]), link.end()
    if trust < Trust.FORM and text[place : place + 1] not in _BEGINNINGS:
        return None
    end = name_end(text, place, trust)
    if end > place:
        return place, end
    small = _SMALL.match(text, place) if Trust.HINT < trust <= Trust.FORM else None
    return small.span(1) if small and _is_small_name(text, small) else None


def _trust_after(trust: Trust, text: str, cue: re.Match[str], link: str) -> Trust:
    """What the signs between a cue and a name make of it."""
    word, start = cue[0], cue.start()
    if trust is Trust.FORM and text[start - 1 : start] in ("的", "位"):
        return Trust.ROLE  # 尊敬的负责人：打扰了
    if word not in _FIELDS and ((trust in (Trust.FORM, Trust.SAID) and _FIELD.search(link)) or "<" in link):
        return Trust.FIELD
    return Trust.FORM if trust is Trust.ROLE and link.endswith("叫") else trust


def _is_small_name(text: str, small: re.Match[str]) -> bool:
    """小刘, 老李 after a role: the surname, where the word does not go on."""
    surname, end = small[1], small.end()
    if surname not in SURNAMES or surname in WORDY or surname == "赖" or small[0] in TITLES:
        return False
    return surname + text[end : end + 1] not in ORDINARY and (surname not in SHY or goes_on(text, end))


def _surnames(text: str) -> Iterator[tuple[int, int]]:
    """免贵姓赵, 姓陈的, 章姓人家, and the answer to 您贵姓."""
    if "姓" not in text:
        return
    for said in _SURNAME.finditer(text):
        if text[said.start() - 1 : said.start()] in ("贵", "百", "同") and said[0][0] != "免":
            continue
        surname, start = said[1], said.start(1)
        after = text[start + 1 : start + 2] if is_han(text[start + 1 : start + 2]) else ""
        if surname + after in DOUBLE:
            yield start, start + 2
        elif surname in SURNAMES or not after or after in "的先女小":
            yield start, start + 1
    for before in _BEFORE_SURNAME.finditer(text):
        bashful = before[1] in SHY and is_han(text[before.start() - 1 : before.start()])
        if before[1] in SURNAMES and not bashful:
            yield before.span(1)
    for asked in _ASKED.finditer(text):
        if asked[1] in DOUBLE or asked[1] in SURNAMES:
            yield asked.span(1)


def _at_line_ends(text: str) -> Iterator[tuple[int, int]]:
    """Who speaks (沈佳宁：…) and who signs (a name alone on its line, or before a date at the end)."""
    speakers = _SPEAKER.finditer(text) if _SPEAKS.search(text) else ()
    signed = _SIGNED.finditer(text, 0 if "\n" in text else max(0, len(text) - _SIGNED_REACH))
    for match in chain(speakers, signed):
        start, end = match.span(match.lastindex or 1)
        if text[start].isascii() or is_full_name(text, start, end):
            yield start, end


def _signed_short(text: str) -> Iterator[tuple[int, int]]:
    """A surname alone, apart from what stands before it, as the last of a text."""
    match = _SIGNED_SHORT.search(text, max(0, len(text) - 32))
    if (
        match is not None
        and match[1] in SURNAMES
        and match[1] not in WORDY
        and (match[0][0] == "\n" or match[1] not in SHY)
    ):
        yield match.span(1)


def _beside(text: str, numbers: Iterable[Found]) -> Iterator[tuple[int, int]]:
    """A full name alone beside someone's number: 王小明 13800138000, 13800138000（王小明）."""
    for number in numbers:
        left = _BESIDE_LEFT.search(text, max(0, number.start - 22), number.start)
        if left and not is_han(text[left.start() - 1 : left.start()]) and is_full_name(text, *left.span(1), alone=True):
            yield left.span(1)
        right = _BESIDE_RIGHT.match(text, number.end)
        if (
            right
            and is_full_name(text, *right.span(1), alone=True)
            and (len(right[1]) > 2 or right.start(1) > number.end)
        ):
            yield right.span(1)


def _whose(text: str, places: Places) -> Iterator[tuple[int, int]]:
    """A name said by whose relative somebody is, or at the end of 我是….."""
    whose = _WHOSE.finditer(text) if places["whose"] else ()
    for match in chain(whose, matches_at(_DESCRIBED, text, places["described"])):
        if is_full_name(text, *match.span(1)):
            yield match.span(1)


def _in_english(text: str) -> Iterator[tuple[int, int]]:
    """Mr. Wang, and names like Robert Chen."""
    if " " in text or "." in text:
        for pattern in (_ENGLISH, _ROMANISED, _FIRST_ROMANISED):
            for match in pattern.finditer(text):
                if not _NO_LATIN.intersection(match[1].split()):
                    yield match.span(1)


def _related(text: str) -> Iterator[tuple[int, int]]:
    """A name explained in brackets: 汪德海（我爸）."""
    return (match.span(1) for match in _RELATED.finditer(text) if is_full_name(text, *match.span(1)))


def _bare(text: str) -> Iterator[tuple[int, int]]:
    """A full name without a cue, where a clause begins and people do something, or alone between stops."""
    for match in _BARE.finditer(text):
        start, end = match.span()
        if text[start : start + 2] in ORDINARY or text[start + 1 : end] in ORDINARY or text[start + 1 : end] in TITLES:
            continue
        if not is_han(text[end : end + 1]) or text[end : end + 2] in _BARE_FOLLOW or _ON_A_DAY.match(text, end):
            yield start, end


def _listed(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Names that follow a found one after 、 or 和."""
    while link := _LIST_LINK.match(text, end):
        start = link.end()
        surname = surname_length(text, start)
        end = name_end(text, start, Trust.ROLE) if surname else start
        if end - start <= surname or not goes_on(text, end):
            return
        yield start, end


def _said_again(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Wherever a name found once stands again, cue or not."""
    names = sorted({text[start:end] for start, end in spans if end - start > 1}, key=len, reverse=True)
    for name in names[:_AGAIN_MOST]:
        place = text.find(name)
        while place >= 0:
            yield place, place + len(name)
            place = text.find(name, place + len(name))
