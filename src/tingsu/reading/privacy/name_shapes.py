"""Whether a name stands at a place: surname, given name, and where it ends."""

from __future__ import annotations

import re
from enum import IntEnum

from tingsu.reading.privacy.words import load_words

WORDS = load_words("names")


def _characters(name: str) -> frozenset[str]:
    return frozenset("".join(WORDS[name].split()))


def _words(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in WORDS[name].split())


SURNAMES, SHY, WORDY = _characters("surnames"), _characters("shy_surnames"), _characters("wordy")
_ONLY_ALONE = _characters("only_alone")
GIVEN, NEVER, FOLLOW = _characters("given"), _characters("never"), _characters("follow")
DOUBLE, FAR_BEGINS, ORDINARY = _words("double_surnames"), _words("far"), _words("ordinary")
FOLLOW_WORDS, TITLES = _words("follow_words"), _words("titles")
_PEOPLE = _words("titles", "roles", "kin")
_NO_NAMES = _words("no_names")
_GRAMMAR = frozenset("的了是我你您他她它们吗呢吧啊呀么啥着过把被给对让没不很这那说就都也还")
_NUMERALS = frozenset("〇零一二三四五六七八九十百千两")
_RUN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{1,12}")
_FAR = re.compile("[\u4e00-\u9fff]{2,6}")
_DOTTED = re.compile("[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8}){1,3}")
_SPACED = re.compile("[\u4e00-\u9fff](?: [\u4e00-\u9fff]{1,2}){1,2}(?![\u4e00-\u9fff])")
_LATIN = re.compile(
    "(?!(?:xx|app|atm|vip|pos|etc|usd|cny|bug|the|http|www)(?![a-z]))"
    "[a-z\u00df-\u024f]{2,15}(?:[ .'-]{1,2}[a-z\u00df-\u024f]{1,15}){0,3}(?![a-z0-9@_/])"
)
_ORGANISATION = re.compile(
    "公司|银行|集团|中心|商行|商店|超市|学校|医院|协会|委员会|合作社|工作室|经营部|事务所|有限|[厂店部局院行]$|[市县]"
)


_DOTTED_FOLLOW = frozenset("的了是说称让叫和与及,")


class Trust(IntEnum):
    """How much the words before speak for a name."""

    HINT = 0  # 找…, 我是…: a name is one of many things that may follow
    ROLE = 1  # 柜员…, 母亲…
    FORM = 2  # 借款人…, 经办…: the words of forms and files
    SAID = 3  # 我叫…
    FIELD = 4  # 姓名：…


def is_han(char: str) -> bool:
    """Whether ``char`` is one Chinese character."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff" or char == "\u3007"


def surname_length(text: str, place: int) -> int:
    """Characters of the surname at ``place``; 0 where none is."""
    if text[place : place + 2] in DOUBLE:
        return 2
    return 1 if text[place : place + 1] in SURNAMES else 0


def goes_on(text: str, place: int) -> bool:
    """Whether a name may have ended at ``place``: nothing, no Chinese character, or a word that follows names."""
    char = text[place : place + 1]
    return not is_han(char) or char in FOLLOW or char in NEVER or text[place : place + 2] in FOLLOW_WORDS


def name_end(text: str, start: int, trust: Trust) -> int:
    """Where the name at ``start`` ends; ``start`` where there is none."""
    if trust >= Trust.ROLE and (dotted := _DOTTED.match(text, start)):
        return _dotted_end(text, dotted)
    if text[start : start + 2] in FAR_BEGINS and (far := far_end(text, start)) > start:
        return far
    surname = surname_length(text, start)
    if surname == 0 or text[start : start + 2] in _NO_NAMES:
        return _unusual_end(text, start, trust)
    if start + surname < len(text) and _is_title(text, start, start + surname):
        return start
    if trust is Trust.FIELD and (whole := _whole_field_end(text, start)):
        return whole
    end = _certain_end(text, start, surname) if trust >= Trust.SAID else _likely_end(text, start, surname, trust)
    if end == start:
        return _unusual_end(text, start, trust)
    return start if trust is Trust.FIELD and _is_organisation(text, start) else end


def far_end(text: str, start: int) -> int:
    """Where a name like 阿依古丽 that begins at ``start`` ends; ``start`` where there is none."""
    far = _FAR.match(text, start)
    if far is None or text[start : start + 2] not in FAR_BEGINS:
        return start
    end = start + 2
    while end < far.end():
        if text[end : end + 2] in FAR_BEGINS:
            end += 2  # 扎西|次仁
        elif text[end] in NEVER or text[end : end + 2] in FOLLOW_WORDS:
            break
        else:
            end += 1
    return end if goes_on(text, end) else start


def _dotted_end(text: str, dotted: re.Match[str]) -> int:
    """阿依古丽·买买提|来电: the last part ends before a word that follows names."""
    last = max(dotted[0].rfind("·"), dotted[0].rfind("•")) + dotted.start() + 1
    for end in range(last + 2, dotted.end()):
        if text[end] in _DOTTED_FOLLOW or text[end : end + 2] in FOLLOW_WORDS:
            return end
    return dotted.end()


def _whole_field_end(text: str, start: int) -> int:
    """签字：吉克阿依 fills its field; 0 where the field holds more than a name."""
    run = _RUN.match(text, start)
    if (
        run is None
        or len(run[0]) != 4
        or run[0][3] in "属者"
        or any(char in NEVER for char in run[0])
        or _is_organisation(text, start)
    ):
        return 0
    pairs = (run[0][1:3], run[0][2:4])
    return 0 if any(pair in FOLLOW_WORDS or pair in _PEOPLE for pair in pairs) else run.end()


def is_full_name(text: str, start: int, end: int, *, alone: bool = False) -> bool:
    """Whether the whole span has a build that names have and few words.

    ``alone`` says that stops stand on both sides; then one character of a given name is enough in three.
    """
    surname = surname_length(text, start)
    given = text[start + surname : end]
    if not surname or not 1 <= len(given) <= 2 or _is_title(text, start, start + surname):
        return False
    if text[start] in WORDY:
        return False
    good, bashful = sum(char in GIVEN for char in given), surname == 1 and text[start] in SHY
    if surname == 1 and text[start : start + 2] in ORDINARY:
        return False
    if good == len(given):
        return good == 2 or not (bashful or text[start] in _ONLY_ALONE)
    return alone and good == 1 and not bashful and not any(char in NEVER for char in given)


def _is_organisation(text: str, start: int) -> bool:
    run = _RUN.match(text, start)
    return run is not None and len(run[0]) > 4 and _ORGANISATION.search(run[0]) is not None


def _given(text: str, place: int) -> str:
    """The character at ``place`` where it may belong to a given name, else nothing."""
    char = text[place : place + 1]
    return char if is_han(char) and char not in NEVER else ""


def _ends_here(text: str, place: int) -> bool:
    """No Chinese character, or a whole word that follows names."""
    return not is_han(text[place : place + 1]) or text[place : place + 2] in FOLLOW_WORDS


def _certain_end(text: str, start: int, surname: int) -> int:
    """After 我叫 or 姓名： the name is there for certain; only its end is in question."""
    place = start + surname
    first, second = _given(text, place), _given(text, place + 1)
    if not first:
        return start
    if second and not is_han(text[place + 2 : place + 3]):
        return place + 2
    if (text[start] in WORDY or text[start : start + 2] in ORDINARY) and is_han(text[place + 1 : place + 2]):
        return start
    if second and text[place + 1 : place + 3] not in FOLLOW_WORDS and (second in GIVEN or goes_on(text, place + 2)):
        return place + 2
    return place + 1 if first in GIVEN or goes_on(text, place + 1) else start


def _likely_end(text: str, start: int, surname: int, trust: Trust) -> int:
    """After a role or a hint both surname and given name must look like a name, and so must what follows."""
    place = start + surname
    first, second = _given(text, place), _given(text, place + 1)
    if not first or (first in _NUMERALS and second in _NUMERALS):
        return start
    if text[start] in WORDY or (text[start] in _ONLY_ALONE and surname == 1):
        return _lonely_end(text, start, place, trust)
    if surname == 1 and text[start : start + 2] in ORDINARY:
        sure = trust > Trust.HINT and second in GIVEN and first in GIVEN and _ends_here(text, place + 2)
        return place + 2 if sure else start  # 员工方志敏、…
    if second and text[place + 1 : place + 3] not in FOLLOW_WORDS and _is_long_name(text, start, place, trust):
        return place + 2
    return place + 1 if _is_short_name(text, start, place, trust) else start


def _lonely_end(text: str, start: int, place: int, trust: Trust) -> int:
    """儿子时来运）: a surname that is nearly always something else, so the name must fill the space up to a stop."""
    for end in (place + 2, place + 1):
        if end <= len(text) and not is_han(text[end : end + 1]) and all(char in GIVEN for char in text[place:end]):
            good = trust >= Trust.FORM or (trust is Trust.ROLE and end > place + 1)
            return end if good and text[start] in _ONLY_ALONE else start
    return start


def _is_title(text: str, start: int, place: int) -> bool:
    """王先生 and 李某 have no given name, and 顾问 and 岳母 are nobody's."""
    return text[place] == "某" or text[place : place + 2] in TITLES or text[start : start + 2] in _PEOPLE


def _is_long_name(text: str, start: int, place: int, trust: Trust) -> bool:
    """Whether surname and two more characters are a name."""
    end = place + 2
    good = (text[place] in GIVEN) + (text[place + 1] in GIVEN)
    bashful = text[start] in SHY and place - start == 1
    if trust is Trust.HINT:
        return good == 2 and (not is_han(text[end : end + 1]) or (not bashful and goes_on(text, end)))
    if trust is Trust.FORM and not is_han(text[end : end + 1]):
        return good > 0
    if good == 2 and bashful:
        return goes_on(text, end) and not _NUMERALS.intersection(text[place:end])
    if good == 2:
        return True
    return good == 1 and not bashful and _ends_here(text, end)


def _is_short_name(text: str, start: int, place: int, trust: Trust) -> bool:
    """Whether surname and one more character are a name; so little needs a proper end."""
    end = place + 1
    given = text[place] in GIVEN
    bashful = text[start] in SHY and place - start == 1
    if trust is Trust.HINT:
        return given and not bashful and (not is_han(text[end : end + 1]) or text[end] in "吗吧么")
    if _ends_here(text, end):
        return given or not bashful or trust is Trust.FORM
    return given and not bashful and goes_on(text, end)


def _unusual_end(text: str, start: int, trust: Trust) -> int:
    """Names without a surname of the list: 买买提·吐尔逊, Daniel Smith, or two to four characters alone."""
    if trust < Trust.FORM:
        return start
    if match := _LATIN.match(text, start):
        return match.end() if trust >= Trust.SAID or " " in match[0] else start
    if trust < Trust.SAID:
        return start
    if match := _SPACED.match(text, start):
        return match.end()
    match = _RUN.match(text, start)
    if match is None or not 2 <= len(match[0]) <= 4 or match[0] in _NO_NAMES or match[0][:2] in ORDINARY:
        return start
    never = _GRAMMAR if trust is Trust.FIELD else NEVER
    plain = any(char in never or char == "某" for char in match[0]) or _ORGANISATION.search(match[0])
    return start if plain else match.end()
