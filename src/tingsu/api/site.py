"""The site itself: is it well, what does it run by, its figures, and one's own tokens."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpResponse
from ninja import Router
from pydantic import TypeAdapter

import tingsu
from tingsu.api.asked import TokenAsked
from tingsu.api.entry import Asked, SignedIn
from tingsu.api.refusals import REFUSED
from tingsu.api.shapes import (
    DayShape,
    FigureShape,
    Health,
    HomeShape,
    NewToken,
    PackShape,
    RateShape,
    Refusal,
    TokenShape,
    TopicShape,
    UnitFigures,
)
from tingsu.api.wire import answer, answer_list
from tingsu.base.clock import is_plausible, local, now
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.cases.queue import Filters
from tingsu.insight.home import Figure, Home, Rate, home_figures
from tingsu.org.models import ApiToken
from tingsu.org.pack import active_pack
from tingsu.org.permissions import require
from tingsu.org.tokens import create_token, revoke_token

router = Router(tags=["站点 site"])

TOKENS = TypeAdapter(list[TokenShape])
COUNTS = ("open", "due_today", "overdue", "received", "furious_open", "risky_open")
RATES = ("answered", "responded", "closed", "satisfied")


@router.get("/health", auth=None, response={200: Health, 503: Refusal}, summary="是否正常")
def check_health(request: Asked) -> HttpResponse:
    """Whether the site answers and its database too; 503 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return answer(Health(ok=True, version=tingsu.__version__))


@router.get("/pack", response={200: PackShape, **REFUSED}, summary="方案包：流程、分类、角色、授权、时限规则")
def show_pack(request: Asked) -> HttpResponse:
    """What the site runs by, in both languages."""
    pack = active_pack()
    return answer(PackShape(**pack.model_dump(mode="json", by_alias=True, include=set(PackShape.model_fields))))


@router.get("/home", response={200: HomeShape, **REFUSED}, summary="首页数字，每个都能点到工单")
def show_home(request: Asked) -> HttpResponse:
    """The manager's figures over what the asker may see, each with the address of its cases."""
    require(request.auth, "view_home")
    return answer(_home(home_figures(by=request.auth, now=now())))


@router.get("/tokens", response={200: list[TokenShape], **REFUSED}, summary="我的令牌")
def list_tokens(request: Asked) -> HttpResponse:
    """One's own tokens, newest first; the keys themselves are not kept."""
    rows = ApiToken.objects.filter(user=request.auth).order_by("-pk")
    return answer_list(TOKENS, [TokenShape(**_token(row)) for row in rows])


@router.post("/tokens", auth=SignedIn(), response={201: NewToken, **REFUSED}, summary="新建令牌（须先登录网页）")
def make_token(request: Asked, body: TokenAsked) -> HttpResponse:
    """A new token, its key shown this once. Only from a signed-in browser: a leaked token cannot make another."""
    expires = local(body.expires_at) if body.expires_at and is_plausible(body.expires_at) else None
    if body.expires_at and (expires is None or expires <= now()):
        raise Incomplete({"expires_at": "失效时间须晚于现在"})
    row, key = create_token(request.auth, body.name, expires_at=expires)
    response = answer(NewToken(**_token(row), key=key), 201)
    response["Cache-Control"] = "no-store"
    return response


@router.delete("/tokens/{int:token_id}", response={204: None, **REFUSED}, summary="注销令牌")
def drop_token(request: Asked, token_id: int) -> HttpResponse:
    """Revoke one of one's own tokens, at once and for good."""
    if not revoke_token(token_id, by=request.auth):
        raise NoSuchToken
    return HttpResponse(status=204)


class NoSuchToken(TingsuError):
    """There is no such token in force among the asker's own."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("没有这个令牌，或它已经注销。")


def _token(row: ApiToken) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "name", "created_at", "expires_at", "revoked_at")}


def _home(home: Home) -> HomeShape:
    return HomeShape(
        at=home.at,
        **{name: _figure(getattr(home, name)) for name in COUNTS},
        **{name: _rate(getattr(home, name)) for name in RATES},
        topics=[
            TopicShape(
                business=t.business,
                cause=t.cause,
                count=t.count,
                before=t.before,
                rising=t.is_rising,
                cases=_address(t.filters),
            )
            for t in home.topics
        ],
        units=[
            UnitFigures(code=u.code, name=u.name, received=u.received, open=u.open, cases=_address(u.received_filters))
            for u in home.units
        ],
        daily=[DayShape(day=day, count=count) for day, count in home.daily],
    )


def _figure(figure: Figure) -> FigureShape:
    return FigureShape(count=figure.count, cases=_address(figure.filters))


def _rate(rate: Rate) -> RateShape:
    return RateShape(part=rate.part, whole=rate.whole, share=rate.share, cases=_address(rate.filters))


def _address(filters: Filters) -> str:
    return f"/api/cases?{filters.to_query()}".rstrip("?")
