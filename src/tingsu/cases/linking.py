"""Cases that belong together: linked both ways, unlinked, and one case split in two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection

from tingsu.cases.access import find_case
from tingsu.cases.chain import append_event
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import links_of, say_link
from tingsu.cases.models import Case
from tingsu.cases.recording import record_part
from tingsu.cases.tables import Link

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

SPLIT = "split"


def link_cases(doing: Doing) -> None:
    """Link this case with another the person sees; both tell it. Raises NotPossible for itself or a known pair."""
    other, sort = _other(doing), doing.values["sort"]
    if _between(doing.case, other) is not None:
        raise NotPossible(f"本工单与 {other.number} 已经关联。")
    _tie(doing, other, sort, doing.values["reason"])
    _tell_other(doing, other, "linked", sort, gone=False)


def unlink_cases(doing: Doing) -> None:
    """Take a link back; both cases tell it. What a split tied stays tied."""
    other = _other(doing)
    link = _between(doing.case, other)
    if link is None:
        raise NotPossible(f"本工单与 {other.number} 没有关联。")
    if link.sort == SPLIT:
        raise NotPossible("拆分而来的工单不能取消关联。")
    sort = link.sort
    link.delete()
    say_link(doing.said, other.number, sort, gone=True)
    _tell_other(doing, other, "unlinked", sort, gone=True)


def split_off(doing: Doing) -> None:
    """Make a case of its own of one matter of several; same customer, clocks from the day the first was received."""
    part = record_part(doing.case, doing.values["text"], doing.values.get("subject", ""), by=doing.by, at=doing.at)
    _tie(doing, part, SPLIT, doing.values["reason"])
    doing.said["into"] = part.number


def a_link_stands(attempt: Attempt) -> None:
    """There is a link to take back."""
    if not links_of(attempt.case):
        raise NotPossible("本工单没有关联其他工单。")


def _other(doing: Doing) -> Case:
    """The other case, held until the transaction ends.

    Two people linking A with B and B with A at once must not wait for each other: where the database can say at once
    that a row is held, the slower one is told to try again.
    """
    number = doing.values["other"]
    other = find_case(number, by=doing.by)
    if other.pk == doing.case.pk:
        raise Incomplete({"other": "请填写另一件工单的编号"})
    nowait = connection.features.has_select_for_update_nowait
    try:
        return Case.objects.select_for_update(nowait=nowait).get(pk=other.pk)
    except OperationalError:
        raise NotPossible(f"工单 {number} 正在由其他同事办理，请稍后再试。") from None


def _between(case: Case, other: Case) -> Link | None:
    first, second = sorted((case.pk, other.pk))
    return Link.objects.filter(case_id=first, other_id=second).first()


def _tie(doing: Doing, other: Case, sort: str, why: str) -> None:
    first, second = sorted((doing.case, other), key=lambda case: case.pk)
    Link.objects.create(case=first, other=second, sort=sort, why=why, by=doing.by, at=doing.at)
    say_link(doing.said, other.number, sort)


def _tell_other(doing: Doing, other: Case, kind: str, sort: str, *, gone: bool) -> None:
    said: dict[str, Any] = {"reason": doing.values["reason"], "other": doing.case.number}
    say_link(said, doing.case.number, sort, gone=gone)
    append_event(other, kind, said, by=doing.by, at=doing.at)
    other.save(update_fields=["event_count", "head_hash"])
