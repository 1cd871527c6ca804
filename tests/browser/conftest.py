"""The dashboard of the sample, served once for all journeys, and a browser that has been there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_pages import new_context
from dashboard_server import free_port, serving
from playwright.sync_api import Browser, BrowserContext, Page
from sample_generation import published_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gapwatch.toml of the published sample."""
    return published_sample(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def served(sample: Path) -> Iterator[str]:
    """The address of a running dashboard on that sample."""
    with serving(sample, port=free_port()) as address:
        yield address


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser context per theme, for all journeys that need no strange one: what is cached once stays."""
    opened = {theme: new_context(chromium, theme=theme) for theme in ("light", "dark")}
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture(params=["light", "dark"])
def page(contexts: dict[str, BrowserContext], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at 1280 px in either theme; the test fails when the browser reports an error of its own."""
    opened = contexts[request.param].new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert not errors
