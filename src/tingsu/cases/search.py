"""Chinese search over cases: character bigrams in FTS5 or a GIN tsvector, written in the case's own transaction.

A word of two characters and up is found inside a sentence, simplified or traditional. Longer words are phrases of
adjacent bigrams, so 投诉银行 is not found in 投诉了银行.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case
from tingsu.reading.search_text import bigrams, search_terms

# PostgreSQL keeps word positions up to 16,383 and drops the rest; a text that long is searched by its beginning.
MOST_TOKENS = 16_000

SEARCHED = {"text", "findings", "answer", "summary", "lesson"}  # fields of actions that search looks into


def index_case(case: Case) -> None:
    """Make the case findable by its number, subject, text, names, notes, findings and answer."""
    write_row(case.pk, searched_texts(case))


def searched_texts(case: Case) -> list[str]:
    """Everything of a case that search looks into."""
    notes = [] if case.event_count <= 1 else [str(d.get("text", "")) for d in _note_data(case)]
    customer = case.customer
    return [
        case.number, case.subject, case.text, case.key_point, customer.name, customer.phone, case.accused_person,
        case.findings, case.answer, case.summary, case.lesson, *notes,
    ]  # fmt: skip


def write_row(pk: int, texts: Iterable[str]) -> None:
    """Write the search row of one case from its texts, replacing what stood there."""
    tokens = bigrams("\n".join(text for text in texts if text))[:MOST_TOKENS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO cases_search (id, doc) VALUES (%s, %s::tsvector)"
                " ON CONFLICT (id) DO UPDATE SET doc = EXCLUDED.doc",
                [pk, _vector(tokens)],
            )
        else:
            cursor.execute(
                "INSERT OR REPLACE INTO cases_search (rowid, tokens) VALUES (%s, %s)", [pk, " ".join(tokens)]
            )


def search(cases: QuerySet[Case], query: str) -> QuerySet[Case]:
    """The cases among ``cases`` that hold every word of ``query``, newest first.

    Raises NotPossible when the query holds nothing that can be searched for.
    """
    phrases = search_terms(query)
    if not phrases:
        raise NotPossible("请输入至少两个汉字，或一个完整的号码、字母词。")
    if connection.vendor == "postgresql":
        found = RawSQL("SELECT id FROM cases_search WHERE doc @@ %s::tsquery", [_pg_query(phrases)])
    else:
        found = RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s", [_fts_query(phrases)])
    return cases.filter(pk__in=found).order_by("-pk")


def _note_data(case: Case) -> Iterable[dict[str, object]]:
    return case.events.filter(kind="note").values_list("data", flat=True)


def _fts_query(phrases: list[list[str]]) -> str:
    return " AND ".join('"' + " ".join(_bare(t) for t in phrase) + '"' for phrase in phrases)


def _pg_query(phrases: list[list[str]]) -> str:
    return " & ".join("(" + " <-> ".join(_quoted(t) for t in phrase) + ")" for phrase in phrases)


def _vector(tokens: list[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens, start=1):
        places.setdefault(token, []).append(place)
    # PostgreSQL keeps at most 255 positions of a lexeme and refuses no more; those past it are dropped here.
    return " ".join(f"{_quoted(token)}:{','.join(map(str, at[:255]))}" for token, at in places.items())


def _bare(token: str) -> str:
    return token.replace('"', "")


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
