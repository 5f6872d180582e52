"""A Reading as plain data and back to nothing else: the form the store, the API and exports keep."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tingsu.reading.types import Reading


def _plain(value: Any) -> Any:
    kind: type[object] = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return round(value, 4)
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if is_dataclass(kind):
        return {name: _plain(getattr(value, name)) for name in kind.__dataclass_fields__}
    if kind is dict:
        return {key: _plain(item) for key, item in value.items()}
    if kind is date:
        return value.isoformat()
    return format(value, "f") if kind is Decimal else value


def to_plain(reading: Reading) -> dict[str, Any]:
    """JSON-ready data: field names as in ``types``, tuples as lists, amounts as decimal strings ("1200.50"),
    days as "2026-11-20".

    Probabilities are rounded to four places.
    """
    result: dict[str, Any] = _plain(reading)
    return result
