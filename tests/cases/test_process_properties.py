"""Anyone may try anything at any time: the process holds, and what is refused leaves no trace."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import rows
from tests.make import MONDAY, OPTIONS, Bank, case, steps
from tingsu.base.errors import TingsuError
from tingsu.cases.audit import verify
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Approval, Case, Deadline
from tingsu.cases.personal import reveal
from tingsu.cases.queue import Filters, list_cases, waiting_for
from tingsu.org.models import User
from tingsu.org.permissions import roles_of
from tingsu.packs.loader import load_pack
from tingsu.packs.procedure import Action, FormField

PEOPLE = ["clerk", "other_clerk", "handler", "handler2", "head", "lead", "manager", "executive", "auditor", "admin"]
ACTIONS = [action.id for action in load_pack("bank").process.actions]
WORDS = st.text("客户要求退款，银行卡 abc123。“”'\"\\%_&|!*()😀", min_size=1, max_size=40).filter(str.strip)
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            None, "", "  ", "\x00", "a\x00b", "\ud800", "²", "９", "-1", "0", "-0", "4", "1e400", "1e-400", "NaN", "sNaN",
            "-Infinity", "9" * 5000, "9999999999.999", "0001-01-01T00:00", "9999-12-31T23:59:59-12:00", "2026-13-01",
            "字" * 20_001, [], {}, [[]], [{}], [None], {"kind": None}, True, False, 0, -1, 10**30, 1.5, float("nan"),
            [{"kind": "补偿", "amount": "-0", "text": "x"}] * 3, [{"kind": "\x00", "amount": {}, "text": []}] * 3,
        ]
    ),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                 lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                 max_leaves=5),
)  # fmt: skip


def _amounts() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ["0", "", "-0", "0.005", "300", "499.999", "500", "500.01", "5,000", "5000.01", "9999999999.99"]
    )


def _choice_ids(field: FormField) -> st.SearchStrategy[str]:
    return st.sampled_from([choice.id for choice in load_pack("bank").taxonomy(field.choices).values])


def _option(draw: st.DrawFn, field: FormField) -> dict[str, str]:
    return {"kind": draw(_choice_ids(field)), "amount": draw(_amounts()), "text": draw(WORDS)}


@st.composite
def good_value(draw: st.DrawFn, field: FormField, at: datetime, numbers: list[str]) -> Any:
    """A value of the field's kind; it may still be one the process refuses."""
    if field.id == "chosen":
        return draw(st.sampled_from(["1", "2", "3"]))
    if field.kind in ("choice", "choices"):
        one = draw(_choice_ids(field))
        return one if field.kind == "choice" else [one, draw(_choice_ids(field))]
    if field.kind == "options":
        return [_option(draw, field) for _ in range(draw(st.integers(3, 4)))]
    made: dict[str, st.SearchStrategy[Any]] = {
        "money": _amounts(),
        "moment": st.integers(1, 400).map(lambda hours: (at + timedelta(hours=hours)).isoformat()),
        "unit": st.sampled_from(["HO", "B1", "O1", "CC", "CP"]),
        "units": st.lists(st.sampled_from(["B1", "CC", "O2"]), max_size=3),
        "user": st.sampled_from(["desk", "desk2", "lead", "clerk", "head"]),
        "case": st.sampled_from(numbers),
        "yes_no": st.booleans(),
    }
    return draw(made.get(field.kind, WORDS))


@st.composite
def good_fields(draw: st.DrawFn, action: Action, at: datetime, numbers: list[str]) -> dict[str, Any]:
    asked = [f for f in action.fields if f.required or f.needed_when or draw(st.booleans())]
    return {field.id: draw(good_value(field, at, numbers)) for field in asked}


@st.composite
def any_fields(draw: st.DrawFn, action: Action | None, at: datetime, numbers: list[str]) -> dict[str, Any]:
    """Good fields of which some are spoilt, dropped, or joined by strangers."""
    fields = draw(good_fields(action, at, numbers)) if action else {}
    for name in draw(st.lists(st.sampled_from([*fields, "stranger", ""]), max_size=2)):
        fields[name] = draw(JUNK)
    for name in draw(st.lists(st.sampled_from([*fields, ""]), max_size=1)):
        fields.pop(name, None)
    return fields


class AnyoneTriesAnything(RuleBasedStateMachine):
    """Two cases of one small bank; the bank's rows outlive the example, the cases are rolled back."""

    bank: Bank

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.at = MONDAY
        self.cases = [case(self.bank), case(self.bank, by=self.bank.other_clerk, accused_person="李敏")]
        self.versions = {made.pk: made.version for made in self.cases}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @initialize(data=st.data())
    def walk_some_way(self, data: st.DataObject) -> None:
        """Start anywhere on the road, so that its far end is tried as often as its beginning."""
        far = data.draw(st.integers(0, 10), label="steps walked")
        for action, who, fields in steps(self.bank, data.draw(st.sampled_from(["300", "4999", "6000"])))[:far]:
            if action == "approve":
                who = self.bank.executive
            made = Case.objects.get(pk=self.cases[0].pk)
            act(made, action, fields, by=who, version=made.version, at=self.at)

    @rule(data=st.data(), hours=st.sampled_from([0, 0, 1, 30, 24 * 20]))
    def take_an_offered_step(self, data: st.DataObject, hours: int) -> None:
        made = self._any_case(data)
        by = self._person(data.draw(st.sampled_from(PEOPLE)))
        open_to_me = [offer.action.id for offer in offers(made, by=by) if offer.allowed]
        if not open_to_me:
            return
        action = load_pack("bank").process.action(data.draw(st.sampled_from(open_to_me), label="action"))
        assert action is not None
        self.at += timedelta(hours=hours)
        self._try(made, action.id, data.draw(good_fields(action, self.at, self._numbers())), by, made.version)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), action_id=st.sampled_from([*ACTIONS, "nothing", "\x00"]),
          behind=st.sampled_from([0, 0, 0, 1, -1, 10**30]), hours=st.sampled_from([0, 5, -100]))  # fmt: skip
    def try_anything(self, data: st.DataObject, who: str, action_id: str, behind: int, hours: int) -> None:
        made = self._any_case(data)
        action = load_pack("bank").process.action(action_id)
        fields = data.draw(any_fields(action, self.at, self._numbers()), label="fields")
        at, self.at = self.at + timedelta(hours=hours), self.at + timedelta(hours=max(hours, 0))
        self._try(made, action_id, fields, self._person(who), made.version - behind, at=at)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), reason=WORDS | st.sampled_from(["", " ", "\x00", "\ud800"]))
    def look_at_personal_data(self, data: st.DataObject, who: str, reason: str) -> None:
        made = self._any_case(data)
        self._one_event_or_no_trace(made, lambda: reveal(made, by=self._person(who), reason=reason, at=self.at))

    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        name=st.sampled_from(["a.pdf", "../b.png", "c.exe", "", "\x00.txt"]),
    )
    def bring_evidence(self, data: st.DataObject, who: str, name: str) -> None:
        made = self._any_case(data)
        content = BytesIO(data.draw(st.binary(max_size=3)))
        self._one_event_or_no_trace(
            made, lambda: attach(made, by=self._person(who), name=name, content=content, at=self.at)
        )

    @invariant()
    def every_seal_holds(self) -> None:
        assert list(verify()) == []

    @invariant()
    def clocks_agree_with_the_case(self) -> None:
        for made in Case.objects.all():
            running = made.deadlines.filter(state=Deadline.State.RUNNING)
            assert made.next_due == min((d.safe_target for d in running), default=None)
            ended = load_pack("bank").process.stage(made.stage).ends
            assert (made.closed_at is not None) == ended
            if ended:
                assert not made.deadlines.filter(state__in=["running", "paused"]).exists()

    @invariant()
    def authority_is_kept(self) -> None:
        levels = [level.role for level in load_pack("bank").authority.levels]
        for approval in Approval.objects.filter(granted=True).select_related("decided_by", "option"):
            assert approval.decided_by is not None
            assert approval.decided_by_id != approval.asked_by_id
            assert approval.limit is None or approval.option.amount <= approval.limit
            assert max(levels.index(r) for r in roles_of(approval.decided_by) if r in levels) >= levels.index(
                approval.level
            )

    @invariant()
    def nobody_waits_for_what_has_ended(self) -> None:
        for made in Case.objects.all():
            waiting = made.approvals.filter(granted=None).count()
            assert waiting == (1 if made.stage == "approving" else 0)
        for who in (self.bank.head, self.bank.executive):
            asked = {a.case_id for a in waiting_for(who)}
            listed = set(list_cases(Filters(waiting="me"), by=who, at=self.at).values_list("pk", flat=True))
            assert asked == listed

    def _try(
        self, made: Case, action: str, fields: dict[str, Any], by: User, version: int, at: datetime | None = None
    ) -> None:
        before = made.version
        done = self._one_event_or_no_trace(
            made, lambda: act(made, action, fields, by=by, version=version, at=at or self.at)
        )
        made.refresh_from_db()
        assert made.version in (before, before + 1)
        event(f"{action}: {'done' if done else 'refused'}")

    def _one_event_or_no_trace(self, made: Case, attempt: Any) -> bool:
        before, events = rows.dump(), made.event_count
        try:
            attempt()
        except TingsuError as error:
            assert error.message and error.code
            assert rows.dump() == before, "a refused action left a trace"
            return False
        made.refresh_from_db()
        assert made.events.count() == made.event_count == events + 1
        return True

    def _any_case(self, data: st.DataObject) -> Case:
        first = data.draw(st.sampled_from([True, True, True, False]), label="first case")
        return Case.objects.get(pk=self.cases[0 if first else 1].pk)

    def _numbers(self) -> list[str]:
        return [made.number for made in self.cases]

    def _person(self, name: str) -> User:
        return User.objects.select_related("unit").get(pk=getattr(self.bank, name).pk)


@pytest.mark.slow
def test_anyone_may_try_anything_and_the_process_holds(bank: Bank) -> None:
    AnyoneTriesAnything.bank = bank
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        AnyoneTriesAnything,
        settings=settings(
            max_examples=int(os.environ.get("TEST_EXAMPLES", "15")),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a process this long takes minutes
        ),
    )


def test_the_options_of_the_machine_are_real(bank: Bank) -> None:
    """The machine's road and the builders' road are one; a renamed action would make it try nothing."""
    assert {action for action, _, _ in steps(bank)} <= set(ACTIONS)
    assert len(OPTIONS) >= 3
