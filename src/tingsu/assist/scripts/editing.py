"""What people change in the script library: wording, owner, review date, retirement; every change stays traceable.

Every verb asks for the permission ``manage_scripts`` at the pack, holds the script, compares the version the person
saw (0: the pack's own, never touched here), keeps the change, and adds a sealed line to the access log. Errors:
NotAllowed, ScriptNotFound, ScriptChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.assist.scripts.errors import ScriptChanged, ScriptNotFound
from tingsu.assist.scripts.shelf import Kept, read_content, shelf_of
from tingsu.assist.scripts.tables import ScriptChange, SiteScript
from tingsu.assist.scripts.wording_form import read_wording, what_changed
from tingsu.base.clock import is_plausible, local, now
from tingsu.base.text import is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.pack import pack_at, packs_in_force
from tingsu.org.permissions import PERMISSIONS, NotAllowed, can, grants_of, require
from tingsu.packs.scripts import Script

PERMISSION = "manage_scripts"
LONGEST_REASON = 400
TOLD = {
    "made": gettext_lazy("新建"),
    "changed": gettext_lazy("修改了内容"),
    "owner": gettext_lazy("改派了负责人"),
    "review": gettext_lazy("改了复核日期"),
    "retired": gettext_lazy("停用"),
    "restored": gettext_lazy("恢复使用"),
    "shipped": gettext_lazy("改回方案包的原文"),
    "back": gettext_lazy("改回以前的版本"),
    "reviewed": gettext_lazy("复核无误"),
}
CARE_DAYS = 365  # a wording nobody has looked at for so long is to be looked at again


def may_manage(pack: str, *, by: User) -> bool:
    """Whether this person keeps the scripts of a pack: those of the unit where the role is held, or of every unit."""
    having = [grant for grant in grants_of(by) if PERMISSION in grant.role.permissions]
    if any(grant.reach == "all" for grant in having):
        return pack in {one.id for one in packs_in_force().all}
    return pack in {pack_at(grant.unit_path).id for grant in having}


def possible_owners() -> list[User]:
    """Who may look after a script: active people who may manage scripts."""
    roles = {role.id for pack in packs_in_force().all for role in pack.roles if PERMISSION in role.permissions}
    people = User.objects.filter(is_active=True, grants__role__in=roles).distinct().select_related("unit")
    return list(people.order_by("name"))


def make_script(
    pack: str, typed: Mapping[str, Any], *, by: User, owner: User | None = None, review_on: date | None = None,
    at: datetime | None = None,
) -> SiteScript:  # fmt: skip
    """Add a wording of the site's own; its owner is who made it unless another is named."""
    _require(pack, by)
    at = at or now()
    _check_day(review_on)
    owner = owner or by
    _check_owner(owner)
    with transaction.atomic():
        draft = read_wording(typed, slug="site-0", base=None)
        made = SiteScript.objects.create(pack=pack, slug=_passing(by, at), made_at=at, changed_at=at, owner=owner)
        script = draft.model_copy(update={"id": f"site-{made.pk}"})
        made.slug, made.content, made.review_on = script.id, _as_stored(script), review_on
        _keep(made, "made", "", by=by, at=at, changed=what_changed(None, script))
    return made


def change_script(
    pack: str, slug: str, typed: Mapping[str, Any], *, by: User, version: int, reason: str = "",
    at: datetime | None = None,
) -> SiteScript:  # fmt: skip
    """Write a new version of a script; of a pack's own, a version of the site that stands over it."""
    _require(pack, by)
    _check_reason(reason)
    with transaction.atomic():
        at = at or now()
        held, kept = _hold(pack, slug, version, at)
        script = read_wording(typed, slug=slug, base=kept.script)
        changed = what_changed(kept.script, script)
        if not changed:
            raise NotPossible(_("内容没有变化，不用保存。"))
        held.content = _as_stored(script)
        _keep(held, "changed", reason, by=by, at=at, changed=changed)
    return held


def go_back(pack: str, slug: str, to: int, *, by: User, version: int, at: datetime | None = None) -> SiteScript:
    """Make the wording of version ``to`` the newest version; 0 is the pack's own."""
    _require(pack, by)
    with transaction.atomic():
        at = at or now()
        held, kept = _hold(pack, slug, version, at)
        content = {} if to == 0 else _content_at(held, to)
        after = read_content(content) or kept.shipped
        if after is None or (to == 0 and kept.shipped is None):
            raise NotPossible(_("没有这个版本可以改回。"))
        if content == held.content:
            raise NotPossible(_("现在用的就是这个版本。"))
        held.content = content
        words = "" if to == 0 else _("改回第 %(n)d 版") % {"n": to}
        _keep(held, "back" if content else "shipped", words, by=by, at=at, changed=what_changed(kept.script, after))
    return held


def hand_script(pack: str, slug: str, owner: User, *, by: User, version: int, at: datetime | None = None) -> SiteScript:
    """Give a script another owner."""
    _require(pack, by)
    _check_owner(owner)
    with transaction.atomic():
        at = at or now()
        held = _hold(pack, slug, version, at)[0]
        before, held.owner = held.owner, owner
        _keep(held, "owner", "", by=by, at=at, changed={"owner": [str(before or ""), str(owner)]})
    return held


def set_review(
    pack: str, slug: str, day: date | None, *, by: User, version: int, at: datetime | None = None
) -> SiteScript:
    """Say by when a script is to be looked at again; None: no date."""
    _require(pack, by)
    _check_day(day)
    with transaction.atomic():
        at = at or now()
        held = _hold(pack, slug, version, at)[0]
        before, held.review_on = held.review_on, day
        _keep(held, "review", "", by=by, at=at, changed={"review_on": [str(before or ""), str(day or "")]})
    return held


def confirm_review(
    pack: str, slug: str, next_on: date | None, *, by: User, version: int, at: datetime | None = None
) -> SiteScript:
    """Say that a script was looked at and still stands; the next date must lie ahead."""
    _require(pack, by)
    _check_day(next_on)
    with transaction.atomic():
        at = at or now()
        held = _hold(pack, slug, version, at)[0]
        if next_on is not None and next_on <= local(at).date():
            raise Incomplete({"review_on": _("下次复核的日期要在今天以后")})
        before, held.review_on = held.review_on, next_on
        changed = {"review_on": [str(before or ""), str(next_on or "")]}
        _keep(held, "reviewed", "", by=by, at=at, changed=changed)
    return held


def retire_script(
    pack: str, slug: str, reason: str, *, by: User, version: int, at: datetime | None = None
) -> SiteScript:
    """Take a script out of use, with the reason; it is no longer found, and can be restored."""
    _require(pack, by)
    if not reason.strip():
        raise Incomplete({"reason": _("请写明为什么停用")})
    _check_reason(reason)
    with transaction.atomic():
        at = at or now()
        held = _hold(pack, slug, version, at)[0]
        if held.retired_at is not None:
            raise NotPossible(_("这条话术已经停用。"))
        held.retired_at = at
        _keep(held, "retired", reason, by=by, at=at)
    return held


def restore_script(pack: str, slug: str, *, by: User, version: int, at: datetime | None = None) -> SiteScript:
    """Put a retired script into use again."""
    _require(pack, by)
    with transaction.atomic():
        at = at or now()
        held = _hold(pack, slug, version, at)[0]
        if held.retired_at is None:
            raise NotPossible(_("这条话术正在使用，不用恢复。"))
        held.retired_at = None
        _keep(held, "restored", "", by=by, at=at)
    return held


def _require(pack: str, by: User) -> None:
    require(by, PERMISSION)
    if not may_manage(pack, by=by):
        raise NotAllowed(PERMISSIONS[PERMISSION], [])


def _hold(pack: str, slug: str, version: int, at: datetime) -> tuple[SiteScript, Kept]:
    """The script's row, locked, as this person saw it; made here where the site has not touched the pack's own yet."""
    held = SiteScript.objects.select_for_update().filter(pack=pack, slug=slug).first()
    kept = shelf_of(pack).kept.get(slug)
    if kept is None:
        raise ScriptNotFound(slug)
    if held is None:
        held = SiteScript(pack=pack, slug=slug, made_at=at, changed_at=at)
    if held.version != version:
        raise ScriptChanged(kept.script.title.zh, held.version, _since(held, version))
    return held, kept


def _since(held: SiteScript, version: int) -> list[dict[str, Any]]:
    if held.version == 0:
        return []
    rows = held.changes.filter(version__gt=version).select_related("by").order_by("version")
    return [{"by": str(row.by), "what": str(TOLD[row.kind]), "at": row.at} for row in rows]


def _keep(
    held: SiteScript, kind: str, words: str, *, by: User, at: datetime, changed: Mapping[str, Any] | None = None
) -> None:
    """Save the next version with the change that led to it, and seal a line of it."""
    held.version += 1
    held.changed_at = at
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:  # another made the first version of a pack's script at this very moment
        raise ScriptChanged(held.slug, 1, [])
    ScriptChange.objects.create(
        script=held, version=held.version, kind=kind, at=at, by=by, words=words.strip(), content=held.content,
        changed=dict(changed or {}),
    )  # fmt: skip
    detail = {"pack": held.pack, "script": held.slug, "version": held.version, "change": kind, "words": words.strip()}
    note_access("script", {**detail, "changed": sorted(changed or {})}, by=by, at=at)


def _content_at(held: SiteScript, version: int) -> dict[str, Any]:
    row = held.changes.filter(version=version).first() if held.version else None
    if row is None:
        raise NotPossible(_("没有这个版本可以改回。"))
    content: dict[str, Any] = row.content
    return content


def _as_stored(script: Script) -> dict[str, Any]:
    plain: dict[str, Any] = script.model_dump(mode="json")
    return plain


def _passing(by: User, at: datetime) -> str:
    """A name that holds until the row has its number."""
    return f"new-{by.pk}-{at.timestamp():.6f}"


def _check_reason(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": _("太长，请缩短到 %(n)d 字以内") % {"n": LONGEST_REASON}})
    if not is_storable(reason):
        raise Incomplete({"reason": _("内容里有看不见的控制字符，请重新输入")})


def _check_owner(owner: User) -> None:
    if not (owner.is_active and can(owner, PERMISSION)):
        raise Incomplete({"owner": _("负责人要有管理话术的权限，并且在岗")})


def _check_day(day: date | None) -> None:
    if day is not None and not is_plausible(datetime.combine(day, datetime.min.time())):
        raise Incomplete({"review_on": _("请填写一个真实的日期")})
