"""The rows beside a case that nearly every answer about it asks for, each by one query composed once.

What was fetched ahead for many cases (``prefetch_related``) is taken from there.
"""

from __future__ import annotations

from typing import TypeVar, cast

from django.db.models import Model

from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.models import Approval, Case, FollowUp, Option
from tingsu.cases.tables import Party
from tingsu.org.models import Unit

Row = TypeVar("Row", bound=Model)

_PARTIES = Composed(lambda: Party.objects.filter(case=PLACE))
_OPTIONS = Composed(lambda: Option.objects.filter(case=PLACE))
_FOLLOW_UPS = Composed(lambda: FollowUp.objects.select_related("by").filter(case=PLACE))
_PEOPLE = ("asked_by", "decided_by", "acting_for")
_APPROVALS = Composed(lambda: Approval.objects.select_related("option", *_PEOPLE).filter(case=PLACE))
_SUPPORTING = Composed(lambda: Unit.objects.filter(supported_cases=PLACE))


def parties_of(case: Case) -> list[Party]:
    """Who stands beside the customer, in the order they were named; nobody of a case not saved yet."""
    return _rows(case, "parties", _PARTIES)


def options_of(case: Case) -> list[Option]:
    """The remedies proposed, round by round."""
    return _rows(case, "options", _OPTIONS)


def follow_ups_of(case: Case) -> list[FollowUp]:
    """The opinion checks, the first one first, each with who made it."""
    return _rows(case, "follow_ups", _FOLLOW_UPS)


def approvals_of(case: Case) -> list[Approval]:
    """The requests for a decision, the first one first, each with its option and its people."""
    return _rows(case, "approvals", _APPROVALS)


def supporting_units(case: Case) -> list[Unit]:
    """The units that support the case, in the order of the tree."""
    return _rows(case, "support_units", _SUPPORTING)


def _rows(case: Case, name: str, composed: Composed[Row]) -> list[Row]:
    ahead = getattr(case, "_prefetched_objects_cache", {})
    if name in ahead:
        return cast("list[Row]", list(ahead[name]))
    return composed.all(case.pk) if case.pk else []
