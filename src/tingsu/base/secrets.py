"""Keys a site makes for itself on first use and keeps out of the repository."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def keep_secret(path: Path, *, env: str) -> str:
    """The secret from the environment, else from ``path``, made there (readable by its owner only) on first use.

    Two processes starting together agree on one key: it is written whole beside its place and then linked in, which
    only one of them can do.
    """
    if given := os.environ.get(env):
        return given
    if not path.exists():
        # Beside the key lies everything customers said; a folder that is there already is its keeper's to close.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link_new_secret(path)
    return path.read_text(encoding="ascii").strip()


def _link_new_secret(path: Path) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
