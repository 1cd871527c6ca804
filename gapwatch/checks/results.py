"""What a check came to, and the two tables of a generation that hold it.

Owns ``check_results`` (contract, section 3) and ``check_failures`` (check_id, row_number from 1, row as
JSON): one row per offending row kept. Judges nothing. Called by ``run_checks``; the pipeline reads
``CheckResult.is_blocking``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

import duckdb

from gapwatch.checks.catalogue import Severity
from gapwatch.warehouse.rows import insert_rows

KEPT_FAILURES: Final = 1_000
"""Offending rows kept per check; ``rows_failed`` counts them all."""

_TABLES: Final = """
    create or replace table check_results (
        check_id varchar, feed varchar, severity varchar, status varchar,
        rows_checked bigint, rows_failed bigint, detail varchar
    );
    create or replace table check_failures (check_id varchar, row_number integer, "row" varchar)
"""


class Status(StrEnum):
    """``error`` means the check could not be evaluated: nothing is known, good or bad."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FAIL = "fail"
    ERROR = "error"


@dataclass(frozen=True)
class CheckResult:
    """One row of ``check_results``; ``feed`` is a feed, ``policy`` or ``models``."""

    check_id: str
    feed: str
    severity: Severity
    status: Status
    rows_checked: int
    rows_failed: int
    detail: str

    @property
    def is_blocking(self) -> bool:
        """Whether nothing may be published with this result."""
        return self.severity is Severity.BLOCKING and self.status is not Status.PASS


def write_results(
    connection: duckdb.DuckDBPyConnection,
    *,
    results: Iterable[CheckResult],
    failures: Mapping[str, Sequence[str]],
) -> None:
    """Replace both tables. ``failures`` holds, by check_id, offending rows as JSON; 1,000 each are kept."""
    connection.execute(_TABLES)
    insert_rows(connection, "check_results", [tuple(asdict(result).values()) for result in results])
    kept = [
        (check_id, number, text)
        for check_id, texts in failures.items()
        for number, text in enumerate(texts[:KEPT_FAILURES], start=1)
    ]
    insert_rows(connection, "check_failures", kept)
