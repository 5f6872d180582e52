"""The reply checks of a pack made ready to be used; built once a pack, some tens of milliseconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tingsu.assist.replies.grammar import BadPattern, Grammar, Pattern, spell_out
from tingsu.assist.replies.plain import Variants
from tingsu.packs.answering import load_part
from tingsu.packs.loader import PackError
from tingsu.packs.reply_checks import PART, FindingKind, PlainRule, ReplyChecks, Wanted, WordingRule
from tingsu.reading.privacy.words import one_of

KINDS: tuple[FindingKind, ...] = ("forbidden", "blaming", "over_promise", "no_date", "personal_data", "tone")


@dataclass(frozen=True)
class ReadyRule:
    """A wording rule of one kind with its patterns compiled."""

    kind: FindingKind
    says: WordingRule
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True)
class ReadyWanted:
    """What is wanted, with its patterns compiled; ``ways`` are groups, ``said`` alone is one group."""

    says: Wanted
    ways: tuple[tuple[Pattern, ...], ...]
    not_said: tuple[Pattern, ...]


class ReplyRules:
    """What drafts are checked by. Raises BadPattern for a pattern that cannot be read."""

    def __init__(self, checks: ReplyChecks) -> None:
        self.checks = checks
        self.grammar = Grammar({slot.id: slot.words for slot in checks.slots})
        self.variants = _ready_variants(checks)
        self.rules = tuple(self._ready(kind, rule) for kind in KINDS for rule in getattr(checks, kind))
        self.wanted = tuple(self._ready_wanted(wanted) for wanted in checks.wanted)
        self._told = {rule.id: rule for rule in checks.told}
        self.times = self._compile(checks.times)
        self.promises = self._compile(checks.promises)

    def told(self, rule_id: str) -> PlainRule | None:
        """How a check made in code is told; None where the pack leaves that check out."""
        return self._told.get(rule_id)

    def _ready(self, kind: FindingKind, rule: WordingRule) -> ReadyRule:
        return ReadyRule(kind, rule, self._compile(rule.patterns), self._compile(rule.unless, widely=True))

    def _ready_wanted(self, wanted: Wanted) -> ReadyWanted:
        groups = wanted.ways or (wanted.said,)
        return ReadyWanted(wanted, tuple(map(self._compile, groups)), self._compile(wanted.not_said, widely=True))

    def _compile(self, patterns: Iterable[str], *, widely: bool = False) -> tuple[Pattern, ...]:
        return tuple(self.grammar.compile(pattern, widely=widely) for pattern in patterns)


def _ready_variants(checks: ReplyChecks) -> Variants:
    words = {
        written: next(spell_out(variant.word))
        for variant in checks.variants
        for word in variant.written
        for written in spell_out(word)
    }
    return Variants(re.compile(one_of(words)) if words else None, words)


@cache
def rules_of(pack: str, extra: tuple[Path, ...] = ()) -> ReplyRules:
    """The reply checks of the pack called ``pack``. Raises PackError where they cannot be used."""
    try:
        return ReplyRules(load_part(ReplyChecks, PART, pack, extra))
    except BadPattern as error:
        raise PackError(pack, [(f"answering/{PART}", 0, error.pattern, error.why)]) from None
