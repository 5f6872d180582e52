"""The three facets of JR/T 0169-2018 (channel, business, reason) and their numeric codes.

The words of business and reason are those of the bank pack's lists; the way a complaint came in is put to the
standard's channels by a mapping stated here, with what it cannot tell under 其他. The numeric codes are not known to
this product: an administrator takes them in from a file (``take_in_codes``), and until then no code is shown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.errors import TingsuError
from tingsu.insight.reach import require_managing
from tingsu.insight.reports.tables import FacetCode
from tingsu.org.access_log import note_access
from tingsu.org.models import User

FACETS = {"channel": gettext_lazy("渠道"), "business": gettext_lazy("业务"), "reason": gettext_lazy("原因")}
CHANNELS = (
    "营业现场", "自助机具", "网银", "电话", "移动客户端", "网络公众平台", "短信", "其他电子渠道", "第三方", "其他前台",
    "中后台",
)  # fmt: skip
BUSINESS = (
    "借记卡", "信用卡", "贷款", "支付结算", "债务催收", "外汇", "人民币储蓄", "银行代理", "其他中间业务",
    "个人金融信息", "贵金属", "人民币管理", "自营理财", "国库", "其他",
)  # fmt: skip
REASONS = (
    "服务态度及质量", "设施设备系统", "制度规则流程", "营销方式", "信息披露", "自主选择权", "定价收费", "产品收益",
    "合同条款", "资金安全", "信息安全", "债务催收", "其他",
)  # fmt: skip
WORDS = {"channel": CHANNELS, "business": BUSINESS, "reason": REASONS}
COLUMNS = {"business": "business", "reason": "cause"}  # facet → column of the facts that bears its words
# The way a complaint came in → the standard's channel; what is not here counts as 其他前台.
CHANNEL_OF = {
    "counter": "营业现场", "lobby": "营业现场", "phone": "电话", "hotline": "电话", "web": "网银",
    "chat": "其他电子渠道", "email": "其他电子渠道", "mobile": "移动客户端",
    "app_store": "移动客户端", "social": "网络公众平台",
}  # fmt: skip
ELSE = "其他前台"
MOST_DIGITS = 8


class CodesRefused(TingsuError):
    """The file of codes cannot be taken; ``wrong`` says why, a sentence each."""

    code = "codes_refused"

    def __init__(self, wrong: list[str]) -> None:
        self.wrong = wrong
        more = _("……共 %d 处。") % len(wrong) if len(wrong) > 5 else ""
        super().__init__(_("代码表没有写入。") + "".join(wrong[:5]) + more)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One line of the file: which facet, the standard's number, the word it stands for."""

    facet: str
    code: str
    name: str


def facet_column(facts: Any, facet: str) -> Any:
    """The standard's word for each complaint, as an Ibis column; what it has no word for is 其他."""
    if facet == "channel":
        ways = {word: [way for way, put in CHANNEL_OF.items() if put == word] for word in set(CHANNEL_OF.values())}
        return ibis.cases(*[(facts.channel.isin(some), word) for word, some in sorted(ways.items())], else_=ELSE)
    column = facts[COLUMNS[facet]]
    return ibis.cases((column.isin(list(WORDS[facet])), column), else_="其他")


def read_codes(path: Path) -> list[CodeRow]:
    """The rows of a UTF-8 CSV with the columns 分面 (渠道, 业务, 原因), 代码, 名称. Raises CodesRefused."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CodesRefused([_("读不了这份文件，请存成 UTF-8 编码的 CSV。")]) from None
    reader = csv.DictReader(lines)
    if not {"分面", "代码", "名称"} <= {(name or "").strip() for name in reader.fieldnames or []}:
        raise CodesRefused([_("第一行要有“分面”“代码”“名称”三列。")])
    known = {"渠道": "channel", "业务": "business", "原因": "reason"} | {name: name for name in FACETS}
    rows = [{(name or "").strip(): (word or "").strip() for name, word in row.items() if name} for row in reader]
    return [CodeRow(known.get(row["分面"], row["分面"]), row["代码"], row["名称"]) for row in rows if any(row.values())]


def take_in_codes(rows: Iterable[CodeRow], *, by: User, at: datetime) -> int:
    """Put a table of codes in place of the one before, all or none; returns how many. Leaves a line in the access log.

    Checked: every code is digits, stands once in its facet and for one word; every word is one of the standard's;
    no word is left without a code; 其他 ends in 9. Raises NotAllowed (manage_insight), CodesRefused.
    """
    require_managing(by, "")  # the codes stand in everybody's reports
    given = list(rows)
    if wrong := list(_mistakes(given)):
        raise CodesRefused(wrong)
    with transaction.atomic():
        FacetCode.objects.all().delete()
        FacetCode.objects.bulk_create(FacetCode(facet=r.facet, code=r.code, name=r.name, by=by, at=at) for r in given)
        note_access("facet_codes", {"codes": len(given)}, by=by, at=at)
    return len(given)


def codes_in_force() -> dict[tuple[str, str], str]:
    """(facet, word) → code; empty where none were taken in."""
    return {(facet, name): code for facet, name, code in FacetCode.objects.values_list("facet", "name", "code")}


def _mistakes(rows: list[CodeRow]) -> Iterable[str]:
    codes: set[tuple[str, str]] = set()
    names: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, start=2):
        for why in _row_mistakes(row, codes, names):
            yield _("第 %(row)d 行：%(why)s") % {"row": number, "why": why}
        codes.add((row.facet, row.code))
        names.add((row.facet, row.name))
    for facet, words in WORDS.items():
        if lacking := [word for word in words if (facet, word) not in names]:
            yield _("%(facet)s缺少：%(words)s。") % {"facet": FACETS[facet], "words": "、".join(lacking)}


def _row_mistakes(row: CodeRow, codes: set[tuple[str, str]], names: set[tuple[str, str]]) -> Iterable[str]:
    if row.facet not in FACETS:
        yield _("分面只能是渠道、业务、原因。")
        return
    if not (row.code.isascii() and row.code.isdecimal() and len(row.code) <= MOST_DIGITS):
        yield _("代码「%s」要写成数字。") % row.code[:20]
    if row.name not in WORDS[row.facet]:
        yield _("标准里没有「%s」。") % row.name[:20]
    if (row.facet, row.code) in codes or (row.facet, row.name) in names:
        yield _("代码或名称重复。")
    if row.name in ("其他", "其他电子渠道", ELSE) and not row.code.endswith("9"):
        yield _("「%s」的代码应以 9 结尾（大类 99，中小类 9）。") % row.name
