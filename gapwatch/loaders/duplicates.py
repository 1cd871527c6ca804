"""Rows of one file with the same key: the last holds, earlier ones become rejects.

Owns that rule for feeds that have a key. Cheap when there are none: keys are compared by a 64-bit digest
first, and in full only where two digests agree. Called by ``gapwatch.loaders.load`` on rows already
converted.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from gapwatch.feeds import FEEDS
from gapwatch.loaders.convert import record_json
from gapwatch.loaders.raw import Raw, quoted_text

_MOST = 50_000_000  # digests held in memory, 8 bytes each


def reject_duplicates(
    connection: duckdb.DuckDBPyConnection, rows: Path, *, feed: str, raw: Raw, load_id: str
) -> str | None:
    """Take earlier rows of a repeated key out of ``rows``; SELECT of their rejects, or None when there are
    none.
    """
    key = FEEDS[feed].key
    if not key:
        return None
    file = quoted_text(str(rows))
    digest = f"hash({', '.join(key)})"
    if not _may_repeat(connection, f"select {digest} as digest from read_parquet({file})"):
        return None
    connection.execute(
        f"create or replace temp table repeated as select {digest} as digest from read_parquet({file}) "
        f"group by 1 having count(*) > 1"
    )
    if not _count(connection, "repeated"):
        return None
    connection.execute(
        f"create or replace temp table superseded as select * from (select row_number, {', '.join(key)}, "
        f"max(row_number) over (partition by {', '.join(key)}) as holder from read_parquet({file}) "
        f"where {digest} in (select digest from repeated)) where row_number < holder"
    )
    if not _count(connection, "superseded"):
        return None
    kept = rows.with_name("kept.parquet")
    rest = f"select * from read_parquet({file}) where row_number not in (select row_number from superseded)"
    connection.execute(f"copy ({rest}) to {quoted_text(str(kept))} (format parquet)")
    kept.replace(rows)
    named = " || ', ' || ".join(f"'{column}=' || coalesce({column}, '')" for column in key)
    records = f"select row_number, {record_json(raw)} as record from ({raw.relation}) as raw"
    return (
        f"select {quoted_text(load_id)} as load_id, row_number, {quoted_text(key[0])} as column_name, "
        f"{key[0]} as raw_value, 'duplicate key ' || {named} || '; row ' || holder || ' holds' as reason, "
        f"record as row from superseded join ({records}) using (row_number)"
    )


def _may_repeat(connection: duckdb.DuckDBPyConnection, digests: str) -> bool:
    """Whether two digests agree, or there are too many to tell. To sort them takes half the time of grouping them."""
    import numpy as np

    if _count(connection, f"({digests})") > _MOST:
        return True
    found = np.asarray(connection.execute(digests).fetchnumpy()["digest"])
    found.sort()
    return bool((found[1:] == found[:-1]).any())


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = connection.execute(f"select count(*) from {table}").fetchone()
    return int(counted[0]) if counted else 0
