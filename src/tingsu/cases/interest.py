"""Who has a direct interest in a complaint and stands aside (回避; CBIRC 2020 No. 3)."""

from __future__ import annotations

import re

from tingsu.cases.models import Case
from tingsu.org.models import User
from tingsu.reading import normalise


def has_direct_interest(case: Case, person: User) -> bool:
    """Whether the complaint is about this person: found responsible, or named as accused."""
    return case.responsible_person_id == person.pk or is_named(case.accused_person, person)


def is_named(accused: str, person: User) -> bool:
    """Whether the accused, as the customer says it (柜员王小雨、工号 1023), is this person.

    A name inside it counts: rather one colleague of a like name too many stands aside.
    """
    said, name, no = (_bare(word) for word in (accused, person.name, person.staff_no))
    if len(name) > 1 and name in said:
        return True
    return bool(no) and re.search(rf"(?<![0-9a-z]){re.escape(no)}(?![0-9a-z])", said) is not None


def _bare(word: str) -> str:
    return "".join(normalise(word).split())
