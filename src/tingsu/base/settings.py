"""Django's settings, read from the environment once.

Everything a site may set: TINGSU_HOME (data folder, default ./var), DATABASE_URL (default SQLite in TINGSU_HOME),
TINGSU_HOSTS (comma-separated host names), TINGSU_HTTPS=1 (secure cookies; forms from https://<each host> are taken),
TINGSU_ORIGINS (further origins, such as one with a port), TINGSU_DEBUG=1, TINGSU_PACK (default bank), TINGSU_SMTP_HOST,
_PORT, _USER, _PASSWORD, _FROM, _TLS=1 (notices by mail too), TINGSU_SMS_COMMAND (a program that sends text messages),
TINGSU_WRITING_KEY (the key of a writing model on the premises),
TINGSU_REPORT_DOMAINS (comma-separated mail domains beyond staff that reports may be sent to), TINGSU_CONVERSATION_DAYS
(how long the texts of conversations are kept, default 1095, 0 for ever), TINGSU_APPEAL_DAYS (how long an agent may
appeal against a review, default 7), TINGSU_HOTLINE (the telephone number customers are told to call).
"""

from __future__ import annotations

import os
import shlex
from functools import partial
from pathlib import Path
from typing import cast

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from tingsu.base.secrets import keep_secret

PACKAGE = Path(__file__).resolve().parent.parent
TINGSU_HOME = Path(os.environ.get("TINGSU_HOME", "var")).resolve()
TINGSU_PACK = os.environ.get("TINGSU_PACK", "bank")
PACKS_FRESH_SECONDS = 2.0  # how long a process may go on with the packs it knows before it looks again
TINGSU_PACK_PATHS = [Path(p) for p in os.environ.get("TINGSU_PACK_PATHS", "").split(os.pathsep) if p]
EVIDENCE_ROOT = TINGSU_HOME / "evidence"
MODELS_ROOT = TINGSU_HOME / "models"
FORMS_ROOT = TINGSU_HOME / "forms"
FACTS_ROOT = TINGSU_HOME / "facts"  # made from the cases, so no backup carries it
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024

# Looked up, and made where there are none, when first asked for: what needs no site leaves no keys where it runs.
SECRET_KEY = cast("str", SimpleLazyObject(partial(keep_secret, TINGSU_HOME / "secret.key", env="TINGSU_SECRET_KEY")))
AUDIT_KEY = cast("str", SimpleLazyObject(partial(keep_secret, TINGSU_HOME / "audit.key", env="TINGSU_AUDIT_KEY")))
TINGSU_DEMO = os.environ.get("TINGSU_DEMO") == "1" or (TINGSU_HOME / "demo").exists()  # shows the demo accounts
DEBUG = os.environ.get("TINGSU_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("TINGSU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
HTTPS = os.environ.get("TINGSU_HTTPS") == "1"
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TINGSU_ORIGINS", "").split(",") if o]
if HTTPS:  # behind a proxy that ends TLS, a form's origin says https and the request itself does not
    CSRF_TRUSTED_ORIGINS += [f"https://*{h}" if h.startswith(".") else f"https://{h}" for h in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "tingsu.org",
    "tingsu.cases",
    "tingsu.intake",
    "tingsu.insight",
    "tingsu.assist",
    "tingsu.quality",
    "tingsu.api",
    "tingsu.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    # These first, so that what a later one answers itself (a wrong host, a missing slash) bears their headers too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tingsu.web.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tingsu.web.caches.NothingKeptMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tingsu.web.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tingsu.web.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tingsu.urls"
WSGI_APPLICATION = "tingsu.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tingsu.web.navigation.navigation",
            ]
        },
    }
]

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{TINGSU_HOME / 'tingsu.sqlite3'}", conn_max_age=600, conn_health_checks=False
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a writer queues at BEGIN instead of failing half-way with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = TINGSU_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # seconds: one long working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # TLS is the site's front proxy's part
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}

# Off unless a host is named: notices are in the product, and mail comes on top.
EMAIL_HOST = os.environ.get("TINGSU_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TINGSU_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TINGSU_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TINGSU_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TINGSU_SMTP_TLS") == "1"
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("TINGSU_SMTP_FROM", "tingsu@localhost")
# Mail domains outside of staff that reports may be sent to; none unless named.
REPORT_DOMAINS = [d.strip().lower() for d in os.environ.get("TINGSU_REPORT_DOMAINS", "").split(",") if d.strip()]
CONVERSATION_DAYS = int(os.environ.get("TINGSU_CONVERSATION_DAYS", "1095"))
QUALITY_APPEAL_DAYS = int(os.environ.get("TINGSU_APPEAL_DAYS", "7"))
WRITING_KEY = os.environ.get("TINGSU_WRITING_KEY", "")  # of the model on the premises, where it asks for one
TINGSU_HOTLINE = os.environ.get("TINGSU_HOTLINE", "")  # what scripts say where they have {客服电话}
SMS_COMMAND = shlex.split(os.environ.get("TINGSU_SMS_COMMAND", ""))  # gets {"phone", "text", "case"} as JSON on stdin

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
