"""What the page tests share: a browser signed in as someone, and what a page says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from tingsu.org.models import User


@pytest.fixture
def signed_in(db: None) -> Callable[[User], Client]:
    """A browser in which this person has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def words_of(response: HttpResponse) -> str:
    """What a reader sees of a page: its text in one line, without marks and tags."""
    page = response.content.decode()
    page = re.sub(r"<(script|style|title)\b.*?</\1>", "", page, flags=re.S)
    page = re.sub(r"</?(mark|span|strong|a|kbd|b|i)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
