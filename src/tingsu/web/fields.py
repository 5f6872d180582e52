"""Forms drawn from a pack's FormFields: what to show for each field, and what the person typed, as plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tingsu.org.models import Unit, User
from tingsu.packs.procedure import Action, FormField
from tingsu.packs.schema import Pack
from tingsu.web.words import in_english

FEW = 6  # up to so many choices are shown all at once
MANY = 80  # from so many on, a list is typed into instead of scrolled


@dataclass(frozen=True, slots=True)
class Pick:
    """One value to pick: what is sent, what is read, and under which heading."""

    value: str
    name: str
    group: str = ""
    hint: str = ""
    picked: bool = False


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One row of the options editor, numbered from 1."""

    no: int
    kind: str
    amount: str
    text: str
    chosen: bool
    needed: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field ready to draw: its wording, what was typed, what is wrong with it, what may be picked."""

    field: FormField
    value: Any = ""
    wrong: str = ""
    picks: list[Pick] = dataclasses.field(default_factory=list)
    rows: list[OptionRow] = dataclasses.field(default_factory=list)
    chosen_wrong: str = ""
    reason: str = ""  # why the form begins with this value
    needed: str = ""  # under which answer it must be filled; "" where it is asked of all or of nobody

    @property
    def template(self) -> str:
        return f"web/fields/{self.look}.html"

    @property
    def look(self) -> str:
        """Which drawing fits: few choices lie open, many are a list, very many are typed into."""
        kind = self.field.kind
        if kind in ("choice", "choices", "units") and len(self.picks) <= FEW:
            return "pills" if kind == "choice" else "ticks"
        if kind in ("choices", "units"):
            return "ticks"
        if kind in ("choice", "unit", "user"):
            return "typed_pick" if len(self.picks) > MANY else "pick"
        return {"case": "text"}.get(kind, kind)


def draw_fields(action: Action, typed: Mapping[str, Any], wrong: Mapping[str, str], pack: Pack) -> list[FieldView]:
    """The fields of an action, filled with what was typed and told what is wrong.

    Options are edited in rows with their own radio button, so the number of the recommended one is no separate field.
    """
    has_rows = any(f.kind == "options" for f in action.fields)
    shown = [f for f in action.fields if not (has_rows and f.id == "chosen")]
    return [draw_field(f, typed, wrong, pack, beside=action.fields) for f in shown]


def read_fields(fields: Iterable[FormField], posted: QueryDict) -> dict[str, Any]:
    """What was typed, as the plain values the verbs take; untouched fields are left out."""
    typed = {f.id: _read(f, posted) for f in fields}
    return {name: value for name, value in typed.items() if value not in ("", [], None)}


def draw_field(
    field: FormField, typed: Mapping[str, Any], wrong: Mapping[str, str], pack: Pack, *, beside: Iterable[FormField]
) -> FieldView:
    """One field, its choices as the pack has them; ``beside`` are the form's fields, of which its need may speak."""
    value = typed.get(field.id, "")
    if field.kind == "options":
        return FieldView(
            field,
            value,
            wrong.get(field.id, ""),
            picks=_taxonomy_picks(pack, field.choices, set()),
            rows=_rows(field, value or [], str(typed.get("chosen", "1"))),
            chosen_wrong=wrong.get("chosen", ""),
        )
    picks, needed = _picks(field, _as_set(value), pack), _needed_words(field, beside, pack)
    return FieldView(field, value, wrong.get(field.id, ""), picks=picks, needed=needed)


def _needed_words(field: FormField, beside: Iterable[FormField], pack: Pack) -> str:
    """When the field must be filled, in words that hold without JavaScript too."""
    asked = {f.id: f for f in beside}
    answers = _("、").join(
        _("「%(answer)s」") % {"answer": _answer_words(asked[name], value, pack)}
        for name, value in field.needed_when.items()
        if name in asked
    )
    return _("选%(answers)s时必填") % {"answers": answers} if answers else ""


def _answer_words(field: FormField, value: str, pack: Pack) -> str:
    if field.kind == "yes_no":
        return _("是") if value == "yes" else _("否")
    return next((pick.name for pick in _picks(field, set(), pack) if pick.value == value), value)


def _as_set(value: Any) -> set[str]:
    return {str(v) for v in value} if isinstance(value, list) else {str(value)}


def _picks(field: FormField, picked: set[str], pack: Pack) -> list[Pick]:
    if field.kind in ("choice", "choices"):
        return _taxonomy_picks(pack, field.choices, picked)
    if field.kind in ("unit", "units"):
        return unit_picks(picked)
    return user_picks(picked) if field.kind == "user" else []


def _taxonomy_picks(pack: Pack, taxonomy: str, picked: set[str]) -> list[Pick]:
    language = "en" if in_english() else "zh"
    return [
        Pick(
            c.id,
            c.name.in_language(language) if c.name else c.id,
            c.group,
            c.hint.in_language(language) if c.hint else "",
            c.id in picked,
        )
        for c in pack.taxonomy(taxonomy).values
    ]


def unit_picks(picked: set[str]) -> list[Pick]:
    """Every active unit, under the kind of unit it is, departments first: they lead most cases."""
    order = [Unit.Kind.DEPARTMENT, Unit.Kind.BRANCH, Unit.Kind.OUTLET, Unit.Kind.HEAD_OFFICE]
    units = sorted(Unit.objects.filter(active=True), key=lambda u: (order.index(Unit.Kind(u.kind)), u.path))
    return [Pick(u.code, u.name, str(Unit.Kind(u.kind).label), picked=u.code in picked) for u in units]


def user_picks(picked: set[str]) -> list[Pick]:
    """Every active person who belongs to a unit, under that unit."""
    people = (
        User.objects.filter(is_active=True, unit__isnull=False).select_related("unit").order_by("unit__path", "name")
    )
    return [Pick(u.username, str(u), u.unit.name if u.unit else "", picked=u.username in picked) for u in people]


def _rows(field: FormField, typed: list[dict[str, str]], chosen: str) -> list[OptionRow]:
    count = max(field.at_most or 4, len(typed))
    padded = [*typed, *({} for _ in range(count - len(typed)))]
    return [
        OptionRow(
            no,
            r.get("kind", ""),
            r.get("amount", ""),
            r.get("text", ""),
            chosen == str(no),
            no <= (field.at_least or 1),
        )
        for no, r in enumerate(padded, start=1)
    ]


def _read(field: FormField, posted: QueryDict) -> Any:
    if field.kind in ("choices", "units"):
        return [v for v in posted.getlist(field.id) if v]
    if field.kind == "options":
        return _read_rows(field, posted)
    value = str(posted.get(field.id, ""))
    return value.split(" ", 1)[0] if field.kind in ("unit", "user") else value.strip()


def _read_rows(field: FormField, posted: QueryDict) -> list[dict[str, str]]:
    keys = ("kind", "amount", "text")
    numbers = range(1, (field.at_most or 4) + 1)
    rows = [{key: str(posted.get(f"{field.id}-{no}-{key}", "")).strip() for key in keys} for no in numbers]
    while rows and not rows[-1]["text"]:
        rows.pop()
    return rows
