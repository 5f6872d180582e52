"""Makes the shipped model anew: ``python -m scripts.teach`` writes ``src/tingsu/reading/data/learned.npz``.

Taught by ``corpus`` without the authors held back, and by the part of the labelled real texts set aside for tuning
(weights go into the file, no sentence does). Where the real texts are missing it says so and teaches without them.
"""

from __future__ import annotations

from benchmarks.real_texts import ROOT, real_texts

from tingsu.reading.learned.corpus import as_example
from tingsu.reading.learned.model import save_model
from tingsu.reading.learned.school import teach_shipped
from tingsu.reading.learned.shipped import PLACE


def main() -> None:
    """Teaches and saves."""
    tuned = [as_example(one.text, dict(one.labels), f"real {one.source}") for one in real_texts() if one.part == "tune"]
    save_model(teach_shipped(ROOT / "corpus", tuned), PLACE)


if __name__ == "__main__":
    main()
