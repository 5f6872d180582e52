"""What one cell says: clean text, a moment in time, a short name."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

from tingsu.base.clock import SHANGHAI, local
from tingsu.intake.rows import Flaw, Merged

_CONTROL = re.compile(r"_x000[dD]_|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_BREAKS = re.compile(r"\s*[\r\n]\s*")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MOMENT = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
    r"(?:[T\s,]*(?P<half>上午|下午|晚上|AM|PM|am|pm)?\s*(?P<h>\d{1,2})\s*[:时点]"
    r"\s*(?P<min>\d{1,2})?(?:\s*[:分]\s*(?P<s>\d{1,2})(?:\.\d+)?)?\s*[分秒]?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\s?(\d\d):?(\d\d):?(\d\d))?")
_EXCEL_DAY_ZERO = datetime(1899, 12, 30, tzinfo=SHANGHAI)
FIRST_YEAR, LAST_YEAR = 1990, 2100


def plain_value(cell: object) -> object:
    """The value behind a merged cell; None for a flaw."""
    if isinstance(cell, Merged):
        return cell.value
    return None if isinstance(cell, Flaw) else cell


def clean_text(cell: object) -> str:
    """The cell as readable text: control characters gone, runs of blanks and line breaks made one."""
    value = plain_value(cell)
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable() and "  " not in value and "_x" not in value:
        return value.strip()  # nearly every cell; the rest of this costs ten times as much
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    text = _CONTROL.sub("", str(value))
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def parse_moment(cell: object) -> datetime | None:
    """The moment a cell names, aware, China time; None where it names none.

    Understands real dates, Excel serial days (of the 1900 system), ``2020/1/3 10:05``, ``2020年1月3日 下午3点20分``,
    ``二〇二〇年一月三日``, ``20200103`` and ISO 8601 with an offset. A date without a year, and ``1/3/2020``
    (whose order nobody can know), are no moment.
    """
    value = plain_value(cell)
    if isinstance(value, datetime):
        return _within(local(value))
    if isinstance(value, date):
        return _within(datetime(value.year, value.month, value.day, tzinfo=SHANGHAI))
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(float(value))
    return _from_text(str(value)) if isinstance(value, str) else None


def _from_number(value: float) -> datetime | None:
    if 20_000_000 <= value < 22_000_000 and value.is_integer():
        return _from_text(str(int(value)))
    if 32_000 <= value < 80_000:
        moment = _EXCEL_DAY_ZERO + timedelta(days=value)
        return _within((moment + timedelta(milliseconds=500)).replace(microsecond=0))
    return None


def _from_text(text: str) -> datetime | None:
    text = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_number(float(text))
    if found := _COMPACT.fullmatch(text.removesuffix(".0")):
        return _build(*(int(part) if part else 0 for part in found.groups()))
    if "年" in text:
        text = _arabic(text)
    if not (found := _MOMENT.match(text)):
        return None
    if found["zone"]:
        return _from_iso(found[0])
    hour = int(found["h"] or 0)
    if found["half"] in ("下午", "晚上", "PM", "pm") and hour < 12:
        hour += 12
    return _build(
        int(found["y"]),
        int(found["m"]),
        int(found["d"]),
        hour,
        int(found["min"] or 0),
        int(found["s"] or 0),
    )


def _arabic(text: str) -> str:
    """Chinese numerals of a date as digits: 二〇二〇年十二月三十一日 → 2020年12月31日."""
    text = re.sub(r"([一二三]?)十([一二三四五六七八九]?)(?=[月日号])", _tens, text)
    return text.translate(_NUMERALS)


def _tens(found: re.Match[str]) -> str:
    return (found[1] or "一") + (found[2] or "零")


def _from_iso(text: str) -> datetime | None:
    try:
        return _within(local(datetime.fromisoformat(text.replace("/", "-"))))
    except ValueError:
        return None


def _build(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return _within(datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI))
    except ValueError:
        return None


def _within(moment: datetime) -> datetime | None:
    return moment if FIRST_YEAR <= moment.year < LAST_YEAR else None
