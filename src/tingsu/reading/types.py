"""What the text engine says of a text: the shapes every other room relies on.

Nothing here decides anything. A Reading is a suggestion with reasons; verdicts, money and blame stay with people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that led to a judgement: ``text == original[start:end]``; ``why`` names the cue in Chinese."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One value chosen among many, or an abstention.

    ``value`` is None when the engine abstains. ``confidence`` is 0–1. ``alternatives`` are (value, probability), best
    first, the chosen value included.
    """

    value: str | None
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()

    @property
    def abstained(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Emotion:
    """How heated the writer is: 0 calm, 1 dissatisfied, 2 angry, 3 furious."""

    strength: int
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing the customer asks for (诉求); ``amount`` in yuan when a figure was named with it."""

    kind: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """One way this complaint may go further (监管, 媒体舆情, 司法 …)."""

    kind: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """One piece of personal data in the text: ``original[start:end]``.

    ``kind``: 身份证, 银行卡, 手机, 固话, 邮箱, 护照, 车牌, 微信, QQ, 姓名, 地址, 账号.
    ``valid`` is False where a checksum fails; it is masked all the same.
    """

    kind: str
    start: int
    end: int
    masked: str
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the engine says of one text (研判)."""

    complaint: Judgement  # value "yes" / "no"
    business: Judgement
    cause: Judgement
    emotion: Emotion
    need: Judgement  # the main need
    needs: dict[str, float]  # separate probabilities of 求发泄, 求尊重, 求补偿, 求解决
    demands: tuple[Demand, ...]
    risks: tuple[Risk, ...]
    personal_data: tuple[PersonalDatum, ...]
    masked_text: str
    engine: str = field(default="")  # name and version of the engine that said it

    def as_dict(self) -> dict[str, Any]:
        """The reading as plain JSON-ready data, evidence included; the store and the API keep this form."""
        from tingsu.reading.plain import to_plain

        return to_plain(self)
