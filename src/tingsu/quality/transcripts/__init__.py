"""Conversations taken in: files of any usual kind, each conversation apart, what is wrong with them named."""

from tingsu.quality.transcripts.reading import SUFFIXES, parse_transcripts, read_transcripts
from tingsu.quality.transcripts.settling import make_transcript
from tingsu.quality.transcripts.turns import AGENT, CUSTOMER, UNKNOWN, Speaker, Transcript, Turn

__all__ = [
    "AGENT",
    "CUSTOMER",
    "SUFFIXES",
    "UNKNOWN",
    "Speaker",
    "Transcript",
    "Turn",
    "make_transcript",
    "parse_transcripts",
    "read_transcripts",
]
