"""How well faults planted in drafts are found, beside a plain word list: ``python -m benchmarks.reply_checks``.

The test split is by people who did not write the rules and was never used to tune them; ``--split test`` reads it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tingsu.assist.replies import ReplyContext, ReplyRules, check_reply, rules_of
from tingsu.assist.replies.asked import context_from

DATA = Path(__file__).parent / "data"
SPLITS = ("dev", "dev_c", "test", "test_c")  # of the third author, C, apart
# What the baseline looks for, letter for letter: the sources' forbidden sentences and their like.
WORD_LIST = {
    "forbidden": (
        "几岁小孩都会", "小孩都会", "一分钱一分货", "走走走", "这是规定", "不归我管", "你去投诉好了", "您去投诉好了",
        "不可能", "我也没办法",
        "没办法", "冷静一点", "吵什么", "大概就这样", "可能就这样",
    ),
    "blaming": ("你自己没看清楚", "您自己没看清楚", "别人怎么没事", "没看清楚", "怪您", "您自己"),
    "over_promise": ("一定", "保证", "包", "100%", "绝对", "马上全额赔"),
    "tone": ("是的，但", "但是", "难道", "！"),
    "no_date": ("尽快", "稍后", "近期"),
    "wrong_statute": ("银监会", "银保监会", "《合同法》"),
}  # fmt: skip
APOLOGIES = ("对不起", "抱歉", "歉意", "道歉", "致歉")


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft with its planted faults; none: clean."""

    text: str
    context: ReplyContext
    faults: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a checker says of a draft: kinds, those of them not to be sent so, seconds of processor time."""

    kinds: frozenset[str]
    must: frozenset[str]
    took: float = 0.0


def read_drafts(split: str) -> list[Draft]:
    """The drafts of one split."""
    rows = (json.loads(line) for line in (DATA / f"reply_drafts_{split}.jsonl").read_text("utf-8").splitlines() if line)
    return [_draft(row) for row in rows]


def _draft(row: dict[str, Any]) -> Draft:
    return Draft(row["text"], context_from(row["context"], kind=row["kind"]), frozenset(row["faults"]))


def ask_rules(draft: Draft, rules: ReplyRules) -> Told:
    """What the reply check says."""
    began = time.process_time()
    found = check_reply(draft.text, draft.context, rules)
    took = time.process_time() - began
    return Told(frozenset(one.kind for one in found), frozenset(o.kind for o in found if o.severity == "must"), took)


def ask_words(draft: Draft) -> Told:
    """What a word list says."""
    kinds = {kind for kind, words in WORD_LIST.items() if any(word in draft.text for word in words)}
    if draft.context.wants_apology and not any(word in draft.text for word in APOLOGIES):
        kinds.add("no_apology")
    return Told(frozenset(kinds), frozenset(kinds))


def print_figures(name: str, drafts: Sequence[Draft], told: Sequence[Told]) -> None:
    """Draft by draft (any fault told or not), kind by kind, and the clean drafts."""
    pairs = list(zip(drafts, told, strict=True))
    faulty = [(one, said) for one, said in pairs if one.faults]
    clean = [said for one, said in pairs if not one.faults]
    caught = sum(bool(said.kinds) for _, said in faulty)
    wrongly = sum(bool(said.kinds) for said in clean)
    print(f"{name:<12}{'drafts':<8}{_rates(caught, wrongly, len(faulty) - caught)}")
    hit = sum(len(one.faults & said.kinds) for one, said in pairs)
    beside = sum(len(said.kinds - one.faults) for one, said in pairs)
    print(f"{'':<12}{'kinds':<8}{_rates(hit, beside, sum(len(one.faults) for one in drafts) - hit)}")
    must = sum(bool(said.must) for said in clean)
    print(f"{'':<12}clean drafts flagged: {wrongly} of {len(clean)}, as must: {must}")


def _rates(hit: int, wrongly: int, missed: int) -> str:
    precision, recall = hit / max(1, hit + wrongly), hit / max(1, hit + missed)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}"


def print_kinds(drafts: Sequence[Draft], told: Sequence[Told], baseline: Sequence[Told]) -> None:
    """A row a kind: how many are planted, found, told wrongly; the word list beside."""
    print(f"{'kind':<15}{'n':>4}{'found':>7}{'wrongly':>9}{'words found':>13}{'wrongly':>9}")
    for kind in sorted({kind for one in drafts for kind in one.faults}):
        planted = [kind in one.faults for one in drafts]
        cells = [_count(kind, planted, said) for said in (told, baseline)]
        print(f"{kind:<15}{sum(planted):>4}{cells[0][0]:>7}{cells[0][1]:>9}{cells[1][0]:>13}{cells[1][1]:>9}")


def _count(kind: str, planted: Sequence[bool], told: Sequence[Told]) -> tuple[int, int]:
    said = [kind in one.kinds for one in told]
    return sum(a and b for a, b in zip(planted, said, strict=True)), sum(
        b and not a for a, b in zip(planted, said, strict=True)
    )


def print_times(rules: ReplyRules, drafts: Sequence[Draft], told: Sequence[Told]) -> None:
    """Processor time a draft as written, and drawn out to 1,000 characters; milliseconds."""
    _print_time("as written", [one.took for one in told])
    long = [Draft((one.text * (1_000 // max(1, len(one.text)) + 1))[:1_000], one.context, one.faults) for one in drafts]
    _print_time("1,000 chars", [ask_rules(one, rules).took for one in long])


def _print_time(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    at: Callable[[float], float] = lambda part: ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1_000  # noqa: E731
    print(f"{name:<12}p50 {at(0.5):.2f} ms  p95 {at(0.95):.2f} ms  max {at(1.0):.2f} ms")


def main() -> None:
    """Print the figures of the splits asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reply_checks")
    parser.add_argument("--split", choices=SPLITS, action="append", help="all where none is named")
    parser.add_argument("--pack", default="bank")
    asked = parser.parse_args()
    rules = rules_of(asked.pack)
    check_reply("热身。", ReplyContext(), rules)
    for split in asked.split or SPLITS:
        drafts = read_drafts(split)
        told, baseline = [ask_rules(one, rules) for one in drafts], [ask_words(one) for one in drafts]
        print(f"\n{split}: {len(drafts)} drafts, {sum(not one.faults for one in drafts)} clean")
        print_figures("reply check", drafts, told)
        print_figures("word list", drafts, baseline)
        print_kinds(drafts, told, baseline)
        print_times(rules, drafts, told)


if __name__ == "__main__":
    main()
