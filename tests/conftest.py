"""Fixtures every room shares."""

from __future__ import annotations

import pytest

from tests.make import Bank


@pytest.fixture
def bank(db: None) -> Bank:
    return Bank()
