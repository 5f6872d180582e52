"""Where drafts are asked for, and whether: off until an administrator says otherwise, every change on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tingsu.assist.writing.asking import usable
from tingsu.assist.writing.client import Endpoint, NoDraft, ask_model, check_address
from tingsu.assist.writing.tables import WritingHelp
from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require

LONGEST_WAIT = 60  # seconds
_TRIAL = [
    {"role": "system", "content": "你替投诉处理人员起草给客户的答复，只写正文。"},
    {"role": "user", "content": "客户反映排队等候时间长。请写一条不超过 100 字的致歉短信，称呼写〔客户〕。"},
]


class CannotSet(TingsuError):
    """The setting is refused; ``fields`` says why, field by field."""

    code = "cannot_set"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__("；".join(fields.values()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator sets."""

    on: bool
    address: str
    model: str
    seconds: int


def setting_now() -> WritingHelp | None:
    """What is set; None where nothing ever was."""
    return WritingHelp.objects.order_by("-pk").first()


def endpoint_now() -> Endpoint | None:
    """Where to ask; None while writing help is off. The key comes from TINGSU_WRITING_KEY, never from the database."""
    said = setting_now()
    if said is None or not said.on:
        return None
    return Endpoint(said.address, said.model, said.seconds, settings.WRITING_KEY)


def change_setting(wanted: Wanted, *, by: User, at: datetime | None = None) -> WritingHelp:
    """Set it from now on. Leaves a line in the access log. Raises NotAllowed, CannotSet."""
    require(by, "manage_writing_help")
    _check(wanted)
    moment = at or now()
    with transaction.atomic():
        made = WritingHelp.objects.create(
            on=wanted.on, address=wanted.address, model=wanted.model, seconds=wanted.seconds, changed_by=by,
            changed_at=moment,
        )  # fmt: skip
        told = {"on": wanted.on, "address": wanted.address, "model": wanted.model, "seconds": wanted.seconds}
        note_access("writing_help", told, by=by, at=moment)
    return made


def try_out(*, by: User) -> tuple[str, float]:
    """A draft about nobody from the model as set, and the seconds it took. Raises NotAllowed, CannotSet, NoDraft."""
    require(by, "manage_writing_help")
    said = setting_now()
    if said is None or not said.address:
        raise CannotSet({"address": _("请先填写并保存模型地址。")})
    began = perf_counter()
    # The person waits at the page for this one, and holds one of the site's places while waiting.
    endpoint = Endpoint(said.address, said.model, min(said.seconds, 15), settings.WRITING_KEY)
    return usable(ask_model(endpoint, _TRIAL, most_tokens=300)), perf_counter() - began


def _check(wanted: Wanted) -> None:
    wrong = {}
    if wanted.on and not wanted.model.strip():
        wrong["model"] = _("请填写模型名称，照模型服务里的写法。")
    if len(wanted.address) > 200 or len(wanted.model) > 100:
        wrong["address"] = _("地址或名称太长。")
    if not 1 <= wanted.seconds <= LONGEST_WAIT:
        wrong["seconds"] = _("等待时间要在 1 到 %d 秒之间。") % LONGEST_WAIT
    if wanted.on or wanted.address:
        try:
            check_address(wanted.address)
        except NoDraft as error:
            if error.reason not in ("unreachable", "timeout"):  # a model that is down today may still be set
                wrong["address"] = error.message
            elif wanted.on:
                wrong["address"] = _("找不到这台主机，请检查地址。")
    if wrong:
        raise CannotSet(wrong)
