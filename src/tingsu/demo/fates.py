"""What becomes of cases: how long each takes, which take an unusual turn, and which are still open and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from tingsu.demo.road import Draft, Fate

TURNS = {"withdrawn": 12, "reopened": 9, "refused": 20, "late": 13, "extended": 6}
MOST_SIMPLE, MOST_COMPLEX = 14.6, 28.0  # days to close, within the answer's limit


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """One case that is still open: its age in days and the stage it waits at."""

    age: int
    stop: str
    label: str = "working"
    complexity: str = "simple"
    approver: str = ""  # username the plan waits for
    refused: bool = False
    matter: str = ""


OPEN_PLANS = (
    # a simple case's 15 days end today
    OpenPlan(15, "investigated", "due_today"),
    OpenPlan(15, "approving", "due_today", approver="head"),
    OpenPlan(15, "carried_out", "due_today"),
    OpenPlan(15, "routed", "due_today"),
    # and these have run out
    OpenPlan(17, "routed", "overdue"),
    OpenPlan(18, "investigated", "overdue", matter="app_login"),
    OpenPlan(20, "approving", "overdue", approver="head"),
    OpenPlan(23, "approved", "overdue"),
    OpenPlan(34, "routed", "overdue", complexity="complex"),
    OpenPlan(14, "approved", "near"),
    OpenPlan(14, "proposed", "near"),
    OpenPlan(13, "routed", "near"),
    OpenPlan(13, "carried_out", "near"),
    OpenPlan(12, "approving", "near", approver="head"),
    # approvals waiting
    OpenPlan(9, "approving", "refused_then_again", approver="head", refused=True),
    OpenPlan(5, "approving", "head", approver="head"),
    OpenPlan(6, "approving", "head", approver="head"),
    OpenPlan(4, "approving", "head", approver="head", matter="app_login"),
    OpenPlan(16, "approving", "executive", complexity="complex", approver="executive"),
    OpenPlan(11, "approving", "executive", complexity="complex", approver="executive"),
    OpenPlan(8, "approving", "manager", approver="manager"),
    # on the way
    OpenPlan(0, "recorded"),
    OpenPlan(0, "recorded", matter="app_login"),
    OpenPlan(0, "recorded"),
    OpenPlan(1, "recorded"),
    OpenPlan(1, "judged"),
    OpenPlan(1, "judged", matter="app_login"),
    OpenPlan(1, "routed"),
    OpenPlan(2, "routed", matter="app_login"),
    OpenPlan(2, "routed"),
    OpenPlan(3, "routed"),
    OpenPlan(4, "routed"),
    OpenPlan(5, "routed", matter="pension_queue"),
    OpenPlan(5, "routed", matter="app_login"),
    OpenPlan(4, "investigated"),
    OpenPlan(6, "investigated", matter="pension_queue"),
    OpenPlan(7, "investigated", complexity="complex"),
    OpenPlan(10, "investigated"),
    OpenPlan(7, "approved"),
    OpenPlan(8, "carried_out"),
    OpenPlan(7, "answered"),
    OpenPlan(9, "answered"),
    OpenPlan(10, "followed_up"),
    OpenPlan(21, "routed", complexity="complex"),
)


def open_fate(rng: Random, plan: OpenPlan) -> Fate:
    """The fate of a case left open: its last step lies some way back, longer where it is late."""
    reach = rng.uniform(0.35, 0.6) if plan.label == "overdue" else rng.uniform(0.55, 0.9)
    chased = plan.label == "overdue"
    return Fate(days=plan.age * reach, stop=plan.stop, refused=plan.refused, chased=chased)


def draw_fate(rng: Random, draft: Draft, *, until: datetime) -> Fate:
    """An ordinary way to the end, short enough to be over before ``until``."""
    middle, most = (13.0, MOST_COMPLEX) if draft.complexity != "simple" else (4.7, MOST_SIMPLE)
    days = min(max(rng.lognormvariate(0, 0.55) * middle, 0.8), most)
    left = (until - draft.received_at).total_seconds() / 86400
    return Fate(days=min(days, left * 0.93))


def pick_turns(rng: Random, drafts: list[Draft], *, until: datetime, share: float) -> None:
    """Gives some of ``drafts`` an unusual turn each; changes their fates and tags."""
    order = rng.sample(drafts, len(drafts))
    waiting = [d for d in order if (until - d.received_at).days > 75]
    for name, number in TURNS.items():
        fitting = [d for d in waiting if (d.complexity == "complex") == (name == "extended")]
        for draft in fitting[: max(1, round(number * share))]:
            _turn(rng, draft, name)
            draft.tags.add(name)
            waiting.remove(draft)


def _turn(rng: Random, draft: Draft, name: str) -> None:
    setattr(draft.fate, name, True)
    if name == "withdrawn":
        draft.fate.days = rng.uniform(0.4, 4.0)
    elif name == "late":
        draft.fate.days = rng.uniform(21, 31)
    elif name == "extended":
        draft.fate.days = rng.uniform(36, 56)
