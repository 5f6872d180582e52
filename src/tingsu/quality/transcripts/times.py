"""Times as transcripts write them, as seconds; and what is wrong with the times of a conversation."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tingsu.intake.cells import clean_text, parse_moment
from tingsu.quality.transcripts.turns import Said

CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
DAY = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?[T\s]+"
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|毫秒|s|sec|秒)?", re.IGNORECASE)
_WORDS = re.compile(r"(?:(\d+)\s*(?:小时|时))?\s*(?:(\d+)\s*分钟?)?\s*(?:(\d+(?:\.\d+)?)\s*秒)?")
LONGEST = 12 * 3600  # seconds; a longer silence is another day's conversation or a broken clock
_OFFICE = 7 * 60  # 07:00 read as minutes and seconds; hardly a call begins at its seventh minute
_FEWEST = 4  # times from which their pattern can be told


def read_time(value: object, *, milliseconds: bool = False) -> float | None:
    """Seconds: of a clock (01:02:03.5), a number, 1分12秒, or a date with a time (then since 1970).

    None where the cell is empty. Raises ValueError where something stands there that is no time.
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, (int, float)):
        try:
            return _finite(float(value) / (1000 if milliseconds else 1))
        except OverflowError:  # JSON knows whole numbers of any length
            raise ValueError(str(value)[:20]) from None
    text = clean_text(value).replace("：", ":")
    if not text:
        return None
    if match := _CLOCK.fullmatch(text):
        return _from_clock(match)
    if match := _SECONDS.fullmatch(text):
        in_ms = (match[2] or ("ms" if milliseconds else "s")).lower() in ("ms", "毫秒")
        return _finite(float(match[1]) / (1000 if in_ms else 1))
    if (match := _WORDS.fullmatch(text)) and any(match.groups()):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return _finite(hours * 3600 + minutes * 60 + seconds)
    moment = parse_moment(value if not isinstance(value, str) else _without_fraction(text))
    if moment is None:
        raise ValueError(text)
    return moment.timestamp()


def _finite(number: float) -> float:
    if not math.isfinite(number) or number < 0:
        raise ValueError(number)
    return number


def _from_clock(match: re.Match[str]) -> float:
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
    if seconds > 59 or (match[1] and minutes > 59):
        raise ValueError(match[0])
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{match[4] or 0}")


def _without_fraction(text: str) -> str:
    return re.sub(r"(:\d\d)[.,]\d+", r"\1", text)


def settle_times(said: Sequence[Said]) -> list[str]:
    """Make the times of a conversation count from its beginning; those that cannot be true are taken away.

    Changes ``said``. Returns a sentence for every kind of trouble, with the lines.
    """
    told = [_told(_("第 {lines} 行的时间看不懂（{example}），这几句按没有时间处理"), _unread(said))]
    if _are_minutes(said):
        told.append(_("时间只写到分钟，量不出应答、语速和停顿，按没有时间处理"))
        _drop(said)
        return [one for one in told if one]
    told.append(_told(_("第 {lines} 行的结束时间早于开始时间，这几句按没有时间处理"), _reversed(said)))
    told.append(_told(_("第 {lines} 行的时间比上一句早或跳得太远，这几句按没有时间处理"), _falling(said)))
    _from_zero(said)
    return [one for one in told if one]


def _unread(said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.bad_time]


def _are_minutes(said: Sequence[Said]) -> bool:
    """Whether 10:05, 10:05, 10:06 … are hours and minutes: late at the start, many the same."""
    starts = [one.start for one in said if one.start is not None]
    if len(starts) < _FEWEST or any(one.end is not None for one in said) or starts[0] >= 24 * 60:
        return False
    return starts[0] >= _OFFICE and (len(starts) - len(set(starts))) * 4 >= len(starts)


def _reversed(said: Sequence[Said]) -> list[Said]:
    wrong = [one for one in said if one.start is not None and one.end is not None and one.end < one.start]
    _drop(wrong)
    return wrong


def _falling(said: Sequence[Said]) -> list[Said]:
    wrong: list[Said] = []
    latest: float | None = None
    for one in said:
        if one.start is None:
            continue
        last = one.start if one.end is None else one.end
        if latest is not None and (one.start < latest or last - latest > LONGEST):
            wrong.append(one)
        else:
            latest = one.start
    _drop(wrong)
    return wrong


def _drop(said: Sequence[Said]) -> None:
    for one in said:
        one.start = one.end = None


def _from_zero(said: Sequence[Said]) -> None:
    """Dates become seconds since the first; clocks that begin with the call stay as they are."""
    first = next((one.start for one in said if one.start is not None), None)
    if first is None or first < LONGEST / 2:
        return
    for one in said:
        one.start = None if one.start is None else round(one.start - first, 3)
        one.end = None if one.end is None else round(one.end - first, 3)


def _told(sentence: str, wrong: Sequence[Said]) -> str:
    if not wrong:
        return ""
    lines = "、".join(str(one.line) for one in wrong[:8]) + (_(" 等") if len(wrong) > 8 else "")
    return sentence.format(lines=lines, example=wrong[0].bad_time[:20])
