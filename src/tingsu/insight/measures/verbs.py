"""What is done with a measure: made, handed over, carried out, its effect recorded, closed, opened again.

Every verb is one transaction: the measure is held and its version compared, the step is kept, the access log gets a
sealed line. Errors: NotAllowed, NotYours, MeasureChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO

from django.db import transaction

from tingsu.base.clock import local, now
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.evidence import clean_name, keep_bytes
from tingsu.cases.notices import give_notice_about
from tingsu.insight.days import monday_of
from tingsu.insight.effects.estimate import LEAST_AFTER, Effect, estimate_effect
from tingsu.insight.measures.errors import MeasureChanged, MeasureNotFound
from tingsu.insight.measures.panels import SCOPES, Compared, compare
from tingsu.insight.measures.seeing import possible_owners, require_manager, require_owner, units_to_manage
from tingsu.insight.measures.tables import AT_WORK, Measure, MeasureCheck, MeasureEvidence, MeasureStep
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require

State = Measure.State
PHASES = {
    "made": "plan", "changed": "plan", "assigned": "plan", "begun": "do", "progress": "do", "evidence": "do",
    "done": "do", "checked": "check", "closed": "act", "reopened": "act", "returned": "act", "chased": "do",
}  # fmt: skip
LONGEST_TITLE, LONGEST_WORDS = 120, 4000


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """A measure to be made; ``scope`` maps columns of the facts (``panels.SCOPES``) to values."""

    title: str
    scope: Mapping[str, str]
    units: Sequence[Unit]
    root_cause: str
    what: str
    owner: User
    due: date
    origin: Mapping[str, str] = field(default_factory=dict)


def create_measure(draft: MeasureDraft, *, by: User, at: datetime | None = None) -> Measure:
    """Make a measure, planned, and put a notice before its owner."""
    require(by, "manage_insight")
    at = at or now()
    _check_draft(draft, by=by, today=local(at).date())
    with transaction.atomic():
        made = Measure.objects.create(
            title=draft.title.strip(),
            scope=dict(draft.scope),
            root_cause=draft.root_cause.strip(),
            what=draft.what.strip(),
            owner=draft.owner,
            due=draft.due,
            origin=dict(draft.origin),
            made_by=by,
            made_at=at,
        )
        made.units.set(draft.units)
        _write_step(made, "made", draft.what.strip(), by=by, at=at, data={"units": [u.code for u in draft.units]})
        _tell_owner(made, by, at, zh="有一项整改措施由您负责", en="A measure is now yours")
    return made


def assign_measure(measure: Measure, to: User, *, by: User, version: int, at: datetime | None = None) -> Measure:
    """Hand the measure to another owner, who is told."""
    at = at or now()
    with transaction.atomic():
        held = _hold(measure, version)
        require_manager(held, by=by)
        _check_owner(to)
        before, held.owner = held.owner, to
        data = {"from": before.username, "to": to.username}
        keep_step(held, "assigned", f"{before} → {to}", by=by, at=at, data=data)
        _tell_owner(held, by, at, zh="有一项整改措施转由您负责", en="A measure was handed to you")
    return held


def set_due(measure: Measure, due: date, reason: str, *, by: User, version: int, at: datetime | None = None) -> Measure:
    """Give the measure another due date, with the reason."""
    at = at or now()
    if not reason.strip():
        raise Incomplete({"reason": "请写明为什么改期"})
    with transaction.atomic():
        held = _hold(measure, version)
        require_manager(held, by=by)
        _require_open(held)
        data = {"from": held.due.isoformat(), "to": due.isoformat()}
        held.due, held.chased_on = due, None
        keep_step(held, "changed", reason.strip(), by=by, at=at, data=data)
    return held


def note_progress(
    measure: Measure, words: str, *, by: User, version: int, at: datetime | None = None, started_on: date | None = None
) -> Measure:
    """Note what was done; with ``started_on``, that the measure is in force since that day. Under way from here on."""
    at = at or now()
    _check_words(words)
    with transaction.atomic():
        held = _hold(measure, version)
        require_owner(held, by=by)
        _require_open(held)
        if started_on is not None:
            _set_start(held, started_on, at)
        if held.state in (State.PLANNED, State.REOPENED):
            held.state = State.DOING
        data = {"started_on": started_on.isoformat()} if started_on else {}
        keep_step(held, "begun" if started_on else "progress", words.strip(), by=by, at=at, data=data)
    return held


def add_evidence(
    measure: Measure, name: str, content: BinaryIO, *, by: User, at: datetime | None = None
) -> MeasureEvidence:
    """File a document or picture that shows what was done, under the next number."""
    at = at or now()
    require_owner(measure, by=by)  # asked again under the lock; here so that no stranger fills the disk
    clean = clean_name(name)
    digest, size = keep_bytes(content)
    with transaction.atomic():
        held = _hold(measure, None)
        require_owner(held, by=by)
        no = (held.evidence.order_by("-no").values_list("no", flat=True).first() or 0) + 1
        added = MeasureEvidence.objects.create(
            measure=held, no=no, name=clean, sha256=digest, size=size, added_by=by, added_at=at
        )
        keep_step(held, "evidence", clean, by=by, at=at, data={"no": no, "sha256": digest, "size": size})
    return added


def mark_done(
    measure: Measure, words: str, *, by: User, version: int, at: datetime | None = None, started_on: date | None = None
) -> Measure:
    """Say that all is carried out; the day it came into force must be known, and evidence filed or told in words."""
    at = at or now()
    _check_words(words)
    with transaction.atomic():
        held = _hold(measure, version)
        require_owner(held, by=by)
        if held.state not in AT_WORK:
            raise NotPossible(f"这项整改现在是「{held.get_state_display()}」，不用再提交完成。")
        if started_on is not None:
            _set_start(held, started_on, at)
        if held.started_on is None:
            raise Incomplete({"started_on": "请填写措施从哪一天起生效，效果要从这一天起比较"})
        held.state = State.DONE
        files = held.evidence.count()
        keep_step(held, "done", words.strip(), by=by, at=at, data={"files": files, "started_on": f"{held.started_on}"})
    return held


def check_effect(measure: Measure, *, by: User, version: int | None = None, at: datetime | None = None) -> MeasureCheck:
    """Work out the effect from the facts as they stand and record it; a measure that is done counts as checked.

    Raises NotPossible before a beginning is known and before four whole weeks are over since: nothing can show then.
    """
    at = at or now()
    require_owner(measure, by=by)
    if measure.started_on is None:
        raise NotPossible("措施还没有生效日期，没有可以比较的前后。请先登记从哪一天起生效。")
    if local(at).date() < (first := first_judged(measure.started_on)):
        raise NotPossible(f"生效后满 {LEAST_AFTER} 个整周才能评估，最早 {first}。再早，什么措施都会显得看不出效果。")
    compared = compare(measure, until=local(at).date())
    effect = effect_of(compared)
    with transaction.atomic():
        held = _hold(measure, version)
        require_owner(held, by=by)
        assert held.started_on is not None
        check = MeasureCheck.objects.create(
            measure=held,
            at=at,
            by=by,
            started_on=held.started_on,
            until=local(at).date(),
            effect=asdict(effect),
            data=_told_of(compared),
        )
        if held.state == State.DONE:
            held.state = State.CHECKED
        data = {"check": check.pk, "verdict": effect.verdict, "why": effect.why}
        keep_step(held, "checked", "", by=by, at=at, data=data)
    return check


def first_judged(started_on: date) -> date:
    """The first day on which enough whole weeks lie behind a measure in force since then."""
    whole = monday_of(started_on + timedelta(days=6))
    return whole + timedelta(weeks=LEAST_AFTER)


def effect_of(compared: Compared | None) -> Effect:
    """The effect a comparison shows; units that have gone silent altogether show none."""
    if compared is None:
        return Effect("not_shown", "short_after", 0, 0, 0, 0, 0, 0)
    effect = estimate_effect(compared.panel)
    if compared.silent and effect.why in ("shown", "interval_holds_zero", "pre_trend"):
        blank = dict.fromkeys(("change_pct", "low", "high", "p", "expected"))
        return Effect(**{**asdict(effect), **blank, "verdict": "not_shown", "why": "gone_silent"})
    return effect


def close_measure(measure: Measure, reason: str = "", *, by: User, version: int, at: datetime | None = None) -> Measure:
    """Close it: with a recorded effect of ``worked`` as it is, otherwise with a reason in words."""
    at = at or now()
    with transaction.atomic():
        held = _hold(measure, version)
        require_manager(held, by=by)
        _require_open(held)
        last = held.checks.order_by("-pk").first()
        shown = last is not None and last.effect["verdict"] == "worked" and last.started_on == held.started_on
        if not shown and not reason.strip():
            raise Incomplete({"reason": "还没有看出效果。要关闭，请写明理由；也可以先评估效果。"})
        held.state, held.closed_at = State.CLOSED, at
        data = {"check": last.pk if last else None, "verdict": last.effect["verdict"] if last else ""}
        keep_step(held, "closed", reason.strip(), by=by, at=at, data=data)
    return held


def reopen_measure(measure: Measure, reason: str, *, by: User, version: int, at: datetime | None = None) -> Measure:
    """Open a measure that was done, checked or closed again; its owner is told."""
    at = at or now()
    _check_words(reason)
    with transaction.atomic():
        held = _hold(measure, version)
        require_manager(held, by=by)
        open_again(held, "reopened", reason.strip(), {}, by=by, at=at)
    return held


def open_again(held: Measure, kind: str, words: str, data: dict[str, Any], *, by: User, at: datetime) -> None:
    """A held measure is under way anew, the owner told, inside the caller's transaction."""
    if held.state in AT_WORK:
        raise NotPossible("这项整改本来就在进行，不用重新打开。")
    held.state, held.closed_at, held.chased_on = State.REOPENED, None, None
    keep_step(held, kind, words, by=by, at=at, data=data)
    _tell_owner(held, by, at, zh="整改措施重新打开", en="A measure was opened again", more=words)


def hold_measure(pk: int) -> Measure:
    """The measure, its row locked until the transaction ends. Raises MeasureNotFound."""
    found = Measure.objects.select_for_update(of=("self",)).select_related("owner", "made_by").filter(pk=pk).first()
    if found is None:
        raise MeasureNotFound(pk)
    return found


def keep_step(held: Measure, kind: str, words: str, *, by: User, at: datetime, data: dict[str, Any]) -> None:
    """Save a held measure with one more step and a sealed line in the access log."""
    held.version += 1
    held.save()
    _write_step(held, kind, words, by=by, at=at, data=data)


def path_of(measure: Measure) -> str:
    """Where the measure stands in the product."""
    return f"/insight/measures/{measure.pk}/"


def _hold(measure: Measure, version: int | None) -> Measure:
    held = hold_measure(measure.pk)
    if version is not None and held.version != version:
        raise MeasureChanged(held.title, held.version)
    return held


def _write_step(measure: Measure, kind: str, words: str, *, by: User, at: datetime, data: dict[str, Any]) -> None:
    MeasureStep.objects.create(
        measure=measure, kind=kind, phase=PHASES[kind], at=at, by=by, words=words[:LONGEST_WORDS], data=data
    )
    told = {"measure": measure.pk, "title": measure.title, "did": kind, "state": str(measure.state), **data}
    note_access("measure", {name: value for name, value in told.items() if value is not None}, by=by, at=at)


def _tell_owner(measure: Measure, by: User, at: datetime, *, zh: str, en: str, more: str = "") -> None:
    if measure.owner_id == by.pk or not measure.owner.is_active:
        return
    words = {"zh": f"{zh}{f'：{more}' if more else ''}", "en": en}
    give_notice_about(measure.title, path_of(measure), [measure.owner], kind="measure", words=words, at=at)


def _set_start(held: Measure, day: date, at: datetime) -> None:
    if day > local(at).date():
        raise Incomplete({"started_on": "生效日期不能在今天之后"})
    if day.year < 1990:
        raise Incomplete({"started_on": "请核对生效日期"})
    held.started_on = day


def _require_open(held: Measure) -> None:
    if held.state == State.CLOSED:
        raise NotPossible("这项整改已经关闭。需要继续时，请先重新打开。")


def _check_words(words: str) -> None:
    if not words.strip():
        raise Incomplete({"words": "请写明做了什么"})


def _check_owner(owner: User) -> None:
    if not possible_owners().filter(pk=owner.pk).exists():
        raise Incomplete({"owner": "责任人须是在岗、能查看统计的同事"})


def _check_draft(draft: MeasureDraft, *, by: User, today: date) -> None:
    missing: dict[str, str] = {}
    for name, told in (("title", "请写整改名称"), ("root_cause", "请写根本原因"), ("what", "请写整改做法")):
        if not getattr(draft, name).strip():
            missing[name] = told
    if len(draft.title.strip()) > LONGEST_TITLE:
        missing["title"] = f"整改名称最多 {LONGEST_TITLE} 字"
    if not draft.units:
        missing["units"] = "请选择实施的机构"
    elif units_to_manage(by).filter(pk__in=[u.pk for u in draft.units]).count() < len({u.pk for u in draft.units}):
        missing["units"] = "只能选择您管辖范围内在用的机构"
    if unknown := sorted(set(draft.scope) - set(SCOPES)):
        missing["scope"] = f"不能按「{'、'.join(unknown)}」圈定投诉"
    if draft.due < today:
        missing["due"] = "完成期限不能在今天之前"
    if missing:
        raise Incomplete(missing)
    _check_owner(draft.owner)


def _told_of(compared: Compared | None) -> dict[str, Any]:
    if compared is None:
        return {}
    return {"controls": list(compared.controls), "left_out": compared.left_out}
