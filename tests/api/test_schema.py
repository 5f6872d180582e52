"""Whatever the described API may be sent, nothing breaks, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Asker
from tests.make import Bank, case, walk
from tingsu.api.routes import api
from tingsu.cases.models import Case
from tingsu.packs.loader import load_pack
from tingsu.wsgi import application

REPEATABLE = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["", "\x00", "1e400", "-1", "2", "9" * 5000, "9999-12-31T23:59:59Z", "valid", "B1", "desk", "其他"]),
)  # fmt: skip
NESTED = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["kind", "amount", "text"]), inner)
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="api/"))
schema.app = application


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The requests share the test's own transaction, as those of Django's test client do."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def asker(bank: Bank) -> Asker:
    return Asker(bank.handler)


@pytest.fixture
def numbers(bank: Bank) -> list[str]:
    return [walk(case(bank), bank, until).number for until in ("judge", "submit", "close")]


@schema.parametrize()
@REPEATABLE
def test_nothing_that_fits_the_description_breaks_the_api(case: Any, asker: Asker, numbers: list[str]) -> None:
    _aim(case, numbers)
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {asker.key}"})


def _aim(case: Any, numbers: list[str]) -> None:
    """Half of the made-up numbers and actions become real ones, so that more than 404s is met."""
    made_up = case.path_parameters or {}
    for name, real in (("number", numbers), ("action", [a.id for a in load_pack("bank").process.actions])):
        word = str(made_up.get(name, "x"))
        if name in made_up and len(word) % 2 == 0:
            made_up[name] = real[sum(map(ord, word)) % len(real)]


@pytest.mark.parametrize("action", [a.id for a in load_pack("bank").process.actions])
@REPEATABLE
@given(data=st.data())
def test_no_answer_to_any_question_of_any_action_breaks_it(
    action: str, asker: Asker, numbers: list[str], data: st.DataObject
) -> None:
    """Every field of every action, filled with anything JSON can say, where the action fits."""
    form = next(a for a in load_pack("bank").process.actions if a.id == action)
    fields = {field.id: data.draw(NESTED, field.id) for field in form.fields}
    number = data.draw(st.sampled_from(numbers))
    version = Case.objects.values_list("version", flat=True).get(number=number)
    answered = asker.post(f"/cases/{number}/actions/{action}", {"version": version, "fields": fields})
    assert answered.status_code in (200, 400, 403, 409, 422), answered.content
