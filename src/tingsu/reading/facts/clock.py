"""The time of day: 下午三点多 → 15:00, 晚上十点半 → 22:30, 9:40 → 09:40."""

from __future__ import annotations

import re

from tingsu.reading.facts.numbers import parse_small

_FIGURES = re.compile(r"(\d{1,2})[:：](\d{2})")
_SPOKEN = re.compile(
    r"([\d一二三四五六七八九十两]{1,3})点(?:(半)|(一刻)|(三刻)|零?([\d一二三四五六七八九十]{1,3})分?)?"
)
_LATE = ("下午", "傍晚", "晚", "夜")
_NIGHT = ("半夜", "夜里", "深夜", "午夜", "晚上")


def read_clock(words: str, part: str = "") -> str:
    """``words`` as "15:00"; ``part`` is the part of the day where another piece named it; empty when it is no time."""
    found = _FIGURES.search(words)
    if found:
        hour, minute = int(found[1]), int(found[2])
    else:
        spoken = _SPOKEN.search(words)
        if spoken is None:
            return ""
        said = parse_small(spoken[1])
        if said is None:
            return ""
        hour, minute = said, _minutes(spoken)
    hour = _by_part(hour, words if not words[0].isdigit() else part, part)
    return f"{hour % 24:02d}:{minute:02d}" if hour <= 24 and minute < 60 else ""


def _minutes(spoken: re.Match[str]) -> int:
    if spoken[2]:
        return 30
    if spoken[3] or spoken[4]:
        return 15 if spoken[3] else 45
    return (parse_small(spoken[5]) or 0) if spoken[5] else 0


def _by_part(hour: int, *said: str) -> int:
    """Three in the afternoon is fifteen; twelve at night is midnight; two at night stays two."""
    words = "".join(said)
    if hour >= 13:
        return hour
    if any(night in words for night in _NIGHT) and (hour == 12 or hour <= 5):
        return 0 if hour == 12 else hour
    if any(late in words for late in _LATE) and hour < 12:
        return hour + 12
    return hour + 12 if "中午" in words and hour <= 2 else hour
