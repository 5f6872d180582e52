"""How well it is foretold which cases go further, on simulated sites and on the demonstration (`--escalation`).

Developed on seeds 1 and 2; what is told is measured on others. Learned on what was known at a day, judged on cases
received after it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from tingsu.cases.timed import OtherCase, TimedCase, TimedClock
from tingsu.insight.escalation.history import History, gather
from tingsu.insight.escalation.model import Quality, judge, learn, rules
from tingsu.insight.escalation.signs import IDS, Floats, signs_at

SEEDS = (101, 102, 103)
SIZES = (1_000, 5_000)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 720
DAY = timedelta(days=1)
STEP = 3  # days between two throws of the dice
BUSINESSES = ("借记卡", "信用卡", "个人贷款", "自营理财", "其他")
OF_BUSINESS = (0.0, 0.6, 0.3, -0.2, -0.5)
# What this site's customers really react to, per sign; where it is not named, the rule's own weight.
TRUE = {"furious": 1.0, "authority": 1.1, "contacts": 0.8, "promises_broken": 1.0, "overdue": 0.2, "demands": 0.0}
USUAL = -7.0  # log-odds a throw without any sign


def measure_escalation() -> None:
    """Print the tables; the demonstration is grown in a process of its own and takes a minute."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    print(f"{date.today().isoformat()}, commit {commit}, load {os.getloadavg()[0]:.1f}\n")  # noqa: DTZ011
    print("| simulated site, seeds 101–103 | looks judged | went further | AUC | Brier (base rate) | ECE |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        judged = [dict(judge_site(simulate(seed, size=size))) for seed in SEEDS]
        for who in judged[0]:
            _print(f"{size:,} cases, {who}", [each[who] for each in judged])
    print()
    subprocess.run([sys.executable, "-m", "benchmarks.escalation_demo"], check=False)


def judge_site(cases: list[TimedCase]) -> Iterator[tuple[str, Quality]]:
    """The site's model, the rules, and the hazard the customers were drawn by, on the last 30 % of the cases."""
    end = max(case.received_at for case in cases) + 180 * DAY
    split = sorted(case.received_at for case in cases)[int(0.7 * len(cases))]
    known = gather([case for case in cases if case.received_at < split], until=split)
    later = [case for case in cases if case.received_at >= split]
    test = _with_columns(gather(later, until=end), later, known.businesses, end)
    learned = learn(known.rows, known.further, known.counted, known.customers)
    plain = rules(known.rows.shape[1])
    yield "learned at the site", judge(learned.chances(test.rows), test.further, test.counted)
    yield "stated rules", judge(plain.chances(test.rows), test.further, test.counted)
    yield "what was drawn by (order only)", judge(_drawn_by(test), test.further, test.counted)


def _with_columns(test: History, cases: list[TimedCase], known: tuple[str, ...], end: datetime) -> History:
    """The test rows with the training's business columns."""
    rows = np.zeros((len(test.rows), len(IDS) + len(known)))
    rows[:, : len(IDS)] = test.rows[:, : len(IDS)]
    for column, name in enumerate(test.businesses):
        if name in known:
            rows[:, len(IDS) + known.index(name)] = test.rows[:, len(IDS) + column]
    return replace(test, rows=rows, businesses=known)


def _drawn_by(test: History) -> Floats:
    weights = np.array([_true_weight(name) for name in IDS])
    of_business = np.array([OF_BUSINESS[BUSINESSES.index(name)] for name in test.businesses])
    logit = test.rows[:, : len(IDS)] @ weights + test.rows[:, len(IDS) :] @ of_business
    chances: Floats = 1 / (1 + np.exp(-(USUAL + 2.5) - logit))
    return chances


def _true_weight(name: str) -> float:
    from tingsu.insight.escalation.signs import SIGNS

    return TRUE.get(name, next(sign.weight for sign in SIGNS if sign.id == name))


def simulate(seed: int, *, size: int) -> list[TimedCase]:
    """Cases of a site over two years; each throws its dice every STEP days by the signs it shows on that day."""
    rng = np.random.default_rng(seed)
    moments = np.sort(rng.uniform(0, DAYS, size))
    customers = rng.integers(0, int(size * 0.8), size)
    of_customer: dict[int, list[OtherCase]] = {}
    made = []
    for number, (moment, customer) in enumerate(zip(moments, customers, strict=True), start=1):
        case = _draw_case(rng, number, int(customer), BEGIN + float(moment) * DAY, of_customer.get(int(customer), []))
        made.append(case)
        of_customer.setdefault(int(customer), []).append(_as_other(case))
    return made


def _draw_case(
    rng: np.random.Generator, number: int, customer: int, received: datetime, before: list[OtherCase]
) -> TimedCase:
    emotion = int(rng.choice(4, p=[0.35, 0.35, 0.2, 0.1]))
    risks = [name for name, chance in (("监管", 0.08 + 0.06 * emotion), ("媒体", 0.06)) if rng.random() < chance]
    closed = received + float(rng.gamma(2, 6)) * DAY
    clocks = [TimedClock(received, received + 15 * DAY, closed, promise=False)]
    if rng.random() < 0.25:
        due = received + float(rng.uniform(1, 6)) * DAY
        clocks.append(TimedClock(received, due, due + float(rng.normal(-0.5, 2)) * DAY, promise=True))
    case = TimedCase(
        case_id=number,
        number=f"S{number}",
        customer=customer,
        unit="",
        channel=str(rng.choice(["phone", "counter", "regulator", "social"], p=[0.6, 0.3, 0.05, 0.05])),
        received_at=received,
        first_response_at=received + float(rng.exponential(0.7)) * DAY,
        open=False,
        repeat=False,
        asked=float(rng.lognormal(6, 2)) if rng.random() < 0.4 else None,
        held={
            "business": str(rng.choice(BUSINESSES)), "cause": f"c{rng.integers(5)}", "emotion": emotion, "need": "",
            "risks": risks, "demands": ["退款"] * int(rng.integers(0, 4)),
        },
        steps=((closed - DAY, "answered"), (closed, "closed")),
        clocks=tuple(clocks),
        others=tuple(before),
    )  # fmt: skip
    return _thrown(rng, case, closed)


def _thrown(rng: np.random.Generator, case: TimedCase, closed: datetime) -> TimedCase:
    """The case with what it came to: an authority, the same complaint again, or opened again."""
    weights = {name: _true_weight(name) for name in IDS}
    own = OF_BUSINESS[BUSINESSES.index(case.held["business"])]
    for day in range(0, 75, STEP):
        at = case.received_at + day * DAY
        told = signs_at(case, at)
        logit = USUAL + own + sum(weights[name] * value for name, value in told.items())
        if rng.random() > 1 / (1 + np.exp(-logit - (0.8 if at < closed else 0.0))):
            continue
        when = at + float(rng.uniform(0, STEP)) * DAY
        if when > closed and rng.random() < 0.5:
            return replace(case, steps=(*case.steps, (when, "reopened"), (when + 10 * DAY, "closed")))
        again = OtherCase(-case.case_id, when, bool(rng.random() < 0.6), "", "", same=True)
        return replace(case, others=(*case.others, again))
    return case


def _as_other(case: TimedCase) -> OtherCase:
    """As a later case of the customer sees it; its cause is left out, so that chance meetings are no return."""
    moments = tuple(at for at, what in case.steps if what == "reopened")
    return OtherCase(case.case_id, case.received_at, case.channel == "regulator", "", "", False, moments)


def _print(name: str, judged: list[Quality]) -> None:
    mean = {key: float(np.mean([getattr(q, key) for q in judged])) for key in ("auc", "brier", "brier_base", "ece")}
    cases, further = sum(q.cases for q in judged), sum(q.further for q in judged)
    print(
        f"| {name} | {cases:,} | {further:,} | {mean['auc']:.3f} | {mean['brier']:.4f} ({mean['brier_base']:.4f}) |"
        f" {mean['ece']:.4f} |",
        flush=True,
    )


if __name__ == "__main__":
    measure_escalation()
