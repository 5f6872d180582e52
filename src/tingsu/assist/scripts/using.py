"""A script is put into a draft, and its user says afterwards whether it helped."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from tingsu.assist.scripts.errors import ScriptNotFound
from tingsu.assist.scripts.shelf import shelf_of
from tingsu.assist.scripts.tables import ScriptTally, ScriptUse
from tingsu.base.clock import now
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case
from tingsu.org.models import User

AGAIN = timedelta(minutes=10)  # the same script in the same case within this is one use


def note_use(pack: str, slug: str, *, by: User, case: Case | None = None, at: datetime | None = None) -> ScriptUse:
    """Count one use; pressed twice in a row it is still one. The caller has found the case for this person.

    Raises ScriptNotFound, NotPossible for a counter-example or one that is retired.
    """
    kept = shelf_of(pack).find(slug)
    if kept.script.counter_example:
        raise NotPossible("这是反面教材，只供辨认，不能用来答复客户。")
    if kept.retired:
        raise NotPossible("这条话术已经停用，请换一条。")
    at = at or now()
    with transaction.atomic():
        tally = _hold_tally(pack, slug)  # its row lock queues two presses of one button
        before = ScriptUse.objects.filter(pack=pack, slug=slug, by=by, case=case, at__gt=at - AGAIN).last()
        if before is not None:
            return before
        tally.update(used=F("used") + 1)
        return ScriptUse.objects.create(pack=pack, slug=slug, version=kept.version, at=at, by=by, case=case)


def rate_use(use_id: int, helped: bool, *, by: User, at: datetime | None = None) -> ScriptUse:
    """Say whether a use helped; who used it may say so, and think again. Raises ScriptNotFound for another's use."""
    with transaction.atomic():
        use = ScriptUse.objects.select_for_update().filter(pk=use_id, by=by).first()
        if use is None:
            raise ScriptNotFound(str(use_id))
        if use.helped is helped:
            return use
        tally = _hold_tally(use.pack, use.slug)
        if use.helped is not None:
            tally.update(**{_COUNT[use.helped]: F(_COUNT[use.helped]) - 1})
        tally.update(**{_COUNT[helped]: F(_COUNT[helped]) + 1})
        use.helped, use.rated_at = helped, at or now()
        use.save(update_fields=["helped", "rated_at"])
    return use


_COUNT = {True: "helped", False: "unhelped"}


def _hold_tally(pack: str, slug: str) -> QuerySet[ScriptTally]:
    ScriptTally.objects.get_or_create(pack=pack, slug=slug)
    ScriptTally.objects.select_for_update().get(pack=pack, slug=slug)
    return ScriptTally.objects.filter(pack=pack, slug=slug)
