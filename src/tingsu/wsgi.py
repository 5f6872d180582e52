"""The entry of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")


def warm_up() -> None:
    """Load what the first person after a start would wait for: every page's code, and the engine of the figures.

    What has been loaded is then left out of the search for garbage, which would stop a request for 0.15 s now and then.
    """
    import ibis.backends.duckdb  # noqa: F401 - and DuckDB with it; loaded at the first figure otherwise
    from django.conf import settings
    from django.urls import reverse

    str(settings.SECRET_KEY), str(settings.AUDIT_KEY)  # a key that cannot be read stops the start, not a person
    reverse("home")
    gc.collect()
    gc.freeze()


application = get_wsgi_application()
warm_up()
