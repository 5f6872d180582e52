"""Cases: recorded, listed, shown, acted on, revealed. Every route is one verb and one answer."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from itertools import islice
from typing import Any

from django.http import HttpResponse
from ninja import Router
from ninja.params.functions import Header, Query
from pydantic import TypeAdapter

from tingsu.api.asked import ActionAsked, ComplaintAsked, RevealAsked
from tingsu.api.entry import Asked
from tingsu.api.joint_shapes import JointShape
from tingsu.api.refusals import REFUSED
from tingsu.api.shapes import (
    ActionDone,
    CasePage,
    CaseShape,
    DeadlineShape,
    EventPage,
    NearShape,
    Offers,
    Registered,
    RevealedShape,
)
from tingsu.api.showing import show_case, show_deadline, show_event, show_near, show_offer, show_registered, show_row
from tingsu.api.showing_joint import show_joint
from tingsu.api.wire import answer, answer_list
from tingsu.base.clock import now
from tingsu.cases.access import find_case, is_visible
from tingsu.cases.errors import Incomplete
from tingsu.cases.fields import unit_called
from tingsu.cases.lifecycle import act_on, offers
from tingsu.cases.near import near_cases
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import reveal
from tingsu.cases.queue import Filters, list_cases
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.cases.veil import veil_of
from tingsu.intake.idempotency import record_once
from tingsu.org.models import Unit

router = Router(tags=["工单 cases"])

FURTHEST = 10_000  # rows a page may begin at; a list this long wants a filter, not a further page
MOST_EVENTS = 500
DEADLINES = TypeAdapter(list[DeadlineShape])
NEAR = TypeAdapter(list[NearShape])

FILTERS: list[dict[str, Any]] = [
    {"in": "query", "name": field.name, "required": False, "schema": {"type": "string", "default": field.default}}
    for field in fields(Filters)
]


@router.post("/cases", response={201: Registered, 200: Registered, **REFUSED}, summary="登记一份投诉")
def record(
    request: Asked, body: ComplaintAsked, idempotency_key: str | None = Header(None, alias="Idempotency-Key")
) -> HttpResponse:
    """Record a complaint and get its number: 201 when this request made the case, 200 when it was there already.

    Two things make a repeated request harmless: an ``Idempotency-Key`` header (per asker; the same key with another
    body is refused with 422), and ``source`` with ``external_id`` (for all askers together).
    """
    by = request.auth
    draft = _draft(body)
    if idempotency_key is None:
        recorded = record_case(draft, by=by)
    else:
        digest = hashlib.sha256(body.__pydantic_serializer__.to_json(body)).hexdigest()
        recorded = record_once(draft, by=by, key=idempotency_key, digest=digest)
    visible = recorded.created or is_visible(recorded.case, by=by)
    shown = show_registered(recorded.case, created=recorded.created, visible=visible)
    return answer(shown, 201 if recorded.created else 200)


@router.get(
    "/cases",
    response={200: CasePage, **REFUSED},
    summary="按条件列出工单（q 为全文搜索）",
    openapi_extra={"parameters": FILTERS},
)
def list_some(
    request: Asked,
    page: int = Query(1, ge=1, le=FURTHEST),
    size: int = Query(50, ge=1, le=200),
    total: bool = False,
) -> HttpResponse:
    """The cases within reach that fit the filters, nearest deadline first; a search, newest first.

    ``state`` is "open" unless told otherwise: search closed cases with ``state=all``.
    """
    found = list_cases(Filters.from_query(request.GET), by=request.auth, at=now())
    start = min((page - 1) * size, FURTHEST)
    cases = list(found[start : start + size + 1])
    shown = CasePage(
        items=[show_row(case) for case in islice(cases, size)],
        page=page,
        size=size,
        more=len(cases) > size and start + size < FURTHEST,
        total=found.order_by().count() if total else None,
    )
    return answer(shown)


@router.get("/cases/{number}", response={200: CaseShape, **REFUSED}, summary="一份工单（客户信息已遮蔽）")
def show_one(request: Asked, number: str) -> HttpResponse:
    """The case in full, personal data masked."""
    return answer(show_case(find_case(number, by=request.auth)))


@router.get("/cases/{number}/actions", response={200: Offers, **REFUSED}, summary="现在可以办什么、由谁办、要填什么")
def show_offers(request: Asked, number: str) -> HttpResponse:
    """Every action that fits where the case stands, with its form; also those the asker may not do, and who may."""
    case = find_case(number, by=request.auth)
    actions = [show_offer(offer, pack_of(case)) for offer in offers(case, by=request.auth)]
    return answer(Offers(number=case.number, stage=case.stage, version=case.version, actions=actions))


@router.post("/cases/{number}/actions/{action}", response={200: CaseShape | ActionDone, **REFUSED}, summary="办理一步")
def do_action(request: Asked, number: str, action: str, body: ActionAsked) -> HttpResponse:
    """Do one action of the process and get the case as it then stands.

    ``version`` is the version the asker saw; if someone was quicker the answer is 409 with what changed. A system that
    needs no more than where the case stands asks with ``Prefer: return=minimal`` (RFC 7240).
    """
    by = request.auth
    done = act_on(number, action, body.fields, by=by, version=body.version)
    if request.headers.get("Prefer") != "return=minimal":
        return answer(show_case(done))
    response = answer(ActionDone(**{name: getattr(done, name) for name in ActionDone.model_fields}))
    response["Preference-Applied"] = "return=minimal"
    return response


@router.get("/cases/{number}/events", response={200: EventPage, **REFUSED}, summary="办理经过")
def list_events(request: Asked, number: str, after: int = Query(0, ge=0, le=2**31 - 1)) -> HttpResponse:
    """What happened, in order; ``after`` is the last place already known."""
    case = find_case(number, by=request.auth)
    veil = veil_of(case)
    events = list(case.events.filter(seq__gt=after)[: MOST_EVENTS + 1])
    shown = [show_event(event, pack_of(case), veil, request.auth) for event in islice(events, MOST_EVENTS)]
    return answer(EventPage(items=shown, more=len(events) > MOST_EVENTS))


@router.get("/cases/{number}/deadlines", response={200: list[DeadlineShape], **REFUSED}, summary="时限及其算法")
def list_deadlines(request: Asked, number: str) -> HttpResponse:
    """Every clock of the case and how its end was counted."""
    case = find_case(number, by=request.auth)
    veil = veil_of(case)
    return answer_list(DEADLINES, [show_deadline(deadline, veil) for deadline in case.deadlines.all()])


@router.get("/cases/{number}/joint", response={200: JointShape, **REFUSED}, summary="联合办理、代表人、申诉核查与追责")
def show_together(request: Asked, number: str) -> HttpResponse:
    """Tasks of supporting units, transfers, meetings, outside bodies, parties (masked), linked cases, appeals and
    reviews; accountability only for who may see it and for the person concerned."""
    return answer(show_joint(find_case(number, by=request.auth), by=request.auth))


@router.get("/cases/{number}/near", response={200: list[NearShape], **REFUSED}, summary="同一客户或相似的工单")
def list_near(request: Asked, number: str) -> HttpResponse:
    """The cases near this one that the asker may see."""
    case = find_case(number, by=request.auth)
    return answer_list(NEAR, [show_near(near) for near in near_cases(case, by=request.auth)])


@router.post(
    "/cases/{number}/reveal", response={200: RevealedShape, **REFUSED}, summary="查看客户信息（须写理由，留痕）"
)
def reveal_one(request: Asked, number: str, body: RevealAsked) -> HttpResponse:
    """The plain text and customer. Who looked, when and why stays in the events."""
    case = find_case(number, by=request.auth)
    seen = reveal(case, by=request.auth, reason=body.reason)
    response = answer(RevealedShape(number=case.number, text=seen.text, customer=seen.customer, parties=seen.parties))
    response["Cache-Control"] = "no-store"
    return response


def _draft(body: ComplaintAsked) -> Draft:
    said = {name: getattr(body, name) for name in type(body).model_fields}
    customer = CustomerDraft(**body.customer.__dict__)
    return Draft(**{**said, "customer": customer, "accused_unit": _unit(body.accused_unit)})


def _unit(code: str) -> Unit | None:
    if not code:
        return None
    unit = unit_called(code)
    if unit is None:
        raise Incomplete({"accused_unit": "没有这个代码的机构，请核对 accused_unit"})
    return unit
