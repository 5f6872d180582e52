"""The server's entry loads before it serves, so that nobody waits for it."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import gc, sys
import tingsu.wsgi
assert {"tingsu.web.case_page", "ibis", "duckdb"} <= set(sys.modules), "somebody would wait for these"
assert gc.get_freeze_count() > 100_000, "a request would be stopped to search all of that"
"""


def test_a_worker_that_serves_has_every_page_loaded_and_set_apart() -> None:
    subprocess.run([sys.executable, "-c", LOADED], check=True, timeout=120)
