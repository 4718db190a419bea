"""Where a real browser is."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of a Chromium; the test is skipped without one, and fails in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("There is no Chromium, and CI has to have one: apt-get install chromium")
    pytest.skip("No Chromium was found; the page is not tested here")
