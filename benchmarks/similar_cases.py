"""Finding alike cases in a growing store: recall of planted copies and paraphrases, latency, adding, memory, disk.

`python -m benchmarks --similar-cases` (or `python -m benchmarks.similar_cases --sizes 10000 100000 1000000`). Each size
is the last one grown; what is planted stands among the first cases, which is where it is hardest to find. Beside it, in
the same run on the same texts: SQLite's FTS5 by bm25, and MinHash LSH in memory (rensa).
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines import database
from benchmarks.similar_texts import Composer, Planted

ROOT = Path(__file__).resolve().parent.parent
STEP = 1_000  # cases at least that are written in one transaction while the store grows; a twentieth of a large one
EACH = 200  # planted of every sort
ADDED, ASKED_OF_FTS = 200, 40
BASELINES_TO = 100_000  # cases; beyond, a question takes bm25 seconds
FIRST = 5  # places among which the planted case counts as found
Ask = Callable[[str], Sequence[int]]
Adder = Callable[[Sequence[tuple[int, str]]], None]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similar_cases")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        run(asked.sizes, baselines=not asked.no_baselines)
    else:
        measure_store(asked.sizes, asked.engine, baselines=not asked.no_baselines)


def measure_store(sizes: Sequence[int], engine: str = "sqlite", *, baselines: bool = True) -> None:
    """Measure in a fresh folder that is gone afterwards, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="tingsu-similar-") as home, database(engine) as url:
        environment = {**os.environ, "TINGSU_HOME": home, "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
        environment |= {"DATABASE_URL": url} if url else {}
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "benchmarks.similar_cases", "--inside", "--sizes", *map(str, sizes)]
        subprocess.run([*command, *([] if baselines else ["--no-baselines"])], env=environment, cwd=ROOT, check=True)


def run(sizes: Sequence[int], *, baselines: bool) -> None:
    """Grow and measure, printing each row as it comes."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    composer = Composer()
    planted = composer.plant(EACH)
    print(f"texts: {composer.source}; {len(composer.clauses):,} clauses; planted: {len(planted)}", flush=True)
    store = Store(composer, planted)
    others = [Fts(), Lsh()] if baselines else []
    print(HEAD, flush=True)
    for size in sizes:
        others = others if size <= BASELINES_TO else []
        grown = store.grow(size, [other.add for other in others])
        print(row(size, "tingsu", measure(store.ask, planted, store.place), **grown, **store.facts()), flush=True)
        for other in others:
            asked = sample(planted, ASKED_OF_FTS if isinstance(other, Fts) else EACH)
            print(row(size, other.name, measure(other.ask, asked, store.place), **other.facts()), flush=True)


def measure(ask: Ask, planted: Sequence[Planted], place: dict[str, int]) -> dict[str, Any]:
    """Share of planted texts found among the first five, by sort; milliseconds a question, (p50, p95).

    Waited is what a clock on the wall says; worked what this process computed (a server's own work is not in it).
    """
    for one in planted[:20]:
        ask(one.asked)
    found: dict[str, list[bool]] = defaultdict(list)
    waited, worked = [], []
    for one in planted:
        began, busy = time.perf_counter(), time.process_time()
        answer = ask(one.asked)
        waited.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        found[one.sort].append(place[one.stored] in answer[:FIRST])
    shares = {sort: sum(hits) / len(hits) for sort, hits in found.items()}
    return {"recall": shares, "waited": _middle_and_tail(waited), "worked": _middle_and_tail(worked)}


def _middle_and_tail(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def sample(planted: Sequence[Planted], each: int) -> list[Planted]:
    taken: dict[str, int] = defaultdict(int)
    kept = []
    for one in planted:
        taken[one.sort] += 1
        if taken[one.sort] <= each:
            kept.append(one)
    return kept


class Store:
    """The product's own tables, asked through its own verb."""

    def __init__(self, composer: Composer, planted: Sequence[Planted]) -> None:
        from tests.make import Bank
        from tests.make import case as make_case

        self.composer = composer
        self.template = make_case(Bank(), text="模板")
        self.waiting = [one.stored for one in planted]
        self.place: dict[str, int] = {}
        self.size = 0

    def ask(self, text: str) -> list[int]:
        from tingsu.cases.alike import find_alike
        from tingsu.cases.models import Case

        return [one.case_id for one in find_alike(text, Case.objects.all(), most=FIRST, everything=True)]

    def grow(self, size: int, adders: Sequence[Adder]) -> dict[str, float]:
        """Cases until there are ``size``; the last ones one by one, each in a transaction of its own and timed."""
        while self.size < size - ADDED:
            many = min(max(STEP, size // 20), size - ADDED - self.size)
            texts = [self.waiting.pop() if self.waiting and n % 2 else self.composer.complaint() for n in range(many)]
            self._load(self._begin(texts, adders), texts)
        self._settle()
        took = [self._add_one(self.composer.complaint(), adders) for _ in range(size - self.size)]
        ready, written = zip(*took, strict=True)
        return {"prepare_ms": statistics.median(ready), "write_ms": statistics.median(written),
                "write_p95_ms": statistics.quantiles(written, n=20)[18]}  # fmt: skip

    def _begin(self, texts: Sequence[str], adders: Sequence[Adder]) -> int:
        """The id of the first of these texts, which are told to the others and noted."""
        first = self.template.pk + self.size + 1
        for number, text in enumerate(texts):
            self.place.setdefault(text, first + number)
        for add in adders:
            add([(first + number, text) for number, text in enumerate(texts)])
        self.size += len(texts)
        return first

    def _load(self, first: int, texts: Sequence[str]) -> None:
        """Many cases in one transaction, keys in the index's own order: what a million rows in random order forbid."""
        from django.db import transaction

        indexed = [self._prepare(text, first + number) for number, text in enumerate(texts)]
        keys = sorted((key, first + number) for number, one in enumerate(indexed) for key in one.keys)
        directions = [(first + number, one.version, True, one.vector) for number, one in enumerate(indexed)]
        with transaction.atomic():
            self._write_many(self._insert(), [(first + n, f"S{first + n}", text, text) for n, text in enumerate(texts)])
            self._write_many("INSERT INTO cases_alike (key, case_id) VALUES (%s, %s)", keys)
            self._write_many(
                "INSERT INTO cases_direction (case_id, version, linked, vector) VALUES (%s, %s, %s, %s)", directions
            )

    def _prepare(self, text: str, number: int) -> Any:
        """What ``prepare_index`` makes of a case whose customer gives a telephone of his own."""
        from tingsu.cases.alike import Indexed
        from tingsu.reading.similar.keys import contact_key, make_keys, pack_vector
        from tingsu.reading.similar.meaning import profile

        seen = profile(text)
        keys = {*make_keys(seen), contact_key("手机", f"154{number:08d}")}
        return Indexed(tuple(keys), pack_vector(seen), seen.meaning.version)

    def _add_one(self, text: str, adders: Sequence[Adder]) -> tuple[float, float]:
        """Milliseconds (for making the keys, for writing them) as a registration does it."""
        from django.db import transaction

        from tingsu.cases.alike import prepare_index, write_index

        first = self._begin([text], adders)
        began = time.process_time()
        indexed = prepare_index(text, self.template.customer, ())
        ready = time.process_time()
        with transaction.atomic():
            self._write_many(self._insert(), [(first, f"S{first}", text, text)])
            between = time.perf_counter()
            write_index(first, indexed, linked=True)
            done = time.perf_counter()
        return (ready - began) * 1000, (done - between) * 1000

    def _write_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def _insert(self) -> str:
        from tingsu.cases.models import Case

        own = {"id": "%s", "number": "%s", "text": "%s", "masked_text": "%s", "external_id": "''"}
        columns = [field.column for field in Case._meta.concrete_fields]
        values = [own.get(column, column) for column in columns]
        order = [c for c in columns if c in own and c != "external_id"]
        assert order == ["id", "number", "text", "masked_text"]
        names = ", ".join(columns)
        return (
            f"INSERT INTO cases_case ({names}) SELECT {', '.join(values)} FROM cases_case WHERE id = {self.template.pk}"
        )

    def _settle(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def facts(self) -> dict[str, Any]:
        return {"bytes": table_bytes(("cases_alike", "cases_direction")) / self.size, "memory": resident()}


class Fts:
    """FTS5 over pairs of characters, any of the question's words, best five by bm25."""

    name = "FTS5 bm25"

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "fts.sqlite3"
        self.db = sqlite3.connect(self.path)
        self.db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
            "CREATE VIRTUAL TABLE f USING fts5(tokens, content='', tokenize='unicode61 remove_diacritics 0')"
        )

    def add(self, rows: Sequence[tuple[int, str]]) -> None:
        from tingsu.reading import bigrams

        self.db.executemany("INSERT INTO f(rowid, tokens) VALUES (?, ?)", [(k, " ".join(bigrams(t))) for k, t in rows])
        self.db.commit()

    def ask(self, text: str) -> list[int]:
        from tingsu.reading import bigrams

        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(bigrams(text)))
        return [k for (k,) in self.db.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 5", [words])]

    def facts(self) -> dict[str, Any]:
        return {"bytes": self.path.stat().st_size / max(1, self.db.execute("SELECT max(rowid) FROM f").fetchone()[0])}


class Lsh:
    """MinHash LSH in memory over triples of characters, 64 permutations in 16 bands, best five by sketch."""

    name = "rensa LSH"

    def __init__(self) -> None:
        from rensa import RMinHash, RMinHashLSH

        self.sketch, self.sketches = RMinHash, {}
        self.index = RMinHashLSH(threshold=0.6, num_perm=64, num_bands=16)

    def _sketch(self, text: str) -> Any:
        from tingsu.reading.similar.forms import bare, shingles

        sketch = self.sketch(num_perm=64, seed=1)
        sketch.update(sorted(shingles(bare(text))) or [text])
        return sketch

    def add(self, rows: Sequence[tuple[int, str]]) -> None:
        for key, text in rows:
            self.sketches[key] = self._sketch(text)
            self.index.insert(key, self.sketches[key])

    def ask(self, text: str) -> list[int]:
        sketch = self._sketch(text)
        return sorted(self.index.query(sketch), key=lambda key: -sketch.jaccard(self.sketches[key]))[:FIRST]

    def facts(self) -> dict[str, Any]:
        return {}


def table_bytes(tables: Sequence[str]) -> int:
    """What tables and their indexes take on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s) AS t", [list(tables)])
        else:
            marks = ", ".join(["%s"] * len(tables))
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN"
                f" (SELECT name FROM sqlite_master WHERE tbl_name IN ({marks}))",
                list(tables),
            )
        return int(cursor.fetchone()[0])


def resident() -> float:
    """Megabytes this process holds at most so far, the composer's clauses and the baselines included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


SORTS = ("copy", "rewritten", "question", "matter")
HEAD = (
    "| cases | how | copies | rewritten | questions | matters | waited ms p50 / p95 | processor ms p50 / p95 |"
    " make keys ms | write ms (p95) | bytes a case |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(size: int, name: str, got: dict[str, Any], **facts: float) -> str:
    """One line of the table."""
    recall = [f"{got['recall'][sort]:.3f}" if sort in got["recall"] else "–" for sort in SORTS]
    made = f"{facts['prepare_ms']:.2f}" if "prepare_ms" in facts else "–"
    written = f"{facts['write_ms']:.2f} ({facts['write_p95_ms']:.2f})" if "write_ms" in facts else "–"
    taken = f"{facts['bytes']:.0f}" if "bytes" in facts else "–"
    times = [f"{middle:.1f} / {tail:.1f}" for middle, tail in (got["waited"], got["worked"])]
    cells = [f"{size:,}", name, *recall, *times, made, written, taken]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
