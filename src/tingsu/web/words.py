"""Moments, countdowns and amounts as a clerk reads them, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tingsu.base.clock import local, now
from tingsu.calendars.deadlines import format_end
from tingsu.cases.models import Deadline

NEAR = timedelta(days=3)
DAY = timedelta(days=1)
ICONS = {"overdue": "late", "due_today": "bell", "near": "clock", "running": "clock", "paused": "pause", "done": "done"}


@dataclass(frozen=True, slots=True)
class Countdown:
    """How a clock stands, in words; ``state`` picks the colour and ``icon`` says the same without colour."""

    text: str
    state: str
    end: str = ""

    @property
    def icon(self) -> str:
        return ICONS.get(self.state, "done")


def in_english() -> bool:
    """Whether the page is being written in English."""
    return (get_language() or "").startswith("en")


def count_down(due: datetime, at: datetime | None = None) -> Countdown:
    """The time left to ``due`` (an exclusive end), or the time since: 「还剩 2 天」「今天 24:00 到期」「已超 3 天」."""
    due, present = local(due), local(at or now())
    end = end_words(due)
    if present >= due:
        return Countdown(_over(present - due), "overdue", end)
    days = ((due - timedelta(microseconds=1)).date() - present.date()).days
    if days == 0:
        return Countdown(_("今天 %(time)s 到期") % {"time": _end_time(due)}, "due_today", end)
    left = due - present
    if left < DAY:  # ends at an hour of tomorrow: the hours say more than "one day"
        return Countdown(_("还剩 %(length)s") % {"length": _length(left)}, "near", end)
    text = ngettext("还剩 %(days)d 天", "还剩 %(days)d 天", days) % {"days": days}
    return Countdown(text, "near" if left <= NEAR else "running", end)


def deadline_words(deadline: Deadline, at: datetime | None = None) -> Countdown:
    """How one clock of a case stands or ended, judged by its lawful end once that has passed."""
    end = end_words(deadline.lawful_end)
    if deadline.state == Deadline.State.PAUSED:
        return Countdown(_("计时已暂停"), "paused", end)
    if deadline.state == Deadline.State.MET:
        return Countdown(_("按时完成"), "done", end)
    if deadline.state == Deadline.State.LATE:
        return Countdown(_("超期完成"), "overdue", end)
    if deadline.state == Deadline.State.DROPPED:
        return Countdown(_("不再计时"), "done", end)
    return count_down(deadline.safe_target, at)


def end_words(end: datetime) -> str:
    """An exclusive end the Chinese way: midnight is 24:00 of the day before."""
    end = local(end)
    if not in_english():
        return format_end(end, with_year=end.year != now().year)
    if (end.hour, end.minute) == (0, 0):
        return f"{date_format(end - DAY, 'j M Y')} 24:00"
    return date_format(end, "j M Y H:i")


def moment_words(moment: datetime) -> str:
    """A moment to the minute; the year only where it is not this one."""
    moment = local(moment)
    if in_english():
        return date_format(moment, "j M H:i" if moment.year == now().year else "j M Y H:i")
    day = f"{moment.month}月{moment.day}日 {moment:%H:%M}"
    return day if moment.year == now().year else f"{moment.year}年{day}"


def waited_words(since: datetime, at: datetime | None = None) -> str:
    """How long something has waited, in whole days or hours."""
    return _length(local(at or now()) - local(since))


def _over(passed: timedelta) -> str:
    return _("已超 %(length)s") % {"length": _length(passed)}


def _length(span: timedelta) -> str:
    if span >= DAY:
        return ngettext("%(days)d 天", "%(days)d 天", span.days) % {"days": span.days}
    hours = int(span.total_seconds() // 3600)
    if hours:
        return ngettext("%(hours)d 小时", "%(hours)d 小时", hours) % {"hours": hours}
    minutes = max(int(span.total_seconds() // 60), 0)
    return ngettext("%(minutes)d 分钟", "%(minutes)d 分钟", minutes) % {"minutes": minutes}


def _end_time(due: datetime) -> str:
    return "24:00" if (due.hour, due.minute) == (0, 0) else f"{due:%H:%M}"
