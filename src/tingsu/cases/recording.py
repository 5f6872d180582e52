"""A complaint is heard once and recorded once: the case, its clocks, its first event and its search row together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import CharField, Model

from tingsu.base.clock import is_plausible, local, now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases import clocks, jobs
from tingsu.cases.access import sees_all, visible_cases
from tingsu.cases.alike import Indexed, prepare_index, write_index
from tingsu.cases.chain import make_event
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.fields import as_plain, parse_intake
from tingsu.cases.inserting import insert
from tingsu.cases.models import Case, Customer, Deadline
from tingsu.cases.numbering import take_number
from tingsu.cases.packs import pack_of, told_of
from tingsu.cases.queue import mark_risks
from tingsu.cases.search import write_row
from tingsu.cases.site_models import site_reader
from tingsu.cases.veil import Veil
from tingsu.org.models import Unit, User
from tingsu.org.pack import keep_edition, pack_for
from tingsu.org.permissions import require
from tingsu.packs.schema import Pack
from tingsu.reading import Reading

SUBJECT_LENGTH = 30  # characters taken from the text when no subject is given
SUBJECT_MOST = 120
LONGEST_TEXT = 20_000
_CASE_WORDS = {"subject": "事由", "key_point": "关键点", "accused_person": "被投诉人员", "source": "来源系统",
               "external_id": "外部编号"}  # fmt: skip
_CUSTOMER_WORDS = {"name": "客户姓名", "phone": "联系电话", "id_no": "证件号码", "account_no": "账号",
                   "email": "电子邮箱", "address": "地址", "occupation": "职业"}  # fmt: skip


def _limits_of(model: type[Model], words: dict[str, str]) -> dict[str, tuple[str, int]]:
    """What each field is called and how many characters its column takes."""
    return {
        name: (label, cast(CharField[str, str], model._meta.get_field(name)).max_length or 0)
        for name, label in words.items()
    }


_LIMITS = _limits_of(Case, _CASE_WORDS) | _limits_of(Customer, _CUSTOMER_WORDS)


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """What was taken down about the person who complains; ask only for what is needed (PIPL)."""

    name: str = ""
    phone: str = ""
    id_no: str = ""
    account_no: str = ""
    email: str = ""
    address: str = ""
    occupation: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A complaint as taken down. ``source`` and ``external_id`` name it in an outside system, once for all time.

    ``details`` answer what the pack asks beside the common fields, as plain values by the field's id.
    """

    text: str
    channel: str
    customer: CustomerDraft = field(default_factory=CustomerDraft)
    subject: str = ""
    key_point: str = ""
    received_at: datetime | None = None
    accused_unit: Unit | None = None
    accused_person: str = ""
    source: str = ""
    external_id: str = ""
    reading: Reading | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The case, and whether this call made it; False when (source, external id) had been recorded before."""

    case: Case
    created: bool


def record_case(draft: Draft, *, by: User, at: datetime | None = None) -> Recorded:
    """Record a complaint: number given, clocks started, everything in one transaction.

    Whatever can be made ready is made ready before the transaction begins, since every registration waits for the
    same lock. Then, together or not at all: the customer, the number, the case, its clocks, the event, the search
    row, the keys under which alike cases meet, and the job that looks for near cases.

    The day of receipt starts the clocks, not the day of recording. Raises NotAllowed, Incomplete, NotPossible.
    """
    require(by, "record_case")
    at = at or now()
    _check(draft, by, at)
    ready = _prepare(draft, draft.reading or read_draft(draft, at=at), by, at)
    try:
        with transaction.atomic():
            if earlier := _find_earlier(draft):
                return Recorded(earlier, created=False)
            _write(ready)
            return Recorded(ready.case, created=True)
    except IntegrityError:
        # Two requests with one outside id at the same moment: the quicker one's case is the answer to both.
        if earlier := _find_earlier(draft):
            return Recorded(earlier, created=False)
        raise


def record_part(whole: Case, text: str, subject: str, *, by: User, at: datetime) -> Case:
    """A case of its own for one matter of a case that holds several (拆分), in the caller's transaction.

    Same customer, channel, accused and receiving unit; the clocks that matter still run from the day the whole was
    received: the statutory one, and whatever still runs on the whole. Raises Incomplete, NotPossible.
    """
    draft = Draft(
        text=text, channel=whole.channel, customer=CustomerDraft(name=whole.customer.name), subject=subject,
        key_point=whole.key_point, received_at=whole.received_at, accused_unit=whole.accused_unit,
        accused_person=whole.accused_person,
    )  # fmt: skip
    if len(text) > LONGEST_TEXT or len(subject) > SUBJECT_MOST:
        raise Incomplete({"text": f"拆出的内容最多 {LONGEST_TEXT} 字，事由最多 {SUBJECT_MOST} 字"})
    reading, pack = read_draft(draft, at=at), pack_of(whole)
    case = _make_case(draft, reading, pack, by, at)
    case.customer, case.recorded_unit, case.details = whole.customer, whole.recorded_unit, whole.details
    running = {"statute", *whole.deadlines.filter(state__in=clocks.ACTIVE).values_list("kind", flat=True)}
    starts = [start for start in clocks.starts_at_recording(case) if start.kind in running]
    deadlines = clocks.make_deadlines(case, starts, at=case.received_at)
    case.next_due = min((d.safe_target for d in deadlines), default=None)
    indexed = prepare_index(case.text, case.customer, reading.personal_data)
    said = {**_said(draft, case, reading), "linked": {"case": whole.number, "sort": "split", "gone": False}}
    _write(_Ready(case, [], deadlines, said, indexed))
    return case


def read_draft(draft: Draft, *, at: datetime) -> Reading:
    """The reading of a draft, dates in it told by the day the complaint was received (``at`` where none is given)."""
    return site_reader().read(draft.text, local(draft.received_at or at).date())


def subject_of(text: str) -> str:
    """The first clause of a text, cut to a line, for a case nobody gave a subject."""
    line = " ".join(text.split())
    for stop in "。！？!?；;":
        line = line.split(stop, 1)[0] or line
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def _check(draft: Draft, by: User, at: datetime) -> None:
    wrong: dict[str, str] = {}
    if not draft.text.strip():
        wrong["text"] = "请写下客户投诉的内容"
    elif len(draft.text) > LONGEST_TEXT:
        wrong["text"] = f"投诉内容最多 {LONGEST_TEXT} 字，更长的材料请作为证据上传"
    if pack_for(by).taxonomy("channel").choice(draft.channel) is None:
        wrong["channel"] = "请选择受理渠道"
    if draft.received_at is not None and not is_plausible(draft.received_at):
        wrong["received_at"] = "收到投诉的时间不对，请核对年份"
    elif draft.received_at is not None and local(draft.received_at) > at:
        wrong["received_at"] = "收到投诉的时间不能晚于现在"
    wrong |= _too_long(draft) | _unstorable(draft) | _wrong_details(draft, by)
    if wrong:
        raise Incomplete(wrong)
    if by.unit_id is None:
        raise NotPossible("您的账号还没有所属机构，请系统管理员补上后再登记。")


def _wrong_details(draft: Draft, by: User) -> dict[str, str]:
    try:
        parse_intake(pack_for(by), draft.details)
    except Incomplete as error:
        return error.fields
    return {}


def _too_long(draft: Draft) -> dict[str, str]:
    told = {**{name: getattr(draft, name) for name in _CASE_WORDS}, **asdict(draft.customer)}
    return {name: f"「{label}」最多 {most} 字" for name, (label, most) in _LIMITS.items() if len(told[name]) > most}


def _unstorable(draft: Draft) -> dict[str, str]:
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    said |= {name: getattr(draft.customer, name) for name in CustomerDraft.__dataclass_fields__}
    return {name: UNSTORABLE for name, value in said.items() if isinstance(value, str) and not is_storable(value)}


def _find_earlier(draft: Draft) -> Case | None:
    if not draft.external_id:
        return None
    cases = Case.objects.filter(source=draft.source, external_id=draft.external_id)
    # Says in the index's own words that the index serves: SQLite does not see it from a value it does not know yet.
    return cases.extra(where=["NOT (cases_case.external_id = '')"]).order_by().first()


@dataclass(frozen=True, slots=True)
class _Ready:
    """Everything of a registration that can be made before its transaction; the event waits for the number."""

    case: Case
    new_of_customer: list[str]
    deadlines: list[Deadline]
    said: dict[str, Any]
    indexed: Indexed


def _prepare(draft: Draft, reading: Reading, by: User, at: datetime) -> _Ready:
    pack = pack_for(by)
    case = _make_case(draft, reading, pack, by, at)
    case.customer, new_of_customer = _known_or_new_customer(draft.customer, by)
    deadlines = clocks.make_deadlines(case, clocks.starts_at_recording(case), at=case.received_at)
    case.next_due = min((d.safe_target for d in deadlines), default=None)
    indexed = prepare_index(case.text, case.customer, reading.personal_data)
    return _Ready(case, new_of_customer, deadlines, _said(draft, case, reading), indexed)


def _write(ready: _Ready) -> None:
    case = ready.case
    customer = _save_customer(case.customer, ready.new_of_customer)
    case.customer = customer  # takes over the key it may just have been given
    case.number = take_number(pack_of(case).numbering, at=case.recorded_at)
    event = make_event(case, "record", ready.said, by=case.recorded_by, at=case.recorded_at)
    insert(case)
    event.case = case
    insert(event)
    for deadline in ready.deadlines:
        deadline.case = case
        insert(deadline)
    searched = (case.number, case.subject, case.text, case.key_point, customer.name, customer.phone)
    write_row(case.pk, [*searched, case.accused_person])
    write_index(case.pk, ready.indexed)
    jobs.link_near_cases.enqueue(case.pk)


def _save_customer(customer: Customer, new: list[str]) -> Customer:
    if customer._state.adding:
        insert(customer)
    elif new:
        customer.save(update_fields=new)
    return customer


def _make_case(draft: Draft, reading: Reading, pack: Pack, by: User, at: datetime) -> Case:
    veil = Veil(Customer(**_given(draft.customer)))
    masked_text = veil.over_known_in_place(reading.masked_text)
    subject = draft.subject.strip()
    return Case(
        pack=pack.id,
        edition=keep_edition(pack),
        stage=pack.process.begins,
        details=as_plain(parse_intake(pack, draft.details)),
        # Subjects stand in lists, so a name or number put there is masked for good; the text keeps it.
        subject=veil.over(subject)[:SUBJECT_MOST] if subject else subject_of(masked_text),
        text=draft.text,
        masked_text=masked_text,
        key_point=draft.key_point,
        channel=draft.channel,
        source=draft.source,
        external_id=draft.external_id,
        received_at=local(draft.received_at) if draft.received_at else at,
        recorded_at=at,
        recorded_by=by,
        recorded_unit=by.unit,
        accused_unit=draft.accused_unit,
        accused_person=draft.accused_person,
        **_held_true(reading, pack, draft.text),
    )


def _given(customer: CustomerDraft) -> dict[str, str]:
    return {name: value.strip() for name, value in asdict(customer).items()}


def _held_true(reading: Reading, pack: Pack, text: str) -> dict[str, Any]:
    """The reading in the pack's own lists; a list the reader was not taught is asked by its words."""
    risks = list(dict.fromkeys(risk.kind for risk in reading.risks))
    return {
        "reading": reading.as_dict(),
        "business": told_of(pack, "business", reading.business.value or "", text),
        "cause": told_of(pack, "cause", reading.cause.value or "", text),
        "emotion": reading.emotion.strength,
        "need": reading.need.value or "",
        "demands": list(dict.fromkeys(demand.kind for demand in reading.demands)),
        "risks": risks,
        "risk_marks": mark_risks(risks, urgent=[risk.kind for risk in reading.risks if risk.urgent]),
    }


_BY_KEY = {
    # Raw, because composing the query costs more than running it, and every registration asks it.
    key: f"SELECT * FROM {Customer._meta.db_table} WHERE {key} = %s AND name = %s LIMIT 20"  # noqa: S608 - our own names
    for key in ("id_no", "phone")
}


def _known_or_new_customer(draft: CustomerDraft, by: User) -> tuple[Customer, list[str]]:
    """The customer with the same name and the same identity number or phone, else a new one; nothing is saved yet.

    Only one whose earlier case the person may see: to know a name and a phone must not open what others were told.
    A returning customer tells what was not known before: those fields are named. What is known is not overwritten.
    """
    given = _given(draft)
    for key, query in _BY_KEY.items():
        found = Customer.objects.raw(query, [given[key], given["name"]]) if given[key] else ()
        if known := next((customer for customer in found if _is_known_to(by, customer)), None):
            new = {name: value for name, value in given.items() if value and not getattr(known, name)}
            for name, value in new.items():
                setattr(known, name, value)
            return known, list(new)
    return Customer(**given), []


def _is_known_to(by: User, customer: Customer) -> bool:
    return sees_all(by) or visible_cases(by).filter(customer=customer).exists()


def _said(draft: Draft, case: Case, reading: Reading) -> dict[str, Any]:
    amounts = [d.amount for d in reading.demands if d.amount is not None and d.currency == "CNY"]
    return {
        "to": case.stage,
        "version": case.version,
        "channel": case.channel,
        "received_at": case.received_at.isoformat(),
        "engine": reading.engine,
        "amount": str(max(amounts, default=Decimal(0))),
        "pack": f"{case.pack} {case.edition}",
        **({"details": case.details} if case.details else {}),
    }
