"""The word lists of this package, and one expression that finds many words at once."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from re import escape
from typing import Any

import yaml

from tingsu.reading.lexicon import YAML_LOADER


def load_words(name: str) -> dict[str, Any]:
    """The lists of ``data/<name>.yaml``."""
    source = files("tingsu.reading").joinpath("data", f"{name}.yaml").read_bytes()
    loaded: dict[str, Any] = yaml.load(source, Loader=YAML_LOADER)  # noqa: S506 - a safe loader either way
    return loaded


def one_of(words: Iterable[str]) -> str:
    """An expression for the longest of ``words`` that fits; shared beginnings are tried once, so it never goes back."""
    return _branch(sorted(set(words)))


def _branch(words: list[str]) -> str:
    may_end = words[0] == ""
    rest = words[1:] if may_end else words
    if not rest:
        return ""
    by_first: dict[str, list[str]] = {}
    for word in rest:
        by_first.setdefault(word[0], []).append(word[1:])
    parts = [escape(first) + _branch(tails) for first, tails in by_first.items()]
    body = f"(?:{'|'.join(parts)})" if len(parts) > 1 or may_end else parts[0]
    return body + ("?" if may_end else "")
