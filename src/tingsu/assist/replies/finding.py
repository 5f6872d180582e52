"""What is asked of a reply check and what it says: shapes every other room relies on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tingsu.packs.reply_checks import FindingKind, ReplyKind, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in a draft: ``words == draft[start:end]``, empty where something is missing.

    ``id`` is the rule's, ``rule`` what it asks, ``source`` the law or the row it comes from, ``better`` another
    wording. ``must``: not to be sent so; ``should``: better mended.
    """

    id: str
    kind: FindingKind
    start: int
    end: int
    words: str
    rule: str
    source: str
    severity: Severity
    better: str


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What is known of the case a draft answers; all but ``kind`` may be unknown.

    ``verdict``: valid, partly, not_valid or empty. ``apology_due``: None takes it from the verdict. ``limit``: the
    highest sum (yuan) the writer may promise, None where it is not known. ``customer_names`` and ``known_numbers`` are
    the customer's own and no leak. ``promised_on``: the day already promised to the customer. ``statutes``: titles
    that are right beside the pack's own.
    """

    kind: ReplyKind = "letter"
    verdict: str = ""
    apology_due: bool | None = None
    limit: Decimal | None = None
    customer_names: tuple[str, ...] = ()
    known_numbers: tuple[str, ...] = ()
    promised_on: date | None = None
    statutes: tuple[str, ...] = ()

    @property
    def wants_apology(self) -> bool:
        return self.verdict in ("valid", "partly", "成立", "部分成立") if self.apology_due is None else self.apology_due
