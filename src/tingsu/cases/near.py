"""Cases near a text or a customer: the same matter again, a returning customer, one template from many hands.

Shown with their reasons, decided by nobody: merging is a person's act.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tingsu.base.text import is_storable
from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.models import Case, Customer, Near, TextBand
from tingsu.org.models import User
from tingsu.reading import similarity
from tingsu.reading.bands import band_keys

NEAR_COPY = 0.6  # similarity from which two texts are taken for the same words
ALIKE = 0.25  # from which an earlier case is worth a look while recording
MOST = 5
LOOKED_AT = 120  # recent cases of the same business compared while a clerk types
CANDIDATES = 60  # near-copies verified at most, the latest; a larger batch hangs together through these
KEPT = 20  # links a case gets at most: a person looks at a few, and a batch of thousands must not link all to all


@dataclass(frozen=True, slots=True)
class NearCase:
    """A case worth a look, why ("customer" or "text"), and how near its text is, 0–1."""

    case: Case
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies near: cases this person may see, and how many of the customer's lie beyond."""

    cases: list[NearCase]
    elsewhere: int


def near_while_recording(text: str, *, by: User, phone: str = "", id_no: str = "", business: str = "") -> Nearby:
    """The customer's earlier cases and the cases whose text is near, for the panel beside the form.

    Characters no store can keep match nothing; recording itself will name them.
    """
    phone, id_no, business = (word if is_storable(word) else "" for word in (phone, id_no, business))
    seen = visible_cases(by).select_related("customer", "recorded_unit")
    of_customer, elsewhere = _of_customer(seen, phone.strip(), id_no.strip())
    found = {case.pk: NearCase(case, "customer", similarity(text, case.text) if text else 0.0) for case in of_customer}
    for near in _near_in_text(seen, text, business):
        found.setdefault(near.case.pk, near)
    ranked = sorted(found.values(), key=lambda n: (n.why != "customer", -n.score))
    return Nearby(ranked[: 2 * MOST], elsewhere)


def near_cases(case: Case, *, by: User) -> list[NearCase]:
    """The links of a case to cases this person may see, nearest first."""
    links = list(
        Near.objects.filter(case=case).select_related("other", "other__recorded_unit").order_by("why", "-score")
    )
    if not sees_all(by):
        # Asked about these few only: as a condition of the query it would look through every case there is.
        among = visible_cases(by).filter(pk__in=[link.other_id for link in links])
        seen = set(among.values_list("pk", flat=True))
        links = [link for link in links if link.other_id in seen]
    return [NearCase(link.other, link.why, link.score) for link in links[: 2 * MOST]]


def link_near(case: Case) -> int:
    """Keep the links between a case and those near it, both ways, and the keys that later cases meet it by."""
    keys = band_keys(case.text)
    copies = sorted(_near_copies(Case.objects.exclude(pk=case.pk), case.text, keys), key=lambda near: -near.score)
    found = {near.case.pk: near for near in copies[:KEPT]}
    for other in _other_cases_of(case)[: 4 * MOST]:
        found[other.pk] = NearCase(other, "customer", similarity(case.text, other.text))
    if not TextBand.objects.filter(case=case).exists():
        TextBand.objects.bulk_create(TextBand(case=case, key=key) for key in keys)
    links = [
        Near(case=a, other=b, score=n.score, why=n.why)
        for n in found.values()
        for a, b in ((case, n.case), (n.case, case))
    ]
    Near.objects.bulk_create(links, ignore_conflicts=True)
    return len(found)


def _of_customer(seen: QuerySet[Case], phone: str, id_no: str) -> tuple[list[Case], int]:
    same = Q(pk__in=[])
    if phone:
        same |= Q(phone=phone)
    if id_no:
        same |= Q(id_no=id_no)
    customers = list(Customer.objects.filter(same).values_list("pk", flat=True)) if phone or id_no else []
    if not customers:
        return [], 0
    shown = list(seen.filter(customer__in=customers).order_by("-received_at")[:MOST])
    return shown, Case.objects.filter(customer__in=customers).count() - seen.filter(customer__in=customers).count()


def _near_in_text(seen: QuerySet[Case], text: str, business: str) -> list[NearCase]:
    near = {n.case.pk: n for n in _near_copies(seen, text, band_keys(text))}
    if business and len(text) >= MOST:
        recent = seen.filter(business=business).order_by("-pk")[:LOOKED_AT]
        for case in recent:
            near.setdefault(case.pk, NearCase(case, "text", similarity(text, case.text)))
    alike = [n for n in near.values() if n.score >= ALIKE]
    return sorted(alike, key=lambda n: -n.score)[:MOST]


def _near_copies(among: QuerySet[Case], text: str, keys: list[int]) -> list[NearCase]:
    if not keys:
        return []
    met = TextBand.objects.filter(key__in=keys).order_by("-case").values_list("case", flat=True).distinct()
    candidates = among.filter(pk__in=list(met[:CANDIDATES]))
    compared = (NearCase(case, "text", similarity(text, case.text)) for case in candidates)
    return [near for near in compared if near.score >= NEAR_COPY]


def _other_cases_of(case: Case) -> QuerySet[Case]:
    customer = case.customer
    same = Q(customer=customer)
    if customer.phone:
        same |= Q(customer__phone=customer.phone)
    if customer.id_no:
        same |= Q(customer__id_no=customer.id_no)
    return Case.objects.filter(same).exclude(pk=case.pk).order_by("-pk")
