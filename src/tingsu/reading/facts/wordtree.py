"""One pattern for many words: a tree of their characters, so that a thousand words cost little more than ten."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import yaml

from tingsu.reading.folding import fold
from tingsu.reading.lexicon import YAML_LOADER

_END = ""
Tree = dict[str, "Tree"]


def tree_pattern(words: Iterable[str]) -> str:
    """A pattern that matches any of ``words``, the longest that fits."""
    root: Tree = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[_END] = {}
    return _write(root)


def _write(node: Tree) -> str:
    plain = "".join(re.escape(char) for char, below in node.items() if char and below.keys() == {_END})
    longer = [re.escape(char) + _write(below) for char, below in node.items() if char and below.keys() != {_END}]
    choices = [*longer, *([f"[{plain}]" if len(plain) > 1 else plain] if plain else [])]
    if not choices:
        return ""
    written = choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
    if _END not in node:
        return written
    return f"(?:{written})?" if len(choices) == 1 else f"{written}?"


def read_words(name: str) -> Any:
    """A data file of ours as it stands."""
    source = files("tingsu.reading").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(source, Loader=YAML_LOADER)  # noqa: S506 - a safe loader


def kinds_of(groups: dict[str, str]) -> dict[str, str]:
    """kind → words, turned round: folded word → kind; of two kinds the first keeps a word."""
    kinds: dict[str, str] = {}
    for kind, words in groups.items():
        for word in words.split():
            kinds.setdefault(fold(word).text, kind)
    return kinds
