"""Every page in both themes under axe: no serious or critical issue of ours.

axe-core comes with the package axe-playwright-python; nothing is fetched. What Streamlit itself causes is listed with
its reason, by rule and element, and nothing else is let through.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from browser_pages import SLOW, settled, visit
from playwright.sync_api import Browser

from gapwatch.dashboard.screenshots import addresses

GRAVE: Final = ["serious", "critical"]
# rule, part of the element's HTML, why it is not ours
STREAMLITS: Final[tuple[tuple[str, str, str], ...]] = ()
_RUN: Final = """async ([script, grave]) => {
    if (!window.axe) { eval(script); }
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


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave_of_ours(chromium: Browser, served: str, sample: Path, name: str) -> None:
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light", bypass_csp=True)
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    visit(opened, f"{served}/{addresses(sample)[name]}")
    # our style arrives with the page, its parts with the browser's next frames
    opened.wait_for_function(
        "() => [...document.styleSheets].some(sheet => [...sheet.cssRules].some("
        "rule => rule.cssText.includes('stCaptionContainer')))",
        timeout=SLOW,
    )
    settled(opened)
    found = [("light", one) for one in opened.evaluate(_RUN, [script, GRAVE])]
    # the same page turns dark when the system does
    opened.emulate_media(color_scheme="dark")
    opened.wait_for_function(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'", timeout=SLOW
    )
    settled(opened)
    found += [("dark", one) for one in opened.evaluate(_RUN, [script, GRAVE])]
    context.close()
    ours = [
        f"{theme}: {one['rule']} at {one['at']}: {one['why']}: {one['html'][:200]}"
        for theme, one in found
        if not any(one["rule"] == rule and part in one["html"] for rule, part, _ in STREAMLITS)
    ]
    assert not ours, "\n".join(ours)


def test_pages_are_all_there() -> None:
    from gapwatch.dashboard.addresses import PAGES as REGISTERED

    assert sorted(PAGES) == sorted(entry.file.removesuffix(".py") for entry in REGISTERED.values())
