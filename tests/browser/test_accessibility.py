"""Every page in both themes under axe, and at phone width: no serious or critical issue of ours, nothing cut off.

Each page is opened once for both. axe-core comes with the package axe-playwright-python; nothing is fetched. What
Streamlit itself causes is listed with its reason, by rule and element, and nothing else is let through.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from browser_pages import DESKTOP, PHONE, settled, visit
from playwright.sync_api import BrowserContext, Page

from gapwatch.dashboard.screenshots import addresses

GRAVE: Final = ["serious", "critical"]
# rule, part of the element's HTML, why it is not ours
STREAMLITS: Final[tuple[tuple[str, str, str], ...]] = ()
_RUN: Final = """async (grave) => {
    const found = await axe.run(document, {resultTypes: ['violations'], iframes: false});
    return found.violations.filter(one => grave.includes(one.impact)).flatMap(one => one.nodes.map(node =>
        ({rule: one.id, html: node.html, at: node.target.join(' '),
          why: [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')})));
}"""
PAGES: Final = (
    "overview",
    "gaps",
    "worker",
    "events",
    "accounts",
    "health",
    "quality",
    "survey",
    "incident",
    "policy",
    "evidence",
    "digest",
)


@pytest.fixture(scope="module")
def places(sample: Path) -> dict[str, str]:
    """The address of each page, with somebody to look at."""
    return addresses(sample)


@pytest.fixture(scope="module")
def tab(contexts: dict[str, BrowserContext]) -> Iterator[Page]:
    """One page of the browser for all pages of the dashboard, one after the other."""
    opened = contexts["light"].new_page()
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=PAGES)
def drawn(tab: Page, served: str, places: dict[str, str], request: pytest.FixtureRequest) -> Page:
    """A page of the dashboard in light, as it is drawn on a desktop."""
    tab.set_viewport_size({"width": DESKTOP, "height": 900})
    tab.emulate_media(color_scheme="light")
    visit(tab, f"{served}/{places[request.param]}")
    # our style arrives with the page, its parts with the browser's next frames
    tab.wait_for_function(
        "() => [...document.styleSheets].some(sheet => [...sheet.cssRules].some("
        "rule => rule.cssText.includes('stCaptionContainer')))"
    )
    return tab


def test_axe_finds_nothing_grave_of_ours(drawn: Page) -> None:
    drawn.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = [("light", one) for one in drawn.evaluate(_RUN, GRAVE)]
    # the same page turns dark when the system does
    drawn.emulate_media(color_scheme="dark")
    drawn.wait_for_function(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'"
    )
    settled(drawn)
    found += [("dark", one) for one in drawn.evaluate(_RUN, GRAVE)]
    ours = [
        f"{theme}: {one['rule']} at {one['at']}: {one['why']}: {one['html'][:200]}"
        for theme, one in found
        if not any(one["rule"] == rule and part in one["html"] for rule, part, _ in STREAMLITS)
    ]
    assert not ours, "\n".join(ours)


def test_each_page_fits_a_phone(drawn: Page) -> None:
    drawn.set_viewport_size({"width": PHONE, "height": 844})
    settled(drawn)
    widths = drawn.evaluate("() => [innerWidth, document.querySelector('[data-testid=stMain]').scrollWidth]")
    assert widths[0] == PHONE
    assert widths[1] <= PHONE


def test_pages_are_all_there() -> None:
    from gapwatch.dashboard.addresses import PAGES as REGISTERED

    assert sorted(PAGES) == sorted(entry.file.removesuffix(".py") for entry in REGISTERED.values())
