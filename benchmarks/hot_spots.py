"""How well matters told in many people's own words are found: planted batches among real messages, beside a baseline.

Baseline: TF-IDF over runs of two and three characters, average-linkage clustering of cosine distances, cut at the
distance that did best on the development draws. The thresholds of both were chosen on seeds 1–2 with the first twelve
events; what is reported has other seeds and the other events. The civic messages are read from the folder of public
sets; without it nothing is measured.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from benchmarks.planted import all_events, plant
from benchmarks.real_texts import ROOT, folder

SEEDS = (101, 102, 103)
BATCHES = 24  # a draw, one an event; three draws: 72
CROWDED = 60  # batches of the harder draw: the same events at two and three places
BASELINE_CUT = 0.88
FOUND = 0.5  # F1 from which a batch counts as found
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Draw:
    """Messages with planted ones among them; ``batches``: the places of each planted batch."""

    texts: list[str]
    days: list[int | None]
    batches: list[set[int]]


@dataclass(frozen=True, slots=True)
class Score:
    """Over batches: how many were found, mean precision, recall and F1 of the best fitting group; seconds."""

    batches: int
    found: int
    precision: float
    recall: float
    f1: float
    small: float
    seconds: float


def read_civic() -> list[tuple[str, date, str]]:
    """(title and text, day, customer) of the dated civic messages."""
    import openpyxl

    sheet = openpyxl.load_workbook(folder() / "civic_messages/dated_4326.xlsx", read_only=True).active
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row and row[0]]
    return [(f"{str(row[2]).strip()}。{str(row[4]).strip()}", _day(row[3]), str(row[1])) for row in rows]


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    year, month, day = str(value).split()[0].replace("/", "-").split("-")
    return date(int(year), int(month), int(day))


def make_draw(civic: Sequence[tuple[str, date, str]], seed: int, batches: int) -> Draw:
    """Planted batches mixed among the civic messages."""
    days = [day for _text, day, _who in civic]
    planted = plant(seed, batches=batches, first=min(days), last=max(days), developed=False)
    texts = [text for text, _day, _who in civic] + [one.text for one in planted]
    whole = [day.toordinal() for day in days] + [one.day.toordinal() for one in planted]
    order = np.random.default_rng(seed).permutation(len(texts))
    at = np.argsort(order)
    places: dict[int, set[int]] = {}
    for n, one in enumerate(planted):
        places.setdefault(one.batch, set()).add(int(at[len(civic) + n]))
    return Draw([texts[n] for n in order], [whole[n] for n in order], list(places.values()))


def ours(draw: Draw) -> list[set[int]]:
    """Groups by the project."""
    from tingsu.insight.topics.alike import find_alike

    return [set(group.members) for group in find_alike(draw.texts, draw.days)]


def copies(draw: Draw) -> list[set[int]]:
    """Groups by near-copies alone."""
    from tingsu.reading import find_groups

    return [set(group.members) for group in find_groups(draw.texts) if len(group.members) >= 3]


def baseline(draw: Draw) -> list[set[int]]:
    """Groups by TF-IDF and clustering."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), min_df=2, sublinear_tf=True, dtype=np.float32)
    marks = vectors.fit_transform(draw.texts)
    far = np.clip(1 - (marks @ marks.T).toarray(), 0, None)
    label = fcluster(linkage(far[np.triu_indices(len(draw.texts), 1)], "average"), BASELINE_CUT, "distance")
    groups: dict[int, set[int]] = {}
    for place, one in enumerate(label.tolist()):
        groups.setdefault(one, set()).add(place)
    return [group for group in groups.values() if len(group) >= 3]


def best_fit(batch: set[int], groups: Sequence[set[int]], owner: dict[int, int]) -> tuple[float, float, float]:
    """(F1, precision, recall) of the group that fits a batch best."""
    shared = Counter(owner[place] for place in batch if place in owner)
    fits = [(2 * n / (len(groups[at]) + len(batch)), n / len(groups[at]), n / len(batch)) for at, n in shared.items()]
    return max(fits, default=(0.0, 0.0, 0.0))


def measure(draws: Sequence[Draw], method: Callable[[Draw], list[set[int]]]) -> Score:
    """The method's score over every batch of every draw."""
    fits, sizes, spent = [], [], 0.0
    for draw in draws:
        began = time.process_time()
        groups = method(draw)
        spent += time.process_time() - began
        owner = {place: at for at, group in enumerate(groups) for place in group}
        fits += [best_fit(batch, groups, owner) for batch in draw.batches]
        sizes += [len(batch) for batch in draw.batches]
    table, small = np.array(fits), np.array(sizes) <= 10
    f1, precision, recall = table.mean(axis=0)
    few = float(table[small, 0].mean()) if small.any() else float("nan")
    found = int((table[:, 0] >= FOUND).sum())
    return Score(len(fits), found, float(precision), float(recall), float(f1), few, spent / len(draws))


def measure_hot_spots(seeds: Sequence[int] = SEEDS) -> None:
    """Print the first ten matters of the civic messages and the table of planted batches."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")
    if not (folder() / "civic_messages/dated_4326.xlsx").is_file():
        print(f"NO CIVIC MESSAGES: {folder()} is missing, so no hot spots are measured")
        return
    civic = read_civic()
    _print_first(civic)
    plain = [make_draw(civic, seed, BATCHES) for seed in seeds]
    crowded = [make_draw(civic, seed + 100, CROWDED) for seed in seeds[:1]]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout
    print(f"\n{date.today().isoformat()}, commit {commit.strip()}, {os.cpu_count()} cores, {platform.machine()},")  # noqa: DTZ011
    print(f"seeds {', '.join(map(str, seeds))}, {len(all_events())} events of which 12 served development\n")
    print("| draw | method | batches | found | precision | recall | F1 | F1 of ≤ 10 messages | processor s a draw |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, draws in (("one place an event", plain), ("two or three places an event", crowded)):
        for title, method in (("ours", ours), ("TF-IDF + clustering", baseline), ("near-copies only", copies)):
            s = measure(draws, method)
            print(
                f"| {name} | {title} | {s.batches} | {s.found} | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} |"
                f" {s.small:.3f} | {s.seconds:.1f} |",
                flush=True,
            )


def _print_first(civic: Sequence[tuple[str, date, str]]) -> None:
    """The first ten matters by the number of people, with how many messages and people."""
    from tingsu.insight.topics.engine import find_topics

    began = time.process_time()
    found = find_topics([text for text, _day, _who in civic], [day.toordinal() for _text, day, _who in civic])
    spent = time.process_time() - began
    people = {one: len({civic[place][2] for place in one.members}) for one in found}
    kept = [one for one in found if people[one] * 2 > len(one.members)]
    print(f"{len(kept)} matters of {len(civic):,} messages in {spent:.1f} processor seconds; the first ten:\n")
    print("| matter | messages | people |\n|---|--:|--:|")
    for one in sorted(kept, key=lambda one: -people[one])[:SHOWN]:
        print(f"| {one.name} | {len(one.members)} | {people[one]} |")


if __name__ == "__main__":
    measure_hot_spots()
