"""The API's front door: its routes, who may enter, and how refusals are said."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

import tingsu
from tingsu.api import authority, cases, coach, docs, evidence, quality, reading, replies, site
from tingsu.api.entry import Bearer, SignedIn
from tingsu.api.refusals import handle_errors, refuse_plainly
from tingsu.api.wire import CarefulParser


class Api(NinjaAPI):
    """NinjaAPI that works its description out once; it cannot change while the server runs."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        key = str(sorted(where.items()))
        if key not in self._described:
            self._described[key] = super().get_openapi_schema(**where)
        return self._described[key]

    @cached_property
    def _described(self) -> dict[str, OpenAPISchema]:
        return {}


api = Api(
    title="听诉 Tingsu API",
    version=tingsu.__version__,
    description="登记、办理、查询投诉工单。令牌在网页「API 令牌」处新建，放入 Authorization: Bearer 头。",
    urls_namespace="api",
    docs=docs.LocalDocs(),
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=[Bearer(), SignedIn()],
    parser=CarefulParser(),
)
handle_errors(api)
ROOMS = (cases, authority, coach, evidence, reading, replies, quality, site, docs)
for room in ROOMS:
    api.add_router("", room.router)

nowhere = Router()


@nowhere.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", auth=None, include_in_schema=False)
def refuse_unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """An address the API does not have is refused in JSON, like everything else here."""
    return refuse_plainly(404)


api.add_router("", nowhere)
