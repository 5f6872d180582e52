"""The site's own models of reading: which are in force, and the acts that put them there and take them back.

Recording reads with whatever is in force. Every change leaves a sealed line in the access log: who, when, which file,
how good it was on texts held out, and why.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tingsu.base.clock import now
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.chain import name_with_post
from tingsu.cases.errors import Incomplete
from tingsu.org.access_log import note_access
from tingsu.org.models import AccessEntry, User
from tingsu.org.permissions import require
from tingsu.reading.learned.sites import Reader, load_reader
from tingsu.reading.learned.store import Card, Force, ModelRefused, Store

KEEPER = "本机管理员"  # who works at the machine itself; the access log names the account
LONGEST_REASON = 200
log = logging.getLogger(__name__)

_loaded: tuple[tuple[Any, ...], Reader] | None = None


def store() -> Store:
    """The site's models."""
    return Store(settings.MODELS_ROOT)


def site_reader() -> Reader:
    """The reader with the site's models in force; loaded once a process, and again when what is in force changes.

    Never stands in the way of recording: where the models cannot be read, the shipped reader answers.
    """
    global _loaded
    kept = store()
    stamp = (str(kept.folder), *kept.stamp())
    if _loaded is None or _loaded[0] != stamp:
        try:
            reader = load_reader(kept)
        except ModelRefused as error:
            reader = Reader(troubles=(error.message,))
        for trouble in reader.troubles:
            log.warning("%s", trouble)
        _loaded = stamp, reader
    return _loaded[1]


def use_version(name: str, version: int, *, by: User | None, reason: str, at: datetime | None = None) -> Force:
    """Put a version in force from the next text on. Raises NotAllowed, Incomplete without a reason, ModelRefused."""
    check_may_teach(by)
    reason, at = _checked_reason(reason), at or now()
    card = store().card(name, version)
    was = store().in_force().get(name)
    force = store().use(name, version, by=name_of(by), reason=reason, at=at)
    note_model("model_use", card, {"reason": reason, "before": was.version if was else 0}, by=by, at=at)
    return force


def go_back(name: str, *, by: User | None, reason: str, at: datetime | None = None) -> Force | None:
    """Put the version before in force again, or the shipped reader where there was none.

    Raises NotAllowed, Incomplete without a reason, ModelRefused.
    """
    check_may_teach(by)
    reason, at = _checked_reason(reason), at or now()
    was = store().in_force().get(name)
    force = store().go_back(name, by=name_of(by), reason=reason, at=at)
    detail = {"name": name, "from": was.version if was else 0, "to": force.version if force else 0, "reason": reason}
    _note_line("model_back", detail, by=by, at=at)
    return force


def switch_off(name: str, *, by: User | None, reason: str, at: datetime | None = None) -> None:
    """Nothing of the site's in force under ``name``. Raises NotAllowed, Incomplete without a reason, ModelRefused."""
    check_may_teach(by)
    reason, at = _checked_reason(reason), at or now()
    was = store().in_force().get(name)
    store().switch_off(name)
    _note_line("model_off", {"name": name, "from": was.version if was else 0, "reason": reason}, by=by, at=at)


def check_may_teach(by: User | None) -> None:
    """``by`` is None for who works at the machine itself, as with a backup: the files are theirs already."""
    if by is not None:
        require(by, "teach_reading")


def name_of(by: User | None) -> str:
    """A person as cards and lists show them."""
    return name_with_post(by) if by is not None else KEEPER


def note_model(what: str, card: Card, more: dict[str, Any], *, by: User | None, at: datetime | None) -> None:
    """A sealed line of what happened to a model; figures as words, since a sealed line holds no floats."""
    figures = card.report["figures"]
    detail = {
        "name": card.name,
        "version": card.version,
        "model_sha256": card.sha256,
        "examples": sum(card.examples.values()),
        "macro_f1": f"{figures['macro_f1']:.3f}",
        "accuracy": f"{figures['accuracy']:.3f}",
    }
    _note_line(what, detail | more, by=by, at=at)


def has_database() -> bool:
    """Whether this folder is a site with a database; models may also be taught in a folder without one."""
    place = str(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite" and not place.startswith("file:") and not Path(place).exists():
        return False  # looking would make the file
    return AccessEntry._meta.db_table in connection.introspection.table_names()


def _note_line(what: str, detail: dict[str, Any], *, by: User | None, at: datetime | None) -> None:
    if by is not None or has_database():
        note_access(what, detail, by=by, at=at)


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Incomplete({"reason": "请写明理由，理由会留痕"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"理由最多 {LONGEST_REASON} 字"})
    if not is_storable(reason):
        raise Incomplete({"reason": f"理由{UNSTORABLE}"})
    return reason
