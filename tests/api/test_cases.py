"""Cases over the API: the whole road by HTTP, who sees what, what a refusal says, and what lists cost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Asker
from tests.make import TEXT, Bank, case, steps, walk
from tingsu.cases.audit import verify
from tingsu.cases.models import Case


def version_of(number: str) -> int:
    return Case.objects.get(number=number).version


def test_a_complaint_goes_from_the_counter_to_the_archive_by_http(bank: Bank) -> None:
    number = Asker(bank.clerk).post("/cases", {"text": TEXT, "channel": "counter"}).json()["number"]
    for action, who, fields in steps(bank):
        asker = Asker(who)
        offers = asker.get(f"/cases/{number}/actions").json()
        offered = next(a for a in offers["actions"] if a["id"] == action)
        assert offered["allowed"], offered["why_not"]
        assert {f["id"] for f in offered["fields"]} >= set(fields)
        done = asker.post(f"/cases/{number}/actions/{action}", {"version": offers["version"], "fields": fields})
        assert done.status_code == 200, done.json()
    shown = Asker(bank.handler).get(f"/cases/{number}").json()
    assert (shown["stage"], shown["satisfaction"], shown["paid"]) == ("closed", "satisfied", "300.00")
    assert shown["lead_unit"]["code"] == "B1" and shown["support_units"] == [{"code": "CC", "name": "信用卡中心"}]
    assert [o["chosen"] for o in shown["options"]] == [False, True, False]
    assert shown["approvals"][0]["granted"] is True and shown["approvals"][0]["decided_by"] == "陈立"
    assert shown["received_at"].endswith("+08:00") and shown["closed_at"].endswith("+08:00")
    assert not list(verify())


def test_a_system_that_asks_for_no_more_hears_only_where_the_case_stands(bank: Bank) -> None:
    made = case(bank)
    asker = Asker(bank.handler)
    body = json.dumps({"version": 1, "fields": {"verdict": "valid", "reason": "属实", "complexity": "simple"}})
    headers = {"Authorization": f"Bearer {asker.key}", "Prefer": "return=minimal"}
    path = f"/api/cases/{made.number}/actions/judge"
    done = asker.client.post(path, body, content_type="application/json", headers=headers)
    assert done.headers["Preference-Applied"] == "return=minimal"
    assert set(done.json()) == {"number", "stage", "version", "next_due", "closed_at"}
    assert (done.json()["stage"], done.json()["version"]) == ("judged", 2)


def test_nobody_acts_on_a_case_out_of_reach_or_out_of_the_world(bank: Bank) -> None:
    made = case(bank)
    for number in (made.number, "26119999", "%ED%A0%80", "%00"):
        refused = Asker(bank.other_clerk).post(f"/cases/{number}/actions/note", {"version": 1, "fields": {"text": "x"}})
        assert refused.status_code in (400, 404), refused.json()
    assert made.events.count() == 1


def test_an_offer_carries_its_form_and_who_may(bank: Bank) -> None:
    number = case(bank).number
    offers = Asker(bank.clerk).get(f"/cases/{number}/actions").json()["actions"]
    judge = next(a for a in offers if a["id"] == "judge")
    assert judge["main"] and not judge["allowed"] and judge["who"] == ["投诉处理专员", "投诉处理负责人"]
    verdict = next(f for f in judge["fields"] if f["id"] == "verdict")
    assert verdict["required"] and {"id": "valid", "name": "成立"} in verdict["values"]


def test_offers_and_stages_are_named_in_the_language_asked_for(bank: Bank) -> None:
    asker = Asker(bank.handler)
    number = case(bank).number
    headers = {"Authorization": f"Bearer {asker.key}", "Accept-Language": "en"}
    shown = asker.client.get(f"/api/cases/{number}", headers=headers).json()
    assert shown["stage_name"] == "Recorded"
    assert asker.get(f"/cases/{number}").json()["stage_name"] == "待判断"


def test_the_second_of_two_people_is_told_what_changed(bank: Bank) -> None:
    made = case(bank)
    walk(made, bank, "judge")
    fields = {"verdict": "partly", "reason": "x", "complexity": "simple"}
    refused = Asker(bank.handler2).post(f"/cases/{made.number}/actions/judge", {"version": 1, "fields": fields})
    said = refused.json()
    assert (refused.status_code, said["code"], said["version"]) == (409, "conflict", 2)
    assert said["changes"][0]["action"] == "judge" and "李敏" in said["changes"][0]["by"]


def test_an_action_out_of_place_says_what_may_be_done(bank: Bank) -> None:
    made = case(bank)
    refused = Asker(bank.handler).post(f"/cases/{made.number}/actions/close", {"version": 1, "fields": {}})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_stage")
    assert "判断是否成立" in refused.json()["next_actions"]


def test_an_unknown_action_says_what_may_be_done(bank: Bank) -> None:
    refused = Asker(bank.handler).post(f"/cases/{case(bank).number}/actions/dance", {"version": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_stage")


def test_who_may_not_act_learns_who_may(bank: Bank) -> None:
    refused = Asker(bank.clerk).post(f"/cases/{case(bank).number}/actions/judge", {"version": 1})
    assert refused.status_code == 403 and refused.json()["who"] == ["投诉处理专员", "投诉处理负责人"]


def test_missing_fields_are_named(bank: Bank) -> None:
    refused = Asker(bank.handler).post(f"/cases/{case(bank).number}/actions/judge", {"version": 1, "fields": {}})
    assert (refused.status_code, refused.json()["code"]) == (422, "incomplete")
    assert set(refused.json()["fields"]) == {"verdict", "reason", "complexity"}


def test_a_rule_in_the_way_is_said(bank: Bank) -> None:
    made = case(bank, accused_person="李敏")
    fields = {"verdict": "valid", "reason": "x", "complexity": "simple"}
    refused = Asker(bank.handler).post(f"/cases/{made.number}/actions/judge", {"version": 1, "fields": fields})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_possible") and "回避" in refused.json()[
        "message"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": ["valid"], "reason": "x", "complexity": "simple"},
        {"verdict": "valid", "reason": {"a": 1}, "complexity": "simple"},
        {"verdict": "valid", "reason": ["x"] * 60, "complexity": "simple"},
        {"verdict": "valid", "reason": "a\x00b", "complexity": "simple"},
        {"verdict": "valid", "reason": "字" * 20_001, "complexity": "simple"},
        {"verdict": "valid", "reason": "x", "complexity": "simple", "stage": "closed"},
        {"verdict": 10**40, "reason": "x", "complexity": 1e300},
    ],
)
def test_fields_of_the_wrong_sort_are_refused(bank: Bank, wrong: dict[str, Any]) -> None:
    made = case(bank)
    refused = Asker(bank.handler).post(f"/cases/{made.number}/actions/judge", {"version": 1, "fields": wrong})
    assert refused.status_code == 422 and refused.json()["fields"]
    assert version_of(made.number) == 1


@pytest.mark.parametrize("chosen", ["0", "4", "²", "9" * 5000, "-1", "1.0", "第二"])
def test_only_one_of_the_options_can_be_chosen(bank: Bank, chosen: str) -> None:
    made = walk(case(bank), bank, "investigate")
    fields = {**steps(bank)[3][2], "chosen": chosen}
    refused = Asker(bank.lead).post(
        f"/cases/{made.number}/actions/propose", {"version": made.version, "fields": fields}
    )
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["chosen"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01", "tomorrow", "2026-13-01", 7, True])
def test_a_promise_needs_a_time_one_can_mean(bank: Bank, moment: Any) -> None:
    made = case(bank)
    body = {"version": 1, "fields": {"promised_at": moment, "words": "答复"}}
    refused = Asker(bank.clerk).post(f"/cases/{made.number}/actions/promise", body)
    assert refused.status_code == 422 and list(refused.json()["fields"]) == ["promised_at"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", None),
        ("/actions", None),
        ("/events", None),
        ("/deadlines", None),
        ("/near", None),
        ("/evidence", None),
        ("/evidence/1", None),
        ("/actions/note", {"version": 1, "fields": {"text": "x"}}),
    ],
)
def test_a_case_out_of_reach_is_not_there(bank: Bank, path: str, body: Any) -> None:
    number = case(bank).number
    for asked in (number, "99990001", "x\x00y", "%20", "../etc"):
        asker = Asker(bank.other_clerk)
        refused = asker.get(f"/cases/{asked}{path}") if body is None else asker.post(f"/cases/{asked}{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_a_list_holds_what_one_may_see_by_its_filters(bank: Bank) -> None:
    mine, other = case(bank), case(bank, by=bank.other_clerk, channel="phone")
    walk(case(bank), bank)

    def numbers(user: Any, **query: Any) -> list[str]:
        return [row["number"] for row in Asker(user).get("/cases", **query).json()["items"]]

    assert numbers(bank.clerk) == [mine.number]
    assert numbers(bank.handler) == [mine.number, other.number]
    assert numbers(bank.handler, channel="phone") == [other.number]
    assert len(numbers(bank.handler, state="all")) == 3
    assert len(numbers(bank.handler, state="all", q="柜员 态度")) == 3
    assert numbers(bank.handler, q="吞卡") == []


def test_a_list_comes_in_pages(bank: Bank) -> None:
    made = [case(bank).number for _ in range(5)]
    asker = Asker(bank.handler)
    first = asker.get("/cases", size=2, total=True).json()
    last = asker.get("/cases", size=2, page=3).json()
    assert ([r["number"] for r in first["items"]], first["more"], first["total"]) == (made[:2], True, 5)
    assert ([r["number"] for r in last["items"]], last["more"], last["total"]) == (made[4:], False, None)


def test_a_page_past_the_furthest_is_empty_and_ends(bank: Bank) -> None:
    case(bank)
    said = Asker(bank.handler).get("/cases", page=10_000, size=200).json()
    assert said["items"] == [] and said["more"] is False


@pytest.mark.parametrize(
    "query",
    [
        {"emotion": "²"},
        {"days": "9" * 150},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"answered_days": "x"},
        {"unit": "no-such"},
        {"stage": "no-such"},
        {"owner": "nobody"},
        {"unknown": "1"},
        {"q": "电 话"},
    ],
)
def test_odd_filters_break_nothing(bank: Bank, query: dict[str, str]) -> None:
    case(bank)
    assert Asker(bank.handler).get("/cases", **query).status_code in (200, 409)


@pytest.mark.parametrize(
    "query", [{"q": "a\x00b"}, {"stage": "字" * 201}, {"page": "0"}, {"size": "x"}, {"page": "9" * 30}]
)
def test_filters_that_cannot_be_meant_are_named(bank: Bank, query: dict[str, str]) -> None:
    refused = Asker(bank.handler).get("/cases", **query)
    assert refused.status_code == 422 and list(refused.json()["fields"]) == list(query)


def test_a_list_costs_the_same_however_long(bank: Bank, django_assert_max_num_queries: Any) -> None:
    asker = Asker(bank.handler)
    for _ in range(7):
        walk(case(bank), bank, "route")
    with django_assert_max_num_queries(3):  # the token, the grants, the cases
        assert len(asker.get("/cases").json()["items"]) == 7


@pytest.mark.parametrize(
    ("path", "most"), [("", 17), ("/events", 5), ("/deadlines", 5), ("/near", 4), ("/evidence", 5)]
)
def test_a_case_costs_the_same_whatever_it_went_through(
    bank: Bank, path: str, most: int, django_assert_max_num_queries: Any
) -> None:
    made = walk(case(bank), bank)
    asker = Asker(bank.handler)
    with django_assert_max_num_queries(most):
        assert asker.get(f"/cases/{made.number}{path}").status_code == 200


def test_the_events_tell_what_happened_and_go_on_from_a_place(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    asker = Asker(bank.handler)
    all_events = asker.get(f"/cases/{made.number}/events").json()
    assert [e["kind"] for e in all_events["items"]] == ["record", "judge", "route"]
    assert all_events["items"][2]["what"] == "转交责任部门" and "李敏" in all_events["items"][2]["by"]
    assert "state" not in all_events["items"][2]["data"] and all_events["more"] is False
    assert len(asker.get(f"/cases/{made.number}/events", after=2).json()["items"]) == 1


def test_deadlines_say_how_they_were_counted(bank: Bank) -> None:
    made = case(bank)
    clocks = Asker(bank.clerk).get(f"/cases/{made.number}/deadlines").json()
    statute = next(c for c in clocks if c["kind"] == "statute")
    assert statute["rule"] == "CN-NFRA-1" and statute["state"] == "running"
    assert statute["explanation"] and statute["safe_target"] <= statute["lawful_end"]


def test_near_cases_are_those_within_reach(bank: Bank) -> None:
    from tingsu.cases.near import link_near

    first, second = case(bank), case(bank, by=bank.other_clerk)
    link_near(second)
    near = Asker(bank.handler).get(f"/cases/{first.number}/near").json()
    assert [n["number"] for n in near] == [second.number]
    assert Asker(bank.clerk).get(f"/cases/{first.number}/near").json() == []


def test_the_handbooks_example_goes_from_recording_to_closing(bank: Bank) -> None:
    """The commands of docs/api.md as they stand there, sent by the four people it names."""
    handbook = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    people = {"D": bank.handler, "L": bank.lead, "M": bank.head}
    complaint = re.search(r"counter-7-0001' -d '(.*?)'\n", handbook, re.S)
    assert complaint is not None
    number = Asker(bank.clerk).post("/cases", json.loads(complaint[1])).json()["number"]
    shown: dict[str, Any] = {}
    for who, action, body in re.findall(r"^act \$(\w) (\w+) +'(.*?)'\n", handbook, re.S | re.M):
        done = Asker(people[who]).post(f"/cases/{number}/actions/{action}", json.loads(body))
        assert done.status_code == 200, done.json()
        shown = done.json()
    assert shown["stage"] == "closed"
