"""What the lexicon and the punctuation say of a text, as a few named numbers a model can weigh."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tingsu.reading.asks import find_demands, find_risks
from tingsu.reading.dissatisfaction import weigh_dissatisfaction
from tingsu.reading.facts import gather
from tingsu.reading.folding import fold, read_variants
from tingsu.reading.learned.pieces import plain_form
from tingsu.reading.lexicon import lexicon
from tingsu.reading.scoring import Seen, add_up, see
from tingsu.reading.types import Demand, Risk

SHARE = 0.2  # of a unit: how much a signal weighs beside the pieces, whose squares add up to one
_FAR = 4.0  # points for or against dissatisfaction beyond which more say nothing new
_MOST = 6.0  # points of one label beyond which more words say nothing new
_MARKS = re.compile(r"[!?]{2,}|!")
_LONG = 300  # characters
_SHORT = 40
WEIGHED = frozenset(("business", "cause", "complaint", "emotion", "need", "demand", "risk", "mark"))
SHAPE = ("叹号与问号", "篇幅", "问句", "短文", "叹号", "对话")


def heat_of_marks(text: str) -> float:
    """Runs of ! and ?; one exclamation mark alone adds almost nothing."""
    runs: list[str] = _MARKS.findall(text)
    long_runs = sum(len(run) > 1 for run in runs)
    single = len(runs) - long_runs
    asked = max(0, text.count("?") - sum(run.count("?") for run in runs) - 1)
    return min(1.6, 0.7 * long_runs + 0.3 * max(0, single - 1) + 0.15 * (single > 0) + 0.4 * asked)


def _shape_of(text: str) -> tuple[float, ...]:
    talk = "客户:" in text or "客服:" in text or "坐席" in text
    return (
        heat_of_marks(text),
        2 * min(len(text), _LONG) / _LONG,
        min(text.count("?"), 6) / 2,
        float(len(text) < _SHORT),
        float("!" in text),
        float(talk),
    )


def see_signals(seen: Seen) -> dict[str, float]:
    """Named numbers, each already times ``SHARE``: ``facet/label`` for points of the lexicon, then the text's shape."""
    signals = {
        f"{facet}/{label}": SHARE * min(add_up(hits), _MOST) / 2
        for (facet, label), hits in seen.labels.items()
        if facet in WEIGHED
    }
    signals["不满"] = SHARE * max(-_FAR, min(_FAR, weigh_dissatisfaction(seen)))
    for name, value in zip(SHAPE, _shape_of(seen.text), strict=True):
        if value:
            signals[name] = SHARE * value
    return signals


def ask_signals(asked: Iterable[Demand], spoken: Iterable[Risk]) -> dict[str, float]:
    """How plainly the rules of ``asks`` heard each demand and each risk, as signals."""
    said = {f"诉求/{demand.kind}": 3 * SHARE * demand.confidence for demand in asked}
    return said | {f"升级/{risk.kind}": 3 * SHARE * risk.confidence for risk in spoken}


def ready_text(text: str) -> tuple[str, dict[str, float]]:
    """A text as a model weighs it: its plain form and all its signals. What the engine does, for teaching."""
    part = read_variants(fold(text))
    seen = see(text, part, lexicon().find(part.text))
    return plain_form(seen.text), see_signals(seen) | ask_signals(
        find_demands(seen, gather(part.text, None)), find_risks(seen)
    )
