"""The addresses of the pages."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.i18n import set_language

from tingsu.web import (
    approvals,
    audit,
    budgets,
    bundles,
    case_form,
    case_page,
    checklists,
    delegations,
    documents,
    evidence,
    exporting,
    home,
    insight_cases,
    insight_compare,
    insight_economics,
    insight_first,
    insight_forecast,
    insight_hot,
    insight_measure,
    insight_measures,
    insight_overview,
    insight_risks,
    insight_topic,
    insight_unit,
    late,
    learning,
    manage_packs,
    managing,
    notices,
    queue,
    recording,
    search,
    tokens,
)
from tingsu.web.sign_in import SignIn


def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A page for people who have signed in."""
    return path(route, login_required(view), name=name)


urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", set_language, name="set_language"),
    page("", home.show_home, "home"),
    page("cases/", queue.show_queue, "queue"),
    page("cases/new/", recording.record, "record"),
    page("cases/export/", exporting.send_list, "export"),
    page("cases/new/reading/", recording.read_live, "record-reading"),
    page("cases/<str:number>/", case_page.show_case, "case"),
    page("cases/<str:number>/recorded/", recording.show_recorded, "recorded"),
    page("cases/<str:number>/do/<str:action_id>/", case_page.do_action, "case-do"),
    page("cases/<str:number>/tick/<str:checklist>/<str:item>/", checklists.tick, "case-tick"),
    page("cases/<str:number>/reveal/", case_page.reveal_personal, "case-reveal"),
    page("cases/<str:number>/form/", case_form.show_form, "case-form"),
    page("cases/<str:number>/paper/", documents.send_paper, "case-paper"),
    page("cases/<str:number>/evidence/", evidence.add_evidence, "evidence-add"),
    page("cases/<str:number>/evidence/<int:no>/", evidence.send_evidence, "evidence"),
    page("approvals/", approvals.show_approvals, "approvals"),
    page("delegations/", delegations.show_delegations, "delegations"),
    page("delegations/<int:delegation_id>/end/", delegations.end, "delegation-end"),
    page("budgets/", budgets.show_budgets, "budgets"),
    page("budgets/<str:code>/", budgets.show_one, "budget"),
    page("bundles/", bundles.show_bundles, "bundles"),
    page("bundles/<int:bundle_id>/", bundles.show_bundle, "bundle"),
    page("forms/", documents.show_forms, "forms"),
    page("forms/<str:pack>/<str:form_id>/", documents.change_form, "form"),
    page("forms/<str:pack>/<str:form_id>/template/", documents.send_template, "form-template"),
    page("forms/<str:pack>/<str:form_id>/sample/", documents.send_sample, "form-sample"),
    page("forms/<str:pack>/<str:form_id>/shipped/", documents.back_to_shipped, "form-shipped"),
    page("forms/<str:pack>/<str:form_id>/versions/<int:number>/", documents.use_or_send_version, "form-version"),
    page("manage/", managing.show_managing, "manage"),
    page("manage/units/", managing.show_units, "manage-units"),
    page("manage/units/<str:code>/", managing.change_unit, "manage-unit"),
    page("manage/staff/", managing.show_staff, "manage-staff"),
    page("manage/staff/<str:username>/", managing.change_person, "manage-person"),
    page("manage/packs/", manage_packs.show_packs, "manage-packs"),
    page("manage/authority/", manage_packs.show_authority, "manage-authority"),
    page("manage/rules/", manage_packs.show_rules, "manage-rules"),
    page("insight/", insight_overview.show_overview, "insight"),
    page("insight/cases/", insight_cases.show_counted, "insight-cases"),
    page("insight/first/", insight_first.show_first, "insight-first"),
    page("insight/compare/", insight_compare.show_compare, "insight-compare"),
    page("insight/hot/", insight_hot.show_hot, "insight-hot"),
    page("insight/topics/<str:topic_id>/", insight_topic.show_topic, "insight-topic"),
    page("insight/units/<str:code>/", insight_unit.show_unit, "insight-unit"),
    page("insight/economics/", insight_economics.show_economics, "insight-economics"),
    page("insight/measures/", insight_measures.show_measures, "insight-measures"),
    page("insight/measures/new/", insight_measures.make_measure, "insight-measure-new"),
    page("insight/measures/<int:number>/", insight_measure.show_measure, "insight-measure"),
    page(
        "insight/measures/<int:number>/evidence/<int:no>/",
        insight_measure.send_measure_evidence,
        "insight-measure-evidence",
    ),
    page("insight/forecast/", insight_forecast.show_forecast, "insight-forecast"),
    page("insight/forecast/calendar/", insight_forecast.change_calendar, "insight-forecast-calendar"),
    page("insight/risks/", insight_risks.show_risks, "insight-risks"),
    page("cases/<str:number>/risk/", insight_risks.show_case_risk, "case-risk"),
    page("late/", late.show_late, "late"),
    page("notices/", notices.show_notices, "notices"),
    page("search/", search.show_found, "search"),
    page("tokens/", tokens.show_tokens, "tokens"),
    page("tokens/<int:token_id>/revoke/", tokens.revoke, "token-revoke"),
    page("audit/", audit.show_audit, "audit"),
    page("models/", learning.show_models, "models"),
    page("models/teach/", learning.teach, "models-teach"),
    page("models/<str:name>/back/", learning.take_back, "model-back"),
    page("models/<str:name>/<int:version>/", learning.show_version, "model"),
    page("models/<str:name>/<int:version>/use/", learning.put_in_force, "model-use"),
]
