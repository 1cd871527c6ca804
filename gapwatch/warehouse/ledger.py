"""The ledger: what was loaded, when, with which result.

Owns the table form of the manifests in the landing zone, which are the only record of loads. Writes nothing.
Read by modelling (the published ``loads``), by the loaders (what is in force) and by health reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import pyarrow as pa

from gapwatch.warehouse.landing import LoadRecord, read_manifests

LEDGER_SCHEMA: Final = pa.schema(
    [
        ("load_id", pa.string()),
        ("batch", pa.string()),
        ("batch_files", pa.int64()),
        ("sequence", pa.int64()),
        ("source", pa.string()),
        ("feed", pa.string()),
        ("mode", pa.string()),
        ("carries", pa.string()),
        ("termination_dates", pa.string()),
        ("address", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("loaded_at", pa.timestamp("us")),
        ("timezone", pa.string()),
        ("mapping_sha256", pa.string()),
        ("content_load_id", pa.string()),
        ("rows_read", pa.int64()),
        ("rows_accepted", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("rows_left_out", pa.int64()),
        ("vanished", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("schema", pa.list_(pa.string())),
        ("drift", pa.list_(pa.string())),
        ("missing_optional", pa.list_(pa.string())),
        ("effective_min", pa.date32()),
        ("effective_max", pa.date32()),
        ("cursor", pa.string()),
        ("command_loads", pa.int64()),
        ("retakes", pa.string()),
        ("delivered_load_id", pa.string()),
        ("released_at", pa.timestamp("us")),
        ("released_by", pa.string()),
    ]
)


def read_loads(warehouse: Path, *, known_at: dt.datetime | None = None) -> pa.Table:
    """One row per load of a complete batch, in order of load id; ``_at`` columns are naive UTC timestamps.

    ``delivered_load_id`` is the load with which the source delivered the rows: the load itself, or, of rejected rows
    taken again, the one they were first rejected from. A load that was held and released later than ``known_at`` is
    still held. An empty table of the same schema when nothing was loaded. Unfinished folders are not looked at.
    """
    records = read_manifests(warehouse, known_at=known_at)
    retaken = {record.load_id: record.retakes for record in records if record.retakes}
    rows = [_row(record) | {"delivered_load_id": _delivered(record.load_id, retaken)} for record in records]
    return pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA)


def newest_batch(records: list[LoadRecord], *, source: str) -> list[LoadRecord]:
    """The loads of that source's newest batch that was not held (the one in force in mode ``full``), rows taken again
    aside; may be empty.
    """
    delivered = [record for record in records if record.source == source and record.retakes is None]
    own = [record for record in delivered if record.status != "held"]
    if not own:
        return []
    newest = max(own, key=lambda record: (record.loaded_at, record.sequence))
    return [record for record in own if record.batch == newest.batch]


def last_cursor(records: list[LoadRecord], *, source: str) -> str | None:
    """What that source's newest batch that was not held reached; None when there is none, or it was of files."""
    return next((record.cursor for record in newest_batch(records, source=source) if record.cursor), None)


def last_columns(records: list[LoadRecord], *, source: str) -> tuple[str, ...]:
    """The source columns of that source's newest load that had any and was not held; may be empty."""
    delivered = [record for record in records if record.source == source and record.retakes is None]
    own = [record for record in delivered if record.status != "held" and record.schema]
    return max(own, key=lambda record: (record.loaded_at, record.sequence)).schema if own else ()


def _delivered(load_id: str, retaken: Mapping[str, str]) -> str:
    while load_id in retaken:
        load_id = retaken[load_id]
    return load_id


def _row(record: LoadRecord) -> dict[str, object]:
    return asdict(record) | {
        "loaded_at": _naive(record.loaded_at),
        "released_at": _naive(record.released_at) if record.released_at else None,
        "effective_min": _day(record.effective_min),
        "effective_max": _day(record.effective_max),
    }


def _naive(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(dt.UTC).replace(tzinfo=None)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
