"""The sentences a clerk reads back to the customer (复述) before a complaint is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tingsu.org.pack import word_in_force
from tingsu.reading import Reading
from tingsu.web.words import end_words, in_english, moment_words

WHOLE = 160  # characters up to which the customer's own words are read back whole


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What to read aloud, sentence by sentence: as it is, and with personal data masked for a hall full of people."""

    plain: list[str]
    masked: list[str]


def make_read_back(
    text: str, reading: Reading, customer: dict[str, str], *, accused: str, received: datetime, due: datetime | None
) -> ReadBack:
    """The read-back of one complaint: who, when, about what, what is wanted, by when there will be an answer."""
    frame = {"received": received, "accused": accused, "due": due}
    plain = _sentences(_shorten(text), reading, customer, **frame)  # type: ignore[arg-type]
    hidden = {"name": _surname(customer["name"]), "phone": _tail(customer["phone"]), "id_no": _tail(customer["id_no"])}
    masked = _sentences(_shorten(reading.masked_text), reading, hidden, **frame)  # type: ignore[arg-type]
    return ReadBack(plain, masked)


def _sentences(
    text: str, reading: Reading, customer: dict[str, str], *, received: datetime, accused: str, due: datetime | None
) -> list[str]:
    said = [_who(customer), _("您反映的情况是：“%(text)s”") % {"text": text.rstrip("。.")}]
    if accused:
        told = {"accused": accused, "time": moment_words(received)}
        said.append(_("涉及的是%(accused)s，我们在%(time)s收到。") % told)
    wanted = _wanted(reading)
    said.append(
        _("您希望我们：%(wanted)s。") % {"wanted": wanted} if wanted else _("您希望我们怎样处理？我一并记下来。")
    )
    if due is not None:
        said.append(_("我们会在 %(due)s 前给您答复。") % {"due": end_words(due)})
    said.append(_("您听一下，有没有记错的，或者要补充的？"))
    return [sentence for sentence in said if sentence]


def _who(customer: dict[str, str]) -> str:
    known = [customer["name"], _("电话 %s") % customer["phone"] if customer["phone"] else ""]
    if customer["id_no"]:
        known.append(_("证件号 %s") % customer["id_no"])
    named = [part for part in known if part]
    return _("我跟您核对一下：%(who)s。") % {"who": "，".join(named)} if named else _("我跟您核对一下。")


def _wanted(reading: Reading) -> str:
    language = "en" if in_english() else "zh"
    kinds = dict.fromkeys(d.kind for d in reading.demands if d.kind not in ("none", "其他"))
    return ("、" if language == "zh" else ", ").join(word_in_force("demand", kind, language) for kind in kinds)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WHOLE else line[: WHOLE - 1] + "……"


def _surname(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else name


def _tail(value: str) -> str:
    return _("尾号 %s") % value[-4:] if len(value) > 4 else ""
