"""Sums of money in a text: 350元, 三百五十块, 3.5万, 27块6, 两千多, US$300, and bare ones after 扣了 or 余额."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tingsu.reading.facts.numbers import HAN_DIGITS, HAN_NUMBER, parse_han_number
from tingsu.reading.openings import DECIMALS, matches_at

_CURRENCIES = {
    "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY", "人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY",
    "大洋": "CNY", "软妹币": "CNY",
    "美元": "USD", "美金": "USD", "美刀": "USD", "刀": "USD", "usd": "USD", "us$": "USD", "$": "USD",
    "港币": "HKD", "港元": "HKD", "港纸": "HKD", "港幣": "HKD", "蚊": "HKD", "hkd": "HKD", "hk$": "HKD",
    "欧元": "EUR", "欧": "EUR", "eur": "EUR", "€": "EUR", "英镑": "GBP", "镑": "GBP", "gbp": "GBP", "£": "GBP",
    "日元": "JPY", "日币": "JPY", "jpy": "JPY", "澳元": "AUD", "澳币": "AUD", "aud": "AUD", "a$": "AUD",
    "加元": "CAD", "加币": "CAD", "cad": "CAD", "c$": "CAD", "新加坡元": "SGD", "新币": "SGD",
    "sgd": "SGD", "s$": "SGD",
    "台币": "TWD", "新台币": "TWD", "twd": "TWD", "nt$": "TWD", "韩元": "KRW", "韩币": "KRW", "krw": "KRW",
    "泰铢": "THB", "thb": "THB", "卢布": "RUB", "rub": "RUB", "澳门元": "MOP", "葡币": "MOP", "mop": "MOP",
    "mop$": "MOP",
    "瑞郎": "CHF", "瑞士法郎": "CHF", "chf": "CHF", "马币": "MYR", "林吉特": "MYR",
}  # fmt: skip
_SIGNS = (
    r"us\$|hk\$|nt\$|a\$|c\$|s\$|mop\$|[¥$€£]|(?:人民币|港币|港元|美元|美金|欧元|日元"
    r"|英镑)(?=[\d零一二三四五六七八九十壹贰叁肆伍陆柒捌玖两])|(?<![a-z])(?:rmb|cny|usd|hkd|eur|gbp|jpy|aud|cad|sgd"
    r"|twd)(?=\s?\d)"
)
_UNITS = (
    r"块钱|[元块圆](?!旦|宝|素|钟|头|件|老)|人民币|大洋|软妹币|美元|美金|美刀|刀(?![片具刃])|港币|港元|港纸"
    r"|蚊(?!子)|欧元|英镑|日元|日币|澳元|澳币|加元|加币|新加坡元|新币|新台币|台币|韩元|韩币|泰铢|卢布|澳门元|葡币"
    r"|瑞士法郎|瑞郎|马币|林吉特|(?:rmb|cny|usd|hkd|eur|gbp|jpy|aud|cad|sgd|twd)(?![a-z])"
)
_AMOUNT = re.compile(
    rf"(?=[\d{HAN_NUMBER}¥$€£a-z人港美欧日英])(?P<sign>(?:{_SIGNS})\s?)?(?<![\d.])(?<!\d,)(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,4}})?|\d{{1,15}}(?:\.\d{{1,4}})?)\s?"
    rf"(?P<scale>[百千]?[万亿]|千|百|[wk](?![a-z]))?(?P<rest>\d(?!\d)|[一二三四五六七八九])?(?P<tail>[千百])?"
    rf"|(?P<han>[{HAN_NUMBER}]{{1,20}}))(?P<more>\s?[多余来几](?:[万千百](?![分]))?)?\s?(?:(?P<unit>{_UNITS})|(?P<coin>[角毛分]钱|[角毛](?![病利衣巾孩糙])))?"
)
FIGURES = f"{DECIMALS}{HAN_NUMBER}"  # no sum without a figure
OPENINGS = {*FIGURES, *"¥$€£abcdefghijklmnopqrstuvwxyz", "人民", "港币", "港元", "美元", "美金", "欧元", "英镑", "日元"}
_HINT = re.compile(rf"[\d{HAN_NUMBER}]")
_SCALES = {"百": 100, "千": 1000, "k": 1000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
_SCALES |= {"百万": 1_000_000, "千万": 10_000_000, "百亿": 10_000_000_000, "千亿": 100_000_000_000}
_COUNT = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
# After 块 or 元 the smaller coins: 27块6毛, 五块三, 一千二百三十四元五角六分.
_CHANGE = re.compile(
    rf"零?(?:(?P<jiao>[\d{_COUNT}]?\d?)[角毛](?P<fen>[\d{_COUNT}](?:分)?)?钱?|(?P<fen_only>[\d{_COUNT}])分钱?|(?P<bare>[\d一二两三四五六七八九](?![\d{HAN_NUMBER}个天次年月日号张笔多点.,岁%倍折])))"
)
_REST = re.compile(rf"[\d{_COUNT[2:]}](?![\d{HAN_NUMBER}个天次年月日号张笔点.岁%倍折])分?")  # 1毛5
_ABOUT = re.compile(r"(?:大概|大约|约|差不多|将近|接近|近|至少|超过|不到|起码|少说|足足有?|也就)(?:有|是|了|要|的)?$")
_OR_SO = re.compile(r"左右|上下|出头|不到|以上|多")
# A bare number is a sum after a word of paying: 扣了六百八, 余额只剩12, 取2000.
_PAID = re.compile(
    r"(?:扣|收|收费|收取|退|退还|返还|还|赔|赔偿|补偿|补|亏|亏损|少|存|存款|取|取现|取款|转|转账|汇|交|缴|付|支付|欠|刷|吞|剩|出|花|要|给|余额|限额|学费|金额|收入|还贷|每期|每月|月供|首付|共|总共|一共|合计|共计|一笔|每笔|单笔|刷成|打|垫|贷|借|罚|充|充值|赚|卖|价值|工资|押金|贴|损失|投|投入|买|套|骗|盗刷|消费|输入|进账|到账|入账|年费|利息|手续费|违约金|保费)"
    r"(?:了|我|他|她|走|掉|给|进|进去|出来|的|是|有|只|只有|只剩|剩|才|去|下|到|为|着|:|也|还|回|就|高达|整整|足足"
    r"|款|费|金额|现金|本金| ){0,4}$"
)
_NO_SUM = frozenset(
    "个次天年月日号岁期分小时张人遍趟家名点%/:-秒周星层楼级款种条台位户条倍折页件页米里斤多份台字公本季米度档步~件章项行根滴块毛段课批届路折遍瓶袋盒箱双套辆部只头"
)
_SERVICE = re.compile(r"1[01]\d{1,4}|12\d{3}|9[56]\d{3,4}|400\d{3,7}")
_HAN_SUM = re.compile(r"[一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟零〇]*[万亿].*")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of ``value`` in ``currency``, written at ``start``–``end`` of the folded text."""

    start: int
    end: int
    value: Decimal
    currency: str = "CNY"
    approximate: bool = False
    role: str = ""


def _number(match: re.Match[str]) -> Decimal | None:
    if match["han"]:
        number = _parse_range(match["han"])
        return None if number is None else Decimal(number)
    scale = _SCALES.get(match["scale"] or "", 1)
    value = Decimal(match["digits"].replace(",", "")) * scale
    if match["rest"]:
        if scale == 1:
            return None
        rest = (
            int(match["rest"]) if match["rest"].isdecimal() and match["rest"].isascii() else HAN_DIGITS[match["rest"]]
        )
        value += rest * Decimal(_SCALES.get(match["tail"] or "", scale // 10))
    return value


_RANGE = re.compile(
    r"^([一二两三四五六七八])([二三四五六七八九])(?=[十百千万])|(?<=[十百千万])([一二两三四五六七八])([二三四五六七八九])$"
)


def _parse_range(han: str) -> int | None:
    """三百五十; of 六七万 and 三四百 the lower end."""
    pair = _RANGE.search(han)
    if pair and pair[1] and HAN_DIGITS[pair[2]] - HAN_DIGITS[pair[1]] in (1, 2):
        return parse_han_number(han[0] + han[2:])
    return parse_han_number(han)


def _is_range(han: str | None) -> bool:
    return bool(han) and han is not None and (pair := _RANGE.match(han)) is not None and pair[1] is not None


def _says_money(text: str, match: re.Match[str]) -> bool:
    if match["unit"] or match["sign"] or match["coin"]:
        return True
    if match["han"]:  # 一万二 is a sum, 万一 and 千万 are words
        if (
            _HAN_SUM.fullmatch(match["han"])
            and match["han"] not in ("千万", "万", "亿", "万万", "百万")
            and match["han"][0] not in "万亿"
        ):
            return (
                _follows_sum(text, match.end())
                or _PAID.search(text, max(0, match.start() - 12), match.start()) is not None
            )
    elif match["scale"] in {"万", "w", "百万", "千万", "亿", "k"} and not match["more"]:
        return _follows_sum(text, match.end())
    return _is_bare_sum(text, match)


def _follows_sum(text: str, end: int) -> bool:
    return text[end : end + 1] not in _NO_SUM


def _is_bare_sum(text: str, match: re.Match[str]) -> bool:
    """A number without a unit, told to be money by the word before it alone."""
    written = (match["digits"] or match["han"] or "").replace(",", "")
    if match["digits"]:
        if len(written) > 9 or (len(written.split(".")[0]) < 2 and "." not in written) or _SERVICE.fullmatch(written):
            return False
    elif len(written) < 2 or not re.search("[十百千万]", written):
        return False
    if not _follows_sum(text, match.end()):
        return False
    return _PAID.search(text, max(0, match.start() - 12), match.start()) is not None


def _change(text: str, end: int, unit: str) -> tuple[Decimal, int]:
    """The coins after 块 or 元 and where they end."""
    if unit in ("毛", "角"):
        rest = _REST.match(text, end)
        return (Decimal(_coin(rest[0])) / 100, rest.end()) if rest else (Decimal(0), end)
    if unit not in ("块", "元", "圆"):
        return Decimal(0), end
    match = _CHANGE.match(text, end)
    if match is None:
        return Decimal(0), end
    if match["bare"] and unit != "块":
        return Decimal(0), end
    cents = 10 * _coin(match["jiao"] or match["bare"]) + _coin(match["fen"]) + _coin(match["fen_only"])
    return Decimal(cents) / 100, match.end()


def _coin(written: str | None) -> int:
    if not written:
        return 0
    digits = written.rstrip("分")
    return int(digits) if digits.isascii() and digits.isdecimal() else HAN_DIGITS.get(digits, 0)


_COINS = {"角": Decimal("0.1"), "毛": Decimal("0.1"), "分": Decimal("0.01")}


def find_amounts(text: str, places: Iterable[int] | None = None) -> Iterator[Amount]:
    """Every sum in folded ``text``, in order. A bare number is none unless a word of paying stands before it.

    ``places``: where one of ``OPENINGS`` may stand, in order, where that is known.
    """
    done = 0
    if _HINT.search(text) is None:
        return
    for match in _AMOUNT.finditer(text) if places is None else matches_at(_AMOUNT, text, places):
        if match.start() < done or not _says_money(text, match):
            continue
        value = _number(match)
        if value is None or value <= 0:
            continue
        coin = match["coin"]
        if coin:
            value *= _COINS[coin[0]]
        more, done = _change(text, match.end(), coin or match["unit"] or "")
        value += more
        yield Amount(
            match.start(),
            done,
            _rounded(value),
            _currency(match),
            _is_about(text, match, done),
            _role(text, match.start(), done),
        )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01")) if value % 1 else value.quantize(Decimal(1))


def _currency(match: re.Match[str]) -> str:
    written = (match["unit"] or match["sign"] or "").strip()
    if written in ("元", "块", "块钱") and match["sign"]:
        written = match["sign"].strip()
    return _CURRENCIES.get(written, "CNY")


def _is_about(text: str, match: re.Match[str], end: int) -> bool:
    if match["more"] or _is_range(match["han"]):
        return True
    return bool(_ABOUT.search(text, max(0, match.start() - 6), match.start()) or _OR_SO.match(text, end))


_ROLE = re.compile(
    r"(?P<要求>要求|退还|退回|返还|归还|还我|还给我|退我|退给我|退|赔偿|补偿|赔我|赔|补给我|补偿我|索赔|要回|追回|拿回|给我减|减免|免掉|免除)"
    r"|(?P<扣收>扣|收取|收了|收我|多收|乱收|年费|手续费|管理费|服务费|短信费|违约金|滞纳金|罚息|工本费|每年收|每月收)"
    r"|(?P<损失>亏|少了|少给|短了|盗刷|刷走|转走|被骗|骗了|骗走|损失|丢了|不见|吞了|没了|蒸发|缩水|被盗|套走)"
    r"|(?P<余额>余额|账上|账户上|账户里|卡里|卡上|只剩|还剩|剩余|剩下|存折上|折子上)"
)
_LOST_AFTER = re.compile(r"[^。!?;,\n]{0,4}(?:没了|不见|不翼而飞|被盗|被骗|被转走|打了水漂|不翼|找不到)")
_CLAUSE = re.compile(r"[。!?;,\n]")
_STOP = re.compile(r"[。!?;\n]")
_ROLE_REACH = 18


def _role(text: str, start: int, end: int) -> str:
    """What the sum is, by the nearest telling word before it; a fee that is asked back (退还年费三百) is asked for."""
    found = list(_ROLE.finditer(text, max(0, start - _ROLE_REACH), start))
    near = [match for match in found if not _CLAUSE.search(text, match.end(), start)]
    if near:
        return "要求" if near[-1][0].endswith("费") and near[0].lastgroup == "要求" else near[-1].lastgroup or ""
    if found and found[-1].lastgroup == "损失" and not _STOP.search(text, found[-1].end(), start):
        return "损失"
    return "损失" if _LOST_AFTER.match(text, end) else ""
