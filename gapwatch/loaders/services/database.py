"""SQL databases: the rows of one query, straight to Arrow and Parquet with their types.

PostgreSQL is read through ADBC, MySQL, MariaDB and SQL Server through their ODBC drivers. Owns the connection
(read-only where the server can hold it), that the query is one that reads, and what becomes of types that Parquet
does not know. Called by ``gapwatch.loaders.services``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.services.arrow import plain_batch
from gapwatch.loaders.services.authentication import secret
from gapwatch.loaders.services.path import shown
from gapwatch.service_settings import Database

_DRIVERS: Final = {
    "mysql": "MariaDB Unicode",
    "mariadb": "MariaDB Unicode",
    "mssql": "ODBC Driver 18 for SQL Server",
}
_DIALECTS: Final = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
}
# Whether a server's message may be shown, by SQLSTATE: names, syntax, rights and connections; never data.
_SHOWN: Final = re.compile(r"(?:08|0A|25|28|3D|3F|42|53|57|IM|HYT)")
_HARMLESS: Final = re.compile(
    r"ERROR:\s+(?:cannot execute \w+ in a read-only|permission denied for|canceling statement)"
)
# MySQL reads the first comment, MariaDB the second: neither may write, and both end a query that takes too long.
_INITIAL: Final = (
    "set session /*!80000 transaction_read_only = 1, max_execution_time = {seconds}000 */"
    " /*M! tx_read_only = 1, max_statement_time = {seconds} */"
)
_BATCH: Final = 20_000
_LONGEST: Final = 2**20  # bytes of one text


def fetch_query(source: Source, *, scratch: Path, progress: Callable[[str], None]) -> Fetched:
    """The rows of the source's query.

    Raises ConfigurationError for a query that does more than read, LoadError when the database does not answer it.
    """
    settings = source.database or Database(query="")
    scheme = source.path.partition("://")[0].lower()
    address = shown(source.path)
    where = f"source {source.name}: {address}"
    check_query(settings.query, dialect=_DIALECTS[scheme], where=where)
    path = scratch / "records.parquet"
    rows = 0
    batches = _postgresql if scheme in ("postgresql", "postgres") else _odbc
    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches(source.path, settings, where=where):
            plain = plain_batch(batch, where=where)
            writer = writer or pq.ParquetWriter(path, plain.schema)
            writer.write_batch(plain)
            rows += plain.num_rows
            if plain.num_rows:
                progress(f"{source.name}: {rows:,} rows")
    finally:
        if writer is not None:
            writer.close()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Fetched(address, path, digest, path.stat().st_size, format="parquet")


def check_query(query: str, *, dialect: str, where: str) -> None:
    """Raises ConfigurationError when the query is not one SELECT."""
    try:
        found = sqlglot.parse(query, dialect=dialect)
        reads = len(found) == 1 and isinstance(found[0], exp.Query) and not list(found[0].find_all(exp.DML, exp.Into))
    except SqlglotError:  # it may know more than the parser does; the read-only connection stays
        reads = bool(re.match(r"\s*(?:select|with)\b", query, flags=re.IGNORECASE)) and ";" not in query.rstrip(" ;\n")
    if not reads:
        raise ConfigurationError(
            "the query is not one SELECT", where=where, do="write a single SELECT in [sources.database] query"
        )


def _postgresql(path: str, settings: Database, *, where: str) -> Iterator[pa.RecordBatch]:
    import adbc_driver_manager
    from adbc_driver_postgresql import dbapi

    parts = urlsplit(path)
    options = {
        "host": parts.hostname,
        "port": parts.port,
        "dbname": unquote(parts.path.lstrip("/")),
        "user": _user(path, settings, where=where),
        "password": secret(settings.password_env, where=where) if settings.password_env else None,
        "connect_timeout": max(2, round(settings.timeout_seconds)),
        "application_name": "gapwatch",
        **settings.options,
        "tcp_user_timeout": round(settings.timeout_seconds * 1000),
        "options": f"{settings.options.get('options', '')} -c default_transaction_read_only=on"
        f" -c statement_timeout={round(settings.query_timeout_seconds * 1000)}",
    }
    try:
        with dbapi.connect(_conninfo(options)) as connection, connection.cursor() as cursor:
            cursor.execute(settings.query.rstrip().rstrip(";"))
            reader = cursor.fetch_record_batch()
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)  # a result without rows has columns too
            yield from reader
    except adbc_driver_manager.Error as error:
        _refuse(error, where=where, state=error.sqlstate)
    except (OSError, pa.ArrowException) as error:  # what goes wrong while rows come
        _refuse(error, where=where)


def _odbc(path: str, settings: Database, *, where: str) -> Iterator[pa.RecordBatch]:
    import arrow_odbc

    parts = urlsplit(path)
    is_sql_server = parts.scheme.lower() == "mssql"
    server: dict[str, Any] = {"Server": parts.hostname, "Port": parts.port, "CHARSET": "utf8mb4"}
    read_only = {"INITSTMT": _INITIAL.format(seconds=max(1, round(settings.query_timeout_seconds)))}
    if is_sql_server:
        server = {"Server": f"tcp:{parts.hostname},{parts.port or 1433}", "Encrypt": "yes"}
        read_only = {"ApplicationIntent": "ReadOnly"}
    options = {
        "Driver": settings.driver or _DRIVERS[parts.scheme.lower()],
        **server,
        "Database": unquote(parts.path.lstrip("/")),
        "UID": _user(path, settings, where=where),
        "PWD": secret(settings.password_env, where=where) if settings.password_env else None,
        **settings.options,
        **read_only,
    }
    text = ";".join(f"{name}={_braced(str(value))}" for name, value in options.items() if value not in (None, ""))
    try:
        reader = arrow_odbc.read_arrow_batches_from_odbc(
            query=settings.query.rstrip().rstrip(";"),
            connection_string=text,
            batch_size=_BATCH,
            max_bytes_per_batch=128 * 2**20,
            max_text_size=_LONGEST,  # the driver's own answer for a long text is 4 GB
            login_timeout_sec=max(1, round(settings.timeout_seconds)),
            query_timeout_sec=max(1, round(settings.query_timeout_seconds)),
        )
        yield pa.RecordBatch.from_pylist([], schema=reader.schema)
        for batch in reader:
            _refuse_cut_off(batch, where=where)
            yield batch
    except arrow_odbc.Error as error:
        state = re.search(r"State: (\w{5})", str(error))
        _refuse(error, where=where, state=state.group(1) if state else None)


def _refuse_cut_off(batch: pa.RecordBatch, *, where: str) -> None:
    """A driver may fill its buffer with the start of a longer text and say nothing."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_string(column.type) and (pc.max(pc.binary_length(column)).as_py() or 0) > _LONGEST - 4:
            raise LoadError(
                f"column {name} has a text of more than {_LONGEST:,} bytes",
                where=where,
                do="leave the column out of the query, or shorten it there",
            )


def _user(path: str, settings: Database, *, where: str) -> str | None:
    if settings.user_env is not None:
        return secret(settings.user_env, where=where)
    named = urlsplit(path).username
    return settings.user if settings.user is not None else unquote(named) if named else None


def _conninfo(options: dict[str, Any]) -> str:
    """libpq's connection string; what is not in it comes from PGPASSWORD and the other variables of libpq."""
    quoted = {
        name: str(value).replace("\\", "\\\\").replace("'", "\\'")
        for name, value in options.items()
        if value not in (None, "")
    }
    return " ".join(f"{name}='{value}'" for name, value in quoted.items())


def _braced(value: str) -> str:
    return value if re.fullmatch(r"[\w.:,*/ -]*", value) else "{" + value.replace("}", "}}") + "}"


def _refuse(error: Exception, *, where: str, state: str | None = None) -> NoReturn:
    text = str(error)
    is_shown = state is None and ("Failed to connect" in text or _HARMLESS.search(text))
    message = ""
    if is_shown or (state and (_SHOWN.match(state) or "SQLDriverConnect" in text)):
        found = re.search(r"(?:ERROR:|FATAL:|Message:)\s*(.+)|failed: (.+)", text)
        message = next((part.strip() for part in found.groups() if part), "") if found else ""
    for name in ("PWD", "password"):
        message = "" if f"{name}=" in message else message
    if not message:
        message = "its own message, which may quote data, is in the server's log" + (f" ({state})" if state else "")
    raise LoadError(
        f"the database did not answer the query: {message}",
        where=where,
        do="check query, user and password variable in [sources.database], and the server",
    ) from None
