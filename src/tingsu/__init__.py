"""Tingsu 听诉: complaint handling, from the counter to the follow-up call."""

__version__ = "0.1.0"
