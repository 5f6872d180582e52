"""The staff a text speaks of, by role: 柜员, 理财经理姓王, 工号 8812. Names are shown masked, as everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tingsu.reading.facts.wordtree import kinds_of, read_words, tree_pattern
from tingsu.reading.openings import matches_at

_NUMBER = re.compile(r"工号(?:是|为|:| ){0,2}([a-z]{0,3}\d{2,10})")
_NUMBER_NEAR = 8  # characters between a role and the staff number that belongs to it
_NO_PERSON = re.compile(r"(?:电话|热线|中心|部门?|公司|短信|函|系统|手段|行为|号码|机器人|平台|回复你|态度|服务)")
_NO_STAFF_BEFORE = re.compile(r"(?:暴力|停止|委托|被|遭到|遭|恶意|违规|软|人工|在线|联系|打|找|的)$")


@dataclass(frozen=True, slots=True)
class Person:
    """A role at ``start``–``end`` of the folded text, with the staff number named beside it."""

    start: int
    end: int
    role: str
    word: str
    number: str = ""


@lru_cache(maxsize=1)
def _roles() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = kinds_of(read_words("facts")["roles"])
    return re.compile(f"{tree_pattern(kinds)}(?!信箱|办公室|室|热线)"), kinds


def role_words() -> Iterable[str]:
    """The words ``find_staff`` looks for."""
    return _roles()[1]


def find_staff(text: str, places: Iterable[int]) -> Iterator[Person]:
    """Everyone of the staff named in folded ``text`` by role or staff number, in order.

    ``places``: where one of ``role_words`` may begin, in order.
    """
    pattern, kinds = _roles()
    numbers = (
        [(match.start(), match.end(), match[1].upper()) for match in _NUMBER.finditer(text)] if "工号" in text else []
    )
    people: list[Person] = []
    for match in matches_at(pattern, text, places):
        word = match[0]
        if kinds[word] in ("客服", "催收员") and not _is_person(text, match):
            continue
        people.append(Person(match.start(), match.end(), kinds[word], word))
    yield from _with_numbers(people, numbers)


def _is_person(text: str, match: re.Match[str]) -> bool:
    """客服 and 催收 name people only where nothing shows that a line, a firm or the act is meant."""
    if _NO_PERSON.match(text, match.end()):
        return False
    if match[0] != "催收":
        return True
    return text[match.end() : match.end() + 1] in set("说打威骂讲让叫告还天") and not _NO_STAFF_BEFORE.search(
        text, max(0, match.start() - 3), match.start()
    )


def _with_numbers(people: list[Person], numbers: list[tuple[int, int, str]]) -> list[Person]:
    free = list(numbers)
    told: list[Person] = []
    for person in people:
        near = next((n for n in free if 0 <= n[0] - person.end <= _NUMBER_NEAR or 0 <= person.start - n[1] <= 2), None)
        if near is None:
            told.append(person)
            continue
        free.remove(near)
        told.append(Person(min(person.start, near[0]), max(person.end, near[1]), person.role, person.word, near[2]))
    for start, end, number in free:
        told.append(Person(start, end, "工作人员", "工号", number))
    return sorted(told, key=lambda person: person.start)
