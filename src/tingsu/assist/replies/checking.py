"""One draft in, findings out. Knows no case and no database; what a draft says never changes what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tingsu.assist.replies.commitments import find_commitments, find_dateless
from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.leaks import find_leaks
from tingsu.assist.replies.likeness import find_likely
from tingsu.assist.replies.piles import find_piles
from tingsu.assist.replies.plain import Plain, read_plain
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.sentences import cut_sentences
from tingsu.assist.replies.statutes import find_wrong_names
from tingsu.assist.replies.wordings import find_missing, find_words, tell


def check_reply(text: str, context: ReplyContext, rules: ReplyRules) -> list[Finding]:
    """What is to be mended in ``text``, in order of place, what is missing last; any string is accepted.

    Every character is looked at, whatever the length; of one rule at most 20 findings are told.
    """
    plain = read_plain(text, rules.variants)
    if not any(char.isalnum() for char in plain.text):
        empty = rules.told("empty")
        return [tell(empty, "no_next_step", plain, 0, 0)] if empty else []
    return _in_order(_find(plain, context, rules))


def check_wording(text: str, context: ReplyContext, rules: ReplyRules) -> list[Finding]:
    """The same for one turn of a conversation: only wordings that should not stand there, nothing that is missing."""
    plain = read_plain(text, rules.variants)
    return _in_order(find_words(cut_sentences(plain, rules.grammar), context, rules)) if plain.text else []


def leaves_sums_unchecked(text: str, context: ReplyContext, rules: ReplyRules) -> bool:
    """Whether compensation is promised that nobody compared with anything, as ``context`` names no limit."""
    if context.limit is not None:
        return False
    sentences = cut_sentences(read_plain(text, rules.variants), rules.grammar)
    return any(find_commitments(sentences, replace(context, limit=Decimal(0)), rules))


def _find(plain: Plain, context: ReplyContext, rules: ReplyRules) -> Iterator[Finding]:
    sentences = cut_sentences(plain, rules.grammar)
    worded = list(find_words(sentences, context, rules))
    yield from worded
    dateless = [one for one in worded if one.kind == "no_date"] or list(find_dateless(sentences, context, rules))
    yield from dateless
    sums = list(find_commitments(sentences, context, rules))
    yield from sums
    yield from find_piles(plain, rules)
    yield from find_leaks(plain, context, rules)
    yield from find_wrong_names(plain, context, rules)
    yield from find_likely(sentences, [*worded, *dateless, *sums], rules)
    # A step without its date is a step.
    yield from (one for one in find_missing(sentences, context, rules) if not (dateless and one.kind == "no_next_step"))


def _in_order(findings: Iterator[Finding]) -> list[Finding]:
    """In order of place, what is missing last; of findings of one kind that meet the longest stands for all."""
    told: dict[str, list[Finding]] = {}
    for one in sorted(findings, key=lambda one: (one.start - one.end, one.start)):
        others = told.setdefault(one.kind, [])
        if not any(one.start < other.end and other.start < one.end for other in others) or not one.words:
            others.append(one)
    every = {(one.id, one.start, one.end): one for others in told.values() for one in others}
    return sorted(every.values(), key=lambda one: (not one.words, one.start, one.severity, one.id))
