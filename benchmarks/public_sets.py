"""Public labelled sets, taught with what `tingsu learn` runs: `python -m benchmarks.public_sets`.

Civic messages (7 classes) and bank comments (3 classes) in five folds; posts with six emotions, taught on one set and
half of another, tested on the other half. Beside each, on the same texts in the same folds, character TF-IDF (runs of
one to three) with a linear SVC, and the same with rare labels weighing more. The texts are
looked for in ../shared/data, or where TINGSU_PUBLIC_DATA says.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from tingsu.base.clock import SHANGHAI

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TINGSU_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
SEEDS = (20200301, 1, 2)
SETS = ("civic", "bank", "emotion")
OURS, PLAIN, EVENED = "ours", "TF-IDF + linear SVC", "the same, evened"
SIDES = (OURS, PLAIN, EVENED)
GIVEN = {  # what others report: on other splits, the first on more messages
    "civic": "macro-F1 .853, accuracy .861 (1,377 messages)",
    "bank": "macro-F1 .634",
    "emotion": "accuracy .639, angry F1 .704",
}
Rows = np.ndarray[Any, np.dtype[np.int64]]
Figures = dict[str, float]


class Missing(Exception):
    """The public data is not on this machine."""


def read_civic() -> list[tuple[str, str]]:
    """(title and text, class) of the labelled messages; the sheet claims 65,203 rows, nearly all empty."""
    from python_calamine import CalamineWorkbook

    path = _find("civic_messages/labelled_495.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(nrows=600)
    at = {name: place for place, name in enumerate(rows[0])}
    said = ((row[at["留言主题"]], row[at["留言详情"]], row[at["一级分类"]]) for row in rows[1:])
    return [(f"{title}\n{text}".strip(), str(label)) for title, text, label in said if label]


def read_bank() -> list[tuple[str, str]]:
    """(comment, class): 0 negative, 1 positive, 2 neutral."""
    with _find("bank_comments/labelled.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["text"], row["class"]) for row in csv.DictReader(file)]


def read_emotion() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(post, emotion) of the epidemic set to learn from, and of the everyday set to halve."""
    names = ("emotion/smp2020_virus_train.json", "emotion/smp2020_usual_eval_labeled.json")
    virus, usual = (json.loads(_find(name).read_text(encoding="utf-8")) for name in names)
    return [(p["content"], p["label"]) for p in virus], [(p["content"], p["label"]) for p in usual]


def _find(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        raise Missing(f"{path} is not there: the public sets are MISSING, nothing was measured on them.")
    return path


def make_material(name: str, pairs: Sequence[tuple[str, str]]) -> Any:
    """The examples as `tingsu learn` sees them."""
    from tingsu.reading.learned.described import Told
    from tingsu.reading.learned.material import describe_all
    from tingsu.reading.learned.training import Asked, check_told, prepare_material

    asked = Asked(name, "benchmark", datetime.now(SHANGHAI), {})
    told, _notes = check_told(asked, [Told(text, label) for text, label in pairs])
    return prepare_material(asked, told, describe_all(told))


@dataclass(frozen=True, slots=True)
class Part:
    """One part that was tested: the true labels, what each side said, and how many texts were learned from."""

    truth: list[str]
    said: dict[str, list[str]]
    taught: int

    def macro_f1(self, side: str) -> float:
        from tingsu.reading.learned.figures import macro_f1

        return macro_f1(self.truth, self.said[side])


def baselines(material: Any, told: Rows, asked: Rows) -> dict[str, list[str]]:
    """Character TF-IDF and a linear SVC, as they come and with rare labels weighing more."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    known = vectors.fit_transform([material.told[row].text for row in told])
    new = vectors.transform([material.told[row].text for row in asked])
    models = {PLAIN: LinearSVC(), EVENED: LinearSVC(class_weight="balanced")}
    said = {side: model.fit(known, material.answers[told]).predict(new) for side, model in models.items()}
    return {side: [material.labels[place] for place in places] for side, places in said.items()}


def in_folds(material: Any, seed: int) -> tuple[list[Part], Figures]:
    """The same five folds for all; and figures that only ours has."""
    from tingsu.reading.learned.evaluating import FOLDS, cross_validate, report_on
    from tingsu.reading.learned.fitting import fold_rows

    held, _chosen = cross_validate(material, seed=seed)
    figures = report_on(material, held).figures
    rows, parts = np.arange(len(material)), []
    for part in fold_rows(material, rows, FOLDS, seed):
        told = np.setdiff1d(rows, part)
        ours = [material.labels[place] for place in held.said[part]]
        truth = [material.labels[place] for place in material.answers[part]]
        parts.append(Part(truth, {OURS: ours, **baselines(material, told, part)}, len(told)))
    return parts, {"calibration error": figures.calibration_error, "coverage at 95 %": figures.coverage}


def halved(material: Any, fixed: int, seed: int, half: int) -> tuple[list[Part], Figures]:
    """Taught on the first ``fixed`` posts and one half of the rest, tested on the other half."""
    from tingsu.reading.learned.fitting import choose, fit_together

    rest = np.random.default_rng(seed).permutation(np.arange(fixed, len(material)))
    asked, more = (rest[half::2], rest[1 - half :: 2])
    told = np.sort(np.concatenate([np.arange(fixed), more]))
    points = fit_together(material, told, choose(material, told)).points(asked)
    ours = [material.labels[place] for place in points.argmax(axis=1)]
    truth = [material.labels[place] for place in material.answers[asked]]
    return [Part(truth, {OURS: ours, **baselines(material, told, asked)}, len(told))], {}


def score(parts: Sequence[Part], side: str) -> Figures:
    """Figures over all parts of one run taken together."""
    from tingsu.reading.learned.figures import f1_by_label, macro_f1

    truth = [label for part in parts for label in part.truth]
    said = [label for part in parts for label in part.said[side]]
    right = fmean(a == b for a, b in zip(truth, said, strict=True))
    figures = {"macro-F1": macro_f1(truth, said), "accuracy": right}
    return figures | ({"angry F1": f1_by_label(truth, said)["angry"]} if "angry" in truth else {})


def difference(parts: Sequence[Part], other: str) -> str:
    """How much better ours is than ``other``, part by part, with the interval that holds the truth 95 times of 100.

    Parts share texts they are taught with, so that the variance is raised by tested / taught (Nadeau & Bengio 2003).
    """
    from scipy.stats import t

    gaps = np.array([part.macro_f1(OURS) - part.macro_f1(other) for part in parts])
    shared = fmean(len(part.truth) / part.taught for part in parts)
    error = float(np.sqrt(gaps.var(ddof=1) * (1 / len(gaps) + shared)))
    reach = float(t.ppf(0.975, len(gaps) - 1)) * error
    mean = float(gaps.mean())
    return (
        f"{mean:+.3f} ({mean - reach:+.3f} to {mean + reach:+.3f}), better in {(gaps > 0).sum()} of {len(gaps)} parts"
    )


def measure(seeds: Sequence[int], sets: Sequence[str] = SETS) -> Iterator[str]:
    """Lines of a Markdown table, as they come, then how sure the differences are. Raises Missing."""
    yield f"| set | seed | {OURS} | {PLAIN} | {EVENED} | seconds of processor |"
    yield "|---|---|---|---|---|---|"
    gaps: list[str] = []
    for name, read in (("civic", read_civic), ("bank", read_bank)):
        if name in sets:
            material = make_material(name, read())
            run = partial(in_folds, material)
            yield from _rows(f"{name} ({len(material)})", {str(seed): partial(run, seed) for seed in seeds}, gaps)
    if "emotion" in sets:
        virus, usual = read_emotion()
        run = partial(halved, make_material("emotion", virus + usual), len(virus))
        runs = {f"{seed}, half {half}": partial(run, seed, half) for seed in seeds for half in (0, 1)}
        yield from _rows(f"emotion ({len(virus)} + {len(usual) // 2})", runs, gaps)
    yield "\nmacro-F1, ours less the baseline's, part by part, with the 95 % interval:\n"
    yield from gaps


def _rows(name: str, runs: Mapping[str, Callable[[], tuple[list[Part], Figures]]], gaps: list[str]) -> Iterator[str]:
    every, seen = list[Part](), list[dict[str, Figures]]()
    for label, run in runs.items():
        begun = time.process_time()
        parts, more = run()
        every += parts
        seen.append({side: score(parts, side) | (more if side == OURS else {}) for side in SIDES})
        cells = " | ".join(_told(seen[-1][side]) for side in SIDES)
        yield f"| {name} | {label} | {cells} | {time.process_time() - begun:.0f} |"
    means = {side: {key: fmean(one[side][key] for one in seen) for key in seen[0][side]} for side in SIDES}
    cells = " | ".join(f"**{_told(means[side])}**" for side in SIDES)
    yield f"| **{name}** | **mean** | {cells} | given: {GIVEN[name.split()[0]]} |"
    if len(every) > 1:
        gaps += [f"- {name}, {side}: {difference(every, side)}" for side in (PLAIN, EVENED)]


def _told(figures: Figures) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())


def tell(seeds: Sequence[int] = SEEDS, sets: Sequence[str] = SETS) -> None:
    """Print date, machine and the table, or say loudly that the data is not there."""
    print(f"{datetime.now(SHANGHAI):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}\n")
    try:
        for line in measure(seeds, sets):
            print(line, flush=True)
    except Missing as error:
        print(f"!! {error} Set TINGSU_PUBLIC_DATA to the folder that holds civic_messages/ and the others.", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public_sets")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--sets", choices=SETS, nargs="+", default=list(SETS))
    asked = parser.parse_args()
    tell(asked.seeds, asked.sets)


if __name__ == "__main__":
    main()
