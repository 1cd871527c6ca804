"""Lookups: columns of a second file beside the rows of the first, such as Moodle's enrolments through ``enrol``.

Owns the join: each row of the file gets the columns of the one lookup row with the same key, named
``<lookup>.<column>``; rows without one get none, and no row is added or lost. Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.fetch import Fetched, fetch
from gapwatch.loaders.mapping import scalar
from gapwatch.loaders.raw import Raw, SourceColumn
from gapwatch.loaders.reading import read


def fetch_lookups(source: Source, *, folder: Path, scratch: Path) -> dict[str, Fetched]:
    """The one file of each lookup of that source. Raises ConfigurationError for a lookup without a path or with
    several files, LoadError when a file cannot be read. An optional lookup without a path is left out.
    """
    found = {}
    for name, lookup in sorted(source.lookups.items()):
        place = f"source {source.name}, lookup {name}"
        if lookup.path is None:
            if lookup.optional:
                continue
            raise ConfigurationError(
                "the mapping reads a second file, and its path is not set",
                where=place,
                do=f"set path in [sources.lookups.{name}]",
            )
        if lookup.key is None or lookup.on is None:
            raise ConfigurationError(
                "a lookup needs key and on", where=place, do="name the columns by which its rows and the source's meet"
            )
        own = scratch / f"lookup-{name}"
        own.mkdir()
        files = list(fetch(lookup.path, folder=folder, scratch=own, source=source.name))
        if len(files) != 1:
            raise ConfigurationError(f"a lookup is one file, not {len(files)}", where=place, do="name one file")
        found[name] = files[0]
    return found


def with_lookups(
    connection: duckdb.DuckDBPyConnection, raw: Raw, source: Source, files: Mapping[str, Fetched], *, scratch: Path
) -> Raw:
    """The records of ``raw`` with the columns of its lookups. Raises LoadError when a lookup has a key twice, or has
    rows that are no records.
    """
    for name, file in files.items():
        raw = _joined(connection, raw, source, name, file, scratch=scratch)
    return raw


def _joined(
    connection: duckdb.DuckDBPyConnection, raw: Raw, source: Source, name: str, file: Fetched, *, scratch: Path
) -> Raw:
    lookup = source.lookups[name]
    place = f"source {source.name}, lookup {name}, file {file.address}"
    described = source.model_copy(
        update=lookup.model_dump(include={"format", "records", "unnest", "sheet", "delimiter", "encoding"})
    )
    own = scratch / f"lookup-{name}"
    own.mkdir()
    other = read(connection, file.path, source=described, address=file.address, scratch=own)
    if other.malformed_rows:
        raise LoadError(
            f"{other.malformed_rows} rows are no records", where=place, do="correct the file; a lookup must be whole"
        )
    if not raw.columns or not other.columns:
        return raw
    raw, other = _careful(raw), _careful(other)
    key = f"cast({scalar(other, lookup.key or '', where=f'{place}, key').sql} as varchar)"
    wanted = f"cast({scalar(raw, lookup.on or '', where=f'{place}, on').sql} as varchar)"
    twice = connection.execute(
        f"select min(row_number), max(row_number) from ({other.relation}) as other where {key} is not null "
        f"group by {key} having count(*) > 1 order by 1 limit 1"
    ).fetchone()
    if twice:
        raise LoadError(
            f"two rows have the same {lookup.key}",
            where=f"{place}, rows {twice[0]} and {twice[1]}",
            do="make the export one row a key, or set key to what identifies its rows",
        )
    first = len(raw.columns)
    columns = tuple(
        SourceColumn(f"{name}.{column.name}", first + column.position, column.type) for column in other.columns
    )
    named = ", ".join(f"{column.sql} as c{first + column.position}" for column in other.columns)
    pick = ", ".join(f"joined.{column.sql}" for column in columns)
    relation = (
        f"select main.* exclude (lookup_key), {pick} "
        f"from (select *, {wanted} as lookup_key from ({raw.relation})) as main "
        f"left join (select {key} as lookup_key, {named} from ({other.relation})) as joined "
        f"on main.lookup_key = joined.lookup_key order by row_number"
    )
    return replace(raw, relation=relation, columns=(*raw.columns, *columns))


def _careful(raw: Raw) -> Raw:
    """The records as the reader's slower way gives them, where it has one: a join can't find out that rows are lost."""
    return raw.otherwise() if raw.otherwise is not None else raw
