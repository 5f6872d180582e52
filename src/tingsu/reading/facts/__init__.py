"""What happened when, where, with whom and for how much: the facts a clerk would write down (事实)."""

from tingsu.reading.facts.gathering import Found, find_facts, gather, gather_each

__all__ = ["Found", "find_facts", "gather", "gather_each"]
