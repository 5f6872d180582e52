"""The figures: one Ibis expression each, the same on DuckDB and PySpark, and how they are run.

Every figure takes a table of facts (``scope.facts_for``) and gives an expression over it; nothing is counted until
``run``. Periods are days of receipt, both ends included. Money is summed in whole fen, so that no order of adding
changes the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import ibis

from tingsu.insight.days import monday_of
from tingsu.insight.facts.engine import ask

Grain = Literal["hour", "day", "week", "month"]
FURIOUS, ANGRY = 3, 2  # from this strength of emotion
PLEASED = ("satisfied", "accepted")
OPINIONS = (*PLEASED, "dissatisfied")  # the customer said how satisfied
RATED = (
    "ended", "answered_at", "answered_late", "first_response_at", "responded_late", "satisfaction", "emotion", "risky",
    "regulator", "reopened", "appealed", "verdict",
)  # fmt: skip
LONGEST = 400  # days a duration is told apart to; longer ones count as this


def within(table: Any, since: date | None = None, until: date | None = None) -> Any:
    """The facts received in a period; None leaves an end open."""
    ends = [
        *([table.day >= ibis.literal(since)] if since is not None else []),
        *([table.day <= ibis.literal(until)] if until is not None else []),
    ]
    return table.filter(*ends) if ends else table


def with_values(table: Any, where: Mapping[str, str]) -> Any:
    """The facts that have all these values of columns."""
    for name, value in sorted(where.items()):
        table = table.filter(table[name] == value)
    return table


def counts_by(table: Any, *columns: str, since: date | None = None, until: date | None = None) -> Any:
    """(columns …, n) of every combination that occurs, most first. Without columns: one row."""
    return _grouped(within(_narrow(table, "day", *columns), since, until), columns, {"n": ibis._.count()}, most="n")


def growth_by(table: Any, *columns: str, since: date, until: date, before: tuple[date, date]) -> Any:
    """(columns …, n, before): this period's count beside that of another, most now first."""
    first, last = before
    # The outer bounds let an engine pass over files; of two periods joined by "or" it reads every file.
    facts = within(_narrow(table, "day", *columns), min(since, first), max(until, last))
    facts = facts.filter(_between(facts, since, until) | _between(facts, first, last))
    told = {
        "n": _between(ibis._, since, until).cast("int64").sum(),
        "before": _between(ibis._, first, last).cast("int64").sum(),
    }
    return _grouped(facts, columns, told, most="n")


def series(
    table: Any, *columns: str, grain: Grain = "day", since: date | None = None, until: date | None = None
) -> Any:
    """(at, columns …, n) in order of time, only where there is a case; ``filled_series`` puts in the zeros.

    ``at`` is the first day of the week (Monday) or month, the day itself, or the hour as a moment.
    """
    facts = within(table, since, until)
    facts = facts.mutate(at=_beginning(facts, grain))
    return facts.group_by("at", *columns).aggregate(n=ibis._.count()).order_by("at", *columns)


def rates_by(table: Any, *columns: str, since: date | None = None, until: date | None = None) -> Any:
    """Counts from which every rate is taken, by combination: each share has its base beside it.

    ``n`` received; ``open``, ``closed``; ``answered`` and of these ``answered_late``; ``responded`` and of these
    ``responded_late``; ``asked_opinion`` (the customer said how satisfied) and of these ``satisfied``; ``angry`` and
    ``furious``; ``risky`` (any risk of going further); ``regulator``, ``reopened``, ``appealed``; ``valid`` (wholly or
    partly) of ``judged``.
    """
    return _grouped(within(_narrow(table, "day", *RATED, *columns), since, until), columns, _rates(), most="n")


def money_by(table: Any, *columns: str, since: date | None = None, until: date | None = None) -> Any:
    """(columns …, n, asked_n, asked, paid_n, paid): yuan asked for and paid, and in how many cases each."""
    told = {"n": ibis._.count(), **_sum("asked"), **_sum("paid")}
    return _grouped(within(_narrow(table, "day", "asked", "paid", *columns), since, until), columns, told, most="paid")


def durations(
    table: Any, *columns: str, to: str = "closed_at", since: date | None = None, until: date | None = None
) -> Any:
    """(columns …, days, n): how many cases took how many whole days from receipt to a moment; ``quantile_of`` reads it.

    A moment before receipt (a clock that went wrong) counts as 0 days, more than LONGEST as LONGEST.
    """
    facts = within(_narrow(table, "day", "received_at", to, *columns), since, until)
    facts = facts.filter(facts[to].notnull())
    seconds = facts[to].epoch_seconds() - facts.received_at.epoch_seconds()
    days = ibis.greatest(ibis.least((seconds / 86_400).floor().cast("int64"), LONGEST), 0)
    facts = facts.mutate(days=days)
    return facts.group_by(*columns, "days").aggregate(n=ibis._.count()).order_by(*columns, "days")


def span(table: Any) -> Any:
    """(n, first, last): how many facts and the days they lie between."""
    return table.aggregate(n=ibis._.count(), first=ibis._.day.min(), last=ibis._.day.max())


def run(expression: Any) -> list[dict[str, Any]]:
    """The figure's rows as plain values."""
    rows: list[dict[str, Any]] = ask(expression).to_pylist()
    return rows


def filled_series(
    rows: Iterable[dict[str, Any]], *, grain: Grain, since: date, until: date, columns: Sequence[str] = ()
) -> dict[tuple[Any, ...], list[tuple[Any, int]]]:
    """Values of ``columns`` → [(at, n) …] for every step of the period, zeros where nothing was received.

    Of hours every one of the 24 a day; an empty ``columns`` gives one series under ``()``, even without any case.
    """
    steps = list(_steps(grain, since, until))
    found: dict[tuple[Any, ...], dict[Any, int]] = {} if columns else {(): {}}
    for row in rows:
        key = tuple(row[name] for name in columns)
        found.setdefault(key, {})[row["at"]] = row["n"]
    return {key: [(step, counted.get(step, 0)) for step in steps] for key, counted in found.items()}


def quantile_of(rows: Iterable[dict[str, Any]], share: float) -> int | None:
    """The whole days within which a share of the cases was done; None of none."""
    counted = sorted((row["days"], row["n"]) for row in rows)
    wanted = share * sum(n for _days, n in counted)
    seen = 0
    for days, n in counted:
        seen += n
        if seen >= wanted:
            return int(days)
    return None


def _narrow(table: Any, *names: str) -> Any:
    """Only these columns: every step of an expression carries all it has along, and composing it takes as long."""
    return table.select(*dict.fromkeys(names))


def _grouped(facts: Any, columns: Sequence[str], told: dict[str, Any], *, most: str) -> Any:
    if not columns:
        return facts.aggregate(**told)
    counted = facts.group_by(*columns).aggregate(**told)
    return counted.order_by(ibis.desc(most), *columns)


def _between(table: Any, first: date, last: date) -> Any:
    return (table.day >= ibis.literal(first)) & (table.day <= ibis.literal(last))


def _beginning(facts: Any, grain: Grain) -> Any:
    if grain == "hour":
        return facts.received_at.truncate("h")
    if grain == "day":
        return facts.day
    # From the day itself: what week an engine thinks begins when is not asked.
    return facts.day.truncate("W" if grain == "week" else "M").cast("date")


def _steps(grain: Grain, since: date, until: date) -> Iterator[Any]:
    if grain == "hour":
        moment = datetime.combine(since, datetime.min.time())
        while moment.date() <= until:
            yield moment
            moment += timedelta(hours=1)
        return
    day = monday_of(since) if grain == "week" else since
    if grain == "month":
        day = day.replace(day=1)
    while day <= until:
        yield day
        day = _next_month(day) if grain == "month" else day + timedelta(days=7 if grain == "week" else 1)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _rates() -> dict[str, Any]:
    one = ibis._
    conditions = {
        "open": one.ended == "",
        "closed": one.ended == "closed",
        "answered": one.answered_at.notnull(),
        "answered_late": one.answered_at.notnull() & one.answered_late,
        "responded": one.first_response_at.notnull(),
        "responded_late": one.first_response_at.notnull() & one.responded_late,
        "asked_opinion": one.satisfaction.isin(OPINIONS),
        "satisfied": one.satisfaction.isin(PLEASED),
        "angry": one.emotion >= ANGRY,
        "furious": one.emotion >= FURIOUS,
        "risky": one.risky,
        "regulator": one.regulator,
        "reopened": one.reopened,
        "appealed": one.appealed,
        "judged": one.verdict != "",
        "valid": one.verdict.isin(["valid", "partly"]),
    }
    counted = {name: met.cast("int64").sum().coalesce(0) for name, met in conditions.items()}
    return {"n": one.count(), **counted}


def _sum(name: str) -> dict[str, Any]:
    named, fen = ibis._[name].notnull(), (ibis._[name] * 100).round().cast("int64")
    return {f"{name}_n": named.cast("int64").sum().coalesce(0), name: fen.sum().coalesce(0).cast("float64") / 100}
