"""Inspection of conversations: agreement with hand labels, beside plain keywords, and conversations a second.

`python -m benchmarks.inspection` prints the tables. The labelled conversations are real and are looked for in
../shared/data (or where TINGSU_REAL_TEXTS says); the labels stand in benchmarks/data/dialogue_labels.jsonl, their
guide in docs/labelling_conversations.md. Half of the ids, drawn by their hash, was used for tuning; the other half was
not, and is what counts. One reader (A) labelled: a weak gold. How far he agrees with himself is printed too, and how
far with a second reader (B), apart and blind to the first's labels, on sixty of them chosen by the hash of their id.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.real_texts import folder

LABELS = Path(__file__).parent / "data" / "dialogue_labels.jsonl"
AGAIN = LABELS.with_name("dialogue_labels_again.jsonl")
SECOND = LABELS.with_name("dialogue_labels_second.jsonl")
MORE = LABELS.with_name("dialogue_labels_tuning.jsonl")  # three points, for tuning only
_QUALITY = ("prec", "rec", "kappa")
HEAD = ("point", "applies", "not done", "card: acc", *_QUALITY, "null kappa", "words: acc", *_QUALITY)
JD, CALLS = "dialogues/jd_satisfaction.txt", "mobile_calls/example.json"
END = "OVERALL"  # the source's mark after the last turn
DONE = 0.5  # of a point's weight, from which it counts as done
RISKY = 0.5
TIMED = ("answer_time", "speech_rate", "silence")  # neither source has times
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One conversation with its labels; ``part`` is tune or held, by the hash of its id."""

    id: str
    pairs: Pairs
    labels: Mapping[str, int | None]
    latent: int
    part: str


def _marks(labels: Mapping[str, int | None], latent: int) -> dict[str, int | None]:
    return {name: value for name, value in labels.items() if name not in TIMED} | {"latent": latent}


def part_of(id_: str) -> str:
    return "tune" if hashlib.sha256(id_.encode()).digest()[0] % 2 == 0 else "held"


def jd_conversations(path: Path) -> dict[str, Pairs]:
    """Every conversation of the growing lines, put together as docs/labelling_conversations.md says."""
    found: dict[str, Pairs] = {}
    turns: list[str] = []
    before: list[str] = []
    last = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
        if not line.strip():
            continue
        here: list[str] = ast.literal_eval(line.split("\t")[0])
        sides = [turn.partition("|||")[0] for turn in here]
        if sides[:-1] in (before, before[1:]) and before:
            turns = [*turns[: len(turns) - (len(here) - 1)], *here]
        else:
            if turns:
                found[f"jd_satisfaction:{last}"] = _sides(turns)
            turns = list(here)
        before, last = sides, number
    found[f"jd_satisfaction:{last}"] = _sides(turns)
    return found


def _sides(turns: Sequence[str]) -> Pairs:
    pairs: Pairs = []
    for turn in turns:
        customer, _, agent = turn.partition("|||")
        if customer.strip() == END:
            customer = ""
        pairs += [(who, said.strip()) for who, said in (("客户", customer), ("客服", agent)) if said.strip()]
    return pairs


def calls(path: Path) -> dict[str, Pairs]:
    """The mobile operator's calls; in call 9 the customer speaks first in each exchange."""
    found = {}
    for index, call in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        pairs: Pairs = []
        for exchange in call["content"]:
            said = [("客服", exchange.get("[SPEAKER 1]", "")), ("客户", exchange.get("[SPEAKER 2]", ""))]
            pairs += [(who, text) for who, text in (reversed(said) if index == 9 else said) if text.strip()]
        found[f"mobile_calls:{index}"] = pairs
    return found


def conversations() -> dict[str, Pairs]:
    """Every real conversation by its id; nothing, said loudly, where the folder is missing."""
    root = folder()
    if not (root / JD).exists():
        print(f"NO REAL CONVERSATIONS: {root / JD} is missing, so nothing is measured on them")
        return {}
    return jd_conversations(root / JD) | calls(root / CALLS)


def labelled() -> list[Labelled]:
    """The labelled conversations that are found."""
    texts = conversations()
    found = []
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in texts:
            found.append(Labelled(row["id"], texts[row["id"]], row["labels"], row["latent"], part_of(row["id"])))
        elif texts:
            print(f"changed or missing: {row['id']}")
    return found


KEYWORDS = {
    "greeting": "您好|你好|欢迎|为您服务",
    "empathy": "理解|心情|着急|体会",
    "apology": "抱歉|对不起|不好意思|道歉|歉意",
    "read_back": "您的意思|确认一下|核对|对吗|是吗",
    "cause_explained": "因为|由于|原因|所以|导致",
    "solution": "帮您|为您|可以|建议|处理",
    "promise": r"(?:天|小时|工作日|分钟|日)(?:内|之内|左右)|之前|预计",
    "closing_question": "还有什么|还有其他|其他问题|还有问题|其他可以帮",
    "thanks": "感谢|谢谢",
    "no_forbidden": "没办法|不知道|不清楚|规定就是|不可能|烦",
    "no_blame": "您自己|你自己|谁让|怎么不早",
    "no_passing_on": "不归我|不属于|不负责|自己联系|您去找|找商家|联系商家",
}
ROUTED = {name: re.compile(words) for name, words in KEYWORDS.items()}
DISPLEASED = re.compile("投诉|差评|算了|垃圾|无语|失望|骗|坑|12315|什么态度|呵呵|再也不")


def by_keywords(one: Labelled) -> tuple[dict[str, bool], bool]:
    """What literal words say: a point is done where one of its words stands, a fault is there where one stands."""
    agent = [text for who, text in one.pairs if who == "客服"]
    done = {}
    for name, words in ROUTED.items():
        where = agent[:2] if name == "greeting" else agent
        met = any(words.search(text) for text in where)
        done[name] = not met if name.startswith("no_") else met
    done["listening"] = True
    return done, any(DISPLEASED.search(text) for who, text in one.pairs if who == "客户")


def by_card(rows: Sequence[Labelled]) -> list[Any]:
    """The engine's scores of the conversations."""
    from tingsu.assist.replies import rules_of
    from tingsu.quality.scoring import card_of, score_many
    from tingsu.quality.transcripts import make_transcript

    return list(score_many([make_transcript(one.id, one.pairs) for one in rows], card_of("bank"), rules_of("bank")))


def kappa(pairs: Sequence[tuple[Any, Any]]) -> float:
    """Cohen's kappa; 1.0 where both sides are the same single value throughout."""
    count = len(pairs)
    if not count:
        return float("nan")
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum(a == b for a, b in pairs) / count
    chance = sum(left[value] * right[value] for value in left) / count**2
    return 1.0 if chance == 1 else float((seen - chance) / (1 - chance))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well one side meets the labels on one point: (said, label) of what applies."""

    pairs: tuple[tuple[bool, bool], ...]

    def row(self, about: bool) -> str:
        """accuracy, precision and recall of ``about`` (the rarer, telling side), kappa."""
        right = sum(a == b for a, b in self.pairs)
        hit = sum(a == b == about for a, b in self.pairs)
        said, there = sum(a == about for a, _ in self.pairs), sum(b == about for _, b in self.pairs)
        share = [right / max(1, len(self.pairs)), hit / said if said else None, hit / there if there else None]
        return " | ".join(["–" if one is None else f"{one:.2f}" for one in share] + [f"{kappa(self.pairs):.2f}"])


def table(rows: Sequence[Labelled], scores: Sequence[Any]) -> Iterator[str]:
    """A Markdown table: a point a line, the engine beside plain keywords."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    for name in [name for name in rows[0].labels if name not in TIMED]:
        meant = [(one, score.point(name)) for one, score in zip(rows, scores, strict=True)]
        asked = [(one, point) for one, point in meant if one.labels[name] is not None]
        ours = Agreement(tuple((is_done(point), one.labels[name] == 1) for one, point in asked))
        plain = Agreement(tuple((by_keywords(one)[0][name], one.labels[name] == 1) for one, _ in asked))
        about = not name.startswith("no_") and name != "listening"
        nulls = kappa([(point.got is None, one.labels[name] is None) for one, point in meant])
        missed = sum(one.labels[name] == 0 for one, _ in asked)
        yield f"| {name} | {len(asked)} | {missed} | {ours.row(about)} | {nulls:.2f} | {plain.row(about)} |"
    ours = Agreement(tuple((s.risk.value >= RISKY, one.latent == 1) for one, s in zip(rows, scores, strict=True)))
    plain = Agreement(tuple((by_keywords(one)[1], one.latent == 1) for one in rows))
    there = sum(one.latent for one in rows)
    yield f"| latent risk | {len(rows)} | {len(rows) - there} | {ours.row(True)} | – | {plain.row(True)} |"


def is_done(point: Any) -> bool:
    return point.got is not None and point.got >= DONE * point.of


def reader_with_himself() -> Iterator[str]:
    """Kappa of the second reading with the first, where both gave a value, and with "not applicable" as a third one."""
    first = {row["id"]: row for row in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())}
    again = [row for row in map(json.loads, AGAIN.read_text(encoding="utf-8").splitlines()) if row["id"] in first]
    for name in [name for name in again[0]["labels"] if name not in TIMED]:
        pairs = [(first[row["id"]]["labels"][name], row["labels"][name]) for row in again]
        both = [pair for pair in pairs if None not in pair]
        yield f"{name} {kappa(both):.2f} ({kappa(pairs):.2f})"
    yield f"latent {kappa([(first[row['id']]['latent'], row['latent']) for row in again]):.2f}, n={len(again)}"


def readings(path: Path) -> dict[str, dict[str, int | None]]:
    """One reader's labels by the id of the conversation."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: _marks(row["labels"], row["latent"]) for row in rows}


def told(pairs: Sequence[tuple[Any, Any]]) -> str:
    """Kappa of the pairs with its 95 % interval and their number."""
    from tingsu.quality.agreement.kappa import agreement_of

    found = agreement_of([(str(a), str(b)) for a, b in pairs])
    if found.kappa is None:
        return f"– (n={found.n}, {found.agreed} alike)"
    return f"{found.kappa:.2f} [{found.low:.2f}, {found.high:.2f}] (n={found.n})"


def valued(pairs: Sequence[tuple[Any, Any]]) -> list[tuple[bool, bool]]:
    """The pairs in which both gave a value."""
    return [(bool(a), bool(b)) for a, b in pairs if a is not None and b is not None]


def two_readers(rows: Sequence[Labelled], scores: Sequence[Any]) -> Iterator[str]:
    """A Markdown table: the readers with one another on all they share, the engine with each on those of ``rows``."""
    first, second = readings(LABELS), readings(SECOND)
    shared = [id_ for id_ in second if id_ in first]
    here = [(one.id, said_of(score)) for one, score in zip(rows, scores, strict=True) if one.id in second]
    head = (
        "point",
        f"A with B, {len(shared)}",
        "null as a third value",
        "engine with A",
        f"engine with B, {len(here)}",
    )
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for name in first[shared[0]]:
        pairs = [(first[id_][name], second[id_][name]) for id_ in shared]
        engine = [told(valued([(said[name], labels[id_][name]) for id_, said in here])) for labels in (first, second)]
        yield f"| {name} | {told(valued(pairs))} | {told(pairs)} | {' | '.join(engine)} |"


def on_more() -> Iterator[str]:
    """The engine on the conversations that were labelled for tuning only; no figure of agreement."""
    labels, texts = readings(MORE), conversations()
    rows = [Labelled(id_, texts[id_], {}, 0, "more") for id_ in labels if id_ in texts]
    said = [(labels[one.id], said_of(score)) for one, score in zip(rows, by_card(rows), strict=True)]
    for name in next(iter(labels.values())) if said else ():
        yield f"{name} {told(valued([(engine[name], label[name]) for label, engine in said]))}"


def said_of(score: Any) -> dict[str, bool]:
    """What the engine says of every point, and of latent risk."""
    said = {point.id: is_done(point) for point in score.points if point.id not in TIMED}
    return said | {"latent": score.risk.value >= RISKY}


def rank_quality(rows: Sequence[Labelled], scores: Sequence[Any]) -> float:
    """How often a conversation with latent risk gets the higher value of two (AUC)."""
    bad = [s.risk.value for one, s in zip(rows, scores, strict=True) if one.latent]
    good = [s.risk.value for one, s in zip(rows, scores, strict=True) if not one.latent]
    won = sum((b > g) + 0.5 * (b == g) for b in bad for g in good)
    return float(won / max(1, len(bad) * len(good)))


def speed(texts: Mapping[str, Pairs]) -> tuple[float, float]:
    """Conversations a second on one core (processor time): scored, and scored with every quoted word masked."""
    from tingsu.assist.replies import rules_of
    from tingsu.quality.scoring import card_of, score_many
    from tingsu.quality.scoring.rows import rows_of
    from tingsu.quality.transcripts import make_transcript

    card, rules = card_of("bank"), rules_of("bank")
    transcripts = [make_transcript(name, pairs) for name, pairs in texts.items()]
    list(rows_of(transcripts[:2], card, rules))
    rates = []
    for work in (score_many, rows_of):
        begin = time.process_time()
        count = sum(1 for _ in work(transcripts, card, rules))
        rates.append(count / (time.process_time() - begin))
    return rates[0], rates[1]


def main() -> None:
    """Print agreement of both halves, or of one, and the speed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspection")
    parser.add_argument("--part", choices=["tune", "held", "more"], help="only this half, or what else was tuned on")
    parser.add_argument("--wrong", metavar="POINT", help="name the conversations of the tuning half that go wrong")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")
    import django

    django.setup()
    if asked.part == "more":
        print("\n".join(on_more()))
        return
    rows = labelled()
    for part in [asked.part] if asked.part else ["tune", "held"]:
        here = [one for one in rows if one.part == part]
        if here:
            scores = by_card(here)
            print(f"\n{part}: {len(here)} conversations\n")
            print("\n".join(table(here, scores)))
            print(f"\nlatent risk, AUC: {rank_quality(here, scores):.2f}\n")
            print("\n".join(two_readers(here, scores)))
    print("\nthe reader with himself: " + ", ".join(reader_with_himself()))
    if asked.wrong:
        tell_wrong([one for one in rows if one.part == "tune"], asked.wrong)
    elif texts := conversations():
        turns = sum(map(len, texts.values())) / len(texts)
        scored, masked = speed(texts)
        print(f"\n{scored:,.0f} conversations a second of one core, {masked:,.0f} masked ({turns:.0f} turns each)")


def tell_wrong(rows: Sequence[Labelled], name: str) -> None:
    for one, score in zip(rows, by_card(rows), strict=True):
        label: Any
        if name == "latent":
            label, said = one.latent, (score.risk.value >= RISKY)
            why = [f"{sign.id}{sign.weight:+.1f}[{sign.turn}]" for sign in score.risk.why]
        else:
            label, point = one.labels[name], score.point(name)
            said, why = is_done(point), [point.words, point.why, point.turn]
        if label is not None and bool(label) != said:
            print(one.id, "label", label, "said", said, why)


if __name__ == "__main__":
    main()
