"""What is promised: sums above what the writer may decide, and things to be done without any day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.frames import clears
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.sentences import Sentences
from tingsu.assist.replies.wordings import MOST, names_day, tell
from tingsu.packs.reply_checks import PlainRule
from tingsu.reading.facts.amounts import find_amounts
from tingsu.reading.facts.numbers import parse_han_number

_REACH = 16
_FAR = 200  # a sentence without an end is not searched anew for every sum in it
_GIVES_BEFORE = re.compile(
    "(?:赔(?!礼|不是|罪)|补偿|补贴|补助|补(?=你|给|上|足|[0-9一二两三四五六七八九十百千])|减免|慰问|给(?:予)?你|给予|送你|赠|奖励|发你|安慰|拿给|优惠|返你|支付|掏|出资|额外|另付|揣|当这)"
    "[^,。!?;\n]{0,12}$"
)
_GIVES_AFTER = re.compile(
    "^[^,。!?;\n]{0,8}?(?:赔偿|补偿|赔付|赔款|补贴|慰问|揣|算我们的|我们出|我来出|的?红包|现金券|代金券|赔给|补给|给你)"
)
_BARE = re.compile(
    "(?:赔(?!礼)|补|给|补偿|补贴|赔偿|赔付|报销|出|掏|多给|再给|送)(?:付|给)?(?:你|客户)?[^,。!?;:\n]{0,6}?"
    "(?<![第每零一二两三四五六七八九十百千万])([一二两三四五六七八九][百千万][一二两三四五六七八九十百千]{0,5})(?=[,。!?;\n吧呢啦]|整|$)"
)
_OWN_MONEY = re.compile("退|多收|多扣|误扣|本金|存款|余额|长款|冲正|冲回|未吐|手续费|年费|利息|违约金")
_NOT_OURS = re.compile(
    "不予|不支持|无法|不能|要求|主张|诉求|请求|索赔|希望|已(?:经)?(?:支付|缴纳|扣收)|不超过|不满足|合同约定"
)
_OURS = re.compile("我|本行|本店|给你|为你|你|将|会|同意|决定|安排|予以|可以|一律|揣|打点")
_LIMIT = re.compile(
    "前|内|明|后天|次日|翌日|下周|下月|下礼拜|下星期|当天|当日|今晚|今天|今日|[0-9一二三四五六七八九十]月[0-9]|周[一二三四五六日]|承诺日期|点|底"
)
_PAST = re.compile("已|了|过|未|没|不(?:再|会)|没有|如|若|要是")
_GRANTED = re.compile(
    "经[^,。!?;\n]{0,8}(?:批准|审批|审议|同意|批示)|已(?:获|经)[^,。!?;\n]{0,6}(?:批准|同意)|审批通过"
)


def find_commitments(sentences: Sentences, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """Compensation promised above ``context.limit``; money that was the customer's own all along is none."""
    told, limit, plain = rules.told("over-limit"), context.limit, sentences.plain
    if told is None or limit is None:
        return
    yield from _in_characters(sentences, limit, told)
    found = 0
    for amount in find_amounts(plain.text):
        if found >= MOST:
            return
        if amount.currency != "CNY" or amount.value <= limit:
            continue
        if _is_given(sentences, amount.start, amount.end) and not clears(plain, amount.start, amount.end, ()):
            found += 1
            yield tell(told, "over_promise", plain, *plain.origin(amount.start, amount.end))


def _in_characters(sentences: Sentences, limit: Decimal, told: PlainRule) -> Iterator[Finding]:
    """Sums said without their unit: 补您八百, 给您一千五."""
    plain = sentences.plain
    for match in islice(_BARE.finditer(plain.text), MOST):
        value = parse_han_number(match[1])
        if value is not None and value > limit and not clears(plain, *match.span(), ()):
            yield tell(told, "over_promise", plain, *plain.origin(*match.span(1)))


def find_dateless(sentences: Sentences, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    """The first thing promised in a draft that names no day, neither the one promised nor any other limit."""
    told, plain = rules.told("dateless"), sentences.plain
    if told is None or context.kind == "decision" or names_day(plain.text, context.promised_on):
        return
    limits = (plain.text[start : end + 1] for start, end in sentences.matches(rules.times))
    if any(_LIMIT.search(words) for words in limits):
        return
    for start, end in sentences.matches(rules.promises):
        if not clears(plain, start, end, ()) and not _PAST.search(plain.text[max(0, start - 6) : end + 4]):
            yield tell(told, "no_date", plain, *plain.origin(start, end))
            return


def _is_given(sentences: Sentences, start: int, end: int) -> bool:
    text = sentences.plain.text
    low, high = sentences.spans[sentences.number_at(start)]
    before, after = text[max(low, start - _REACH) : start], text[end : min(high, end + _REACH)]
    clause = before.rpartition(",")[2] + after.partition(",")[0]
    if (
        _OURS.search(text, max(low, start - _FAR), min(high, end + _FAR)) is None
        or _NOT_OURS.search(clause)
        or _GRANTED.search(text[max(low, start - 60) : start])
    ):
        return False
    if _GIVES_BEFORE.search(before) or _GIVES_AFTER.search(after):
        return _OWN_MONEY.search(clause) is None
    return False
