"""The inputs of a build: what models read and no model makes, as tables and views of the new generation.

Owns the shape of ``run_parameters``, ``sources``, ``loads``, ``load_checks``, ``rejects``, ``time_zones``,
``policy_*`` and ``landed_*``. Reads the landing zone, the ledger and the settings; decides no rule. Called by the
pipeline.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import zoneinfo
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from gapwatch import __version__
from gapwatch.config import Settings, Source, Warehouse
from gapwatch.feeds import FEEDS
from gapwatch.loaders.convert import landed_columns
from gapwatch.loaders.intake import CHECKS
from gapwatch.loaders.policy import Policy
from gapwatch.loaders.policy_tables import POLICY_TABLES
from gapwatch.loaders.preset import with_preset
from gapwatch.loaders.zones import to_utc
from gapwatch.warehouse.landing import REJECTS, LoadRecord, load_folder, read_manifests, rows_path
from gapwatch.warehouse.ledger import read_loads


def create_inputs(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    run_id: str,
    as_of: dt.datetime,
    known_at: dt.datetime,
    policy: Policy,
) -> None:
    """Create every input on that connection. Instants are aware; in the tables they are naive UTC.

    ``landed_*`` are temporary views over the landing zone's Parquet files: they end with the connection.
    """
    connection.execute(
        "create table run_parameters as select"
        " $run_id as run_id, $as_of::timestamp as as_of, $known_at::timestamp as known_at,"
        " $policy_sha256 as policy_sha256, $name as organisation_name, $timezone as organisation_timezone,"
        " $built_at::timestamp as built_at, $version as gapwatch_version,"
        " $price::double as licence_price_per_month, $currency::varchar as licence_currency",
        {
            "run_id": run_id,
            "as_of": _naive(as_of),
            "known_at": _naive(known_at),
            "policy_sha256": policy.sha256,
            "name": settings.organisation.name,
            "timezone": settings.organisation.timezone,
            "built_at": _naive(dt.datetime.now(dt.UTC)),
            "version": __version__,
            "price": settings.licences.price_per_month,
            "currency": settings.licences.currency,
        },
    )
    _table(connection, "time_zones", pa.table({"timezone": _usable_zones(connection)}))
    _table(connection, "sources", _sources(settings))
    _table(connection, "loads", read_loads(settings.warehouse.path, known_at=known_at))
    for name, table in policy.tables.items():
        _table(connection, f"policy_{name}", table)
    records = read_manifests(settings.warehouse.path, known_at=known_at)
    _create_rejects(connection, settings.warehouse.path, records)
    _create_load_checks(connection, settings.warehouse.path, records)
    create_landed(connection, settings.warehouse.path, records)


def create_landed(connection: duckdb.DuckDBPyConnection, warehouse: Path, records: Iterable[LoadRecord]) -> None:
    """Create the ``landed_*`` views over the rows of those loads, held ones left out."""
    files: dict[str, set[str]] = {}
    for record in records:
        if record.status != "held":
            files.setdefault(record.feed, set()).add(str(rows_path(warehouse, record)))
    for feed in FEEDS:
        rows = _landed_sql(connection, feed, sorted(files.get(feed, ())))
        connection.execute(f"create temporary view landed_{feed} as {rows}")


def create_empty_inputs(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every input with its columns and no row of data: what models need to be understood rather than filled."""
    nothing = Policy({name: table.schema.empty_table() for name, table in POLICY_TABLES.items()}, sha256="")
    some_instant = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory(prefix="gapwatch-empty-") as folder:
        create_inputs(
            connection,
            Settings(folder=Path(folder), warehouse=Warehouse(path=Path(folder))),
            run_id="empty",
            as_of=some_instant,
            known_at=some_instant,
            policy=nothing,
        )


def _landed_sql(connection: duckdb.DuckDBPyConnection, feed: str, files: list[str]) -> str:
    if not files:
        columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in landed_columns(feed))
        return f"select {columns} where false"
    rows = f"select * from read_parquet([{', '.join(map(_literal, files))}], union_by_name = true)"
    found = {str(name) for name, *_ in connection.execute(f"describe {rows}").fetchall()}
    later = [f"cast(null as {kind}) as {name}" for name, kind in landed_columns(feed) if name not in found]
    return f"select *, {', '.join(later)} from ({rows})" if later else rows  # loads of an earlier version


def _create_load_checks(connection: duckdb.DuckDBPyConnection, warehouse: Path, records: Iterable[LoadRecord]) -> None:
    """``load_checks`` and ``load_check_rows``: the checks that a batch went through before it counted."""
    connection.execute(
        "create table load_checks (load_id varchar, check_id varchar, feed varchar, severity varchar, status varchar,"
        " rows_checked bigint, rows_failed bigint, detail varchar);"
        'create table load_check_rows (load_id varchar, check_id varchar, row_number integer, "row" varchar)'
    )
    for record in records:
        file = load_folder(warehouse, record.load_id) / CHECKS
        for result in json.loads(file.read_text(encoding="utf-8")) if file.is_file() else ():
            rows = result.pop("rows")
            connection.execute(
                "insert into load_checks values (?, ?, ?, ?, ?, ?, ?, ?)", [record.load_id, *result.values()]
            )
            for number, row in enumerate(rows, start=1):
                connection.execute(
                    "insert into load_check_rows values (?, ?, ?, ?)",
                    [record.load_id, result["check_id"], number, json.dumps(row, ensure_ascii=False)],
                )


def _create_rejects(connection: duckdb.DuckDBPyConnection, warehouse: Path, records: Iterable[LoadRecord]) -> None:
    connection.execute(
        "create table rejects (load_id varchar, row_number bigint, column_name varchar, raw_value varchar,"
        " reason varchar)"
    )
    files = [str(load_folder(warehouse, record.load_id) / REJECTS) for record in records if record.rows_rejected]
    if files:
        connection.execute(
            "insert into rejects select load_id, row_number, column_name, raw_value, reason"
            f" from read_parquet([{', '.join(map(_literal, files))}])"
            " order by load_id, row_number, column_name"
        )


def _sources(settings: Settings) -> pa.Table:
    schema = pa.schema(
        [
            ("source", pa.string()),
            ("feed", pa.string()),
            ("path", pa.string()),
            ("mode", pa.string()),
            ("timezone", pa.string()),
            ("covers_from", pa.timestamp("us")),
            ("expect_every_hours", pa.float64()),
            ("owner", pa.string()),
        ]
    )
    rows = [
        {
            "source": source.name,
            "feed": source.feed,
            "path": source.path,
            "mode": source.mode,
            "timezone": source.timezone,
            "covers_from": _covers_from(source, settings.organisation.timezone),
            "expect_every_hours": source.expect_every_hours,
            "owner": source.owner,
        }
        for source in (with_preset(source, folder=settings.folder).source for source in settings.sources)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _covers_from(source: Source, organisation_timezone: str) -> dt.datetime | None:
    since = source.covers_from
    if since is None:
        return None
    if not isinstance(since, dt.datetime):
        since = dt.datetime.combine(since, dt.time())
    if since.tzinfo is not None:
        return _naive(since)
    return to_utc(since, zone=source.timezone or organisation_timezone)


def _usable_zones(connection: duckdb.DuckDBPyConnection) -> list[str]:
    engine = {str(row[0]) for row in connection.execute("select name from pg_timezone_names()").fetchall()}
    return sorted(engine & _zones_of_python())


@cache
def _zones_of_python() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # looks through a folder of six hundred files


def _table(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f'create table "{name}" as select * from incoming')
    connection.unregister("incoming")


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _naive(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(dt.UTC).replace(tzinfo=None)
