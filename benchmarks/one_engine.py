"""One database engine measured at every size, in a process of its own; prints JSON for `benchmarks`."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

import django


def main(sizes: list[int]) -> dict[str, Any]:
    """Grow the store to each size in turn and measure there."""
    from benchmarks.pages import time_pages
    from benchmarks.registering import register_for_a_while, serving
    from benchmarks.store import grow
    from tingsu.cases.models import Case
    from tingsu.org.models import User
    from tingsu.org.tokens import create_token

    token = create_token(User.objects.get(username="agent"), "benchmark")[1]
    texts = list(Case.objects.order_by("pk").values_list("text", flat=True)[:500])
    out: dict[str, Any] = {"bare": bare_rows(texts), "sizes": []}
    for size in sizes:
        grow(size)
        row: dict[str, Any] = {"cases": Case.objects.count(), "pages": [asdict(t) for t in time_pages()]}
        if size in (sizes[0], sizes[-1]):
            with serving(dict(os.environ)) as port:
                row["register"] = asdict(register_for_a_while(port, token, texts))
        out["sizes"].append(row)
    return out


def bare_rows(texts: list[str], seconds: float = 4.0) -> float:
    """Case, event and search row alone, through Django in this process, a transaction each: rows a second."""
    from django.db import transaction

    from tingsu.cases.models import Case, Event
    from tingsu.cases.search import write_row

    model = Case.objects.order_by("pk").first()
    assert model is not None
    made: list[int] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        text = texts[len(made) % len(texts)]
        with transaction.atomic():
            model.pk, model.number, model.text, model.external_id = None, f"B{len(made)}", text, ""
            model.save(force_insert=True)
            Event.objects.create(
                case=model, seq=1, kind="record", at=model.recorded_at, by_id=model.recorded_by_id, by_name=""
            )
            write_row(model.pk, [model.number, text])
        made.append(model.pk)
    rate = len(made) / (time.perf_counter() - began)
    Event.objects.filter(case__in=made).delete()
    Case.objects.filter(pk__in=made).delete()
    return rate


if __name__ == "__main__":
    django.setup()
    print("RESULT " + json.dumps(main([int(size) for size in sys.argv[1:]])))
