"""The tree of units as the facts are to follow it: paths of now, and which unit went into which."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from tingsu.insight.facts.columns import Tree
from tingsu.org.models import AccessEntry, Unit


def read_tree() -> Tree:
    """The units and the mergers of now.

    A unit counts as merged while it is closed and the access log tells into which unit it went; a chain of mergers is
    followed to its end.
    """
    units = list(Unit.objects.values_list("code", "path", "active"))
    closed = {code for code, _path, active in units if not active}
    told = AccessEntry.objects.filter(what="unit_merged").order_by("seq").values_list("detail", flat=True)
    into = {str(one["from"]): str(one["to"]) for one in told if one.get("from") in closed}
    merged = {code: _end_of(code, into) for code in into}
    return Tree({code: path for code, path, _active in units}, merged)


def digest_of(tree: Tree) -> str:
    """A few characters that change when the tree does."""
    plain = json.dumps([sorted(tree.paths.items()), sorted(tree.merged.items())], ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _end_of(code: str, into: Mapping[str, str]) -> str:
    seen = {code}
    while (following := into.get(code)) is not None and following not in seen:
        code = following
        seen.add(code)
    return code
