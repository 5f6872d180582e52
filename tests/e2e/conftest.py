"""A real browser on the real pages: Debian's Chromium, skipped with a loud line where there is none."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.make import Bank

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

# Playwright's loop lives in the test's own thread; Django's guard against that is not needed here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SignIn = Callable[[str], Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the browser tests must run in CI")
        warnings.warn("NO CHROMIUM: THE BROWSER TESTS ARE SKIPPED (apt-get install chromium)", stacklevel=1)
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(browser: Browser, lasting_bank: Bank, live_server: object) -> Iterator[SignIn]:
    """Sign somebody in with a browser window of his own; an error on any page's console fails the test."""
    errors: list[str] = []
    contexts = []

    def enter(username: str, width: int = 1366, height: int = 768) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=str(live_server), locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto("/sign-in/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", "pass-word-1")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    # A refused form answers 4xx, which the browser also reports; those are asked for here.
    assert [e for e in errors if "status of 4" not in e] == []
