"""All facts of a text at once: found on the folded text, shown as places of the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol, TypeVar

from tingsu.reading.facts.amounts import OPENINGS as SUMS
from tingsu.reading.facts.amounts import Amount, find_amounts
from tingsu.reading.facts.moments import OPENINGS as MOMENTS
from tingsu.reading.facts.moments import Spoken, find_moments
from tingsu.reading.facts.people import Person, find_staff, role_words
from tingsu.reading.facts.places import Spot, find_places, town_words
from tingsu.reading.facts.products import Named, find_products, product_words
from tingsu.reading.facts.promises import OPENINGS as PROMISES
from tingsu.reading.facts.promises import Promised, find_promises
from tingsu.reading.facts.units import Unit, find_units, unit_words
from tingsu.reading.folding import Folded
from tingsu.reading.openings import Openings, Places
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


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Place_ = TypeVar("Place_", bound=_Placed)
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


@lru_cache(maxsize=1)
def _openings() -> Openings:
    return Openings(
        {
            "moment": MOMENTS,
            "sum": SUMS,
            "role": role_words(),
            "unit": unit_words(),
            "town": town_words(),
            "product": product_words(),
            "promise": PROMISES,
        }
    )


def gather(text: str, received: date | None) -> Found:
    """Every fact of folded ``text``; at most 200 of a kind."""
    return gather_each([text], received)[0]


def gather_each(texts: Sequence[str], received: date | None) -> list[Found]:
    """Every fact of each of the folded ``texts``; at most 200 of a kind."""
    return [_gather(text, received, at) for text, at in zip(texts, _openings().find_each(texts), strict=True)]


def _gather(text: str, received: date | None, at: Places) -> Found:
    moments = tuple(find_moments(text, received, at["moment"]))[:MOST]
    staff, units = tuple(find_staff(text, at["role"]))[:MOST], tuple(find_units(text, at["unit"]))[:MOST]
    return Found(
        tuple(_outside(find_amounts(text, at["sum"]), moments))[:MOST],
        moments,
        staff,
        units,
        tuple(find_places(text, at["town"]))[:MOST],
        tuple(find_products(text, at["product"]))[:MOST],
        tuple(find_promises(text, staff, units, moments, at["promise"]))[:MOST],
        received,
    )


def _outside(amounts: Iterable[Amount], moments: tuple[Spoken, ...]) -> list[Amount]:
    """Sums that are no part of a date (10.28号)."""
    if not moments:
        return list(amounts)
    taken = {place for moment in moments for place in range(moment.start, moment.end)}
    return [amount for amount in amounts if amount.start not in taken]


def find_facts(original: str, folded: Folded, found: Found, personal: tuple[PersonalDatum, ...] = ()) -> Facts:
    """``found`` with its places in the original text and the reason of each; names as ``personal`` masks them.

    What lies in personal data (the street of a home address, digits of an account) is no fact to be shown.
    """

    def open_to_all(items: Iterable[Place_]) -> Iterator[tuple[Place_, int, int]]:
        for item in items:
            begin, stop = folded.origin(item.start, item.end)
            if not any(begin < datum.end and datum.start < stop for datum in personal):
                yield item, begin, stop

    return Facts(
        tuple(
            Sum(_show(original, b, e, _why_sum(a)), a.value, a.currency, a.approximate, a.role)
            for a, b, e in open_to_all(found.amounts)
        ),
        tuple(_moment(m, _show(original, b, e, _why_moment(m))) for m, b, e in open_to_all(found.moments)),
        tuple(Place(_show(original, b, e, f"{p.kind}名"), p.kind) for p, b, e in open_to_all(found.places)),
        tuple(UnitNamed(_show(original, b, e, f"说到{u.kind}"), u.kind) for u, b, e in open_to_all(found.units)),
        tuple(_staff(person, original, folded, personal) for person in found.staff),
        tuple(Product(_show(original, b, e, f"{p.kind}产品"), p.kind) for p, b, e in open_to_all(found.products)),
        tuple(
            Promise(
                _show(original, b, e, "工作人员的承诺" if p.who else "对客户的承诺"), p.kind, p.who, p.due, p.due_words
            )
            for p, b, e in open_to_all(found.promises)
        ),
    )


def _show(original: str, start: int, end: int, why: str) -> Evidence:
    return Evidence(start, end, original[start:end], why)


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


def _staff(person: Person, original: str, folded: Folded, personal: tuple[PersonalDatum, ...]) -> StaffMember:
    start, end = folded.origin(person.start, person.end)
    name = next((datum.masked for datum in personal if datum.kind == "姓名" and _is_beside(datum, start, end)), "")
    return StaffMember(_show(original, start, end, "说到工作人员"), person.role, name, person.number)


def _is_beside(datum: PersonalDatum, start: int, end: int) -> bool:
    return 0 <= datum.start - end <= _NAME_NEAR or datum.end == start
