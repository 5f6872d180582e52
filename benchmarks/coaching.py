"""How long the coach takes for each turn, on one core: `python -m benchmarks.coaching`.

Conversations invented here are spoken turn by turn, as a running transcript comes: every time the whole of it so far.
Milliseconds of processor time, once with the coach alone and once with the shipped scripts ranked for the step.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any

CUSTOMER = [
    "你们这是什么态度 我排了两个小时队 国债就卖完了",
    "凭什么 你们是不是留给自己人了",
    "我早上五点就来了 叫你们行长出来 给我个说法",
    "手机银行转账提示成功 对方两天都没有收到钱",
    "上个月账单扣了三百元年费 打电话问客服说以系统为准",
    "催收打电话打到我父母那里 我心脏不好",
    "我误工两天 车费也花了 你们怎么赔",
    "那你们什么时候能给我答复",
    "行吧 那我等你们电话",
    "嗯",
]
AGENT = [
    "您好，我是这里的大堂经理，请您随我到接待室坐下说",
    "真的很抱歉让您白跑一趟，您喝口水慢慢说",
    "如果我是您，我也会生气。您的意思是希望知道为什么，是不是",
    "我把您说的记下来，您贵姓，联系电话多少",
    "我去核实一下，以监控和系统记录为准",
    "给您办退费，您看这样行吗",
    "15号之前我给您回电话，还有没有其他问题",
]
TURNS = 200
ALONE, WITH_SCRIPTS = "coach", "coach and scripts"


def make_talk(turns: int = TURNS, seed: int = 20261122) -> list[Any]:
    """A conversation of so many turns, no two lines of it quite alike."""
    from tingsu.assist.coach.turns import Turn

    draw = random.Random(seed)
    told = []
    for place in range(turns):
        mine = place % 2 == 1
        line = draw.choice(AGENT if mine else CUSTOMER)
        told.append(Turn("agent" if mine else "customer", f"{line} {place + 1}"))
    return told


def measure_coaching(turns: int = TURNS) -> dict[str, tuple[float, float, float]]:
    """What was measured → milliseconds a turn: p50, p95 and the slowest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")
    import django

    django.setup()
    finders: dict[str, Callable[[Any], Sequence[Any]]] = {ALONE: lambda moment: (), WITH_SCRIPTS: _rank_shipped()}
    return {name: _percentiles(_times(make_talk(turns), finder)) for name, finder in finders.items()}


def _times(talk: list[Any], scripts: Callable[[Any], Sequence[Any]]) -> list[float]:
    from tingsu.assist.coach.coaching import coach
    from tingsu.assist.coach.hearing import read_line
    from tingsu.assist.coach.rules import load_rules

    rules = load_rules("bank")
    coach(talk[:2], rules, scripts=scripts)  # what is loaded once is loaded
    read_line.cache_clear()
    rules.mark.cache_clear()  # type: ignore[attr-defined]
    taken = []
    for spoken in range(1, len(talk) + 1):
        begun = time.process_time()
        coach(talk[:spoken], rules, scripts=scripts)
        taken.append(1000 * (time.process_time() - begun))
    return taken


def _rank_shipped() -> Callable[[Any], Sequence[Any]]:
    """The bank's shipped scripts, ranked as the page ranks them, without a database."""
    from tingsu.assist.scripts.index import Index
    from tingsu.assist.scripts.ranking import rank
    from tingsu.assist.scripts.situation import Situation
    from tingsu.packs.answering import load_part
    from tingsu.packs.scripts import Scripts

    shipped = load_part(Scripts, "scripts", "bank").scripts
    index = Index([script for script in shipped if not script.counter_example])

    def find(moment: Any) -> Sequence[Any]:
        heard = moment.heard
        return rank(index, Situation(steps=(moment.step,), need=heard.need, emotion=heard.emotion), "", limit=3)

    return find


def _percentiles(taken: list[float]) -> tuple[float, float, float]:
    cuts = quantiles(taken, n=20)
    return cuts[9], cuts[18], max(taken)


def main() -> None:
    """Print the figures."""
    print(f"{TURNS} turns, processor time in ms a turn")
    print(f"{'':20}{'p50':>8}{'p95':>8}{'max':>8}")
    for name, (half, most, longest) in measure_coaching().items():
        print(f"{name:20}{half:8.1f}{most:8.1f}{longest:8.1f}")


if __name__ == "__main__":
    main()
