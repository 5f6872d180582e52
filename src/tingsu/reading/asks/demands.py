"""What the customer asks for (诉求): each kind once, with what was said of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tingsu.reading.asks.clauses import Clauses, clauses_of
from tingsu.reading.asks.details import MONEY_KINDS, Details
from tingsu.reading.asks.mood import Mood, Moods
from tingsu.reading.facts import Found
from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen
from tingsu.reading.types import Demand

_ASK_REACH = 24  # characters before a demand in which a word of asking still belongs to it
_SHOWN = 0.5
_SETTLED_KINDS = {"退款", "赔偿", "道歉", "处理责任人", "减免息费", "删除或更正信息"}
_REFUSED = re.compile(
    r"(?:不|拒绝|拒不|不肯|不愿|不予|不给|没有?|未|迟迟[不未没]|至今[不未没])(?:给|予|我|任何|一个|句|进行|向我|人|有)?$"
)
_SETTLED = re.compile(
    r"(?:撤回|撤销|取消)(?:了)?(?:本次|该|此|这次|对你们的)?投诉|同意撤诉|协商一致(?![^。]{0,20}[但仍又])|(?:已|双方)达成一致(?![^。]{0,20}[但仍又])"
)  # the matter is over
# Taxes and fiscal money come back through the treasury: to have that done is a transaction, not a refund by the bank.
_FISCAL = re.compile(r"国库|退库|退税|诉讼费退|保证金[^。]{0,12}国库")
_SENTENCE_END = re.compile(r"[。!?;\n]")
Scored = tuple[float, Hit]


def find_demands(seen: Seen, facts: Found) -> tuple[Demand, ...]:
    """Everything asked for in words, surest first, with what was said of it; empty where the matter is over."""
    if not seen.of("demand") or _SETTLED.search(seen.text):
        return ()
    clauses = clauses_of(seen.text)
    found = _weigh(seen, clauses)
    if not found:
        return ()
    wishes = [hit.start for scored in found.values() for _, hit in scored]
    details = Details(seen, clauses, facts, wishes)
    demands = [_make_demand(seen, details, kind, scored) for kind, scored in found.items()]
    return tuple(sorted(demands, key=lambda demand: -demand.confidence))


def _weigh(seen: Seen, clauses: Clauses) -> dict[str, list[Scored]]:
    """The hits that count as a wish, by kind, with how sure each is."""
    hits = seen.of("demand")
    if not hits:
        return {}
    moods, asks = Moods(clauses), seen.of("mark", "asked")
    fiscal = _FISCAL.search(seen.text) is not None
    found: dict[str, list[Scored]] = {}
    for hit in hits:
        confidence = _confidence(seen, hit, asks, moods)
        if confidence >= _SHOWN:
            kind = "办理业务" if fiscal and hit.cue.label == "退款" else hit.cue.label
            found.setdefault(kind, []).append((confidence, hit))
    return found


def _confidence(seen: Seen, hit: Hit, asks: Sequence[Hit], moods: Moods) -> float:
    extra, kind = hit.cue.extra, hit.cue.label
    refused = extra.get("refused", 0) > 0 or _REFUSED.search(seen.text, max(0, hit.start - 8), hit.start) is not None
    command = extra.get("command", 0) > 0
    mood = moods.of(hit.start, hit.end, refused=refused, command=command, settled=kind in _SETTLED_KINDS)
    if mood is Mood.DROPPED:
        return 0.0
    bare, asked = extra.get("bare", 0.5), extra.get("asked", 0.8)
    if "reach" in extra:  # words of the matter itself: they ask only where a word of asking stands right before them
        return asked if moods.is_urged(hit.start) else bare
    if mood is Mood.ASKED or _asked_before(seen, hit, asks):
        return asked
    return max(bare, 0.7) if bare >= 0.5 and refused else bare


def _asked_before(seen: Seen, hit: Hit, asks: Sequence[Hit]) -> bool:
    """A word of asking stands before it in its sentence."""
    for ask in asks:
        if ask.start >= hit.start:
            return False
        if hit.start - ask.start <= _ASK_REACH and not _SENTENCE_END.search(seen.text, ask.end, hit.start):
            return True
    return False


def _make_demand(seen: Seen, details: Details, kind: str, scored: list[Scored]) -> Demand:
    hits = [hit for _, hit in sorted(scored, key=lambda one: (-one[0], one[1].start))]
    amount = details.amount(hits) if kind in MONEY_KINDS else None
    return Demand(
        kind,
        max(confidence for confidence, _ in scored),
        seen.evidence(hits),
        amount.value if amount else None,
        amount.currency if amount else "CNY",
        details.due(hits),
        details.by(kind, hits),
        details.to(hits),
        details.sentences(hits),
    )
