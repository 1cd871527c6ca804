"""A link that is passed on opens the same view, for somebody else and later."""

from __future__ import annotations

import re
from pathlib import Path

from browser_pages import SLOW, query, visit
from playwright.sync_api import Browser, Page, expect
from sample_generation import scalar


def test_a_shared_link_opens_the_same_view(page: Page, chromium: Browser, served: str, sample: Path) -> None:
    visit(page, f"{served}/gaps?site=BAY1&cause=expired")
    page.get_by_text("Share or keep this view").click()
    told = page.locator("[data-testid=stSidebar] [data-testid=stCode]").inner_text().strip()
    address = re.sub(r"\s", "", told)
    assert address.startswith(f"{served}/gaps?")
    assert "known_at=" in address
    headline = page.locator("h1").first.inner_text()
    expected = scalar(
        sample,
        "select count(*) from gaps where closed_at is null and cause = 'expired'"
        " and coalesce(site, role_site) = 'BAY1'",
    )
    assert headline.startswith(f"{expected:,} open gap")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    other = context.new_page()
    other.set_default_timeout(SLOW)
    visit(other, address)
    expect(other.locator("h1").first).to_have_text(headline)
    asked = query(other)
    context.close()
    assert (asked["site"], asked["cause"]) == ("BAY1", "expired")
