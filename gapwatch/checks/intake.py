"""Checks of a load before it counts: the catalogue of ``queries/intake``, judged like any other.

Owns which checks these are and that they are evaluated on the loader's own connection, which has the batch's tables
(see ``gapwatch.loaders.intake``). Does not hold a load: that is for the loaders, to which the pipeline hands
``judge_batch``.
"""

from __future__ import annotations

import duckdb

from gapwatch.checks.catalogue import Check, read_catalogue
from gapwatch.checks.results import CheckResult
from gapwatch.checks.run import run_checks
from gapwatch.shipped import query_folder


def read_intake_catalogue() -> list[Check]:
    """Every check of ``queries/intake``, by check_id."""
    return read_catalogue(query_folder() / "intake")


def judge_batch(connection: duckdb.DuckDBPyConnection) -> tuple[list[CheckResult], list[tuple[str, str]]]:
    """The results of these checks on the batch, and the rows that break them as (check_id, row as JSON)."""
    results = run_checks(connection, checks=read_intake_catalogue())
    rows = connection.execute('select check_id, "row" from check_failures order by check_id, row_number').fetchall()
    return results, rows
