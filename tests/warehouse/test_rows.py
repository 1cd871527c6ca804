"""Rows that Python made: all of them, in their columns, missing values and all."""

from __future__ import annotations

import duckdb
import pytest

from gapwatch.warehouse.rows import insert_rows


@pytest.fixture
def table() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("create table told (name varchar primary key, number bigint, share double)")
    return connection


def test_rows_arrive_whole(table: duckdb.DuckDBPyConnection) -> None:
    rows = [("a", 1, 0.5), ("b", None, None), ("c'; --", 3, None)]
    insert_rows(table, "told", rows)
    assert table.execute("select * from told order by name").fetchall() == rows


def test_a_column_of_nothing_keeps_its_type(table: duckdb.DuckDBPyConnection) -> None:
    insert_rows(table, "told", [("a", None, None), ("b", None, None)])
    assert table.execute("select count(*), count(number), count(share) from told").fetchall() == [(2, 0, 0)]


def test_no_rows_are_no_statement(table: duckdb.DuckDBPyConnection) -> None:
    insert_rows(table, "not there", [])


def test_a_row_replaces_the_one_of_its_key_only_where_it_is_to(table: duckdb.DuckDBPyConnection) -> None:
    insert_rows(table, "told", [("a", 1, None)])
    with pytest.raises(duckdb.ConstraintException):
        insert_rows(table, "told", [("b", 2, None), ("a", 2, None)])
    assert table.execute("select name, number from told").fetchall() == [("a", 1)]
    insert_rows(table, "told", [("b", 2, None), ("a", 2, None)], replacing=True)
    assert table.execute("select name, number from told order by name").fetchall() == [("a", 2), ("b", 2)]
