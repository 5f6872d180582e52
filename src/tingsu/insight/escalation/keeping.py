"""How likely open cases are to go further: learned from the site's history, worked out on asking, kept for lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from django.db import transaction

from tingsu.cases.access import visible_cases
from tingsu.cases.timed import TimedCase
from tingsu.cases.timed_rows import open_case_ids, recent_case_ids, timed_rows
from tingsu.insight.escalation.history import History, gather
from tingsu.insight.escalation.model import (
    Quality,
    Weights,
    expit,
    is_enough,
    judge,
    learn,
    out_of_fold,
    reliability,
    rules,
)
from tingsu.insight.escalation.signs import BUSINESS, IDS, as_rows, business_at, signs_at
from tingsu.insight.escalation.tables import CaseRisk, EscalationModel
from tingsu.org.models import User
from tingsu.org.permissions import require

MOST_HISTORY = 20_000  # latest cases learned from
REASONS = 3
SAID_TOGETHER = {"angry": "furious", "overdue": "overdue_days"}  # the second says the first as well
WORTH_SAYING = 0.15  # log-odds above the usual case below which a sign is no reason
STEP = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign that raises the chance: its id (or ``business:名``), its value at the time, its share of log-odds."""

    sign: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely a case is to go further within 90 days, as of ``at``; a suggestion to look, nothing is decided by it.

    ``calibrated`` False: by stated rules, because the site's history is too short; the number then only orders.
    """

    case_id: int
    number: str
    customer: int
    at: datetime
    chance: float
    calibrated: bool
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class CustomerRisk:
    """The riskiest of a customer's open cases stands for the customer; ``open_cases`` of his are open."""

    risk: Risk
    open_cases: int


def risk_of(cases: Collection[int], *, by: User, at: datetime) -> dict[int, Risk]:
    """Case id → its risk, for those open and visible to this person; closed and hidden ones are left out."""
    seen = visible_cases(by).filter(pk__in=cases, closed_at=None).values_list("pk", flat=True)
    return {risk.case_id: risk for risk in _score(timed_rows(list(seen)), at)}


def risk_of_customer(case: int, *, by: User, at: datetime) -> CustomerRisk | None:
    """The risk of the customer of a visible case over his visible open cases; None where none is open."""
    mine = visible_cases(by).filter(pk=case).values("customer_id")
    seen = visible_cases(by).filter(customer__in=mine, closed_at=None).values_list("pk", flat=True)
    risks = list(_score(timed_rows(list(seen)), at))
    if not risks:
        return None
    return CustomerRisk(max(risks, key=lambda risk: risk.chance), len(risks))


def riskiest(*, by: User, most: int = 10) -> list[CaseRisk]:
    """The open cases within reach most likely to go further, as last looked at. Raises NotAllowed (view_home)."""
    require(by, "view_home")
    seen = visible_cases(by).filter(closed_at=None).values("pk")
    found = CaseRisk.objects.filter(case__in=seen, case__closed_at=None).select_related("case", "case__accused_unit")
    return list(found.order_by("-chance", "case_id")[:most])


def latest_model() -> EscalationModel | None:
    """What was learned last; None before anything was."""
    return EscalationModel.objects.order_by("-pk").first()


def learn_from_history(*, at: datetime) -> EscalationModel:
    """Learn from the latest cases whose outcome is known, and keep it with how good it is on customers left out.

    With fewer than 300 such cases, or fewer than 30 that went further, the stated rules stay in force; that is kept
    too, so that pages can say how much is missing. The last ten are kept.
    """
    history = gather(timed_rows(recent_case_ids(at, most=MOST_HISTORY)), until=at)
    enough = is_enough(cases=history.cases, further=history.went_further)
    weights = rules(len(IDS))
    told: dict[str, object] = {}
    if enough:
        weights = learn(history.rows, history.further, history.counted, history.customers)
        told = _quality(history, weights)
    made = EscalationModel.objects.create(
        learned_at=at, cases=history.cases, further=history.went_further, calibrated=enough,
        weights=_plain(weights, history.businesses if enough else ()), quality=told,
    )  # fmt: skip
    kept = EscalationModel.objects.order_by("-pk").values_list("pk", flat=True)[:10]
    EscalationModel.objects.exclude(pk__in=list(kept)).delete()
    return made


def score_open_cases(*, at: datetime) -> int:
    """Keep the risk of every open case for the lists; rows of closed ones go. Returns how many were looked at."""
    rows = [
        CaseRisk(
            case_id=risk.case_id, at=at, chance=risk.chance, calibrated=risk.calibrated,
            reasons=[[r.sign, round(r.value, 3), round(r.share, 3)] for r in risk.reasons],
        )
        for risk in _score(timed_rows(open_case_ids()), at)
    ]  # fmt: skip
    with transaction.atomic():
        CaseRisk.objects.exclude(case__closed_at=None).delete()
        CaseRisk.objects.bulk_create(
            rows,
            batch_size=STEP,
            update_conflicts=True,
            unique_fields=["case"],
            update_fields=["at", "chance", "calibrated", "reasons"],
        )
    return len(rows)


def _score(cases: Iterable[TimedCase], at: datetime) -> list[Risk]:
    found = list(cases)
    weights, known, calibrated = _in_force()
    told = [signs_at(case, at) for case in found]
    businesses = [business_at(case, at) for case in found]
    rows = as_rows(told, businesses, known)
    chances, shares = weights.chances(rows), weights.shares(rows)
    names = (*IDS, *(f"{BUSINESS}{name}" for name in known))
    return [
        Risk(
            case.case_id, case.number, case.customer, at, float(chances[n]), calibrated,
            _reasons(names, rows[n].tolist(), shares[n].tolist()),
        )
        for n, case in enumerate(found)
    ]  # fmt: skip


def _reasons(names: tuple[str, ...], values: list[float], shares: list[float]) -> list[Reason]:
    """The signs present that raise the chance most; the absence of one is no reason."""
    shared = dict(zip(names, shares, strict=True))
    said = dict(zip(names, values, strict=True))
    for weaker, stronger in SAID_TOGETHER.items():
        if said[stronger] > 0:
            shared[stronger] += shared[weaker]
            said[weaker] = 0.0
    told = [Reason(n, said[n], shared[n]) for n in names if said[n] > 0 and shared[n] >= WORTH_SAYING]
    return sorted(told, key=lambda reason: -reason.share)[:REASONS]


def _in_force() -> tuple[Weights, tuple[str, ...], bool]:
    made = latest_model()
    if made is None or not made.calibrated or tuple(made.weights.get("signs", ())) != IDS:
        return rules(len(IDS)), (), False
    told = made.weights
    weights = Weights(
        told["intercept"], np.array(told["weights"]), np.array(told["centre"]), told["scale"], told["shift"]
    )
    return weights, tuple(told["businesses"]), True


def _plain(weights: Weights, businesses: tuple[str, ...]) -> dict[str, object]:
    return {
        "signs": list(IDS), "businesses": list(businesses), "intercept": weights.intercept, "scale": weights.scale,
        "shift": weights.shift, "weights": weights.weights.tolist(), "centre": weights.centre.tolist(),
    }  # fmt: skip


def _quality(history: History, weights: Weights) -> dict[str, object]:
    """On customers left out of the fit; the setting right (two numbers) was made on the same."""
    logits = out_of_fold(
        history.rows, history.further, history.counted, history.customers, rules(history.rows.shape[1])
    )
    chances = expit(weights.scale * logits + weights.shift)
    quality: Quality = judge(chances, history.further, history.counted)
    bins = [[round(v, 4) for v in each] for each in reliability(chances, history.further, history.counted)]
    return {**asdict(quality), "bins": bins}
