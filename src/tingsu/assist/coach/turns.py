"""What was said, turn by turn, and a pasted conversation taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Speaker = Literal["agent", "customer", "unknown"]
AGENT, CUSTOMER, UNKNOWN = "agent", "customer", "unknown"
LONGEST_TALK = 200_000  # characters; of a longer one the end counts, which is where the conversation is
LONGEST_TURN = 2_000  # characters of one turn that are listened to
MOST_TURNS = 600
_CLOCK = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:\.\d+)?)?"
_TIME = rf"(?:[\[(（【]?\s*(?:\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}\s*)?{_CLOCK}\s*[\])）】]?\s*)?"
_AGENTS = (
    "客服代表|客服专员|客服人员|客服|坐席|座席|柜员|大堂经理|大堂|值班经理|客户经理|经理|主管|专员|工作人员|银行人员|银行|员工|"
    "接待人员|接待|管家|导购|店员|顾问|我方|我|agent|staff|a"
)
_CUSTOMERS = "客户|顾客|用户|消费者|业主|车主|乘客|旅客|投诉人|来电人|来访人|家属|对方|customer|client|c"
_MARKED = re.compile(
    rf"^\s*{_TIME}[\[(（【]?\s*(?:(?P<agent>{_AGENTS})|(?P<customer>{_CUSTOMERS}))\s*\d{{0,6}}\s*[\])）】]?\s*"
    r"(?:[:：>]|-{1,2}|—{1,2})\s*(?P<text>.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    speaker: Speaker
    text: str


def parse_talk(text: str) -> list[Turn]:
    """A typed or pasted conversation: a line a turn, 「客户：…」 and 「我：…」 saying whose it is.

    Where lines are marked, one without a mark goes on with the turn before it; where none is, each line is a turn of
    unknown speaker. Never raises.
    """
    # One space for many: where several patterns may each take some of a long run, trying them out takes for ever.
    lines = [" ".join(line.split()) for line in text[-LONGEST_TALK:].splitlines()]
    matches = [(line, _MARKED.match(line)) for line in lines if line]
    if not any(match for _, match in matches):
        return [Turn("unknown", line) for line, _ in matches]
    turns: list[tuple[Speaker, list[str]]] = []
    for line, match in matches:
        if match is not None:
            turns.append(("agent" if match["agent"] else "customer", [match["text"].strip()]))
        elif turns:
            turns[-1][1].append(line)
        else:
            turns.append(("unknown", [line]))
    return [Turn(speaker, " ".join(said).strip()) for speaker, said in turns]


def write_talk(turns: Iterable[Turn], names: dict[Speaker, str]) -> str:
    """The conversation as lines that ``parse_talk`` takes apart again; a speaker nobody knows has no mark."""
    return "\n".join(_line(turn, names.get(turn.speaker, "")) for turn in turns)


def customer_words(turns: Sequence[Turn], most: int) -> str:
    """What the customer said, a line a turn, at most ``most`` characters, the beginning first."""
    return "\n".join(turn.text for turn in turns if turn.speaker == CUSTOMER and turn.text)[:most]


def cut_turn(text: str) -> str:
    """The part of a long turn that is listened to: its beginning and its end."""
    if len(text) <= LONGEST_TURN:
        return text
    tail = LONGEST_TURN // 4
    return text[: LONGEST_TURN - tail] + text[-tail:]


def _line(turn: Turn, name: str) -> str:
    said = " ".join(turn.text.split())
    return f"{name}：{said}" if name else said
