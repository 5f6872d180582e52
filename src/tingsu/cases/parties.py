"""Who stands beside the customer or in the customer's place: representatives, proxies, heirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tingsu.cases.citing import cited
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import change_row, keep_row, numbered
from tingsu.cases.models import Case
from tingsu.cases.search import index_case
from tingsu.cases.tables import Party

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

REPRESENTATIVE, PROXY, HEIR = "representative", "proxy", "heir"
MOST_REPRESENTATIVES = 5  # 《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）
LONGEST = {"name": 60, "phone": 30, "id_no": 30, "relation": 60}
CALLED = {"name": "姓名", "phone": "电话", "id_no": "证件号码", "relation": "与客户的关系"}


def add_party(doing: Doing) -> None:
    """Note a representative (at most five at once), a proxy (with proof) or an heir (with the relation).

    The search row is written anew, so that the case is found by the name and phone. Raises NotPossible, Incomplete.
    """
    values = doing.values
    part, proof = values["part"], cited(doing.case, values.get("proof", ""), "proof")
    _check(doing.case, values, proof)
    party = Party(
        part=part, proof=proof[0] if proof else None, by=doing.by, at=doing.at,
        **{name: values.get(name, "") for name in LONGEST},
    )  # fmt: skip
    keep_row(party, doing.case, doing.said)
    index_case(doing.case)


def end_party(doing: Doing) -> None:
    """From now on the person no longer stands for the customer; the row stays."""
    party = numbered(standing(doing.case), doing.values.get("party"), "party")
    change_row(party, doing.said, ended_at=doing.at)


def standing(case: Case) -> list[Party]:
    """The people who stand for the customer now."""
    return [party for party in case.parties.all() if party.ended_at is None]


def a_party_stands(attempt: Attempt) -> None:
    """There is someone to strike off."""
    if not standing(attempt.case):
        raise NotPossible("没有登记代表人、代理人或继承人。")


def _check(case: Case, values: dict[str, Any], proof: list[int]) -> None:
    long = {
        name: f"「{CALLED[name]}」最多 {most} 字" for name, most in LONGEST.items() if len(values.get(name, "")) > most
    }
    if long:
        raise Incomplete(long)
    if len(proof) > 1:
        raise Incomplete({"proof": "「证明材料」请写一个证据编号"})
    if values["part"] == PROXY and not proof:
        raise Incomplete({"proof": "代理人要有授权委托书，请先上传为证据，再填写它的编号"})
    if values["part"] == HEIR and not values.get("relation"):
        raise Incomplete({"relation": "继承人请写明与客户的关系"})
    if values["part"] == REPRESENTATIVE:
        _check_count(case)


def _check_count(case: Case) -> None:
    if sum(party.part == REPRESENTATIVE for party in standing(case)) >= MOST_REPRESENTATIVES:
        raise NotPossible(
            f"代表人不得超过{MOST_REPRESENTATIVES}人（《银行业保险业消费投诉处理管理办法》，银保监会令2020年第3号）。"
            "请客户推选，或先撤销一位代表人。"
        )
