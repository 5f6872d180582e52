"""An administrator changes units, people and roles; who may not, cannot, and each change is on record."""

from __future__ import annotations

import pytest

from tests.make import Bank, case, person, unit
from tingsu.cases.access import visible_cases
from tingsu.org import managing
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry, Unit, User
from tingsu.org.permissions import NotAllowed, roles_of
from tingsu.org.staff import StaffMistake

PASSWORD = "Jiangzhou-2026-x"


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_unit_and_a_new_person_there(bank: Bank) -> None:
    made = managing.open_unit("O9", name="江滨支行", kind="outlet", parent=bank.branch, customers=1200, by=bank.admin)
    assert (made.path, Unit.objects.get(code="O9").customers) == ("/HO/B1/O9/", 1200)
    new = managing.add_staff(
        "xiaolin", name="林晓", staff_no="1031", role="clerk", unit=made, password=PASSWORD, by=bank.admin
    )
    assert roles_of(new) == {"clerk"}
    assert fresh(new).check_password(PASSWORD)
    assert [e.what for e in AccessEntry.objects.order_by("seq")] == ["unit", "staff"]
    assert list(verify_access_log()) == []


@pytest.mark.parametrize("who", ["clerk", "handler", "head", "manager", "executive", "auditor"])
def test_nobody_else_may(bank: Bank, who: str) -> None:
    by = getattr(bank, who)
    with pytest.raises(NotAllowed):
        managing.open_unit("O9", name="江滨支行", kind="outlet", parent=bank.branch, by=by)
    with pytest.raises(NotAllowed):
        managing.give_role(bank.clerk, "executive", bank.head_office, by=by)
    with pytest.raises(NotAllowed):
        managing.set_password(bank.admin, PASSWORD, by=by)
    assert not AccessEntry.objects.exists()


def test_nobody_gives_himself_a_role_or_ends_his_own_account(bank: Bank) -> None:
    with pytest.raises(StaffMistake, match="另一位管理员"):
        managing.give_role(bank.admin, "executive", bank.head_office, by=bank.admin)
    with pytest.raises(StaffMistake, match="另一位管理员"):
        managing.take_role(bank.admin.grants.get(), by=bank.admin)
    with pytest.raises(StaffMistake, match="另一位管理员"):
        managing.change_person(bank.admin, name="何平", staff_no="", unit=bank.head_office, active=False, by=bank.admin)


def test_a_role_counts_at_once_and_is_gone_at_once(bank: Bank) -> None:
    managing.give_role(bank.clerk, "manager", bank.branch, by=bank.admin)
    assert "manager" in roles_of(fresh(bank.clerk))
    managing.take_role(bank.clerk.grants.get(role="manager"), by=bank.admin)
    assert roles_of(fresh(bank.clerk)) == {"clerk"}
    with pytest.raises(StaffMistake, match="没有"):
        managing.give_role(bank.clerk, "king", bank.branch, by=bank.admin)


def test_a_unit_that_moves_takes_what_is_below_with_it_and_its_cases_out_of_sight(bank: Bank) -> None:
    made = case(bank)  # recorded at the outlet below branch B1
    assert visible_cases(bank.manager).filter(pk=made.pk).exists()
    managing.move_unit(bank.outlet, bank.other_branch, by=bank.admin)
    assert bank.outlet.path == "/HO/B2/O1/"
    assert not visible_cases(fresh(bank.manager)).filter(pk=made.pk).exists()
    managing.move_unit(bank.other_branch, bank.branch, by=bank.admin)
    assert Unit.objects.get(code="O1").path == "/HO/B1/B2/O1/"
    with pytest.raises(StaffMistake, match="自己"):
        managing.move_unit(bank.branch, Unit.objects.get(code="O1"), by=bank.admin)


def test_codes_that_begin_alike_are_not_moved_along(bank: Bank) -> None:
    near = unit("B12", "临江分行", "branch", bank.head_office)
    managing.move_unit(bank.branch, bank.other_branch, by=bank.admin)
    near.refresh_from_db()
    assert near.path == "/HO/B12/"


def test_a_unit_with_open_units_below_stays_open(bank: Bank) -> None:
    with pytest.raises(StaffMistake, match="下面还有"):
        managing.change_unit(bank.branch, name="江州分行", kind="branch", customers=0, active=False, by=bank.admin)
    managing.change_unit(bank.outlet, name="解放路支行", kind="outlet", customers=0, active=False, by=bank.admin)
    managing.change_unit(bank.branch, name="江州分行", kind="branch", customers=0, active=False, by=bank.admin)
    assert not Unit.objects.get(code="B1").active


def test_a_weak_password_is_refused_and_a_new_one_ends_old_sessions(bank: Bank, client: object) -> None:
    with pytest.raises(StaffMistake, match="密码"):
        managing.set_password(bank.clerk, "12345678", by=bank.admin)
    before = bank.clerk.get_session_auth_hash()
    managing.set_password(bank.clerk, PASSWORD, by=bank.admin)
    assert fresh(bank.clerk).get_session_auth_hash() != before


def test_what_a_person_did_stays_under_the_name_after_leaving(bank: Bank) -> None:
    leaver = person("leaver", "handler", bank.desk, "钱进")
    made = case(bank, by=leaver)
    managing.change_person(leaver, name="钱进", staff_no="", unit=bank.desk, active=False, by=bank.admin)
    assert made.events.get(seq=1).by_name.startswith("钱进")
    assert not fresh(leaver).is_active
