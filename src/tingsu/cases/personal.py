"""Personal data: masked wherever it is shown, revealed to who may see it, with a reason that stays on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tingsu.base.clock import now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.access import is_visible
from tingsu.cases.chain import append_event
from tingsu.cases.errors import Incomplete, NotFound, NotPossible
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case, Customer
from tingsu.cases.tables import Party
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require

SHOWN_OF_PARTY = ("name", "phone", "id_no")
SHOWN = ("name", "phone", "id_no", "account_no", "email", "address", "occupation")


@dataclass(frozen=True, slots=True)
class Revealed:
    """A case's text and customer in plain, for one look."""

    text: str
    customer: dict[str, str]
    parties: list[dict[str, str]] = field(default_factory=list)


def masked_party(party: Party) -> dict[str, str]:
    """A representative, proxy or heir as pages show them."""
    return {name: _MASKS[name](getattr(party, name)) for name in SHOWN_OF_PARTY}


def masked_customer(customer: Customer) -> dict[str, str]:
    """The customer's data as pages show it: enough to recognise, not enough to use."""
    return {name: _MASKS[name](getattr(customer, name)) for name in SHOWN}


def reveal(case: Case, *, by: User, reason: str, at: datetime | None = None) -> Revealed:
    """The plain text and customer, after the reason has been put on record.

    Leaves a "reveal" event that names who looked and why, and a line in the access log. Raises NotAllowed, NotFound,
    Incomplete without a reason, NotPossible for whom the complaint is about.
    """
    require(by, "reveal_personal_data")
    if not reason.strip():
        raise Incomplete({"reason": "请写明查看客户信息的理由，理由会留痕"})
    if not is_storable(reason):
        raise Incomplete({"reason": f"理由{UNSTORABLE}"})
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(pk=case.pk).first()
        if held is None or not is_visible(held, by=by):
            raise NotFound(case.number)
        if has_direct_interest(held, by):
            raise NotPossible("您是本投诉涉及的人员，按回避要求不能查看客户信息，请交由其他同事。")
        append_event(held, "reveal", {"reason": reason.strip()}, by=by, at=at or now())
        held.save(update_fields=["event_count", "head_hash"])
        # Also outside the case: who cuts the last event off a case would have to cut this log too.
        note_access("reveal", {"case": held.number, "event": held.event_count}, by=by, at=at)
    parties = [{name: getattr(party, name) for name in SHOWN_OF_PARTY} for party in held.parties.all()]
    return Revealed(held.text, {name: getattr(held.customer, name) for name in SHOWN}, parties)


def mask_name(name: str) -> str:
    """A name by its first character alone."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else name


def _mask_middle(value: str, head: int, tail: int) -> str:
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]


def _mask_email(value: str) -> str:
    name, at, host = value.partition("@")
    return f"{name[:1]}***{at}{host}" if at else _mask_middle(value, 1, 1)


_MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "phone": lambda value: _mask_middle(value, 3, 4),
    "id_no": lambda value: _mask_middle(value, 4, 2),
    "account_no": lambda value: _mask_middle(value, 4, 4),
    "email": lambda value: _mask_email(value) if value else "",
    "address": lambda value: value[:6] + "****" if value else "",
    "occupation": lambda value: value,
}
