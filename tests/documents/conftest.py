"""What the tests of papers share: a browser signed in as someone, and Word files made for the purpose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from django.test import Client

from tingsu.org.models import User

SHIPPED = Path(__file__).resolve().parents[2] / "src/tingsu/packs/data/shared/forms"


@pytest.fixture
def signed_in(db: None) -> Callable[[User], Client]:
    """A browser in which this person has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def word(*lines: str) -> bytes:
    """A Word file of these paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def with_part(content: bytes, name: str, data: bytes | Callable[[bytes], bytes]) -> bytes:
    """The Word file with one part put in or changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename == name and callable(data):
                new.writestr(name, data(old.read(name)))
            elif info.filename != name:
                new.writestr(info.filename, old.read(info.filename))
        if not callable(data):
            new.writestr(name, data)
    return made.getvalue()
