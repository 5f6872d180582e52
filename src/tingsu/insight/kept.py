"""Figures once worked out, kept in this process until the facts change or others are wanted more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import get_language

from tingsu.insight.facts.scope import scope_key
from tingsu.insight.facts.store import facts_folder, read_manifest
from tingsu.org.models import User

MOST = 200  # answers kept; the one longest unasked goes first

Answer = TypeVar("Answer")
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


def keep(name: str, *asked: Any, by: User, make: Callable[[], Answer]) -> Answer:
    """The answer to ``name`` and ``asked`` over the facts in force within this person's reach; made where not known.

    People of the same reach and language share it; ``by`` must be one who may look at figures. ``asked`` holds
    whatever else the answer depends on (hashable); the answer must not be changed by who gets it.
    """
    key = _key(name, asked, by)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[no-any-return]
    answer = make()
    with _lock:
        _kept[key] = answer
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return answer


def is_kept(name: str, *asked: Any, by: User) -> bool:
    """Whether the answer is at hand, so that nobody waits for it."""
    with _lock:
        return _key(name, asked, by) in _kept


def forget_kept() -> None:
    """Forget every answer: what they depend on beside the facts has changed."""
    with _lock:
        _kept.clear()


def _key(name: str, asked: tuple[Any, ...], by: User) -> tuple[Any, ...]:
    manifest = read_manifest()
    # Some answers hold sentences: they are of the language they were worked out in.
    return (name, str(facts_folder()), manifest.serial if manifest else -1, scope_key(by), get_language(), asked)
