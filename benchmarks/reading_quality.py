"""How often the reader agrees with people: on authors it never saw, and on real texts; beside a plain baseline.

``python -m benchmarks.reading_quality``. The baselines in the same run: character TF-IDF and a linear SVC per question,
taught by the same authors; and once more taught everything the shipped model was taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.real_texts import ROOT, real_texts
from tingsu.reading import Reading, read
from tingsu.reading.labels import SEVERAL, SINGLE, YES
from tingsu.reading.learned.corpus import held_back, read_corpus, read_lessons
from tingsu.reading.learned.figures import Figures, f1_by_label, macro_f1, measure
from tingsu.reading.learned.shipped import shipped_model
from tingsu.reading.learned.signals import ready_text

ABSTAINED = "—"
Answers = dict[str, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One text with what people said of it."""

    text: str
    labels: Mapping[str, str]


def answers_of(reading: Reading) -> Answers:
    """What the reader says to every question with one answer, and how sure it is."""
    said: Answers = {"emotion": (str(reading.emotion.strength), reading.emotion.confidence)}
    for facet in SINGLE:
        if facet != "emotion":
            judged = getattr(reading, facet)
            said[facet] = (judged.value or ABSTAINED, judged.confidence)
    return said


def parts_of(reading: Reading) -> dict[str, set[str]]:
    """What it says to the questions with several answers."""
    return {"demand": {one.kind for one in reading.demands}, "risk": {one.kind for one in reading.risks}}


def print_single(asked: Sequence[Asked], readings: Sequence[Reading], *baselines: Mapping[str, Sequence[str]]) -> None:
    """A row a question: the reader's figures, then each baseline's macro-F1."""
    head = f"{'question':<11}{'n':>5}{'agree':>8}{'macro-F1':>10}{'ECE':>7}{'cov@.95':>9}{'kappa':>8}"
    print(head + f"{'baseline':>10}{'same material':>15}")
    for facet in SINGLE:
        rows = [place for place, one in enumerate(asked) if one.labels.get(facet)]
        if not rows:
            continue
        truth = [asked[place].labels[facet] for place in rows]
        said = [answers_of(readings[place])[facet] for place in rows]
        figures: Figures = measure(truth, [value for value, _ in said], [sure for _, sure in said])
        beside = [macro_f1(truth, [plain[facet][place] for place in rows]) for plain in baselines]
        print(
            f"{facet:<11}{figures.count:>5}{figures.accuracy:>8.3f}{figures.macro_f1:>10.3f}"
            f"{figures.calibration_error:>7.3f}{figures.coverage:>9.2f}{figures.kappa:>8.3f}"
            + "".join(f"{value:>10.3f}" for value in beside)
        )


def print_several(asked: Sequence[Asked], readings: Sequence[Reading]) -> None:
    """Demands and risks of complaints: micro- and macro-F1, exact sets, then each kind's F1."""
    rows = [place for place, one in enumerate(asked) if one.labels.get("complaint") == YES]
    for facet, names in SEVERAL.items():
        truth = [set(asked[place].labels[facet].split(",")) & set(names) for place in rows]
        said = [parts_of(readings[place])[facet] for place in rows]
        each = {
            name: f1_by_label([str(name in t) for t in truth], [str(name in s) for s in said])["True"]
            for name in names
            if any(name in t for t in truth)
        }
        hits = sum(len(t & s) for t, s in zip(truth, said, strict=True))
        micro = 2 * hits / max(1, sum(len(t) + len(s) for t, s in zip(truth, said, strict=True)))
        exact = sum(t == s for t, s in zip(truth, said, strict=True)) / len(rows)
        macro = sum(each.values()) / len(each)
        print(f"{facet:<11}{len(rows):>5}  micro-F1 {micro:.3f}  macro-F1 {macro:.3f}  exact {exact:.3f}")
        print("            " + "  ".join(f"{name} {value:.2f}" for name, value in each.items()))


def same_authors() -> list[Asked]:
    """What the authors not held back teach."""
    away = set(held_back(ROOT / "corpus"))
    return [Asked(one.text, one.labels) for one in read_corpus(ROOT / "corpus") if one.author not in away]


def same_material() -> list[Asked]:
    """Everything the shipped model is taught: also the lessons and the real texts set aside for tuning."""
    tuned = [Asked(one.text, one.labels) for one in real_texts() if one.part == "tune"]
    return [*same_authors(), *(Asked(text, labels) for text, labels in read_lessons(ROOT / "corpus")), *tuned]


def plain_baseline(told: Sequence[Asked], asked: Sequence[Asked]) -> dict[str, list[str]]:
    """The answers to ``asked`` of character TF-IDF and a linear SVC that were taught ``told``."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    table = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    cells = table.fit_transform([one.text for one in told])
    asked_cells = table.transform([one.text for one in asked])
    said: dict[str, list[str]] = {}
    for facet in SINGLE:
        rows = [place for place, one in enumerate(told) if one.labels.get(facet)]
        model = LinearSVC(C=1.0, random_state=0).fit(cells[rows], [told[place].labels[facet] for place in rows])
        said[facet] = [str(label) for label in model.predict(asked_cells)]
    return said


def print_alone(asked: Sequence[Asked], plain: Mapping[str, Sequence[str]]) -> None:
    """The model alone, made to answer everything as the baseline is: no abstention, no question before the question."""
    for facet in ("complaint", "latent"):
        rows = [place for place, one in enumerate(asked) if one.labels.get(facet)]
        if not rows:
            continue
        truth = [asked[place].labels[facet] for place in rows]
        said = [shipped_model().weigh(*ready_text(asked[place].text)).ranked(facet, 1)[0][0] for place in rows]
        said_plainly = [plain[facet][place] for place in rows]
        print(
            f"{facet}, made to answer: macro-F1 {macro_f1(truth, said):.3f} agree {share_right(truth, said):.3f}; "
            f"baseline {macro_f1(truth, said_plainly):.3f} agree {share_right(truth, said_plainly):.3f}"
        )


def share_right(truth: Sequence[str], said: Sequence[str]) -> float:
    """How many of all are the same; 0–1."""
    return sum(a == b for a, b in zip(truth, said, strict=True)) / len(truth)


def show(title: str, asked: Sequence[Asked]) -> None:
    """All figures of one set."""
    print(f"\n{title}: {len(asked)} texts")
    readings = [read(one.text) for one in asked]
    plain, fuller = plain_baseline(same_authors(), asked), plain_baseline(same_material(), asked)
    print_single(asked, readings, plain, fuller)
    print_alone(asked, plain)
    print_several(asked, readings)


def main() -> None:
    """Prints both sets."""
    away = set(held_back(ROOT / "corpus"))
    show(
        "authors held back", [Asked(one.text, one.labels) for one in read_corpus(ROOT / "corpus") if one.author in away]
    )
    real = [one for one in real_texts() if one.part == "test"]
    if real:
        show("real texts, test part", [Asked(one.text, one.labels) for one in real])


if __name__ == "__main__":
    main()
