"""Cases as rows to take out of the house: masked, in reach of the person who asks, with a trace of who took what."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tingsu.base.clock import local, now
from tingsu.base.files import whole_file
from tingsu.cases.access import visible_cases
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.exportfiles import WRITERS, Column, write_xlsx
from tingsu.cases.models import Case, Customer
from tingsu.cases.personal import mask_name, masked_customer
from tingsu.cases.queue import URGENT, Filters, narrow
from tingsu.cases.search import search
from tingsu.cases.tables import Appeal
from tingsu.cases.veil import Veil
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.pack import choices_in_force, stages_in_force
from tingsu.org.permissions import require
from tingsu.reading import mask

STEP = 1000  # cases in memory at once

# In the order of the file. ``kind``: text, moment, whole, money, yes_no. ``taxonomy`` gives the wording of the value.
COLUMNS = (
    Column("number", "编号"),
    Column("received_at", "收到时间", "moment"),
    Column("channel", "渠道", taxonomy="channel"),
    Column("stage", "环节"),
    Column("subject", "标题"),
    Column("text", "投诉内容（已遮盖）"),
    Column("key_point", "关键点"),
    Column("customer_code", "客户代号"),
    Column("customer_name", "客户姓名（已遮盖）"),
    Column("customer_phone", "联系电话（已遮盖）"),
    Column("customer_id_no", "证件号（已遮盖）"),
    Column("customer_account_no", "账号（已遮盖）"),
    Column("customer_email", "电子邮箱（已遮盖）"),
    Column("customer_address", "地址（已遮盖）"),
    Column("customer_occupation", "职业"),
    Column("accused_unit", "被投诉机构"),
    Column("accused_person", "被投诉人（已遮盖）"),
    Column("business", "业务类别", taxonomy="business"),
    Column("cause", "投诉原因", taxonomy="cause"),
    Column("emotion", "情绪强度", "whole"),
    Column("need", "心理需求"),
    Column("demands", "诉求"),
    Column("risks", "升级风险"),
    Column("corrected", "研判经人更正", "yes_no"),
    Column("verdict", "认定", taxonomy="verdict"),
    Column("complexity", "难易", taxonomy="complexity"),
    Column("lead_unit", "主办部门"),
    Column("owner", "处理人"),
    Column("findings", "调查结论（已遮盖）"),
    Column("root_cause", "根本原因", taxonomy="root_cause"),
    Column("responsibility", "责任认定", taxonomy="responsibility"),
    Column("right", "侵害的权益", taxonomy="right"),
    Column("fault_code", "差错类型", taxonomy="fault_code"),
    Column("paid", "实付金额（元）", "money"),
    Column("answer", "答复内容（已遮盖）"),
    Column("answered_at", "答复时间", "moment"),
    Column("answered_late", "答复逾期", "yes_no"),
    Column("first_response_at", "首次响应时间", "moment"),
    Column("responded_late", "响应逾期", "yes_no"),
    Column("next_due", "最近时限", "moment"),
    Column("satisfaction", "满意度", taxonomy="satisfaction"),
    Column("supports", "协办与任务项数", "whole"),
    Column("representatives", "代表、代理与继承人数", "whole"),
    Column("reviews", "核查申请次数", "whole"),
    Column("closed_at", "办结时间", "moment"),
    Column("reopened", "重启次数", "whole"),
    Column("summary", "总结（已遮盖）"),
    Column("recorded_at", "登记时间", "moment"),
    Column("recorded_unit", "登记机构"),
    Column("source", "外部来源"),
    Column("external_id", "外部编号"),
)
_FREE_TEXTS = ("subject", "key_point", "findings", "answer", "summary")
_MOMENTS = tuple(column.id for column in COLUMNS if column.kind == "moment")
_PLAIN = (
    "number", "channel", "stage", "business", "cause", "emotion", "need", "corrected", "verdict", "complexity",
    "root_cause", "responsibility", "right", "fault_code", "paid", "answered_late", "responded_late", "satisfaction",
    "reopened", "source",
)  # fmt: skip
_UNITS = ("accused_unit", "lead_unit", "recorded_unit")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows (cases, or bundles of them) went into which file, and the file's SHA-256, as in the access log."""

    path: Path
    cases: int
    sha256: str


def export_cases(
    filters: Filters,
    path: Path,
    *,
    by: User,
    at: datetime | None = None,
    on_case: Callable[[int], None] | None = None,
) -> Exported:
    """Write the cases this person may see that fit the filters to ``path``: .csv, .xlsx, .jsonl or .parquet.

    In order: the rows are written aside, oldest case first, texts and customers masked; the access log gets its line
    (who, which filters, how many, the file's hash); only then does the file take its place. ``on_case`` hears how many
    are done. Tables meant for people have Chinese headers and wordings; .jsonl and .parquet keep field names and values
    as stored. Raises NotAllowed, Incomplete (a filter nobody knows), NotPossible (unknown ending, too many rows for a
    sheet), CannotWrite.
    """
    require(by, "export_cases")
    check_filters(filters)
    rows = _counted(export_rows(filters, by=by, at=at), on_case)
    about = {"filters": _narrowing(filters)}
    count, digest = take_out(path, COLUMNS, rows, counted="cases", about=about, by=by, at=at)
    return Exported(path, count, digest)


def take_out(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[dict[str, Any]],
    *,
    counted: str,
    about: Mapping[str, Any],
    by: User,
    at: datetime | None = None,
    title: str = "投诉工单",
) -> tuple[int, str]:
    """Write rows aside, give the access log its line, put the file in its place: how many rows, and its SHA-256.

    ``counted`` is what the log calls the rows, ``about`` what else it keeps of them, ``title`` the name of the sheet.
    Raises NotPossible (unknown ending, too many rows for a sheet), CannotWrite.
    """
    write = (WRITERS | {".xlsx": partial(write_xlsx, title=title)}).get(path.suffix.lower())
    if write is None:
        raise NotPossible(f"导出文件要以 {'、'.join(WRITERS)} 之一结尾，{path.name} 不是。")
    with whole_file(path, mode=0o600) as draft:
        count = write(draft, columns, rows)
        digest = _digest(draft)
        note_access("export", {"file": path.name, counted: count, **about, "sha256": digest}, by=by, at=at)
    return count, digest


def export_rows(filters: Filters, *, by: User, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    """One masked row a case, keys as in COLUMNS, values as stored; read in steps, so memory does not grow."""
    require(by, "export_cases")
    found = _chosen(filters, by=by, at=at or now())
    for case in found.iterator(chunk_size=STEP):
        yield _row(case)
        # Its lists point back at it: the cases of a step would wait for the collector.
        getattr(case, "_prefetched_objects_cache", {}).clear()


def count_cases(filters: Filters, *, by: User, at: datetime | None = None) -> int:
    """How many cases an export with these filters holds. Raises NotAllowed."""
    require(by, "export_cases")
    return _chosen(filters, by=by, at=at or now()).count()


def check_filters(filters: Filters) -> None:
    """Pass if every filter means something. Raises Incomplete: a misspelt filter must not take out more than was meant.

    A page may pass over a word it does not know; a file that leaves the house may not.
    """
    wrong = {name: f"「{name}」没有“{value}”这一项" for name, value in _unknown_words(filters)}
    wrong |= {name: f"「{name}」请写成 2026-01-31 的样子" for name in ("since", "until") if not _is_day(filters, name)}
    if wrong:
        raise Incomplete(wrong)


def _unknown_words(filters: Filters) -> Iterator[tuple[str, str]]:
    known = {
        "state": {"open", "ended", "all"},
        "due": {"overdue", "today", "near"},
        "answered": {"late", "in_time"},
        "responded": {"late", "in_time"},
        "waiting": {"me"},
        "stage": {stage.id for stage in stages_in_force()},
        "risk": {"any", URGENT, *(c.id for c in choices_in_force("risk"))},
    }
    for name in ("business", "cause", "channel", "emotion", "need", "verdict", "complexity", "satisfaction"):
        known[name] = {"-", *(c.id for c in choices_in_force(name))}
    for name, words in known.items():
        if (value := getattr(filters, name)) and value not in words:
            yield name, value
    for name in ("unit", "accused"):
        if (code := getattr(filters, name)) and not Unit.objects.filter(code=code).exists():
            yield name, code
    if filters.owner not in ("", "me", "none") and not User.objects.filter(username=filters.owner).exists():
        yield "owner", filters.owner


def _is_day(filters: Filters, name: str) -> bool:
    try:
        return not getattr(filters, name) or bool(date.fromisoformat(getattr(filters, name)))
    except ValueError:
        return False


def _chosen(filters: Filters, *, by: User, at: datetime) -> QuerySet[Case]:
    cases = narrow(visible_cases(by), filters, by=by, at=at)
    if filters.q:
        cases = search(cases, filters.q)
    fetched = cases.select_related("customer", "owner", *_UNITS).prefetch_related("parties", "tasks", "appeals")
    return fetched.defer("text", "reading").order_by("pk")


def _row(case: Case) -> dict[str, Any]:
    veil = Veil(case.customer, accused=case.accused_person, parties=case.parties.all())
    shown = masked_customer(case.customer)
    row: dict[str, Any] = {name: getattr(case, name) for name in _PLAIN}
    row |= {name: veil.over(getattr(case, name)) for name in _FREE_TEXTS}
    row |= {name: _at(getattr(case, name)) for name in _MOMENTS}
    row |= {name: unit.name if (unit := getattr(case, name)) else "" for name in _UNITS}
    row |= {f"customer_{name}": value for name, value in shown.items()}
    row["text"] = veil.over_known(case.masked_text)
    row["customer_code"] = customer_code(case.customer)
    row["demands"], row["risks"] = "、".join(case.demands), "、".join(case.risks)
    row["owner"] = case.owner.name if case.owner else ""
    row["supports"], row["representatives"] = len(case.tasks.all()), len(case.parties.all())
    row["reviews"] = sum(appeal.sort == Appeal.Sort.REVIEW for appeal in case.appeals.all())
    row["accused_person"] = mask_name(case.accused_person)
    row["external_id"] = veil.over_known(case.external_id)
    return row


def customer_code(customer: Customer) -> str:
    """The same person, the same code, in every export of this site and in its facts; it tells nothing else.

    One person may have a row at each branch, so the identity number or the phone tells who it is, where there is one.
    """
    who = customer.id_no or (customer.phone and f"{customer.phone} {customer.name}") or customer.pk
    seal = hmac.new(settings.AUDIT_KEY.encode(), f"customer {who}".encode(), hashlib.sha256)
    return "K" + seal.hexdigest()[:10]


def _at(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None


def _counted(rows: Iterator[dict[str, Any]], on_case: Callable[[int], None] | None) -> Iterator[dict[str, Any]]:
    for done, row in enumerate(rows, start=1):
        yield row
        if on_case is not None and done % 100 == 0:
            on_case(done)


def _narrowing(filters: Filters) -> dict[str, str]:
    # A search may be for a person's name or number, and the log is read by others than the searcher.
    return {name: mask(value) for name, value in asdict(filters).items() if value}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
