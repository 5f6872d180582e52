"""A script's slots filled from a case: only with what is settled and what this person may say; the rest stays open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from tingsu.base.clock import local, now
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case, Deadline
from tingsu.cases.packs import pack_of
from tingsu.cases.promises import promises_of
from tingsu.org.models import User
from tingsu.org.permissions import can

PLAIN, FILLED, OPEN = "plain", "filled", "open"
_SLOT = re.compile(r"\{([^{}\n]{1,12})\}")
NOBODY = "您"
# A customer whose name is not said is greeted, not called: 「您，您好」 is no Chinese.
_CALLS = re.compile(r"\{客户称呼\}[，,、：:！!]?\s*(?=您)")
_DEAR = re.compile(r"尊敬的\{客户称呼\}")
# Two-character surnames; any other surname is the first character.
_DOUBLE = frozenset(
    [
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "东方",
        "司徒",
        "端木",
        "长孙",
        "宇文",
        "南宫",
    ]
)
_ID_NO = re.compile(r"\d{17}[\dXx]")
_TITLED = re.compile(r"^(.{1,2})(先生|女士|小姐)$")
_REAL_NAME = re.compile("[\u4e00-\u9fff·]{2,10}")
ANSWERS = ("statute", "regulator")  # clocks by whose end the customer is answered, the outermost first


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a filled script: plain words, a filled slot, or one still open; ``slot`` names it."""

    words: str
    kind: str = PLAIN
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A script for one case. ``text`` goes into the draft: an open slot stays in it as {承诺日期}."""

    pieces: tuple[Piece, ...]
    text: str = field(init=False)
    open: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join(piece.words for piece in self.pieces))
        slots = (piece.slot for piece in self.pieces if piece.kind == OPEN)
        object.__setattr__(self, "open", tuple(dict.fromkeys(slots)))


def fill_slots(text: str, case: Case, *, by: User, at: datetime | None = None) -> Filled:
    """The script with its slots filled from the case; those nothing is known for stay visible and are listed.

    Filled only with what may be said: a sum once it is approved or paid, a date once promised or set by a clock, the
    surname only for who may see it and where 先生 or 女士 is known.
    """
    return fill_each([text], case, by=by, at=at)[0]


def fill_each(texts: list[str], case: Case, *, by: User, at: datetime | None = None) -> list[Filled]:
    """``fill_slots`` for several texts; what is asked of the case is asked once."""
    wanted = {name for text in texts for name in _SLOT.findall(text)}
    ask = Asking(case, by, at or now())
    known = {name: _SOURCES[name](ask) for name in wanted if name in _SOURCES}
    return [_fill(text, known) for text in texts]


def leave_open(text: str) -> Filled:
    """The script where there is no case: every slot open."""
    return _fill(text, {})


def fill_speaker(text: str, *, by: User) -> Filled:
    """The script for someone who is talking without a case: who he is, his unit, the hotline; the customer is 您."""
    known = {"客户称呼": NOBODY, "经办人": by.name, "单位": by.unit.name if by.unit else ""}
    return _fill(text, {**known, "客服电话": settings.TINGSU_HOTLINE})


@dataclass(frozen=True, slots=True)
class Asking:
    """Of which case, for whom, when."""

    case: Case
    by: User
    at: datetime


def _fill(text: str, known: Mapping[str, str]) -> Filled:
    if known.get("客户称呼") == NOBODY:
        text = _DEAR.sub("尊敬的客户", _CALLS.sub("", text))
    pieces: list[Piece] = []
    end = 0
    for match in _SLOT.finditer(text):
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()]))
        value = known.get(match[1], "")
        pieces.append(Piece(value or match[0], FILLED if value else OPEN, match[1]))
        end = match.end()
    if text[end:]:
        pieces.append(Piece(text[end:]))
    return Filled(tuple(pieces))


def _address(ask: Asking) -> str:
    """Surname and 先生/女士 where both are known and may be seen; else 您."""
    name = ask.case.customer.name.strip()
    if not can(ask.by, "reveal_personal_data") or has_direct_interest(ask.case, ask.by):
        return NOBODY
    if titled := _TITLED.match(name):
        return f"{titled[1]}{titled[2]}"
    sex = _sex_of(ask.case.customer.id_no)
    if not sex or not _REAL_NAME.fullmatch(name):
        return NOBODY
    return (name[:2] if name[:2] in _DOUBLE and len(name) > 2 else name[:1]) + sex


def _sex_of(id_no: str) -> str:
    """先生 or 女士 by the seventeenth digit of a resident's identity number (GB 11643); "" for anything else."""
    if not _ID_NO.fullmatch(id_no):
        return ""
    return "先生" if int(id_no[16]) % 2 else "女士"


def _day(ask: Asking) -> str:
    """The nearest promise still to be kept; else the end of the clock by which the customer is to be answered."""
    promises = [p.deadline for p in promises_of(ask.case, at=ask.at) if p.standing == "open"]
    if promises:
        return _day_words(min(promise.lawful_end for promise in promises), ask.at)
    running = [d for d in ask.case.deadlines.all() if d.state == Deadline.State.RUNNING and d.safe_target > ask.at]
    for kind in ANSWERS:
        if ends := [d.safe_target for d in running if d.kind == kind]:
            return _day_words(min(ends), ask.at)
    return ""


def _day_words(end: datetime, at: datetime) -> str:
    """An exclusive end as a day: midnight belongs to the day before."""
    day, today = local(end - timedelta(microseconds=1)), local(at)
    said = f"{day.month}月{day.day}日"
    return said if day.year == today.year else f"{day.year}年{said}"


def _sum(ask: Asking) -> str:
    """What was paid, else what authority has approved; never what is only proposed."""
    amount = ask.case.paid
    if amount is None:
        granted = [a.option.amount for a in ask.case.approvals.select_related("option") if a.granted]
        amount = granted[-1] if granted else None
    if not amount:
        return ""
    return f"{amount.normalize():f}元"


def _unit(ask: Asking) -> str:
    return ask.by.unit.name if ask.by.unit else ""


def _responsible(ask: Asking) -> str:
    unit = ask.case.responsible_unit or ask.case.lead_unit
    return unit.name if unit else ""


def _business(ask: Asking) -> str:
    if not ask.case.business or ask.case.business == "其他":
        return ""
    known = pack_of(ask.case).find_taxonomy("business")
    choice = known.choice(ask.case.business) if known else None
    return choice.name.zh if choice and choice.name else ask.case.business


_SOURCES: Mapping[str, Callable[[Asking], str]] = {
    "客户称呼": _address,
    "承诺日期": _day,
    "经办人": lambda ask: ask.by.name,
    "单位": _unit,
    "工单号": lambda ask: ask.case.number,
    "金额": _sum,
    "客服电话": lambda ask: settings.TINGSU_HOTLINE,
    "责任部门": _responsible,
    "业务": _business,
}
