"""What units and people answer for (责任追究): decided by people a level above them, never by the machine."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tingsu.cases.citing import cited, whole_number
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import change_row, keep_row, numbered
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.cases.tables import Accountability
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed, can, roles_of
from tingsu.packs.schema import Pack

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

WHOLE = Decimal(100)  # per cent of one's performance pay: nobody loses more than all of it
MOST_DAYS = 365
MAY_SEE = "view_accountability"


def hold_accountable(doing: Doing) -> None:
    """Hold a unit or a person to account with grounds, evidence and a measure.

    Raises Incomplete without a measure, beyond the shares the pack allows, or below its least fixed penalty;
    NotPossible against oneself, NotAllowed against one's own level or above.
    """
    case, values = doing.case, doing.values
    person: User | None = values.get("person")
    if person is not None:
        check_above(doing.by, person, pack_of(case))
    row = Accountability(
        unit=values["unit"], person=person, late=bool(values.get("late")), fault_code=values.get("fault_code", ""),
        grounds=values["grounds"], evidence=cited(case, values.get("evidence", "")),
        loss=values.get("loss", Decimal(0)), share=values.get("share", Decimal(0)),
        fixed=values.get("fixed", Decimal(0)), decided_by=doing.by, decided_at=doing.at,
        study_days=whole_number(values.get("study_days"), "study_days", called="下机学习天数", most=MOST_DAYS),
    )  # fmt: skip
    _check_measure(case, row)
    keep_row(row, case, doing.said)


def revoke_accountability(doing: Doing) -> None:
    """Take a decision back, as after an appeal; the row stays with the day it ended."""
    row = numbered(in_force(doing.case), doing.values.get("sanction"), "sanction")
    if row.person is not None:
        check_above(doing.by, row.person, pack_of(doing.case))
    change_row(row, doing.said, revoked_at=doing.at)


def in_force(case: Case) -> list[Accountability]:
    """The decisions not taken back."""
    return [row for row in case.sanctions.all() if row.revoked_at is None]


def sanctions_for(case: Case, person: User) -> list[Accountability]:
    """The decisions this person may see: all with the permission, else only his own."""
    rows = list(case.sanctions.all())
    return rows if can(person, MAY_SEE) else [row for row in rows if row.person_id == person.pk]


def a_level_above(attempt: Attempt) -> None:
    """Who holds no level of authority holds nobody to account; who exactly stands below is checked with the form."""
    if level_of(attempt.by, pack_of(attempt.case)) < 0:
        pack = pack_of(attempt.case)
        levels = {level.role for level in pack.authority.levels}
        raise NotAllowed("责任追究", [role.name.zh for role in pack.roles if role.id in levels])


def a_sanction_stands(attempt: Attempt) -> None:
    """There is a decision to take back."""
    if not in_force(attempt.case):
        raise NotPossible("没有有效的责任追究决定。")


def check_above(by: User, person: User, pack: Pack) -> None:
    """Pass if ``by`` stands a level above ``person``. Raises NotPossible, NotAllowed."""
    if by.pk == person.pk:
        raise NotPossible("不能对自己作责任追究决定，请交由上一级。")
    if level_of(by, pack) <= level_of(person, pack):
        raise NotAllowed(f"追究{person}的责任", ["其上一级负责人"])


def level_of(person: User, pack: Pack) -> int:
    """The place of the person's highest role in the authority table, lowest level 0; -1 for none."""
    levels = [level.role for level in pack.authority.levels]
    return max((levels.index(role) for role in roles_of(person) if role in levels), default=-1)


def _check_measure(case: Case, row: Accountability) -> None:
    rules, wrong = pack_of(case).accountability, dict[str, Any]()
    if not (row.share or row.fixed or row.study_days):
        wrong["share"] = "请至少写一项：扣减比例、扣款金额或下机学习天数"
    same = [other for other in in_force(case) if row.person_id is not None and other.person_id == row.person_id]
    if row.share + sum(other.share for other in same) > WHOLE:
        wrong["share"] = "同一人的扣减比例合计不能超过 100%"
    everyone = row.share + sum(other.share for other in in_force(case))
    if rules.share_at_most is not None and everyone > rules.share_at_most:
        wrong["share"] = (
            f"本工单的扣减比例合计 {everyone.normalize():f}%，不能超过 {rules.share_at_most.normalize():f}%"
        )
    if row.fixed and row.fixed < rules.fixed_from:
        wrong["fixed"] = f"「扣款金额」每次不低于 {rules.fixed_from.normalize():f} 元"
    if wrong:
        raise Incomplete(wrong)
