"""Cases near a text or a customer: the same customer again, one template from many hands, matters alike.

Shown with their reasons and with how they ended, decided by nobody: merging is a person's act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from tingsu.base.text import is_storable
from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.alike import find_alike, mark_linked, unlinked_cases
from tingsu.cases.bundles import bundle_case
from tingsu.cases.models import Case, Customer, Near
from tingsu.org.models import User
from tingsu.org.pack import active_pack
from tingsu.reading import similarity
from tingsu.reading.similar import is_copy

CUSTOMER, TEMPLATE, TEXT = "customer", "template", "text"  # why a case is near, the weightiest first
_ORDER = {why: place for place, why in enumerate((CUSTOMER, TEMPLATE, TEXT))}
MOST = 5
KEPT = 20  # links a case gets at most: a person looks at a few, and a batch of thousands must not link all to all
_LOOKED_AT = 200  # links of a case that are sorted; the first letter of a batch is linked from every later one


@dataclass(frozen=True, slots=True)
class NearCase:
    """A case worth a look, why (customer, template or text), and how near its text is, 0–1."""

    case: Case
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies near: cases this person may see, how many of the customer's there are, and how many of them beyond."""

    cases: list[NearCase]
    elsewhere: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ended, or stands: what a colleague with the same matter on the desk wants to know of it."""

    verdict: str
    remedies: list[tuple[str, Decimal]]
    paid: Decimal | None
    satisfaction: str
    closed_at: datetime | None


def near_while_recording(text: str, *, by: User, phone: str = "", id_no: str = "", business: str = "") -> Nearby:
    """The customer's earlier cases and the cases whose text is near, for the panel beside the form.

    Characters no store can keep match nothing; recording itself will name them. ``business`` is not needed any more.
    """
    phone, id_no = (word if is_storable(word) else "" for word in (phone, id_no))
    seen = visible_cases(by).select_related("customer", "recorded_unit").defer("reading")
    of_customer, before, elsewhere = _of_customer(seen, phone.strip(), id_no.strip())
    found = {case.pk: NearCase(case, CUSTOMER, similarity(text, case.text) if text else 0.0) for case in of_customer}
    for near in _near_in_text(seen, text, everything=sees_all(by)):
        found.setdefault(near.case.pk, near)
    return Nearby(sorted(found.values(), key=_rank)[: 2 * MOST], elsewhere, before)


def near_cases(case: Case, *, by: User) -> list[NearCase]:
    """The links of a case to cases this person may see: the customer's own first, then the nearest."""
    kept = Near.objects.filter(case=case).select_related("other", "other__recorded_unit").defer("other__reading")
    links = list(kept.order_by("-score")[:_LOOKED_AT])
    if not sees_all(by):
        # Asked about these few only: as a condition of the query it would look through every case there is.
        among = visible_cases(by).filter(pk__in=[link.other_id for link in links])
        seen = set(among.values_list("pk", flat=True))
        links = [link for link in links if link.other_id in seen]
    return sorted((NearCase(link.other, link.why, link.score) for link in links), key=_rank)[: 2 * MOST]


def ending_of(case: Case) -> Ending | None:
    """How the case ended or what has been found so far; None where nobody has judged yet. Reads ``case.options``."""
    if not (case.verdict or case.closed_at):
        return None
    last = max((option.round for option in case.options.all()), default=0)
    chosen = [o for o in case.options.all() if o.round == last and o.chosen]
    return Ending(case.verdict, [(o.kind, o.amount) for o in chosen], case.paid, case.satisfaction, case.closed_at)


def link_near(case: Case) -> int:
    """Keep the links between a case and those near it, both ways, and gather it into bundles. Safe to run twice.

    Returns how many cases it is linked with. In order: the texts that are alike, the customer's other cases, the links,
    the bundles of its wording and of its contacts, and a mark that all this has been done.
    """
    found = {near.case.pk: near for near in _alike_cases(case)}
    copies = [near.case for near in found.values() if near.why == TEMPLATE]
    for other in _other_cases_of(case)[:KEPT]:
        found[other.pk] = NearCase(other, CUSTOMER, similarity(case.text, other.text))
    links = [
        Near(case=a, other=b, score=n.score, why=n.why)
        for n in found.values()
        for a, b in ((case, n.case), (n.case, case))
    ]
    # In one order: workers that link the same cases at once wait, and none for each other.
    links.sort(key=lambda link: (link.case_id, link.other_id))
    Near.objects.bulk_create(links, ignore_conflicts=True)
    bundle_case(case, copies)
    mark_linked(case.pk)
    return len(found)


def link_old_cases(on_done: Callable[[int], None] | None = None) -> int:
    """Link every indexed case not looked at yet, oldest first; may be stopped and begun again. Returns how many."""
    done = 0
    for pk in list(unlinked_cases()):
        link_near(Case.objects.select_related("customer").get(pk=pk))
        done += 1
        if on_done:
            on_done(done)
    return done


def _rank(near: NearCase) -> tuple[int, float, int]:
    return _ORDER[near.why], -near.score, -near.case.pk


def _of_customer(seen: QuerySet[Case], phone: str, id_no: str) -> tuple[list[Case], int, int]:
    """(the latest within reach, how many there are, how many of them beyond reach)."""
    same = Q(pk__in=[])
    if phone:
        same |= Q(phone=phone)
    if id_no:
        same |= Q(id_no=id_no)
    customers = list(Customer.objects.filter(same).values_list("pk", flat=True)) if phone or id_no else []
    if not customers:
        return [], 0, 0
    shown = list(seen.filter(customer__in=customers).order_by("-received_at")[:MOST])
    before = Case.objects.filter(customer__in=customers).count()
    return shown, before, before - seen.filter(customer__in=customers).count()


def _near_in_text(seen: QuerySet[Case], text: str, *, everything: bool) -> list[NearCase]:
    alike = find_alike(text, seen, most=MOST, everything=everything)
    alike = [one for one in alike if one.score >= active_pack().similar.alike]
    cases = seen.in_bulk([one.case_id for one in alike])
    found = [(cases[one.case_id], one.score) for one in alike if one.case_id in cases]
    return [NearCase(case, TEMPLATE if is_copy(text, case.text) else TEXT, score) for case, score in found]


def _alike_cases(case: Case) -> list[NearCase]:
    """The cases whose text is alike or a copy, the nearest first; the customer's own too."""
    others = Case.objects.exclude(pk=case.pk)
    scores = {one.case_id: one.score for one in find_alike(case.text, others, most=KEPT, everything=True)}
    cases = Case.objects.select_related("customer").defer("reading").in_bulk(list(scores))
    found = []
    for pk, score in scores.items():
        copy = is_copy(case.text, cases[pk].text)
        if copy or score >= active_pack().similar.alike:
            found.append(NearCase(cases[pk], TEMPLATE if copy else TEXT, score))
    return found


def _other_cases_of(case: Case) -> QuerySet[Case]:
    """The same customer's other cases, the newest first.

    Who is the same is asked first and by itself: asked together, an OR over two tables makes either database read
    every case from the newest down (180 ms at 40,000 cases).
    """
    customer = case.customer
    same = Q(pk=customer.pk)
    if customer.phone:
        same |= Q(phone=customer.phone)
    if customer.id_no:
        same |= Q(id_no=customer.id_no)
    customers = list(Customer.objects.filter(same).values_list("pk", flat=True))
    return Case.objects.filter(customer__in=customers).exclude(pk=case.pk).order_by("-pk")
