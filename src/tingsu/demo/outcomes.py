"""What the demo bank finds, offers and answers, drawn from a complaint's labels: what went wrong, what is asked."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from tingsu.demo.people import read_content
from tingsu.demo.telling import Outcome, Slots, Telling, word

LEAST_PAID, MOST_PAID = 20, 60_000  # yuan; smaller sums are prices of a month, larger ones are put right in the books
GIFTS = (50, 100, 100, 200, 300)
VERDICTS = {  # how often a complaint of this root is found valid, partly valid, not valid
    "质量不稳定": (75, 23, 2),
    "沟通不畅": (55, 37, 8),
    "制度缺陷": (25, 57, 18),
    "期望过高": (0, 35, 65),
    "客户情绪": (5, 50, 45),
}
PLEASED = {"valid": 0.92, "partly": 0.75, "not_valid": 0.3}


@cache
def load_outcomes() -> dict[str, Any]:
    """``content/outcomes.yaml``: findings, remedies and answers by cause and demand."""
    outcomes: dict[str, Any] = read_content("outcomes.yaml")
    return outcomes


def draw_outcome(rng: Random, telling: Telling) -> Outcome:
    """One way this complaint may come out; the same draws of ``rng`` give the same outcome.

    The remedy chosen answers the first thing asked; money is paid only where the text names the sum.
    """
    words = load_outcomes()["causes"][telling.cause]
    turn = rng.randrange(250)
    verdict = rng.choices(("valid", "partly", "not_valid"), weights=VERDICTS[telling.root])[0]
    slots: Slots = {"yuan": telling.yuan or 0, "half": (telling.yuan or 0) // 2, "gift": rng.choice(GIFTS)}
    said = {name: word(words[name], turn=turn, slots=slots) for name in ("checked", verdict, "root", "fix", "lesson")}
    options, done = _remedies(telling, verdict, slots, turn, fix=said["fix"])
    pleased = rng.random() < PLEASED[verdict] - (0.2 if telling.emotion == 3 else 0)
    blamed = verdict == "valid" and telling.failure == "员工"
    texts = load_outcomes()
    answer = texts["answers"][verdict]
    return Outcome(
        verdict=verdict,
        responsibility="有责投诉" if blamed else "无责" if _is_nobodys(telling, verdict) else "问题工单",
        fault=rng.choice(words["fault"]) if blamed else "",
        person="大堂经理" if "大堂" in telling.text else "经办人员",
        why=telling.root,
        finding=said["checked"] + said[verdict],
        root=said["root"],
        options=options,
        chosen=0,
        answer=word(answer, turn=turn, slots={"done": done, "fix": _fixed(said["fix"]), "found": said[verdict]}),
        after=word(texts["after"]["pleased" if pleased else "cross"], turn=turn, slots={}),
        satisfied=pleased,
        summary=word(texts["summary"][verdict], turn=turn, slots={}),
        lesson=said["lesson"],
    )


def _is_nobodys(telling: Telling, verdict: str) -> bool:
    return verdict == "not_valid" or telling.failure in ("其他客户", "不可抗力", "无")


def _fixed(fix: str) -> str:
    return f"同时，我行将{fix}" if fix.startswith(("由", "在", "把", "按", "对")) else f"改进措施：{fix}"


def _remedies(
    telling: Telling, verdict: str, slots: Slots, turn: int, *, fix: str
) -> tuple[tuple[tuple[str, int, str], ...], str]:
    """Three or four options, the chosen one first, and what the answer says was done."""
    texts = load_outcomes()
    sorry = _option(texts["sorry"], slots, turn)
    improve = ("责任处理" if telling.failure == "员工" and verdict == "valid" else "修复改进", 0, fix)
    asked = [_asked(demand, telling, verdict, slots, turn) for demand in telling.demands[:2]]
    offered = [option for option, _done in asked]
    if verdict == "not_valid":
        offered = [sorry, *[option for option in offered if option[0] != sorry[0]]]
    others = [option for option in (sorry, improve, _option(texts["gift"], slots, turn)) if option not in offered]
    return tuple([*offered, *others][:4]), asked[0][1]


def _asked(demand: str, telling: Telling, verdict: str, slots: Slots, turn: int) -> tuple[tuple[str, int, str], str]:
    """The option that meets ``demand``, and how an answer says that it was done."""
    texts = load_outcomes()
    ask = texts["asks"][demand]
    pays = "money" in ask and telling.yuan is not None and LEAST_PAID <= telling.yuan <= MOST_PAID
    if pays and verdict == "partly":
        return _option(texts["half"], slots, turn, pay="half"), word(texts["half"]["answer"], turn=turn, slots=slots)
    if "money" in ask and not pays:
        return ("办结业务", 0, word(ask["plain"], turn=turn, slots=slots)), "有关款项已逐笔核对并按核对结果处理"
    pay = "yuan" if pays else "gift" if demand == "赔偿" else ""
    return _option(ask, slots, turn, pay=pay), word(ask["answer"], turn=turn, slots=slots)


def _option(ask: dict[str, Any], slots: Slots, turn: int, *, pay: str = "") -> tuple[str, int, str]:
    return ask["kind"], int(slots[pay]) if pay else 0, word(ask["option"], turn=turn, slots=slots)
