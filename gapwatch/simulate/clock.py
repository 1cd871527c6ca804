"""Instants as whole seconds UTC, local midnights and the calendar of a simulated company.

Owns every conversion between dates, zones and instants in ``simulate``. The end of every simulation is one
fixed instant, so that the same arguments give the same company on any day and any machine.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

END_ON: Final = dt.date(2026, 10, 31)
END: Final = int(dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC).timestamp())
NEVER: Final = 1 << 60
"""Later than any instant: the end of what has not ended."""
ALWAYS: Final = -NEVER
HOUR: Final = 3600
DAY: Final = 86400
BEFORE: Final = END - DAY
"""The instant of the delivery before the last."""


def start_of(months: int) -> dt.date:
    """First day of the simulation, the first of a month: ``months`` calendar months to its end."""
    index = END_ON.year * 12 + END_ON.month - months
    return dt.date(index // 12, index % 12 + 1, 1)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def midnight(day: dt.date, zone: str) -> int:
    """The instant at which ``day`` begins in ``zone``."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=_zone(zone)).timestamp())


def noon(day: dt.date, zone: str) -> int:
    """Twelve hours after ``day`` begins in ``zone``."""
    return midnight(day, zone) + DAY // 2


def local_day(instant: int, zone: str) -> dt.date:
    """The date in ``zone`` at ``instant``."""
    return dt.datetime.fromtimestamp(instant, _zone(zone)).date()


def days(day: dt.date, number: int) -> dt.date:
    """``day`` plus a number of days."""
    return day + dt.timedelta(days=number)


def add_months(instant: int, months: int) -> int:
    """``instant`` plus calendar months in UTC, time of day kept, clamped to the month's last day."""
    moment = dt.datetime.fromtimestamp(instant, dt.UTC)
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def iso(instant: int | None) -> str:
    """``2026-10-31T18:00:00Z``; empty for None and for instants outside the calendar."""
    if instant is None or not -(1 << 40) < instant < 1 << 40:
        return ""
    return dt.datetime.fromtimestamp(instant, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
