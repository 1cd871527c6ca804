"""A load by a drafted mapping that counts for nothing: what it would accept, what it would reject and why.

Owns the throw-away landing zone it runs in, and the masking of the values it shows. The conversion is the real one.
Called by ``gapwatch map``.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gapwatch.config import Guard, Settings, Source, Warehouse
from gapwatch.feeds import FEEDS, Kind
from gapwatch.loaders.load import load_source
from gapwatch.loaders.mapping_draft.draft import Draft, is_personal
from gapwatch.loaders.mapping_draft.profile import masked
from gapwatch.warehouse.landing import REJECTS, load_folder

_WHEN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Refusal:
    """A row that would be rejected. ``value`` is masked where it may name a person."""

    row: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class Rehearsal:
    """What a load would do with the file: counts of rows, and the first that it would not take."""

    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_left_out: int
    refusals: tuple[Refusal, ...]


def rehearse(path: Path, draft: Draft, *, shown: int = 10) -> Rehearsal:
    """Load the file by the draft into a folder that is removed. Clock times without offset are taken for UTC.

    Raises GapwatchError where a load would fail as a whole, such as for a required column that is not there.
    """
    with tempfile.TemporaryDirectory(prefix="gapwatch-map-") as folder:
        settings = Settings(
            folder=path.absolute().parent, warehouse=Warehouse(path=Path(folder)), guard=Guard(max_ended_pct=0)
        )
        source = Source(**{"name": "map", "path": str(path.absolute()), **draft.source})
        record = load_source(settings, source, loaded_at=_WHEN)[0]
        file = load_folder(settings.warehouse.path, record.load_id) / REJECTS
        with duckdb.connect() as connection:
            rows = connection.execute(
                "select row_number, column_name, raw_value, reason from read_parquet(?)"
                " order by starts_with(reason, 'left out'), row_number limit ?",
                [str(file), shown],
            ).fetchall()
    refusals = tuple(Refusal(row[0], row[1], _shown(draft, row[1], row[2]), _reason(row[3])) for row in rows)
    counts = (record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_left_out)
    return Rehearsal(*counts, refusals)


def _shown(draft: Draft, name: str | None, value: str | None) -> str | None:
    if name is None or value is None:
        return None
    column = FEEDS[draft.feed].column(name)
    profile = draft.columns.get(name)
    is_code = column is not None and column.kind is Kind.CHOICE and profile is not None
    if is_code and profile is not None and value.lower() in {code.lower() for code in profile.codes}:
        return value[:60]
    is_date = column is not None and column.kind not in (Kind.TEXT, Kind.CHOICE, Kind.BOOLEAN, Kind.INTEGER)
    if is_date and not is_personal(name) and any(letter.isdigit() for letter in value) and "@" not in value:
        return value[:60]
    return masked(value)


def _reason(text: str) -> str:
    """A reason that quotes a key would quote an id."""
    return (
        text.split(" ")[0] + " key; a later row with the same key holds" if text.startswith("duplicate key") else text
    )
