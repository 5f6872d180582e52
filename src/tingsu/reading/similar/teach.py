"""Makes the model of likeness anew: ``python -m tingsu.reading.similar.teach ../shared/data`` (some ten minutes).

Wordings from every public text at hand, weights and coefficients from the training part of AFQMC; the BQ set is only
measured on. Weights leave this folder, sentences do not.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score

from tingsu.reading.similar.forms import bare
from tingsu.reading.similar.material import Pair, read_afqmc, read_bq, read_texts
from tingsu.reading.similar.meaning import SIGNS, Floats, Meaning, Profile
from tingsu.reading.similar.measure import LIKENESSES, compare, likenesses
from tingsu.reading.similar.weighing import Doubles, learn_weights
from tingsu.reading.similar.wordings import Wordings, learn_wordings

TARGET = Path(__file__).parents[1] / "data" / "similar.npz"
_RIDGE = 5e-3  # strong: the coefficients must hold for texts unlike those they were learned from
_NAMES = (*LIKENESSES, *(f"{sign}:{how}" for sign in SIGNS for how in ("both", "one")))


def main(folder: Path) -> None:
    texts = [bare(text) for text in read_texts(folder)]
    print(f"{len(texts):,} texts, {sum(map(len, texts)):,} characters")  # noqa: T201 - a tool for the terminal
    pairs = read_afqmc(folder / "sentence_pairs" / "afqmc_train.txt")
    wordings = learn_wordings(texts)
    weights, metric = learn_weights(wordings, pairs)
    kept = pack(wordings, weights, metric)
    coefficients = learn_coefficients(_unpack(kept, dict.fromkeys((*_NAMES, "start"), 0.0)), pairs)
    kept["coefficient_names"] = np.array(list(coefficients))
    kept["coefficients"] = np.array(list(coefficients.values()), dtype=np.float32)
    np.savez_compressed(TARGET, **kept)
    meaning = _unpack(kept, coefficients)
    for name, measured in _measured(folder).items():
        print(f"{name}: AUC {measure(meaning, measured):.4f}")  # noqa: T201


def pack(wordings: Wordings, weights: Floats, metric: Floats) -> dict[str, Any]:
    """What the file keeps of runs: names, weights in half precision, directions as bytes with a scale each."""
    vectors = wordings.vectors * np.sqrt(metric)
    scales = np.abs(vectors).max(axis=1) / 127 + 1e-12
    return {
        "names": np.frombuffer("\n".join(wordings.names).encode(), dtype=np.uint8),
        "weights": weights.astype(np.float16),
        "scales": scales.astype(np.float16),
        "vectors": np.round(vectors / scales[:, None]).astype(np.int8),
        "version": np.array(1),
    }


def learn_coefficients(meaning: Meaning, pairs: Sequence[Pair]) -> dict[str, float]:
    """How much each likeness counts: logistic regression in which none may count against."""
    rows = np.array([list(likenesses(*pair_profiles(meaning, pair)).values()) for pair in pairs])
    same = np.array([pair.same for pair in pairs], dtype=np.float64)

    def loss(point: Doubles) -> tuple[float, Doubles]:
        points = rows @ point[:-1] + point[-1]
        value = np.logaddexp(0, -points * (2 * same - 1)).mean() + _RIDGE * (point[:-1] ** 2).sum()
        pull = (1 / (1 + np.exp(-points)) - same) / len(same)
        return float(value), np.append(rows.T @ pull + 2 * _RIDGE * point[:-1], pull.sum())

    start = np.zeros(rows.shape[1] + 1)
    bounds = [(0, None)] * rows.shape[1] + [(None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2_000}).x
    return dict(zip((*_NAMES, "start"), map(float, found), strict=True))


def measure(meaning: Meaning, pairs: Sequence[Pair]) -> float:
    """The area under the curve of ``similarity`` over labelled pairs."""
    scores = [compare(*pair_profiles(meaning, pair)) for pair in pairs]
    return float(roc_auc_score([pair.same for pair in pairs], scores))


def pair_profiles(meaning: Meaning, pair: Pair) -> tuple[Profile, Profile]:
    """Both texts of a pair, ready for comparing."""
    return Profile(bare(pair.first), meaning), Profile(bare(pair.second), meaning)


def _measured(folder: Path) -> dict[str, list[Pair]]:
    """BQ in halves: settings were chosen by looking at the first, so only the second proves anything."""
    bq = read_bq(folder / "sentence_pairs" / "bq_dev.csv")
    return {
        "AFQMC dev": read_afqmc(folder / "sentence_pairs" / "afqmc_dev.txt"),
        "BQ dev, odd rows": bq[::2],
        "BQ dev, even rows": bq[1::2],
    }


def _unpack(kept: dict[str, Any], coefficients: dict[str, float]) -> Meaning:
    names = bytes(kept["names"]).decode().split("\n")
    weights = kept["weights"].astype(np.float32)
    vectors = kept["vectors"].astype(np.float32) * (kept["scales"].astype(np.float32) * weights)[:, None]
    return Meaning({name: place for place, name in enumerate(names)}, weights, vectors, coefficients, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
