"""The store's index of alike texts: keys under which cases meet, and each text's direction, in the case's transaction.

Two tables of plain SQL beside the models, as the search table is: on SQLite a row of ``cases_alike`` is an entry of one
tree and no more, about a fifth of what a table with its own keys and indexes takes. Backups leave both out; they are
made again from the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from tingsu.cases.models import Case, Customer
from tingsu.reading.similar import Contact, find_contacts
from tingsu.reading.similar.contacts import make_contact
from tingsu.reading.similar.keys import (
    MOST_LISTED,
    Ints,
    compare_packed,
    contact_key,
    make_keys,
    pack_vector,
    rank_votes,
    unpack_vectors,
)
from tingsu.reading.similar.meaning import Profile, load_meaning, profile
from tingsu.reading.types import PersonalDatum

VOTED, COMPARED = 300, 12  # cases whose directions are compared, and texts: so many by votes, as many by direction
LISTED = 200  # cases under one contact that are looked at, the latest
_STEP = 200  # cases indexed in one transaction


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index keeps of a case: made before the transaction, written in it."""

    keys: tuple[int, ...]
    vector: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Alike:
    """A case whose text is alike, 0–1."""

    case_id: int
    score: float


def prepare_index(text: str, customer: Customer, data: Iterable[PersonalDatum] | None = None) -> Indexed:
    """The keys of a case: of its text, and of the contacts its customer gives; ``data`` as the reading found it."""
    seen = profile(text)
    contacts = [contact_key(one.kind, one.value) for one in contacts_of(text, customer, data)]
    return Indexed(tuple({*make_keys(seen), *contacts}), pack_vector(seen), seen.meaning.version)


def contacts_of(text: str, customer: Customer, data: Iterable[PersonalDatum] | None = None) -> list[Contact]:
    """Every contact of a case, once: those of the form, then those of the text."""
    from tingsu.cases.personal import masked_customer

    shown = masked_customer(customer)
    given = {"手机": "phone", "邮箱": "email", "地址": "address", "账号": "account_no"}
    form = (make_contact(kind, getattr(customer, name), shown[name]) for kind, name in given.items())
    found = [contact for contact in form if contact is not None] + find_contacts(text, data)
    return list({(contact.kind, contact.value): contact for contact in reversed(found)}.values())[::-1]


def write_index(case_id: int, indexed: Indexed, *, linked: bool = False) -> None:
    """Put a case into the index inside the caller's transaction; its direction replaces what stood there.

    Keys made in an earlier way stay beside the new ones: they cost a look and no more.
    """
    quiet = "ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        rows = ", ".join([f"(%s, {int(case_id)})"] * len(indexed.keys))
        if rows:
            statement = f"INSERT INTO cases_alike (key, case_id) VALUES {rows} {quiet}"  # noqa: S608 - an integer of ours
            cursor.execute(statement, sorted(indexed.keys))
        cursor.execute(
            "INSERT INTO cases_direction (case_id, version, linked, vector) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (case_id) DO UPDATE SET"
            " version = excluded.version, linked = cases_direction.linked OR excluded.linked, vector = excluded.vector",
            [case_id, indexed.version, linked, indexed.vector],
        )


def find_alike(text: str | Profile, among: QuerySet[Case], *, most: int, everything: bool = False) -> list[Alike]:
    """The cases of ``among`` whose texts are most alike, the most alike first.

    Candidates meet under common keys (the latest some hundred under each); those that meet most often are compared by
    direction, the best of these by their texts. ``everything`` says that ``among`` leaves no case out, which spares
    asking. Milliseconds, whatever the size of the store.
    """
    seen = profile(text) if isinstance(text, str) else text
    keys = make_keys(seen)
    if not keys.sorts:
        return []
    listed = _listed({key: MOST_LISTED[sort] for key, sort in keys.sorts.items()})
    voted = rank_votes(keys, listed, VOTED if everything else 3 * VOTED)
    if not everything:
        visible = set(among.filter(pk__in=voted).values_list("pk", flat=True))
        voted = [pk for pk in voted if pk in visible][:VOTED]
    return _compare(seen, voted, among)[:most]


def find_by_contact(key: int) -> list[int]:
    """The latest cases under a contact's key, the latest first; to be checked, since two contacts may share a key."""
    listed: list[int] = _listed({key: LISTED})[key].tolist()
    return sorted(listed, reverse=True)


def _listed(limits: dict[int, int]) -> dict[int, Ints]:
    """Key → the latest cases under it, at most so many.

    One row a key with its cases joined: thousands of rows would take longer to hand over than to find.
    """
    join = "string_agg(case_id::text, ',')" if connection.vendor == "postgresql" else "group_concat(case_id)"
    latest = "SELECT case_id FROM cases_alike WHERE key = %s ORDER BY case_id DESC LIMIT %s"
    one = f"SELECT %s, {join} FROM ({latest}) AS k"  # noqa: S608 - our own words
    found = {key: np.empty(0, dtype=np.int64) for key in limits}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one] * len(limits)), [v for key, most in limits.items() for v in (key, key, most)]
        )
        for key, joined in cursor.fetchall():
            if joined:
                found[key] = np.array(joined.split(","), dtype=np.int64)
    return found


def _compare(seen: Profile, voted: Sequence[int], among: QuerySet[Case]) -> list[Alike]:
    """The voted cases in order of likeness: all by direction, the best by direction and the best by votes by text."""
    vectors = _vectors(voted)
    if not vectors:
        return []
    known = list(vectors)
    rows = unpack_vectors(list(vectors.values()))
    by_direction = [known[place] for place in (-(rows @ seen.vector)).argsort(kind="stable")[:COMPARED]]
    chosen = list(dict.fromkeys([*voted[:COMPARED], *by_direction]))
    place_of = {pk: place for place, pk in enumerate(known)}
    texts = among.filter(pk__in=[pk for pk in chosen if pk in place_of]).order_by().values_list("pk", "text")
    found = [Alike(pk, compare_packed(seen, text, rows[place_of[pk]])) for pk, text in texts]
    return sorted(found, key=lambda alike: (-alike.score, -alike.case_id))


def _vectors(cases: Sequence[int]) -> dict[int, bytes]:
    """Directions by case, in the order asked; those of another model are left out until they are made anew."""
    if not cases:
        return {}
    marks = ", ".join(["%s"] * len(cases))
    statement = f"SELECT case_id, vector FROM cases_direction WHERE case_id IN ({marks}) AND version = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*cases, load_meaning().version])
        found = {case_id: bytes(vector) for case_id, vector in cursor.fetchall()}
    return {pk: found[pk] for pk in cases if pk in found}


def index_again(case: Case) -> None:
    """Put a case back into the index after its rows and its links came back from a backup."""
    write_index(case.pk, prepare_index(case.text, case.customer), linked=True)


def clear_index() -> None:
    """Empty the index; the cases stay."""
    with connection.cursor() as cursor:
        for table in ("cases_alike", "cases_direction"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names


def mark_linked(case_id: int) -> None:
    """Note that the case's links have been looked for, so that nobody looks again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_direction SET linked = %s WHERE case_id = %s", [True, case_id])


def count_old() -> tuple[int, int]:
    """(cases not in the index or under another model, cases in it whose links have not been looked for)."""
    return len(_unindexed()), len(_unlinked())


def index_old_cases(on_done: Callable[[int], None] | None = None) -> int:
    """Put every case into the index that is not in it, or only under an earlier model; returns how many.

    Some hundred cases a transaction; stopped and begun again it goes on where it was. Links between old cases are for
    ``near.link_old_cases``.
    """
    done = 0
    for step in _steps(_unindexed()):
        cases = Case.objects.select_related("customer").filter(pk__in=step).only("text", "customer")
        with transaction.atomic():
            for case in cases:
                write_index(case.pk, prepare_index(case.text, case.customer))
        done += len(step)
        if on_done:
            on_done(done)
    return done


def unlinked_cases() -> Iterator[int]:
    """The indexed cases whose links have not been looked for, oldest first."""
    yield from _unlinked()


def _unindexed() -> list[int]:
    return _ask(
        "SELECT c.id FROM cases_case c LEFT JOIN cases_direction d ON d.case_id = c.id AND d.version = %s"
        " WHERE d.case_id IS NULL ORDER BY c.id",
        [load_meaning().version],
    )


def _unlinked() -> list[int]:
    return _ask("SELECT case_id FROM cases_direction WHERE NOT linked ORDER BY case_id", [])


def _ask(statement: str, values: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _steps(cases: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(cases), _STEP):
        yield cases[start : start + _STEP]
