"""A script held to the same rules as a draft: what people write into the library is suggested to everyone."""

from __future__ import annotations

import logging

from django.conf import settings

from tingsu.assist.replies import Finding, ReplyContext, check_wording, rules_of
from tingsu.packs.loader import PackError
from tingsu.packs.scripts import Script

log = logging.getLogger(__name__)


def doubts_of(script: Script, pack: str) -> list[Finding]:
    """What the reply check finds in a script's wording; a counter-example is meant to be found, so nothing is said."""
    if script.counter_example:
        return []
    try:
        rules = rules_of(pack, tuple(settings.TINGSU_PACK_PATHS))
    except PackError as error:
        log.warning("reply rules of pack %s cannot be read: %s", pack, error.message)
        return []
    return check_wording(script.text, ReplyContext(kind="chat"), rules)
