"""One file to records: picks the reader by the source's format or the file's ending.

Owns that choice and the reading of Parquet, whose columns keep their types. Called by
``gapwatch.loaders.load``.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.delimited import read_delimited
from gapwatch.loaders.json_records import read_json
from gapwatch.loaders.raw import Raw, SourceColumn, quoted_name, quoted_text
from gapwatch.loaders.refusals import is_page
from gapwatch.loaders.spreadsheet import read_spreadsheet
from gapwatch.loaders.xml_records import read_xml

_FORMATS: Final = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".dat": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xml": "xml",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def read(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    source: Source,
    address: str,
    scratch: Path,
    form: str | None = None,
) -> Raw:
    """The records of one file of that source, as a relation of ``connection``; ``scratch`` must live as long.
    ``form``: the format, where it is known (``jsonl``: JSON, one record a line, perhaps none).

    Raises LoadError when the file is not what it claims to be, ConfigurationError when the source describes
    it wrongly.
    """
    where = f"source {source.name}, file {address}"
    _refuse_page(path, where)
    form = form or source.format or _FORMATS.get(Path(address).suffix.lower())
    if form == "csv":
        return read_delimited(
            connection,
            path,
            where=where,
            scratch=scratch,
            delimiter=source.delimiter,
            encoding=source.encoding,
        )
    if form == "xlsx":
        return read_spreadsheet(path, where=where, scratch=scratch, sheet=source.sheet)
    if form == "json":
        return read_json(path, where=where, scratch=scratch, records=source.records, unnest=source.unnest)
    if form == "jsonl":
        return read_json(path, where=where, scratch=scratch, unnest=source.unnest, lines=True)
    if form == "xml":
        return read_xml(path, where=where, scratch=scratch, records=source.records, unnest=source.unnest)
    if form == "parquet":
        return _read_parquet(connection, path, where=where)
    raise ConfigurationError(
        f"the ending of {Path(address).name} does not say what the file is",
        where=where,
        do="set format in [[sources]] to csv, xlsx, json, xml or parquet",
    )


def _refuse_page(path: Path, where: str) -> None:
    """A server that wants a sign-in, or has an error, often says so under the file's own name."""
    with path.open("rb") as file:
        head = file.read(1024).removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise is_page(where)


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, *, where: str) -> Raw:
    file = quoted_text(str(path))
    try:
        described = connection.execute(f"describe select * from read_parquet({file})").fetchall()
    except duckdb.Error as error:
        raise LoadError(
            "the file is not readable Parquet", where=where, do="check that the export completed"
        ) from error
    columns = tuple(SourceColumn(row[0], place, row[1]) for place, row in enumerate(described))
    named = ", ".join(f"{quoted_name(column.name)} as {column.sql}" for column in columns)
    relation = f"select file_row_number + 2 as row_number, {named} from read_parquet({file}, file_row_number = true)"
    return Raw(relation, columns)
