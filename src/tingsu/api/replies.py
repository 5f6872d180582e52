"""A draft checked before it is sent. Nothing is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from tingsu.api.asked import Body
from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED
from tingsu.api.wire import answer
from tingsu.assist.replies import Finding, ReplyContext, check_reply
from tingsu.assist.replies.of_case import context_of, rules_for
from tingsu.cases.access import find_case
from tingsu.cases.errors import Incomplete
from tingsu.cases.packs import pack_of
from tingsu.org.pack import pack_for, packs_in_force
from tingsu.packs.reply_checks import FindingKind, ReplyKind, Severity

router = Router(tags=["答复 replies"])
LONGEST = 1_000_000  # characters of one draft


class ReplyAsked(Body):
    """A draft. With ``case`` what is known of the case is used, and the other fields only add to it."""

    text: str = Field(max_length=LONGEST, examples=["您好，这是规定，我也没办法。"])
    kind: ReplyKind = "letter"
    case: str = Field("", max_length=40, description="工单号；写了就用工单的认定、权限、客户和承诺")
    pack: str = Field("", max_length=40)
    verdict: str = Field("", max_length=40)
    apology_due: bool | None = None
    limit: Decimal | None = Field(None, ge=0, description="起草人可以承诺的最高金额（元）")
    customer_names: list[str] = Field([], max_length=50)
    known_numbers: list[str] = Field([], max_length=50)
    promised_on: date | None = None
    statutes: list[str] = Field([], max_length=50)


class FindingShape(BaseModel):
    """To mend: ``words`` are the draft's characters ``start`` to ``end``, both 0 where something is missing."""

    id: str
    kind: FindingKind
    start: int
    end: int
    words: str
    rule: str
    source: str
    severity: Severity
    better: str


class CheckedShape(BaseModel):
    """What is to be mended; ``must`` counts what should not be sent so."""

    findings: list[FindingShape]
    must: int


@router.post("/check-reply", response={200: CheckedShape, **REFUSED}, summary="发出前检查答复草稿")
def check_draft(request: Asked, body: ReplyAsked) -> HttpResponse:
    """Words, promises, personal data, statutes, and what is missing, each with rule, source and a better wording."""
    by = request.auth
    if body.case:
        case = find_case(body.case, by=by)
        return answer(
            _shape(
                check_reply(
                    body.text, _added(context_of(case, by=by, kind=body.kind), body), rules_for(pack_of(case).id)
                )
            )
        )
    name = body.pack or pack_for(by).id
    if body.pack and body.pack not in {pack.id for pack in packs_in_force().all}:
        raise Incomplete({"pack": f"没有在用的方案包「{body.pack}」"})
    return answer(_shape(check_reply(body.text, _added(ReplyContext(kind=body.kind), body), rules_for(name))))


def _added(held: ReplyContext, body: ReplyAsked) -> ReplyContext:
    """What is held, with what the request says beside it; the limit is never raised."""
    limits = [limit for limit in (held.limit, body.limit) if limit is not None]
    return ReplyContext(
        kind=held.kind,
        verdict=held.verdict or body.verdict,
        apology_due=body.apology_due,
        limit=min(limits, default=None),
        customer_names=(*held.customer_names, *body.customer_names),
        known_numbers=(*held.known_numbers, *body.known_numbers),
        promised_on=held.promised_on or body.promised_on,
        statutes=tuple(body.statutes),
    )


def _shape(findings: list[Finding]) -> CheckedShape:
    return CheckedShape(
        findings=[FindingShape.model_validate(one, from_attributes=True) for one in findings],
        must=sum(one.severity == "must" for one in findings),
    )
