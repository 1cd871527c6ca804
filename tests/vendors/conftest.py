"""A company per test, and where the vendors' exports lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from published import Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company without any source but its sites."""
    return Company(tmp_path)


@pytest.fixture(scope="session")
def exports() -> Path:
    """The folder of exports in their vendors' shapes."""
    return Path(__file__).parent.parent / "loaders" / "vendors"
