"""Batches and shared contacts for those who watch over the whole: what was found, the evidence, the cases."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tingsu.cases.bundles import Suspicion, list_suspicions, show_suspicion
from tingsu.cases.models import Case
from tingsu.cases.near import Ending, ending_of
from tingsu.org.pack import active_pack
from tingsu.reading.similar import AGENT, BATCH, CONTACT, matching_passages
from tingsu.web.asking import person_of
from tingsu.web.near_view import mark_excerpt, mark_whole

KINDS = {AGENT: _("疑似代理"), BATCH: _("批量"), CONTACT: _("共用联系方式")}
TAGS = {AGENT: "tag-orange", BATCH: "tag-amber", CONTACT: ""}
SHOWN = 120  # characters of a case's text in the list


@dataclass(frozen=True, slots=True)
class BundleLine:
    """One bundle of the list."""

    suspicion: Suspicion
    kind: str
    tag: str
    said: SafeString


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One case of a bundle, what it shares with the example marked, and how it ended."""

    case: Case
    said: SafeString
    ending: Ending | None


def show_bundles(request: HttpRequest) -> HttpResponse:
    """The bundles worth a look, agent-like ones first."""
    lines = [_line(suspicion) for suspicion in list_suspicions(by=person_of(request))]
    return render(request, "web/bundles.html", {"lines": lines, "rules": active_pack().similar})


def show_bundle(request: HttpRequest, bundle_id: int) -> HttpResponse:
    """One bundle: the wording or contact in common, and the cases within reach."""
    shown = show_suspicion(bundle_id, by=person_of(request))
    example = shown.suspicion.example
    text = example.masked_text if example is not None else ""
    members = [_member(case, text) for case in shown.cases]
    other = next((case for case in shown.cases if example is not None and case.pk != example.pk), None)
    passages = matching_passages(text, other.masked_text) if other is not None else []
    context = {
        "line": _line(shown.suspicion),
        "example": mark_whole(text, [passage.first for passage in passages]),
        "members": members,
        "beyond": shown.beyond,
    }
    return render(request, "web/bundle.html", context)


def _line(suspicion: Suspicion) -> BundleLine:
    said = mark_excerpt(suspicion.example.masked_text if suspicion.example else "", [], SHOWN)
    return BundleLine(suspicion, str(KINDS[suspicion.kind]), TAGS[suspicion.kind], said)


def _member(case: Case, text: str) -> MemberLine:
    spans = [passage.second for passage in matching_passages(text, case.masked_text)]
    return MemberLine(case, mark_excerpt(case.masked_text, spans, SHOWN), ending_of(case))
