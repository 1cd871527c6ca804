"""What all tests share: the order of their files, and one Chromium for each process.

Owns that the longest files come first, so that no worker is left with one of them when the other has done, and
starting and ending Chromium (two at a time would get into each other's way), and what happens where there is none.
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
_LONGEST: Final = (  # half a minute and more; paths below this folder
    "warehouse/test_kills.py",
    "test_quality.py",
    "properties/test_product_against_replay.py",
    "vendors/test_nasty_history.py",
    "health/test_stopped_feed.py",
    "cases/test_cases_command.py",
    "loaders/test_modes.py",
    "app/test_pages.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others as they come."""
    rank = {Path(__file__).parent / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


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
