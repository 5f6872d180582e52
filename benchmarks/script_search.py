"""How well the script search finds a wording for a situation told in one sentence, beside plain BM25.

`python -m benchmarks.script_search [--dev] [--half tuned|held-out] [--misses]`. The situations
(`data/script_situations.jsonl`) were written before any script was read, and the accepted scripts chosen by someone who
did not build the search. Weights and words alike were tuned on sentences of our own
(`data/script_situations_dev.jsonl`, `--dev`) and on the odd half of the situations; of the even half only the
figures were looked at, so its row is the one to believe. Plain BM25 (Okapi, k1 1.2, b 0.75) sees the same scripts, the
same fields and the same tokens, and nothing else.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tingsu.assist.scripts.index import Index, said_of
from tingsu.assist.scripts.ranking import rank
from tingsu.assist.scripts.situation import Situation, read_situation
from tingsu.packs.answering import load_part
from tingsu.packs.loader import load_pack
from tingsu.packs.scripts import Script, Scripts
from tingsu.reading.search_text import bigrams

DATA = Path(__file__).parent / "data"
K1, B = 1.2, 0.75
SHOWN = 3
Row = dict[str, Any]
Search = Callable[[Row], list[str]]


class PlainBM25:
    """Okapi BM25 over the same tokens of the same fields, each counting once."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self.ids = [script.id for script in scripts]
        self.counts = [Counter(t for _, text in said_of(script) for t in bigrams(text)) for script in scripts]
        self.lengths = [count.total() for count in self.counts]
        self.mean = sum(self.lengths) / len(self.lengths)
        self.found = Counter(token for count in self.counts for token in count)

    def search(self, query: str) -> list[str]:
        scores = [sum(self._score(place, token) for token in set(bigrams(query))) for place in range(len(self.ids))]
        order = sorted(range(len(self.ids)), key=lambda place: -scores[place])
        return [self.ids[place] for place in order[:SHOWN] if scores[place] > 0]

    def _score(self, place: int, token: str) -> float:
        times = self.counts[place][token]
        if not times:
            return 0.0
        rarity = math.log(1 + (len(self.ids) - self.found[token] + 0.5) / (self.found[token] + 0.5))
        return rarity * times * (K1 + 1) / (times + K1 * (1 - B + B * self.lengths[place] / self.mean))


@cache
def shelf(pack: str) -> tuple[Index, PlainBM25]:
    """The scripts of a pack that may be suggested, ready for either search."""
    scripts = [s for s in load_part(Scripts, "scripts", pack).scripts if not s.counter_example]
    return Index(scripts), PlainBM25(scripts)


def search_plain(row: Row) -> list[str]:
    return shelf(row["pack"])[1].search(row["situation"])


def search_ours(row: Row) -> list[str]:
    """The sentence alone, as typed on the library's page."""
    read = read_situation(row["situation"], load_pack(row["pack"]))
    found = rank(shelf(row["pack"])[0], Situation(), row["situation"], read=read, limit=SHOWN)
    return [one.script.id for one in found]


def search_beside_case(row: Row) -> list[str]:
    """The sentence, and what a case's reading and stage would say: the labels of the row."""
    known = Situation(
        steps=tuple(filter(None, [row.get("step", "")])),
        need=row.get("need", ""),
        emotion=row.get("emotion"),
        business="" if row.get("business") == "其他" else row.get("business", ""),
        cause="" if row.get("cause") == "其他" else row.get("cause", ""),
    )
    read = read_situation(row["situation"], load_pack(row["pack"]))
    found = rank(shelf(row["pack"])[0], known, row["situation"], read=read, limit=SHOWN)
    return [one.script.id for one in found]


SEARCHES: dict[str, Search] = {
    "plain BM25": search_plain,
    "the sentence alone": search_ours,
    "the sentence beside a case's labels": search_beside_case,
}


def main() -> None:
    """Print one table; with --misses, what was not found in the first three."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.script_search")
    parser.add_argument("--dev", action="store_true", help="the sentences the search was tuned on")
    parser.add_argument("--half", choices=["tuned", "held-out"], help="only the odd or only the even situations")
    parser.add_argument("--misses", action="store_true", help="tell what was not found")
    asked = parser.parse_args()
    name = "script_situations_dev.jsonl" if asked.dev else "script_situations.jsonl"
    rows = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line]
    if asked.half:
        rows = [row for row in rows if _number(row) % 2 == (asked.half == "tuned")]
    marked = [row for row in rows if row["accepts"]]
    if not marked:
        print(f"NO ACCEPTED SCRIPTS YET in {name}: nothing is measured")
        return
    print(f"{len(marked)} situations of {len(rows)} have a script that fits; {_counted(marked)}\n")
    print("| search | in the first three | first | ms a search, median | p95 |\n|---|---|---|---|---|")
    for how, search in SEARCHES.items():
        tell(how, search, marked, misses=asked.misses)


def tell(how: str, search: Search, rows: Sequence[Row], *, misses: bool) -> None:
    for row in {row["pack"]: row for row in rows}.values():
        search(row)  # what is made once a pack is not counted
    took, places = [], []
    for row in rows:
        began = time.process_time()
        found = search(row)
        took.append((time.process_time() - began) * 1000)
        places.append(next((at for at, one in enumerate(found) if one in row["accepts"]), None))
        if misses and places[-1] is None:
            print(f"  {row['id']} {row['situation']}\n     found {found}\n     accepted {row['accepts']}")
    three, first = (sum(p is not None for p in places), sum(p == 0 for p in places))
    p95 = sorted(took)[math.ceil(0.95 * len(took)) - 1]
    share = f"{three / len(rows):.1%} ({three}) | {first / len(rows):.1%} ({first})"
    print(f"| {how} | {share} | {statistics.median(took):.1f} | {p95:.1f} |")


def _number(row: Row) -> int:
    return int("".join(filter(str.isdecimal, row["id"])))


def _counted(rows: Sequence[Row]) -> str:
    packs = Counter(row["pack"] for row in rows)
    return ", ".join(f"{pack}: {len(shelf(pack)[0].scripts)} scripts" for pack in packs)


if __name__ == "__main__":
    main()
