"""The site's addresses: pages and API side by side, neither knowing the other."""

from __future__ import annotations

from django.urls import include, path

from tingsu.api.routes import api

urlpatterns = [
    path("api/", api.urls),
    path("", include("tingsu.web.urls")),
]
