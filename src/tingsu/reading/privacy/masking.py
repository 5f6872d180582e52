"""Personal data found and masked (PIPL: show the least that the work needs)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from tingsu.reading.folding import Folded, fold, fold_each
from tingsu.reading.openings import Openings, Places
from tingsu.reading.privacy.addresses import ADDRESS, find_addresses, mask_address
from tingsu.reading.privacy.contacts import find_contacts
from tingsu.reading.privacy.found import Found, settle
from tingsu.reading.privacy.name_shapes import DOUBLE
from tingsu.reading.privacy.names import NAME, OPENINGS, find_names
from tingsu.reading.privacy.numbers import FEWEST, FIGURES, digits_of, find_numbers, shadow, shadow_each
from tingsu.reading.privacy.papers import CUES, find_papers
from tingsu.reading.privacy.tables import find_in_tables, read_header
from tingsu.reading.types import PersonalDatum

_ROUNDS = 8  # a mask may uncover a cue beside it; nothing has ever been seen to need more than three
_BESIDE = frozenset(("手机", "身份证", "银行卡", "固话", "邮箱"))  # numbers that stand beside their owner's name


@lru_cache(maxsize=1)
def _openings() -> Openings:
    return Openings({**OPENINGS, "paper": CUES, "figure": FIGURES})


def _find(text: str, digits: str, places: Places) -> list[Found]:
    """Personal data of folded ``text``, whose shadow is ``digits``, in order, without overlaps."""
    figures = len(places["figure"])
    numbers = [*(find_numbers(text, digits) if figures >= FEWEST else ()), *find_contacts(text, digits)]
    people = [*find_names(text, [one for one in numbers if one.kind in _BESIDE], places), *find_in_tables(text)]
    papers = find_papers(text, digits, places["paper"]) if figures else ()
    return settle([*numbers, *papers, *people, *find_addresses(text)])


def find_in_each(folded: Sequence[Folded]) -> list[tuple[PersonalDatum, ...]]:
    """Personal data of texts already folded, in order, without overlaps."""
    texts = [one.text for one in folded]
    found = map(_find, texts, shadow_each(texts), _openings().find_each(texts))
    return [_data(one, items) for one, items in zip(folded, found, strict=True)]


def _data(folded: Folded, found: Sequence[Found]) -> tuple[PersonalDatum, ...]:
    shown: dict[tuple[str, str], str] = {}
    return tuple([_datum(folded, one, shown) for one in found])


def _datum(folded: Folded, one: Found, shown: dict[tuple[str, str], str]) -> PersonalDatum:
    """``shown`` keeps how each value is masked, for texts that say it again and again."""
    what = one.kind, folded.text[one.start : one.end]
    if what not in shown:
        shown[what] = mask_value(*what)
    return PersonalDatum(one.kind, *folded.origin(one.start, one.end), shown[what], one.valid)


def find_personal_data(text: str) -> tuple[PersonalDatum, ...]:
    """Personal data in ``text``: kind, place, what to show instead, and whether its checksum holds."""
    return find_in_each([fold(text)])[0]


def apply_masks(text: str, data: Iterable[PersonalDatum]) -> str:
    """``text`` with every datum replaced by its mask."""
    parts: list[str] = []
    place = 0
    for datum in data:
        parts += (text[place : datum.start], datum.masked)
        place = datum.end
    return "".join((*parts, text[place:]))


def mask_found_each(texts: Sequence[str], data: Sequence[tuple[PersonalDatum, ...]]) -> list[str]:
    """Each of ``texts`` masked, given what was found in it; masking the result again changes nothing."""
    masked, found = list(texts), dict(enumerate(data))
    for _ in range(_ROUNDS):
        found = {number: items for number, items in found.items() if items}
        if not found:
            break
        for number, items in found.items():
            masked[number] = apply_masks(masked[number], items)
        again = find_in_each(fold_each([masked[number] for number in found]))
        found = dict(zip(found, again, strict=True))
    return masked


def mask(text: str) -> str:
    """``text`` with personal data masked in a readable shape: 138****5678, 张**, 6222 **** **** 1234.

    Order numbers, sums and dates stay. ``mask(mask(text)) == mask(text)``.
    """
    return mask_found_each([text], [find_personal_data(text)])[0]


def mask_each(texts: Sequence[str]) -> list[str]:
    """Each of ``texts`` as ``mask`` leaves it, many at a time."""
    return mask_found_each(texts, find_in_each(fold_each(list(texts))))


def mask_rows(lines: Iterable[str], do: Callable[[str], str] = mask) -> Iterator[str]:
    """Each line as ``do`` leaves it; below a line that heads a table with names, the names in that column are known.

    Lines keep their ends and come out one by one.
    """
    above, header = "", None
    for line in lines:
        folded = fold(line).text
        is_row = header is not None and folded.count(header[0]) + 1 >= header[2]
        below = do(above + line) if is_row else ""  # another line may be the rest of a cell: the table goes on after it
        yield below[len(above) :] if is_row and below.startswith(above) else do(line)
        if head := read_header(folded.strip("\n")):
            above, header = line, head


def mask_value(kind: str, value: str) -> str:
    """What to show instead of a folded ``value``: enough to recognise, not enough to use."""
    if kind == NAME:
        return _mask_name(value)
    if kind == ADDRESS:
        return mask_address(value)
    if kind == "邮箱":
        name, _, host = value.replace(" ", "").replace("(at)", "@").replace("[at]", "@").partition("@")
        return f"{name[:1]}***@{host}"
    if kind in ("身份证", "银行卡", "手机", "固话"):
        return _mask_number(kind, digits_of(shadow(value)))
    return _mask_code(kind, value)


def _mask_name(name: str) -> str:
    if name[:1].isascii():
        return name[:1].upper() + "***"
    name = name.replace(" ", "")
    surname = name[:2] if name[:2] in DOUBLE and len(name) > 2 else name[:1]
    return surname + "*" * (len(name) - len(surname)) if len(name) > len(surname) else "*" * len(name)


def _mask_number(kind: str, number: str) -> str:
    tail = number[-4:].upper()
    if kind == "银行卡" and len(number) >= 12:
        return " ".join((number[:4], *["****"] * ((len(number) - 5) // 4), tail))
    if kind == "身份证" and len(number) > 8:
        return f"{number[:3]}{'*' * (len(number) - 7)}{tail}"
    if kind == "手机" and number[:4] == "0086":
        number = number[2:]
    if kind == "手机" and len(number) == 13:
        return f"86 {number[2:5]}****{tail}"
    if kind == "固话" and number[:1] == "0":
        area = number[:3] if number[1] in "12" else number[:4]
        return f"{area}-****{number[len(area) + 4 : len(area) + 8]}"
    return f"{number[:3]}****{tail}" if len(number) >= 10 else f"{number[:2]}****{number[-2:]}"


def _mask_code(kind: str, value: str) -> str:
    code = value.replace(" ", "").upper() if kind != "微信" else value
    if kind == "车牌":
        return code[:2] + "***" + code[-2:]
    if kind == "微信":
        return code[:2] + "****"
    if kind in ("护照", "证件") and code[:1].isalpha():
        return code[:1] + "****" + code[-4:]
    if len(code) >= 10:
        return f"{code[:3]}****{code[-4:]}"
    shown = 2 if len(code) >= 8 else 1
    return f"{code[:shown]}****{code[-shown:]}"
