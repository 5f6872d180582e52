"""A customer's earlier compensations (习惯性索赔线索, B17): shown with their evidence, decided by nobody.

The pack says from how many cases within how many days, and from which sum, they are shown. That somebody was often paid
proves nothing: the house may have been at fault each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Q, QuerySet

from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.models import Case, Customer
from tingsu.cases.packs import pack_of
from tingsu.org.models import User

SAME, CONTACT = "customer", "contact"  # the same person; another name under the same number
MOST = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier case: why it counts, what was given, and what kinds of remedy."""

    case: Case
    why: str
    given: Decimal
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """The earlier cases with money given that this person may see, the latest first; all of them counted.

    ``beyond``: how many lie beyond reach or the page.
    """

    cases: list[Earlier]
    count: int
    total: Decimal
    days: int
    beyond: int


def habit_of(case: Case, *, by: User, at: datetime | None = None) -> Habit | None:
    """What the customer was given before, from the pack's threshold on; None below it. ``at``: as of when."""
    rules = pack_of(case).habit
    return earlier_of(case, by=by, at=at, cases=rules.cases, amount=rules.amount)


def earlier_of(
    case: Case, *, by: User, at: datetime | None = None, cases: int = 1, amount: Decimal = Decimal(0)
) -> Habit | None:
    """What the customer was given before, within the days the pack asks about, from so many cases and yuan on."""
    rules = pack_of(case).habit
    until = at or case.received_at
    customers = _same_customers(case.customer)
    if not any((case.customer.phone, case.customer.id_no)) and len(customers) < 2:
        customers = {case.customer_id: SAME}
    given = _given_before(case, customers, until - timedelta(days=rules.days), until)
    total = sum(given.values(), Decimal(0))
    if len(given) < cases or total < amount:
        return None
    among = Case.objects.filter(pk__in=given)
    seen = among if sees_all(by) else visible_cases(by).filter(pk__in=given)
    listed = seen.defer("reading").prefetch_related("options").order_by("-received_at", "-pk")[:MOST]
    shown = [Earlier(one, customers[one.customer_id], given[one.pk], _remedies(one)) for one in listed]
    return Habit(shown, len(given), total, rules.days, len(given) - len(shown))


def _same_customers(customer: Customer) -> dict[int, str]:
    """Rows of the same person (identity number, or phone and name), and of others who give the same phone."""
    same = Q(pk=customer.pk)
    if customer.id_no:
        same |= Q(id_no=customer.id_no)
    if customer.phone:
        same |= Q(phone=customer.phone)
    rows = Customer.objects.filter(same).values_list("pk", "id_no", "name")
    return {pk: SAME if _is_same(customer, pk, id_no, name) else CONTACT for pk, id_no, name in rows}


def _is_same(customer: Customer, pk: int, id_no: str, name: str) -> bool:
    return pk == customer.pk or bool(id_no and id_no == customer.id_no) or name.strip() == customer.name.strip()


def _given_before(case: Case, customers: dict[int, str], since: datetime, until: datetime) -> dict[int, Decimal]:
    """Case → yuan paid, or else granted; only those where there were any."""
    earlier = Case.objects.filter(customer__in=customers, received_at__gte=since, received_at__lte=until)
    rows = _with_money(earlier.exclude(pk=case.pk))
    given = {pk: paid if paid is not None else granted for pk, paid, granted in rows}
    return {pk: amount for pk, amount in given.items() if amount}


def _with_money(cases: QuerySet[Case]) -> QuerySet[Case, tuple[int, Decimal | None, Decimal | None]]:
    granted = Max("approvals__option__amount", filter=Q(approvals__granted=True))
    return cases.order_by().annotate(granted=granted).values_list("pk", "paid", "granted")


def _remedies(case: Case) -> tuple[str, ...]:
    last = max((option.round for option in case.options.all()), default=0)
    return tuple(option.kind for option in case.options.all() if option.round == last and option.chosen)
