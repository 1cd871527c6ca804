"""The dashboard of the sample, served once for all journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_server import free_port, serving
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
