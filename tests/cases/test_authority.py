"""Who decides a plan: levels by amount, remedy and class, deputies, leave, and never the one who made it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import OPTIONS, Bank, case, person, steps, walk
from tingsu.base.clock import SHANGHAI, local, now
from tingsu.cases.access import cases_reached, find_case, reaches, visible_cases
from tingsu.cases.audit import verify
from tingsu.cases.authority import level_for
from tingsu.cases.errors import NotPossible
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Approval, Case
from tingsu.cases.queue import Filters, list_cases, waiting_for
from tingsu.cases.standing import Why, standings
from tingsu.org.delegation import DelegationMistake, delegate, list_delegations, revoke_delegation, seats_of
from tingsu.org.models import AccessEntry, Delegation, RoleGrant, User
from tingsu.org.permissions import NotAllowed, grants_of
from tingsu.packs.authority import covers, lowest_level, roles_from
from tingsu.packs.level_checks import level_mistakes
from tingsu.packs.loader import SHIPPED, load_pack
from tingsu.packs.schema import Level

PACKS = sorted(path.parent.name for path in SHIPPED.glob("*/pack.yaml"))
TODAY = local(now()).date()
YES = {"reason": "同意"}


def fresh(user: User) -> User:
    """As a new request would see the person."""
    return User.objects.select_related("unit").get(pk=user.pk)


def send(bank: Bank, amount: str = "300", **draft: Any) -> Case:
    return walk(case(bank, **draft), bank, "submit", amount=amount)


def lend(giver: User, deputy: User | None, **more: Any) -> Delegation:
    days = {"first_day": TODAY, "last_day": TODAY + timedelta(days=3), "reason": "外出培训", **more}
    return delegate(giver, deputy, by=more.pop("by", giver), **{k: v for k, v in days.items() if k != "by"})


def stand(made: Case) -> Any:
    waiting = Approval.objects.select_related("case", "option").get(case=made, granted=None)
    return standings([waiting])[waiting.pk]


@pytest.mark.parametrize("name", PACKS)
@given(data=st.data())
def test_the_level_found_is_the_lowest_that_covers_the_plan(name: str, data: st.DataObject) -> None:
    pack = load_pack(name)
    amount = data.draw(st.decimals(0, 10**9, places=2))
    remedy = data.draw(st.sampled_from([value.id for value in pack.taxonomy("remedy").values]))
    held: dict[str, list[str]] = {}
    for level in pack.authority.levels:
        for field, values in [*level.only_when.items(), *level.unless.items()]:
            held[field] = data.draw(st.sampled_from([[""], ["?"], values[:1], values]))
    found = lowest_level(pack.authority, amount, remedy, lambda field: held.get(field, [""]))
    assert found is not None, "a plan nobody could approve"
    assert covers(found, amount, remedy, lambda field: held.get(field, [""]))
    for level in pack.authority.levels[: pack.authority.levels.index(found)]:
        assert not covers(level, amount, remedy, lambda field: held.get(field, [""]))


@given(
    held=st.lists(st.sampled_from(["监管", "司法", "群体"]), max_size=3),
    only=st.lists(st.sampled_from(["监管", "司法"]), max_size=2),
    unless=st.lists(st.sampled_from(["监管", "群体"]), max_size=2),
)
def test_a_level_with_conditions_covers_just_what_fits_them(
    held: list[str], only: list[str], unless: list[str]
) -> None:
    level = Level(role="x", only_when={"risks": only} if only else {}, unless={"risks": unless} if unless else {})
    fits = (not only or bool(set(held) & set(only))) and not set(held) & set(unless)
    assert covers(level, Decimal(1), "补偿", lambda name: held) is fits


def test_conditions_that_could_never_be_judged_are_named() -> None:
    pack = load_pack("bank")
    levels = [
        Level(role="desk_head", up_to=Decimal(500), unless={"complexity": ["huge"], "shoe_size": ["43"]}),
        Level(role="executive", unless={"risks": ["监管"]}),
    ]
    bad = pack.model_copy(update={"authority": pack.authority.model_copy(update={"levels": levels})})
    said = [words for _, words in level_mistakes(bad)]
    assert any("huge" in words for words in said)
    assert any("shoe_size" in words for words in said)
    assert any("无人能批" in words for words in said)
    assert list(level_mistakes(pack)) == []


def use_levels(monkeypatch: pytest.MonkeyPatch, *levels: Level) -> None:
    pack = load_pack("bank")
    changed = pack.model_copy(update={"authority": pack.authority.model_copy(update={"levels": list(levels)})})
    for module in ("authority", "standing", "granting", "effects", "lifecycle"):
        if hasattr(__import__(f"tingsu.cases.{module}", fromlist=["x"]), "pack_of"):
            monkeypatch.setattr(f"tingsu.cases.{module}.pack_of", lambda case: changed)


def test_a_major_case_goes_higher_at_the_same_amount(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    use_levels(
        monkeypatch,
        Level(role="desk_head", up_to=Decimal(500), unless={"complexity": ["major"], "risks": ["监管"]}),
        Level(role="executive"),
    )
    plain, major, watched = case(bank), case(bank, phone="1"), case(bank, phone="2")
    major.complexity, watched.risks = "major", ["司法", "监管"]
    assert [level_for(one, Decimal(300), "补偿").role for one in (plain, major, watched)] == [
        "desk_head", "executive", "executive",
    ]  # fmt: skip


def test_a_case_that_became_sensitive_meanwhile_is_no_longer_the_low_levels(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_levels(
        monkeypatch,
        Level(role="desk_head", up_to=Decimal(500), unless={"risks": ["监管"]}),
        Level(role="manager", up_to=Decimal(5000)),
        Level(role="executive"),
    )
    made = send(bank)
    Case.objects.filter(pk=made.pk).update(risks=["监管"])
    made = Case.objects.get(pk=made.pk)
    assert stand(made).role == "manager"
    with pytest.raises(NotAllowed):
        act(made, "approve", YES, by=bank.head, version=made.version)


def test_a_deputy_decides_with_the_absent_managers_level(bank: Bank) -> None:
    made = send(bank, "4000")
    deputy = person("deputy", "clerk", bank.other_outlet, "钱进")
    with pytest.raises(Exception, match="找不到"):
        find_case(made.number, by=fresh(deputy))
    lend(bank.manager, deputy)
    deputy = fresh(deputy)
    assert [one.case_id for one in waiting_for(deputy)] == [made.pk]
    assert list(list_cases(Filters(waiting="me"), by=deputy)) == [made]
    standing = stand(made)
    assert [(one.person, one.giver) for one in standing.people] == [(deputy, bank.manager)]
    allowed = {offer.action.id for offer in offers(find_case(made.number, by=deputy), by=deputy) if offer.allowed}
    assert {"approve", "refuse"} <= allowed
    assert "judge" not in allowed and "carry_out" not in allowed
    done = act(made, "approve", YES, by=deputy, version=made.version)
    assert done.stage == "approved"
    event = done.events.last()
    assert event.data["acting_for"] == {"user": "manager", "name": "郑海"}
    assert done.approvals.get().acting_for == bank.manager
    assert find_case(made.number, by=fresh(deputy)) == made, "what one decided stays in reach"
    assert not list(verify())
    Approval.objects.update(acting_for=None)
    assert any("审批" in finding.what for finding in verify())


@pytest.mark.parametrize(
    "first, last, runs",
    [(0, 0, True), (-3, -1, False), (1, 5, False), (-1, 1, True), (-3, 0, True), (0, 9, True)],
)
def test_a_delegation_runs_from_its_first_day_to_its_last(bank: Bank, first: int, last: int, runs: bool) -> None:
    made = send(bank, "4000")
    Delegation.objects.create(
        giver=bank.manager, deputy=bank.handler2, first_day=TODAY + timedelta(days=first), reason="外出",
        last_day=TODAY + timedelta(days=last), made_by=bank.manager, made_at=now(),
    )  # fmt: skip
    deputy = fresh(bank.handler2)
    assert (len(seats_of(deputy)) == 2) is runs
    assert waiting_for(deputy).exists() is runs
    if runs:
        assert act(made, "approve", YES, by=deputy, version=made.version).stage == "approved"
    else:
        with pytest.raises(NotAllowed):
            act(made, "approve", YES, by=deputy, version=made.version)


def test_the_days_are_chinas(bank: Bank) -> None:
    lent = lend(bank.manager, bank.handler2)
    last = datetime(lent.last_day.year, lent.last_day.month, lent.last_day.day, tzinfo=SHANGHAI)
    deputy = fresh(bank.handler2)
    assert len(seats_of(deputy, at=last + timedelta(hours=23, minutes=59))) == 2
    assert len(seats_of(deputy, at=last + timedelta(hours=24))) == 1


def test_a_revoked_delegation_ends_at_once_and_both_leave_sealed_lines(bank: Bank) -> None:
    made = send(bank, "4000")
    lent = lend(bank.manager, bank.handler2)
    assert revoke_delegation(lent.pk, by=bank.clerk) is None, "not his to end"
    assert revoke_delegation(lent.pk, by=bank.manager) is not None
    assert revoke_delegation(lent.pk, by=bank.manager) is None
    with pytest.raises(NotAllowed):
        act(made, "approve", YES, by=fresh(bank.handler2), version=made.version)
    assert list(AccessEntry.objects.values_list("what", flat=True)) == ["delegate", "delegate_end"]


def test_only_the_roles_lent_are_lent(bank: Bank) -> None:
    RoleGrant.objects.create(user=bank.manager, role="desk_head", unit=bank.desk)
    lend(fresh(bank.manager), bank.handler2, roles=["desk_head"])
    seats = seats_of(fresh(bank.handler2))
    assert {grant.role.id for grant in seats[1].grants} == {"desk_head"}


def test_who_made_the_plan_does_not_decide_it_as_a_deputy_either(bank: Bank) -> None:
    made = send(bank)  # sent by bank.handler, proposed by bank.lead
    lend(bank.head, bank.handler)
    assert not waiting_for(fresh(bank.handler)).exists()
    with pytest.raises(NotPossible, match="另一位"):
        act(made, "approve", YES, by=fresh(bank.handler), version=made.version)


def test_nobody_decides_the_absent_colleagues_own_plan_in_his_place(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    made = act(made, "propose", {"options": OPTIONS, "chosen": "2"}, by=bank.head, version=made.version)
    made = act(made, "submit", {}, by=bank.handler, version=made.version)
    lend(bank.head, bank.handler2)
    deputy = fresh(bank.handler2)
    assert not waiting_for(deputy).exists()
    with pytest.raises(NotPossible, match="不能代其审批"):
        act(made, "approve", YES, by=deputy, version=made.version)
    assert stand(made).role == "manager"


def test_a_complaint_about_the_absent_colleague_is_not_decided_in_his_place(bank: Bank) -> None:
    made = send(bank, accused_person="投诉部陈立")
    lend(bank.head, bank.handler2)
    deputy = fresh(bank.handler2)
    assert not waiting_for(deputy).exists() and not waiting_for(bank.head).exists()
    with pytest.raises(NotPossible, match="不能代其审批"):
        act(made, "approve", YES, by=deputy, version=made.version)
    standing = stand(made)
    assert standing.role == "manager"
    assert (standing.passed[0].why, standing.passed[0].person) == (Why.INTEREST, bank.head)


def test_leave_without_a_deputy_sends_the_plan_one_level_up(bank: Bank) -> None:
    made = send(bank)
    assert [one.person for one in stand(made).people] == [bank.head]
    lend(bank.head, None)
    standing = stand(made)
    assert standing.role == "manager" and [one.person for one in standing.people] == [bank.manager]
    assert (standing.passed[0].why, standing.passed[0].person) == (Why.AWAY, bank.head)
    assert waiting_for(bank.manager).exists()
    assert act(made, "approve", YES, by=bank.manager, version=made.version).stage == "approved"


def test_an_approver_who_left_is_passed_over_and_so_is_his_deputy(bank: Bank) -> None:
    made = send(bank)
    lend(bank.head, bank.handler2)
    User.objects.filter(pk=bank.head.pk).update(is_active=False)
    assert stand(made).role == "manager"
    assert stand(made).passed[0].why == Why.LEFT
    assert not waiting_for(fresh(bank.handler2)).exists()
    User.objects.filter(pk__in=[bank.manager.pk, bank.executive.pk]).update(is_active=False)
    assert stand(made).role == "" and not stand(made).people


def test_a_deputy_who_left_is_no_deputy(bank: Bank) -> None:
    made = send(bank)
    lend(bank.head, bank.handler2)
    User.objects.filter(pk=bank.handler2.pk).update(is_active=False)
    assert stand(made).role == "manager"


@pytest.mark.parametrize(
    "change, words",
    [
        ({"deputy": "self"}, "另一位"),
        ({"first_day": TODAY + timedelta(days=2), "last_day": TODAY}, "日期"),
        ({"first_day": date(2020, 1, 1), "last_day": date(2020, 1, 2)}, "日期"),
        ({"last_day": TODAY + timedelta(days=400)}, "日期"),
        ({"reason": " "}, "事由"),
        ({"reason": "\x00"}, "事由"),
        ({"reason": "字" * 201}, "事由"),
        ({"roles": ["executive"]}, "角色"),
    ],
)
def test_what_makes_no_sense_is_not_delegated(bank: Bank, change: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"first_day": TODAY, "last_day": TODAY, "reason": "外出", "deputy": bank.handler2, **change}
    deputy = bank.manager if asked.pop("deputy") == "self" else bank.handler2
    with pytest.raises(DelegationMistake, match=words):
        delegate(bank.manager, deputy, by=bank.manager, **asked)
    assert not Delegation.objects.exists() and not AccessEntry.objects.exists()


def test_who_approves_nothing_has_nothing_to_lend(bank: Bank) -> None:
    with pytest.raises(DelegationMistake, match="授权表"):
        lend(bank.clerk, bank.handler2)


def test_for_another_only_who_manages_delegations(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        lend(bank.manager, bank.handler2, by=bank.handler)
    lend(bank.manager, bank.handler2, by=bank.head)
    lend(bank.executive, bank.handler2, by=bank.admin)
    assert list_delegations(by=bank.admin).count() == 2
    assert list_delegations(by=bank.manager).count() == 1
    assert list_delegations(by=bank.clerk).count() == 0


def test_reach_asked_in_memory_is_the_reach_of_the_query(bank: Bank) -> None:
    made = [case(bank), case(bank, by=bank.other_clerk, phone="1"), send(bank, phone="2")]
    made.append(case(bank, by=bank.other_clerk, phone="3", accused_unit=bank.outlet))
    people = [value for value in vars(bank).values() if isinstance(value, User)]
    for user in people:
        for grant in grants_of(user):
            found = set(cases_reached([grant]).values_list("pk", flat=True))
            assert found == {one.pk for one in made if reaches(grant, one)}, (user, grant)
    assert visible_cases(bank.clerk).count() == 3


def test_roles_of_a_table_are_counted_from_the_lowest(bank: Bank) -> None:
    table = load_pack("bank").authority
    assert roles_from(table, "manager") == ["manager", "executive"]
    assert roles_from(table, "desk_head", above=1) == ["manager", "executive"]
    assert roles_from(table, "executive", above=1) == ["executive"]
    assert roles_from(table, "gone") == ["executive"]


def test_the_road_by_the_builders_needs_no_deputy(bank: Bank) -> None:
    done = walk(case(bank), bank)
    assert done.stage == "closed" and done.approvals.get().acting_for is None
    assert [action for action, _, _ in steps(bank)][5] == "approve"
    assert not list(verify())
