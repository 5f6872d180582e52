"""The demo bank's units and staff, and customers who do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
ID_REGION = "3299"  # a province with a prefecture that was never assigned: well-formed, nobody's
CARD_PREFIX = "629999"  # passes the Luhn check, issued by nobody
PHONE_PREFIX = "154"  # never opened to subscribers


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the bank; ``kind`` is head_office, branch, outlet or department."""

    code: str
    name: str
    short: str
    kind: str
    parent: str | None
    customers: int


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff; ``account`` marks the easy demo account of a role."""

    username: str
    name: str
    staff_no: str
    unit: str
    roles: tuple[str, ...]
    title: str
    account: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """One invented customer; the numbers are well-formed and belong to nobody."""

    name: str
    sex: str  # 男 or 女
    born: date
    phone: str
    id_no: str
    card: str
    job: str

    @property
    def surname(self) -> str:
        return self.name[0]

    @property
    def title(self) -> str:
        return "先生" if self.sex == "男" else "女士"

    def age_on(self, day: date) -> int:
        """Full years on ``day``."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True)
class Bank:
    """The whole demo organisation, looked up by code, username and role."""

    name: str
    city: str
    hotline: str
    units: tuple[Unit, ...]
    people: tuple[Person, ...]

    def unit(self, code: str) -> Unit:
        return next(u for u in self.units if u.code == code)

    def person(self, username: str) -> Person:
        return next(p for p in self.people if p.username == username)

    def people_with(self, role: str, *, unit: str | None = None) -> list[Person]:
        """Staff holding ``role``, in ``unit`` alone where it is given."""
        return [p for p in self.people if role in p.roles and unit in (None, p.unit)]

    def lead_of(self, unit: str) -> Person:
        """Who answers for ``unit``; a unit without its own lead is answered for by its parent's."""
        found = self.people_with("unit_lead", unit=unit)
        parent = self.unit(unit).parent
        if found:
            return found[0]
        if parent is None:
            raise LookupError(unit)
        return self.lead_of(parent)

    def outlets(self) -> list[Unit]:
        return [u for u in self.units if u.kind == "outlet"]

    @property
    def accounts(self) -> dict[str, Person]:
        """The easy demo accounts: role → the person whose username is easily typed."""
        return {p.roles[0]: p for p in self.people if p.account}


def read_content(name: str) -> Any:
    """The parsed YAML file ``name`` of the demo content."""
    return yaml.load((files("tingsu.demo") / "content" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def load_bank() -> Bank:
    """The demo bank as written in ``content/bank.yaml``."""
    raw = read_content("bank.yaml")
    return Bank(
        name=raw["name"],
        city=raw["city"],
        hotline=raw["hotline"],
        units=tuple(Unit(**u) for u in raw["units"]),
        people=tuple(Person(**{**p, "roles": tuple(p["roles"])}) for p in raw["people"]),
    )


@cache
def load_names() -> dict[str, Any]:
    """Name parts and small word lists of ``content/names.yaml``."""
    names: dict[str, Any] = read_content("names.yaml")
    return names


def invent_customer(
    rng: Random, *, ages: tuple[int, int], on: date, surname: str = "", sex: str = "", phone: str = ""
) -> Customer:
    """A new customer whose age on ``on`` lies within ``ages``; what is given is taken, the rest invented."""
    names = load_names()
    sex = sex or rng.choice("男女")
    oldest = date(on.year - ages[1], 1, 2)
    youngest = date(on.year - ages[0] - 1, 12, 28)
    born = oldest + timedelta(days=rng.randrange((youngest - oldest).days))
    return Customer(
        name=(surname or rng.choice(names["surnames"])) + rng.choice(names["given"][sex]),
        sex=sex,
        born=born,
        phone=phone or PHONE_PREFIX + f"{rng.randrange(10**8):08d}",
        id_no=make_id_no(rng, born=born, sex=sex),
        card=make_card(rng),
        job="退休" if on.year - born.year >= 61 else rng.choice(names["jobs"][1:]),
    )


def make_id_no(rng: Random, *, born: date, sex: str) -> str:
    """An identity number with a right check digit (GB 11643) in an unassigned region."""
    serial = rng.randrange(0, 998, 2) + (1 if sex == "男" else 2)
    body = f"{ID_REGION}{rng.randrange(1, 30):02d}{born:%Y%m%d}{serial:03d}"
    total = sum(int(c) * w for c, w in zip(body, ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def make_card(rng: Random) -> str:
    """A 19-digit card number that passes the Luhn check."""
    body = CARD_PREFIX + f"{rng.randrange(10**12):012d}"
    doubled = (int(c) * (2 - i % 2) for i, c in enumerate(reversed(body)))
    total = sum(d - 9 if d > 9 else d for d in doubled)
    return body + str(-total % 10)
