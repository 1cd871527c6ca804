"""Nested records, as JSON and XML have them, to one text per dotted name.

Owns the flattening: nested objects become dotted names (``workerID.idValue``), lists stay JSON, numbers keep their
digits, null and a missing key are both no value. Names come up as the records are read, so they are written in
batches, each with the columns known by then. Converts nothing. Called by the readers of nested formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from gapwatch.errors import LoadError
from gapwatch.loaders.raw import MALFORMED_SCHEMA, Raw, SourceColumn, quoted_text

_BATCH: Final = 5_000
_MOST_NAMES: Final = 2_000
_LONGEST_EXPONENT: Final = 30


def write_objects(records: Iterable[Any], *, scratch: Path, where: str) -> Raw:
    """Stream records into ``scratch``; the first is row 2, and what is no object is malformed.

    Raises LoadError for records with more names than a table has columns, or nested without end.
    """
    names: dict[str, int] = {}
    parts: list[Path] = []
    malformed = scratch / "malformed.parquet"
    numbered = enumerate(records, start=2)
    lost = 0
    with pq.ParquetWriter(malformed, MALFORMED_SCHEMA) as rest:
        while batch := list(islice(numbered, _BATCH)):
            rows = _flattened([each for each in batch if isinstance(each[1], dict)], names, where)
            if rows:
                parts.append(scratch / f"raw-{len(parts):05d}.parquet")
                pq.write_table(_table(rows, names), parts[-1])
            bad = [
                {"row_number": number, "reason": "the record is no object", "record": text(record) or ""}
                for number, record in batch
                if not isinstance(record, dict)
            ]
            lost += len(bad)
            rest.write_table(pa.Table.from_pylist(bad, schema=MALFORMED_SCHEMA))
    if not parts:
        parts.append(scratch / "raw-00000.parquet")
        pq.write_table(_table([], names), parts[0])
    columns = tuple(SourceColumn(name, position) for name, position in names.items())
    files = ", ".join(quoted_text(str(part)) for part in parts)
    selected = ", ".join(["row_number", *(column.sql for column in columns)])
    relation = f"select {selected} from read_parquet([{files}], union_by_name = true)"
    return Raw(relation, columns, malformed if lost else None, lost)


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Dotted names and texts of one record."""
    found: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = text(value)
    return found


def text(value: Any) -> str | None:
    """A value that is no object, as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _digits(value)
    return json.dumps(_texts(value), ensure_ascii=False, separators=(",", ":"))


def _texts(value: Any) -> Any:
    """The same, with numbers as texts: whoever takes them out again gets the digits written."""
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return value if value is None or isinstance(value, bool) else text(value)


def _digits(number: int | Decimal) -> str:
    if isinstance(number, Decimal) and abs(number.adjusted()) <= _LONGEST_EXPONENT:
        return format(number, "f")
    return str(number)


def _flattened(
    batch: list[tuple[int, dict[str, Any]]], names: dict[str, int], where: str
) -> list[tuple[int, dict[str, str | None]]]:
    try:
        rows = [(number, flat(record)) for number, record in batch]
    except RecursionError:
        raise LoadError(
            "a record is nested too deeply to be one", where=where, do="check what the file holds"
        ) from None
    for _, row in rows:
        for name in row:
            names.setdefault(name, len(names))
    if len(names) > _MOST_NAMES:
        raise LoadError(
            f"the records have more than {_MOST_NAMES:,} different names",
            where=where,
            do="set records in [[sources]] to where the list of records is: these look like values, not names",
        )
    return rows


def _table(rows: list[tuple[int, dict[str, str | None]]], names: dict[str, int]) -> pa.Table:
    columns = {"row_number": pa.array([number for number, _ in rows], pa.int64())}
    for name, position in names.items():
        columns[f"c{position}"] = pa.array([row.get(name) for _, row in rows], pa.string())
    return pa.table(columns)
