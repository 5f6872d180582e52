"""Cases that share a wording or a contact: batches, and what may be the hand of a complaint agent (代理维权).

A job gathers them after each registration; pages show them with their evidence to those who watch over the whole. The
machine suggests and counts. Whether an agent is at work, and what follows, people find out and decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import IntegrityError, transaction
from django.db.models import Count, Min, QuerySet

from tingsu.base.clock import now
from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.alike import contacts_of, find_by_contact
from tingsu.cases.errors import NotFound
from tingsu.cases.models import Bundle, BundleCase, Case, Customer
from tingsu.org.models import User
from tingsu.org.pack import active_pack
from tingsu.org.permissions import require
from tingsu.reading.similar import AGENT, BATCH, CONTACT, Contact, find_words, is_copy
from tingsu.reading.similar.keys import contact_key

CHECKED = 20  # cases looked at when a contact is met for the second time
MOST_LISTED = 100
MOST_CASES = 50
_ATTEMPTS = 3  # to join a bundle that other workers are just merging


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A bundle worth a look: ``kind`` is agent, batch or contact; ``words`` and ``contacts`` are the evidence.

    ``contacts`` are masked. ``example`` is a case this person may see, whose text shows the wording.
    """

    bundle: Bundle
    kind: str
    words: tuple[str, ...]
    contacts: tuple[str, ...]
    example: Case | None = None


@dataclass(frozen=True, slots=True)
class SuspicionShown:
    """One bundle with the cases this person may see, the latest first, and how many lie beyond reach or the page."""

    suspicion: Suspicion
    cases: list[Case]
    beyond: int


def bundle_case(case: Case, copies: Sequence[Case]) -> None:
    """Gather a case into the bundle of its wording (``copies``, the nearest first) and of each contact it gives."""
    for _attempt in range(_ATTEMPTS):
        if _join_wording(case, copies):
            break
    for contact in contacts_of(case.text, case.customer):
        _join_contact(case, contact)


def list_suspicions(*, by: User, at: datetime | None = None) -> list[Suspicion]:
    """The bundles of the pack's last ``days`` with enough different customers, agent-like ones first, then the latest.

    Only those with a case within reach; counts are of the whole house. Raises NotAllowed.
    """
    require(by, "view_home")
    rules = active_pack().similar
    fewest = min(rules.batch_customers, rules.agent_customers)
    since = (at or now()) - timedelta(days=rules.days)
    recent = Bundle.objects.filter(last_at__gte=since, customers__gte=fewest).order_by("-last_at", "-pk")
    bundles = list(recent[:MOST_LISTED])
    lately = _customers_since(bundles, since)
    found = _judge([bundle for bundle in bundles if lately.get(bundle.pk, 0) >= _fewest(bundle)], by)
    return sorted(found, key=lambda one: ((AGENT, BATCH, CONTACT).index(one.kind), -one.bundle.last_at.timestamp()))


def show_suspicion(bundle_id: int, *, by: User) -> SuspicionShown:
    """One bundle and its cases within reach. Raises NotAllowed, and NotFound where none of them is."""
    require(by, "view_home")
    bundle = Bundle.objects.filter(pk=bundle_id).first()
    found = _judge([bundle], by) if bundle else []
    if bundle is None or not found:
        raise NotFound(str(bundle_id))
    cases = _cases_within_reach(bundle, by).select_related("recorded_unit", "customer").order_by("-received_at", "-pk")
    shown = list(cases.prefetch_related("options")[:MOST_CASES])
    return SuspicionShown(found[0], shown, bundle.cases - len(shown))


def suspicions_of(case: Case, *, by: User) -> list[Suspicion]:
    """The bundles a case is in that have enough different customers to be shown; nobody's permission but to see it."""
    bundles = Bundle.objects.filter(members__case=case).order_by("sort", "-customers")
    return _judge([bundle for bundle in bundles if bundle.customers >= _fewest(bundle)], by)


def _fewest(bundle: Bundle) -> int:
    rules = active_pack().similar
    return rules.batch_customers if bundle.sort == Bundle.Sort.WORDING else rules.agent_customers


def _customers_since(bundles: Sequence[Bundle], since: datetime) -> dict[int, int]:
    """Bundle → its different customers since a moment: one letter a year is no batch."""
    members = BundleCase.objects.filter(bundle__in=bundles, case__received_at__gte=since)
    counted = members.order_by().values_list("bundle").annotate(customers=Count("who", distinct=True))
    return dict(counted)


def _cases_within_reach(bundle: Bundle, by: User) -> QuerySet[Case]:
    return visible_cases(by).filter(pk__in=bundle.members.values("case"))


def _judge(bundles: Sequence[Bundle], by: User) -> list[Suspicion]:
    """What each bundle looks like, with its evidence; those without a case within reach are left out."""
    examples = _examples(bundles, by)
    contacts = _contacts_within(bundles)
    found = []
    for bundle in bundles:
        example = examples.get(bundle.pk)
        if example is not None:
            words = find_words([example.text], active_pack().similar.words)
            kind = _kind_of(bundle, words, contacts.get(bundle.pk, ()))
            found.append(Suspicion(bundle, kind, words, contacts.get(bundle.pk, ()), example))
    return found


def _kind_of(bundle: Bundle, words: Sequence[str], contacts: Sequence[str]) -> str:
    rules = active_pack().similar
    if bundle.sort == Bundle.Sort.CONTACT:
        return AGENT if words else CONTACT
    return AGENT if contacts or len(words) >= rules.word_kinds else BATCH


def _examples(bundles: Sequence[Bundle], by: User) -> dict[int, Case]:
    """Bundle → the earliest case of it that this person may see."""
    members = BundleCase.objects.filter(bundle__in=bundles)
    if not sees_all(by):
        members = members.filter(case__in=visible_cases(by))
    chosen = dict(members.order_by().values_list("bundle").annotate(earliest=Min("case")))
    cases = Case.objects.select_related("customer").in_bulk(chosen.values())
    return {bundle_id: cases[case_id] for bundle_id, case_id in chosen.items()}


def _contacts_within(bundles: Iterable[Bundle]) -> dict[int, tuple[str, ...]]:
    """Bundle → the contacts, masked, that at least two of its cases share with each other; its own for a contact's."""
    wordings = [bundle.pk for bundle in bundles if bundle.sort == Bundle.Sort.WORDING]
    shared = (
        BundleCase.objects.filter(bundle__in=wordings, case__bundled__bundle__sort=Bundle.Sort.CONTACT)
        .values_list("bundle", "case__bundled__bundle__shown")
        .annotate(times=Count("pk"))
        .filter(times__gte=2)
        .order_by("bundle", "-times")
    )
    found: dict[int, tuple[str, ...]] = {b.pk: (b.shown,) for b in bundles if b.sort == Bundle.Sort.CONTACT}
    for bundle_id, shown, _times in shared:
        found[bundle_id] = (*found.get(bundle_id, ()), shown)
    return found


def _join_wording(case: Case, copies: Sequence[Case]) -> bool:
    """Into the oldest bundle to whose first the case is alike, else into a new one with the copies no bundle holds.

    Two workers that look at one batch at the same moment may open two bundles of it: who opened one looks again, and
    of two at least the later sees both and makes them one. False where another worker has just done that and this must
    be tried again.
    """
    fitting = _fitting(case, copies)
    if fitting:
        _make_one(fitting)
        return _add(fitting[0], [case])
    held = set(
        BundleCase.objects.filter(case__in=copies, bundle__sort=Bundle.Sort.WORDING).values_list("case", flat=True)
    )
    free = [other for other in copies if other.pk not in held]
    if not free:
        return True
    first = min([case, *free], key=lambda one: one.pk)
    # Every case of a bundle has been found like its first; of the copies this is known where the case is the first.
    added = _add(_open(Bundle.Sort.WORDING, first.pk, first), [case, *free] if first is case else [first, case])
    if added:
        _make_one(_fitting(case, copies))
    return added


def _fitting(case: Case, copies: Sequence[Case]) -> list[Bundle]:
    """The bundles of a wording that hold a copy or the case itself, and to whose first it is alike, oldest first."""
    held = Bundle.objects.filter(sort=Bundle.Sort.WORDING, members__case__in=[case, *copies]).distinct()
    bundles = held.select_related("representative").order_by("key")
    return [bundle for bundle in bundles if is_copy(case.text, bundle.representative.text)]


def _make_one(fitting: Sequence[Bundle]) -> None:
    """Merge into the oldest those whose first is a copy of its first."""
    for later in fitting[1:]:
        if is_copy(fitting[0].representative.text, later.representative.text):
            _merge(fitting[0], later)


@transaction.atomic
def _merge(older: Bundle, later: Bundle) -> None:
    """Move the cases of one bundle into another and drop it; both are counted anew."""
    locked = {
        one.pk: one for one in Bundle.objects.select_for_update().filter(pk__in=(older.pk, later.pk)).order_by("pk")
    }
    if len(locked) < 2:  # another worker was quicker
        return
    members = BundleCase.objects.filter(bundle=later)
    members.exclude(case__in=BundleCase.objects.filter(bundle=older).values("case")).update(bundle=older)
    locked[later.pk].delete()
    held, gone = locked[older.pk], locked[later.pk]
    held.cases = held.members.count()
    held.customers = held.members.values("who").distinct().count()
    held.first_at, held.last_at = min(held.first_at, gone.first_at), max(held.last_at, gone.last_at)
    held.save()


def _join_contact(case: Case, contact: Contact) -> None:
    """Into the contact's bundle, which begins when a second customer gives the same contact."""
    key = contact_key(contact.kind, contact.value)
    bundle = Bundle.objects.filter(sort=Bundle.Sort.CONTACT, key=key).select_related("representative__customer").first()
    if bundle is not None:
        if _gives(bundle.representative, contact):
            _add(bundle, [case])
        return
    others = Case.objects.select_related("customer").in_bulk(
        [pk for pk in find_by_contact(key) if pk != case.pk][:CHECKED]
    )
    same = sorted((other for other in others.values() if _gives(other, contact)), key=lambda other: other.pk)
    if {_who(other.customer) for other in same} - {_who(case.customer)}:
        shown = f"{contact.kind} {contact.shown}"
        _add(_open(Bundle.Sort.CONTACT, key, same[0], shown), [*same, case])


def _gives(case: Case, contact: Contact) -> bool:
    given = contacts_of(case.text, case.customer)
    return any((one.kind, one.value) == (contact.kind, contact.value) for one in given)


def _open(sort: Bundle.Sort, key: int, first: Case, shown: str = "") -> Bundle:
    moment = first.received_at
    begun = {"representative": first, "shown": shown[:80], "first_at": moment, "last_at": moment}
    return Bundle.objects.get_or_create(sort=sort, key=key, defaults=begun)[0]


def _add(bundle: Bundle, cases: Sequence[Case]) -> bool:
    """Put cases into a bundle and count them and their customers; one that is in it already is not counted again.

    False where the bundle is gone, merged into another.
    """
    with transaction.atomic():
        held = Bundle.objects.select_for_update().filter(pk=bundle.pk).first()
        if held is None:
            return False
        for case in cases:
            who = _who(case.customer)
            known = held.members.filter(who=who).exists()
            if not _put(held, case, who):
                continue
            held.cases += 1
            held.customers += not known
            held.first_at = min(held.first_at, case.received_at)
            held.last_at = max(held.last_at, case.received_at)
        held.save()
    return True


def _put(bundle: Bundle, case: Case, who: int) -> bool:
    try:
        return BundleCase.objects.get_or_create(bundle=bundle, case=case, defaults={"who": who})[1]
    except IntegrityError:  # another worker was quicker
        return False


def _who(customer: Customer) -> int:
    """A number for a person: by name, since one person may stand in the store twice; by row where no name is known."""
    name = customer.name.strip() or f"#{customer.pk}"
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
