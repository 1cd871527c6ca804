"""One Chromium for all tests of a process: two at a time would get into each other's way.

Owns starting and ending it, and what happens where there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SYSTEM: Final = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own. Missing: skipped here, failed with CI=true."""
    from playwright.sync_api import Error, sync_playwright

    found = next((path for path in _SYSTEM if path.is_file()), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        except Error as error:
            reason = f"Chromium does not start: {str(error).splitlines()[0]}"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(f"{reason}; install it with: playwright install --with-deps chromium")
            pytest.skip(reason)
        yield browser
        browser.close()
