"""Bring the English catalogue up to what code and templates say; list what still has no English.

Run it after changing a wording: python scripts/messages.py [--check]. Message ids are the Chinese wordings themselves.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/tingsu"
CATALOGUE = SOURCE / "locale/en/LC_MESSAGES/django.po"
STRING = r"""u?('(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*")"""
CALL = re.compile(rf"\b(?:_|n?gettext)\(\s*(?P<one>{STRING})(?:\s*,\s*(?P<many>{STRING}))?".replace("u?(", "u?(?:"))
ROOMS = ("web", "org", "insight", "assist", "quality")  # what a browser shows; commands speak Chinese
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2)}


def find_messages() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """(file, message id) of every wording, plural forms as pairs."""
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            yield from _extract(path, path.read_text(encoding="utf-8"))
        for path in sorted((SOURCE / room).rglob("templates/**/*.html")):
            yield from _extract_template(path)


def fresh_catalogue() -> Catalog:
    """The catalogue as it should be, with the English kept that is known already."""
    template = Catalog(project="tingsu", charset="utf-8")
    for file, message in find_messages():
        template.add(message, locations=[(file, 0)])
    with CATALOGUE.open("rb") as known:
        catalogue = read_po(known, locale="en")
    written = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = written  # a date that moves with every run only makes changes hard to read
    catalogue.msgid_bugs_address, catalogue.last_translator, catalogue.language_team = "", "Tingsu", "en"
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """The message ids without English."""
    return [str(m.id) for m in catalogue if m.id and not all(m.string if isinstance(m.string, tuple) else [m.string])]


def _extract(path: Path, text: str) -> Iterator[tuple[str, str | tuple[str, str]]]:
    options = {"encoding": "utf-8"}
    found = extract_python(io.BytesIO(text.encode()), list(KEYWORDS), [], options)
    for _line, function, message, _comments in found:
        if message and _is_wording(message):
            where = str(path.relative_to(ROOT))
            yield where, (message[0], message[1]) if function == "ngettext" else _single(message)


def _extract_template(path: Path) -> Iterator[tuple[str, str | tuple[str, str]]]:
    # templatize writes calls among rubbish that no Python tokenizer takes.
    for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        ids = [ast.literal_eval(part) for part in (call["one"], call["many"]) if part]
        yield str(path.relative_to(ROOT)), ids[0] if len(ids) == 1 else (ids[0], ids[1])


def _is_wording(message: object) -> bool:
    first = message[0] if isinstance(message, tuple) else message
    return isinstance(first, str) and bool(first.strip())


def _single(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def main() -> int:
    settings.configure(USE_I18N=True)
    django.setup()
    catalogue = fresh_catalogue()
    if "--check" not in sys.argv:
        with CATALOGUE.open("wb") as file:
            write_po(file, catalogue, width=0, omit_header=False, sort_output=True, no_location=True)
    lacking = missing(catalogue)
    sys.stdout.write("".join(f"{message}\n" for message in lacking))
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
