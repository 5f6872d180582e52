"""With whom a plan stands and what its budget bears, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from tingsu.cases.budgets import Spending
from tingsu.cases.standing import Decider, Passed, Standing, Why
from tingsu.org.pack import role_in_force
from tingsu.web.words import in_english

FEW = 3  # people named; the others are counted


@dataclass(frozen=True, slots=True)
class StandingView:
    """What a page says of a waiting approval: with whom, why not with those asked first, and the budget."""

    role: str
    people: str
    why: list[str]
    stuck: bool
    budget: str
    over: Decimal


def show_standing(standing: Standing, asked: str) -> StandingView:
    """``asked`` is the level the plan was sent to; the reasons are told where it stands with another."""
    moved = standing.role != asked
    why = [_why(one) for one in standing.passed] if moved else []
    budget = budget_words(standing.spending) if standing.spending else ""
    people = _people(standing.people)
    return StandingView(standing.role, people, list(dict.fromkeys(why)), not standing.people, budget, standing.over)


def budget_words(spending: Spending) -> str:
    """How a budget stands, in one sentence."""
    said = _("%(unit)s %(month)s 预算 %(budget)s 元，已批未付 %(committed)s，已付 %(spent)s，还剩 %(left)s")
    return said % {
        "unit": spending.unit.name,
        "month": spending.month,
        "budget": _yuan(spending.budget),
        "committed": _yuan(spending.committed),
        "spent": _yuan(spending.spent),
        "left": _yuan(spending.left),
    }


def _people(people: Sequence[Decider]) -> str:
    joint = ", " if in_english() else "、"
    named = [_person(one) for one in people[:FEW]]
    said = joint.join(named)
    return said if len(people) <= FEW else _("%(names)s 等 %(n)d 人") % {"names": said, "n": len(people)}


def _person(one: Decider) -> str:
    return _("%(deputy)s（代%(giver)s）") % {"deputy": one.person, "giver": one.giver} if one.giver else str(one.person)


def _why(one: Passed) -> str:
    said = {
        Why.AWAY: _("%(who)s请假至 %(until)s，没有代理人"),
        Why.LEFT: _("%(who)s已停用"),
        Why.PLANNER: _("%(who)s是方案的提出人或送审人，由另一人审批"),
        Why.INTEREST: _("%(who)s是投诉涉及的人员，按规定回避"),
        Why.BUDGET: _("超出补偿预算，须由%(who)s的上一级审批"),
        Why.NOBODY: _("%(who)s在这件工单的范围内没有人担任"),
    }[one.why]
    who = str(one.person) if one.person else _role(one.role)
    return said % {"who": who, "until": _day(one.until)}


def _role(role_id: str) -> str:
    role = role_in_force(role_id)
    return role.name.in_language("en" if in_english() else "zh") if role else role_id


def _day(until: str) -> str:
    if not until or in_english():
        return until
    day = date.fromisoformat(until)
    return f"{day.month}月{day.day}日"


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"
