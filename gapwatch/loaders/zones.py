"""From local time to UTC, by one rule: a local time that occurs twice is the earlier instant, one that a
clock change skips is the instant of the change.

Owns that rule, as SQL (for rows) and as Python (for the few policy rows). DuckDB's ``timezone(zone, local)``
alone does not keep it: it gives the later of two, and shifts a skipped time by the size of the change.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

# Longer than any clock change (a whole day at the date line), shorter than the time between two changes.
_APART = "interval 26 hours"


def utc_expression(local_sql: str, zone_sql: str) -> str:
    """DuckDB SQL for the UTC TIMESTAMP (naive) of a local TIMESTAMP in the zone named by ``zone_sql``; NULL
    for NULL.

    Both arguments are SQL expressions; pass plain column names or literals, as each occurs many times. A
    skipped time is resolved to the minute of the change. An unknown zone name is an error of the query.
    """
    local, zone = f"({local_sql})", f"({zone_sql})"

    def local_of(utc: str) -> str:
        return f"timezone({zone}, timezone('UTC', {utc}))"

    near = f"timezone('UTC', timezone({zone}, {local}))"
    before = f"({near} - {_APART})"
    after = f"({near} + {_APART})"
    by_offset_before = f"({local} - ({local_of(before)} - {before}))"
    by_offset_after = f"({local} - ({local_of(after)} - {after}))"
    change = (
        f"list_min(list_filter("
        f"range(date_trunc('minute', {by_offset_after}), "
        f"{by_offset_before} + interval 1 minute, interval 1 minute), "
        f"lambda moment: {local_of('moment')} - moment = {local_of(after)} - {after}))"
    )
    return (
        f"(case when {local} is null or {zone} is null then null"
        f" when {local_of(by_offset_before)} = {local} then {by_offset_before}"
        f" when {local_of(near)} = {local} then {near}"
        f" else coalesce({change}, {by_offset_before}) end)"
    )


def to_utc(local: dt.datetime, *, zone: str) -> dt.datetime:
    """The UTC instant (naive) of a naive local time, by the same rule."""
    named = zoneinfo.ZoneInfo(zone)
    instant = local.replace(tzinfo=named, fold=0).astimezone(dt.UTC)
    if instant.astimezone(named).replace(tzinfo=None) == local:
        return instant.replace(tzinfo=None)
    late = instant
    early = local.replace(tzinfo=named, fold=1).astimezone(dt.UTC)
    offset = late.astimezone(named).utcoffset()
    while late - early > dt.timedelta(seconds=1):  # the change lies in (early, late]
        middle = early + (late - early) / 2
        early, late = (early, middle) if middle.astimezone(named).utcoffset() == offset else (middle, late)
    return late.replace(microsecond=0, tzinfo=None)
