"""A small company in a folder of its own, published once, for tests that then do something to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command import gapwatch

CASE = Path(__file__).parent.parent / "cases" / "worked" / "terminated_account_still_used"
INSTANT = "2026-02-11T06:00:00Z"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked case, published; not to be changed."""
    folder = tmp_path_factory.mktemp("published") / "company"
    shutil.copytree(CASE, folder)
    answer = gapwatch("run", "--config", str(folder / "gapwatch.toml"), "--loaded-at", INSTANT, "--as-of", INSTANT)
    assert answer.code == 0, answer.err
    return folder


@pytest.fixture
def company(published: Path, tmp_path: Path) -> Path:
    """A copy of the published company, free to be changed."""
    folder = tmp_path / "company"
    shutil.copytree(published, folder)
    return folder
