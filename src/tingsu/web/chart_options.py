"""ECharts options for the kinds of picture our pages draw. Colours, fonts and axes are the theme's (charts.js)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Values = Sequence[float | int | None]


def line_option(labels: Sequence[str], series: Mapping[str, Values], *, hrefs: Sequence[str] = ()) -> dict[str, Any]:
    """Lines over the same labels; ``hrefs``, one a label, is where a click on a point leads."""
    drawn = [{"type": "line", "name": name, "data": _points(values, hrefs)} for name, values in series.items()]
    return {"xAxis": {"type": "category", "data": list(labels)}, "yAxis": {"type": "value"}, "series": drawn}


def bar_option(
    labels: Sequence[str],
    series: Mapping[str, Values],
    *,
    hrefs: Sequence[str] = (),
    flat: bool = False,
    stacked: bool = False,
) -> dict[str, Any]:
    """Bars; ``flat`` lays them down, first label on top, for long names; ``stacked`` puts the series on each other."""
    drawn: list[dict[str, Any]] = [
        {"type": "bar", "name": name, "data": _points(values, hrefs)} for name, values in series.items()
    ]
    if stacked:
        drawn = [{**one, "stack": "all"} for one in drawn]
    names: dict[str, Any] = {"type": "category", "data": list(labels)}
    if flat:
        return {"xAxis": {"type": "value"}, "yAxis": {**names, "inverse": True}, "series": drawn}
    return {"xAxis": names, "yAxis": {"type": "value"}, "series": drawn}


def band_option(
    labels: Sequence[str],
    counts: Values,
    low: Values,
    high: Values,
    *,
    expected: Values = (),
    counts_name: str,
    band_name: str,
    expected_name: str = "",
    marked: Sequence[str] = (),
    hrefs: Sequence[str] = (),
) -> dict[str, Any]:
    """A count beside its normal band ``low``–``high`` (None where there is none); ``marked`` labels get a red point."""
    span = [None if a is None or b is None else b - a for a, b in zip(low, high, strict=True)]
    series: list[dict[str, Any]] = [
        {"type": "line", "id": "band-low", "name": band_name, "data": list(low), "stack": "band"},
        {"type": "line", "id": "band-span", "name": band_name, "data": span, "stack": "band"},
    ]
    if expected:
        series.append({"type": "line", "id": "expected", "name": expected_name, "data": list(expected)})
    points = [{"coord": [label, counts[labels.index(label)]]} for label in marked if label in labels]
    main = {"type": "line", "id": "counts", "name": counts_name, "data": _points(counts, hrefs)}
    series.append({**main, "markPoint": {"data": points}} if points else main)
    return {"xAxis": {"type": "category", "data": list(labels)}, "yAxis": {"type": "value"}, "series": series}


def _points(values: Values, hrefs: Sequence[str]) -> list[Any]:
    if not hrefs:
        return list(values)
    return [{"value": value, "href": href} for value, href in zip(values, hrefs, strict=True)]
