"""What the customer asks for (诉求), which way the complaint may go further (升级风险), and how sensitive it is."""

from tingsu.reading.asks.demands import find_demands
from tingsu.reading.asks.risks import find_risks
from tingsu.reading.asks.tags import find_tags

__all__ = ["find_demands", "find_risks", "find_tags"]
