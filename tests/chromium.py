"""Where Chromium is for tests in a browser, and what happens where there is none."""

from __future__ import annotations

import os
import shutil

import pytest

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"]


def program() -> str:
    """The path of Chromium. Without one the test is skipped, or fails where LOTSE_REQUIRE_BROWSER is 1."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("LOTSE_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is missing, and LOTSE_REQUIRE_BROWSER=1 asks for it.")
    if found is None:
        pytest.skip("needs Chromium, which is not installed (Debian: apt-get install chromium)")
    return found
