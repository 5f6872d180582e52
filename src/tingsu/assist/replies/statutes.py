"""Laws and authorities under their right names: titles, articles, hotlines (依据写错，答复就站不住)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.plain import Plain
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.wordings import MOST, tell
from tingsu.packs.reply_checks import Body, PlainRule, Statute
from tingsu.reading.facts.numbers import parse_han_number
from tingsu.reading.folding import fold

_TITLE = re.compile("《([^《》\n]{2,60})》")
_ARTICLE = re.compile(r"^[^,,，。;；\n《第]{0,12}第 ?([0-9零〇一二两三四五六七八九十百千]{1,8}) ?条")
_LAW_LIKE = re.compile(
    "(?:法|法典|条例|条列|办法|规定|细则|通则|解释|指引|准则|规则|通知|意见|决定)(?:[(（][^()（）]{0,12}[)）])?$"
)
_HOUSE = re.compile(
    "协议|合同|章程|公约|须知|说明书|手册|价目|告知书|承诺书|申请|服务规范|本行|我行|公司|管理规约|公告"
)
_PREFIX = re.compile("^中华人民共和国|^国务院|^最高人民法院")
_TAIL = re.compile("[(（][^()（）]{0,20}[)）]$")
_OLD = re.compile("(?:原|前|时任|当时的|原中国|〔|\\()$")
_BELONGS = re.compile("[ ,]?(?:这是|它是|就?是|归|属于?|由|即|系|[(])")
_NUMBERED = re.compile("^(?:令|公告|发|办发|规|[〔\\[(])")


def find_wrong_names(plain: Plain, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """Titles that are not right, articles a law does not have, authorities under a name of the past."""
    draft = fold(plain.draft)
    for told, start, end, instead in islice(_find(draft.text, context, rules), MOST):
        finding = tell(told, "wrong_statute", plain, *draft.origin(start, end))
        yield replace(finding, better=f"{finding.better}{instead}")


def _find(text: str, context: ReplyContext, rules: ReplyRules) -> Iterator[tuple[PlainRule, int, int, str]]:
    checks = rules.checks
    yield from _titles(text, context, rules)
    told = rules.told("wrong-title")
    if told is not None:
        for statute in checks.statutes:
            for wrong in statute.wrong:
                for match in re.finditer(re.escape(fold(wrong).text), text):
                    if not _in_title(text, match.start(), match.end()):
                        yield told, *match.span(), _right(statute)
    if (told := rules.told("wrong-body")) is not None:
        for body in checks.bodies:
            yield from ((told, start, end, body.name) for start, end in _old_names(text, body))
    if (told := rules.told("wrong-hotline")) is not None:
        yield from ((told, start, end, instead) for start, end, instead in _hotlines(text, checks.bodies))


def _in_title(text: str, start: int, end: int) -> bool:
    opened, closed = text.rfind("《", max(0, start - 60), start), text.rfind("》", max(0, start - 60), start)
    return opened > closed and text.find("》", end, end + 60) >= 0


def _titles(text: str, context: ReplyContext, rules: ReplyRules) -> Iterator[tuple[PlainRule, int, int, str]]:
    wrong, over, article = rules.told("wrong-title"), rules.told("over-statute"), rules.told("wrong-article")
    unknown = rules.told("unknown-title")
    given = {_bare(title): title.strip("《》") for title in context.statutes}
    known = _known(rules.checks.statutes)
    told_over: dict[str, bool] = {}  # a text may name one title a thousand times
    for match in _TITLE.finditer(text):
        title = _bare(match[1])
        statute = known.get(title)
        if statute is None and title in given:
            continue
        if statute is not None:
            if match[0] not in told_over:
                told_over[match[0]] = statute.over and _is_told_over(text, match[0])
            if statute.over and over is not None and not (told_over[match[0]] or _is_old(text, match)):
                yield over, *match.span(), _right(statute)
            elif article is not None and (place := _beyond(text, match.end(), statute)):
                yield article, match.start(), place, f"《{statute.title}》（共 {statute.articles} 条）"
            continue
        if (
            not _LAW_LIKE.search(title)
            or _HOUSE.search(title)
            or re.search(
                "(?:我行|本行|我司|公司|本店|行内)[^,。;\n]{0,4}$", text[max(0, match.start() - 8) : match.start()]
            )
        ):
            continue
        near = _nearest(title, (*given, *known))
        if near and wrong is not None:
            yield wrong, *match.span(), f"《{given.get(near) or known[near].title}》"
        elif unknown is not None:
            yield unknown, *match.span(), ""


def _is_told_over(text: str, title: str) -> bool:
    """Whether the draft itself says somewhere that the title is repealed: 《合同法》已经废止."""
    said = re.compile(re.escape(title) + "[^。!?;\n]{0,24}?(?:废止|失效|不再适用|被.{0,12}取代|作废)")
    return said.search(text) is not None


def _is_old(text: str, title: re.Match[str]) -> bool:
    """原《合同法》: named as what it was."""
    return text[max(0, title.start() - 1) : title.start()] == "原"


def _beyond(text: str, end: int, statute: Statute) -> int | None:
    """Where an article the statute does not have ends."""
    match = _ARTICLE.match(text[end : end + 40])
    if match is None or statute.articles is None:
        return None
    number = int(match[1]) if match[1].isascii() and match[1].isdecimal() else parse_han_number(match[1])
    return end + match.end() if number is not None and not 1 <= number <= statute.articles else None


def _old_names(text: str, body: Body) -> Iterator[tuple[int, int]]:
    for wrong in body.wrong:
        for match in re.finditer(re.escape(wrong) + "(?!门)", text):
            longer = any(
                other != wrong and wrong in other and other in text[max(0, match.start() - 12) : match.end() + 4]
                for other in body.wrong
            )
            if (
                not longer
                and not _OLD.search(text[max(0, match.start() - 4) : match.start()])
                and not _NUMBERED.match(text[match.end() :][:4])
            ):
                yield match.span()


def _hotlines(text: str, bodies: Iterable[Body]) -> Iterator[tuple[int, int, str]]:
    """A hotline said to be another authority's: 人民银行12378; 12363,归证监会管."""
    owners = {line: body for body in bodies for line in body.hotlines}
    names = sorted(((name, body) for body in bodies for name in (body.name, *body.also)), key=lambda one: -len(one[0]))
    for line, owner in owners.items():
        for match in re.finditer(rf"(?<![0-9]){line}(?![0-9])", text):
            told = _named_before(text, match.start(), names) or _named_behind(text, match.end(), names)
            if told is not None and told[2] is not owner:
                own = "、".join(told[2].hotlines)
                instead = f"{owner.name} {line}" + (f"；{told[2].name} {own}" if own else "")
                yield min(told[0], match.start()), max(told[1], match.end()), instead


def _named_before(text: str, place: int, names: Sequence[tuple[str, Body]]) -> tuple[int, int, Body] | None:
    """The authority named last before ``place``, nothing else between."""
    begin = max(0, place - 16)
    before = text[begin:place]
    last = max(((before.rfind(name), name, body) for name, body in names), key=lambda one: (one[0], len(one[1])))
    if last[0] < 0 or re.search("[,、;。或及和以]", before[last[0] + len(last[1]) :]):
        return None
    return begin + last[0], place, last[2]


def _named_behind(text: str, place: int, names: Sequence[tuple[str, Body]]) -> tuple[int, int, Body] | None:
    """The authority a number is said to belong to, close behind it."""
    opening = _BELONGS.match(text, place)
    if opening is None:
        return None
    for name, body in names:
        if (found := text.find(name, opening.end(), opening.end() + len(name) + 4)) >= 0:
            return place, found + len(name), body
    return None


@lru_cache(maxsize=64)
def _known(statutes: tuple[Statute, ...]) -> dict[str, Statute]:
    return {_bare(name): statute for statute in statutes for name in (statute.title, *statute.also)}


@lru_cache(maxsize=512)
def _nearest(title: str, known: tuple[str, ...]) -> str | None:
    """The known title that is meant, where one is near enough."""
    best, likeness = None, 0.62
    for other in known:
        if abs(len(other) - len(title)) > max(4, len(title) // 2):
            continue
        ratio = SequenceMatcher(None, title, other, autojunk=False).ratio()
        if ratio > likeness:
            best, likeness = other, ratio
    return best


def _bare(title: str) -> str:
    """A title without the state's name, version in brackets, and marks."""
    folded = fold(title.strip("《》 ")).text
    return _TAIL.sub("", _PREFIX.sub("", folded)).replace(" ", "")


def _right(statute: Statute) -> str:
    return f"《{statute.instead or statute.title}》"
