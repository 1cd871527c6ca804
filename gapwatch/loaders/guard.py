"""The load guard: which loads are kept out of force until someone has looked at them.

Owns three judgements of a whole batch (the files of one source in one command) against what is in force: it
is older, it shrinks too much, it ends too many workers at once. A held load stays in the landing zone with
its rows; the data before it stays in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import duckdb

from gapwatch.config import Guard
from gapwatch.loaders.raw import quoted_text
from gapwatch.warehouse.landing import LoadRecord, rows_path
from gapwatch.warehouse.ledger import newest_batch

_SMALLEST = 100  # rows; smaller feeds are not judged by their size

# Workers employed at $at by landed role_history rows, of which the one that counts last is meant to hold. A judgement
# of size, not of employment: local dates are compared as they stand.
_EMPLOYED = """
    select worker_id
    from (
        select
            worker_id,
            assignment_key,
            arg_max(
                status in ('active', 'leave', 'suspended')
                and coalesce(coalesce(effective_to_at, effective_to_local) > $at, true)
                and not coalesce(
                    employment_type != 'employee' and contract_end_on < cast($at as date), false
                ),
                ({order})
            ) filter (where status is not null) as is_employed
        from ({rows})
        where coalesce(effective_from_at, effective_from_local) <= $at
        group by worker_id, assignment_key
    )
    group by worker_id
    having bool_or(is_employed)
"""
_EFFECTIVE = "coalesce(effective_from_at, effective_from_local), sequence"
# Where loads add to each other, a row replaces the one of its key, and a deletion takes it away.
_ADDED = f"""
    select *
    from ({{rows}})
    qualify
        row_number() over (
            partition by worker_id, assignment_key, {_EFFECTIVE}
            order by place desc, row_number desc
        ) = 1
        and not coalesce(is_deleted, false)
"""


def held_because(
    connection: duckdb.DuckDBPyConnection,
    batch: list[tuple[LoadRecord, Path]],
    *,
    earlier: list[LoadRecord],
    warehouse: Path,
    guard: Guard,
) -> str | None:
    """Why the batch must be held, or None. ``batch``: each load and the Parquet file of its rows as it lies
    now; ``earlier``: all finished loads of the warehouse.
    """
    first = batch[0][0]
    own = [record for record in earlier if record.source == first.source]
    in_force = newest_batch(own, source=first.source)
    if not in_force:
        return None
    newest = max(record.loaded_at for record in own)
    if first.loaded_at < newest:
        # Small feeds are not judged: their loads may come in any order, and the newest is in force.
        if _count(connection, batch) < _SMALLEST:
            return None
        return f"older than the source's newest load ({_instant(newest)})"
    before = [(record, rows_path(warehouse, record)) for record in in_force]
    return _shrinks(connection, batch, before, guard) or _ends(connection, batch, before, own, warehouse, guard)


def _shrinks(
    connection: duckdb.DuckDBPyConnection,
    batch: list[tuple[LoadRecord, Path]],
    before: list[tuple[LoadRecord, Path]],
    guard: Guard,
) -> str | None:
    first = batch[0][0]
    if first.mode not in ("full", "snapshot") or first.vanished == "keep" or not guard.max_shrink_pct:
        return None
    had, has = _count(connection, before), _count(connection, batch)
    if had < _SMALLEST or has >= had * (1 - guard.max_shrink_pct / 100):
        return None
    lost = 100 * (had - has) / had
    limit = f"max_shrink_pct = {guard.max_shrink_pct:g}"
    return f"{has:,} rows where {had:,} are in force: {lost:.1f}% fewer ({limit})"


def _ends(
    connection: duckdb.DuckDBPyConnection,
    batch: list[tuple[LoadRecord, Path]],
    before: list[tuple[LoadRecord, Path]],
    own: list[LoadRecord],
    warehouse: Path,
    guard: Guard,
) -> str | None:
    first = batch[0][0]
    if first.feed != "role_history" or not guard.max_ended_pct:
        return None
    adds = first.mode != "full" or first.vanished == "keep"
    then = _paths(before)
    if adds:
        then = list(dict.fromkeys(rows_path(warehouse, record) for record in _since_last_full(own)))
    now = [*(path for path in then if adds), *(path for path in _paths(batch) if not adds or path not in then)]
    if _count_rows(connection, _union(then)) < _SMALLEST:
        return None
    at = first.loaded_at.astimezone(dt.UTC).replace(tzinfo=None)
    order = f"place, {_EFFECTIVE}, row_number" if first.mode == "snapshot" else f"{_EFFECTIVE}, place, row_number"
    employed_then, employed_now = (
        _EMPLOYED.format(rows=_ADDED.format(rows=_placed(files)) if adds else _placed(files), order=order)
        for files in (then, now)
    )
    counted = connection.execute(
        f"with employed as ({employed_then}), still as ({employed_now}) "
        f"select count(*), (select count(*) from employed anti join still using (worker_id)) from employed",
        {"at": at},
    ).fetchone()
    employed, ended = counted or (0, 0)
    if not employed or ended <= employed * guard.max_ended_pct / 100:
        return None
    return (
        f"{ended:,} of {employed:,} employed workers are ended at once: {100 * ended / employed:.1f}% "
        f"(max_ended_pct = {guard.max_ended_pct:g})"
    )


def _since_last_full(own: list[LoadRecord]) -> list[LoadRecord]:
    """The loads that count together, in their order: a full one replaces what came before it."""
    counting = sorted(
        (record for record in own if record.status != "held"),
        key=lambda record: (record.loaded_at, record.sequence, record.load_id),
    )
    full = [record.batch for record in counting if record.mode == "full" and record.vanished != "keep"]
    start = next((place for place, record in enumerate(counting) if full and record.batch == full[-1]), 0)
    return counting[start:]


def _paths(loads: list[tuple[LoadRecord, Path]]) -> list[Path]:
    return sorted({path for _, path in loads})


def _placed(files: list[Path]) -> str:
    """The rows of those files, with the place of each in the list."""
    names = ", ".join(quoted_text(str(path)) for path in files)
    return (
        f"select *, list_position([{names}], filename) as place "
        f"from read_parquet([{names}], union_by_name = true, filename = true)"
    )


def _count(connection: duckdb.DuckDBPyConnection, loads: list[tuple[LoadRecord, Path]]) -> int:
    return _count_rows(connection, _union(_paths(loads)))


def _count_rows(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    counted = connection.execute(f"select count(*) from ({rows})").fetchone()
    return int(counted[0]) if counted else 0


def _union(paths: Iterable[Path]) -> str:
    files = ", ".join(quoted_text(str(path)) for path in sorted(paths))
    return f"select * from read_parquet([{files}])"


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
