"""Recording a complaint: one page, the reading beside it, a read-back, a number."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.base.clock import is_plausible, local, now
from tingsu.cases import clocks
from tingsu.cases.access import find_case
from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Case, Deadline
from tingsu.cases.near import near_while_recording
from tingsu.cases.packs import pack_of, say_in_pack
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.cases.site_models import site_reader
from tingsu.cases.still_to_ask import Asked, ask_about
from tingsu.org.models import Unit, User
from tingsu.org.pack import pack_for
from tingsu.org.permissions import require
from tingsu.packs.procedure import FormField
from tingsu.web.asking import person_of
from tingsu.web.fields import draw_field, read_fields, unit_picks
from tingsu.web.highlighting import kinds_in
from tingsu.web.near_view import show_near
from tingsu.web.read_back import ReadBack, make_read_back
from tingsu.web.reading_details import details_of

FIRST_RECEIVER = "first_receiver"  # the guide of a pack that says what whoever recorded a complaint owes it
READABLE = 4  # characters from which a reading is worth showing


@dataclass
class Typed:
    """What stands in the form, as typed; kept whole when something is wrong with it."""

    text: str = ""
    name: str = ""
    phone: str = ""
    id_no: str = ""
    account_no: str = ""
    occupation: str = ""
    channel: str = ""
    received_at: str = ""
    accused_unit: str = ""
    accused_person: str = ""
    subject: str = ""
    key_point: str = ""
    details: dict[str, Any] = field(default_factory=dict)  # what the pack asks beside: field id → as typed

    @classmethod
    def of(cls, posted: QueryDict, intake: list[FormField]) -> Typed:
        """``intake`` is what the pack asks beside the common fields."""
        common = {name: str(posted.get(name, "")).strip() for name in COMMON}
        return cls(**common, details=read_fields(intake, posted))

    def pairs(self) -> list[tuple[str, str]]:
        """Everything as (name, value) for a form that carries it on unseen; a list is several of one name."""
        many = ((name, value if isinstance(value, list) else [value]) for name, value in self.details.items())
        return [(name, getattr(self, name)) for name in COMMON] + [(name, str(v)) for name, vs in many for v in vs]


COMMON = tuple(f.name for f in fields(Typed) if f.name != "details")


def record(request: HttpRequest) -> HttpResponse:
    """The form; then the read-back; then the case. Each step carries what was typed, so nothing is lost on the way."""
    by = person_of(request)
    require(by, "record_case")
    if request.method != "POST":
        blank = _show_form(request, _blank(request), {})
        blank["Cache-Control"] = "no-cache"  # holds nobody's data; a clerk who goes back finds what was typed
        return blank
    typed = Typed.of(request.POST, pack_for(by).intake)
    step = request.POST.get("step")
    if step == "edit":
        return _show_form(request, typed, {})
    wrong = _mistakes(typed)
    if wrong:
        return _show_form(request, typed, wrong, status=422)
    if step == "save":
        return _save(request, typed, by)
    return render(request, "web/record_read_back.html", {"typed": typed, "said": _read_back(typed, by)})


@require_POST
def read_live(request: HttpRequest) -> HttpResponse:
    """The panel beside the form: the reading of what has been typed so far, and the cases near it."""
    by = person_of(request)
    require(by, "record_case")
    return render(request, "web/parts/live.html", _live(Typed.of(request.POST, pack_for(by).intake), by))


def show_recorded(request: HttpRequest, number: str) -> HttpResponse:
    """The number that was given, what happens next and by when."""
    case = find_case(number, by=person_of(request))
    pack = pack_of(case)
    process = pack.process
    first = next((a for a in process.actions_from(case.stage) if a.main), None)
    roles = [role for role in pack.roles if first and role.id in first.by]
    duty = next((c for c in pack.checklists if c.id == FIRST_RECEIVER), None)
    context = {"case": case, "first": first, "roles": roles, "deadlines": list(case.deadlines.all()), "duty": duty}
    return render(request, "web/recorded.html", context)


def _blank(request: HttpRequest) -> Typed:
    last = request.session.get("channel", "")
    return Typed(channel=last, received_at=f"{now():%Y-%m-%dT%H:%M}")


def _save(request: HttpRequest, typed: Typed, by: User) -> HttpResponse:
    try:
        case = record_case(_draft(typed), by=by).case
    except Incomplete as error:
        return _show_form(request, typed, error.fields, status=422)
    request.session["channel"] = typed.channel
    return redirect("recorded", number=case.number)


def _show_form(request: HttpRequest, typed: Typed, wrong: dict[str, str], status: int = 200) -> HttpResponse:
    pack = pack_for(person_of(request))
    context = {
        "typed": typed,
        "wrong": wrong,
        "channels": pack.taxonomy("channel").values,
        "asking": pack.asking,
        "intake": [draw_field(f, typed.details, wrong, pack, beside=pack.intake) for f in pack.intake],
        "units": unit_picks({typed.accused_unit}),
        **_live(typed, person_of(request)),
    }
    return render(request, "web/record.html", context, status=status)


def _live(typed: Typed, by: User) -> dict[str, Any]:
    """What the panel shows; a text too short to read is not guessed at."""
    reading = site_reader().read(typed.text, _receipt_day(typed)).as_dict() if len(typed.text) >= READABLE else None
    business = (reading or {}).get("business", {}).get("value") or ""
    worth_a_look = reading is not None or len(typed.phone) >= 7 or len(typed.id_no) >= 15
    nearby = None
    if worth_a_look:
        nearby = near_while_recording(typed.text, by=by, phone=typed.phone, id_no=typed.id_no, business=business)
    if reading:
        say_in_pack(reading, pack_for(by), typed.text)
    asked = _ask(typed, reading, by)
    need = (reading or {}).get("need", {}).get("value") or ""
    return {
        "text": typed.text,
        "reading": reading,
        "details": details_of(reading or {}),
        "kinds": kinds_in(reading or {}),
        "need_choice": pack_for(by).taxonomy("need").choice(need),
        "nearby": nearby,
        "near": show_near(typed.text, nearby.cases) if nearby else [],
        "asked": asked,
        "next_question": next((one.question for one in asked if not one.told), None),
        "veil": None,  # what the clerk types stays as typed
    }


def _ask(typed: Typed, reading: dict[str, Any] | None, by: User) -> list[Asked]:
    """The pack's questions, with what the text and the form tell already."""
    unit = Unit.objects.filter(code=typed.accused_unit).first() if typed.accused_unit else None
    filled = {**{name: getattr(typed, name) for name in COMMON}, **typed.details, "accused_unit": unit or ""}
    return ask_about(pack_for(by).asking, typed.text, reading, filled)


def _mistakes(typed: Typed) -> dict[str, str]:
    """What the form can say at once; everything else is the verb's to check."""
    wrong = {}
    if not typed.text:
        wrong["text"] = _("请写下客户投诉的内容")
    if not typed.channel:
        wrong["channel"] = _("请选择受理渠道")
    received = _moment(typed.received_at)
    if typed.received_at and received is None:
        wrong["received_at"] = _("请写成日期和时间，如 2026-11-24 17:00")
    elif received is not None and not is_plausible(received):
        wrong["received_at"] = _("收到投诉的时间不对，请核对年份")
    elif received is not None and received > now():
        wrong["received_at"] = _("收到投诉的时间不能晚于现在")  # before it is read aloud, not only when it is saved
    return wrong


def _draft(typed: Typed) -> Draft:
    given = {f.name: getattr(typed, f.name, "") for f in fields(CustomerDraft)}
    return Draft(
        text=typed.text,
        channel=typed.channel,
        customer=CustomerDraft(**given),
        subject=typed.subject,
        key_point=typed.key_point,
        details=typed.details,
        received_at=_moment(typed.received_at),
        accused_unit=Unit.objects.filter(code=typed.accused_unit).first() if typed.accused_unit else None,
        accused_person=typed.accused_person,
    )


def _read_back(typed: Typed, by: User) -> ReadBack:
    received = _moment(typed.received_at) or now()
    reading = site_reader().read(typed.text, local(received).date())
    pack = pack_for(by)
    begun = Case(pack=pack.id, edition=pack.digest, channel=typed.channel, details=typed.details)
    clocks_to_come: list[Deadline] = clocks.make_deadlines(begun, clocks.starts_at_recording(begun), at=received)
    due = min((d.safe_target for d in clocks_to_come if d.kind in ("statute", "regulator")), default=None)
    unit = Unit.objects.filter(code=typed.accused_unit).first() if typed.accused_unit else None
    customer = {"name": typed.name, "phone": typed.phone, "id_no": typed.id_no}
    return make_read_back(
        typed.text,
        reading,
        customer,
        accused=(unit.name if unit else "") + typed.accused_person,
        received=received,
        due=due,
    )


def _receipt_day(typed: Typed) -> date:
    return local(_moment(typed.received_at) or now()).date()


def _moment(value: str) -> datetime | None:
    try:
        return local(datetime.fromisoformat(value)) if value else None
    except ValueError:
        return None
