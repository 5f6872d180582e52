"""Promises to the customer (承诺): each has its time, is chased whatever the progress, is settled before closing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tingsu.cases import clocks
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.models import Case, Deadline
from tingsu.cases.notices import give_notice

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

KEPT, EXPLAINED, HANDED = "kept", "explained", "handed"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a case, numbered as it was made; ``standing``: open, overdue, kept, late, broken, handed, dropped.

    ``late`` was kept after its time; ``broken`` was not kept and explained to the customer.
    """

    no: int
    deadline: Deadline
    standing: str

    @property
    def is_broken(self) -> bool:
        return self.standing in ("overdue", "late", "broken")


def promises_of(case: Case, *, at: datetime) -> list[Promise]:
    """The promises of a case in the order they were made."""
    made = sorted((d for d in case.deadlines.all() if d.kind in clocks.PROMISES), key=lambda d: d.pk)
    return [Promise(no, deadline, _standing(deadline, at)) for no, deadline in enumerate(made, start=1)]


def count_broken(promises: Iterable[Promise]) -> int:
    """How many were not kept in time."""
    return sum(promise.is_broken for promise in promises)


def start_promise(doing: Doing) -> None:
    """An answer by a time unless it is something to be done, which an answer alone does not keep."""
    kind = clocks.PROMISES[doing.values.get("about") == "deed"]
    clocks.start_promise(doing.case, doing.values["promised_at"], doing.values["words"], at=doing.at, kind=kind)


def keep_promise(doing: Doing) -> None:
    """Settle one promise: kept, explained to the customer, or handed to a colleague, who is told.

    Raises NotPossible if none is open, Incomplete where several are and none is named, or nobody takes it over.
    """
    promise = _meant(doing)
    result = doing.values["result"]
    if result == HANDED:
        _hand_over(doing, promise)
    state = Deadline.State.MET if doing.at < promise.deadline.lawful_end else Deadline.State.LATE
    deadline = promise.deadline
    deadline.state, deadline.stopped_at, deadline.outcome, deadline.next_rung_at = state, doing.at, result, None
    deadline.save(update_fields=["state", "stopped_at", "outcome", "next_rung_at"])
    doing.said.update(promise=deadline.note, late=state == Deadline.State.LATE)


def promises_settled(attempt: Attempt) -> None:
    """Nothing is closed over a promise to the customer (source 002-01: kept whatever the progress)."""
    still = [d for d in clocks.active_clocks(attempt.case) if d.kind in clocks.PROMISES]
    if still:
        words = "；".join(d.note for d in still)
        raise NotPossible(f"还有 {len(still)} 项对客户的承诺没有了结：{words}。请先登记兑现情况，或移交给接手的同事。")


def _meant(doing: Doing) -> Promise:
    still = [p for p in promises_of(doing.case, at=doing.at) if p.standing in ("open", "overdue")]
    if not still:
        raise NotPossible("没有待兑现的承诺。")
    said = str(doing.values.get("which", "")).strip()
    if not said and len(still) == 1:
        return still[0]
    named = next((p for p in still if str(p.no) == said), None)
    if named is None:
        numbers = "、".join(f"{p.no}（{p.deadline.note}）" for p in still)
        raise Incomplete({"which": f"请写明是哪一项承诺的序号：{numbers}"})
    return named


def _hand_over(doing: Doing, promise: Promise) -> None:
    to = doing.values.get("to")
    if to is None:
        raise Incomplete({"to": "请选择接手兑现的同事"})
    from tingsu.cases.veil import Veil  # here, because it stands on the guards

    promised = Veil(doing.case.customer).over(promise.deadline.note)
    words = {
        "zh": f"{doing.by}把一项对客户的承诺移交给您：{promised}。请在到期前兑现并告知客户。",
        "en": f"{doing.by} handed you a promise to the customer: {promised}",
    }
    give_notice(
        doing.case, [to], kind=HANDED, words=words, at=doing.at, due=promise.deadline.lawful_end,
        clock=promise.deadline.rule.get("name", {}),
    )  # fmt: skip


def _standing(deadline: Deadline, at: datetime) -> str:
    if deadline.state in clocks.ACTIVE:
        return "overdue" if at >= deadline.lawful_end else "open"
    if deadline.state == Deadline.State.DROPPED:
        return "dropped"
    if deadline.outcome in (EXPLAINED, HANDED):
        return "broken" if deadline.outcome == EXPLAINED else "handed"
    return "kept" if deadline.state == Deadline.State.MET else "late"
