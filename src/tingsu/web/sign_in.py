"""Signing in and out, and choosing the language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.utils.translation import gettext_lazy as _

from tingsu.demo.people import load_bank
from tingsu.org.models import RoleGrant
from tingsu.org.pack import active_pack
from tingsu.web.words import in_english


class SignInForm(AuthenticationForm):
    """Username and password, with a message that does not say which of the two was wrong."""

    error_messages = {
        "invalid_login": _("工号或密码不对。请再试一次；连续 8 次不对会锁定 15 分钟。"),
        "inactive": _("这个账号已停用，请联系系统管理员。"),
    }


class SignIn(LoginView):
    """The sign-in page; a demo install also lists its accounts."""

    template_name = "web/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        picked = self.request.GET.get("as", "")
        return super().get_context_data(demo_accounts=demo_accounts(), picked=picked, **kwargs)


def demo_accounts() -> list[dict[str, str]]:
    """One account for each role of the demo bank, the role's name beside it; none on a real install."""
    if not settings.TINGSU_DEMO:
        return []
    grants = RoleGrant.objects.filter(user__is_active=True).select_related("user__unit").order_by("pk")
    easy = {person.username for person in load_bank().accounts.values()}
    first: dict[str, RoleGrant] = {}
    for grant in sorted(grants, key=lambda g: g.user.username not in easy):  # those the start of the demo prints
        first.setdefault(grant.role, grant)
    return [
        _account(first[role.id], role.name.in_language("en" if in_english() else "zh"))
        for role in active_pack().roles
        if role.id in first
    ]


def _account(grant: RoleGrant, role: str) -> dict[str, str]:
    unit = grant.user.unit
    return {"username": grant.user.username, "name": grant.user.name, "role": role, "unit": unit.name if unit else ""}
