"""Pages run without a browser, on the published sample."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import APP, Open
from sample_generation import published_sample
from streamlit.testing.v1 import AppTest


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gapwatch.toml of the published sample."""
    return published_sample(tmp_path_factory.getbasetemp())


@pytest.fixture
def open_page(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a page by its file name, with query parameters, and fails when it raises."""
    monkeypatch.setenv("GAPWATCH_CONFIG", str(sample))

    def opened(page: str = "overview", /, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in query.items():
            app.query_params[name] = value
        if page != "overview":
            app.switch_page(f"gapwatch/dashboard/pages/{page}.py")
        app.run()
        assert not app.exception, [problem.value for problem in app.exception]
        assert not any("could not be drawn" in problem.value for problem in app.error)
        return app

    return opened
