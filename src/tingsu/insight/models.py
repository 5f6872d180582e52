"""The tables of insight, each kept beside its topic; Django finds them here."""

from __future__ import annotations

from tingsu.insight.escalation import tables as escalation_tables  # noqa: F401
from tingsu.insight.feeds import tables as feed_tables  # noqa: F401
from tingsu.insight.forecast import tables as forecast_tables  # noqa: F401
from tingsu.insight.measures import tables as measure_tables  # noqa: F401
from tingsu.insight.reports import tables as report_tables  # noqa: F401
from tingsu.insight.spikes import tables as spike_tables  # noqa: F401
from tingsu.insight.topics import tables as topic_tables  # noqa: F401
