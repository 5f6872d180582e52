"""Names before a title: 王先生, 欧阳女士, 彭敏主任, 贲总, 李某. Without a given name the surname is what is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from tingsu.reading.openings import matches_at
from tingsu.reading.privacy.name_shapes import (
    DOUBLE,
    FAR_BEGINS,
    GIVEN,
    NEVER,
    ORDINARY,
    SHY,
    SURNAMES,
    TITLES,
    WORDS,
    WORDY,
    goes_on,
    is_han,
    surname_length,
)
from tingsu.reading.privacy.windows import Windows
from tingsu.reading.privacy.words import one_of

_TITLE = re.compile(one_of(TITLES))
_NOT_AFTER_OFFICE = frozenset(WORDS["not_after_title"])  # 经理室, 律师函
_SHORT_TITLE = re.compile(f"[{WORDS['short_titles']}]")
_SOMEONE = re.compile(
    "([\u4e00-\u9fff])某(?![些种人事件时日月年行银网一项次天类段位款宝省市区县平]|支(?!取)|个(?!人)|某[路街村镇乡区市县省公银集])"
)
_ROLES = frozenset(word for group in ("roles", "kin", "labels") for word in WORDS[group].split())
_NEVER_TITLED = frozenset(WORDS["never_titled"])
_BEFORE_TITLES = frozenset(WORDS["before_titles"].split())
_BEFORE_NAME = frozenset("的是由给被在找让叫和与跟向请于问见为某该您你我他她们把对替代有到去等及同位名个家称以行里")
_BEFORE_SHORT = frozenset("是找叫跟和给让请问长员位您你我他她们")
_BEFORE_KIN_SHORT = _BEFORE_SHORT | frozenset("的把被托向对替里下壁门那这由")
_AFTER_SHORT = frozenset(
    "说跟让叫给把在来就又不没也都打的好态告对你我他她您今昨前那这微电手讲话问要会能还答承带拉帮替办回请推接带陪"
)
# After 姐, 哥, 姨 almost anything may follow a common surname; 姐妹, 哥们, 爷爷 are other words.
_KIN_SHORT = frozenset("姐哥姨婶嫂叔伯爷")
_NOT_KIN_SHORT = frozenset("姐哥姨婶嫂叔伯爷妹弟们父母夫子")
# Titles of everyone: before them even a bashful surname is one, unless it ends a word (保安|师傅).
_PERSONAL = frozenset(WORDS["personal_titles"].split())
_GREETING = re.compile("[\u4e00-\u9fff]{2,3}[,:!]? ?[你您]")
_COUNTED = frozenset("一二三四五六七八九十两几这那每多0123456789")
_FAMILIAR_DOUBLE = re.compile(f"[老小]({'|'.join(sorted(DOUBLE))})")
_LATIN_BEFORE = re.compile("(?<![a-z0-9@._-])[a-z]{3,12}(?= ?$)")
_NO_LATIN = frozenset(WORDS["no_latin_titled"].split())
_FAMILIAR = re.compile("[老小]([\u4e00-\u9fff])")
_COMMON = frozenset("".join(WORDS["common"].split()))
_SMALL_WORDS = frozenset(WORDS["small_words"].split())
_POINTED = re.compile("(?:那个|这个|隔壁|楼下|对门|叫)$")


def find_titled(text: str, titles: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Start and end of every name that stands before a title in folded ``text``.

    ``titles``: the places where one of ``TITLES`` may begin, in order.
    """
    done = 0  # 师傅|经理: a surname that ends the title before is no one's
    windows = Windows(text, 16, 16)
    for title in matches_at(_TITLE, text, titles):
        span = windows.find(title.start(), partial(_before_title, text, title))
        if span is not None and done <= span[0]:
            yield span
        done = title.end()
    windows = Windows(text, 12, 8)
    for title in _SHORT_TITLE.finditer(text):
        if span := windows.find(title.start(), partial(_before_short, text, title.start())):
            yield span
    for familiar in _FAMILIAR.finditer(text):
        if _is_familiar(text, familiar.start(1)):
            yield familiar.span(1)
    if "老" in text or "小" in text:
        yield from (match.span(1) for match in _FAMILIAR_DOUBLE.finditer(text))
    for someone in _SOMEONE.finditer(text):
        if someone[1] in SURNAMES and (someone[1] not in SHY or _is_open(text, someone.start())):
            yield someone.span(1)


def _before_title(text: str, title: re.Match[str]) -> tuple[int, int] | None:
    end = title.start()
    if title[0] not in _PERSONAL and text[title.end() : title.end() + 1] in _NOT_AFTER_OFFICE:
        return None
    start = _start(text, end, title[0])
    if start == end:
        return _strange(text, end)
    return (start, end) if start < end else None


def _strange(text: str, end: int) -> tuple[int, int] | None:
    """Linda经理, 买买提大叔."""
    if latin := _LATIN_BEFORE.search(text, max(0, end - 14), end):
        return None if latin[0] in _NO_LATIN else latin.span()
    for start in range(max(0, end - 6), end - 1):
        if text[start : start + 2] in FAR_BEGINS and not any(char in NEVER for char in text[start:end]):
            return start, end
    return None


def _before_short(text: str, end: int) -> tuple[int, int] | None:
    return (end - 1, end) if end and _is_short_titled(text, end - 1) else None


def _is_open(text: str, place: int) -> bool:
    """Whether a name may begin at ``place``: nothing Chinese before it, or a word that names follow."""
    before = text[place - 1 : place] if place else ""
    return not is_han(before) or before in _BEFORE_NAME or _ends_role(text, place)


def _ends_role(text: str, place: int) -> bool:
    return (
        text[max(0, place - 2) : place] in _ROLES
        or text[max(0, place - 3) : place] in _ROLES
        or text[max(0, place - 4) : place] in _ROLES
    )


def _is_familiar(text: str, place: int) -> bool:
    """老唐, 小褚: a surname that with 老 and 小 is rarely anything else, before a stop or what people do."""
    surname, word = text[place], text[place - 1 : place + 1]
    if surname not in SURNAMES or surname in WORDY or word in TITLES:
        return False
    if text[place + 1 : place + 3] in ("你好", "您好", "同志"):
        return True
    if word in _SMALL_WORDS or (surname in SHY and not _POINTED.search(text, max(0, place - 4), place - 1)):
        return False
    if text[place : place + 2] in ORDINARY:
        return False
    # 老彭头, 小李子, 老王家
    return goes_on(text, place + 1) or (surname not in SHY and text[place + 1] in "头子家")


def _start(text: str, end: int, title: str) -> int:
    """Where the name that ends at ``end``, before a title, begins; ``end`` where there is none."""
    for start in range(max(0, end - 4), end - 1):
        surname = surname_length(text, start)
        if surname and text[start] not in WORDY and _is_given(text[start + surname : end], surname):
            word = surname == 1 and text[start : start + 2] in ORDINARY
            if not word and _is_open(text, start):
                return start
    return _lone_surname_start(text, end, personal=title in _PERSONAL)


def _is_given(given: str, surname: int) -> bool:
    """One or two characters of given names; a surname of two needs none."""
    return len(given) <= 2 and (surname == 2 or given != "") and all(char in GIVEN for char in given)


def _lone_surname_start(text: str, end: int, *, personal: bool) -> int:
    surname, before = text[end - 1 : end], text[end - 2 : end - 1] if end > 1 else ""
    if before + surname in DOUBLE:
        return end - 2
    if before in SURNAMES and before not in SHY and surname in GIVEN and surname not in SURNAMES:
        return end if before + surname in ORDINARY else end - 2  # 全程|冯静|主任
    if surname not in SURNAMES or before + surname in _BEFORE_TITLES:
        return end
    if surname in _NEVER_TITLED and before == "位" and surname in SURNAMES and personal:
        return end - 1  # 那位时小姐
    if surname in _NEVER_TITLED:  # 向老师，您好
        return end - 1 if surname in "向时应经原" and before in ("", "\n") and _GREETING.match(text, end) else end
    if surname == "张" and before in _COUNTED:
        return end  # 三张
    return end if surname in SHY and not personal and not _is_open(text, end - 1) else end - 1


def _is_short_titled(text: str, place: int) -> bool:
    """王姐, 贲总: a surname alone between stops, roles and words of the grammar."""
    surname = text[place]
    if surname not in SURNAMES or surname in _NEVER_TITLED or text[place : place + 2] in ORDINARY:
        return False
    before, after = text[place - 1 : place] if place else "", text[place + 2 : place + 3]
    if text[place + 1] in _KIN_SHORT and surname in _COMMON and before + surname not in _BEFORE_TITLES:
        return after not in _NOT_KIN_SHORT
    beside = _BEFORE_KIN_SHORT if text[place + 1] in _KIN_SHORT else _BEFORE_SHORT
    if is_han(before) and before not in beside and not _ends_role(text, place):
        return False
    if surname in SHY and before not in beside:
        return False
    return not is_han(after) or after in _AFTER_SHORT
