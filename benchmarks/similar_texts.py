"""A million varied complaints, with copies and paraphrases planted: composed at run time, kept nowhere.

Clauses of real public texts where the folder of public sets lies beside the project, of the project's own corpus where
it does not. Some clauses come far more often than others, as set phrases do.
"""

from __future__ import annotations

import bisect
import json
import random
import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from benchmarks.real_texts import ROOT, folder

_CUT = re.compile(r"[，。！？；,!?;\n\s~…|]+")
_HAN = re.compile("[\u4e00-\u9fff]{4}")
_CLAUSES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15)  # of a complaint
_SURNAMES, _NAMES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋艳勇杰娟涛明超秀霞平刚桂"
_CLOSINGS = ("请尽快处理并给我答复", "要求退款并道歉", "否则我要向监管部门投诉", "希望银行给个说法")
_OPENINGS = ("你好", "您好，我要投诉", "客户来电反映", "本人再次反映")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text to put into the store, and the text that should find it."""

    sort: str  # copy, rewritten, question or matter
    stored: str
    asked: str


class Composer:
    """Composes complaints; the same seed gives the same ones."""

    def __init__(self, seed: int = 20261122) -> None:
        self.random = random.Random(seed)
        self.pairs, texts, self.source = _material()
        self.random.shuffle(self.pairs)
        clauses = dict.fromkeys(c for text in texts for c in _CUT.split(text) if 5 <= len(c) <= 40 and _HAN.search(c))
        kept = {sentence for pair in self.pairs for sentence in pair}  # a planted sentence stands nowhere else
        self.clauses = [clause for clause in clauses if clause not in kept]
        self.random.shuffle(self.clauses)
        self.often = list(accumulate((place + 10) ** -0.7 for place in range(len(self.clauses))))

    def complaint(self) -> str:
        """Two to fifteen clauses with a detail or two."""
        parts = [self._clause() for _ in range(self.random.choice(_CLAUSES))]
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            parts.insert(self.random.randrange(len(parts) + 1), self._detail())
        if self.random.random() < 0.3:
            parts.append(self.random.choice(_CLOSINGS))
        return "，".join(parts) + "。"

    def copy(self, text: str, share: float) -> str:
        """The text sent again, up to ``share`` of its signs changed; 0 leaves it as it is."""
        return self._edit(text, share) if share else text

    def plant(self, each: int) -> list[Planted]:
        """``each`` of every sort: copies, copies rewritten hard, the same matter in other words, the same question."""
        planted = []
        for number in range(each):
            stored = self.complaint()
            planted.append(Planted("copy", stored, self._edit(stored, 0.05)))
            stored = self.complaint()
            planted.append(Planted("rewritten", stored, self._edit(stored, 0.12)))
            if len(self.pairs) >= 4 * each:
                four = self.pairs[4 * number : 4 * number + 4]
                planted.append(
                    Planted("matter", self._around(p[0] for p in four[:3]), self._around(p[1] for p in four[:3]))
                )
                planted.append(Planted("question", *four[3]))
        return planted

    def _clause(self) -> str:
        return self.clauses[bisect.bisect(self.often, self.random.random() * self.often[-1])]

    def _detail(self) -> str:
        pick = self.random
        details = (
            f"{pick.randint(1, 12)}月{pick.randint(1, 28)}日",
            f"金额{pick.randint(10, 99999)}元",
            "我叫" + pick.choice(_SURNAMES) + "".join(pick.choice(_NAMES) for _ in range(pick.randint(1, 2))),
            f"电话154{pick.randint(10**7, 10**8 - 1)}",
            pick.choice("东西南北") + pick.choice("城关门山湖江") + pick.choice(("支行", "网点", "分理处")),
            f"第{pick.randint(2, 9)}次打电话",
        )
        return pick.choice(details)

    def _edit(self, text: str, share: float) -> str:
        """Sent again: an opening, a clause dropped or moved, other details, up to ``share`` of the signs changed."""
        parts = [part for part in re.split("[，。]", text) if part]
        how = self.random.randrange(4)
        if how == 0 and len(parts) > 3:
            parts.pop(self.random.randrange(len(parts)))
        elif how == 1:
            parts.insert(0, parts.pop(self.random.randrange(len(parts))))
        elif how == 2:
            parts.insert(0, self.random.choice(_OPENINGS))
        parts = [self._detail() if re.match(r"\d+月|金额|我叫|电话", part) else part for part in parts]
        signs = list("，".join(parts))
        for _ in range(int(len(signs) * share * self.random.random()) + 1):
            place = self.random.randrange(len(signs))
            change = ("", signs[place] + self.random.choice("的了呢就也都"), self.random.choice("银行客户服务办理电话"))
            signs[place] = self.random.choice(change)
        return "".join(signs)

    def _around(self, sentences: object) -> str:
        parts = [*sentences, self._clause(), self._clause()]  # type: ignore[misc]
        self.random.shuffle(parts)
        return "，".join(parts) + "。"


def _material() -> tuple[list[tuple[str, str]], list[str], str]:
    """(pairs that people found to ask the same, texts to take clauses from, where they come from)."""
    public = folder()
    if public.is_dir():
        from tingsu.reading.similar.material import read_afqmc, read_bq, read_texts

        sets = public / "sentence_pairs"
        pairs = [*read_bq(sets / "bq_dev.csv"), *read_afqmc(sets / "afqmc_dev.txt")]
        same = [(p.first, p.second) for p in pairs if p.same and min(len(p.first), len(p.second)) >= 7]
        return same, read_texts(public), f"clauses of the real public texts in {public}"
    print(f"NO REAL TEXTS: {public} is missing, so complaints are composed from corpus/ and no paraphrases are planted")
    return [], _corpus_texts(ROOT / "corpus" / "texts"), "clauses of the project's own corpus"


def _corpus_texts(texts: Path) -> list[str]:
    lines = (line for path in sorted(texts.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    return [json.loads(line)["text"] for line in lines if line.strip()]
