"""Free text with personal data masked: what the customer gave us by its value, everything else by its look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tingsu.cases.beside import parties_of
from tingsu.cases.models import Case, Customer
from tingsu.cases.personal import mask_name, masked_customer, masked_party
from tingsu.cases.tables import Party
from tingsu.reading import mask, mask_each

SHORTEST = 2  # characters from which a customer's value is looked for in other text
# What the system itself writes into events: digests, numbers and codes that a recogniser could take for a card's.
OURS = {
    "sha256", "into", "user", "unit", "rule", "from", "to", "received_at", "before", "after", "engine", "level",
    "left", "edition", "pack", "checklist", "item",
}  # fmt: skip


def veil_of(case: Case) -> Veil:
    """The veil over everything that is told of one case: its customer's data and that of who stands beside them."""
    return Veil(case.customer, parties=parties_of(case))


class Veil:
    """Masks text about one customer. People write names and numbers into notes, answers and findings too."""

    def __init__(self, customer: Customer, *, accused: str = "", parties: Iterable[Party] = ()) -> None:
        """``accused`` is a name to hide as well: it may stay on the pages, but does not leave the house.

        ``parties`` are the people who stand beside the customer; their data is masked like the customer's.
        """
        shown = masked_customer(customer)
        known = [(getattr(customer, name), masked) for name, masked in shown.items()]
        known.append((accused, mask_name(accused)))
        known += [(getattr(p, name), masked) for p in parties for name, masked in masked_party(p).items()]
        pairs = [(value, masked) for value, masked in known if len(value) >= SHORTEST and value != masked]
        # Longest first, so that an account number is not torn by a shorter number inside it.
        self.pairs = sorted(pairs, key=lambda pair: -len(pair[0]))

    def over_known(self, text: str) -> str:
        """``text`` with this customer's own data masked."""
        for value, masked in self.pairs:
            if value in text:
                text = text.replace(value, masked)
        return text

    def over_known_in_place(self, text: str) -> str:
        """``over_known`` without moving any other character, so that places counted in the text stay right."""
        for value, masked in self.pairs:
            text = text.replace(value, masked[: len(value)].ljust(len(value), "*"))
        return text

    def over(self, text: str) -> str:
        """``text`` with this customer's data, and whatever else looks personal, masked."""
        return mask(self.over_known(text)) if text else text

    def over_all(self, data: dict[str, Any]) -> dict[str, Any]:
        """``over`` for every text people wrote inside plain data."""
        texts = list(dict.fromkeys(_texts_in(data)))
        known = [self.over_known(text) for text in texts]
        shown: dict[str, Any] = _said_anew(data, dict(zip(texts, mask_each(known), strict=True)))
        return shown


def _texts_in(value: Any) -> Iterator[str]:
    """Every text inside plain data that people may have written."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts_in(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in OURS:
                yield from _texts_in(part)


def _said_anew(value: Any, shown: Mapping[str, str]) -> Any:
    """The same data with every such text as it is shown."""
    if isinstance(value, str):
        return shown[value]
    if isinstance(value, list):
        return [_said_anew(part, shown) for part in value]
    if isinstance(value, dict):
        return {name: part if name in OURS else _said_anew(part, shown) for name, part in value.items()}
    return value
