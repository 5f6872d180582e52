"""Settings of the test run: a throw-away data folder, quick passwords, and the database that TEST_DATABASE names."""

import os
import tempfile

os.environ.setdefault("TINGSU_HOME", tempfile.mkdtemp(prefix="tingsu-test-"))

from tingsu.base.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
AXES_ENABLED = False
