"""The account in whose name the product itself acts: it warns and escalates, and nobody signs in with it."""

from __future__ import annotations

from tingsu.org.models import User

USERNAME = "tingsu-system"


def system_user() -> User:
    """The built-in account, made at the first need: inactive, without password, role or unit."""
    kept = User.objects.filter(username=USERNAME).first()
    if kept is not None:
        return kept
    made = User(username=USERNAME, name="系统", is_active=False)
    made.set_unusable_password()
    user, _ = User.objects.get_or_create(
        username=USERNAME, defaults={"name": made.name, "is_active": False, "password": made.password}
    )
    return user
