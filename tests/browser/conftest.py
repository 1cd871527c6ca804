"""The dashboard of the sample, served once for all journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_pages import SLOW
from dashboard_server import free_port, serving
from playwright.sync_api import Browser, Page
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


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at 1280 px in either theme; the test fails when the browser reports an error of its own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors
