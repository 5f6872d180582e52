"""How similar cases within a person's reach ended: what was given, and whether it held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.models import Case, Near, Option
from tingsu.cases.near import TEMPLATE, TEXT
from tingsu.org.models import User

LOOKED_AT = 600  # the latest closed cases of the same business and cause
NEAREST = 200  # of them and of the near ones that are compared
YEARS = timedelta(days=730)
FEW = 5  # below so many no figure is given
NOTHING = ""  # the remedy of a case that ended without one: it was explained
CONTENT, UNSAID = ("satisfied", "accepted"), ("", "unknown")
WITHDRAWN = "withdrawn"
_LINKED, _DEMAND, _NEED, _VERDICT = 2.0, 1.0, 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar case that is closed: the remedy chosen (NOTHING: none), yuan given, and how it ended."""

    number: str
    kind: str
    given: Decimal
    satisfaction: str
    reopened: bool
    likeness: float

    @property
    def held(self) -> bool:
        """Whether the customer was content and the case was not taken up again."""
        return self.satisfaction in CONTENT and not self.reopened


@dataclass(frozen=True, slots=True)
class _Row:
    """What is asked of a closed case: plain columns, since hundreds are compared."""

    pk: int
    number: str
    pack: str
    demands: list[str]
    need: str
    verdict: str
    paid: Decimal | None
    satisfaction: str
    reopened: int


_COLUMNS = ("pk", "number", "pack", "demands", "need", "verdict", "paid", "satisfaction", "reopened")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the similar cases of one remedy ended: ``said`` of them have a satisfaction, ``content`` were satisfied.

    ``paid`` of those that held got money; ``typical`` is its median, None below FEW.
    """

    given: int = 0
    said: int = 0
    content: int = 0
    reopened: int = 0
    paid: int = 0
    typical: Decimal | None = None
    numbers: tuple[str, ...] = ()


def find_precedents(case: Case, *, by: User) -> list[Precedent]:
    """The similar closed cases this person may see, the likest first: at most NEAREST. Four queries.

    Similar: the same pack, business and cause, a verdict that agrees, and a demand in common where both have some; or
    a text that is alike. ``closed`` leaves out what was withdrawn or merged.
    """
    linked = _linked(case)
    rows = _closed([*_same_sort(case), *linked], by)
    found = [(row, _likeness(case, row, linked)) for row in rows]
    nearest = sorted((one for one in found if one[1] > 0), key=lambda one: (-one[1], -one[0].pk))[:NEAREST]
    chosen = _chosen([row.pk for row, _ in nearest])
    return [_precedent(row, chosen.get(row.pk), likeness) for row, likeness in nearest]


def count_outcomes(precedents: Iterable[Precedent], kinds: Collection[str]) -> Outcomes:
    """How the precedents that were given one of these remedies ended."""
    same = [one for one in precedents if one.kind in kinds]
    said = [one for one in same if one.satisfaction not in UNSAID]
    sums = [one.given for one in same if one.held and one.given > 0]
    return Outcomes(
        given=len(same),
        said=len(said),
        content=sum(one.satisfaction in CONTENT for one in said),
        reopened=sum(one.reopened for one in same),
        paid=len(sums),
        typical=Decimal(median(sums)).quantize(Decimal("0.01")) if len(sums) >= FEW else None,
        numbers=tuple(one.number for one in same[:3]),
    )


def _same_sort(case: Case) -> list[int]:
    """The latest closed cases of the same pack, business and cause; read along the index of receipt."""
    if not (case.business and case.cause):
        return []
    since = case.received_at - YEARS
    same = Case.objects.filter(
        business=case.business, cause=case.cause, closed_at__isnull=False, received_at__gte=since, pack=case.pack
    )
    return list(same.exclude(pk=case.pk).order_by("-received_at").values_list("pk", flat=True)[:LOOKED_AT])


def _linked(case: Case) -> dict[int, float]:
    """Cases whose text is alike → how much. The customer's own are shown elsewhere."""
    links = Near.objects.filter(case=case, why__in=(TEXT, TEMPLATE)).order_by("-score")
    return dict(links.values_list("other_id", "score")[:NEAREST])


def _closed(pks: Sequence[int], by: User) -> list[_Row]:
    """Those of these cases that are closed and within reach, asked about these few only."""
    if not pks:
        return []
    among = Case.objects.all() if sees_all(by) else visible_cases(by)
    closed = among.filter(pk__in=set(pks), closed_at__isnull=False, merged_into=None).exclude(stage=WITHDRAWN)
    return [_Row(*row) for row in closed.order_by().values_list(*_COLUMNS)]


def _chosen(pks: Sequence[int]) -> dict[int, tuple[str, Decimal]]:
    """Case → kind and yuan of the option chosen in its last round."""
    if not pks:
        return {}
    rows = Option.objects.filter(case__in=pks, chosen=True).order_by("round").values_list("case_id", "kind", "amount")
    return {case_id: (kind, amount) for case_id, kind, amount in rows}


def _likeness(case: Case, other: _Row, linked: Mapping[int, float]) -> float:
    """How much a case is like this one; 0 for not similar."""
    if other.pack != case.pack or not _agree(case.verdict, other.verdict):
        return 0.0
    shared = bool(set(case.demands) & set(other.demands))
    if other.pk not in linked and not shared and case.demands and other.demands:
        return 0.0
    score = 1.0 + _LINKED * linked.get(other.pk, 0.0) + _DEMAND * shared
    return score + _NEED * (other.need == case.need) + _VERDICT * (other.verdict == case.verdict)


def _agree(one: str, other: str) -> bool:
    """Whether two verdicts lead to remedies of one sort; what is not judged yet agrees with all."""
    return not one or not other or (one == "not_valid") == (other == "not_valid")


def _precedent(case: _Row, chosen: tuple[str, Decimal] | None, likeness: float) -> Precedent:
    kind, amount = chosen or (NOTHING, Decimal(0))
    given = case.paid if case.paid is not None else amount
    return Precedent(case.number, kind, given, case.satisfaction, case.reopened > 0, likeness)
