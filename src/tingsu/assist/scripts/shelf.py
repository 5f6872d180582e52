"""The scripts a site works with: those of a pack, and what the site says over them or beside them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Sum

from tingsu.assist.scripts.errors import ScriptNotFound
from tingsu.assist.scripts.index import Index
from tingsu.assist.scripts.ranking import NEVER, Rating
from tingsu.assist.scripts.tables import ScriptTally, SiteScript
from tingsu.org.models import User
from tingsu.org.pack import packs_in_force
from tingsu.packs.answering import load_part
from tingsu.packs.loader import PackError
from tingsu.packs.schema import Pack
from tingsu.packs.scripts import Script, Scripts

log = logging.getLogger(__name__)
PART = "scripts"
_kept: dict[str, tuple[tuple[Any, ...], Shelf]] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """One script as it holds now. ``shipped`` is the pack's wording, None for one of the site's own.

    ``version`` 0: the site never touched it.
    """

    script: Script
    shipped: Script | None
    rewritten: bool = False
    version: int = 0
    owner: User | None = None
    review_on: date | None = None
    retired: bool = False

    @property
    def origin(self) -> str:
        """``pack``, ``over`` (the site's wording in place of the pack's) or ``site``."""
        if self.shipped is None:
            return "site"
        return "over" if self.rewritten else "pack"

    def is_due(self, today: date) -> bool:
        """Whether it is to be looked at again."""
        return self.review_on is not None and self.review_on <= today and not self.retired


@dataclass(frozen=True)
class Shelf:
    """Every script of one pack by its slug, retired ones and counter-examples too."""

    pack: str
    kept: dict[str, Kept]
    trouble: str = ""  # why the pack's own could not be read

    @cached_property
    def index(self) -> Index:
        """What may be suggested, ready for finding: neither what is retired nor counter-examples."""
        return Index([k.script for k in self.kept.values() if not k.retired and not k.script.counter_example])

    @cached_property
    def index_of_all(self) -> Index:
        """Everything on the shelf, for those who look after it."""
        return Index([kept.script for kept in self.kept.values()])

    def find(self, slug: str) -> Kept:
        """The script of this slug. Raises ScriptNotFound."""
        if slug not in self.kept:
            raise ScriptNotFound(slug)
        return self.kept[slug]


def shelf_of(pack: str) -> Shelf:
    """The shelf of a pack; made anew only after something on it was changed, by whichever process."""
    shipped, trouble = _read_shipped(pack)
    rows = SiteScript.objects.filter(pack=pack)
    told = rows.aggregate(n=Count("pk"), sum=Sum("version"), last=Max("changed_at"))
    stamp = (id(shipped), trouble, *told.values())
    held = _kept.get(pack)
    if held is None or held[0] != stamp:
        held = _kept[pack] = (stamp, Shelf(pack, _lay(shipped, rows.select_related("owner")), trouble))
    return held[1]


def forget_shelves() -> None:
    """Make every shelf anew at the next question: the database is another one."""
    _kept.clear()


def ratings_of(pack: str) -> dict[str, Rating]:
    """How often each script of a pack was used and helped: one query."""
    rows = ScriptTally.objects.filter(pack=pack).values_list("slug", "used", "helped", "unhelped")
    return {slug: Rating(used, helped, unhelped) for slug, used, helped, unhelped in rows}


def rating_of(pack: str, slug: str) -> Rating:
    """How often one script was used and helped."""
    row = ScriptTally.objects.filter(pack=pack, slug=slug).first()
    return Rating(row.used, row.helped, row.unhelped) if row else NEVER


def pack_named(name: str) -> Pack | None:
    """The pack in force of this name."""
    return next((pack for pack in packs_in_force().all if pack.id == name), None)


def _read_shipped(pack: str) -> tuple[tuple[Script, ...], str]:
    try:
        return load_part(Scripts, PART, pack, tuple(settings.TINGSU_PACK_PATHS)).scripts, ""
    except PackError as error:
        log.warning("scripts of pack %s cannot be read: %s", pack, error.message)
        return (), error.message


def _lay(shipped: tuple[Script, ...], rows: Iterable[SiteScript]) -> dict[str, Kept]:
    below = {script.id: script for script in shipped}
    kept = {script.id: Kept(script, script) for script in shipped}
    for row in rows:
        own = read_content(row.content)
        script = own or below.get(row.slug)
        if script is not None:
            kept[row.slug] = Kept(
                script, below.get(row.slug), own is not None, row.version, row.owner, row.review_on,
                row.retired_at is not None,
            )  # fmt: skip
    return dict(sorted(kept.items(), key=lambda one: one[1].origin != "site"))


def read_content(content: dict[str, Any]) -> Script | None:
    """A wording as it was stored; None where none is, or where a later version of Tingsu no longer takes it."""
    if not content:
        return None
    try:
        return Script.model_validate(content)
    except ValueError:
        log.warning("stored script %s cannot be read", content.get("id"))
        return None
