"""What is known of a case when its answer is checked: verdict, what the writer may grant, the customer's own data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from tingsu.assist.replies.finding import ReplyContext
from tingsu.assist.replies.rules import ReplyRules, rules_of
from tingsu.base.clock import local, now
from tingsu.cases.access import reaches
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.cases.promises import promises_of
from tingsu.org.delegation import seats_of
from tingsu.org.models import User
from tingsu.org.permissions import can
from tingsu.packs.reply_checks import ReplyKind

_OWN_NUMBERS = ("phone", "id_no", "account_no", "email")


def rules_for(pack: str) -> ReplyRules:
    """The reply checks of a pack, the site's own folders minded. Raises PackError."""
    return rules_of(pack, tuple(settings.TINGSU_PACK_PATHS))


def context_of(case: Case, *, by: User, kind: ReplyKind) -> ReplyContext:
    """The context of an answer to ``case`` written by ``by``.

    The limit is the higher of what the writer may grant himself and what was granted in this case; None where a level
    of his knows none. The customer's data count as known only for who may see them: a finding that stays away would
    tell anybody else, guess by guess, what a look that leaves no trace must not.
    """
    sees = can(by, "reveal_personal_data") and not has_direct_interest(case, by)
    people: list[Any] = [case.customer, *case.parties.all()] if sees else []
    numbers = [getattr(person, name, "") for person in people for name in _OWN_NUMBERS]
    ends = [one.deadline.lawful_end for one in promises_of(case, at=now()) if one.standing == "open"]
    return ReplyContext(
        kind=kind,
        verdict=case.verdict,
        limit=limit_of(case, by=by),
        customer_names=tuple(person.name for person in people if person.name),
        known_numbers=(case.number, *(number for number in numbers if number)),
        promised_on=local(min(ends)).date() if ends else None,
    )


def limit_of(case: Case, *, by: User) -> Decimal | None:
    """The most ``by`` may promise in this case, yuan; None where a level of his has no limit."""
    roles = {grant.role.id for seat in seats_of(by) for grant in seat.grants if reaches(grant, case)}
    held = [level.up_to for level in pack_of(case).authority.levels if level.role in roles]
    if any(most is None for most in held):
        return None
    granted = [one.option.amount for one in case.approvals.select_related("option").filter(granted=True)]
    return max((*(most for most in held if most is not None), *granted), default=Decimal(0))
