"""Settings of the test run: a throw-away data folder, quick passwords, and the database that TEST_DATABASE names.

TEST_DATABASE=sqlite (the default) tests on a SQLite file with the product's own pragmas; =postgresql starts a
throw-away server; =postgresql://… uses one that runs already. Under pytest-xdist the workers inherit what the first
process started, each with its own database on it.
"""

import atexit
import os
import shutil
import tempfile

if "TINGSU_HOME" not in os.environ or "TINGSU_TEST_HOME" not in os.environ:
    home = os.environ["TINGSU_HOME"] = os.environ["TINGSU_TEST_HOME"] = tempfile.mkdtemp(prefix="tingsu-test-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)

wanted = os.environ.get("TEST_DATABASE", "sqlite")
if "://" in wanted:
    os.environ["DATABASE_URL"] = wanted
elif wanted == "postgresql":
    from tests.postgres import Server

    server = Server()
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE"] = server.url()
elif wanted == "sqlite":
    os.environ.pop("DATABASE_URL", None)
else:
    raise SystemExit(f"TEST_DATABASE={wanted}: name sqlite, postgresql, or a postgresql:// address")

from tingsu.base.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns where it is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
AXES_ENABLED = False
PACKS_FRESH_SECONDS = 3600.0  # a look in the middle of a test would be counted with its queries
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 - WhiteNoise warns where it is missing
# Connections are closed after each use, so that threads of a test leave none behind to block dropping the database.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
if wanted == "sqlite":
    # A file, not memory: threads and processes of a test then meet as they do in service.
    DATABASES["default"]["TEST"] = {"NAME": str(TINGSU_HOME / "test.sqlite3")}  # noqa: F405
