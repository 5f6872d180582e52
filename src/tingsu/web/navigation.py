"""What the top bar shows to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from tingsu.cases.notices import count_unread
from tingsu.org.delegation import may_decide_somewhere
from tingsu.org.models import User
from tingsu.org.permissions import can, grants_of
from tingsu.web.words import in_english


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the top bar."""

    url: str
    name: str
    icon: str
    key: str = ""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every page: the links this person needs, and who this person is. Evaluated only where used."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return {"nav": [], "posts": "", "unread_notices": 0}
    return {
        "nav": SimpleLazyObject(lambda: _entries(request.user)),  # type: ignore[arg-type]
        "posts": SimpleLazyObject(lambda: _posts(request.user)),  # type: ignore[arg-type]
        "unread_notices": SimpleLazyObject(lambda: count_unread(request.user)),  # type: ignore[arg-type]
        "may_export": SimpleLazyObject(lambda: can(request.user, "export_cases")),  # type: ignore[arg-type]
        "may_delegate": SimpleLazyObject(lambda: may_delegate(request.user)),  # type: ignore[arg-type]
        "may_see_budgets": SimpleLazyObject(lambda: may_see_budgets(request.user)),  # type: ignore[arg-type]
        "may_see_audit": SimpleLazyObject(lambda: can(request.user, "view_audit")),  # type: ignore[arg-type]
    }


def approves(user: User) -> bool:
    """Whether the person has a place in the authority table, his own or as a deputy."""
    return may_decide_somewhere(user)


def may_delegate(user: User) -> bool:
    """Whether there is anything on the page of deputies for this person."""
    return approves(user) or can(user, "manage_delegations")


def may_see_budgets(user: User) -> bool:
    """Whether the person may look at compensation budgets."""
    return can(user, "view_home") or can(user, "manage_budgets")


def _entries(user: User) -> list[Entry]:
    return [*_daily(user), *_kept(user)]


def _daily(user: User) -> list[Entry]:
    """What one works with from hour to hour."""
    entries = [Entry(reverse("home"), _("首页"), "home"), Entry(reverse("queue"), _("工单"), "list")]
    if can(user, "view_home"):
        entries.append(Entry(reverse("insight"), _("洞察"), "chart"))
    if can(user, "record_case"):
        entries.append(Entry(reverse("record"), _("登记投诉"), "plus", "n"))
    entries.append(Entry(reverse("scripts"), _("话术"), "bubble"))
    if can(user, "inspect_conversations"):
        entries.append(Entry(reverse("quality"), _("质检"), "check"))
    elif can(user, "record_case"):
        entries.append(Entry(reverse("quality-mine"), _("我的质检"), "check"))
    if approves(user):
        entries.append(Entry(reverse("approvals"), _("待我审批"), "stamp"))
    if can(user, "view_home"):
        entries.append(Entry(reverse("late"), _("逾期督办"), "late"))
        entries.append(Entry(reverse("bundles"), _("批量线索"), "link"))
    return entries


def _kept(user: User) -> list[Entry]:
    """What keeps the house in order."""
    entries = []
    if can(user, "teach_reading"):
        entries.append(Entry(reverse("models"), _("研判模型"), "leaf"))
    if can(user, "manage_forms"):
        entries.append(Entry(reverse("forms"), _("表单模板"), "file"))
    if any(can(user, name) for name in ("manage_staff", "manage_packs", "manage_writing_help")):
        entries.append(Entry(reverse("manage"), _("系统管理"), "pen"))
    if can(user, "view_audit"):
        entries.append(Entry(reverse("audit"), _("审计"), "lock"))
    return entries


def _posts(user: User) -> str:
    language = "en" if in_english() else "zh"
    names = [grant.role.name.in_language(language) for grant in grants_of(user)]
    return "、".join(dict.fromkeys(names)) if language == "zh" else ", ".join(dict.fromkeys(names))
