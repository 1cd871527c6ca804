"""A company with ten years of history, made by set-based SQL: the inputs of a build, and its staged tables.

Owns the generated rows (``queries/bench/generated_*`` and ``policy_*``) and the tables models need beside them.
Runs the product's own staging on them, so that what the models read is what they always read. Measures nothing.

The same number of workers gives the same rows: every draw is a hash of the worker's number.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Final

import duckdb
import pyarrow as pa

from gapwatch import __version__
from gapwatch.errors import ModelError
from gapwatch.feeds import FEEDS
from gapwatch.loaders.convert import landed_columns
from gapwatch.loaders.policy_tables import POLICY_TABLES
from gapwatch.modelling import Model, all_models, build_models
from gapwatch.modelling.graph import inputs
from gapwatch.shipped import query_folder
from gapwatch.warehouse.ledger import LEDGER_SCHEMA

AS_OF: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the tables hold naive UTC
Progress = Callable[[str], None]
MEASURED_FOLDERS: Final = ("state", "gaps")
_FACTS: Final = ("careers", "trainings")
_GENERATED: Final = "generated"


def bench_sql(name: str) -> str:
    """The text of ``queries/bench/<name>.sql``. Raises ModelError when there is none."""
    path = query_folder() / "bench" / f"{name}.sql"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"there is no query {name}", where=f"queries/bench/{name}.sql") from error


def measured_models() -> dict[str, Model]:
    """The models the bench builds and times: everything between the staged tables and the published ones."""
    return {name: model for name, model in all_models().items() if model.folder in MEASURED_FOLDERS}


def generate_company(
    connection: duckdb.DuckDBPyConnection,
    *,
    workers: int,
    through_staging: bool = False,
    progress: Progress | None = None,
) -> None:
    """Fill an empty database with ``staged_*``, ``policy_*`` and all else that the measured models read.

    At a million workers about 3 million role rows, 30 million completions and 24 million assignments, from 2016 to
    2025, as of 2026-01-01 UTC. The two largest staged tables are written as staging would leave them; with
    ``through_staging`` staging itself makes them, which takes several times as long. Raises ModelError, where the disk
    is full for one.
    """
    try:
        _generate(connection, workers, through_staging=through_staging, say=progress or (lambda _: None))
    except duckdb.Error as error:
        raise ModelError(
            f"the company could not be generated: {error}",
            where="queries/bench",
            do="free disk or take fewer workers; otherwise report it with this message",
        ) from error


def _generate(connection: duckdb.DuckDBPyConnection, workers: int, *, through_staging: bool, say: Progress) -> None:
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    for fact in _FACTS:
        parameters = {"workers": workers} if "$workers" in bench_sql(fact) else None
        connection.execute(f"create table {fact} as {bench_sql(fact)}", parameters)
    say(f"drew {count_rows(connection, 'trainings'):,} trainings of {workers:,} workers")
    _create_run(connection)
    _create_policy(connection)
    _create_generated(connection)
    _create_landed(connection, through_staging=through_staging)
    _build_staging(connection, say, through_staging=through_staging)
    _drop_facts(connection)


def _create_run(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table run_parameters as select 'generated' as run_id, $as_of::timestamp as as_of,"
        " $as_of::timestamp as known_at, 'generated' as policy_sha256, 'Generated' as organisation_name,"
        " 'UTC' as organisation_timezone, $as_of::timestamp as built_at, $version as gapwatch_version,"
        " null::double as licence_price_per_month, null::varchar as licence_currency",
        {"as_of": AS_OF, "version": __version__},
    )
    connection.execute("create table time_zones as select name as timezone from pg_timezone_names()")
    connection.execute(
        "create table sources (source varchar, feed varchar, path varchar, mode varchar, timezone varchar,"
        " covers_from timestamp, expect_every_hours double, owner varchar)"
    )
    connection.executemany(
        "insert into sources (source, feed, path, mode) values (?, ?, ?, 'full')",
        [(feed, feed, _GENERATED) for feed in FEEDS],
    )
    loads = [
        {
            "load_id": f"{_GENERATED}-{feed}",
            "content_load_id": f"{_GENERATED}-{feed}",
            "batch": _GENERATED,
            "batch_files": 1,
            "sequence": 1,
            "source": feed,
            "feed": feed,
            "mode": "full",
            "carries": "whole",
            "address": _GENERATED,
            "loaded_at": AS_OF,
            "timezone": "UTC",
            "status": "accepted",
        }
        for feed in FEEDS
    ]
    _create_table(connection, "loads", pa.Table.from_pylist(loads, schema=LEDGER_SCHEMA))
    connection.execute(
        "create table rejects (load_id varchar, row_number bigint, column_name varchar, raw_value varchar,"
        " reason varchar)"
    )


def _create_policy(connection: duckdb.DuckDBPyConnection) -> None:
    for name, table in POLICY_TABLES.items():
        _create_table(connection, f"policy_{name}", table.schema.empty_table())
        connection.execute(f"insert into policy_{name} by name {bench_sql(f'policy_{name}')}")


def _create_generated(connection: duckdb.DuckDBPyConnection) -> None:
    for feed in FEEDS.values():
        if _has_query(f"generated_{feed.name}"):
            connection.execute(f"create view generated_{feed.name} as {bench_sql(f'generated_{feed.name}')}")


def _create_landed(connection: duckdb.DuckDBPyConnection, *, through_staging: bool) -> None:
    # Views, so that rows are written once, by staging; what the measured models themselves read must outlive them.
    kept = inputs(measured_models())
    for feed in FEEDS.values():
        is_written = _has_query(f"generated_{feed.name}") and (through_staging or not _has_query(f"staged_{feed.name}"))
        written = {"row_number", *(name for name, _ in feed.landed)} if is_written else set()
        values = ", ".join(
            f"cast({name if name in written else 'null'} as {kind}) as {name}"
            for name, kind in landed_columns(feed.name)
            if name != "load_id"
        )
        text = f"select '{_GENERATED}-{feed.name}' as load_id, {values}" + (
            f" from generated_{feed.name}" if is_written else " where false"
        )
        relation = "table" if f"landed_{feed.name}" in kept else "view"
        connection.execute(f"create {relation} landed_{feed.name} as {text}")


def _build_staging(connection: duckdb.DuckDBPyConnection, say: Progress, *, through_staging: bool) -> None:
    staging = {name: model for name, model in all_models().items() if model.folder == "staging"}
    build_models(connection, staging, progress=say)
    for feed in () if through_staging else FEEDS:
        if _has_query(f"staged_{feed}"):
            started = time.perf_counter()
            staged = _columns(connection, f"staged_{feed}")
            connection.execute(f"create or replace table staged_{feed} as {bench_sql(f'staged_{feed}')}")
            if _columns(connection, f"staged_{feed}") != staged:
                raise ModelError(
                    f"the generated staged_{feed} has other columns than staging gives it",
                    where=f"queries/bench/staged_{feed}.sql",
                    do=f"follow queries/staging/staged_{feed}.sql: {', '.join(name for name, _ in staged)}",
                )
            rows, seconds = count_rows(connection, f"staged_{feed}"), time.perf_counter() - started
            say(f"staged_{feed}: {rows:,} rows in {seconds:.1f} s")


def _drop_facts(connection: duckdb.DuckDBPyConnection) -> None:
    views = connection.execute(
        "select view_name from duckdb_views() where regexp_matches(view_name, '^(landed|generated)_')"
    ).fetchall()
    for (view,) in views:
        connection.execute(f'drop view "{view}"')
    for fact in _FACTS:
        connection.execute(f"drop table {fact}")
    connection.execute("checkpoint")


def _has_query(name: str) -> bool:
    return (query_folder() / "bench" / f"{name}.sql").is_file()


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    rows = connection.execute(f'describe "{table}"').fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    row = connection.execute(f'select count(*) from "{table}"').fetchone()
    return int(row[0]) if row else 0


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f'create table "{name}" as select * from incoming')
    connection.unregister("incoming")
