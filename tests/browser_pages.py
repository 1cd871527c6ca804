"""Moving about in the dashboard with a browser: opening an address, waiting until it is drawn, reading it."""

from __future__ import annotations

import urllib.parse
from typing import Final

from playwright.sync_api import Page, expect

SLOW: Final = 60_000  # a busy machine; a page is otherwise there within two seconds


def visit(page: Page, address: str) -> None:
    """Open an address and wait until the page has finished drawing."""
    page.goto(address)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page has a headline and nothing of it is being redrawn."""
    expect(page.locator("h1").first).to_be_visible(timeout=SLOW)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget]') && !document.querySelector('[data-stale=true]')",
        timeout=SLOW,
    )
    assert page.locator("[data-testid=stException]").count() == 0


def query(page: Page) -> dict[str, str]:
    """The query parameters of the address."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(page.url).query))


def figure(page: Page, label: str) -> str:
    """The overview's figure with that label."""
    return page.locator("[data-testid=stMetric]", has_text=label).locator("[data-testid=stMetricValue]").inner_text()
