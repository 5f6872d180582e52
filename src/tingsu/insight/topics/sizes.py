"""How large units are: customers and outlets from a day on, taken from a table of the house, for rates per thousand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.insight.reach import manages
from tingsu.insight.topics.hot import Size
from tingsu.insight.topics.tables import UnitSize
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require

COLUMNS = {
    "unit": ("机构代码", "unit", "unit_code"),
    "customers": ("客户数", "customers"),
    "outlets": ("网点数", "outlets"),
}
LARGEST = 2_000_000_000


class SizesRefused(TingsuError):
    """The table of sizes cannot be taken; ``rows``: row number → why."""

    code = "sizes_refused"

    def __init__(self, message: str, rows: dict[int, str] | None = None) -> None:
        self.rows = rows or {}
        listed = "".join(_("第 {row} 行：{why}").format(row=row, why=why) for row, why in list(self.rows.items())[:5])
        super().__init__(message + listed)


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One line of the table."""

    unit: str
    customers: int
    outlets: int


def read_sizes(path: Path) -> list[SizeRow]:
    """The rows of a CSV with 机构代码, 客户数, 网点数 (one of the two may be missing). Raises SizesRefused."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SizesRefused(_("读不了这份文件，请存成 UTF-8 编码的 CSV。")) from None
    reader = csv.DictReader(lines)
    names = {
        key: next((n for n in reader.fieldnames or [] if n.strip() in words), "") for key, words in COLUMNS.items()
    }
    if not names["unit"] or not (names["customers"] or names["outlets"]):
        raise SizesRefused(_("第一行要有“机构代码”，以及“客户数”“网点数”中的至少一个。"))
    rows, wrong = [], {}
    for number, row in enumerate(reader, start=2):
        try:
            counts = [_count(row.get(names[key]) or "") if names[key] else 0 for key in ("customers", "outlets")]
            rows.append(SizeRow((row[names["unit"]] or "").strip(), *counts))
        except ValueError:
            wrong[number] = _("客户数、网点数要写成不小于 0 的整数。")
    if wrong:
        raise SizesRefused(_("有 {n} 行读不了。").format(n=len(wrong)), wrong)
    return rows


def _count(text: str) -> int:
    number = int(text.replace(",", "").strip() or "0")
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


def set_sizes(rows: Iterable[SizeRow], *, valid_from: date, by: User, at: datetime) -> int:
    """Keep the sizes as of a day, in place of what stood for that day; returns how many units.

    All or none. Raises NotAllowed, SizesRefused where a unit is not known, not managed by this person, or stands twice.
    """
    require(by, "manage_insight")
    given = list(rows)
    known = dict(Unit.objects.values_list("code", "path"))
    seen: set[str] = set()
    wrong = {}
    for number, row in enumerate(given, start=2):
        if row.unit not in known:
            wrong[number] = _("没有代码为 {code} 的机构。").format(code=row.unit or _("空"))
        elif not manages(by, known[row.unit]):
            wrong[number] = _("机构 {code} 不在您管辖的范围内。").format(code=row.unit)
        elif row.unit in seen:
            wrong[number] = _("机构 {code} 写了两次。").format(code=row.unit)
        seen.add(row.unit)
    if wrong or not given:
        raise SizesRefused(_("没有写入。") if given else _("文件里没有机构。"), wrong)
    with transaction.atomic():
        for row in given:
            UnitSize.objects.update_or_create(
                unit_code=row.unit,
                valid_from=valid_from,
                defaults={"customers": row.customers, "outlets": row.outlets, "by": by, "at": at},
            )
        note_access("unit_sizes", {"units": len(given), "from": valid_from.isoformat()}, by=by, at=at)
    return len(given)


def sizes_on(day: date) -> dict[str, Size]:
    """Unit code → its size on a day; where no size was given, the customers an outlet is known to serve.

    A branch's own count would leave out those of its outlets.
    """
    found = {
        code: Size(customers)
        for code, customers in Unit.objects.filter(kind=Unit.Kind.OUTLET, customers__gt=0).values_list(
            "code", "customers"
        )
    }
    for size in UnitSize.objects.filter(valid_from__lte=day).order_by("valid_from"):
        found[size.unit_code] = Size(size.customers, size.outlets)
    return found


def stamp_of_sizes(*, by: User) -> tuple[object, ...]:
    """What changes with every size and with the units in use: keeps what the old ones gave from being shown.

    Read once a request, kept on the user object.
    """
    kept: tuple[object, ...] | None = getattr(by, "_kept_sizes", None)
    if kept is None:
        kept = _stamp()
        by._kept_sizes = kept  # type: ignore[attr-defined]
    return kept


def _stamp() -> tuple[object, ...]:
    given = UnitSize.objects.aggregate(n=Count("pk"), last=Max("at"))
    # Weighed by unit: customers that move from one to another leave their sum as it is.
    each = Sum(F("pk") * F("customers"))
    named = Unit.objects.aggregate(n=Count("pk", filter=Q(active=True)), sum=Sum("customers"), each=each)
    return (given["n"], given["last"], named["n"], named["sum"], named["each"])


def size_of(path: str, sizes: Mapping[str, Size]) -> Size:
    """Customers and outlets of the unit at ``path`` with all below it; "" is the whole house. 0 where not known.

    What was given for the unit itself, else the customers its own entry names, else the sum of its outlets where every
    one in use is known: nothing is guessed.
    """
    units = list(Unit.objects.filter(active=True, path__startswith=path or "/"))
    tops = [unit for unit in units if (unit.path == path if path else unit.parent_id is None)]
    own = sizes.get(tops[0].code, Size()) if len(tops) == 1 else Size()
    named = tops[0].customers if len(tops) == 1 else 0
    outlets = [sizes.get(unit.code, Size()) for unit in units if unit.kind == Unit.Kind.OUTLET]
    return Size(
        own.customers or named or _all_known([size.customers for size in outlets]),
        own.outlets or _all_known([size.outlets for size in outlets]),
    )


def sizes_of_lowest(day: date) -> dict[str, Size]:
    """Sizes of the units that have none below them: a branch's own complaints leave out those of its outlets."""
    above = set(Unit.objects.filter(active=True, parent__isnull=False).values_list("parent__code", flat=True))
    return {code: size for code, size in sizes_on(day).items() if code not in above}


def _all_known(counts: list[int]) -> int:
    return sum(counts) if counts and all(counts) else 0
