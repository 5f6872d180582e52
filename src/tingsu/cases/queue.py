"""The work queue: which cases, by filters that live in an address, nearest deadline first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from tingsu.base.clock import is_plausible, local, now
from tingsu.base.text import is_storable
from tingsu.cases.access import cases_reached, visible_cases
from tingsu.cases.authority import proposers_of
from tingsu.cases.interest import is_named
from tingsu.cases.models import Approval, Case, Event
from tingsu.cases.search import search
from tingsu.org.delegation import Seat, seats_of
from tingsu.org.models import Unit, User
from tingsu.org.pack import actions_with, choices_in_force, packs_in_force

URGENT = "紧急"  # among the risk marks: someone must act now, before anything else
NEAR_DAYS = 3  # a case is near its deadline from this many days before it


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed to; every field is a plain word of the address, empty when it does not narrow.

    ``risk``: a kind, any, or 紧急.
    ``state``: open, ended, all. ``due``: overdue, today, near. ``owner``: a username, or "me", or "none".
    ``unit``: a unit's code, its whole subtree meant. ``since``/``until``: day of receipt, both included.
    ``answered``, ``responded``: late, in_time. ``waiting``: "me" for approvals my level decides.
    ``days``, ``answered_days``, ``responded_days``: received, answered, first acted on in the last N days.
    """

    state: str = "open"
    due: str = ""
    stage: str = ""
    owner: str = ""
    unit: str = ""
    accused: str = ""
    business: str = ""
    cause: str = ""
    channel: str = ""
    emotion: str = ""
    need: str = ""
    risk: str = ""
    verdict: str = ""
    complexity: str = ""
    satisfaction: str = ""
    since: str = ""
    until: str = ""
    days: str = ""
    answered: str = ""
    answered_days: str = ""
    responded: str = ""
    responded_days: str = ""
    waiting: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Filters:
        """The filters an address asks for; words it does not know are passed over."""
        given = {field.name: str(query.get(field.name, "")).strip() for field in fields(cls)}
        return cls(**{name: word for name, word in given.items() if word and is_storable(word)})

    def to_query(self, **changes: str) -> str:
        """The address's query part, with some filters changed; what says nothing is left out."""
        mine = {**asdict(self), **changes}
        default = {field.name: field.default for field in fields(self)}
        return urlencode({key: value for key, value in mine.items() if value != default[key]})


def list_cases(filters: Filters, *, by: User, at: datetime | None = None) -> QuerySet[Case]:
    """The cases this person may see that fit the filters: nearest deadline first, those without one last.

    Ended cases come latest first; a search, newest first.
    """
    cases = narrow(visible_cases(by), filters, by=by, at=at or now())
    cases = cases.select_related("customer", "owner", "lead_unit", "recorded_unit", "accused_unit")
    cases = cases.defer("text", "reading", "findings", "answer", "summary", "lesson", "verdict_reason")
    if filters.q:
        return search(cases, filters.q)
    if filters.state == "open":
        return cases.order_by(F("next_due").asc(nulls_last=True), "id")
    return cases.order_by("-received_at", "-id")


def first_cases(filters: Filters, *, by: User, at: datetime | None = None) -> QuerySet[Case]:
    """The open cases of a class of first priority, nearest deadline first; none for any other list."""
    first = [choice.id for choice in choices_in_force("complexity") if choice.first]
    if filters.state != "open" or filters.q or filters.complexity or not first:
        return Case.objects.none()
    return list_cases(filters, by=by, at=at).filter(complexity__in=first)


def narrow(cases: QuerySet[Case], filters: Filters, *, by: User, at: datetime) -> QuerySet[Case]:
    """``cases`` narrowed by everything but the search words."""
    if filters.state in ("open", "ended"):
        cases = cases.filter(closed_at__isnull=filters.state == "open")
    for name in ("stage", "business", "cause", "channel", "need", "verdict", "complexity", "satisfaction"):
        if value := getattr(filters, name):
            cases = cases.filter(**{name: "" if value == "-" else value})
    if _is_count(filters.emotion):
        cases = cases.filter(emotion__gte=int(filters.emotion))
    if filters.risk:
        cases = (
            cases.filter(risk_marks__contains=f"|{filters.risk}|")
            if filters.risk != "any"
            else cases.exclude(risk_marks="")
        )
    cases = _narrow_by_time(cases, filters, at)
    return _narrow_by_people(cases, filters, by)


def mark_risks(risks: list[str], *, urgent: Iterable[str] = ()) -> str:
    """Risks as one searchable word: "|监管|司法|"; with 紧急 in front when one of them was read as ``urgent``."""
    marks = [*([URGENT] if set(urgent) & set(risks) else []), *risks]
    return f"|{'|'.join(marks)}|" if marks else ""


def waiting_for(by: User, *, at: datetime | None = None) -> QuerySet[Approval]:
    """The approvals this person may decide: at a level held where the case is, or below, or in a colleague's place.

    Never a plan of one's own or of the colleague's, nor a complaint about either.
    """
    seats = seats_of(by, at=at)
    mine = Q(pk__in=[])
    for seat in seats:
        mine |= _within_level(seat)
    proposals = Event.objects.filter(case=OuterRef("case"), kind__in=actions_with("keep_options"))
    latest = proposers_of(proposals)[:1]
    waiting = Approval.objects.filter(mine, granted=None).annotate(proposed_by=Subquery(latest))
    accused = list(waiting.exclude(case__accused_person="").values_list("pk", "case__accused_person"))
    free = Q(pk__in=[])
    for seat in seats:
        free |= _within_level(seat) & ~_concerns(seat.giver or by, accused)
    waiting = waiting.filter(free) if len(seats) > 1 else waiting
    waiting = waiting.exclude(_concerns(by, accused))
    return waiting.select_related("case", "option", "asked_by", "case__lead_unit").order_by("asked_at")


def _within_level(seat: Seat) -> Q:
    """What may be decided from a seat, by its level and reach."""
    mine = Q(pk__in=[])
    for pack in packs_in_force().all:
        levels = list(dict.fromkeys(level.role for level in pack.authority.levels))
        for index, role in enumerate(levels):
            if grants := [grant for grant in seat.grants if grant.role.id == role]:
                everywhere = any(grant.reach == "all" for grant in grants)
                reached = Q() if everywhere else Q(case__in=cases_reached(grants))
                mine |= Q(level__in=levels[: index + 1], case__pack=pack.id) & reached
    return mine


def _concerns(person: User, accused: list[tuple[int, str]]) -> Q:
    """Plans the person made or sent, and complaints about him."""
    named = [pk for pk, said in accused if is_named(said, person)]
    own = Q(asked_by=person) | Q(proposed_by=person.pk)
    return own | Q(case__responsible_person=person, case__responsible_person__isnull=False) | Q(pk__in=named)


def _narrow_by_time(cases: QuerySet[Case], filters: Filters, at: datetime) -> QuerySet[Case]:
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ends = {
        "overdue": Q(next_due__lte=at),
        "today": Q(next_due__gt=at, next_due__lte=midnight),
        "near": Q(next_due__gt=at, next_due__lte=midnight + timedelta(days=NEAR_DAYS)),
    }
    if filters.due in ends:
        cases = cases.filter(ends[filters.due])
    if start := _day(filters.since):
        cases = cases.filter(received_at__gte=start)
    if end := _day(filters.until):
        cases = cases.filter(received_at__lt=end + timedelta(days=1))
    if _is_count(filters.days):
        cases = cases.filter(received_at__gte=first_of_days(at, int(filters.days)))
    if _is_count(filters.answered_days):
        cases = cases.filter(answered_at__gte=first_of_days(at, int(filters.answered_days)))
    if _is_count(filters.responded_days):
        cases = cases.filter(first_response_at__gte=first_of_days(at, int(filters.responded_days)))
    for name in ("answered", "responded"):
        if (wanted := getattr(filters, name)) in ("late", "in_time"):
            cases = cases.filter(**{f"{name}_late": wanted == "late"})
    return cases


def first_of_days(at: datetime, days: int) -> datetime:
    """0:00 of the first of the last ``days`` days, that of ``at`` among them; too large a number is all of time."""
    back = min(max(days - 1, 0), 36500)
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)


def _narrow_by_people(cases: QuerySet[Case], filters: Filters, by: User) -> QuerySet[Case]:
    if filters.owner == "me":
        cases = cases.filter(owner=by)
    elif filters.owner == "none":
        cases = cases.filter(owner=None)
    elif filters.owner:
        cases = cases.filter(owner__username=filters.owner)
    if filters.unit:
        units = _subtree(filters.unit)
        cases = cases.filter(Q(lead_unit__in=units) | Q(recorded_unit__in=units) | Q(accused_unit__in=units))
    if filters.accused:
        cases = cases.filter(accused_unit__in=_subtree(filters.accused))
    if filters.waiting == "me":
        cases = cases.filter(pk__in=waiting_for(by).order_by().values("case"))
    return cases


def _subtree(code: str) -> list[int]:
    path = Unit.objects.filter(code=code).values_list("path", flat=True).first()
    return list(Unit.objects.filter(path__startswith=path).values_list("pk", flat=True)) if path else []


def _is_count(word: str) -> bool:
    """Whether the word is a whole number small enough to be meant ("²" is a digit, but no number)."""
    return word.isdecimal() and len(word) <= 6


def _day(value: str) -> datetime | None:
    try:
        midnight = datetime.combine(date.fromisoformat(value), datetime.min.time())
    except ValueError:
        return None
    return local(midnight) if is_plausible(midnight) else None
