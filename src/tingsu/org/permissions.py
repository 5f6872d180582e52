"""Who may do what: the roles a person holds, and the permissions those roles bring."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from tingsu.base.errors import TingsuError
from tingsu.org.models import User
from tingsu.org.pack import pack_at, packs_in_force
from tingsu.packs.schema import Reach, Role

PERMISSIONS = {
    "record_case": "登记投诉",
    "attach_evidence": "上传证据",
    "reveal_personal_data": "查看客户信息",
    "import_cases": "批量导入",
    "export_cases": "导出工单",
    "view_home": "查看统计",
    "view_audit": "查看审计",
    "view_accountability": "查看责任追究",
    "manage_staff": "管理人员",
    "teach_reading": "训练研判模型",
    "manage_forms": "管理表单模板",
    "manage_packs": "管理方案包",
    "manage_budgets": "管理补偿预算",
    "manage_delegations": "管理授权代理",
    "manage_insight": "管理话题、预警与整改",
    "manage_scripts": "管理话术",
    "inspect_conversations": "对话质检",
    "manage_writing_help": "管理写作辅助",
}


class NotAllowed(TingsuError):
    """This person may not do this; ``who`` names the roles that may."""

    code = "not_allowed"

    def __init__(self, what: str, who: list[str]) -> None:
        self.what = what
        self.who = who
        may = "、".join(who) if who else "系统管理员"
        super().__init__(f"您没有权限「{what}」。可以办理的有：{may}。")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a unit, with the reach it brings."""

    role: Role
    reach: Reach
    unit_id: int
    unit_path: str


def grants_of(user: User) -> list[Grant]:
    """The grants of an active user, each as the pack of its unit has the role; read once, kept on the user object."""
    kept: list[Grant] | None = getattr(user, "_kept_grants", None)
    if kept is None:
        kept = _read_grants(user) if user.is_active else []
        user._kept_grants = kept  # type: ignore[attr-defined]
    return kept


# Plain SQL, because every request asks it and composing it costs more than asking.
_GRANTS = (
    "SELECT g.role, g.unit_id, n.path FROM org_rolegrant g JOIN org_unit n ON n.id = g.unit_id"
    " WHERE g.user_id = %s ORDER BY g.id"
)


def _read_grants(user: User) -> list[Grant]:
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, [user.pk])
        known = [(pack_at(path).role(role), unit_id, path) for role, unit_id, path in cursor.fetchall()]
    return [Grant(role, role.reach, unit_id, path) for role, unit_id, path in known if role is not None]


def roles_of(user: User) -> frozenset[str]:
    """The ids of the roles a person holds."""
    return frozenset(grant.role.id for grant in grants_of(user))


def can(user: User, permission: str) -> bool:
    """Whether one of the person's roles brings the permission."""
    return any(permission in grant.role.permissions for grant in grants_of(user))


def require(user: User, permission: str) -> None:
    """Pass if the person has the permission. Raises NotAllowed naming the roles that have it."""
    if not can(user, permission):
        having = (role for pack in packs_in_force().all for role in pack.roles if permission in role.permissions)
        who = list(dict.fromkeys(role.name.zh for role in having))
        raise NotAllowed(PERMISSIONS[permission], who)
