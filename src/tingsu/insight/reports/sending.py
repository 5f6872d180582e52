"""Reports sent by mail when their day has come: each period of a schedule once, whoever sends, however often tried.

A sending is a row of its own, taken by whoever raises its ``turn`` first. Every address is written down as soon as the
mail server took its mail, so that a try that is cut off goes on with the others; only one cut off between these two
sends one mail twice, with the same Message-ID. A mail carries masked figures and cases, never anybody's personal data.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from tingsu.base.clock import SHANGHAI, local
from tingsu.insight.reports.paper import Paper, from_json
from tingsu.insight.reports.scope import covers
from tingsu.insight.reports.spans import Span, read_span_key, span_with
from tingsu.insight.reports.tables import KeptReport, ReportSchedule, ReportSending
from tingsu.insight.reports.verbs import File, file_of, fill, is_allowed, read_kind

log = logging.getLogger(__name__)
HOLD = timedelta(minutes=30)  # a try that takes longer is taken for dead
FIRST_WAIT = timedelta(minutes=10)  # doubled with each failure
MOST_TRIES = 8  # then a person has to look (about a day and a half)
ENDINGS = ("docx", "xlsx")
State = ReportSending.State


@dataclass(frozen=True, slots=True)
class Sent:
    """What a round did: sendings done, failed."""

    sent: int
    failed: int


class CannotSend(Exception):
    """Why nothing, or not everything, could be sent; the words go before the people."""


def send_due(*, at: datetime) -> Sent:
    """Send what is due, in Chinese; safe to run at any time, by several at once."""
    done: list[bool] = []
    with override("zh-hans"):
        _give_up(at)
        for schedule in ReportSchedule.objects.filter(ended_at=None).select_related("unit"):
            _put_in(schedule, at)
        for sending in _waiting(at):
            if (mine := _take(sending, at)) is not None:
                done.append(_try(mine, at))
    return Sent(sum(done), len(done) - sum(done))


def due_span(schedule: ReportSchedule, today: date) -> Span:
    """The last period whose day of sending has come."""
    span = span_with(read_kind(schedule.kind), today).before
    return span if _day_of(schedule, span) <= today else span.before


def _day_of(schedule: ReportSchedule, span: Span) -> date:
    return (span.until + timedelta(days=1)).replace(day=schedule.day)


def _put_in(schedule: ReportSchedule, at: datetime) -> None:
    """A row for the period that is due, once; none for a day before the schedule was made."""
    span = due_span(schedule, local(at).date())
    if _day_of(schedule, span) >= local(schedule.made_at).date():
        day = datetime.combine(_day_of(schedule, span), time(), SHANGHAI)
        ReportSending.objects.get_or_create(schedule=schedule, period=span.key, defaults={"next_at": day})


def _waiting(at: datetime) -> Iterator[ReportSending]:
    """Those whose time has come: new ones, failed ones to try again, and tries that died."""
    found = ReportSending.objects.filter(
        state__in=[State.WAITING, State.SENDING, State.FAILED],
        next_at__lte=at,
        tries__lt=MOST_TRIES,
        schedule__ended_at=None,
    )
    yield from found.select_related("schedule__unit", "report").order_by("pk")


def _give_up(at: datetime) -> None:
    """A last try that died leaves its sending failed, so that a person sees it and may ask for another."""
    dead = ReportSending.objects.filter(state=State.SENDING, next_at__lte=at, tries__gte=MOST_TRIES)
    dead.update(state=State.FAILED, why=_("发送中断，已试满 %d 次，详见系统日志。") % MOST_TRIES)


def _take(sending: ReportSending, at: datetime) -> ReportSending | None:
    """The row as ours, or None where another was quicker."""
    sending.turn, sending.tries = sending.turn + 1, sending.tries + 1
    sending.state, sending.next_at = State.SENDING, at + HOLD
    same = ReportSending.objects.filter(pk=sending.pk, turn=sending.turn - 1)
    taken = same.update(turn=sending.turn, tries=sending.tries, state=sending.state, next_at=sending.next_at)
    return sending if taken else None


def _try(sending: ReportSending, at: datetime) -> bool:
    try:
        _send(sending, at)
    except CannotSend as error:
        _keep(sending, state=State.FAILED, why=str(error)[:400], next_at=at + FIRST_WAIT * 2 ** (sending.tries - 1))
        return False
    except Exception as error:  # one report must not keep the others from being sent
        log.exception("report sending %s", sending.pk)
        why = _("出现意外错误（%s），详见系统日志。") % type(error).__name__
        _keep(sending, state=State.FAILED, why=why, next_at=at + FIRST_WAIT * 2 ** (sending.tries - 1))
        return False
    return _keep(sending, state=State.SENT, why="", sent_at=at)


def _send(sending: ReportSending, at: datetime) -> None:
    if not _can_mail():
        raise CannotSend(_("本站没有设置邮件服务器（TINGSU_SMTP_HOST）。"))
    wanted, left_out = _recipients(sending.schedule)
    sending.left_out = left_out
    _keep(sending, left_out=left_out)
    if not wanted:
        raise CannotSend(_("没有可以接收的人：收件人都已离岗、没有邮箱，或不再能查看该机构。"))
    paper = _paper(sending, at)
    files = [file_of(paper, ending) for ending in ENDINGS]
    failures = {}
    with get_connection() as connection:
        for address in wanted:
            if address in sending.told:
                continue
            try:
                _mail(sending, paper, files, address).send()
            except (smtplib.SMTPException, OSError) as error:
                failures[address] = _server_words(error)
                connection.close()
                continue
            sending.told = [*sending.told, address]
            if not _keep(sending, told=sending.told):
                return  # another has taken over
    if failures:
        first, why = next(iter(failures.items()))
        told = {"n": len(failures), "first": first, "why": why}
        raise CannotSend(_("%(n)d 个邮箱没有发到，如 %(first)s：%(why)s") % told)


def _can_mail() -> bool:
    return bool(settings.EMAIL_HOST) or "smtp" not in settings.EMAIL_BACKEND


def _server_words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _recipients(schedule: ReportSchedule) -> tuple[list[str], list[str]]:
    """Addresses that may get it now, and who was left out."""
    path = schedule.unit.path if schedule.unit else ""
    wanted: list[str] = []
    left_out: list[str] = []
    for person in schedule.people.all():
        fit = person.is_active and person.email and covers(person, path)
        (wanted if fit else left_out).append(person.email.lower() if fit else person.name)
    for address in schedule.addresses:
        (wanted if is_allowed(address) else left_out).append(address)
    return list(dict.fromkeys(wanted)), left_out


def _paper(sending: ReportSending, at: datetime) -> Paper:
    """The report of the period, made at the first try and the same in every other."""
    if sending.report is None:
        kept = KeptReport.objects.create(
            kind=sending.schedule.kind, period=sending.period, unit=sending.schedule.unit, made_at=at
        )
        sending.report = kept
        _keep(sending, report=kept)
    fill(sending.report, at=at)
    assert sending.report.content is not None
    return from_json(sending.report.content)


def _mail(sending: ReportSending, paper: Paper, files: list[File], address: str) -> EmailMessage:
    span = read_span_key(read_kind(sending.schedule.kind), sending.period, today=paper.until)
    body = "\n".join([
        paper.title, paper.scope, "", *paper.about, *paper.doubts, "",
        _("附件是 Word 和 Excel 两种格式，内容相同。个人信息已遮盖，仍属内部资料，请勿转发给无权查看的人。"),
        _("此邮件由系统按设定自动发出；不需要时，请联系 %s。") % sending.schedule.made_by,
    ])  # fmt: skip
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    number = f"{sending.schedule_id}.{span.key}.{address.replace('@', '.at.')}"
    subject = " ".join(f"{paper.title}（{paper.scope}）".split())  # a header is one line
    mail = EmailMessage(subject, body, None, [address], headers={"Message-ID": f"<report.{number}@{host}>"})
    for file in files:
        mail.attach(file.name, file.content, file.type)
    return mail


def _keep(sending: ReportSending, **changed: object) -> bool:
    """Keep what changed, unless another try has taken over."""
    return bool(ReportSending.objects.filter(pk=sending.pk, turn=sending.turn).update(**changed))
