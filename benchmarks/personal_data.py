"""How much of the planted personal data is found, and how little else: `python -m benchmarks.personal_data`.

A value counts as found when every one of its telling characters (letters, digits, numerals; for names and addresses
every character) is covered by what was found. A find counts as right when at least half of it lies on planted values.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parent / "data" / "personal_data.tsv"
CORPUS_DATA = DATA.with_name("personal_data_corpus.tsv")
CORPUS = Path(__file__).parents[1] / "corpus" / "texts"
EITHER = "两可"
HALVES = ("tune", "held", "fresh", "study", "sealed", "all", "others")
_PLANTED = re.compile(r"\[\[([^|\]]+)\|(.+?)\]\](?!\])")
_BRACKETED = re.compile(r"(.*?)\[(.+)\](.*)")
_ESCAPE = re.compile(r"\\(n|t|u[0-9a-f]{4})")
_NUMERAL = re.compile(r"[0-9a-zA-Z０-９ａ-ｚＡ-Ｚ零〇一二三四五六七八九幺两洞拐勾壹贰叁肆伍陆柒捌玖@]")
_LETTER = re.compile(r"[^\W_]")
BARE = "裸名"
_WORDED = ("姓名", BARE, "地址", "车牌")

# What each part gave when it was measured for the first time, before it was looked at: the honest expectation for texts
# of another hand. (part, numbers found of planted, names with a cue, precision), in the order of the work.
FIRST_LOOKS = (
    ("held", "136 of 139", "102 of 121", 0.984),
    ("fresh", "49 of 52", "32 of 41", 0.989),
    ("others, 600 texts", "4 of 4", "94 of 116", 0.961),
    ("others, 130 texts", "3 of 3", "68 of 78", 0.973),
    ("others, 120 texts", "3 of 3", "53 of 64", 0.966),
    ("study", "3 of 3", "75 of 105", 0.929),
    ("sealed", "2 of 2", "82 of 107", 0.989),  # 76 of 107 before the study half was worked on
)

Span = tuple[int, int, str]  # start, end, kind
Finder = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A sentence and what is planted in it."""

    half: str
    scene: str
    text: str
    values: tuple[Span, ...]


@dataclass(slots=True)
class Score:
    """Counts over some sentences; ``missed`` and ``wrong`` tell which."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    finds: int = 0
    right: int = 0
    named: int = 0  # finds of the planted kind
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def recall(self, kinds: Iterable[str]) -> float:
        kinds = list(kinds)
        return sum(self.found[kind] for kind in kinds) / max(1, sum(self.planted[kind] for kind in kinds))

    @property
    def numbers(self) -> list[str]:
        return [kind for kind in self.planted if kind not in ("姓名", BARE, "地址")]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.finds)


def load(path: Path = DATA) -> list[Planted]:
    """Every sentence of the data file, markup taken out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_parse(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def _parse(half: str, scene: str, marked: str) -> Planted:
    marked = _ESCAPE.sub(lambda m: {"n": "\n", "t": "\t"}.get(m[1]) or chr(int(m[1][1:], 16)), marked)
    text, values, place = "", [], 0
    for match in _PLANTED.finditer(marked):
        text += marked[place : match.start()]
        values.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        place = match.end()
    return Planted(half, scene, text + marked[place:], tuple(values))


def load_corpus() -> list[Planted]:
    """Texts of the corpus, written by others, with what is personal in them; empty where the corpus is missing."""
    files = sorted(CORPUS.glob("*.jsonl"))
    rows = (json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines())
    texts = {row["id"]: row["text"] for row in rows}
    lines = [line.split("\t") for line in CORPUS_DATA.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [_place(texts[line[0]], line[1:]) for line in lines if line[0] in texts]


def _place(text: str, marked: list[str]) -> Planted:
    values: list[Span] = []
    for item in marked:
        before, value, after = _BRACKETED.fullmatch(item).groups()  # type: ignore[union-attr]
        kind, before = (EITHER, before[1:]) if before[:1] == "?" else ("姓名", before)
        if before.endswith(":"):
            kind, before = before[:-1], ""
        starts = [found.start() + len(before) for found in re.finditer(re.escape(before + value + after), text)]
        values += [(start, start + len(value), kind) for start in starts]
    return Planted("others", "corpus", text, tuple(sorted(values)))


def telling(text: str, value: Span) -> set[int]:
    """Places of the characters that must be covered."""
    start, end, kind = value
    telling = _LETTER if kind in _WORDED else _NUMERAL
    return {place for place in range(start, end) if telling.match(text[place])}


def measure(sentences: Iterable[Planted], find: Finder) -> Score:
    """What ``find`` finds of what is planted."""
    score = Score()
    for sentence in sentences:
        _add(score, sentence, sorted(find(sentence.text)))
    return score


def _add(score: Score, sentence: Planted, spans: list[Span]) -> None:
    text, values = sentence.text, sentence.values
    covered = {place for start, end, _ in spans for place in range(start, end)}
    for value in values:
        if value[2] != EITHER:
            score.planted[value[2]] += 1
            if telling(text, value) <= covered:
                score.found[value[2]] += 1
            else:
                score.missed.append((value[2], text[value[0] : value[1]], text))
    for start, end, kind in spans:
        on = [value for value in values if value[0] < end and start < value[1]]
        score.finds += 1
        if 2 * sum(min(end, value[1]) - max(start, value[0]) for value in on) >= _length(text, start, end):
            score.right += 1
            planted = {"姓名" if value[2] == BARE else value[2] for value in on}
            score.named += kind in planted or EITHER in planted
        else:
            score.wrong.append((kind, text[start:end], text))


def _length(text: str, start: int, end: int) -> int:
    return sum(1 for char in text[start:end] if _LETTER.match(char))


def ours(text: str) -> Iterator[Span]:
    """What the product finds."""
    from tingsu.reading import find_personal_data

    return ((datum.start, datum.end, datum.kind) for datum in find_personal_data(text))


_USUAL = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("身份证", r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)"),
        ("银行卡", r"(?<!\d)\d{16,19}(?!\d)"),
        ("手机", r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
        ("固话", r"(?<!\d)\(?0\d{2,3}\)?[ -]?\d{7,8}(?!\d)"),
        ("邮箱", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        ("护照", r"(?<![A-Za-z0-9])[EGeg]\d{8}(?!\d)"),
        ("车牌", r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}"),
        ("微信", r"(?<=微信)(?:号)?[：: ]?[a-zA-Z][\w-]{5,19}"),
        ("QQ", r"(?<=QQ)(?:号)?[：: ]?[1-9]\d{4,10}"),
        ("账号", r"(?<=账号)[：: ]?\d{8,}"),
        ("姓名", r"(?<=我叫)[\u4e00-\u9fff]{2,3}|(?<=姓名：)[\u4e00-\u9fff]{2,4}"),
        ("姓名", r"[\u4e00-\u9fff](?=先生|女士)"),
        ("地址", r"[\u4e00-\u9fff]{2,12}(?:路|街|巷|弄|村)\d+号[\u4e00-\u9fff\d]{0,12}室"),
    )
]


def usual(text: str) -> Iterator[Span]:
    """The baseline: the expressions that are passed around for this."""
    return ((*match.span(), kind) for kind, pattern in _USUAL for match in pattern.finditer(text))


def report(sentences: list[Planted], *, halves: Iterable[str], show: bool) -> str:
    """The figures as Markdown; with ``show`` what was missed and what was found wrongly, tuning half only."""
    lines = [
        "| half | finder | texts | values | numbers | cued names | bare names | addresses | precision | kind right |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    scores: dict[str, Score] = {}
    for half in halves:
        chosen = [s for s in sentences if half == s.half or (half == "all" and s.half != "others")]
        for name, find in (("tingsu", ours), ("usual expressions", usual)):
            score = measure(chosen, find)
            lines.append(_row(half, name, len(chosen), score))
            if name == "tingsu":
                scores[half] = score
    for half, score in scores.items():
        kinds = (f"{kind} {score.found[kind]}/{n}" for kind, n in score.planted.most_common())
        lines += ["", f"{half}, found of planted: " + ", ".join(kinds)]
    lines += ["", "At the first look, before any word of it was worked on:"]
    for part, numbers, names, precision in FIRST_LOOKS:
        lines.append(f"{part}: numbers {numbers}, names with a cue {names}, precision {precision:.3f}")
    if show:
        for kind, value, text in scores["tune"].missed:
            lines.append(f"MISSED {kind} {value!r} in {text!r}")
        for kind, value, text in scores["tune"].wrong:
            lines.append(f"WRONG {kind} {value!r} in {text!r}")
    return "\n".join(lines)


def _row(half: str, name: str, sentences: int, score: Score) -> str:
    kinds = (score.numbers, ["姓名"], [BARE], ["地址"])
    recalls = [f"{score.recall(kind):.3f}" if any(map(score.planted.get, kind)) else "—" for kind in kinds]
    shown = " | ".join([*recalls, f"{score.precision:.3f}"])
    kind = f"{score.named / max(1, score.right):.3f}"
    return f"| {half} | {name} | {sentences} | {sum(score.planted.values())} | {shown} | {kind} |"


def speed() -> str:
    """Milliseconds for a 100-character complaint, best and median of many."""
    from tingsu.reading import find_personal_data, mask

    text = (
        "我叫王小明，十一月三日在贵行滨江支行办卡，柜员陈静没说年费，扣了三百元。电话13812345678，"
        "身份证11010519491231002X，卡号6222 0212 3456 7894，要求退费并道歉，三日内答复，否则向12378反映。谢谢。"
    )[:100]
    lines = []
    for name, do in (("find", find_personal_data), ("mask", mask)):
        times = []
        for _ in range(2_000):
            begun = time.perf_counter()
            do(text)
            times.append(time.perf_counter() - begun)
        times.sort()
        lines.append(f"{name}: {len(text)} characters, best {times[0] * 1e3:.3f} ms, median {times[1000] * 1e3:.3f} ms")
    return "\n".join(lines)


def tell(*, halves: Iterable[str] = HALVES, show: bool = False) -> None:
    """Measure and print."""
    print(report([*load(), *load_corpus()], halves=halves, show=show))
    print(f"\n{speed()}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.personal_data")
    parser.add_argument("--half", choices=HALVES, action="append")
    parser.add_argument("--show", action="store_true", help="list what was missed in the tuning half")
    asked = parser.parse_args()
    tell(halves=asked.half or HALVES, show=asked.show)


if __name__ == "__main__":
    main()
