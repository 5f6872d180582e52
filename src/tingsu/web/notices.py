"""What a person was told (提醒): clocks that run out, promises handed over; unread first, each with what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tingsu.cases.models import Case
from tingsu.cases.notices import mark_read, notices_of
from tingsu.cases.overdue_tables import Notice
from tingsu.cases.packs import held_value, pack_of
from tingsu.packs.wording import Text
from tingsu.web.asking import person_of
from tingsu.web.queue import LONGEST_NUMBER
from tingsu.web.words import Countdown, count_down, in_english

MOST = 100


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice: what is to be known, of which clock, how it stands, the case's next step; ``open``: may be seen."""

    notice: Notice
    words: str
    clock: str
    due: Countdown | None
    next_step: Text | None
    open: bool


def show_notices(request: HttpRequest) -> HttpResponse:
    """GET lists the person's notices; POST marks one, or all, as read."""
    by = person_of(request)
    if request.method == "POST":
        mark_read(by, _numbers(request))
        return redirect("notices")
    found = notices_of(by, most=MOST)
    rows = [_row(notice, notice.case_id is None or notice.case_id in found.open) for notice in found.notices]
    return render(request, "web/notices.html", {"rows": rows, "unread": found.unread, "most": MOST})


def _numbers(request: HttpRequest) -> list[int] | None:
    """The notices ticked off; None means all."""
    if request.POST.get("all"):
        return None
    return [int(no) for no in request.POST.getlist("notice") if no.isdecimal() and len(no) <= LONGEST_NUMBER]


def _row(notice: Notice, seen: bool) -> NoticeRow:
    language = "en" if in_english() else "zh"
    words = notice.words.get(language) or notice.words.get("zh", "")
    clock = notice.clock.get(language) or notice.clock.get("zh", "")
    ended = notice.case is not None and notice.case.closed_at is not None
    due = count_down(notice.due) if notice.due and not ended else None
    step = None if ended or notice.case is None else next_step(notice.case)
    return NoticeRow(notice, words, clock, due, step, seen)


def next_step(case: Case) -> Text | None:
    """The name of the first main step that fits where the case stands, whoever may take it."""
    for action in pack_of(case).process.actions_from(case.stage):
        if action.main and all(held_value(case, name) in wanted for name, wanted in action.only_when.items()):
            return action.name
    return None
