"""The site's own models of reading (研判模型): versions, figures, what went wrong, put in force and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.cases.learning import ask_teaching, count_corrections, teachings
from tingsu.cases.site_models import check_may_teach, go_back, store, switch_off, use_version
from tingsu.org.models import User
from tingsu.org.pack import active_pack, word_in_force
from tingsu.reading.engine import ENGINE
from tingsu.reading.learned.described import FEWEST_ON_TOP, JUDGED
from tingsu.reading.learned.store import Card, Force, ModelRefused, Store
from tingsu.web.asking import person_of
from tingsu.web.refusals import status_of
from tingsu.web.words import in_english

SHOWN = 5  # versions of a name on the list


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the confusion matrix; ``shade`` 0–4 says how much of the row it holds."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A true label and what was said of its texts."""

    place: int
    label: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version on the list."""

    card: Card
    made_at: datetime
    count: int
    used: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Everything under one name: what is in force, its versions, how many corrections wait, and how teaching stands."""

    name: str
    title: str
    force: Force | None
    versions: list[VersionRow]
    more: int
    corrections: int | None
    enough: bool
    teaching: str
    refused: str
    troubles: list[str]

    @property
    def missing(self) -> int:
        return max(0, FEWEST_ON_TOP - (self.corrections or 0))


def show_models(request: HttpRequest) -> HttpResponse:
    """Every name that is or can be taught."""
    by = person_of(request)
    check_may_teach(by)
    return _render_list(request, by)


def show_version(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """One version: figures, confusion matrix, worst errors, old against new; and putting it in force."""
    check_may_teach(person_of(request))
    return _render_version(request, name, version)


@require_POST
def put_in_force(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """Put a version in force, with a reason that stays on record."""
    by, reason = person_of(request), request.POST.get("reason", "")
    try:
        use_version(name, version, by=by, reason=reason)
    except Incomplete as error:
        return _render_version(request, name, version, error=error, reason=reason)
    messages.success(request, _("已启用第 %(version)s 版，从下一件登记起生效。") % {"version": version})
    return redirect("model", name=name, version=version)


@require_POST
def take_back(request: HttpRequest, name: str) -> HttpResponse:
    """Back to the version before, or off altogether where ``off`` is asked for; with a reason that stays on record."""
    by, reason = person_of(request), request.POST.get("reason", "")
    try:
        if request.POST.get("off"):
            switch_off(name, by=by, reason=reason)
            said = _("已停用，改由出厂研判来判。")
        else:
            force = go_back(name, by=by, reason=reason)
            said = _("已退回第 %(version)s 版。") % {"version": force.version} if force else _("已退回出厂研判。")
    except TingsuError as error:
        return _render_list(request, by, error=error, wrong_at=name, reason=reason)
    messages.success(request, said)
    return redirect("models")


@require_POST
def teach(request: HttpRequest) -> HttpResponse:
    """Have a facet taught from the corrections, in the background."""
    by, facet = person_of(request), request.POST.get("facet", "")
    try:
        ask_teaching(facet, by=by)
    except ModelRefused as error:
        return _render_list(request, by, error=error)
    messages.success(request, _("已开始训练，通常一两分钟。好了之后新版本会列在这里，不会自动启用。"))
    return redirect("models")


def title_of(name: str) -> str:
    """What a name is called on pages: facets by the pack's wording, others as they are."""
    if name not in JUDGED:
        return name
    return active_pack().taxonomy(name).name.in_language("en" if in_english() else "zh")


def _render_list(
    request: HttpRequest, by: User, *, error: TingsuError | None = None, wrong_at: str = "", reason: str = ""
) -> HttpResponse:
    kept = store()
    try:
        force = kept.in_force()
    except ModelRefused as broken:
        error, force = broken, {}
    corrections, jobs = count_corrections(by=by), teachings()
    names = [*JUDGED, *(name for name in kept.names() if name not in JUDGED)]
    context = {
        "named": [_named(kept, name, force.get(name), corrections.get(name), jobs.get(name)) for name in names],
        "error": error.message if error else "",
        "wrong_at": wrong_at,
        "reason": reason,
        "fewest": FEWEST_ON_TOP,
    }
    return render(request, "web/models.html", context, status=status_of(error) if error else 200)


def _named(
    kept: Store, name: str, force: Force | None, corrections: int | None, job: Mapping[str, str] | None
) -> Named:
    numbers = kept.versions(name)[::-1]
    rows, troubles = [], kept.load_in_force(name)[1] if force else []
    for number in numbers[:SHOWN]:
        try:
            card = kept.card(name, number)
        except ModelRefused as error:
            troubles.append(error.message)
        else:
            used = bool(force and force.version == number)
            rows.append(VersionRow(card, _moment(card.made_at), sum(card.examples.values()), used))
    return Named(
        name,
        title_of(name),
        force,
        rows,
        max(0, len(numbers) - SHOWN),
        corrections,
        (corrections or 0) >= FEWEST_ON_TOP,
        (job or {}).get("state", ""),
        (job or {}).get("refused", ""),
        list(dict.fromkeys(troubles)),
    )


def _render_version(
    request: HttpRequest, name: str, version: int, *, error: Incomplete | None = None, reason: str = ""
) -> HttpResponse:
    kept = store()
    card = kept.card(name, version)
    force = kept.in_force().get(name)
    report, compared = card.report, card.compared
    context = {
        "card": card,
        "title": title_of(name),
        "made_at": _moment(card.made_at),
        "force": force if force and force.version == version else None,
        "since": _moment(force.since) if force else None,
        "figures": report["figures"],
        "by_label": [{**row, "name": _label(name, row["label"])} for row in report["by_label"]],
        "matrix": _matrix(name, report),
        "worst": [
            {**one, "truth": _label(name, one["truth"]), "said": _label(name, one["said"])} for one in report["worst"]
        ],
        "origin_is_case": card.source.get("kind") == "corrections",
        "compared": compared,
        "kinds": _kinds(compared),
        "against": _against(compared),
        "aged": card.on_top and card.engine != ENGINE,
        "wrong": error.fields.get("reason", "") if error else "",
        "reason": reason,
        "back": reverse("models"),
    }
    return render(request, "web/model.html", context, status=status_of(error) if error else 200)


def _label(name: str, label: str) -> str:
    return word_in_force(name, label, "en" if in_english() else "zh") if name in JUDGED else label


def _matrix(name: str, report: Mapping[str, Any]) -> list[MatrixRow]:
    labels, rows = report["labels"], []
    for place, (label, counts) in enumerate(zip(labels, report["confusion"], strict=True), start=1):
        total = sum(counts) or 1
        shades = [min(4, -(-4 * count // total)) for count in counts]
        cells = [Cell(c, shade, at == place) for at, (c, shade) in enumerate(zip(counts, shades, strict=True), start=1)]
        rows.append(MatrixRow(place, _label(name, label), cells))
    return rows


def _kinds(compared: Mapping[str, Any] | None) -> list[tuple[str, dict[str, int]]]:
    names = {"corrected": _("更正过的"), "confirmed": _("没有更正的")}
    kinds: Mapping[str, dict[str, int]] = (compared or {}).get("by_kind", {})
    return [(names[kind], one) for kind, one in kinds.items() if kind in names]


def _against(compared: Mapping[str, Any] | None) -> str:
    against = str((compared or {}).get("against", ""))
    return _("出厂研判") if against == "shipped" else _("第 %s 版") % against.rpartition("@")[2]


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
