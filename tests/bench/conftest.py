"""A generated company of 500 workers, generated and built once; not to be changed."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from gapwatch.bench.company import generate_company, measured_models
from gapwatch.modelling import build_models

WORKERS = 500


@pytest.fixture(scope="session")
def company() -> Iterator[duckdb.DuckDBPyConnection]:
    """An open database with the staged rows and all measured models."""
    with duckdb.connect() as connection:
        generate_company(connection, workers=WORKERS)
        build_models(connection, measured_models())
        yield connection
