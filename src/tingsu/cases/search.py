"""Chinese search over cases: character bigrams in FTS5 or a GIN tsvector, written in the case's own transaction.

A word of two characters and up is found inside a sentence, simplified or traditional. Longer words are phrases of
adjacent bigrams, so 投诉银行 is not found in 投诉了银行.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from tingsu.cases.beside import parties_of
from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case, Event
from tingsu.reading.search_text import bigrams, search_terms

LONGEST_QUERY = 100  # characters; also how far two parts of a text overlap, so that no phrase falls between them
LONGEST_TOKEN = 60  # characters of one run of letters that count; PostgreSQL takes no word over 2,046 bytes
# PostgreSQL keeps word positions up to 16,383, 255 of each word, and a megabyte a row, and drops the rest in silence;
# a longer text stands there in several rows.
MOST_TOKENS = 4_000
MOST_PLACES = 255

SEARCHED = {"text", "findings", "answer", "summary", "lesson"}  # fields of actions that search looks into


def index_case(case: Case) -> None:
    """Make the case findable by its number, subject, text, names, notes, findings and answer."""
    write_row(case.pk, searched_texts(case))


def searched_texts(case: Case) -> list[str]:
    """Everything of a case that search looks into."""
    notes = _note_texts(case) if case.event_count > 1 else []
    customer = case.customer
    return [
        case.number, case.subject, case.text, case.key_point, customer.name, customer.phone, case.accused_person,
        case.findings, case.answer, case.summary, case.lesson, *_party_words(case), *notes,
    ]  # fmt: skip


def write_row(pk: int, texts: Iterable[str]) -> None:
    """Write the search rows of one case from its texts, replacing what stood there."""
    tokens = [_cut(token) for token in bigrams("\n".join(text for text in texts if text))]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            parts = [_vector(part) for part in _parts(tokens)]
            cursor.execute(
                "WITH gone AS (DELETE FROM cases_search WHERE id = %s AND part > %s)"
                " INSERT INTO cases_search (id, part, doc)"
                " SELECT %s, part, doc::tsvector FROM unnest(%s::text[]) WITH ORDINALITY AS parts (doc, part)"
                " ON CONFLICT (id, part) DO UPDATE SET doc = EXCLUDED.doc",
                [pk, len(parts), pk, parts],
            )
        else:
            cursor.execute(
                "INSERT OR REPLACE INTO cases_search (rowid, tokens) VALUES (%s, %s)", [pk, " ".join(tokens)]
            )


def search(cases: QuerySet[Case], query: str) -> QuerySet[Case]:
    """The cases among ``cases`` that hold every word of ``query``, newest first.

    Raises NotPossible when the query holds nothing that can be searched for, or is longer than LONGEST_QUERY.
    """
    if len(query) > LONGEST_QUERY:
        raise NotPossible(f"搜索的内容太长，请缩短到 {LONGEST_QUERY} 字以内。")
    phrases = [[_cut(token) for token in phrase] for phrase in search_terms(query)]
    if not phrases:
        raise NotPossible("请输入至少两个汉字，或一个完整的号码、字母词。")
    if connection.vendor == "postgresql":
        # Asked phrase by phrase, since a long text's phrases may stand in different rows.
        one = "SELECT id FROM cases_search WHERE doc @@ %s::tsquery"
        asked_all = [_pg_phrase(p, phrases) for p in phrases]
        found = RawSQL(" INTERSECT ".join([one] * len(phrases)), asked_all)  # noqa: S611  (only constants are joined)
    else:
        asked = " AND ".join(_fts_phrase(p, phrases) for p in phrases)
        found = RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s", [asked])
    return cases.filter(pk__in=found).order_by("-pk")


def _party_words(case: Case) -> list[str]:
    parties = parties_of(case) if case.event_count else ()
    return [word for party in parties for word in (party.name, party.phone)]


def _note_texts(case: Case) -> list[str]:
    return [str(note.data.get("fields", {}).get("text", "")) for note in _NOTES.all(case.pk)]


_NOTES = Composed(lambda: Event.objects.filter(case=PLACE, kind="note").only("data"))


def _parts(tokens: list[str]) -> Iterator[list[str]]:
    """The tokens in overlapping pieces, none over what one row of PostgreSQL keeps in full."""
    start = 0
    while True:
        end = _end_of_part(tokens, start)
        yield tokens[start:end]
        if end == len(tokens):
            return
        start = end - LONGEST_QUERY


def _end_of_part(tokens: list[str], start: int) -> int:
    seen: Counter[str] = Counter()
    for place in range(start, min(start + MOST_TOKENS, len(tokens))):
        seen[tokens[place]] += 1
        if seen[tokens[place]] > MOST_PLACES:
            return place
    return min(start + MOST_TOKENS, len(tokens))


def _vector(tokens: list[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens, start=1):
        places.setdefault(token, []).append(place)
    return " ".join(f"{_quoted(token)}:{','.join(map(str, at))}" for token, at in places.items())


def _fts_phrase(phrase: list[str], phrases: list[list[str]]) -> str:
    return (
        '"' + " ".join(token.replace('"', "") for token in phrase) + ('" *' if _begins_a_word(phrase, phrases) else '"')
    )


def _pg_phrase(phrase: list[str], phrases: list[list[str]]) -> str:
    return " <-> ".join(_quoted(token) for token in phrase) + (":*" if _begins_a_word(phrase, phrases) else "")


def _begins_a_word(phrase: list[str], phrases: list[list[str]]) -> bool:
    """Whether this is the lone Chinese character of a word like U盾 or ATM机, which in a text has others after it.

    A whole query of one character stays as it is: it would meet half of all texts.
    """
    return len(phrases) > 1 and len(phrase) == 1 and len(phrase[0]) == 1 and not phrase[0].isascii()


def _cut(token: str) -> str:
    return token[:LONGEST_TOKEN]


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
