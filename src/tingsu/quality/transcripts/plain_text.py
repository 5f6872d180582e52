"""Plain text with speaker marks (客服：, 【客户】, A:), with or without times ([00:12], subtitles, chat exports)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tingsu.quality.transcripts.speakers import is_generic, lean, role_of
from tingsu.quality.transcripts.times import CLOCK, DAY, read_time
from tingsu.quality.transcripts.turns import AGENT, CUSTOMER, Raw, Said

_TIME = rf"(?:{DAY})?{CLOCK}"
_LEAD = re.compile(
    rf"\s*[\[(（【<]?\s*(?P<start>{_TIME})(?:\s*(?:-->|[-–~—至到])\s*(?P<end>{_TIME}))?\s*[\])）】>]?(?=[\s,，:：【\[(（]|$|[^\d:：.])"
)
_BRACKETED = re.compile(r"\s*[【\[<〔]\s*(?P<mark>[^\]】>〕:：]{1,20}?)\s*[】\]>〕]\s*[:：]?\s*")
_NAMED = re.compile(
    rf"\s*[（(]?(?P<mark>[^\s:：，。,.!！?？（(\[【]{{1,16}}(?:\s\d{{1,4}})?)\s*[)）]?"
    rf"\s*(?:[（(\[【]?\s*(?P<at>{_TIME})\s*[)）\]】]?)?\s*[:：]\s*"
)
_HEADLINE = re.compile(rf"\s*(?P<mark>[^\s:：，。,.!！?？]{{1,16}})\s*[（(\[]?\s*(?P<at>{_TIME})\s*[)）\]]?\s*$")
_ALONE = re.compile(r"\s*(?P<mark>[^\s:：，。,.!！?？]{1,12})\s*$")  # after a time, its words on the next lines
_RULE = re.compile(r"\s*(?:[-=*_#~—]\s*){3,}$")
_ID = re.compile(
    r"[\W_]*(?:会话|对话|通话|录音|工单|案例|conversation|call|dialog(?:ue)?|session|chat)\s*(?:编号|流水号?|id|no\.?|号)?"
    r"\s*[#:：]?\s*(?P<id>[A-Za-z]{0,6}[-_]?\d[\w\-]{0,40})[\W_]*",
    re.I,
)
_FIELD = re.compile(
    r"\s*(?:(?P<agent>(?:坐席|座席|客服|员工|经办)(?:工号|编号|姓名|人)|工号|agent(?:[ _]?id|[ _]?name))"
    r"|(?P<channel>渠道|channel)"
    r"|(?P<other>开始时间|结束时间|通话时间|通话时长|时长|日期|时间|主题|备注|文件名?|客户(?:号码?|编号|姓名)))"
    r"\s*[:：]\s*(?P<value>.{0,60})",
    re.I,
)
_GREETED = re.compile("您好|你好|早上好|下午好|欢迎")
_COUNTER = re.compile(r"\s*\d{1,6}\s*$")  # the number of a subtitle
_SKIPPED = re.compile(r"\s*(?:webvtt|note\b.*)?\s*$", re.I)
_SPACES = re.compile(r"\s{3,}")


@dataclass(slots=True)
class _Block:
    """Lines of one conversation, with their numbers, and what its header says."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    id: str = ""
    agent: str = ""
    channel: str = ""


def read_plain(lines: Iterable[str], name: str) -> list[Raw]:
    """Every conversation in the lines of a text; ``name`` is what those without an id of their own are called."""
    # Two spaces for many: where several patterns may each take some of a long run, trying them out takes for ever.
    short = [_SPACES.sub("  ", line) for line in lines]
    blocks = [block for block in _blocks(list(enumerate(short, start=1))) if block.lines]
    marks = _known_marks(text for block in blocks for _, text in block.lines)
    raws = [_read_block(block, marks) for block in blocks]
    raws = [raw for raw in raws if raw.said]
    for number, raw in enumerate(raws, start=1):
        raw.id = raw.id or (name if len(raws) == 1 else f"{name}-{number}")
    return raws


def _blocks(lines: Sequence[tuple[int, str]]) -> Iterator[_Block]:
    block, blank = _Block(), 0
    by_blanks = _one_blank_divides(lines)
    for number, text in lines:
        if not text.strip():
            blank += 1
            continue
        new_id = _ID.fullmatch(text) if len(text) < 120 else None
        if new_id or _RULE.match(text) or (block.lines and (blank >= 2 or (blank and by_blanks))):
            yield block  # one without lines is left out by who asked
            block = _Block()
        blank = 0
        if new_id:
            block.id = new_id["id"]
        elif not _RULE.match(text) and not _take_field(block, text):
            block.lines.append((number, text))
    yield block


def _take_field(block: _Block, text: str) -> bool:
    """Whether the line is one of a header (坐席工号：8001) and no turn; keeps what it says."""
    match = _FIELD.fullmatch(text) if not block.lines else None
    if match is None:
        return False
    block.agent = match["value"].strip() if match["agent"] else block.agent
    block.channel = match["value"].strip() if match["channel"] else block.channel
    return True


def _one_blank_divides(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether single blank lines part conversations: there are several parts, each greeted by an agent at its start."""
    parts: list[list[str]] = [[]]
    for _number, text in lines:
        if text.strip():
            parts[-1].append(text)
        elif parts[-1]:
            parts.append([])
    parts = [part for part in parts if part]
    greeted = sum(
        any(re.search("您好|你好|早上好|下午好|欢迎", text) and lean(text) >= 0 for text in part[:2]) for part in parts
    )
    return len(parts) >= 2 and greeted == len(parts) and all(len(part) >= 3 for part in parts)


def _known_marks(lines: Iterable[str]) -> set[str]:
    """What stands before a colon and is a speaker: names a side, numbers one, or comes back."""
    counts: Counter[str] = Counter()
    for text in lines:
        rest = _after_time(text)[2]
        match = _BRACKETED.match(rest) or _HEADLINE.match(rest) or _NAMED.match(rest)
        if match:
            counts[match["mark"].strip()] += 1
    return {mark for mark, count in counts.items() if _is_side(mark) or (count >= 3 and not mark.isascii())}


def _is_side(mark: str) -> bool:
    return role_of(mark) is not None or is_generic(mark)


def _after_time(text: str) -> tuple[str, str, str]:
    """(start, end, rest) of a line that may begin with a time."""
    match = _LEAD.match(text)
    return (match["start"], match["end"] or "", text[match.end() :]) if match else ("", "", text)


def _read_block(block: _Block, marks: set[str]) -> Raw:
    said: list[Said] = []
    waiting: tuple[str, str] | None = None  # a subtitle's time that stood on a line of its own
    for place, (number, text) in enumerate(block.lines):
        following = block.lines[place + 1][1] if place + 1 < len(block.lines) else ""
        if _SKIPPED.match(text) or (_COUNTER.match(text) and "-->" in following):
            continue
        start, end, rest = _after_time(text)
        if start and not rest.strip():
            waiting = (start, end)
            continue
        if waiting and not start:
            start, end = waiting
        one = _read_line(rest, number, marks, (start, end)) or _read_headline(rest, number, start, following)
        if one is not None:
            said.append(one)
        elif start or not said or not (marks or said[-1].mark) or _is_other_side(said[-1], rest):
            said.append(_timed(Said("", rest.strip(), line=number), start, end))
        else:
            said[-1].text += f"\n{rest.strip()}" if said[-1].text else rest.strip()
        waiting = None
    return Raw(block.id, said, block.agent, block.channel)


def _is_other_side(before: Said, rest: str) -> bool:
    """Whether an unmarked line is evidently not said by who spoke last."""
    role, points = role_of(before.mark) if before.text else None, lean(rest)
    return (role == CUSTOMER and points >= 1) or (role == AGENT and points <= -2)


def _read_line(rest: str, number: int, marks: set[str], lead: tuple[str, str]) -> Said | None:
    """A line that begins a turn by naming its speaker, or None."""
    for pattern in (_BRACKETED, _HEADLINE, _NAMED):
        match = pattern.match(rest)
        if match and match["mark"].strip() in marks:
            groups = match.groupdict()
            start = lead[0] or groups.get("at") or ""
            return _timed(Said(match["mark"].strip(), rest[match.end() :].strip(), line=number), start, lead[1])
    return None


def _read_headline(rest: str, number: int, start: str, following: str) -> Said | None:
    """A line of a chat export that is a time and a speaker, what was said following; or None."""
    match = _ALONE.match(rest) if start and following and not _after_time(following)[0] else None
    return _timed(Said(match["mark"], "", line=number), start, "") if match and _is_side(match["mark"]) else None


def _timed(one: Said, start: str, end: str) -> Said:
    try:
        one.start, one.end = read_time(start), read_time(end)
    except ValueError as error:
        one.start = one.end = None
        one.bad_time = str(error)
    return one
