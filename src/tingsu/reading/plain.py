"""A Reading as plain data and back to nothing else: the form the store, the API and exports keep."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tingsu.reading.types import Reading


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return round(value, 4)
    return value


def to_plain(reading: Reading) -> dict[str, Any]:
    """JSON-ready data: field names as in ``types``, tuples as lists, amounts as decimal strings ("1200.50").

    Probabilities are rounded to four places.
    """
    result: dict[str, Any] = _plain(reading)
    return result
