"""Open cases that may go further: the list of the riskiest, and the part of a case page that says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.cases.access import find_case
from tingsu.insight.escalation.keeping import Reason, latest_model, risk_of, risk_of_customer, riskiest
from tingsu.insight.escalation.model import ENOUGH_CASES, ENOUGH_FURTHER
from tingsu.insight.escalation.tables import CaseRisk, EscalationModel
from tingsu.insight.escalation.wording import chance_words, level_of, reason_words
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.charts import Chart, Grid, download
from tingsu.web.insight_frame import frame_of

SHOWN = 30
OVERVIEW = 10


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One open case of the list: how likely, as words, and why."""

    number: str
    subject: str
    unit: str
    due: datetime | None
    chance: str
    level: str  # high | middle | low
    reasons: list[str]


def show_risks(request: HttpRequest) -> HttpResponseBase:
    """The open cases within reach, the likeliest to go further first, and how far the estimate can be trusted."""
    frame = frame_of(request)
    by = person_of(request)
    found = riskiest(by=by, most=SHOWN)
    made = latest_model()
    charts = [chart] if (chart := _reliability(made)) else []
    if sent := download(request, charts):
        return sent
    context = {
        "frame": frame,
        "rows": [_row(one) for one in found],
        "at": max((one.at for one in found), default=None),
        "told": model_words(made),
        "charts": charts,
    }
    return render(request, "web/insight/risks.html", context)


def show_case_risk(request: HttpRequest, number: str) -> HttpResponseBase:
    """The part of a case page that says how likely the case and its customer are to go further."""
    by = person_of(request)
    case = find_case(number, by=by)
    at = now()
    risk = risk_of([case.pk], by=by, at=at).get(case.pk)
    customer = risk_of_customer(case.pk, by=by, at=at) if risk else None
    shown = None
    if risk:
        shown = {
            "chance": chance_words(risk.chance, risk.calibrated),
            "level": level_of(risk.chance),
            "calibrated": risk.calibrated,
            "reasons": reasons_in_words(risk.reasons),
            "others": customer.open_cases - 1 if customer else 0,
            "customer": chance_words(customer.risk.chance, customer.risk.calibrated) if customer else "",
        }
    whole = request.headers.get("HX-Request") != "true"
    return render(
        request, f"web/{'insight/case_risk' if whole else 'parts/case_risk'}.html", {"case": case, "risk": shown}
    )


def rows_for_overview(by: User) -> list[RiskRow]:
    """The ten riskiest open cases, for the overview."""
    return [_row(one) for one in riskiest(by=by, most=OVERVIEW)]


def reasons_in_words(reasons: Iterable[Reason]) -> list[str]:
    """Every reason in words, the strongest first."""
    return [reason_words(reason) for reason in reasons]


def model_words(made: EscalationModel | None) -> list[str]:
    """What the estimate stands on, how good it was on customers left out, or how much history is missing."""
    if made is None or not made.calibrated:
        have = {"cases": made.cases if made else 0, "further": made.further if made else 0}
        want = {"most": ENOUGH_CASES, "least": ENOUGH_FURTHER}
        return [
            _("未校准：按既定规则排序，不能当作概率。"),
            _("校准至少要有 %(most)d 件已知结果的投诉、其中 %(least)d 件升级过；") % want
            + _("现有 %(cases)d 件、%(further)d 件。") % have,
        ]
    quality = made.quality
    return [
        _("已用本单位 %(cases)d 件投诉校准，其中 %(further)d 件在 90 天内升级（作于 %(day)s）。")
        % {"cases": made.cases, "further": made.further, "day": f"{made.learned_at:%Y-%m-%d}"},
        _("在没有用来学习的客户上：排序正确率（AUC）%(auc).2f，说的与发生的平均相差 %(ece).1f 个百分点。")
        % {"auc": quality["auc"], "ece": 100 * quality["ece"]},
    ]


def _row(one: CaseRisk) -> RiskRow:
    unit = one.case.accused_unit
    return RiskRow(
        number=one.case.number,
        subject=one.case.subject,
        unit=unit.name if unit else "",
        due=one.case.next_due,
        chance=chance_words(one.chance, one.calibrated),
        level=level_of(one.chance),
        reasons=reasons_in_words(Reason(*told) for told in one.reasons),
    )


def _reliability(made: EscalationModel | None) -> Chart | None:
    """Said beside seen, by tenths of the cases, on customers left out of the learning."""
    if made is None or not made.calibrated:
        return None
    bins: list[list[float]] = made.quality.get("bins", [])
    points = [[round(100 * said, 1), round(100 * seen, 1)] for said, seen, _share in bins]
    most = max((max(point) for point in points), default=1.0)
    option: dict[str, Any] = {
        "xAxis": {"type": "value", "name": _("说的（%）")},
        "yAxis": {"type": "value", "name": _("发生的（%）")},
        "series": [
            {"type": "scatter", "name": _("十分之一的投诉"), "data": points},
            {"type": "line", "id": "expected", "name": _("完全相符"), "data": [[0, 0], [most, most]]},
        ],
    }
    columns = [_("说的（%）"), _("发生的（%）"), _("占投诉的份额（%）")]
    rows = [[round(100 * said, 1), round(100 * seen, 1), round(100 * share, 1)] for said, seen, share in bins]
    note = _("点越靠近斜线，百分数越可信；以没有用来学习的客户的投诉为底。")
    return Chart("reliability", _("说的与发生的"), "scatter", option, Grid(columns, rows), note)
