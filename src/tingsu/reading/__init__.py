"""Text in, Reading out: labels, emotion, needs, demands, risks, personal data, duplicates, each with its evidence.

Pure: knows no case, no database, no Django, and fetches nothing.
"""

from tingsu.reading.engine import read, read_many
from tingsu.reading.privacy import find_personal_data, mask, mask_each
from tingsu.reading.search_text import bigrams, normalise, search_terms
from tingsu.reading.similar import Group, find_groups, matching_passages, signature, similarity
from tingsu.reading.types import Demand, Emotion, Evidence, Judgement, PersonalDatum, Reading, Risk

__all__ = [
    "Demand",
    "Emotion",
    "Evidence",
    "Group",
    "Judgement",
    "PersonalDatum",
    "Reading",
    "Risk",
    "bigrams",
    "find_groups",
    "find_personal_data",
    "mask",
    "mask_each",
    "matching_passages",
    "normalise",
    "read",
    "read_many",
    "search_terms",
    "signature",
    "similarity",
]
