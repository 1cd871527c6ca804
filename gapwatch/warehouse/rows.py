"""Rows that Python made, put into a table in one statement: DuckDB's own executemany commits each row for itself.

Owns the statement alone. For the rows that describe a generation (results of checks, models), hundreds of them; data
goes from file to table without passing through Python. Called by the checks and by modelling.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]], *, replacing: bool = False
) -> None:
    """Insert those rows, values in the order of the table's columns, all or none. ``replacing``: in place of rows with
    the same primary key. Raises what DuckDB raises.
    """
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    values = ", ".join(f"unnest(${number})" for number in range(1, len(columns) + 1))
    verb = "insert or replace" if replacing else "insert"
    connection.execute(f'{verb} into "{table}" select {values}', [list(column) for column in columns])
