"""Words that should not stand in an answer, and what an answer has to say: the pack's grammars applied."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.frames import clears
from tingsu.assist.replies.plain import Plain, single_runs
from tingsu.assist.replies.rules import ReadyRule, ReadyWanted, ReplyRules
from tingsu.assist.replies.sentences import Sentences, cut_sentences
from tingsu.assist.replies.steps import is_done, names_step
from tingsu.packs.reply_checks import Told

MOST = 20  # findings of one rule that are told of one draft; the rest repeat the same fault
_WIDEST = 80  # characters a pattern may reach over
_BACK, _AHEAD, _MOST_KNOWN = 200, 40, 512
_PAST = re.compile("起?,?(?:就|便|我们)?已")
_DIGITS = ("", *"一二三四五六七八九")


def find_words(sentences: Sentences, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """Every wording that should not stand there, frames minded."""
    readings = [sentences]
    if runs := single_runs(sentences.plain):
        readings.append(cut_sentences(runs, rules.grammar))
    named = names_day(sentences.plain.text, context.promised_on)
    times = [[] if named else sorted(one.matches(rules.times)) for one in readings]
    for rule in rules.rules:
        if (rule.says.only_in and context.kind not in rule.says.only_in) or (rule.says.unless_dated and named):
            continue
        spans = _apart(span for one, known in zip(readings, times, strict=True) for span in _met(one, rule, known))
        if len(spans) >= rule.says.at_least:
            yield from (tell(rule.says, rule.kind, sentences.plain, *span) for span in spans[:MOST])


def find_missing(sentences: Sentences, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """What an answer of this kind has to say and does not."""
    for wanted in rules.wanted:
        if context.kind in wanted.says.wanted_in and _is_due(wanted, context):
            ways = sum(any(True for _ in meant(sentences, wanted, group)) for group in range(len(wanted.ways)))
            if ways < wanted.says.at_least and not _stands_otherwise(sentences, wanted, context):
                yield _missing(sentences, wanted)


def is_dated(sentences: Sentences, place: int, times: Sequence[tuple[int, int]]) -> bool:
    """Whether a promise at ``place`` has its time: in its clause, behind it, or as a limit (前, 内) before it.

    ``times``: where times are named, in order.
    """
    text, number = sentences.plain.text, sentences.number_at(place)
    low, high = sentences.spans[number][0], sentences.spans[min(number + 1, len(sentences.spans) - 1)][1]
    clause = max(low, *(text.rfind(mark, low, place) for mark in ",:"))
    return any(
        (end > clause or text[end - 1] in "前内" or text[end : end + 1] in ("前", "内")) and not _PAST.match(text, end)
        for _start, end in times[bisect_left(times, (low, 0)) : bisect_left(times, (high, 0))]
    )


def names_day(text: str, day: date | None) -> bool:
    """Whether the folded ``text`` names ``day``: 12月15日, 十二月十五号, 12.15, 2026-12-15, or 15号 alone."""
    return day is not None and _writings(day).search(text) is not None


@lru_cache(maxsize=64)
def _writings(day: date) -> re.Pattern[str]:
    months = f"(?:{day.month}|{_han(day.month)})"
    days = f"(?:{day.day:02d}|{day.day}|{_han(day.day)})"
    return re.compile(
        f"(?<![0-9十]){months}月{days}[日号]|(?<![0-9月十二三]){days}[日号](?![楼院门线店岗窗柜仓铺房车桌座机键厅台])"
        f"|[本这当]月{days}[日号]|{day.isoformat()}|(?<![0-9.]){day.month}[./]{day.day}(?![0-9.])"
    )


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones]}"


def meant(sentences: Sentences, wanted: ReadyWanted, group: int = 0) -> Iterator[tuple[int, int]]:
    """Where what is wanted is really said: not in another's mouth, not denied."""
    barred: list[tuple[int, int]] | None = None
    for start, end in sentences.matches(wanted.ways[group]):
        if barred is None:
            barred = sorted(sentences.matches(wanted.not_said))
        if wanted.says.kind != "no_read_back" and sentences.plain.quote_at(start, end):
            continue  # the customer's or a colleague's words
        if wanted.says.kind == "no_next_step" and is_done(sentences.plain, start, end):
            continue
        near = barred[bisect_left(barred, (start - _WIDEST, 0)) : bisect_left(barred, (end, 0))]
        if not any(start < high for _low, high in near):
            yield start, end


def tell(told: Told, kind: str, plain: Plain, start: int, end: int) -> Finding:
    """A finding at ``start``–``end`` of the draft itself."""
    return Finding(
        id=told.id,
        kind=kind,  # type: ignore[arg-type]
        start=start,
        end=end,
        words=plain.draft[start:end],
        rule=told.rule.zh,
        source=told.source,
        severity=told.severity,
        better=told.better.zh,
    )


def _is_due(wanted: ReadyWanted, context: ReplyContext) -> bool:
    return wanted.says.kind != "no_apology" or context.wants_apology


def _stands_otherwise(sentences: Sentences, wanted: ReadyWanted, context: ReplyContext) -> bool:
    """Whether a step stands there that no pattern needs to know: the day promised, a number, a time to come."""
    if wanted.says.kind != "no_next_step":
        return False
    return names_day(sentences.plain.text, context.promised_on) or names_step(sentences)


def _missing(sentences: Sentences, wanted: ReadyWanted) -> Finding:
    """Points at what was said in its stead, where anything was."""
    instead = next(iter(sentences.matches(wanted.not_said)), None)
    span = sentences.plain.origin(*instead) if instead else (0, 0)
    return tell(wanted.says, wanted.says.kind, sentences.plain, *span)


def _met(sentences: Sentences, rule: ReadyRule, times: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where the rule is met in one reading, as places of the draft, by pattern; no more than are ever told."""
    plain, found = sentences.plain, 0
    known: dict[tuple[str, int, int | None], bool] = {}  # surroundings seen before: a text may repeat itself
    for start, end in sentences.matches(rule.patterns):
        if rule.says.unless_dated and is_dated(sentences, start, times):
            continue
        quote = plain.quote_at(start, end)
        begin = max(0, start - _BACK)
        around = plain.text[begin : end + _AHEAD], start - begin, start - quote[0] if quote else None
        if around not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[around] = _is_clear(sentences, rule, start, end)
        if not known[around]:
            yield plain.origin(start, end)
            found += 1
            if found >= MOST * 4:
                return


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, the longest of those that begin together, none that meets the one before."""
    apart: list[tuple[int, int]] = []
    for span in sorted(set(spans), key=lambda one: (one[0], -one[1])):
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def _is_clear(sentences: Sentences, rule: ReadyRule, start: int, end: int) -> bool:
    if clears(sentences.plain, start, end, rule.says.even):
        return True
    low, high = sentences.spans[sentences.number_at(start)]
    return any(
        meets.start() < end and start < meets.end()
        for pattern in rule.unless
        for meets in pattern.expression.finditer(
            sentences.plain.text, max(low, start - _WIDEST), min(high, end + _WIDEST)
        )
    )
