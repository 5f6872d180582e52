"""What customers said at a hot spot: masked excerpts, the telling ones, no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tingsu.insight.facts.engine import ask
from tingsu.insight.report.phrases import Phrase
from tingsu.insight.report.quotes import excerpt, is_alike
from tingsu.insight.topics.cells import Period, narrow, within

SCANNED = 60  # complaints looked at


@dataclass(frozen=True, slots=True)
class Sample:
    """A masked excerpt and the case it is from."""

    case_id: int
    number: str
    text: str


def pick_samples(
    facts: Any, period: Period, where: Mapping[str, str], most: int, *, phrases: Sequence[str] = ()
) -> tuple[Sample, ...]:
    """Up to ``most`` excerpts of the complaints of ``where`` in the period; none where the facts hold no text."""
    if most <= 0 or not {"text", "case_id"} <= set(facts.columns):
        return ()
    rows = narrow(within(facts, period), where)
    names = [name for name in ("case_id", "number", "text") if name in rows.columns]
    found = ask(rows.order_by(rows.case_id.desc()).select(*names).limit(SCANNED)).to_pylist()
    return choose([Sample(row["case_id"], row.get("number") or "", row["text"] or "") for row in found], most, phrases)


def pick_samples_each(
    facts: Any, inside: Any, wheres: Sequence[Mapping[str, str]], most: int
) -> list[tuple[Sample, ...]]:
    """As ``pick_samples`` for each of ``wheres``: which cases they are is asked of ``inside``, their texts once.

    ``inside``: the period's complaints with their case, as they were laid aside to be counted.
    """
    if most <= 0 or not {"text", "case_id"} <= set(facts.columns):
        return [() for _ in wheres]
    newest = [_newest(inside, where) for where in wheres]
    wanted = sorted({pk for pks in newest for pk in pks})
    if not wanted:
        return [() for _ in wheres]
    names = [name for name in ("case_id", "number", "text") if name in facts.columns]
    rows = ask(facts.filter(facts.case_id.isin(wanted)).select(*names)).to_pylist()
    known = {row["case_id"]: Sample(row["case_id"], row.get("number") or "", row["text"] or "") for row in rows}
    return [choose([known[pk] for pk in pks if pk in known], most) for pks in newest]


def _newest(inside: Any, where: Mapping[str, str]) -> list[int]:
    rows = narrow(inside, where)
    found: list[int] = rows.order_by(rows.case_id.desc()).select("case_id").limit(SCANNED).to_pyarrow()[0].to_pylist()
    return found


def choose(samples: Sequence[Sample], most: int, phrases: Sequence[str] = ()) -> tuple[Sample, ...]:
    """The ``most`` telling ones, cut to a line or two; of two alike the first."""
    marks = [Phrase(text, 0, 0.0) for text in phrases]
    kept: list[Sample] = []
    for sample in sorted(samples, key=lambda one: -_telling(one.text, phrases)):
        text = excerpt(sample.text, marks)
        if text and not any(is_alike(text, other.text) for other in kept):
            kept.append(Sample(sample.case_id, sample.number, text))
            if len(kept) == most:
                break
    return tuple(kept)


def _telling(text: str, phrases: Sequence[str]) -> float:
    length = min(len(text) / 40, 1.0) - max(0.0, (len(text) - 300) / 600)
    return sum(phrase in text for phrase in phrases) + 2 * length
