"""Lunar days (农历) as civil dates, from a small table of the years 1980–2040."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

import yaml

from tingsu.reading.lexicon import YAML_LOADER


@lru_cache(maxsize=1)
def _years() -> dict[int, tuple[date, list[tuple[int, int]]]]:
    """Lunar year → (its first day, [(days, leap month or 0), …] month by month)."""
    source = files("tingsu.reading").joinpath("data", "lunar.yaml").read_text(encoding="utf-8")
    table: dict[int, str] = yaml.load(source, Loader=YAML_LOADER)  # noqa: S506 - a safe loader
    return {year: _parse_year(year, line) for year, line in table.items()}


def _parse_year(year: int, line: str) -> tuple[date, list[tuple[int, int]]]:
    new_year, lengths = line.split()
    months: list[tuple[int, int]] = []
    number, leap_next = 0, False
    for char in lengths:
        if char == "^":
            leap_next = True
            continue
        number += not leap_next
        months.append((30 if char == "L" else 29, number if leap_next else 0))
        leap_next = False
    return date.fromisoformat(f"{year}-{new_year}"), months


def lunar_month(year: int, month: int) -> tuple[date, date] | None:
    """First and last day of a lunar month (the ordinary one where a leap month follows); None outside the table."""
    known = _years().get(year)
    if known is None or not 1 <= month <= 12:
        return None
    start, months = known
    number = 0
    for days, leap in months:
        number += not leap
        if number == month and not leap:
            return start, start + timedelta(days=days - 1)
        start += timedelta(days=days)
    return None


def lunar_day(year: int, month: int, day: int) -> date | None:
    """The civil date of a lunar day; None where there is no such day or the table does not know the year."""
    span = lunar_month(year, month)
    if span is None:
        return None
    found = span[0] + timedelta(days=day - 1)
    return found if span[0] <= found <= span[1] else None


def lunar_year_of(day: date) -> int:
    """The lunar year a civil date lies in."""
    known = _years().get(day.year)
    return day.year if known is None or day >= known[0] else day.year - 1
