"""Arrow batches of a database's own types to types that Parquet and the conversion know.

Owns those exchanges: exact numbers as text, UUIDs as text, PostgreSQL's ``infinity`` as 9999-12-31. A type that
would be unreadable is refused with its column. Called by ``gapwatch.loaders.services.database``.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from gapwatch.errors import ConfigurationError

_POSTGRES_EPOCH: Final = {"date": 10_957, "timestamp": 946_684_800_000_000}  # days, microseconds after 1970
_OPEN: Final = {"date": 2_932_896, "timestamp": 253_402_214_400_000_000}  # 9999-12-31


def plain_batch(batch: pa.RecordBatch, *, where: str) -> pa.RecordBatch:
    """The batch in plain types. Raises ConfigurationError for a column that has none."""
    columns = [_plain(column, field, where=where) for column, field in zip(batch.columns, batch.schema, strict=True)]
    names = [field.name for field in batch.schema]
    fields = [pa.field(name, column.type) for name, column in zip(names, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _plain(column: pa.Array, field: pa.Field, *, where: str) -> pa.Array:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "arrow.uuid":
            texts = [None if value is None else str(uuid.UUID(bytes=value)) for value in column.storage.to_pylist()]
            return pa.array(texts, pa.string())
        column, kind = column.storage, kind.storage_type
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_date32(kind):
        return _open_ended(column, "date", pa.int32(), place=f"{where}, column {field.name}")
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        return _open_ended(column, "timestamp", pa.int64(), place=f"{where}, column {field.name}")
    if pa.types.is_nested(kind) or pa.types.is_interval(kind) or _is_bytes(kind):
        raise ConfigurationError(
            f"column {field.name} has a type that is no text, number, date or time ({kind})",
            where=where,
            do=f"cast it to text in the query, e.g. cast({field.name} as varchar(100)) as {field.name}",
        )
    return column


def _is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _open_ended(column: pa.Array, kind: str, number: pa.DataType, *, place: str) -> pa.Array:
    """``infinity`` arrives as the greatest number, moved by PostgreSQL's epoch and so perhaps overflown."""
    size = 2**number.bit_width
    greatest = size // 2 - 1
    moved = greatest + _POSTGRES_EPOCH[kind]
    infinite = pa.array([greatest, moved - size if moved > greatest else moved], number)
    numbers = column.view(number)
    least = pa.array([-size // 2, -size // 2 + _POSTGRES_EPOCH[kind]], number)
    if pc.any(pc.is_in(numbers, value_set=least)).as_py():
        raise ConfigurationError(
            "a value is -infinity, which is no date", where=place, do="say in the query which date is meant"
        )
    is_open = pc.is_in(numbers, value_set=infinite)
    if not pc.any(is_open).as_py():
        return column
    return pc.if_else(is_open, pa.scalar(_OPEN[kind], number), numbers).view(column.type)
