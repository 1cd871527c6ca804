"""The data checks of a batch before it counts: what they look at, and what a blocking one that fails means.

Owns the tables that the checks of ``queries/intake`` read, on the loader's connection, and the file ``checks.json``
beside the manifest of the batch's first load, where their results are kept with the rows they touch. States no check
and judges none: the judge comes from the pipeline. Batches that the load guard does not look at, because they or what
is in force have fewer than 100 rows, are not judged here either. Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import duckdb

from gapwatch.feeds import FEEDS
from gapwatch.loaders.convert import LEFT_OUT
from gapwatch.loaders.raw import quoted_text
from gapwatch.warehouse.landing import REJECTS, LoadRecord, rows_path, unfinished_folder
from gapwatch.warehouse.ledger import newest_batch

CHECKS: Final = "checks.json"
_SMALLEST = 100
_TABLES = ("batch_rows", "batch_rejects", "batch_facts", "batch_keys", "batch_columns", "sources")

Judge = Callable[[duckdb.DuckDBPyConnection], tuple[Sequence[Any], Sequence[tuple[str, str]]]]
"""Gives check results (``gapwatch.checks.CheckResult``) and the rows that break them, as (check_id, JSON)."""


def failed_check(
    connection: duckdb.DuckDBPyConnection,
    batch: list[tuple[LoadRecord, Path]],
    *,
    earlier: list[LoadRecord],
    warehouse: Path,
    judge: Judge,
) -> str | None:
    """Why the checks hold the batch, or None; their results are then beside its first load.

    ``batch``: each load and the Parquet file of its rows; ``earlier``: all finished loads of the warehouse.
    """
    first = batch[0][0]
    before = newest_batch(earlier, source=first.source)
    rows = sum(record.rows_read - record.rows_left_out for record, _ in batch)
    in_force = sorted({rows_path(warehouse, record) for record in before})
    if not before or rows < _SMALLEST or _count(connection, _union(in_force)) < _SMALLEST:
        return None
    _make_tables(connection, batch, in_force, warehouse)
    try:
        results, failures = judge(connection)
    finally:
        for name in _TABLES:
            connection.execute(f"drop view if exists {name}")
    kept = [
        asdict(result) | {"rows": [json.loads(row) for check_id, row in failures if check_id == result.check_id]}
        for result in results
    ]
    (unfinished_folder(warehouse, first.load_id) / CHECKS).write_text(
        json.dumps(kept, indent=1) + "\n", encoding="utf-8"
    )
    return "; ".join(f"check {result.check_id}: {result.detail}" for result in results if result.is_blocking) or None


def _make_tables(
    connection: duckdb.DuckDBPyConnection, batch: list[tuple[LoadRecord, Path]], in_force: list[Path], warehouse: Path
) -> None:
    first = batch[0][0]
    feed = FEEDS[first.feed]
    named = quoted_text(first.feed)
    new, old = _union(sorted({path for _, path in batch})), _union(in_force)
    rejected = [unfinished_folder(warehouse, record.load_id) / REJECTS for record, _ in batch if record.rows_rejected]
    rejects = (
        f"select {named} as feed, * from ({_union(rejected)}) where not starts_with(reason, {quoted_text(LEFT_OUT)})"
        if rejected
        else f"select {named} as feed, null::varchar as column_name, null::varchar as reason where false"
    )
    key = f"concat_ws(chr(31), {', '.join(f'coalesce({name}, chr(30))' for name in feed.key)})" if feed.key else "null"
    read = sum(record.rows_read - record.rows_left_out for record, _ in batch)
    lost = sum(record.rows_rejected - record.rows_left_out for record, _ in batch)
    whole = first.mode in ("full", "snapshot") and first.carries == "whole" and _count(connection, new) >= _SMALLEST
    counted = ", ".join(f"count({name}) as {name}" for name, _ in feed.landed)
    for name, sql in (("rows_before", old), ("rows_now", new)):
        connection.execute(
            f"create or replace temp table {name} as select count(*) as all_rows, {counted} from ({sql})"
        )
    filled = " union all ".join(
        f"select {named} as feed, {quoted_text(name)} as column_name, rows_before.all_rows as rows_in_force, "
        f"rows_before.{name} as filled_in_force, rows_now.all_rows as rows_of_batch, "
        f"rows_now.{name} as filled_of_batch "
        f"from rows_before cross join rows_now where {whole}"
        for name, _ in feed.landed
    )
    for name, sql in zip(
        _TABLES,
        (
            f"select {named} as feed, * from ({new})",
            rejects,
            f"select {named} as feed, {read} as rows_read, {lost} as rows_rejected",
            f"select {named} as feed, {key if first.carries == 'whole' else 'null'} as key from ({new})",
            filled,
            f"select {named} as feed",
        ),
        strict=True,
    ):
        connection.execute(f"create or replace temporary view {name} as {sql}")


def _union(paths: list[Path]) -> str:
    return f"select * from read_parquet([{', '.join(quoted_text(str(path)) for path in paths)}], union_by_name = true)"


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    counted = connection.execute(f"select count(*) from ({rows})").fetchone()
    return int(counted[0]) if counted else 0
