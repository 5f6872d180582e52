"""One row of a table as a complaint to record: who complains, of which unit, through which channel, under which id."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from tingsu.cases.recording import CustomerDraft, Draft
from tingsu.intake.cells import clean_text
from tingsu.intake.columns import BY_KEY, ColumnPlan, normalise_name
from tingsu.intake.rows import MissingColumn, Reject, Row
from tingsu.intake.tables import Message, Table, to_message
from tingsu.org.models import Unit
from tingsu.org.pack import choices_in_force
from tingsu.reading import mask

LONGEST_SUBJECT = 120
ANY_CHANNEL = "outside"  # 其他外来投诉: true of whatever came in a file, whatever its channel is called there


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Headers taken for a detail of the complaint, compared as ``normalise_name`` leaves them.
DETAILS: dict[str, tuple[str, ...]] = {
    "name": _words("客户姓名 投诉人姓名 姓名 投诉人 客户名称 客户 name customer_name"),
    "phone": _words(
        "联系电话 电话 手机 手机号 手机号码 投诉人电话 客户电话 来电号码 联系方式 phone mobile tel telephone"
    ),
    "id_no": _words("证件号 证件号码 身份证 身份证号 身份证号码 id_no id_card id_number"),
    "account_no": _words("账号 帐号 卡号 银行卡号 账户 客户号 客户编号 account account_no card_no"),
    "email": _words("电子邮箱 电子邮件 邮箱 email e-mail mail"),
    "address": _words("地址 联系地址 通讯地址 address"),
    "occupation": _words("职业 occupation"),
    "accused_person": _words("被投诉人 被投诉员工 被投诉人员 涉诉人员 accused_person"),
    "key_point": _words("关键点 投诉要点 key_point"),
}
# A plain running number names a row of one file, not a complaint for all time.
RUNNING_NUMBERS = _words("序号 行号 no number #")

# What other systems call the channels, beside the pack's own ids and names.
CHANNEL_WORDS: dict[str, tuple[str, ...]] = {
    "counter": ("柜面", "柜台投诉", "网点", "营业网点", "现场"),
    "lobby": ("厅堂", "营业厅"),
    "phone": ("来电", "电话投诉", "tel"),
    "hotline": ("客服", "客服热线", "客服中心", "呼叫中心", "热线", "call center"),
    "email": ("邮件", "邮箱"),
    "letter": ("信函", "信件", "书信"),
    "web": ("网站", "官网", "门户网站", "网上银行"),
    "chat": ("在线", "智能客服", "微信客服"),
    "mobile": ("app", "手机app", "掌上银行"),
    "app_store": ("应用市场", "app store"),
    "social": ("微博", "微信", "抖音", "论坛", "媒体", "黑猫投诉", "第三方平台"),
    "head_office": ("总行", "总行转办", "总行下派"),
    "regulator": (
        "监管",
        "12378",
        "银保监",
        "银保监会",
        "金融监管总局",
        "人民银行",
        "人行",
        "12363",
        "12315",
        "12345",
        "信访",
    ),
}
_PHONE = re.compile(r"\+?[\d][\d\- ]{6,18}")
_ID = re.compile(r"\d{15}|\d{17}[\dXx]")


@dataclass(slots=True)
class Noted:
    """What was met on the way that a person should look at; each word with how often."""

    channels: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    masked: int = 0


def find_details(table: Table, plan: ColumnPlan, named: Mapping[str, str | None]) -> dict[str, int]:
    """Detail → column index: the columns a person named, the rest by header. Raises MissingColumn."""
    plain = [normalise_name(name) for name in table.columns]
    taken = {plan.columns[role] for role in ("text", "date", "id") if role in plan.columns}
    found: dict[str, int] = {}
    for detail, headers in DETAILS.items():
        if wanted := named.get(detail):
            found[detail] = _find_column(table, detail, wanted)
            continue
        fitting = [i for header in headers for i, name in enumerate(plain) if name == header and i not in taken]
        if fitting:
            found[detail] = fitting[0]
    return found


def settle_columns(table: Table, plan: ColumnPlan) -> ColumnPlan:
    """The guessed plan as recording needs it; what a person named stays.

    A column that only counts rows is no id. A column named like the day of receipt is that day even where most of it
    cannot be read: those rows are refused, not dated today.
    """
    columns = dict(plan.columns)
    names = [normalise_name(name) for name in table.columns]
    if "id" in columns and "id" not in plan.given and names[columns["id"]] in RUNNING_NUMBERS:
        del columns["id"]
    dated = [place for word in BY_KEY["date"].exact for place, name in enumerate(names) if name == word]
    if "date" not in columns and dated and dated[0] not in columns.values():
        columns["date"] = dated[0]
    return replace(plan, columns=columns)


class Drafter:
    """Turns rows into drafts; knows the units and channels, and counts the same content seen again."""

    def __init__(
        self, plan: ColumnPlan, details: Mapping[str, int], *, source: str, channel: str, keep_unknown_units: bool
    ) -> None:
        self.plan = plan
        self.details = details
        self.source = source
        self.channel = channel
        self.keep_unknown_units = keep_unknown_units
        self.noted = Noted()
        self._units = _units_by_word()
        self._channels = _channels_by_word()
        self._seen: Counter[str] = Counter()

    def draft(self, row: Row) -> Draft | Reject:
        """The complaint a row holds, or why it cannot be one."""
        message = to_message(row, self.plan)
        if isinstance(message, Reject):
            return message
        if "date" in self.plan.columns and message.at is None:
            return Reject(row.number, self._why_no_date(row), message.text)
        unit = self._unit(message.unit)
        if message.unit and unit is None and not self.keep_unknown_units:
            text = _("没有代码或名称为“{unit}”的机构")
            return Reject(row.number, text.format(unit=message.unit[:40]), message.text)
        made = self._make(row, message, unit)
        return replace(made, external_id=message.external_id or self._content_id(row, message))

    def _make(self, row: Row, message: Message, unit: Unit | None) -> Draft:
        title = clean_text(self.plan.cell(row, "title"))
        body = clean_text(self.plan.cell(row, "text"))
        short = len(title) <= LONGEST_SUBJECT
        return Draft(
            text=(body or title) if short else message.text,
            subject=mask(title) if short else "",
            channel=self._channel(message.channel),
            customer=self._customer(row, message.customer),
            key_point=self._detail(row, "key_point"),
            received_at=message.at,
            accused_unit=unit,
            accused_person=self._detail(row, "accused_person"),
            source=self.source,
        )

    def _why_no_date(self, row: Row) -> str:
        given = clean_text(self.plan.cell(row, "date"))
        if not given:
            return _("没有写收到日期，时限无从算起")
        return _("看不懂日期“{date}”，请写成 2026-01-31 10:05 的样子").format(date=given[:30])

    def _unit(self, word: str) -> Unit | None:
        unit = self._units.get(_plain(word))
        if word and unit is None:
            self.noted.units[word[:60]] += 1
        return unit

    def _channel(self, word: str) -> str:
        if not word:
            return self.channel
        found = self._channels.get(_plain(word))
        if found is None:
            self.noted.channels[word[:60]] += 1
        return found or self.channel

    def _customer(self, row: Row, named: str) -> CustomerDraft:
        given = {name: self._detail(row, name) for name in CustomerDraft.__dataclass_fields__}
        if named and named not in given.values() and not given[_sort_of(named)]:
            given[_sort_of(named)] = named
        # A masked number points at nobody, and two people may share what is left of theirs.
        hidden = [name for name in ("phone", "id_no", "account_no", "email") if "*" in given[name]]
        self.noted.masked += bool(hidden)
        return CustomerDraft(**{name: "" if name in hidden else value for name, value in given.items()})

    def _detail(self, row: Row, name: str) -> str:
        index = self.details.get(name)
        return clean_text(row.cells[index]) if index is not None and index < len(row.cells) else ""

    def _content_id(self, row: Row, message: Message) -> str:
        """An id from the words of the row; the n-th row that says the same is another complaint, with another id.

        Only what stands in the file counts, so that importing again with other options finds the same complaints.
        """
        said = [message.text, message.channel, message.unit, message.customer, _moment(message.at)]
        said += [f"{name}={value}" for name in DETAILS if (value := self._detail(row, name))]
        digest = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:40]
        self._seen[digest] += 1
        return f"row-{digest}-{self._seen[digest]}"


def _find_column(table: Table, detail: str, wanted: str) -> int:
    plain = [normalise_name(name) for name in table.columns]
    if wanted in table.columns:
        return table.columns.index(wanted)
    if normalise_name(wanted) in plain:
        return plain.index(normalise_name(wanted))
    raise MissingColumn(table.path, f"--{detail.replace('_', '-')}", table.columns, wanted)


def _units_by_word() -> dict[str, Unit]:
    """Active units by code, and by those names that only one of them has."""
    units: Sequence[Unit] = list(Unit.objects.filter(active=True))
    names = Counter(_plain(unit.name) for unit in units)
    return {_plain(unit.name): unit for unit in units if names[_plain(unit.name)] == 1} | {
        _plain(unit.code): unit for unit in units
    }


def _channels_by_word() -> dict[str, str]:
    choices = choices_in_force("channel")
    known = {choice.id for choice in choices}
    words = {_plain(word): channel for channel, more in CHANNEL_WORDS.items() if channel in known for word in more}
    for choice in choices:
        names = (choice.id, choice.name.zh, choice.name.en) if choice.name else (choice.id,)
        words |= {_plain(name): choice.id for name in names if name}
    return words


def _sort_of(value: str) -> str:
    """What a cell of a column that just says "customer" holds, by its looks."""
    if _ID.fullmatch(value):
        return "id_no"
    digits = re.sub(r"\D", "", value)
    if _PHONE.fullmatch(value) and 7 <= len(digits) <= 13:
        return "phone"
    return "account_no" if value.isdecimal() else "name"


def _plain(word: str) -> str:
    return "".join(word.split()).casefold()


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""
