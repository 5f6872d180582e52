"""Roles, tokens and staff: who may do what, and keys that open only while they should."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import MONDAY, Bank, person
from tingsu.org.models import ApiToken, RoleGrant, User
from tingsu.org.permissions import PERMISSIONS, NotAllowed, can, require, roles_of
from tingsu.org.staff import StaffMistake, add_person, add_unit, find_person, find_unit
from tingsu.org.tokens import create_token, find_user_by_token, revoke_token
from tingsu.packs.loader import load_pack


@pytest.mark.parametrize("role", [role.id for role in load_pack("bank").roles])
@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_role_brings_exactly_its_permissions(bank: Bank, role: str, permission: str) -> None:
    someone = person("someone", role, bank.outlet)
    granted = load_pack("bank").role(role)
    assert granted is not None
    assert roles_of(someone) == {role}
    assert can(someone, permission) is (permission in granted.permissions)
    if can(someone, permission):
        require(someone, permission)
    else:
        with pytest.raises(NotAllowed) as refused:
            require(someone, permission)
        assert granted.name.zh not in refused.value.who
        assert PERMISSIONS[permission] in refused.value.message


def test_someone_who_left_has_no_role(bank: Bank) -> None:
    bank.head.is_active = False
    bank.head.save()
    assert roles_of(User.objects.get(pk=bank.head.pk)) == frozenset()


def test_a_taken_away_role_is_gone_with_the_next_request(bank: Bank) -> None:
    assert can(bank.handler, "record_case")
    RoleGrant.objects.filter(user=bank.handler).delete()
    assert not can(User.objects.get(pk=bank.handler.pk), "record_case")


def test_a_key_opens_for_its_user_and_is_not_kept(bank: Bank) -> None:
    token, key = create_token(bank.handler, "12378 转办")
    assert find_user_by_token(key) == bank.handler
    assert key not in str(ApiToken.objects.values())
    assert token.digest != key


@pytest.mark.parametrize("key", ["", "ts_", "ts_x", "\x00", "\ud800", "x" * 100_000])
def test_other_keys_open_nothing(bank: Bank, key: str) -> None:
    create_token(bank.handler, "x")
    assert find_user_by_token(key) is None


def test_an_expired_a_revoked_and_a_leavers_key_open_nothing(bank: Bank) -> None:
    _, expiring = create_token(bank.handler, "a", expires_at=MONDAY)
    assert find_user_by_token(expiring, at=MONDAY - timedelta(seconds=1)) == bank.handler
    assert find_user_by_token(expiring, at=MONDAY) is None
    token, key = create_token(bank.handler, "b")
    assert not revoke_token(token.pk, by=bank.head), "nobody revokes another's key"
    assert revoke_token(token.pk, by=bank.handler)
    assert not revoke_token(token.pk, by=bank.handler)
    assert find_user_by_token(key) is None
    _, leavers = create_token(bank.handler2, "c")
    User.objects.filter(pk=bank.handler2.pk).update(is_active=False)
    assert find_user_by_token(leavers) is None


def test_a_unit_stands_below_its_parent(bank: Bank) -> None:
    made = add_unit("O9", name="新街支行", parent="B1")
    assert made.path == "/HO/B1/O9/"
    assert add_unit("O9", name="改名", parent="B2") == made, "what is there is not changed by the way"
    for code, parent, kind in (
        ("", "B1", "outlet"),
        ("a/b", "B1", "outlet"),
        ("X", "nowhere", "outlet"),
        ("X", "B1", "moon"),
    ):
        with pytest.raises(StaffMistake):
            add_unit(code, name="x", parent=parent, kind=kind)


def test_a_person_is_added_whole_or_not_at_all(bank: Bank) -> None:
    made = add_person("liu", name="刘备", roles=["clerk", "handler"], unit=find_unit("O1"), password="long-pass-1")
    assert roles_of(made) == {"clerk", "handler"}
    assert find_person("liu") == made
    for username, roles, password in (
        ("guan", ["king"], "long-pass-1"), ("guan", ["clerk"], "short"), ("liu", ["clerk"], "long-pass-1"),
    ):  # fmt: skip
        with pytest.raises(StaffMistake):
            add_person(username, name="x", roles=roles, unit=bank.outlet, password=password)
    assert not User.objects.filter(username="guan").exists()
    with pytest.raises(StaffMistake, match="zhang"):
        find_person("zhang")
