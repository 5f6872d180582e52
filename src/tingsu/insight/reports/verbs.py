"""What is done with reports: asked for, made, taken out, sent on a schedule, sent again.

Making and scheduling need manage_insight; reading needs view_home and the whole unit in reach. Every verb leaves a
sealed line in the access log. Errors: NotAllowed, ScopeNotFound, ReportNotFound, BadPeriod, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from tingsu.base.clock import local, now
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.insight.reports.excel import excel_of
from tingsu.insight.reports.monthly import build_pack
from tingsu.insight.reports.monthly_paper import monthly_paper
from tingsu.insight.reports.paper import Paper, Table, from_json, to_json
from tingsu.insight.reports.quarter import build_quarter
from tingsu.insight.reports.quarter_paper import quarter_paper
from tingsu.insight.reports.scope import covers, read_scope, scope_of
from tingsu.insight.reports.spans import Kind, Span, read_span_key
from tingsu.insight.reports.tables import KeptReport, ReportSchedule, ReportSending
from tingsu.insight.reports.word import pdf_of, word_of
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can, require

LISTED = 60  # reports in a list
LAST_DAY = 28
MOST_ADDRESSES = 50
WITH_CASES = ("monthly",)  # kinds that hold cases one by one
QUOTING = ("cases", "hot", "growing")  # tables in which customers' own words stand
KINDS: tuple[Kind, ...] = ("monthly", "quarter")
Format = str
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_WRITERS: dict[str, Callable[[Paper], bytes]] = {
    "docx": word_of,
    "xlsx": excel_of,
    "pdf": lambda paper: pdf_of(paper, at=paper.made_at),
}


class ReportNotFound(TingsuError):
    """There is no such report (or file of it), or it is not this person's to see."""

    code = "not_found"

    def __init__(self, number: int | str) -> None:
        self.number = number
        super().__init__(_("没有这份报告，或它不在您可查看的范围内。请回到报告列表再找一次。"))


@dataclass(frozen=True, slots=True)
class File:
    """A report as a file."""

    name: str
    content: bytes
    type: str


def make_paper(kind: Kind, unit: Unit | None, span: Span, *, at: datetime) -> Paper:
    """The report itself; asks nobody's permission and keeps nothing."""
    scope = scope_of(unit)
    if kind == "monthly":
        return monthly_paper(build_pack(scope, span, at=at))
    return quarter_paper(build_quarter(scope, span, at=at))


def ask_report(kind: str, unit_code: str, key: str, *, by: User, at: datetime | None = None) -> KeptReport:
    """Have a report made in the background: it stands in the list at once, its content follows."""
    from tingsu.insight.reports.jobs import fill_report

    require(by, "manage_insight")
    moment = at or now()
    checked = read_kind(kind)
    unit = read_scope(unit_code, by=by)
    span = read_span_key(checked, key, today=local(moment).date())
    with transaction.atomic():
        kept = KeptReport.objects.create(kind=checked, period=span.key, unit=unit, made_by=by, made_at=moment)
        detail = {"report": kept.pk, "kind": kind, "period": span.key, "unit": unit_code}
        note_access("report_made", detail, by=by, at=moment)
        transaction.on_commit(lambda: fill_report.enqueue(kept.pk))
    return kept


def fill(kept: KeptReport, *, at: datetime) -> KeptReport:
    """Work out the content of a report that has none yet; one that has it is left as it is."""
    if kept.content is None:
        kind = read_kind(kept.kind)
        span = read_span_key(kind, kept.period, today=local(at).date())
        kept.content, kept.made_at, kept.why = to_json(make_paper(kind, kept.unit, span, at=at)), at, ""
        kept.save(update_fields=["content", "made_at", "why"])
    return kept


def visible_reports(*, by: User) -> list[KeptReport]:
    """The newest reports this person may read, latest first, without their content (``is_made``: it is there).

    Raises NotAllowed (view_home).
    """
    require(by, "view_home")
    is_made = ExpressionWrapper(Q(content__isnull=False), BooleanField())
    found = KeptReport.objects.select_related("unit", "made_by").defer("content").annotate(is_made=is_made)
    return list(islice((kept for kept in found.iterator() if covers(by, _path(kept))), LISTED))


def find_report(number: int, *, by: User) -> KeptReport:
    """The report with this number. Raises NotAllowed, ReportNotFound."""
    require(by, "view_home")
    kept = KeptReport.objects.select_related("unit", "made_by").filter(pk=number).first()
    if kept is None or not covers(by, _path(kept)):
        raise ReportNotFound(number)
    return kept


def may_take(kept: KeptReport, *, by: User) -> bool:
    """Whether the person may take the whole report out: the monthly pack holds cases, which only some may export."""
    return kept.kind not in WITH_CASES or can(by, "export_cases")


def take_report(kept: KeptReport, ending: Format, *, by: User, at: datetime | None = None) -> File:
    """The report as a Word file, Excel book or PDF, to leave the house: the access log gets its line first.

    Raises NotAllowed (view_home; export_cases for a report that holds cases), ReportNotFound.
    """
    find_report(kept.pk, by=by)
    if kept.content is None or ending not in _WRITERS:
        raise ReportNotFound(kept.pk)
    if kept.kind in WITH_CASES:
        require(by, "export_cases")
    detail = {"file": f"report.{ending}", "report": kept.pk, "kind": kept.kind, "period": kept.period}
    note_access("export", detail, by=by, at=at)
    return file_of(from_json(kept.content), ending)


def take_table(kept: KeptReport, table_id: str, *, by: User, at: datetime | None = None) -> Table:
    """One table of the report, to leave the house: the access log gets its line first.

    Raises NotAllowed (view_home; export_cases for a table that quotes customers), ReportNotFound.
    """
    find_report(kept.pk, by=by)
    tables = from_json(kept.content).tables() if kept.content is not None else iter(())
    table = next((one for one in tables if one.id == table_id), None)
    if table is None:
        raise ReportNotFound(kept.pk)
    if table.id in QUOTING:
        require(by, "export_cases")
    detail = {"file": "report", "table": table.id, "report": kept.pk, "kind": kept.kind, "period": kept.period}
    note_access("export", detail, by=by, at=at)
    return table


def take_paper(kind: Kind, unit_code: str, key: str, ending: Format, *, by: User, at: datetime | None = None) -> File:
    """A report made now and handed out as a file, kept nowhere; for the command line."""
    require(by, "manage_insight")
    if kind in WITH_CASES:
        require(by, "export_cases")
    moment = at or now()
    unit = read_scope(unit_code, by=by)
    span = read_span_key(kind, key, today=local(moment).date())
    if ending not in _WRITERS:
        raise NotPossible(_("报告只能写成 .docx、.xlsx 或 .pdf。"))
    detail = {"file": f"report.{ending}", "kind": kind, "period": span.key, "unit": unit_code}
    note_access("export", detail, by=by, at=moment)
    return file_of(make_paper(kind, unit, span, at=moment), ending)


def file_of(paper: Paper, ending: Format) -> File:
    """The file of a report, by its ending (docx, xlsx, pdf)."""
    name = "".join(f"{paper.scope}_{paper.title}.{ending}".split()).replace("/", "-")
    return File(name, _WRITERS[ending](paper), TYPES[ending])


def schedule_report(
    kind: str,
    unit_code: str,
    day: int,
    *,
    people: Sequence[str],
    addresses: Iterable[str],
    by: User,
    at: datetime | None = None,
) -> ReportSchedule:
    """Have a report sent by mail on a day of the month after its period; ``people`` are usernames.

    Raises Incomplete for a day beyond 28, nobody named, people who may not read it or have no address, and addresses
    that are none or of a mail domain the site does not allow (TINGSU_REPORT_DOMAINS).
    """
    require(by, "manage_insight")
    checked = read_kind(kind)
    unit = read_scope(unit_code, by=by)
    found = list(User.objects.filter(username__in=people, is_active=True))
    others = sorted({word.strip().lower() for word in addresses if word.strip()})
    _check_schedule(unit, day, people, found, others)
    moment = at or now()
    with transaction.atomic():
        made = ReportSchedule.objects.create(
            kind=checked, unit=unit, day=day, addresses=others, made_by=by, made_at=moment
        )
        made.people.set(found)
        detail = {"schedule": made.pk, "kind": kind, "unit": unit_code, "day": day,
                  "to": [person.username for person in found], "addresses": others}  # fmt: skip
        note_access("report_schedule", detail, by=by, at=moment)
    return made


def end_schedule(number: int, *, by: User, at: datetime | None = None) -> ReportSchedule:
    """Send no more by this schedule; ending it twice is once."""
    require(by, "manage_insight")
    moment = at or now()
    with transaction.atomic():
        held = ReportSchedule.objects.select_for_update(of=("self",)).filter(pk=number).first()
        if held is None or not covers(by, held.unit.path if held.unit else ""):
            raise ReportNotFound(number)
        if held.ended_at is None:
            held.ended_at, held.ended_by = moment, by
            held.save(update_fields=["ended_at", "ended_by"])
            note_access("report_schedule", {"schedule": held.pk, "ended": True}, by=by, at=moment)
    return held


def send_again(number: int, *, by: User, at: datetime | None = None) -> ReportSending:
    """Try a failed sending again at the worker's next turn; who already got it does not get it twice."""
    require(by, "manage_insight")
    moment = at or now()
    with transaction.atomic():
        held = ReportSending.objects.select_for_update(of=("self",)).filter(pk=number).first()
        if held is None or not covers(by, held.schedule.unit.path if held.schedule.unit else ""):
            raise ReportNotFound(number)
        if held.state != ReportSending.State.FAILED:
            raise NotPossible(_("这次发送没有失败，不必再发。"))
        held.state, held.tries, held.next_at = ReportSending.State.WAITING, 0, moment
        held.save(update_fields=["state", "tries", "next_at"])
        note_access("report_sending", {"sending": held.pk, "again": True}, by=by, at=moment)
    return held


def visible_schedules(*, by: User) -> list[ReportSchedule]:
    """The schedules in force of units this person sees whole, with what they sent lately."""
    require(by, "view_home")
    found = ReportSchedule.objects.filter(ended_at=None).select_related("unit", "made_by")
    return [
        one for one in found.prefetch_related("people", "sendings") if covers(by, one.unit.path if one.unit else "")
    ]


def read_kind(word: str) -> Kind:
    """The kind of report meant. Raises Incomplete."""
    if word not in KINDS:
        raise Incomplete({"kind": _("请选择报告种类")})
    return word


def is_allowed(address: str) -> bool:
    """Whether an address is one, and of a mail domain the site lets reports go to."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return address.rpartition("@")[2].lower() in settings.REPORT_DOMAINS


def _check_schedule(
    unit: Unit | None, day: int, people: Sequence[str], found: Sequence[User], others: Sequence[str]
) -> None:
    wrong = {}
    if not 1 <= day <= LAST_DAY:
        wrong["day"] = _("请写 1 到 28 之间的日子")
    path = unit.path if unit else ""
    unfit = [person.name for person in found if not person.email or not covers(person, path)]
    unknown = set(people) - {person.username for person in found}
    if unfit or unknown:
        names = "、".join([*unfit, *sorted(unknown)])
        wrong["people"] = _("没有邮箱，或不能查看该机构的全部投诉：%s") % names
    refused = [word for word in others if not is_allowed(word)]
    if refused or len(others) > MOST_ADDRESSES:
        wrong["addresses"] = _("邮箱写法不对，或不在本站允许的邮件域名之内：%s") % "、".join(refused[:3])
    if not people and not others:
        wrong["people"] = _("请至少选一位收件人")
    if wrong:
        raise Incomplete(wrong)


def _path(kept: KeptReport) -> str:
    return kept.unit.path if kept.unit else ""
