"""What the customer asks for (诉求) and which way the complaint may go further (升级风险)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

from tingsu.reading.facts import Found
from tingsu.reading.facts.amounts import Amount
from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen
from tingsu.reading.types import Demand, Judgement, Risk

_ASK_REACH = 24  # characters before a demand in which a word of asking still belongs to it
_SUM_REACH = 24  # characters between a demand and the sum named with it
_LONGEST_SUM = 100  # characters of a sum, generously
_MONEY_KINDS = {"退款", "赔偿", "减免息费"}
_SHOWN = 0.5
_WAIVED = re.compile(r"(?:不要|不需要|不求|不用|不是为了|不在乎|不图|无需|并非要|不指望)(?:你们|你|任何|什么|求)?$")
_DONE = re.compile(r"(?:已|已经|已给我|已向我|已为我)$")
_REFUSED = re.compile(
    r"(?:不|拒绝|拒不|不肯|不愿|不予|不给|没有?|未|迟迟[不未没]|至今[不未没])(?:给|予|我|任何|一个|句|进行|向我|人|有)?$"
)
_SENTENCE_END = "。!?;\n"


def _asked_before(seen: Seen, hit: Hit, asks: Sequence[Hit]) -> bool:
    for ask in asks:
        if ask.start >= hit.start:
            return False
        gap, reach = seen.text[ask.end : hit.start], hit.cue.extra.get("reach", _ASK_REACH)
        ends = _SENTENCE_END if reach >= _ASK_REACH else _SENTENCE_END + ","
        if hit.start - ask.start <= reach and not any(end in gap for end in ends):
            return True
    return False


def _confidence(seen: Seen, hit: Hit, asks: Sequence[Hit]) -> float:
    before = seen.text[max(0, hit.start - 8) : hit.start]
    if _WAIVED.search(before) or _DONE.search(before):
        return 0.0
    bare, asked = hit.cue.extra.get("bare", 0.5), hit.cue.extra.get("asked", 0.8)
    if _asked_before(seen, hit, asks):
        return asked
    return max(bare, 0.7) if bare >= 0.5 and _REFUSED.search(before) else bare


def _nearest_amount(hits: Sequence[Hit], amounts: Sequence[Amount], text: str) -> Decimal | None:
    """The sum named with the demand: in the same sentence, what follows before what precedes."""
    best: tuple[int, Decimal] | None = None
    starts = [amount.start for amount in amounts]
    for hit in hits:
        # Only the sums close by: a long text of nothing but sums and demands has millions of pairs.
        first = bisect_left(starts, hit.start - _SUM_REACH - _LONGEST_SUM)
        for amount in amounts[first : bisect_right(starts, hit.end + _SUM_REACH)]:
            after = amount.start >= hit.end
            gap = text[hit.end : amount.start] if after else text[amount.end : hit.start]
            if len(gap) > _SUM_REACH or any(end in gap for end in _SENTENCE_END):
                continue
            distance = len(gap) if after else len(gap) + 6
            if best is None or distance < best[0]:
                best = (distance, amount.value)
    return best[1] if best else None


def find_demands(
    seen: Seen, complaint: Judgement, cause: Judgement, need: Judgement, facts: Found
) -> tuple[Demand, ...]:
    """Everything asked for or plainly implied, surest first; empty when nothing is, or no complaint is made."""
    if complaint.value == "no" or need.value == "求发泄":
        return ()
    asks = seen.of("mark", "asked")
    found: dict[str, list[tuple[float, Hit]]] = {}
    for hit in seen.of("demand"):
        confidence = _confidence(seen, hit, asks)
        if confidence >= _SHOWN:
            found.setdefault(hit.cue.label, []).append((confidence, hit))
    demands = [_make_demand(seen, kind, scored, facts.amounts) for kind, scored in found.items()]
    if need.value != "求补偿":
        demands.extend(_imply_demand(seen, complaint, cause, found))
    return tuple(sorted(demands, key=lambda demand: -demand.confidence))


def _make_demand(seen: Seen, kind: str, scored: list[tuple[float, Hit]], amounts: Sequence[Amount]) -> Demand:
    hits = [hit for _, hit in scored]
    amount = _nearest_amount(hits, amounts, seen.text) if kind in _MONEY_KINDS else None
    return Demand(kind, max(confidence for confidence, _ in scored), seen.evidence(hits), amount)


_IMPLIED = {"设施设备系统": "修复改进", "债务催收": "停止侵扰"}  # what such a cause asks for even when nothing is asked


def _imply_demand(
    seen: Seen, complaint: Judgement, cause: Judgement, found: dict[str, list[tuple[float, Hit]]]
) -> list[Demand]:
    """A fault of app, machine or hall asks to be mended; harassment, where nothing else is asked, to be stopped."""
    kind = _IMPLIED.get(cause.value or "")
    spoken = bool(found) if kind == "停止侵扰" else kind in found
    named = bool(seen.of("cause", cause.value))
    if complaint.value != "yes" or kind is None or spoken or not named:
        return []
    return [Demand(kind, round(0.5 + 0.3 * cause.confidence, 3), cause.evidence)]


def find_risks(seen: Seen, complaint: Judgement) -> tuple[Risk, ...]:
    """What the writer does or threatens; what the other side threatens (你们要起诉我) is left out."""
    if complaint.value == "no":
        return ()
    found: dict[str, list[Hit]] = {}
    for hit in seen.of("risk"):
        if not _said_by_other_side(seen, hit):
            found.setdefault(hit.cue.label, []).append(hit)
    risks = [Risk(kind, max(hit.cue.weight for hit in hits), seen.evidence(hits)) for kind, hits in found.items()]
    return tuple(sorted(risks, key=lambda risk: -risk.confidence))


_TO_CLAUSE_END = r"[^。!?;\n,]{0,12}$"
# They threaten a lawsuit (催收威胁要起诉), or send the customer elsewhere (客服让我去找银监局).
_THEY_THREATEN = re.compile(
    r"(?:催收|威胁|恐吓|声称|扬言|冒充|自称|(?:他们|你们|对方|银行|客服|经理|柜员|人员)[^。!?;\n,]{0,6}[说让叫])"
    + _TO_CLAUSE_END
)
_THEY_SEND = re.compile(
    r"(?:威胁|(?:他们|你们|对方|银行|客服|经理|柜员|人员)[^。!?;\n,]{0,6}(?:说|让我|叫我))" + _TO_CLAUSE_END
)
_I_WILL = re.compile(r"我(?:要|会|将|就|准备|已|只能|也|去|们)[^。!?;\n]{0,10}$")
_AGAINST_ME = re.compile(r"(?:我(?!要|会|将|们要|们会)|函?(?:说|称))")
_QUOTED_RULE = re.compile(r"(?:会|局|总局)?(?:发布|颁布|规定|的规定|办法|令|文件|下发)")  # 银监会发布的办法


def _said_by_other_side(seen: Seen, hit: Hit) -> bool:
    before, after = seen.text[max(0, hit.start - 20) : hit.start], seen.text[hit.end : hit.end + 4]
    if hit.cue.label == "司法":
        return bool(_AGAINST_ME.match(after) or (_THEY_THREATEN.search(before) and not _I_WILL.search(before)))
    if hit.cue.label in {"监管", "过激"}:
        return bool(_QUOTED_RULE.match(after) or (_THEY_SEND.search(before) and not _I_WILL.search(before)))
    return False
