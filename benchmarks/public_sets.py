"""Public labelled sets, taught with what `tingsu learn` runs: `python -m benchmarks.public_sets`.

Civic messages (7 classes) and bank comments (3 classes) in five folds; posts with six emotions, taught on one set and
half of another, tested on the other half. Beside each, on the same texts in the same folds, character TF-IDF (runs of
one to three) with a linear SVC. The texts are looked for in ../shared/data, or where TINGSU_PUBLIC_DATA says.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from tingsu.base.clock import SHANGHAI

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TINGSU_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
SEEDS = (20200301, 1, 2)
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


def baseline(material: Any, told: Rows, asked: Rows) -> list[str]:
    """Character TF-IDF and a linear SVC, as they come."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    pipeline = make_pipeline(vectors, LinearSVC())
    pipeline.fit([material.told[row].text for row in told], material.answers[told])
    said = pipeline.predict([material.told[row].text for row in asked])
    return [material.labels[place] for place in said]


def in_folds(material: Any, seed: int) -> tuple[Figures, Figures]:
    """Figures of ours and of the baseline over the same five folds."""
    from tingsu.reading.learned.evaluating import FOLDS, cross_validate, report_on
    from tingsu.reading.learned.figures import macro_f1
    from tingsu.reading.learned.fitting import fold_rows

    held, _settings = cross_validate(material, seed=seed)
    figures = report_on(material, held).figures
    rows, said, truth = np.arange(len(material)), list[str](), list[str]()
    for part in fold_rows(material, rows, FOLDS, seed):
        said += baseline(material, np.setdiff1d(rows, part), part)
        truth += [material.labels[place] for place in material.answers[part]]
    right = fmean(a == b for a, b in zip(truth, said, strict=True))
    ours = {"macro-F1": figures.macro_f1, "accuracy": figures.accuracy, "calibration error": figures.calibration_error,
            "coverage at 95 %": figures.coverage}  # fmt: skip
    return ours, {"macro-F1": macro_f1(truth, said), "accuracy": right}


def halved(material: Any, fixed: int, seed: int, half: int) -> tuple[Figures, Figures]:
    """Taught on the first ``fixed`` posts and one half of the rest, tested on the other half."""
    from tingsu.reading.learned.figures import f1_by_label, macro_f1
    from tingsu.reading.learned.fitting import choose, fit

    rest = np.random.default_rng(seed).permutation(np.arange(fixed, len(material)))
    asked, more = (rest[half::2], rest[1 - half :: 2])
    told = np.sort(np.concatenate([np.arange(fixed), more]))
    settings, _warmth = choose(material, told)
    ours = [material.labels[place] for place in fit(material, told, settings).points(asked).argmax(axis=1)]
    truth = [material.labels[place] for place in material.answers[asked]]

    def score(said: list[str]) -> dict[str, float]:
        right = fmean(a == b for a, b in zip(truth, said, strict=True))
        angry = f1_by_label(truth, said)["angry"]
        return {"accuracy": right, "angry F1": angry, "macro-F1": macro_f1(truth, said)}

    return score(ours), score(baseline(material, told, asked))


def measure(seeds: Sequence[int]) -> Iterator[str]:
    """Lines of a Markdown table, as they come. Raises Missing."""
    yield "| set | seed | ours | TF-IDF + linear SVC, same texts and folds | seconds |"
    yield "|---|---|---|---|---|"
    for name, read in (("civic", read_civic), ("bank", read_bank)):
        material = make_material(name, read())
        yield from _rows(f"{name} ({len(material)})", seeds, lambda seed, material=material: in_folds(material, seed))
    virus, usual = read_emotion()
    material = make_material("emotion", virus + usual)
    runs = [(seed, half) for seed in seeds for half in (0, 1)]
    yield from _rows(
        f"emotion ({len(virus)} + {len(usual) // 2})", runs, lambda run: halved(material, len(virus), *run)
    )


def _rows(name: str, runs: Sequence[Any], run: Callable[[Any], tuple[Figures, Figures]]) -> Iterator[str]:
    both = []
    for seed in runs:
        begun = time.perf_counter()
        both.append(run(seed))
        yield f"| {name} | {seed} | {_told(both[-1][0])} | {_told(both[-1][1])} | {time.perf_counter() - begun:.0f} |"
    ours, theirs = ({key: fmean(one[side][key] for one in both) for key in both[0][side]} for side in (0, 1))
    yield f"| **{name}** | **mean** | **{_told(ours)}** | **{_told(theirs)}** | given: {GIVEN[name.split()[0]]} |"


def _told(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public_sets")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked = parser.parse_args()
    print(f"{datetime.now(SHANGHAI):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}\n")
    try:
        for line in measure(asked.seeds):
            print(line, flush=True)
    except Missing as error:
        raise SystemExit(f"!! {error} Set TINGSU_PUBLIC_DATA to the folder that holds civic_messages/ and the others.")


if __name__ == "__main__":
    main()
