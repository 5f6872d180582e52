"""What is still to be asked of a customer: the pack's questions, ticked off by what the text and the form tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tingsu.packs.asking import Asking, Question, Told

Plain = Mapping[str, Any]
SURE = 0.5  # below it a judged label is a guess, and the question is better asked
FACTS: Mapping[Told, str] = {
    "moment": "moments",
    "place": "places",
    "unit": "units",
    "staff": "staff",
    "product": "products",
    "amount": "amounts",
    "promise": "promises",
}
JUDGED = frozenset({"demand", "cause", "business"})  # told by a value of the pack's list
# Two, three … times, items, people; "一次" alone is often "一次性" or "下一次" and says no number.
_COUNT = re.compile(
    r"(?:第?[二两三四五六七八九十几]+|第一|[一二两三四五六七八九]?[十百][一二三四五六七八九]?|\d{1,4})"
    r"(?:次|趟|遍|回|笔|张|封|人|位客户|个人|个电话|通电话|条短信)(?!性|民币)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and by what it is told already: words of the text or the form, "" while it is still to be asked.

    ``taxonomy`` names the list of the pack those words are a value of, "" where they are the customer's own.
    """

    question: Question
    told: str
    taxonomy: str = ""


def ask_about(asking: Asking, text: str, reading: Plain | None, filled: Mapping[str, Any]) -> list[Asked]:
    """Every question in the pack's order. ``reading`` is a reading as JSON, or None of a text too short to read.

    ``filled`` is what stands in the form: field → value. Suggests only; nothing waits for an answer.
    """
    return [
        Asked(question, *next(_told(question, text, reading or {}, filled), ("", ""))) for question in asking.questions
    ]


def _told(question: Question, text: str, reading: Plain, filled: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in question.fields:
        if value := str(filled.get(name) or "").strip():
            yield value, ""
    for kind in question.told_by:
        judged = kind if kind in JUDGED else ""
        yield from ((words, judged) for words in _found(kind, text, reading))
    yield from ((word, "") for word in question.words if word in text)


def _found(kind: Told, text: str, reading: Plain) -> Iterator[str]:
    """The words by which the reading tells it."""
    if kind in FACTS:
        facts = (reading.get("facts") or {}).get(FACTS[kind], [])
        yield from (str(fact["evidence"]["text"]) for fact in facts if fact.get("evidence"))
    elif kind == "count":
        yield from (match.group() for match in _COUNT.finditer(text))
    elif kind == "demand":
        demands = reading.get("demands") or []
        yield from (str(demand["kind"]) for demand in demands if demand["evidence"] and not demand.get("implied"))
    else:
        judged = reading.get(kind) or {}
        if judged.get("value") and judged.get("evidence") and judged.get("confidence", 0) >= SURE:
            yield str(judged["value"])
