"""What a person filled in, checked against what the pack's action asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tingsu.base.clock import is_plausible, local
from tingsu.base.errors import TingsuError
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.composing import WORD, Composed
from tingsu.cases.errors import Incomplete
from tingsu.org.models import Unit, User
from tingsu.packs.procedure import Action, FormField
from tingsu.packs.schema import Pack

LONGEST = 20_000  # characters of one long text
MOST = 50  # values of one field that takes several


class _Bad(TingsuError):
    """One field is not understood; collected into Incomplete."""


@dataclass(frozen=True, slots=True)
class ProposedOption:
    """One remedy as typed: kind of the pack's remedies, yuan, wording."""

    kind: str
    amount: Decimal
    text: str


def parse_fields(action: Action, given: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """The action's fields as typed values; absent optional ones are left out.

    Raises Incomplete naming every field that is missing or not understood.
    """
    return _parse_all(action.fields, given, pack)


def parse_intake(pack: Pack, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the pack asks at recording as typed values. Raises Incomplete."""
    return _parse_all(pack.intake, given, pack)


def as_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as JSON for the event: units by code, people by username, money with two decimals."""
    return {key: _as_plain(value) for key, value in values.items()}


def _parse_all(fields: list[FormField], given: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        value = given.get(field.id)
        if _is_empty(value):
            if _is_needed(field, given):
                wrong[field.id] = f"请填写「{field.name.zh}」"
            continue
        try:
            parsed[field.id] = _parse(field, value, pack)
        except _Bad as error:
            wrong[field.id] = f"「{field.name.zh}」{error.message}"
    if unknown := set(given) - {field.id for field in fields}:
        wrong |= {name: f"没有名为「{name}」的栏目" for name in sorted(unknown)}
    if wrong:
        raise Incomplete(wrong)
    return parsed


_UNITS = Composed(lambda: Unit.objects.filter(code=WORD, active=True))


def unit_called(code: str) -> Unit | None:
    """The unit of this code, if there is one and it works."""
    return _UNITS.first(code)


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _is_needed(field: FormField, given: Mapping[str, Any]) -> bool:
    if field.needed_when:
        return all(given.get(key) == wanted for key, wanted in field.needed_when.items())
    return field.required


def _parse(field: FormField, value: Any, pack: Pack) -> Any:
    _check_plain(value)
    if field.kind in ("text", "longtext", "case"):
        return _text(value)
    if field.kind == "choice":
        return _choice(field, str(value), pack)
    if field.kind == "choices":
        return list(dict.fromkeys(_choice(field, str(v), pack) for v in _many(value)))
    if field.kind == "options":
        return _options(field, value, pack)
    return _PARSERS[field.kind](value)


def _check_plain(value: Any) -> None:
    """Nothing that no store can keep, and no more values than a form could send."""
    if isinstance(value, str) and not is_storable(value):
        raise _Bad(UNSTORABLE)
    if isinstance(value, list | tuple | Mapping):
        if len(value) > MOST:
            raise _Bad(f"最多 {MOST} 项")
        for part in value.values() if isinstance(value, Mapping) else value:
            _check_plain(part)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | Mapping):
        raise _Bad("请写成一段文字")
    text = str(value).strip()
    if len(text) > LONGEST:
        raise _Bad(f"太长，最多 {LONGEST} 字，长材料请作为证据上传")
    return text


def _choice(field: FormField, value: str, pack: Pack) -> str:
    if pack.taxonomy(field.choices).choice(value) is None:
        raise _Bad(f"没有「{value[:40]}」这一项，请从列表中选择")
    return value


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _options(field: FormField, value: Any, pack: Pack) -> list[ProposedOption]:
    rows = [row for row in _many(value) if isinstance(row, Mapping) and str(row.get("text", "")).strip()]
    if not field.at_least <= len(rows) <= (field.at_most or len(rows)):
        raise _Bad(f"要有 {field.at_least} 到 {field.at_most} 套，现有 {len(rows)} 套")
    return [
        ProposedOption(
            _choice(field, str(row.get("kind", "")), pack), _money(row.get("amount") or "0"), _text(row["text"])
        )
        for row in rows
    ]


def _money(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        raise _Bad("请写成数字，如 200 或 128.50") from None
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 10 - Decimal("0.01"):
        raise _Bad("金额不能为负，也不能超过百亿")
    return abs(amount.quantize(Decimal("0.01")))  # "-0" is no amount less than nothing, but no store keeps its sign


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return local(value)
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise _Bad("请写成日期和时间，如 2026-11-24 17:00") from None
    if not is_plausible(moment):
        raise _Bad("的年份不对，请核对")
    return local(moment)


def _unit(value: Any) -> Unit:
    if isinstance(value, Unit):
        return value
    unit = unit_called(str(value))
    if unit is None:
        raise _Bad(f"没有代码为「{value}」的部门")
    return unit


def _units(value: Any) -> list[Unit]:
    return [_unit(v) for v in _many(value)]


def _user(value: Any) -> User:
    if isinstance(value, User):
        return value
    user = User.objects.filter(username=str(value), is_active=True).first()
    if user is None:
        raise _Bad(f"没有名为「{value}」的同事")
    return user


def _yes_no(value: Any) -> bool:
    return value is True or str(value).lower() in ("1", "true", "yes", "on", "是")


def _as_plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_plain(v) for v in value]
    if isinstance(value, ProposedOption):
        return {"kind": value.kind, "amount": f"{value.amount:.2f}", "text": value.text}
    if isinstance(value, Unit):
        return {"unit": value.code, "name": value.name}
    if isinstance(value, User):
        return {"user": value.username, "name": str(value)}
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, datetime) else value


_PARSERS = {"money": _money, "moment": _moment, "unit": _unit, "units": _units, "user": _user, "yes_no": _yes_no}
