"""The API's page for people: Swagger UI from our own server, under the site's strict content policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ninja
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI, Router
from ninja.openapi.docs import DocsBase

router = Router()

# django-ninja brings these along. As an installed app it would also bring megabytes of maps and a second viewer, which
# every start of the server would hash and compress anew.
SHIPPED = Path(ninja.__file__).parent / "static" / "ninja"
ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


class LocalDocs(DocsBase):
    """Swagger UI started by our own script file: no CDN, nothing inline."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        context = {"api": api, "openapi_url": self.get_openapi_url(api, kwargs), "version": ninja.__version__}
        return render(request, "api/docs.html", context)


@router.get("/docs/{name}", auth=None, include_in_schema=False, url_name="docs-asset")
def send_asset(request: HttpRequest, name: str) -> FileResponse:
    """One of the viewer's two files; the page names its version, so a browser may keep it."""
    if name not in ASSETS:
        raise Http404
    response = FileResponse((SHIPPED / name).open("rb"), content_type=f"{ASSETS[name]}; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
