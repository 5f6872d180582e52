"""The demo bank can be planned on whatever day somebody first looks at it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tingsu.base.clock import SHANGHAI
from tingsu.demo.stories import plan_stories


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-30", "2026-12-25", "2027-01-04", "2027-02-08"])
def test_every_open_case_finds_its_complaint(day: str) -> None:
    """On the first of these days no amount that only a branch manager may grant was drawn in four thousand."""
    stories = plan_stories(until=datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=SHANGHAI))
    assert any("open:manager" in story.tags for story in stories)
