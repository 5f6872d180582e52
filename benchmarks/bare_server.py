"""The least a ticket system does: Django and the same server, one INSERT a POST, no rules, no record, no reading."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from itertools import count

import django
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

TABLE = "bench_step"
_serial = count(1)


def take(request: HttpRequest) -> HttpResponse:
    """Keep what is posted as one row in a transaction of its own; tell what a walking client wants to hear."""
    number = f"B{os.getpid()}-{next(_serial)}"
    if request.method == "POST":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} (body) VALUES (%s)", [request.body.decode()])
    said = {"number": number, "version": 1, "closed_at": "", "stage": "closed"}
    status = 201 if request.path.endswith("/cases") else 200
    return HttpResponse(json.dumps(said), status=status, content_type="application/json")


urlpatterns = [re_path(".*", take)]


def main() -> None:
    """Serve on a free port, which is printed first, with two processes, until stopped."""
    from granian import Granian
    from granian.constants import Interfaces

    django.setup()
    key = "BIGSERIAL" if connection.vendor == "postgresql" else "INTEGER"
    with contextlib.suppress(Exception), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (id {key} PRIMARY KEY, body TEXT)")
    connection.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Granian(
        "benchmarks.bare_server:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=2,
        blocking_threads=1, log_enabled=False,
    )  # fmt: skip
    server.on_startup(lambda: print(port, flush=True))
    server.serve()


if __name__ == "__main__":
    main()
else:
    from django.conf import settings

    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        settings.ROOT_URLCONF, settings.MIDDLEWARE = "benchmarks.bare_server", []
        application = get_wsgi_application()
