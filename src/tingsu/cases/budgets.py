"""Compensation budgets (补偿预算): what a unit may pay in a month, what is paid, and what is promised.

Money counts against the unit that leads the case, else the one that recorded it; of the units above it the nearest
with a budget bears it. Promised is what was approved and not yet carried out, whenever it was approved: it will be paid
in this month or a later one, so it stands against the current month only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from tingsu.base.clock import SHANGHAI, local, now
from tingsu.base.errors import TingsuError
from tingsu.cases.access import visible_cases
from tingsu.cases.budget_tables import Budget, Payment
from tingsu.cases.composing import PLACE, Change
from tingsu.cases.errors import Incomplete, NotFound
from tingsu.cases.inserting import insert
from tingsu.cases.models import Approval, Case
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can, grants_of, require

NOTHING = Decimal(0)
LARGEST = Decimal(10) ** 12
MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Spending:
    """How a unit stands in a month, in yuan; ``own`` says the budget is this month's, not every month's."""

    unit: Unit
    month: str
    budget: Decimal
    own: bool
    committed: Decimal = NOTHING
    spent: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        return self.budget - self.committed - self.spent

    def over(self, amount: Decimal) -> Decimal:
        """By how much the budget would be exceeded; nothing where it would not, or nothing is to be paid."""
        return max(amount - self.left, NOTHING) if amount else NOTHING


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One case whose money counts against a budget: what was paid in the month, and what is still promised."""

    case: Case
    spent: Decimal
    committed: Decimal


@dataclass(frozen=True, slots=True)
class BudgetShown:
    """A budget with the cases within this person's reach, and how many lie beyond."""

    spending: Spending
    lines: list[BudgetLine]
    beyond: int


def month_of(at: datetime) -> str:
    """The month in China, as budgets name it."""
    return f"{local(at):%Y-%m}"


def set_budget(
    unit: Unit, amount: Decimal | None, *, by: User, month: str = "", at: datetime | None = None
) -> Budget | None:
    """What the unit may pay in a month, or in every month without one of its own; None takes the budget away.

    Leaves a sealed line in the access log. Raises NotAllowed, Incomplete.
    """
    require(by, "manage_budgets")
    if month and not MONTH.match(month):
        raise Incomplete({"month": "月份请写成 2026-11 的样子，每月通用的留空"})
    if amount is not None and not (amount.is_finite() and NOTHING <= amount < LARGEST):
        raise Incomplete({"amount": "预算金额不能为负，也不能超过万亿"})
    at = at or now()
    with transaction.atomic():
        before = Budget.objects.select_for_update().filter(unit=unit, month=month).first()
        told = {"unit": unit.code, "month": month, "before": _plain(before.amount if before else None)}
        kept = _keep(before, unit, month, amount, by, at)
        note_access("budget", {**told, "amount": _plain(kept.amount if kept else None)}, by=by, at=at)
    return kept


def spending_for(case: Case, *, at: datetime, hold: bool = False) -> Spending | None:
    """How the budget that bears this case's money stands; None where no unit above it has one.

    ``hold`` keeps others from deciding on the same budget until the transaction ends.
    """
    unit = case.lead_unit or case.recorded_unit
    chain = _paths_above(unit.path)
    month = month_of(at)
    if not _any_budget(chain, month):
        return None
    rows = Budget.objects.filter(unit__path__in=chain, month__in=("", month))
    if hold:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    bearing = _nearest(_in_month(rows.select_related("unit")), unit.path)
    if bearing is None:
        return None
    return _spendings(month, at, under=bearing.unit.path).get(bearing.unit.path)


def spendings_for(cases: Iterable[Case], *, at: datetime) -> dict[int, Spending]:
    """Case → how its budget stands this month; cases without one are left out. Three queries for any number."""
    found = _spendings(month_of(at), at)
    borne = {}
    for case in cases:
        nearest = _nearest(found, (case.lead_unit or case.recorded_unit).path)
        if nearest is not None:
            borne[case.pk] = nearest
    return borne


def list_spendings(*, by: User, month: str = "", at: datetime | None = None) -> list[Spending]:
    """The budgets of the units within this person's reach, in the order of the tree. Raises NotAllowed."""
    _require_look(by)
    at = at or now()
    found = _spendings(_checked(month) or month_of(at), at)
    return [found[path] for path in sorted(found) if _within(by, path)]


def show_budget(unit_code: str, *, by: User, month: str = "", at: datetime | None = None) -> BudgetShown:
    """One budget and the cases whose money counts against it, the largest first. Raises NotAllowed, NotFound."""
    at = at or now()
    month = _checked(month) or month_of(at)
    shown = next((s for s in list_spendings(by=by, month=month, at=at) if s.unit.code == unit_code), None)
    if shown is None:
        raise NotFound(unit_code)
    spent = _amounts(_payments_in(month), "case", "amount", shown.unit.path, month)
    promised = _promises() if month == month_of(at) else Approval.objects.none()
    committed = _amounts(promised, "case", "option__amount", shown.unit.path, month)
    found = sorted(spent.keys() | committed.keys())
    cases = visible_cases(by).filter(pk__in=found).select_related("customer", "lead_unit")
    lines = [BudgetLine(c, spent.get(c.pk, NOTHING), committed.get(c.pk, NOTHING)) for c in cases.defer("reading")]
    lines.sort(key=lambda line: (-(line.spent + line.committed), line.case.number))
    return BudgetShown(shown, lines[:MOST_LISTED], len(found) - len(lines))


def settle_promises(case: Case, *, at: datetime) -> None:
    """What was granted is promised no longer: it was carried out, another plan took its place, or all has ended."""
    _SETTLED.run((at,), case.pk)


_SETTLED = Change(lambda: Approval.objects.filter(case=PLACE, granted=True, settled_at=None), "settled_at")


def keep_payment(case: Case, amount: Decimal, *, by: User, at: datetime) -> None:
    """Note money paid; nothing where nothing was."""
    if amount > 0:
        insert(Payment(case=case, amount=amount, paid_at=at, by=by))


class BudgetMistake(TingsuError):
    """A budget cannot be shown as asked."""

    code = "incomplete"


def _require_look(by: User) -> None:
    if not can(by, "manage_budgets"):
        require(by, "view_home")


def _checked(month: str) -> str:
    if month and not MONTH.match(month):
        raise BudgetMistake("月份请写成 2026-11 的样子。")
    return month


def _within(by: User, path: str) -> bool:
    if can(by, "manage_budgets"):
        return True
    return any(
        grant.reach == "all" or (grant.reach in ("unit", "subtree") and path.startswith(grant.unit_path))
        for grant in grants_of(by)
    )


def _keep(
    before: Budget | None, unit: Unit, month: str, amount: Decimal | None, by: User, at: datetime
) -> Budget | None:
    if amount is None:
        if before is not None:
            before.delete()
        return None
    values = {"amount": amount.quantize(Decimal("0.01")), "set_by": by, "set_at": at}
    return Budget.objects.update_or_create(unit=unit, month=month, defaults=values)[0]


def _spendings(month: str, at: datetime, *, under: str = "/") -> dict[str, Spending]:
    """Path of a unit with a budget → how it stands, for the units at and below ``under``."""
    rows = Budget.objects.filter(unit__path__startswith=under, month__in=("", month)).select_related("unit")
    found = _in_month(rows, month)
    if not found:
        return {}
    spent = _by_bearer(found, _sums(_payments_in(month), "amount", under))
    promised = _sums(_promises(), "option__amount", under) if month == month_of(at) else {}
    committed = _by_bearer(found, promised)
    return {
        path: Spending(s.unit, month, s.budget, s.own, committed.get(path, NOTHING), spent.get(path, NOTHING))
        for path, s in found.items()
    }


def _in_month(rows: Iterable[Budget], month: str = "") -> dict[str, Spending]:
    """Path → the budget in force: the month's own before every month's."""
    found: dict[str, Spending] = {}
    for row in sorted(rows, key=lambda one: one.month):
        found[row.unit.path] = Spending(row.unit, month, row.amount, bool(row.month))
    return found


def _payments_in(month: str) -> QuerySet[Payment]:
    year, number = int(month[:4]), int(month[5:])
    start = datetime(year, number, 1, tzinfo=SHANGHAI)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=SHANGHAI)
    return Payment.objects.filter(paid_at__gte=start, paid_at__lt=end)


def _promises() -> QuerySet[Approval]:
    return Approval.objects.filter(granted=True, settled_at=None, option__amount__gt=0).order_by()


def _sums(rows: QuerySet[Payment] | QuerySet[Approval], amount: str, under: str) -> dict[str, Decimal]:
    """Path of the unit that leads (or recorded) the cases → the sum of their money."""
    leads = Q(case__lead_unit__path__startswith=under)
    recorded = Q(case__lead_unit=None, case__recorded_unit__path__startswith=under)
    within = rows if under == "/" else rows.filter(leads | recorded)
    bearing = Coalesce("case__lead_unit__path", "case__recorded_unit__path")
    summed = within.order_by().annotate(path=bearing).values_list("path").annotate(total=Sum(amount))
    return dict(summed)


def _by_bearer(found: Mapping[str, Spending], sums: Mapping[str, Decimal]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for path, amount in sums.items():
        bearer = _nearest(found, path)
        if bearer is not None:
            totals[bearer.unit.path] = totals.get(bearer.unit.path, NOTHING) + amount
    return totals


def _amounts(
    rows: QuerySet[Payment] | QuerySet[Approval], case: str, amount: str, path: str, month: str
) -> dict[int, Decimal]:
    """Case → its money, of the cases whose money this unit's budget bears and no deeper one."""
    budgets = Budget.objects.filter(unit__path__startswith=path, month__in=("", month)).values_list("unit__path")
    deeper = {found for (found,) in budgets if found != path}
    bearing = Coalesce("case__lead_unit__path", "case__recorded_unit__path")
    listed = rows.order_by().annotate(path=bearing).values_list(case, F("path")).annotate(total=Sum(amount))
    return {
        case_id: total
        for case_id, at, total in listed
        if at.startswith(path) and not any(at.startswith(one) for one in deeper)
    }


def _nearest(found: Mapping[str, Spending], path: str) -> Spending | None:
    return next((found[above] for above in _paths_above(path) if above in found), None)


def _paths_above(path: str) -> list[str]:
    """The path itself, then those of the units above it: "/HO/B1/" → "/HO/B1/", "/HO/"."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[:n])}/" for n in range(len(codes), 0, -1)]


def _any_budget(chain: list[str], month: str) -> bool:
    """Whether any of these units has a budget: most have none, and every plan with money asks."""
    marks = ", ".join(["%s"] * len(chain))
    asked = (
        "SELECT 1 FROM cases_budget b JOIN org_unit n ON n.id = b.unit_id"  # noqa: S608 - our own names
        f" WHERE n.path IN ({marks}) AND b.month IN ('', %s) LIMIT 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [*chain, month])
        return cursor.fetchone() is not None


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
