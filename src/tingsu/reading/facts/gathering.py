"""All facts of a text at once: found on the folded text, shown as places of the original."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tingsu.reading.facts.amounts import Amount, find_amounts
from tingsu.reading.facts.moments import Spoken, find_moments
from tingsu.reading.facts.people import Person, find_staff
from tingsu.reading.facts.places import Spot, find_places
from tingsu.reading.facts.products import Named, find_products
from tingsu.reading.facts.promises import Promised, find_promises
from tingsu.reading.facts.units import Unit, find_units
from tingsu.reading.folding import Folded
from tingsu.reading.types import (
    Evidence,
    Facts,
    Moment,
    PersonalDatum,
    Place,
    Product,
    Promise,
    StaffMember,
    Sum,
    UnitNamed,
)

MOST = 200  # facts of one kind that are kept; more than any letter names


@dataclass(frozen=True, slots=True)
class Found:
    """The facts as places of the folded text, for those who go on working with them."""

    amounts: tuple[Amount, ...] = ()
    moments: tuple[Spoken, ...] = ()
    staff: tuple[Person, ...] = ()
    units: tuple[Unit, ...] = ()
    places: tuple[Spot, ...] = ()
    products: tuple[Named, ...] = ()
    promises: tuple[Promised, ...] = ()
    received: date | None = None


def gather(text: str, received: date | None) -> Found:
    """Every fact of folded ``text``; at most 200 of a kind."""
    moments = tuple(find_moments(text, received))[:MOST]
    staff, units = tuple(find_staff(text))[:MOST], tuple(find_units(text))[:MOST]
    return Found(
        tuple(_outside(find_amounts(text), moments))[:MOST],
        moments,
        staff,
        units,
        tuple(find_places(text))[:MOST],
        tuple(find_products(text))[:MOST],
        tuple(find_promises(text, staff, units, moments))[:MOST],
        received,
    )


def _outside(amounts: object, moments: tuple[Spoken, ...]) -> list[Amount]:
    """Sums that are no part of a date (10.28号)."""
    taken = {place for moment in moments for place in range(moment.start, moment.end)}
    return [amount for amount in amounts if amount.start not in taken]  # type: ignore[attr-defined]


def find_facts(original: str, folded: Folded, found: Found, personal: tuple[PersonalDatum, ...] = ()) -> Facts:
    """``found`` with its places in the original text and the reason of each; names as ``personal`` masks them."""

    def show(start: int, end: int, why: str) -> Evidence:
        begin, stop = folded.origin(start, end)
        return Evidence(begin, stop, original[begin:stop], why)

    return Facts(
        tuple(
            Sum(show(a.start, a.end, _why_sum(a)), a.value, a.currency, a.approximate, a.role) for a in found.amounts
        ),
        tuple(_moment(moment, show(moment.start, moment.end, _why_moment(moment))) for moment in found.moments),
        tuple(Place(show(place.start, place.end, f"{place.kind}名"), place.kind) for place in found.places),
        tuple(UnitNamed(show(unit.start, unit.end, f"说到{unit.kind}"), unit.kind) for unit in found.units),
        tuple(_staff(person, show(person.start, person.end, "说到工作人员"), personal) for person in found.staff),
        tuple(Product(show(item.start, item.end, f"{item.kind}产品"), item.kind) for item in found.products),
        tuple(
            Promise(
                show(p.start, p.end, "工作人员的承诺" if p.who else "对客户的承诺"), p.kind, p.who, p.due, p.due_words
            )
            for p in found.promises
        ),
    )


def _why_sum(amount: Amount) -> str:
    about = "约数，" if amount.approximate else ""
    return f"{about}金额（{amount.role}）" if amount.role else f"{about}金额"


def _why_moment(moment: Spoken) -> str:
    if moment.days.first is None:
        return "相对的时间，需知道受理日"
    return "按受理日推算" if moment.days.relative else "写明的日期"


def _moment(spoken: Spoken, evidence: Evidence) -> Moment:
    days = spoken.days
    return Moment(evidence, days.first, days.last, days.grain, spoken.clock, days.relative, days.confidence)


_NAME_NEAR = 3  # characters between a role and the name that belongs to it


def _staff(person: Person, evidence: Evidence, personal: tuple[PersonalDatum, ...]) -> StaffMember:
    name = next(
        (
            datum.masked
            for datum in personal
            if datum.kind == "姓名"
            and (0 <= datum.start - evidence.end <= _NAME_NEAR or 0 <= evidence.start - datum.end <= 0)
        ),
        "",
    )
    return StaffMember(evidence, person.role, name, person.number)
