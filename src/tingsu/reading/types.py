"""What the text engine says of a text: the shapes every other room relies on.

Nothing here decides anything. A Reading is a suggestion with reasons; verdicts, money and blame stay with people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
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
    """One thing the customer asks for (诉求); wishes of one kind said several times are one demand.

    ``amount`` is the sum named with it, in ``currency``; ``due`` the day it is wanted by. ``by`` is who is to do it,
    when not simply the bank (柜员, 催收公司), ``to`` whom it is for, when not simply the writer (母亲). ``sentences``:
    the places (start, end) of the whole sentences it stands in; ``implied`` says that nobody asked in so many words.
    """

    kind: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    amount: Decimal | None = None
    currency: str = "CNY"
    due: date | None = None
    by: str = ""
    to: str = ""
    sentences: tuple[tuple[int, int], ...] = ()
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """One way this complaint may go further (监管, 媒体舆情, 司法 …).

    ``manner`` is the finer kind of 过激: 自伤, 暴力, 占据场所. ``urgent``: a person must act now, before anything else.
    """

    kind: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    manner: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """A sensitivity (敏感标签): 监管, 舆情, 司法, 信访, 过激行为, 情绪激动, 特殊群体, 特殊职业."""

    kind: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money. ``currency`` is its ISO 4217 code; ``role``: 损失, 扣收, 要求, 余额, or empty where not plain.

    ``approximate`` sums (两千多, 六七万) carry their lower end.
    """

    evidence: Evidence
    amount: Decimal
    currency: str = "CNY"
    approximate: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that was named: the days ``first`` to ``last``, both None when it cannot be told which.

    ``grain``: 日, 周, 月, 年, 段 (a stretch such as 国庆前). ``clock`` is the time of day, "15:00", where it was named.
    ``relative``: counted from the day of receipt (上周三), or without its year (3月5日).
    """

    evidence: Evidence
    first: date | None
    last: date | None
    grain: str
    clock: str = ""
    relative: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """A town, district or street. ``kind``: 城市, 区县, 街道."""

    evidence: Evidence
    kind: str


@dataclass(frozen=True, slots=True)
class UnitNamed:
    """A part of the bank. ``kind``: 总行, 分行, 支行, 网点, 柜台, 自助机具, 电话客服, 手机银行, 网上银行, 部门."""

    evidence: Evidence
    kind: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Someone of the staff by role (柜员); ``name`` is masked, ``number`` the staff number (工号) as written."""

    evidence: Evidence
    role: str
    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product by type (理财) or by its own name (安心盈90天). ``kind``: 卡, 贷款, 存款, 理财, 基金, 保险, 贵金属 …"""

    evidence: Evidence
    kind: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What the customer was told he would get (承诺).

    ``kind``: 答复, 退款, 办理, 保本, 免费, 赔偿, 赠品, 收益, 其他. ``who`` is the role or unit that said it, empty when
    unsaid. ``due_words`` are the words of the time limit; ``due`` its day where it can be told.
    """

    evidence: Evidence
    kind: str
    who: str = ""
    due: date | None = None
    due_words: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened when, where, with whom and for how much, as far as the text names it; each in order of place."""

    amounts: tuple[Sum, ...] = ()
    moments: tuple[Moment, ...] = ()
    places: tuple[Place, ...] = ()
    units: tuple[UnitNamed, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    products: tuple[Product, ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """One piece of personal data in the text: ``original[start:end]``.

    ``kind``: 身份证, 银行卡, 手机, 固话, 邮箱, 护照, 证件, 车牌, 微信, QQ, 姓名, 地址, 账号, 工单号.
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
    facts: Facts = field(default_factory=Facts)
    tags: tuple[Tag, ...] = ()
    root: Judgement = Judgement(None, 0.0)  # why the gap arose: 期望过高, 沟通不畅, 质量不稳定, 制度缺陷, 客户情绪
    failure: Judgement = Judgement(None, 0.0)  # what failed: 员工, 系统, 其他客户, 不可抗力, 无
    latent: Judgement = Judgement(None, 0.0)  # of an ordinary conversation: "yes" where a complaint may yet come of it

    def as_dict(self) -> dict[str, Any]:
        """The reading as plain JSON-ready data, evidence included; the store and the API keep this form."""
        from tingsu.reading.plain import to_plain

        return to_plain(self)
