"""How well facts, demands and risks are read: precision and recall by kind, on our sentences or on labelled rows.

``python -m benchmarks.facts`` prints the figures of ``tests/golden/facts`` and the time the readings take.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tingsu.reading import read
from tingsu.reading.asks import find_demands, find_risks
from tingsu.reading.facts import find_facts, gather
from tingsu.reading.folding import fold, read_variants
from tingsu.reading.lexicon import lexicon
from tingsu.reading.scoring import Seen, see
from tingsu.reading.types import Demand, Facts, Risk

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "facts"
RECEIVED = date(2026, 11, 20)
ROLES = {"lost": "损失", "charged": "扣收", "asked": "要求", "balance": "余额"}
FACT_KINDS = ("amounts", "moments", "units", "staff", "products", "places", "promises")


@dataclass(slots=True)
class Score:
    """Right, wrongly found and missed, by kind; ``exact`` of ``rows`` had nothing wrong."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    exact: int = 0
    rows: int = 0

    def add(self, gold: Iterable[str], found: Iterable[str]) -> bool:
        """One row's kinds; true when they agree."""
        wanted, given = set(gold) - {"none"}, set(found)
        self.right.update(wanted & given)
        self.wrong.update(given - wanted)
        self.missed.update(wanted - given)
        self.rows += 1
        self.exact += wanted == given
        return wanted == given

    def kinds(self) -> list[str]:
        return sorted(self.right.keys() | self.wrong.keys() | self.missed.keys())

    def f1(self, kind: str) -> float:
        return _f1(self.right[kind], self.wrong[kind], self.missed[kind])

    @property
    def micro(self) -> float:
        return _f1(self.right.total(), self.wrong.total(), self.missed.total())

    @property
    def macro(self) -> float:
        """The mean over the kinds that occur in the labels."""
        wanted = [kind for kind in self.kinds() if self.right[kind] + self.missed[kind]]
        return sum(map(self.f1, wanted)) / len(wanted) if wanted else 0.0

    def show(self, title: str) -> str:
        """The figures as lines to print."""
        lines = [f"{title}: exact {_share(self.exact, self.rows)} micro-F1 {self.micro:.3f} macro-F1 {self.macro:.3f}"]
        for kind in self.kinds():
            right, wrong, missed = self.right[kind], self.wrong[kind], self.missed[kind]
            lines.append(
                f"  {kind:<10} precision {_share(right, right + wrong)} recall {_share(right, right + missed)}"
                f" F1 {self.f1(kind):.3f}  ({right} right, {wrong} wrong, {missed} missed)"
            )
        return "\n".join(lines)


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "  –  "


def see_alone(text: str) -> Seen:
    """A text as the rules see it, before any model weighs it."""
    folded = read_variants(fold(text))
    return see(text, folded, lexicon().find(folded.text))


def hear_rules(text: str, received: date | None = None) -> tuple[tuple[Demand, ...], tuple[Risk, ...]]:
    """The demands and risks the rules alone hear, whatever the model makes of them."""
    seen = see_alone(text)
    return find_demands(seen, gather(seen.text, received)), find_risks(seen)


def _hear_reading(text: str) -> tuple[tuple[Demand, ...], tuple[Risk, ...]]:
    reading = read(text)
    return reading.demands, reading.risks


def score_demands(
    rows: Iterable[tuple[str, Sequence[str], Sequence[str]]],
    *,
    by_rules: bool = False,
    show: Callable[[str], None] | None = print,
    disagreements: list[tuple[str, list[str], list[str], list[str], list[str]]] | None = None,
) -> tuple[Score, Score]:
    """Read every text of (text, gold demands, gold risks) and count agreement, ``none`` meaning nothing.

    Returns the scores of demands and risks and shows both; ``by_rules`` leaves the model out.
    ``disagreements`` collects
    (text, gold demands, read demands, gold risks, read risks) of the rows that differ.
    """
    demands, risks = Score(), Score()
    for text, gold_demands, gold_risks in rows:
        heard = hear_rules(text) if by_rules else _hear_reading(text)
        asked, threatened = (sorted({one.kind for one in part}) for part in heard)
        same = demands.add(gold_demands, asked) & risks.add(gold_risks, threatened)
        if not same and disagreements is not None:
            disagreements.append((text, sorted(gold_demands), asked, sorted(gold_risks), threatened))
    if show is not None:
        show(demands.show("demands"))
        show(risks.show("risks"))
    return demands, risks


def received_of(row: Mapping[str, Any]) -> date | None:
    """The day of receipt a written sentence goes with."""
    told = row.get("received", RECEIVED)
    return date.fromisoformat(str(told)) if told else None


def facts_as_written(facts: Facts, *, roles: bool = True) -> dict[str, list[str]]:
    """Facts in the short form of the golden files, without the words they stand in."""
    return {
        "amounts": [_sum_words(item, roles) for item in facts.amounts],
        "moments": [_moment_words(item) for item in facts.moments],
        "units": [item.evidence.text.lower() for item in facts.units],
        "staff": [f"{item.role}#{item.number}" if item.number else item.evidence.text for item in facts.staff],
        "products": [item.evidence.text.lower() for item in facts.products],
        "places": [item.evidence.text for item in facts.places],
        "promises": [item.kind + (f"={item.due}" if item.due else "") for item in facts.promises],
    }


def _sum_words(item: Any, roles: bool) -> str:
    words = format(item.amount.normalize(), "f") + ("~" if item.approximate else "")
    words += "" if item.currency == "CNY" else f" {item.currency}"
    return f"{words} {item.role}" if roles and item.role else words


def _moment_words(item: Any) -> str:
    days = str(item.first or "?")
    if item.first != item.last:
        days += f"..{item.last}"
    return f"{days}@{item.clock}" if item.clock else days


def gold_as_written(kind: str, entry: Any) -> str:
    """A golden entry in the form of ``facts_as_written``: 三百五=350 charged → "350 扣收"."""
    words = str(entry)
    if kind in ("amounts", "moments"):
        words = words.split("=", 1)[1]
    return " ".join(ROLES.get(word, word) for word in words.split())


def score_facts(
    rows: Iterable[Mapping[str, Any]], *, wrong: list[tuple[str, str, list[str], list[str]]] | None = None
) -> Score:
    """Precision and recall of each kind of fact; a sum's role is a kind of its own, where the golden row tells it."""
    score = Score()
    for row in rows:
        reading = read(row["text"], received=received_of(row))
        found = facts_as_written(reading.facts)
        for kind in FACT_KINDS:
            if kind not in row:
                continue
            gold = Counter(_bare(kind, gold_as_written(kind, entry), row) for entry in row[kind])
            given = Counter(_bare(kind, words, row) for words in found[kind])
            if kind == "promises":
                given = Counter(words if words in gold else words.split("=")[0] for words in found[kind])
            score.right[kind] += (gold & given).total()
            score.wrong[kind] += (given - gold).total()
            score.missed[kind] += (gold - given).total()
            score.rows += 1
            score.exact += gold == given
            if gold != given and wrong is not None:
                wrong.append((row["text"], kind, sorted(gold.elements()), sorted(given.elements())))
        _score_roles(score, row, found)
    return score


def _bare(kind: str, words: str, row: Mapping[str, Any]) -> str:
    """A sum without its role."""
    return (
        " ".join(word for word in words.split() if word not in ROLES.values()) if kind == "amounts" else words.lower()
    )


def _score_roles(score: Score, row: Mapping[str, Any], found: Mapping[str, list[str]]) -> None:
    wanted = {gold_as_written("amounts", entry) for entry in row.get("amounts", [])}
    for words in wanted:
        if any(role in words for role in ROLES.values()):
            score.right["roles"] += words in found["amounts"]
            score.missed["roles"] += words not in found["amounts"]


def golden(name: str) -> list[dict[str, Any]]:
    """The rows of a golden file."""
    rows: list[dict[str, Any]] = yaml.safe_load((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8"))
    return rows


def golden_asks(name: str) -> Iterable[tuple[str, list[str], list[str]]]:
    """(text, demands, risks) of a golden file."""
    return ((row["text"], row["demands"], row["risks"]) for row in golden(name))


TIMED = (
    "上周三我在城东支行办了张信用卡，客户经理王芳说好免年费，结果9月5号扣了我三百元年费，打客服没人管！"
    "要求月底前退还三百元并道歉，否则我就去12378投诉，还要找律师起诉你们。老母亲八十岁了也受这个气。"
)


def time_parts(rounds: int = 2000) -> dict[str, float]:
    """Milliseconds of processor time, best of five: the full reading, and what facts, demands and risks take of it."""
    folded, reading, seen = fold(TIMED), read(TIMED, received=RECEIVED), see_alone(TIMED)
    found = gather(folded.text, RECEIVED)
    parts: dict[str, Callable[[], object]] = {
        "full reading": lambda: read(TIMED, received=RECEIVED),
        "variants": lambda: read_variants(folded),
        "facts": lambda: find_facts(TIMED, folded, gather(folded.text, RECEIVED), reading.personal_data),
        "demands": lambda: find_demands(seen, found),
        "risks": lambda: find_risks(seen),
    }
    return {name: _best(part, rounds) for name, part in parts.items()}


def _best(part: Callable[[], object], rounds: int) -> float:
    times: list[float] = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(rounds // 5):
            part()
        times.append((time.process_time() - started) / (rounds // 5) * 1000)
    return min(times)


def main() -> None:
    """Print what the written sentences give: facts; demands and risks by the rules alone and by the full reading."""
    for name in ("facts_apart", "facts"):
        print(score_facts(golden(name)).show(name))
    for name in ("asks_apart", "asks"):
        for by_rules in (True, False):
            print(f"-- {name}, {'rules alone' if by_rules else 'full reading'}")
            score_demands(golden_asks(name), by_rules=by_rules)
    for name, took in time_parts().items():
        print(f"{name:<14} {took:.3f} ms for {len(TIMED)} characters")


if __name__ == "__main__":
    main()
