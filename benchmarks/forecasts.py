"""Forecasts eight weeks ahead, on units whose true mean is known and on real dated messages (`--forecasts`).

Developed on seeds 1 and 2; what is told is measured on others.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from benchmarks.forecast_draws import Draw, draw
from benchmarks.real_texts import folder
from tingsu.insight.forecast.accuracy import coverage, mase, seasonal_naive, wape
from tingsu.insight.forecast.design import Surroundings
from tingsu.insight.forecast.outlook import AHEAD, Outlook, look_ahead
from tingsu.insight.forecast.panel import Floats, Panel, panel_of, weekly

SEEDS = (101, 102, 103)
BUSY = (201,)  # with 20 cases a day at the middle unit instead of 3
CIVIC = "civic_messages/dated_4326.xlsx"
ORIGINS = (224, 252, 280, 308)  # days of 2019 known at each civic forecast


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one set, ready for the table."""

    who: str
    mase: float
    wape: float
    event: float
    weekly: float
    held: str
    speed: str


def measure_forecasts(*, ets: bool = True) -> None:
    """Print the tables; AutoETS takes some minutes and is left out without ``ets`` or where it is not installed."""
    print(_heading())
    for name, seeds, usual in (("3 cases a day", SEEDS, 3.0), ("20 cases a day", BUSY, 20.0)):
        rows = [row for seed in seeds for row in _of_draw(draw(seed, usual=usual), ets)]
        _print(f"{len(seeds)} × 240 simulated units, {name} at the middle one, seeds {seeds}", rows)
    if (folder() / CIVIC).is_file():
        for title, panel in _civic():
            rows = [row for known in ORIGINS for row in _of_panel(panel.until(known + AHEAD), ets=ets)]
            _print(f"real civic messages {title}, known days {ORIGINS}", rows)
    else:
        print(f"NO REAL MESSAGES: {folder() / CIVIC} is missing")


def _of_draw(drawn: Draw, ets: bool) -> Iterator[Row]:
    known = drawn.panel.days - AHEAD
    around = Surroundings(drawn.events, drawn.units)
    yield from _compare(drawn.panel, around, drawn.event_day[:, known:], ets=ets)
    yield _row("the true mean", drawn.panel, drawn.truth[:, known:], drawn.event_day[:, known:])


def _of_panel(panel: Panel, *, ets: bool) -> Iterator[Row]:
    yield from _compare(panel, Surroundings(), np.zeros((len(panel.names), AHEAD), dtype=bool), ets=ets)


def _compare(panel: Panel, around: Surroundings, event_day: np.ndarray, *, ets: bool) -> Iterator[Row]:
    history = panel.until(panel.days - AHEAD)
    yield _row("as last week (seasonal naive)", panel, seasonal_naive(history.counts, AHEAD), event_day)
    if ets and (said := _auto_ets(history)) is not None:
        yield _row("AutoETS (season 7)", panel, said[0], event_day, speed=len(panel.names) / said[1])
    began = time.process_time()
    outlook = look_ahead(history, around)
    took = time.process_time() - began
    yield _row("Tingsu", panel, outlook.daily.mean, event_day, outlook, speed=len(panel.names) / took)
    began = time.process_time()
    plain = look_ahead(history, around, check=False)
    took = time.process_time() - began
    yield _row("Tingsu, bands unchecked", panel, plain.daily.mean, event_day, plain, speed=len(panel.names) / took)


def _auto_ets(history: Panel) -> tuple[Floats, float] | None:
    try:
        from statsforecast.models import AutoETS
    except ImportError:
        return None
    began = time.process_time()
    said = [AutoETS(season_length=7).forecast(y=row, h=AHEAD)["mean"] for row in history.counts]
    return np.maximum(np.stack(said), 0), time.process_time() - began


def _row(
    who: str, panel: Panel, said: Floats, event_day: np.ndarray, outlook: Outlook | None = None, speed: float = 0.0
) -> Row:
    history, truth = panel.counts[:, :-AHEAD], panel.counts[:, -AHEAD:]
    held = "" if outlook is None else _held(truth, outlook)
    scaled = mase(truth, said, history)
    return Row(
        who,
        float(np.nanmean(scaled)) if np.isfinite(scaled).any() else float("nan"),
        wape(truth, said),
        wape(truth, said, event_day) if event_day.any() else float("nan"),
        wape(weekly(truth), weekly(said)),
        held,
        f"{speed:,.0f}" if speed else "",
    )


def _held(truth: Floats, outlook: Outlook) -> str:
    shares = []
    for counts, band in ((truth, outlook.daily), (weekly(truth), outlook.weekly)):
        shares += [f"{coverage(counts, band.low[level], band.high[level]):.3f}" for level in (0.8, 0.95)]
    return " / ".join(shares)


def _civic() -> Iterator[tuple[str, Panel]]:
    """All messages as one series, and one a district that a title names; by the day of 2019 they were written."""
    rows = list(_civic_rows())
    span = {"since": date(2019, 1, 1), "until": date(2019, 12, 31)}
    yield "as one series", panel_of([("all", day, 1) for _, day in rows], **span)
    named = [(place, day, 1) for place, day in rows if place]
    enough = [place for place, those in groupby(sorted(place for place, _, _ in named)) if len(list(those)) >= 50]
    yield f"by {len(enough)} districts", panel_of(named, **span, names=enough)


def _civic_rows() -> Iterator[tuple[str, date]]:
    import re

    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(folder() / CIVIC).get_sheet_by_index(0).to_python()
    for row in sheet[1:]:
        year, month, day = (int(part) for part in re.split(r"[-/ T]", str(row[3]))[:3])
        place = re.search(r"[A-M]\d{1,2}(?=区|市|县)", str(row[2]))
        yield place[0] if place else "", date(year, month, day)


def _print(title: str, rows: list[Row]) -> None:
    print(f"\n{title}:\n")
    print("| | MASE | WAPE | WAPE on event days | WAPE by week | held 80/95 % by day, by week | series/s |")
    print("|---|---|---|---|---|---|---|")
    for who in dict.fromkeys(row.who for row in rows):
        mine = [row for row in rows if row.who == who]
        means = [float(np.mean([getattr(row, name) for row in mine])) for name in ("mase", "wape", "event", "weekly")]
        cells = ["" if np.isnan(value) else f"{value:.3f}" for value in means]
        print(f"| {who} | {' | '.join(cells)} | {_mean_held(mine)} | {mine[-1].speed} |", flush=True)


def _mean_held(rows: list[Row]) -> str:
    shares = [[float(share) for share in row.held.split(" / ")] for row in rows if row.held]
    return " / ".join(f"{share:.3f}" for share in np.mean(shares, axis=0)) if shares else ""


def _heading() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    load = os.getloadavg()[0]
    return (
        f"{date.today().isoformat()}, commit {commit}, {os.cpu_count()} cores (load {load:.1f}), {platform.machine()},"  # noqa: DTZ011
        f" Python {platform.python_version()}; series/s by processor time of one core."
    )


if __name__ == "__main__":
    measure_forecasts()
