"""What a draft of an answer is checked for, as a pack writes it: concept grammars, statutes, names of bodies.

A pattern is a row of tokens, a space between them:

``@slot``      one of the slot's words                ``词|词``      one of these words
``@slot?``     the same, or nothing                   ``词|词?``     the same, or nothing
``..4``        up to four characters, same clause     ``~8``         up to eight, over commas, same sentence
``^`` ``$``    the clause begins, ends here           ``!词|词``     none of these words follows
``<!词|词``    none of these words stands before      ``#``          a figure
``?``  alone: a question mark

In words, a part in round brackets may be missing: 没(有)办法 is two words.
"""

from __future__ import annotations

from typing import Literal

from tingsu.packs.wording import Origin, Part, Wording

PART = "replies"
ReplyKind = Literal["letter", "sms", "chat", "call", "decision"]
FindingKind = Literal[
    "forbidden", "blaming", "over_promise", "personal_data", "no_apology", "no_next_step", "wrong_statute", "tone",
    "no_read_back", "no_remedies", "no_date",
]  # fmt: skip
Severity = Literal["must", "should"]
Frame = Literal["quoted", "reported", "negated", "conditional", "mentioned"]


class Slot(Part):
    """A concept: words of one meaning, used in patterns as ``@id``."""

    id: str
    words: tuple[str, ...]


class Variant(Part):
    """Ways a word is disguised or mistyped; read as ``word``."""

    id: str
    word: str
    written: tuple[str, ...]


class Told(Part):
    """What a finding tells the writer."""

    id: str
    rule: Wording
    source: str
    better: Wording
    severity: Severity = "must"
    origin: Origin = "source"


class WordingRule(Told):
    """Words that should not stand in an answer.

    ``unless``: patterns that clear a match they meet in its sentence. ``even``: frames that do not clear it.
    ``at_least``: so many matches in a draft before it is told. ``unless_dated``: a time named in its clause or soon
    behind clears it. ``examples`` are found, ``clean`` are not; both tested.
    """

    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    even: tuple[Frame, ...] = ()
    only_in: tuple[ReplyKind, ...] = ()
    at_least: int = 1
    unless_dated: bool = False
    examples: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()


class Wanted(Told):
    """What an answer of these kinds has to say.

    ``said``: patterns of which one has to stand there; with ``ways``, so many of those groups of patterns.
    ``not_said``: matches that meet one of these count for nothing.
    """

    kind: FindingKind
    wanted_in: tuple[ReplyKind, ...]
    said: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    ways: tuple[tuple[str, ...], ...] = ()
    at_least: int = 1


class PlainRule(Told):
    """The telling of a check that is made in code (amounts, dates, personal data, statutes)."""

    kind: FindingKind


class Statute(Part):
    """A law or rule under its right name; ``articles`` is the number of its last article.

    ``over``: no longer in force, ``instead`` stands in its place. ``verified`` is False where the number of articles
    was not checked against the text itself.
    """

    id: str
    title: str
    also: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    articles: int | None = None
    over: bool = False
    instead: str = ""
    about: tuple[str, ...] = ()
    verified: bool = True


class Body(Part):
    """An authority under its present name; ``wrong`` are names it has no longer."""

    id: str
    name: str
    wrong: tuple[str, ...]
    hotlines: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class ReplyChecks(Part):
    """The reply checks of a pack; wording rules stand under the kind of finding they make.

    ``jargon``: words customers do not know; ``times``: patterns that name a time; ``promises``: patterns of things
    promised.
    """

    slots: tuple[Slot, ...] = ()
    variants: tuple[Variant, ...] = ()
    forbidden: tuple[WordingRule, ...] = ()
    blaming: tuple[WordingRule, ...] = ()
    over_promise: tuple[WordingRule, ...] = ()
    no_date: tuple[WordingRule, ...] = ()
    personal_data: tuple[WordingRule, ...] = ()
    tone: tuple[WordingRule, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    told: tuple[PlainRule, ...] = ()
    statutes: tuple[Statute, ...] = ()
    bodies: tuple[Body, ...] = ()
    jargon: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
