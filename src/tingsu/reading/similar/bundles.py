"""Complaints of a file that belong together: the same again, batches of one wording, letters of one hand.

Suggestions with their evidence. Whether people acted together, or an agent for them, is for a person to find out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tingsu.reading.similar.contacts import Contact, find_contacts, make_contact
from tingsu.reading.similar.groups import SAME, Group, find_groups
from tingsu.reading.similar.templates import find_moulds

AGAIN = "again"  # one customer, the same complaint
NEAR = "near"  # copies or near-copies, of few customers or of customers the file does not name
BATCH = "batch"  # one wording from many customers
CONTACT = "contact"  # one telephone, address or account given by several
AGENT = "agent"  # like a batch or a shared contact, with the marks of an agent's hand
KINDS = (AGENT, BATCH, CONTACT, AGAIN, SAME, NEAR)

OnStage = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One complaint of a file: its text and what the file says of who sent it."""

    text: str
    customer: str = ""
    phone: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """From when on something is suggested; a pack may set its own.

    ``alike``: similarity from which a case is a similar matter. ``batch_customers``, ``agent_customers``: different
    customers with one wording, with one contact. ``words``: what agents' letters are full of; ``word_kinds`` of them
    in a batch make it an agent's.
    """

    alike: float = 0.45
    batch_customers: int = 3
    agent_customers: int = 3
    words: tuple[str, ...] = ()
    word_kinds: int = 2


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A contact that complaints of ``customers`` different people give (None where the file names none)."""

    kind: str
    shown: str
    members: tuple[int, ...]
    customers: int | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Complaints that belong together; ``members`` are indices into the input, ascending.

    ``passage`` is the wording they share, raw: mask it before showing. ``customers`` None: nobody is named.
    ``first`` and ``last`` bound the period. ``words`` are the marks of an agent's letter found in them.
    """

    kind: str
    members: tuple[int, ...]
    representative: int
    passage: str
    customers: int | None
    first: datetime | None
    last: datetime | None
    contacts: tuple[SharedContact, ...] = ()
    words: tuple[str, ...] = ()


def find_bundles(entries: Sequence[Entry], rules: Rules, *, on_stage: OnStage | None = None) -> list[Bundle]:
    """What belongs together among ``entries``: agent-like bundles first, then batches, then the rest, largest first.

    A text is in one bundle of wording at most; a shared contact may join texts of several. ``on_stage`` hears
    (stage, done, total): copies, moulds, contacts.
    """
    tell = on_stage or (lambda stage, done, total: None)
    texts, total = [entry.text for entry in entries], len(entries)
    groups = find_groups(texts, on_done=lambda done: tell("copies", done, total))
    tell("moulds", 0, total)
    groups = _join_moulds(texts, groups)
    shared = _shared_contacts(entries, rules, tell)
    bundles = [_of_wording(entries, group, shared, rules) for group in groups]
    held = [set(bundle.members) for bundle in bundles if bundle.kind in (AGENT, BATCH)]
    bundles += [_of_contact(entries, one, rules) for one in shared if not any(set(one.members) <= h for h in held)]
    return sorted(bundles, key=lambda bundle: (KINDS.index(bundle.kind), -len(bundle.members), bundle.members[0]))


def find_words(texts: Iterable[str], words: Sequence[str]) -> tuple[str, ...]:
    """The words that stand in at least half of the texts, in the order given."""
    found, many = Counter[str](), 0
    for text in texts:
        many += 1
        found.update(word for word in words if word in text)
    return tuple(word for word in words if found[word] and found[word] * 2 >= many)


def _join_moulds(texts: Sequence[str], groups: Sequence[Group]) -> list[Group]:
    """The groups, with those joined that follow one mould; each group is looked at through its representative."""
    grouped = {member for group in groups for member in group.members}
    units = [*groups, *(Group((at,), SAME, at, "") for at in range(len(texts)) if at not in grouped)]
    units.sort(key=lambda unit: unit.representative)
    moulds = find_moulds([texts[unit.representative] for unit in units])
    joined = {place for mould in moulds for place in (mould.leader, *mould.followers)}
    merged = [_merge([units[place] for place in (mould.leader, *mould.followers)]) for mould in moulds]
    return merged + [unit for place, unit in enumerate(units) if place not in joined and len(unit.members) > 1]


def _merge(units: Sequence[Group]) -> Group:
    leader = units[0]
    members = sorted(member for unit in units for member in unit.members)
    return Group(tuple(members), NEAR, leader.representative, leader.passage if len(leader.members) > 1 else "")


def _shared_contacts(
    entries: Sequence[Entry], rules: Rules, tell: Callable[[str, int, int], None]
) -> list[SharedContact]:
    """Contacts that at least ``agent_customers`` complaints give, of as many customers where the file names them."""
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    shown: dict[tuple[str, str], str] = {}
    for place, entry in enumerate(entries):
        for contact in _contacts_of(entry):
            key = (contact.kind, contact.value)
            if not given[key] or given[key][-1] != place:
                given[key].append(place)
            shown[key] = contact.shown
        if place % 500 == 0:
            tell("contacts", place, len(entries))
    found = []
    for key, members in given.items():
        customers = count_customers(entries, members, besides=key)
        if len(members) >= rules.agent_customers and (customers is None or customers >= rules.agent_customers):
            found.append(SharedContact(key[0], shown[key], tuple(members), customers))
    return found


def _contacts_of(entry: Entry) -> list[Contact]:
    found = find_contacts(entry.text)
    own = make_contact("手机", entry.phone, "") if entry.phone else None
    if own is not None:
        found.append(Contact(own.kind, own.value, f"{own.value[:3]}****{own.value[-4:]}", 0, 0))
    return found


def count_customers(
    entries: Sequence[Entry], members: Sequence[int], *, besides: tuple[str, str] | None = None
) -> int | None:
    """Different customers among ``members``; one that nobody names counts as one more. None where none is named.

    A customer is told by name or number, else by telephone; not by the contact ``besides`` that they share.
    """
    names = [_identity(entries[place], besides) for place in members]
    known = set(names) - {""}
    return len(known) + names.count("") if known else None


def _identity(entry: Entry, besides: tuple[str, str] | None) -> str:
    if entry.customer:
        return entry.customer
    own = make_contact("手机", entry.phone, "") if entry.phone else None
    return "" if own is None or (own.kind, own.value) == besides else own.value


def _of_wording(entries: Sequence[Entry], group: Group, shared: Sequence[SharedContact], rules: Rules) -> Bundle:
    members = set(group.members)
    contacts = tuple(one for one in shared if len(members.intersection(one.members)) >= 2)
    words = find_words((entries[place].text for place in group.members), rules.words)
    customers = count_customers(entries, group.members)
    kind = _kind_of(group, customers, contacts, words, rules)
    first, last = _period(entries, group.members)
    return Bundle(kind, group.members, group.representative, group.passage, customers, first, last, contacts, words)


def _kind_of(
    group: Group, customers: int | None, contacts: Sequence[SharedContact], words: Sequence[str], rules: Rules
) -> str:
    if customers == 1:
        return AGAIN
    many = len(group.members) if customers is None else customers
    if many >= rules.batch_customers and (contacts or len(words) >= rules.word_kinds):
        return AGENT
    if customers is not None and customers >= rules.batch_customers:
        return BATCH
    return group.kind


def _of_contact(entries: Sequence[Entry], shared: SharedContact, rules: Rules) -> Bundle:
    words = find_words((entries[place].text for place in shared.members), rules.words)
    first, last = _period(entries, shared.members)
    kind = CONTACT if shared.customers is None and not words else AGENT
    return Bundle(kind, shared.members, shared.members[0], "", shared.customers, first, last, (shared,), words)


def _period(entries: Sequence[Entry], members: Iterable[int]) -> tuple[datetime | None, datetime | None]:
    moments = sorted(at for place in members if (at := entries[place].at) is not None)
    return (moments[0], moments[-1]) if moments else (None, None)
