"""How well, and how fast, root causes are found on the published designs S, L and H, beside RiskLoc on the same cases.

F1 is over all planted and named combinations of a set (exact matches), as the authors count it. Seconds are processor
time of one core. The search was shaped on draws of seeds 9001–9004; the seeds reported are the published ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.riskloc import find_by_riskloc
from benchmarks.root_cause_cases import DESIGNS, Combination, MadeCase, make_cases
from tingsu.insight.causes.locate import locate

COUNTS = {"S": 1000, "L": 1000, "H": 2}  # H: 24 million leaves a case
Find = Callable[[MadeCase], set[Combination]]


@dataclass
class Score:
    """Exact matches, wrong ones and misses over a set, and seconds a case."""

    hit: int = 0
    wrong: int = 0
    missed: int = 0
    seconds: list[float] | None = None

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(2 * self.hit + self.wrong + self.missed, 1)

    def add(self, case: MadeCase, find: Find) -> None:
        start = time.process_time()
        named = find(case)
        self.seconds = [*(self.seconds or []), time.process_time() - start]
        self.hit += len(named & case.causes)
        self.wrong += len(named - case.causes)
        self.missed += len(case.causes - named)


def find_ours(case: MadeCase) -> set[Combination]:
    return {cause.where for cause in locate(case.codes, case.sizes, case.real, case.forecast)}


def find_theirs(case: MadeCase) -> set[Combination]:
    return find_by_riskloc(case.codes, case.sizes, case.real, case.forecast)


def measure_root_causes(counts: dict[str, int] | None = None) -> str:
    """The table, as Markdown; printed as it grows."""
    lines = [
        "| 数据 | 件数 | 方法 | F1 | 查准 | 查全 | 每件处理器秒数（中位 / p95 / 最长） |",
        "|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for name, count in (counts or COUNTS).items():
        scores = {"听诉": (Score(), find_ours)}
        if name != "H":
            scores["RiskLoc"] = (Score(), find_theirs)
        for case in make_cases(DESIGNS[name], count=count):
            for score, find in scores.values():
                score.add(case, find)
        for method, (score, _find) in scores.items():
            lines.append(_tell(name, count, method, score))
            print(lines[-1], flush=True)
    return "\n".join(lines)


def _tell(name: str, count: int, method: str, score: Score) -> str:
    right = score.hit / max(score.hit + score.wrong, 1)
    found = score.hit / max(score.hit + score.missed, 1)
    middle, late, longest = np.quantile(score.seconds or [0.0], [0.5, 0.95, 1.0])
    return (
        f"| {name} | {count} | {method} | {score.f1:.3f} | {right:.3f} | {found:.3f} |"
        f" {middle:.3f} / {late:.3f} / {longest:.3f} |"
    )


if __name__ == "__main__":
    measure_root_causes()
