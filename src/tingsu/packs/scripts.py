"""Scripts (话术) as a pack writes them."""

from __future__ import annotations

from tingsu.packs.wording import Origin, Part


class Script(Part):
    """One wording for a situation; ``row`` is its place in the sources."""

    id: str
    text: str
    row: str = ""
    origin: Origin = "source"


class Scripts(Part):
    """The scripts of a pack."""

    scripts: tuple[Script, ...] = ()
