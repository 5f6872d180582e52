"""Which column is the complaint, the date, the branch …: guessed from names and contents, always overridable."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from tingsu.intake.cells import clean_text, parse_moment
from tingsu.intake.rows import MissingColumn, Row
from tingsu.reading.folding import fold

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ANY = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Role:
    """What a column may be for. ``exact`` and ``parts`` are header names, best first; ``never`` rules a header out."""

    key: str
    flag: str
    exact: tuple[str, ...]
    parts: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ANSWER = _words("答复 回复 处理 办理 结果 反馈 回访 answer reply response result")

ROLES = (
    Role(
        "text",
        "--text",
        _words(
            "投诉内容 投诉详情 投诉正文 留言详情 留言内容 诉求内容 反映内容 反映问题 投诉描述 问题描述 事项描述"
            " 工单内容 来电内容 客户诉求 投诉事由 投诉事项 评论内容 评价内容 意见内容 内容 详情 正文 描述 评论"
            " 文本 原文 留言 诉求 意见"
            " complaint complaint_text consumer_complaint_narrative narrative text content comment review message"
            " description desc body details"
        ),
        _words("内容 详情 描述 正文 narrative text content comment complaint description"),
        _words("编号 时间 日期 数 率 分类 类型 id date time count type"),
    ),
    Role(
        "title",
        "--title",
        _words("标题 主题 留言主题 投诉标题 工单标题 事件标题 摘要 title subject headline"),
        _words("标题 主题 title subject"),
    ),
    Role(
        "date",
        "--date",
        _words(
            "投诉时间 投诉日期 受理时间 受理日期 登记时间 登记日期 留言时间 来电时间 接收时间 收到时间 创建时间"
            " 发生时间 发布时间 评论时间 提交时间 时间 日期 received date_received received_at created created_at date"
            " datetime time timestamp"
        ),
        _words("时间 日期 date time"),
        (*_ANSWER, "结案", "办结", "截止", "到期", "出生", "closed", "due"),
    ),
    Role(
        "channel",
        "--channel",
        _words("渠道 投诉渠道 受理渠道 来源渠道 投诉来源 信息来源 来源 channel source submitted_via via"),
        _words("渠道 来源 channel source"),
    ),
    Role(
        "unit",
        "--unit",
        _words(
            "网点 网点名称 机构 机构名称 支行 分行 被投诉机构 被投诉网点 被投诉单位 投诉机构 责任机构 责任单位 责任部门"
            " 涉及机构 所属机构 投诉对象 部门 单位 branch outlet unit department org organisation organization company"
        ),
        _words("网点 机构 支行 分行 部门 单位 branch outlet unit department"),
        _words("编号 编码 代码 号 电话 时间 code id"),
    ),
    Role(
        "customer",
        "--customer",
        _words(
            "客户代号 客户号 客户编号 客户id 用户id 用户编号 投诉人 客户 用户 留言用户 客户姓名"
            " 客户名称 投诉人姓名 用户名 姓名"
            " 昵称 投诉人电话 来电号码 联系电话 手机号 手机号码 customer customer_id user user_id username client phone"
        ),
        _words("客户 用户 投诉人 来电人 customer user"),
        _words("诉求 类型 等级 级别 意见 满意 经理 评价 反映 type level"),
    ),
    Role(
        "id",
        "--id",
        _words(
            "编号 工单号 工单编号 投诉编号 留言编号 流水号 案件编号 序号 受理编号"
            " id case_id case_no complaint_id ticket number no"
        ),
        _words("编号 工单号 流水号"),
        _words("客户 用户 机构 网点 customer user"),
    ),
)
BY_KEY = {role.key: role for role in ROLES}


def normalise_name(name: object) -> str:
    """A header as it is compared: simplified, half-width, lower case, no blanks, brackets and their content gone."""
    text = fold(clean_text(name)).text
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    return re.sub(r"[\s:*#]+", "_" if re.search(r"[a-z]", text) else "", text.strip().strip(":*#"))


def name_score(role: Role, name: object) -> float:
    """How well a header names the role: 0 not at all, above 1 for an exact name, the preferred ones higher."""
    plain = normalise_name(name)
    if not plain:
        return 0.0
    if plain in role.exact:
        return 2.0 - role.exact.index(plain) / 100
    if any(word in plain for word in role.never):
        return 0.0
    hits = [1.0 - place / 20 for place, word in enumerate(role.parts) if word in plain]
    return max(hits, default=0.0)


def is_known_name(name: object) -> bool:
    """Whether a cell reads like the header of one of the roles."""
    return any(name_score(role, name) > 0 for role in ROLES)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a column's sample holds: shares 0–1 of the filled cells, mean number of Chinese characters and of any.

    ``starred`` is the share already masked with asterisks.
    """

    filled: float
    chinese: float
    letters: float
    distinct: float
    dates: float
    digits: float
    starred: float = 0.0


def describe_column(cells: Sequence[object]) -> Contents:
    """Contents of a sample of one column."""
    texts = [text for cell in cells if (text := clean_text(cell))]
    if not texts:
        return Contents(0, 0, 0, 0, 0, 0)
    kept = [cell for cell in cells if clean_text(cell)]
    return Contents(
        filled=len(texts) / len(cells),
        chinese=fmean(len(_HAN.findall(text)) for text in texts),
        letters=fmean(len(_ANY.findall(text)) for text in texts),
        distinct=len(set(texts)) / len(texts),
        dates=fmean(parse_moment(cell) is not None for cell in kept),
        digits=fmean(bool(re.fullmatch(r"[\d.,+-]+", text)) for text in texts),
        starred=fmean("*" in text for text in texts),
    )


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Role key → column index; ``given`` are the roles a person named rather than the machine."""

    columns: Mapping[str, int]
    given: frozenset[str] = frozenset()

    def cell(self, row: Row, role: str) -> object:
        """The row's cell for a role; None where the file has no such column or the row is short."""
        index = self.columns.get(role)
        return row.cells[index] if index is not None and index < len(row.cells) else None


def guess_columns(
    path: Path,
    names: Sequence[str],
    sample: Sequence[Row],
    *,
    named: Mapping[str, str | None] | None = None,
) -> ColumnPlan:
    """The plan for a table: columns a person named first, the rest guessed from header and sample.

    Raises MissingColumn where a named column is not there or no column can hold the complaint.
    """
    chosen = _named_columns(path, names, named or {})
    given = frozenset(chosen)
    facts = [
        describe_column([row.cells[i] if i < len(row.cells) else None for row in sample]) for i in range(len(names))
    ]
    for key in ("date", "text", "title", "id", "customer", "channel", "unit"):
        if key not in chosen:
            free = [index for index in range(len(names)) if index not in chosen.values()]
            best = max(
                free,
                key=lambda index: _fit(key, names[index], facts[index]),
                default=None,
            )
            if best is not None and _fit(key, names[best], facts[best]) > 0:
                chosen[key] = best
    if "text" not in chosen:
        raise MissingColumn(path, "--text", names)
    return ColumnPlan(chosen, given)


def _named_columns(path: Path, names: Sequence[str], named: Mapping[str, str | None]) -> dict[str, int]:
    chosen = {}
    for key, name in named.items():
        if name:
            chosen[key] = find_column(path, names, name, BY_KEY[key].flag)
    return chosen


def find_column(path: Path, names: Sequence[str], wanted: str, flag: str) -> int:
    """The place of the column called ``wanted``, or whose number it is. Raises MissingColumn naming those there."""
    if wanted in names:
        return list(names).index(wanted)
    plain = [normalise_name(name) for name in names]
    if normalise_name(wanted) in plain:
        return plain.index(normalise_name(wanted))
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise MissingColumn(path, flag, names, wanted)


def _fit(key: str, name: str, facts: Contents) -> float:
    """How well a column suits a role; 0 rules it out."""
    by_name = name_score(BY_KEY[key], name)
    if facts.filled == 0:
        return 0.0
    if key == "date":
        return (by_name + facts.dates if by_name or facts.dates > 0.9 else 0.0) if facts.dates >= 0.6 else 0.0
    if key == "text":
        return _text_fit(by_name, name, facts)
    if key == "title":
        return by_name if facts.letters >= 2 and facts.dates < 0.5 else 0.0
    if key in ("channel", "unit"):
        return by_name if facts.distinct < 0.9 or facts.filled * facts.letters < 20 else 0.0
    if key == "customer":
        return by_name if facts.starred < 0.5 else 0.0  # 张** is many people; counting by it would merge them
    return by_name


def _text_fit(by_name: float, name: str, facts: Contents) -> float:
    """Named columns win if they hold words at all; otherwise the one with most Chinese, if it is sentences."""
    if facts.dates > 0.5 or facts.digits > 0.5:
        return 0.0
    if by_name and facts.letters >= 2:
        return 10 * by_name + min(facts.chinese, 100) / 100
    others = (role for role in ROLES if role.key not in ("text", "title"))
    taken = any(name_score(role, name) > 0 for role in others) or any(word in normalise_name(name) for word in _ANSWER)
    return min(facts.chinese, 400) / 400 if facts.chinese >= 6 and not taken else 0.0
