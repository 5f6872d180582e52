"""Fixtures every room shares, and which tests run where."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from tests.make import Bank
from tingsu.org import pack
from tingsu.packs.loader import load_pack

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}

# The machine that runs the tests may be busy; how long one example takes says nothing.
# The same examples on every run in CI, new ones on every run elsewhere.
hypothesis_settings.register_profile("tingsu", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("tingsu")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A second run on PostgreSQL repeats only the tests that touch the database."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    config.hook.pytest_deselected(items=[item for item in items if not _touches_database(item)])
    items[:] = [item for item in items if _touches_database(item)]


def _touches_database(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    return bool(asked & DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _own_evidence_folder(tmp_path: Path, settings: object) -> None:
    """No test sees another's files."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"  # type: ignore[attr-defined]
    settings.MODELS_ROOT = tmp_path / "models"  # type: ignore[attr-defined]
    settings.FORMS_ROOT = tmp_path / "forms"  # type: ignore[attr-defined]
    settings.FACTS_ROOT = tmp_path / "facts"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _own_packs() -> Iterator[None]:
    """What one test puts into force is not in force for the next."""
    yield
    if pack._seen is not None and pack._seen[1].all != (load_pack("bank"),):
        pack.forget_packs()


@pytest.fixture
def bank(db: None) -> Bank:
    return Bank()


@pytest.fixture
def lasting_bank(transactional_db: None) -> Bank:
    """A bank whose rows other connections see: for tests with threads and processes. Emptied after the test."""
    return Bank()
