"""JSON: a conversation an object or a turn an object, under whatever names exports use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tingsu.intake.rows import Reject
from tingsu.quality.transcripts import fields
from tingsu.quality.transcripts.plain_text import read_plain
from tingsu.quality.transcripts.speakers import is_generic, role_of
from tingsu.quality.transcripts.times import read_time
from tingsu.quality.transcripts.turns import Raw, Said

_DEEPEST = 4  # objects around the list of conversations


def read_objects(items: Iterable[tuple[int, Any]], name: str) -> Iterator[Raw | Reject]:
    """Every conversation of a file's records (number, record); loose turns are gathered by their conversation."""
    loose: dict[str, Raw] = {}
    for number, item in items:
        if isinstance(item, Reject):
            yield item
        elif isinstance(item, dict) and _is_turn(item):
            id_ = _text(item, fields.CONVERSATION) or name
            raw = loose.setdefault(id_, Raw(id_, []))
            raw.said.append(_turn(item, number))
            raw.agent = raw.agent or _text(item, fields.AGENT_NAME)
            raw.channel = raw.channel or _text(item, fields.CHANNEL)
        else:
            yield from _conversation(item, number, f"{name}-{number}")
    yield from loose.values()


def unwrap(data: Any, depth: int = 0) -> list[Any]:
    """The records in what a file holds: a list, or one under a telling name, or the one object there is."""
    if isinstance(data, list):
        if data and (all(isinstance(item, str) for item in data) or all(map(_is_pair, data))):
            return [data]
        return data
    if isinstance(data, dict) and depth < _DEEPEST and not _is_conversation(data):
        key = fields.find_name((key for key, value in data.items() if isinstance(value, (list, dict))), fields.MANY)
        if key is not None:
            return unwrap(data[key], depth + 1)
        if data and all(isinstance(value, (list, dict)) for value in data.values()):
            return [{"id": key, "turns": value} for key, value in data.items()]
    return [data]


def _is_pair(item: Any) -> bool:
    """["客服", "您好"]: who and what."""
    if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
        return False
    return is_generic(item[0]) or role_of(item[0]) is not None


def _is_turn(item: Mapping[str, Any]) -> bool:
    key, who = fields.find_name(item, fields.TEXT), fields.find_name(item, fields.SPEAKER)
    return key is not None and who is not None and not isinstance(item[key], (list, dict))


def _is_conversation(item: Mapping[str, Any]) -> bool:
    key = _turns_key(item)
    return key is not None and any(_looks_said(one) for one in item[key][:3])


def _turns_key(item: Mapping[str, Any]) -> str | None:
    return fields.find_name((key for key, value in item.items() if isinstance(value, list)), fields.TURNS)


def _looks_said(one: Any) -> bool:
    return isinstance(one, str) or (isinstance(one, dict) and (_is_turn(one) or bool(_sides(one))))


def _conversation(item: Any, number: int, name: str) -> Iterator[Raw | Reject]:
    if isinstance(item, str):
        yield from read_plain(item.splitlines(), name)
        return
    if isinstance(item, list):
        yield Raw(name, _said(item))
        return
    if not isinstance(item, dict):
        yield Reject(number, _("这一条不是对话"), str(item)[:200])
        return
    id_, key = _text(item, fields.CONVERSATION) or name, _turns_key(item)
    agent, channel = _text(item, fields.AGENT_NAME), _text(item, fields.CHANNEL)
    if key is not None:
        yield Raw(id_, _said(item[key]), agent, channel)
        return
    whole = fields.find_name(item, fields.TEXT)
    if whole is None or not isinstance(item[whole], str):
        reason = _("这一条里没有找到对话（轮次列表，或带说话人标记的文字）")
        yield Reject(number, reason, json.dumps(item, ensure_ascii=False)[:200])
        return
    for raw in read_plain(item[whole].splitlines(), id_):
        raw.agent, raw.channel = raw.agent or agent, raw.channel or channel
        yield raw


def _said(turns: Iterable[Any]) -> list[Said]:
    said: list[Said] = []
    for number, one in enumerate(turns, start=1):
        if isinstance(one, dict) and (sides := _sides(one)) and not _is_turn(one):
            said += [Said(mark, str(text), line=number) for mark, text in sides]
        elif isinstance(one, dict):
            said.append(_turn(one, number))
        elif isinstance(one, (list, tuple)) and len(one) == 2:
            said.append(Said(str(one[0]), str(one[1]), line=number))
        elif isinstance(one, str):
            raws = read_plain([one], "")
            said += [Said(s.mark, s.text, s.start, s.end, number, s.bad_time) for raw in raws for s in raw.said]
        else:
            said.append(Said("", "", line=number))
    return said


def _sides(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each side said where the keys are the speakers: {"[SPEAKER 1]": …, "[SPEAKER 2]": …}."""
    named = [(key.strip("[]【】 "), value) for key, value in one.items() if isinstance(value, str)]
    return [
        (key, value)
        for key, value in named
        if is_generic(key) or (role_of(key) is not None and not key.endswith(("意图", "情绪", "标签", "工号", "姓名")))
    ]


def _turn(one: Mapping[str, Any], number: int) -> Said:
    said = Said(_text(one, fields.SPEAKER), _text(one, fields.TEXT), line=number)
    try:
        said.start, said.end = _time(one, fields.START), _time(one, fields.END)
    except ValueError as error:
        said.start = said.end = None
        said.bad_time = str(error)
    return said


def _time(one: Mapping[str, Any], wanted: tuple[str, ...]) -> float | None:
    key = fields.find_name(one, wanted)
    return None if key is None else read_time(one[key], milliseconds=fields.is_in_milliseconds(key))


def _text(one: Mapping[str, Any], wanted: tuple[str, ...]) -> str:
    key = fields.find_name((key for key, value in one.items() if isinstance(value, (str, int, float))), wanted)
    return "" if key is None else str(one[key]).strip()
