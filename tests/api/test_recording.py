"""Recording over the API: a number at once, one case however often the request comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.api.conftest import Asker
from tests.make import TEXT, Bank
from tingsu.base.clock import now
from tingsu.cases.audit import verify
from tingsu.cases.models import Case, Idempotency

COMPLAINT = {"text": TEXT, "channel": "counter", "customer": {"name": "张三丰", "phone": "13800001234"}}


def record(asker: Asker, key: str = "", **more: Any) -> Any:
    return asker.post("/cases", {**COMPLAINT, **more}, **({"Idempotency-Key": key} if key else {}))


def test_a_recorded_complaint_gets_its_number_its_clock_and_its_reading(bank: Bank) -> None:
    response = record(Asker(bank.clerk), accused_unit="O1", received_at="2026-11-09T10:00:00+08:00")
    assert response.status_code == 201
    said = response.json()
    made = Case.objects.get(number=said["number"])
    assert said["created"] and said["stage"] == "recorded" and said["version"] == 1
    assert said["cause"] == made.cause != ""
    assert made.accused_unit == bank.outlet and made.customer.name == "张三丰"
    assert said["received_at"].startswith("2026-11-09")


def test_the_same_key_and_body_make_one_case(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    first, again = record(asker, "a-1"), record(asker, "a-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert again.json()["created"] is False
    assert Case.objects.count() == 1


def test_the_order_of_the_fields_does_not_make_another_body(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    record(asker, "a-1")
    turned = dict(reversed(list(COMPLAINT.items())))
    assert asker.post("/cases", turned, **{"Idempotency-Key": "a-1"}).status_code == 200


def test_the_same_key_with_another_body_is_refused_and_names_the_case(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    number = record(asker, "a-1").json()["number"]
    refused = record(asker, "a-1", text="另一件事：ATM 吞卡三天没有人处理，请尽快退卡。")
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["number"]) == ("key_reused", number)
    assert Case.objects.count() == 1


def test_two_people_may_choose_the_same_key(bank: Bank) -> None:
    assert record(Asker(bank.clerk), "1").status_code == 201
    assert record(Asker(bank.other_clerk), "1").status_code == 201


def test_a_refused_request_leaves_its_key_free(bank: Bank) -> None:
    asker = Asker(bank.clerk)
    assert record(asker, "a-1", channel="nowhere").status_code == 422
    assert not Idempotency.objects.exists()
    assert record(asker, "a-1").status_code == 201


@pytest.mark.parametrize("key", ["x" * 121, "键", " \t"])
def test_a_key_that_is_no_key_is_refused(bank: Bank, key: str) -> None:
    refused = Asker(bank.clerk).post("/cases", COMPLAINT, **{"Idempotency-Key": key})
    assert refused.status_code == 422 and "Idempotency-Key" in refused.json()["fields"]


def test_an_outside_number_makes_one_case_for_all_who_send_it(bank: Bank) -> None:
    first = record(Asker(bank.clerk), source="crm", external_id="7")
    again = record(Asker(bank.handler), source="crm", external_id="7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["number"] == first.json()["number"] and again.json()["stage"] == "recorded"


def test_the_bare_number_is_all_that_is_told_of_a_case_out_of_reach(bank: Bank) -> None:
    record(Asker(bank.clerk), source="crm", external_id="7")
    told = record(Asker(bank.other_clerk), source="crm", external_id="7").json()
    assert told["number"] and (told["stage"], told["version"], told["cause"]) == ("", 0, "")


def test_who_may_not_record_learns_who_may(bank: Bank) -> None:
    refused = record(Asker(bank.auditor))
    assert refused.status_code == 403 and "网点受理员" in refused.json()["who"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", " "),
        ("text", "长" * 20_001),
        ("channel", "nowhere"),
        ("accused_unit", "no-such"),
        ("subject", "题" * 121),
        ("received_at", "1066-10-14T00:00:00"),
        ("received_at", "9999-12-31T23:59:59Z"),
        pytest.param("received_at", (now() + timedelta(days=1)).isoformat(), id="received_at-tomorrow"),
        ("received_at", "soon"),
        ("text", None),
        ("text", ["x"]),
        ("no_such_field", 1),
    ],
)
def test_what_is_wrong_is_named_by_its_field(bank: Bank, field: str, wrong: Any) -> None:
    refused = record(Asker(bank.clerk), **{field: wrong})
    assert refused.status_code == 422
    assert list(refused.json()["fields"]) == [field]
    assert not Case.objects.exists()


@pytest.mark.parametrize("field", ["text", "subject", "key_point", "source", "external_id", "accused_person"])
@pytest.mark.parametrize("bad", ["\x00", "\ud800", "\udfff"])
def test_text_no_store_can_keep_is_refused_by_field(bank: Bank, field: str, bad: str) -> None:
    refused = record(Asker(bank.clerk), **{field: f"柜员态度差{bad}要求道歉"})
    assert refused.status_code == 422 and list(refused.json()["fields"]) == [field]


def test_a_bad_character_deep_in_the_body_is_named_too(bank: Bank) -> None:
    refused = record(Asker(bank.clerk), customer={"name": "张\x00三"})
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["customer.name"]


def test_an_emoji_is_no_bad_character(bank: Bank) -> None:
    assert record(Asker(bank.clerk), text="服务太差了😡，要求道歉").status_code == 201


def test_many_requests_at_once_with_one_key_make_one_case(lasting_bank: Bank) -> None:
    asker = Asker(lasting_bank.clerk)
    answers = at_once(8, lambda n: record(asker, "one-key"))
    assert {a.status_code for a in answers} == {200, 201}
    assert [a.status_code for a in answers].count(201) == 1
    assert len({a.json()["number"] for a in answers}) == 1
    assert Case.objects.count() == Idempotency.objects.count() == 1
    assert not list(verify())


def test_many_requests_at_once_with_one_outside_number_make_one_case(lasting_bank: Bank) -> None:
    asker = Asker(lasting_bank.clerk)
    answers = at_once(8, lambda n: record(asker, source="crm", external_id="7"))
    assert [a.status_code for a in answers].count(201) == 1
    assert Case.objects.count() == 1


def test_many_complaints_at_once_get_numbers_without_gap_or_repeat(lasting_bank: Bank) -> None:
    asker = Asker(lasting_bank.clerk)
    answers = at_once(16, lambda n: record(asker, f"key-{n}"))
    assert {a.status_code for a in answers} == {201}
    serials = sorted(int(a.json()["number"][4:]) for a in answers)
    assert serials == list(range(1, 17))
    assert not list(verify())


def at_once(times: int, send: Any) -> list[Any]:
    def work(n: int) -> Any:
        try:
            return send(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(work, range(times)))


def test_recording_takes_a_fixed_number_of_queries(bank: Bank, django_assert_max_num_queries: Any) -> None:
    asker = Asker(bank.clerk)
    record(asker)
    with django_assert_max_num_queries(22):
        record(
            asker, "k-1", text="新的投诉：转账迟迟不到账，请退款。", customer={"name": "李四光", "phone": "13900001111"}
        )
