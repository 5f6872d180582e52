"""Makes the reply check's weights anew: ``python -m scripts.teach_replies`` writes ``assist/replies/likeness.npz``.

Taught by sentences of the drafts to tune on, the rules' own examples, and ``reply_sentences.jsonl`` (all invented). The
drafts held apart are never read. ``--without dev_c`` leaves a set out, to measure on it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from tingsu.assist.replies import ReplyRules, rules_of
from tingsu.assist.replies.likeness import KINDS, PLACE, own_sentences, runs_of
from tingsu.assist.replies.plain import read_plain
from tingsu.assist.replies.sentences import cut_sentences

DATA = Path(__file__).parent.parent / "benchmarks" / "data"
DRAFTS = ("dev", "dev_c")


def drafted(split: str, rules: ReplyRules) -> Iterator[tuple[str, str]]:
    """Every sentence of a set of drafts with the kind of fault planted in it, or nothing."""
    for line in (DATA / f"reply_drafts_{split}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        kind = next((one for one in row["faults"] if one in KINDS), "")
        words = row.get("fault_words") or []
        planted = [words] if isinstance(words, str) else [str(one) for one in words]
        plain = read_plain(row["text"], rules.variants)
        wrong = [(row["text"].find(one), row["text"].find(one) + len(one)) for one in planted if one in row["text"]]
        if kind and not wrong:
            continue
        for start, end in own_sentences(cut_sentences(plain, rules.grammar)):
            low, high = plain.origin(start, end)
            met = kind and any(low < there and here < high for here, there in wrong)
            yield plain.text[start:end], kind if met else ""


def written(rules: ReplyRules) -> Iterator[tuple[str, str]]:
    """The rules' own examples, and the sentences written to be found or left."""
    for kind in KINDS:
        for rule in getattr(rules.checks, kind):
            yield from ((words, kind) for words in rule.examples)
            yield from ((words, "") for words in rule.clean)
    for line in (DATA / "reply_sentences.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], row["kind"]


def teach(without: str = "") -> dict[str, np.ndarray]:
    """Runs, their weights and the biases, as ``likeness.npz`` holds them."""
    rules = rules_of("bank")
    taught = [one for split in DRAFTS if split != without for one in drafted(split, rules)]
    taught += [(read_plain(words, rules.variants).text.rstrip("。!?;"), kind) for words, kind in written(rules)]
    texts, kinds = [text for text, _kind in taught], [kind for _text, kind in taught]
    counted = TfidfVectorizer(analyzer=lambda text: list(runs_of(text)), min_df=2, sublinear_tf=True)
    rows = counted.fit_transform(texts)
    models = [_fit(rows, [bool(kind) for kind in kinds])]
    models += [_fit(rows, [kind == one for kind in kinds]) for one in KINDS]
    weights = np.column_stack([counted.idf_, *(model.coef_[0] for model in models)])
    return {
        "runs": np.array(counted.get_feature_names_out(), dtype="U3"),
        "weights": weights.astype(np.float32),
        "bias": np.array([model.intercept_[0] for model in models], dtype=np.float32),
    }


def _fit(rows: object, wanted: list[bool]) -> LogisticRegression:
    return LogisticRegression(C=10, class_weight="balanced", max_iter=500).fit(rows, wanted)


def main() -> None:
    """Teaches and saves."""
    parser = argparse.ArgumentParser(prog="python -m scripts.teach_replies")
    parser.add_argument("--without", choices=DRAFTS, default="")
    parser.add_argument("--to", type=Path, default=PLACE)
    asked = parser.parse_args()
    taught = teach(asked.without)
    np.savez_compressed(asked.to, runs=taught["runs"], weights=taught["weights"], bias=taught["bias"])


if __name__ == "__main__":
    main()
