"""Texts that are alike: how much (``similarity``), in which words (``matching_passages``), and which belong together.

    similarity("怎么取消年费", "年费如何取消")          # 0–1
    matching_passages(letter, other)               # the wording both share, as spans in both
    find_groups(texts)                             # copies and near-copies
    find_bundles(entries, rules)                   # the same again, batches, agents' letters, with their evidence

``keys`` and ``ranking`` are for a store that finds alike cases by index; everything else compares texts at hand.
"""

from tingsu.reading.similar.bundles import (
    AGAIN,
    AGENT,
    BATCH,
    CONTACT,
    Bundle,
    Entry,
    Rules,
    SharedContact,
    find_bundles,
    find_words,
)
from tingsu.reading.similar.contacts import Contact, find_contacts
from tingsu.reading.similar.groups import Group, Signature, find_groups, signature
from tingsu.reading.similar.measure import similarity
from tingsu.reading.similar.passages import Passage, Span, matching_passages
from tingsu.reading.similar.templates import follows_mould, is_copy

__all__ = [
    "AGAIN",
    "AGENT",
    "BATCH",
    "CONTACT",
    "Bundle",
    "Contact",
    "Entry",
    "Group",
    "Passage",
    "Rules",
    "SharedContact",
    "Signature",
    "Span",
    "find_bundles",
    "find_contacts",
    "find_groups",
    "find_words",
    "follows_mould",
    "is_copy",
    "matching_passages",
    "signature",
    "similarity",
]
