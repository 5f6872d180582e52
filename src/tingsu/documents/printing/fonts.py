"""The fonts a PDF is set in, and which signs they can show.

Shipped: Noto Serif SC for running text, Noto Sans SC for headings and bold (in Chinese print 黑体 stands for bold),
both under the SIL Open Font License, from a package pinned in the lock file. Fonts a site puts into its folder
``fonts`` are used where a template names them and for signs the shipped ones lack; after those, what the machine has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn as shipped
import typst
from django.conf import settings
from fontTools.ttLib import TTCollection, TTFont, TTLibError

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
SHIPPED = shipped.serif_path().parent
ENDINGS = {".ttf", ".otf", ".ttc", ".otc"}
# In the typesetter's own fonts (DejaVu Sans Mono among them), which are no files that could be looked into.
BUILT_IN = frozenset("☐☑☒✓✔✗✘•‑")
PLACEHOLDER = "〓"  # 下駄: in print, a sign that could not be set
MACHINE = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def site_folder() -> Path:
    """Where a site puts fonts of its own."""
    return Path(settings.TINGSU_HOME) / "fonts"


def fonts_with(extra: Path | None = None) -> typst.Fonts:
    """The shipped fonts and the site's, and those of the folder ``extra``; read once where nothing has changed."""
    own = site_folder()
    folders = [SHIPPED, *([own] if own.is_dir() else [])]
    if extra is not None:
        return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in (*folders, extra)])
    return _read(tuple((str(folder), folder.stat().st_mtime) for folder in folders))


def unknown_signs(text: str) -> set[str]:
    """The signs of ``text`` that neither the shipped fonts nor the site's can show."""
    wanted = {sign for sign in set(text) if _is_drawn(sign)} - BUILT_IN
    for path in (shipped.serif_path(), *_fonts_in(site_folder())):
        wanted = {sign for sign in wanted if ord(sign) not in _covered(path, path.stat().st_mtime)}
    return wanted


def on_this_machine(signs: Iterable[str]) -> dict[str, Path]:
    """Sign → a font of the machine that has it. Looked for only when a sign is missing: it reads many files."""
    left = set(signs)
    found: dict[str, Path] = {}
    for folder in MACHINE:
        for path in _fonts_in(folder):
            here = {sign for sign in left if ord(sign) in _covered(path, path.stat().st_mtime)}
            found |= dict.fromkeys(here, path)
            left -= here
            if not left:
                return found
    return found


def _is_drawn(sign: str) -> bool:
    if 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF:
        return False  # picks a variant of the sign before it
    return unicodedata.category(sign) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} and ord(sign) > 0x7E


def _fonts_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    # Chinese fonts of the plain weight first: they have most.
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    return sorted(found, key=lambda path: ("CJK" not in path.name, "Regular" not in path.name, path.name))


@lru_cache(maxsize=2)
def _read(folders: tuple[tuple[str, float], ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[folder for folder, _ in folders])


@cache
def _covered(path: Path, changed: float) -> frozenset[int]:
    """The signs a font file has; none for one that cannot be read."""
    try:
        several = path.suffix.lower() in (".ttc", ".otc")
        font = TTCollection(path, lazy=True).fonts[0] if several else TTFont(path, lazy=True)
        return frozenset(font.getBestCmap() or {})
    except (TTLibError, OSError, KeyError, AssertionError, ValueError):
        return frozenset()
