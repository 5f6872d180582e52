"""What an editor typed, as a script: every mistake said at its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from django.utils.translation import gettext as _
from pydantic import ValidationError

from tingsu.base.text import is_storable
from tingsu.cases.errors import Incomplete
from tingsu.packs.scripts import CASE_SLOTS, HAND_SLOTS, SEGMENTS, SLOTS, Method, Need, Script, Step, slots_of

LONGEST = {"title": 60, "text": 2000, "ordinary": 1000, "why": 500, "instead": 2000, "words": 400}
LISTS = ("steps", "stages", "needs", "businesses", "causes", "demands", "channels")
FIELDS = (*LONGEST, *LISTS, "emotion_from", "segments", "method")  # what people may change
STEPS: tuple[str, ...] = get_args(Step)
NEEDS: tuple[str, ...] = get_args(Need)
METHODS: tuple[str, ...] = get_args(Method)


def read_wording(typed: Mapping[str, Any], *, slug: str, base: Script | None) -> Script:
    """The script that was typed. ``base`` is what it changes: its row, and whether it is a counter-example, stay.

    Texts are strings, ``words`` may be separated by spaces or 、，; lists are lists; ``segments`` maps a kind to a
    list. Raises Incomplete with what to do at each field.
    """
    said = {name: _clean(typed.get(name, "")) for name in LONGEST}
    wrong = _check_texts(said, counter=base is not None and base.counter_example)
    lists = {name: _known(name, typed.get(name, ())) for name in LISTS}
    segments = {kind: tuple(v for v in typed.get("segments", {}).get(kind, ()) if v in SEGMENTS[kind])
                for kind in SEGMENTS}  # fmt: skip
    if wrong:
        raise Incomplete(wrong)
    content = {
        **{name: said[name] for name in ("text", "ordinary", "why", "instead")},
        **lists,
        "id": slug,
        "title": {"zh": said["title"], "en": base.title.en if base and base.title.zh == said["title"] else ""},
        "words": split_words(said["words"]),
        "segments": {kind: values for kind, values in segments.items() if values},
        "emotion_from": _emotion(typed.get("emotion_from", 0)),
        "method": typed.get("method", "") if typed.get("method", "") in METHODS else "",
        "row": base.row if base else "",
        "verdicts": base.verdicts if base else (),
        "counter_example": base.counter_example if base else False,
        "origin": "ours",
    }
    try:
        return Script.model_validate(content)
    except ValidationError as error:
        told = error.errors()[0]
        raise Incomplete({str((told["loc"] or ("text",))[0]): str(told["msg"]).removeprefix("Value error, ")})


def split_words(said: str) -> tuple[str, ...]:
    """Search words, however they were separated; each once."""
    for mark in "、，,；;\n\t":
        said = said.replace(mark, " ")
    return tuple(dict.fromkeys(said.split()))


def as_typed(script: Script) -> dict[str, Any]:
    """A script as the form begins with it."""
    plain = script.model_dump(mode="json")
    return {**{name: plain[name] for name in FIELDS}, "title": script.title.zh, "words": " ".join(script.words)}


def what_changed(before: Script | None, after: Script | None) -> dict[str, list[Any]]:
    """Field → [before, after], only what differs; of a wording that was not, or is no more, the one side is empty."""
    old = as_typed(before) if before else {}
    new = as_typed(after) if after else {}
    names = [name for name in FIELDS if old.get(name) != new.get(name) and (old.get(name) or new.get(name))]
    return {name: [old.get(name, ""), new.get(name, "")] for name in names}


def _check_texts(said: Mapping[str, str], *, counter: bool) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for name, most in LONGEST.items():
        if len(said[name]) > most:
            wrong[name] = _("太长，请缩短到 %(n)d 字以内") % {"n": most}
        elif not is_storable(said[name]):
            wrong[name] = _("内容里有看不见的控制字符，请重新输入")
    if not said["title"]:
        wrong["title"] = _("请用几个字写明是什么情形")
    if not said["text"]:
        wrong["text"] = _("请写出对客户怎么说")
    if said["ordinary"] and not said["why"]:
        wrong["why"] = _("写了平常说法，就请说明好在哪里")
    if said["ordinary"] and said["ordinary"] == said["text"]:
        wrong["ordinary"] = _("平常说法与更好的说法是同一句")
    if counter and not (said["why"] and said["instead"]):
        wrong["why" if not said["why"] else "instead"] = _("反面教材要写明错在哪里、该怎么说")
    unknown = [f"{{{name}}}" for name in slots_of(said["text"] + said["instead"]) if name not in SLOTS]
    if unknown:
        wrong["text"] = _("没有这样的空位：%(unknown)s。可用：%(known)s") % {
            "unknown": "、".join(unknown),
            "known": "、".join(f"{{{name}}}" for name in sorted(CASE_SLOTS) + sorted(HAND_SLOTS)),
        }
    return wrong


def _clean(value: Any) -> str:
    return str(value).replace("\r\n", "\n").strip()


def _known(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Steps and needs are closed lists; the rest belong to packs, and another pack's values do no harm."""
    closed = {"steps": STEPS, "needs": NEEDS}.get(name)
    return tuple(dict.fromkeys(v for v in values if v and len(v) <= 40 and (closed is None or v in closed)))


def _emotion(value: Any) -> int:
    return int(value) if str(value) in ("0", "1", "2", "3") else 0
