"""The demonstration's own history, in a process and folder of its own: how much it teaches about going further."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def main() -> None:
    """Grow the demonstration, learn on customers left out, print what came of it."""
    from benchmarks.engines import prepare_home

    with tempfile.TemporaryDirectory(prefix="tingsu-bench-") as folder:
        os.environ.update(prepare_home(Path(folder), "", demo=600))
        import django

        django.setup()
        _tell()


def _tell() -> None:
    from tingsu.base.clock import now
    from tingsu.cases.timed_rows import recent_case_ids, timed_rows
    from tingsu.insight.escalation.history import gather
    from tingsu.insight.escalation.model import expit, is_enough, judge, out_of_fold, rules

    at = now()
    history = gather(timed_rows(recent_case_ids(at, most=20_000)), until=at)
    prior = rules(history.rows.shape[1])
    left_out = expit(out_of_fold(history.rows, history.further, history.counted, history.customers, prior))
    enough = is_enough(cases=history.cases, further=history.went_further)
    print(f"demonstration: {history.cases} cases with a known outcome, {history.went_further} went further;", end=" ")
    print("enough to calibrate" if enough else "too few to calibrate: the rules stand")
    for who, chances in (("learned, customers left out", left_out), ("stated rules", prior.chances(history.rows))):
        found = judge(chances, history.further, history.counted)
        print(f"  {who}: AUC {found.auc:.3f}, Brier {found.brier:.4f} ({found.brier_base:.4f}), ECE {found.ece:.4f}")


if __name__ == "__main__":
    main()
