"""Checksums and shapes that official numbers obey."""

from __future__ import annotations

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice a digit, its own digits added
# GB/T 2260: the provinces, Taiwan, the residence permits of Hong Kong, Macau and Taiwan, and of foreigners (91).
_REGIONS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91))
_PROVINCES = frozenset(str(code) for first, last in _REGIONS for code in range(first, last + 1))
_BORN = range(1890, 2041)


def has_id_checksum(number: str) -> bool:
    """GB 11643-1999: the eighteenth character answers for the other seventeen."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17]


def has_luhn_checksum(number: str) -> bool:
    """ISO/IEC 7812-1."""
    digits = [int(digit) for digit in number]
    return (sum(digits[-1::-2]) + sum(_DOUBLED[digit] for digit in digits[-2::-2])) % 10 == 0


def looks_like_id(number: str) -> bool:
    """A region and a birthday stand where an identity number of 18 or 15 characters has them."""
    if number[:2] not in _PROVINCES:
        return False
    return _is_birthday(number[6:14] if len(number) == 18 else "19" + number[6:12])


def _is_birthday(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year in _BORN
    except ValueError:
        return False
