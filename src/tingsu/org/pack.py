"""The pack this site runs."""

from __future__ import annotations

from django.conf import settings

from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack


def active_pack() -> Pack:
    """The pack named by TINGSU_PACK, read once."""
    return load_pack(settings.TINGSU_PACK, tuple(settings.TINGSU_PACK_PATHS))
