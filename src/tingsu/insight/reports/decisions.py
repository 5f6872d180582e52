"""What the meeting has to settle, drawn from the pack by fixed rules, in the order in which it is pressing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from tingsu.insight.measures.panels import SCOPES
from tingsu.insight.measures.verbs import path_of as measure_path
from tingsu.insight.measures.wording import say_effect
from tingsu.insight.reports.monthly import MeasureState, MonthlyPack
from tingsu.insight.reports.names import Names
from tingsu.insight.spikes.alerts import path_of as alert_path
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.topics.hot import HotSpot
from tingsu.reading import mask

MOST_NEW = 3  # hot spots put forward for a new measure


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to settle: of what kind, about what, and where in the product it is settled."""

    kind: str
    what: str
    href: str


def decisions_of(pack: MonthlyPack, names: Names) -> list[Decision]:
    """Measures nobody answers for, late ones, ones that do not work; rises unexplained; hot spots without a measure;
    closed cases without a root cause."""
    return [*_of_measures(pack), *_of_alerts(pack, names), *_of_hot_spots(pack, names), *_of_causes(pack)]


def _of_measures(pack: MonthlyPack) -> Iterator[Decision]:
    for state in pack.measures:
        title, href = mask(state.measure.title), measure_path(state.measure)
        if state.measure.is_open and not state.measure.owner.is_active:
            yield Decision(_("改派责任人"), _("「%s」的责任人已离岗") % title, href)
        if state.late:
            told = _("「%(title)s」期限 %(due)s，已过") % {"title": title, "due": state.measure.due.isoformat()}
            yield Decision(_("催办或改期"), told, href)
        if _failed(state):
            assert state.effect is not None
            told = _("「%(title)s」%(effect)s") % {"title": title, "effect": say_effect(state.effect)}
            yield Decision(_("继续、调整还是停止"), told, href)


def _failed(state: MeasureState) -> bool:
    return state.measure.is_open and state.effect is not None and state.effect.verdict != "worked"


def _of_alerts(pack: MonthlyPack, names: Names) -> Iterator[Decision]:
    for alert in pack.alerts:
        if alert.state == Alert.State.OPEN:
            told = _("%(what)s：%(n)d 件，通常约 %(usual)d 件") % {
                "what": names.words(alert.where), "n": alert.observed, "usual": round(alert.expected),
            }  # fmt: skip
            yield Decision(_("查明苗头的原因"), told, alert_path(alert))


def _of_hot_spots(pack: MonthlyPack, names: Names) -> Iterator[Decision]:
    taken = [state.measure.scope for state in pack.measures if state.measure.is_open]
    fresh = [spot for spot in pack.growing.spots if spot.sure and not any(_meets(one, spot) for one in taken)]
    for spot in fresh[:MOST_NEW]:
        told = _("%(what)s：%(n)d 件，通常约 %(usual)d 件，还没有整改措施") % {
            "what": names.words(spot.where), "n": spot.count, "usual": round(spot.expected or 0),
        }  # fmt: skip
        said = {name: value for name, value in spot.where.items() if name in (*SCOPES, "unit")}
        yield Decision(_("要不要立项整改"), told, "/insight/measures/new/?" + urlencode(said))


def _meets(scope: dict[str, str], spot: HotSpot) -> bool:
    """Whether a measure is against something the spot is about."""
    return bool(scope) and all(spot.where.get(name) == value for name, value in scope.items())


def _of_causes(pack: MonthlyPack) -> Iterator[Decision]:
    if pack.uncaused:
        told = _("%d 件已办结的投诉没有认定根本原因，下月的原因统计就会缺这一块") % pack.uncaused
        yield Decision(_("补认根本原因"), told, pack.scope.in_span(pack.span, {"ended": "closed"}))
