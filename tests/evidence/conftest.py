"""One small generation and one export of it, shared by the workbook's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence.small_generation import make_small_generation

from gapwatch.evidence import EvidenceSummary, write_evidence
from gapwatch.reads import Reader


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the small generation published."""
    return make_small_generation(tmp_path_factory.mktemp("evidence") / "warehouse")


@pytest.fixture
def reader(warehouse: Path) -> Iterator[Reader]:
    """The published generation."""
    with Reader.open(warehouse) as opened:
        yield opened


@pytest.fixture(scope="session")
def exported(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSummary:
    """One export of everything, prepared and reviewed. Don't change its files."""
    out = tmp_path_factory.mktemp("export") / "evidence.xlsx"
    with Reader.open(warehouse) as opened:
        return write_evidence(opened, out, prepared_by="Ana Ruiz", reviewed_by="Eva Stone")
