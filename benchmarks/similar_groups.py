"""Groups of a file that repeats itself: `tingsu similar` on texts of which four in five come from a few templates.

`python -m benchmarks.similar_groups [texts]`; 20,000 by default, 100,000 in a few minutes.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence

from benchmarks.similar_texts import Composer

TEXTS, TEMPLATES = 20_000, 5
LETTER = 90  # characters of a template at least


def main(many: int = TEXTS) -> None:
    """Print how many groups there are, and the processor's seconds for copies alone and for everything."""
    from tingsu.reading.similar import Entry, Rules, find_bundles, find_groups

    texts, origin = compose(many)
    began = time.process_time()
    groups = find_groups(texts)
    grouped = time.process_time()
    bundles = find_bundles([Entry(text, customer=f"{place}") for place, text in enumerate(texts)], Rules())
    done = time.process_time()
    print("| texts | how | seconds | groups | of templates, in the five largest | strangers in these |")
    print("|---|---|---|---|---|---|")
    for name, took, found in (
        ("copies and near-copies", grouped - began, [group.members for group in groups]),
        ("everything `tingsu similar` finds", done - grouped, [bundle.members for bundle in bundles]),
    ):
        held, strangers = judge(found, origin)
        print(f"| {many:,} | {name} | {took:.1f} | {len(found):,} | {held:.3f} | {strangers} |", flush=True)


def compose(many: int, seed: int = 20261122) -> tuple[list[str], list[int]]:
    """(texts, the template of each or -1): four of five from a template, a quarter of these word for word."""
    composer, pick = Composer(seed), random.Random(seed)
    templates: list[str] = []
    while len(templates) < TEMPLATES:
        templates += [text for text in [composer.complaint()] if len(text) >= LETTER]
    texts, origin = [], []
    for number in range(many):
        template = pick.randrange(TEMPLATES) if number % 5 else -1
        same = pick.random() < 0.25
        texts.append(composer.complaint() if template < 0 else composer.copy(templates[template], 0 if same else 0.08))
        origin.append(template)
    return texts, origin


def judge(found: Sequence[Sequence[int]], origin: Sequence[int]) -> tuple[float, int]:
    """(share of the templates' texts that stand in the largest group of each template, others that stand there)."""
    largest: dict[int, Sequence[int]] = {}
    for members in sorted(found, key=len, reverse=True):
        templates = [origin[place] for place in members]
        most = max(set(templates), key=templates.count)
        if most >= 0:
            largest.setdefault(most, members)
    held = sum(origin[place] == template for template, members in largest.items() for place in members)
    all_held = sum(map(len, largest.values()))
    return held / sum(template >= 0 for template in origin), all_held - held


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
