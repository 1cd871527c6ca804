"""Rejected rows of the landing zone: counted, written out to be corrected, and taken again.

Owns the form of the exported file and its way back: the columns ``gapwatch_…`` say where a row comes from and what is
wrong with it, the others are the source's own. A text that a spreadsheet would take for a formula is written with an
apostrophe before it, which is taken off again. Decides nothing about values. Called by the command line.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.config import Settings
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.convert import LEFT_OUT
from gapwatch.loaders.corrected import Corrected
from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.load import Progress, load_corrected
from gapwatch.loaders.raw import Raw, Record, write_records
from gapwatch.warehouse.landing import REJECTS, LoadRecord, load_folder, read_manifests

_OWN: Final = ("gapwatch_load", "gapwatch_row", "gapwatch_column", "gapwatch_value", "gapwatch_reason")
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")  # how a formula may begin, or what hides one


@dataclass(frozen=True)
class RejectCount:
    """How many rows of one load were rejected for one reason; ``first_row`` is the first of them in the file."""

    load: LoadRecord
    column_name: str | None
    reason: str
    rows: int
    first_row: int


def loads_with_rejects(warehouse: Path, *, load_id: str | None = None, source: str | None = None) -> list[LoadRecord]:
    """The loads asked for that have rejected rows, the newest first: by default those of each source's newest batch
    where a load replaces the one before it, and all where loads add to each other.

    Raises ConfigurationError when the load or the source is not in the ledger.
    """
    records = sorted(read_manifests(warehouse), key=lambda record: (record.loaded_at, record.sequence), reverse=True)
    by_id = {record.load_id: record for record in records}
    if load_id is not None and load_id not in {name for record in records for name in (record.load_id, record.batch)}:
        raise ConfigurationError(f"there is no load {load_id}", where=str(warehouse), do="see: gapwatch rejects")
    if source is not None and source not in {record.source for record in records}:
        known = ", ".join(sorted({record.source for record in records}))
        raise ConfigurationError(f"nothing was loaded from {source}", do=f"sources with loads: {known or 'none'}")
    chosen = [record for record in records if source in (None, record.source)]
    if load_id is not None:
        chosen = [record for record in chosen if load_id in (record.load_id, record.batch)]
    else:
        newest: dict[str, str] = {}
        for record in chosen:
            if record.mode in ("full", "snapshot") and record.vanished != "keep":
                newest.setdefault(record.source, record.batch)
        chosen = [
            record
            for record in chosen
            if record.batch == newest.get(record.source, record.batch) or record.mode not in ("full", "snapshot")
        ]
    contents = dict.fromkeys(record.content_load_id for record in chosen)  # of a file that came again: its first load
    return [by_id[name] for name in contents if name in by_id and by_id[name].rows_rejected]


def count_rejects(warehouse: Path, loads: Sequence[LoadRecord]) -> list[RejectCount]:
    """The rejected rows of these loads by column and reason, the most first within a load."""
    counts = []
    for load in loads:
        rows = _query(
            "select column_name, regexp_replace(reason, '^duplicate key .*; row \\d+ holds$', "
            "'duplicate key; a later row holds') as said, count(*) as n, min(row_number) from read_parquet($1) "
            "group by column_name, said order by n desc, column_name, said",
            str(load_folder(warehouse, load.load_id) / REJECTS),
        )
        counts += [RejectCount(load, column, reason, n, first) for column, reason, n, first in rows]
    return counts


def export_rejects(warehouse: Path, loads: Sequence[LoadRecord], target: Path) -> int:
    """Write the rejected rows of these loads of one source to a CSV file (UTF-8, all values quoted); how many.

    Rows that the mapping leaves out by ``where`` are no errors, and not written. Raises ConfigurationError when the
    loads are of several sources, whose columns differ, or when the file cannot be written.
    """
    sources = sorted({load.source for load in loads})
    if len(sources) > 1:
        raise ConfigurationError(
            f"the rejects are of {len(sources)} sources: {', '.join(sources)}",
            where="--export",
            do="choose one with --source or --load: each has its own columns",
        )
    names = list(dict.fromkeys(name for load in loads for name in _columns(warehouse, load)))
    written = 0
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerow([_inert(name) for name in (*_OWN, *names)])
            for load in loads:
                for own, record in _rejects(warehouse, load):
                    writer.writerow([_inert(text) for text in (*own, *(record.get(name, "") for name in names))])
                    written += 1
    except OSError as error:
        raise ConfigurationError(f"the file cannot be written: {error.strerror}", where=str(target)) from error
    return written


def retake(settings: Settings, file: Path, *, loaded_at: dt.datetime, progress: Progress | None = None) -> LoadRecord:
    """Load the rows of an exported and corrected file again, as a load of their source of its own; its record.

    They add to what the source delivered, until its next full load. Raises ConfigurationError when the file is no
    export, or names rows that were not rejected; else as ``load_source``.
    """
    header, rows = _read_export(file)
    warehouse = settings.warehouse.path
    by_id = {record.load_id: record for record in read_manifests(warehouse)}
    asked = {(row[0], row[1]) for _, row in rows}
    named = [by_id[load_id] for load_id in sorted({load_id for load_id, _ in asked}) if load_id in by_id]
    rejected = {
        (load.load_id, str(number))
        for load in named
        for (number,) in _query(
            "select row_number from read_parquet($1)", str(load_folder(warehouse, load.load_id) / REJECTS)
        )
        if load.rows_rejected
    }
    for number, row in rows:
        if (row[0], row[1]) not in rejected:
            raise ConfigurationError(
                f"row {row[1]!r} of load {row[0]!r} was not rejected",
                where=f"{file.name}, row {number}",
                do=f"leave {_OWN[0]} and {_OWN[1]} as gapwatch rejects --export wrote them",
            )
    sources = sorted({load.source for load in named})
    source = next((one for one in settings.sources if [one.name] == sources), None)
    if source is None:
        raise ConfigurationError(
            f"the rows are of {' and '.join(sources)}, which is not one of the [[sources]]",
            where=file.name,
            do="take the rows of one configured source at a time",
        )
    newest = max(named, key=lambda load: (load.loaded_at, load.sequence))
    places = [place for place, name in enumerate(header) if name not in _OWN]
    names = [header[place] for place in places]
    records: list[Record] = [(number, [row[place] or None for place in places]) for number, row in rows]

    def raw(folder: Path) -> Raw:
        return write_records(records, names=names, scratch=folder)

    content = file.read_bytes()
    fetched = Fetched(
        f"rejects of {newest.load_id}: {file.name}", file, hashlib.sha256(content).hexdigest(), len(content)
    )
    corrected = Corrected(newest.load_id, fetched, raw, newest.loaded_at)
    return load_corrected(settings, source, corrected, loaded_at=loaded_at, progress=progress)


def _read_export(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Its header, and its rows with their numbers in the file (the header is 1)."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [[_as_it_was(text) for text in row] for row in csv.reader(opened, strict=True)]
    except OSError as error:
        raise ConfigurationError(f"the file cannot be read: {error.strerror}", where=str(file)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LoadError("the file is no CSV in UTF-8", where=str(file), do="save it as CSV UTF-8") from error
    header = rows[0] if rows else []
    if tuple(header[: len(_OWN)]) != _OWN:
        raise ConfigurationError(
            "the file is no export of rejects: its first columns are not " + ", ".join(_OWN),
            where=str(file),
            do="correct the file that gapwatch rejects --export wrote, and leave its header as it is",
        )
    taken = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    for number, row in taken:
        if len(row) != len(header):
            raise LoadError(
                f"the row has {len(row)} values, the header {len(header)}",
                where=f"{file.name}, row {number}",
                do="save the file as CSV with commas",
            )
    if not taken:
        raise ConfigurationError("the file has no row to take", where=str(file))
    return header, taken


def _rejects(warehouse: Path, load: LoadRecord) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Of each rejected row of the load: its own columns' texts, and the record as it was read."""
    rows = _query(
        "select row_number, column_name, raw_value, reason, row from read_parquet($1) "
        f"where not starts_with(reason, '{LEFT_OUT}') order by row_number",
        str(load_folder(warehouse, load.load_id) / REJECTS),
    )
    for number, column, value, reason, record in rows:
        found = {name: "" if text is None else str(text) for name, text in json.loads(record or "{}").items()}
        value = value if value is not None else found.get("record") if "record" not in load.schema else None
        yield (load.load_id, str(number), column or "", value or "", reason), found


def _columns(warehouse: Path, load: LoadRecord) -> tuple[str, ...]:
    """The columns of the load's records; those that a second file added come last."""
    more = _query(
        "select distinct unnest(json_keys(row)) as name from read_parquet($1) order by name",
        str(load_folder(warehouse, load.load_id) / REJECTS),
    )
    added = [name for (name,) in more if name not in load.schema and name != "record"]
    return (*load.schema, *added)


def _query(sql: str, path: str) -> Iterable[tuple]:  # type: ignore[type-arg]  # rows of any shape
    with duckdb.connect() as connection:
        return connection.execute(sql, [path]).fetchall()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _as_it_was(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
