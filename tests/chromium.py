"""Where a real browser is."""

import os
import shutil
from typing import Any

import pytest
from playwright.async_api import expect as expect_soon
from playwright.sync_api import expect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000.0
"""Milliseconds a page may take for what must come; only a failing test waits that long."""
expect.set_options(timeout=PATIENCE)
expect_soon.set_options(timeout=PATIENCE)


def chromium() -> str:
    """The path of a Chromium; the test is skipped without one, and fails in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("There is no Chromium, and CI has to have one: apt-get install chromium")
    pytest.skip("No Chromium was found; the page is not tested here")


def complaints(page: Any) -> list[str]:
    """What a page (of either API) will have to complain of, in its console or by failing.

    A refused request is told by the browser too; the page itself tells the person.
    """
    said: list[str] = []

    def listen(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda problem: said.append(str(problem)))
    return said
