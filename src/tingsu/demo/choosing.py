"""Which of the corpus's complaints is told next, whose matter it is, and how hard it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

from tingsu.demo.people import Bank
from tingsu.demo.telling import Telling

CHANNEL_WEIGHTS = {"regulator": 0.35, "app_store": 0.6, "social": 0.5, "outside": 0.7}  # others 1
DEPARTMENTS = {"信用卡": "KZX", "贷款": "LX", "自营理财": "GJ", "银行代理": "GJ", "贵金属": "GJ", "个人金融信息": "GJ"}
OF_PEOPLE = ("服务态度及质量", "营销方式", "自主选择权", "信息披露")  # happen where people meet
SOLD_AT_OUTLETS = ("自营理财", "银行代理", "贵金属")
ON_SITE = ("counter", "lobby", "phone")
APP_WORDS = ("app", "手机银行", "网银", "闪退", "登录", "更新", "刷脸", "人脸", "验证码", "小程序")
HOTLINE_WORDS = ("热线", "转人工", "机器人", "智能客服", "坐席")


class Shelf:
    """Every telling, each taken once before any is taken again; moulds of agents are asked for by id."""

    def __init__(self, rng: Random, tellings: Iterable[Telling]) -> None:
        self.rng = rng
        self.tellings = tuple(tellings)
        self.taken: Counter[str] = Counter()

    def by_id(self, id: str) -> Telling:
        return next(telling for telling in self.tellings if telling.id == id)

    def draw(self, *, topic: str = "", fits: Callable[[Telling], bool] = lambda _: True) -> Telling:
        """One of the least told of ``topic`` ("" is every ordinary one). Nothing is taken before ``take``.

        Raises LookupError if none fits.
        """
        left = [telling for telling in self.tellings if telling.topic == topic and fits(telling)]
        if not left:
            raise LookupError(topic)
        least = min(self.taken[telling.id] for telling in left)
        fresh = [telling for telling in left if self.taken[telling.id] == least]
        return self.rng.choices(fresh, weights=[CHANNEL_WEIGHTS.get(one.channel, 1.0) for one in fresh])[0]

    def take(self, telling: Telling) -> None:
        self.taken[telling.id] += 1


def complexity_of(telling: Telling) -> str:
    """Simple, or complex where much money, an outside party or a family's estate is in it."""
    estate = any(word in telling.text for word in ("继承", "遗产", "公证"))
    hard = telling.failure in ("其他客户", "不可抗力") or (telling.yuan or 0) >= 50_000 or "群体" in telling.risks
    return "complex" if estate or hard else "simple"


def unit_of(rng: Random, telling: Telling, bank: Bank) -> str:
    """Code of the unit the matter belongs to: a department's product or system, else an outlet by its customers."""
    text = telling.text.lower()
    if telling.business == "债务催收":
        return "KZX" if "卡" in text else "LX"
    if telling.topic == "app_login" or (telling.cause == "设施设备系统" and any(word in text for word in APP_WORDS)):
        return "DZ"
    if telling.business == "其他" and telling.channel not in ON_SITE and any(word in text for word in HOTLINE_WORDS):
        return "KF"
    there = telling.channel in ON_SITE or telling.business in SOLD_AT_OUTLETS
    if telling.business in DEPARTMENTS and not (telling.cause in OF_PEOPLE and there):
        return "LX" if "征信" in text and "贷" in text else DEPARTMENTS[telling.business]
    outlets = bank.outlets()
    return rng.choices(outlets, weights=[unit.customers for unit in outlets])[0].code
