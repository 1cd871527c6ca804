"""What every reader hands on: the records of one file as text, with their row numbers.

Owns the form between reading and conversion: a DuckDB relation with ``row_number`` and one column ``c0``,
``c1``, … per source column (by position, as source names may differ in case alone), and the records that
could not be read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

_BATCH = 20_000
MALFORMED_SCHEMA = pa.schema([("row_number", pa.int64()), ("reason", pa.string()), ("record", pa.string())])


Edges = Literal["none", "blanks", "any"]


@dataclass(frozen=True)
class SourceColumn:
    """One column as the source names it, its position and its DuckDB type (``VARCHAR`` for text formats)."""

    name: str
    position: int
    type: str = "VARCHAR"

    @property
    def sql(self) -> str:
        """The column's name in the relation."""
        return f"c{self.position}"


@dataclass(frozen=True)
class Raw:
    """The records of one file. ``relation`` is a SELECT of row_number and the columns; ``malformed`` a
    Parquet file (row_number, reason, record) of what is no record, ``malformed_rows`` their number.

    ``rows``: how many rows the relation must give, where the reader knows. A relation that fails, or gives another
    number, is to be replaced by what ``otherwise`` reads, more carefully. ``edges``: the white space that a text may
    begin or end with, where the reader has looked: none (an empty text is NULL, too), blanks alone, or any.
    """

    relation: str
    columns: tuple[SourceColumn, ...]
    malformed: Path | None = None
    malformed_rows: int = 0
    rows: int | None = None
    edges: Edges = "any"
    otherwise: Callable[[], Raw] | None = None


@dataclass(frozen=True)
class Malformed:
    """A stretch of the file that is no record of it."""

    row_number: int
    reason: str
    record: str


Record = tuple[int, Sequence[str | None]]


def write_records(records: Iterable[Record | Malformed], *, names: Sequence[str], scratch: Path) -> Raw:
    """Stream records (row number, one text per name) into ``scratch``, ``_BATCH`` of them in memory at a
    time.
    """
    columns = tuple(SourceColumn(name, position) for position, name in enumerate(names))
    schema = pa.schema([("row_number", pa.int64()), *((column.sql, pa.string()) for column in columns)])
    good, bad = scratch / "raw.parquet", scratch / "malformed.parquet"
    malformed = 0
    with pq.ParquetWriter(good, schema) as rows, pq.ParquetWriter(bad, MALFORMED_SCHEMA) as rest:
        for batch in _batches(records):
            read = [record for record in batch if not isinstance(record, Malformed)]
            lost = [record for record in batch if isinstance(record, Malformed)]
            malformed += len(lost)
            if read:
                numbers, values = zip(*read, strict=True)
                texts = [pa.array(column, pa.string()) for column in zip(*values, strict=True)]
                rows.write_batch(pa.record_batch([pa.array(numbers, pa.int64()), *texts], schema=schema))
            if lost:
                rest.write_table(pa.Table.from_pylist([vars(record) for record in lost], schema=MALFORMED_SCHEMA))
    relation = f"select * from read_parquet({quoted_text(str(good))})"
    return Raw(relation, columns, bad if malformed else None, malformed)


def quoted_text(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _batches(records: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(records)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
