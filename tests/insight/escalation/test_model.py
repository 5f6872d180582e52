"""The chances: rules where there is little, the site's own weights where there is much, set right, comparable."""

from __future__ import annotations

import numpy as np
from benchmarks.escalation import judge_site, simulate
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.insight.escalation.history import gather
from tingsu.insight.escalation.model import expit, judge, learn, reliability, rules
from tingsu.insight.escalation.signs import IDS


def rows_of(rng: np.random.Generator, size: int) -> np.ndarray:
    rows = np.zeros((size, len(IDS)))
    rows[:, IDS.index("angry")] = rng.random(size) < 0.3
    rows[:, IDS.index("contacts")] = rng.poisson(0.5, size)
    return rows


def test_with_hardly_any_history_the_rules_stand() -> None:
    rng = np.random.default_rng(1)
    rows = rows_of(rng, 12)
    learned = learn(rows, np.zeros(12), np.ones(12), np.arange(12.0))
    assert np.abs(learned.weights - rules(len(IDS)).weights).max() < 0.1


def test_with_much_history_the_site_is_learned_and_the_chances_come_true() -> None:
    rng = np.random.default_rng(2)
    rows = rows_of(rng, 20_000)
    true = expit(-2.5 - 0.8 * rows[:, IDS.index("angry")] + 1.2 * rows[:, IDS.index("contacts")])
    further = (rng.random(20_000) < true).astype(float)
    learned = learn(rows, further, np.ones(20_000), np.arange(20_000.0))
    assert abs(learned.weights[IDS.index("angry")] + 0.8) < 0.15  # against the rule
    assert abs(learned.weights[IDS.index("contacts")] - 1.2) < 0.1
    fresh = rows_of(rng, 20_000)
    chances = learned.chances(fresh)
    quality = judge(
        chances,
        (
            rng.random(20_000)
            < expit(-2.5 - 0.8 * fresh[:, IDS.index("angry")] + 1.2 * fresh[:, IDS.index("contacts")])
        ).astype(float),
    )
    assert quality.ece < 0.015 and quality.brier < quality.brier_base


def test_on_cases_received_later_it_orders_better_than_the_rules_and_is_set_right() -> None:
    judged = dict(judge_site(simulate(5, size=2500)))
    learned, plain = judged["learned at the site"], judged["stated rules"]
    assert learned.auc > 0.6 and learned.auc > plain.auc - 0.02
    assert learned.brier < learned.brier_base and learned.ece < 0.04


def test_a_later_history_changes_nothing_learned_earlier() -> None:
    cases = simulate(6, size=600)
    until = cases[-1].received_at
    before = gather(cases, until=until)
    again = gather([*cases, *simulate(7, size=50)][:600], until=until)
    assert np.array_equal(before.rows, again.rows) and np.array_equal(before.further, again.further)


def test_a_reason_is_what_lies_above_the_usual_case() -> None:
    rng = np.random.default_rng(3)
    rows = rows_of(rng, 3000)
    further = (rng.random(3000) < expit(-2 + rows[:, IDS.index("contacts")])).astype(float)
    learned = learn(rows, further, np.ones(3000), np.arange(3000.0))
    one = np.zeros((1, len(IDS)))
    one[0, IDS.index("contacts")] = 3
    shares = learned.shares(one)[0]
    assert np.argmax(shares) == IDS.index("contacts") and shares[IDS.index("contacts")] > 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=1, max_size=60))
def test_quality_is_within_its_bounds(told: list[tuple[float, bool]]) -> None:
    chances = np.array([chance for chance, _ in told])
    further = np.array([float(went) for _, went in told])
    quality = judge(chances, further)
    assert 0 <= quality.brier <= 1 and 0 <= quality.ece <= 1
    if 0 < further.sum() < len(further):
        pairs = [(a, b) for a, w in told if w for b, v in told if not v]
        expected = np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs])
        assert abs(quality.auc - expected) < 1e-9
    else:
        assert np.isnan(quality.auc)
    shares = reliability(chances, further, np.ones(len(chances)))
    assert abs(sum(share for _, _, share in shares) - 1) < 1e-9
