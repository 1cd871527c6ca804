"""The zone rule against a search for the instant in the zone database."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import duckdb
import pytest

from gapwatch.loaders.zones import to_utc, utc_expression

HOUR = dt.timedelta(hours=1)


def searched(local: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The earliest instant whose local time is that one; else the first whose local time is later."""
    exact = []
    for fold in (0, 1):
        instant = local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            exact.append(instant)
    if exact:
        return min(exact).replace(tzinfo=None)
    instant = local.replace(tzinfo=dt.UTC, second=0, microsecond=0) - 30 * HOUR
    while instant.astimezone(zone).replace(tzinfo=None) < local:
        instant += dt.timedelta(minutes=1)
    return instant.replace(tzinfo=None)


@pytest.mark.parametrize(
    "name",
    [
        "America/Chicago",
        "America/Havana",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Asia/Beirut",
        "America/St_Johns",
        "Pacific/Apia",
        "UTC",
    ],
)
def test_every_hour_of_some_years(name: str) -> None:
    zone = zoneinfo.ZoneInfo(name)
    starts = [dt.datetime(year, 1, 1) for year in (1999, 2011, 2026)]  # noqa: DTZ001  # local times
    times = [start + hour * HOUR + dt.timedelta(minutes=hour * 7 % 60) for start in starts for hour in range(8760)]
    times += [start + hour * HOUR for start in starts for hour in range(8760)]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Tokyo'")  # the session's zone must not matter
        expression = utc_expression("local", f"'{name}'")
        found = connection.execute(
            f"select local, {expression} from (select unnest($times) as local)", {"times": times}
        ).fetchall()
    assert len(found) == len(times)
    expected = {local: searched(local, zone) for local in times}
    assert [(local, utc) for local, utc in found if utc != expected[local]] == []
    assert [local for local in times if to_utc(local, zone=name) != expected[local]] == []


def test_zone_by_row_and_nulls() -> None:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {utc_expression('local', 'zone')} from (values "
            "(timestamp '2026-11-01 00:00', 'America/Havana'), "
            "(timestamp '2026-04-24 00:00', 'Africa/Cairo'), "
            "(null, 'Africa/Cairo'), (timestamp '2026-04-24 00:00', null)) as given(local, zone)"
        ).fetchall()
    assert [row[0] for row in found] == [
        dt.datetime(2026, 11, 1, 4),  # noqa: DTZ001  # naive UTC
        dt.datetime(2026, 4, 23, 22),  # noqa: DTZ001
        None,
        None,
    ]
