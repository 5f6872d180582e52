"""Everything the case page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from tingsu.cases.access import visible_cases
from tingsu.cases.bundles import suspicions_of
from tingsu.cases.checklists import guides_of
from tingsu.cases.class_desks import own_desk
from tingsu.cases.habit import habit_of
from tingsu.cases.lifecycle import Offer, offers
from tingsu.cases.models import Approval, Case, Deadline, Evidence, FollowUp, Option
from tingsu.cases.near import near_cases
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import Revealed, masked_customer
from tingsu.cases.retention import kept_until
from tingsu.cases.standing import standings
from tingsu.cases.veil import veil_of
from tingsu.documents.producing import offered_papers
from tingsu.org.models import User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import can
from tingsu.packs.procedure import Action
from tingsu.packs.rules import Nature, nature_of
from tingsu.web.fields import FieldView, draw_fields
from tingsu.web.highlighting import kinds_in
from tingsu.web.manage_desks import desk_words
from tingsu.web.near_view import show_near
from tingsu.web.process_steps import picture_of, steps_of
from tingsu.web.promise_view import gather_promises
from tingsu.web.reading_details import details_of
from tingsu.web.standing_view import StandingView, show_standing
from tingsu.web.timeline import tell
from tingsu.web.together import fetch_together, gather_duty, gather_joint, gather_parties
from tingsu.web.words import Countdown, deadline_words, in_english

ACTIVE = (Deadline.State.RUNNING, Deadline.State.PAUSED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a person was doing on the page: the action opened, what was typed, what is wrong, what changed meanwhile."""

    action_id: str = ""
    typed: Mapping[str, Any] | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline of the case as the page shows it."""

    deadline: Deadline
    name: str
    words: Countdown
    end: str  # what its end is: a law's, one agreed, or the house's own


PANELS = ("contact", "joint", "parties", "duty")  # parts of the page that offer actions of their own


@dataclass(frozen=True, slots=True)
class Desk:
    """What may be done now: the opened action with its form, and the others, open to this person or not."""

    opened: Offer | None
    fields: list[FieldView]
    main: list[Offer]
    others: list[Offer]
    barred: list[Offer]
    panels: dict[str, list[Offer]]  # part of the page → what this person may do there


def gather(case: Case, by: User, attempt: Attempt, revealed: Revealed | None = None) -> dict[str, Any]:
    """The context of the case page."""
    _fetch(case)
    fetch_together(case)
    events = list(case.events.all())
    pack = pack_of(case)
    correction = pack.process.action("correct")
    veil = veil_of(case) if revealed is None else None
    return {
        "case": case,
        "steps": steps_of(case, events),
        "picture": picture_of(case, events),
        "guides": guides_of(case, events, by=by),
        "desk": make_desk(case, by, attempt),
        "attempt": attempt,
        "clocks": clocks_of(case),
        "kept": gather_promises(case, veil),
        "customer": masked_customer(case.customer),
        "revealed": revealed,
        "may_reveal": can(by, "reveal_personal_data"),
        "who_reveals": _who("reveal_personal_data"),
        "may_attach": can(by, "attach_evidence"),
        "veil": veil,
        "timeline": tell(case, events, veil, by),
        "joint": gather_joint(case, events, by),
        "parties": gather_parties(case, revealed=revealed is not None),
        "duty": gather_duty(case, events, by),
        "rounds": _rounds(case),
        "approvals": list(case.approvals.all()),
        "standing": _standing(case),
        "habit": habit_of(case, by=by),
        "follow_ups": list(case.follow_ups.all()),
        "evidence": list(case.evidence.all()),
        "files_kept": kept_until(case),
        "papers": offered_papers(case),
        "near": show_near(case.masked_text, near_cases(case, by=by)),
        "suspicions": suspicions_of(case, by=by),
        "may_see_bundles": can(by, "view_home"),
        "merged": list(visible_cases(by).filter(merged_into=case).order_by("pk").values_list("number", flat=True)),
        "details": details_of(case.reading, case.demands, case.risks),
        "kinds": kinds_in(case.reading),
        "need_choice": pack.taxonomy("need").choice(case.need) if case.need else None,
        "correctable": correction is not None,
    }


def make_desk(case: Case, by: User, attempt: Attempt) -> Desk:
    """The action to show opened is the one asked for, else the first main step this person may take."""
    all_offers = offers(case, by=by)
    mains = [o for o in all_offers if o.action.main]
    wanted = next((o for o in all_offers if o.action.id == attempt.action_id), None)
    opened = wanted or next((o for o in mains if o.allowed), None)
    fields: list[FieldView] = []
    if opened is not None and opened.allowed:
        own = own_desk(case) if "keep_units" in opened.action.effects else None
        begun = {**starting_values(opened.action, case), **({"lead_unit": own.unit.code} if own else {})}
        typed = attempt.typed if attempt.typed is not None else begun
        fields = draw_fields(opened.action, typed, attempt.wrong, pack_of(case))
        if own and typed.get("lead_unit") == own.unit.code:
            fields = [replace(f, reason=desk_words(own)) if f.field.id == "lead_unit" else f for f in fields]
    rest = [o for o in all_offers if o is not opened and not o.action.panel]
    return Desk(
        opened,
        fields,
        [o for o in mains if not o.allowed and o is not opened],
        [o for o in rest if o.allowed],
        [o for o in rest if not o.allowed and not o.action.main],
        {p: [o for o in all_offers if o.allowed and o.action.panel == p] for p in PANELS},
    )


def starting_values(action: Action, case: Case) -> dict[str, Any]:
    """What a form begins with: one of optional fields with what holds now, the options editor with the last round."""
    values: dict[str, Any] = {}
    corrects = not action.ways and not any(each.required for each in action.fields)
    for each in action.fields:
        if each.kind == "options":
            values |= _last_round(case, each.id)
        elif corrects and hasattr(case, each.id):
            held = getattr(case, each.id)
            values[each.id] = held if isinstance(held, list) else str(held)
    return values


def clocks_of(case: Case) -> list[Clock]:
    """The deadlines, those still running first; a clock that another replaced is left out."""
    language = "en" if in_english() else "zh"
    shown = [d for d in case.deadlines.all() if d.state != Deadline.State.DROPPED or case.closed_at]
    ordered = sorted(shown, key=lambda d: (d.state not in ACTIVE, d.safe_target))
    return [Clock(d, _clock_name(d, language), deadline_words(d), _end_name(nature_of(d.rule))) for d in ordered]


def _clock_name(deadline: Deadline, language: str) -> str:
    names: dict[str, str] = deadline.rule.get("name", {})
    return names.get(language) or names.get("zh", deadline.kind)


def _end_name(nature: Nature) -> str:
    return {"law": _("法定到期"), "agreed": _("约定到期"), "house": _("内部时限")}[nature]


def _fetch(case: Case) -> None:
    """Everything that hangs on the case, one query a table."""
    prefetch_related_objects(
        [case],
        "events",
        "deadlines",
        "options",
        "support_units",
        Prefetch("approvals", Approval.objects.select_related("option", "asked_by", "decided_by", "acting_for")),
        Prefetch("follow_ups", FollowUp.objects.select_related("by")),
        Prefetch("evidence", Evidence.objects.select_related("added_by")),
    )


def _standing(case: Case) -> StandingView | None:
    """With whom the plan that waits stands."""
    waiting = next((one for one in case.approvals.all() if one.granted is None), None)
    if waiting is None:
        return None
    waiting.case = case
    return show_standing(standings([waiting])[waiting.pk], waiting.level)


def _rounds(case: Case) -> list[tuple[int, list[Option]]]:
    """The rounds of options, latest first."""
    rounds: dict[int, list[Option]] = {}
    for option in case.options.all():
        rounds.setdefault(option.round, []).append(option)
    return sorted(rounds.items(), reverse=True)


def _last_round(case: Case, field_id: str) -> dict[str, Any]:
    rounds = _rounds(case)
    if not rounds:
        return {}
    options = rounds[0][1]
    rows = [{"kind": o.kind, "amount": f"{o.amount.normalize():f}", "text": o.text} for o in options]
    return {field_id: rows, "chosen": next((str(o.rank) for o in options if o.chosen), "1")}


def _who(permission: str) -> str:
    language = "en" if in_english() else "zh"
    names = [
        role.name.in_language(language)
        for pack in packs_in_force().all
        for role in pack.roles
        if permission in role.permissions
    ]
    return ("、" if language == "zh" else ", ").join(dict.fromkeys(names))
