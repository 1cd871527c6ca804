"""Text to values for the replay: instants, dates, zones and open ends (contract, section 1).

Owns how one cell is read. Knows no feed. Every datetime of the replay is aware and in UTC; an interval is
half-open, and its ends are never None inside the replay: BEGINNING and END stand for "always".
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import lru_cache
from typing import Final

BEGINNING: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
END: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
DAY: Final = dt.timedelta(days=1)

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SENTINELS = ("9999-12-31", "4712-12-31", "2147483647", "0", "-1")


class RejectedRowError(ValueError):
    """A row that the loader would reject: a required cell is empty or a cell cannot be read."""


def text(value: str | None) -> str | None:
    """Trimmed; empty is None."""
    return (value or "").strip() or None


def is_open_end(value: str | None) -> bool:
    """Whether the cell says that there is no end."""
    stripped = text(value)
    return stripped is None or stripped in _SENTINELS or stripped[:10] in _SENTINELS[:2]


def bare_date(value: str) -> dt.date | None:
    """The date, when the cell holds nothing but one."""
    if not _BARE_DATE.fullmatch(value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise RejectedRowError(value) from error


def date(value: str | None) -> dt.date | None:
    """A calendar date, or None for an empty cell."""
    stripped = text(value)
    if stripped is None:
        return None
    found = bare_date(stripped)
    if found is None:
        raise RejectedRowError(stripped)
    return found


def end_date(value: str | None) -> dt.date | None:
    """As ``date``; a sentinel is no end."""
    return None if is_open_end(value) else date(value)


def clock(value: str) -> dt.datetime:
    """A date with a time; naive when it is written without an offset."""
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise RejectedRowError(value) from error


@lru_cache(maxsize=100_000)
def local_instant(local: dt.datetime, zone: str) -> dt.datetime:
    """A local time without offset in UTC.

    One that occurs twice is the earlier; one that a clock change skips is the instant of the change.
    """
    place = zoneinfo.ZoneInfo(zone)
    first = local.replace(tzinfo=place, fold=0).astimezone(dt.UTC)
    if first.astimezone(place).replace(tzinfo=None) == local:
        return first
    before, after = local.replace(tzinfo=place, fold=1).astimezone(dt.UTC), first
    old_offset = before.astimezone(place).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=(after - before) // dt.timedelta(seconds=2))
        if middle.astimezone(place).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def midnight(day: dt.date, zone: str) -> dt.datetime:
    """When that date starts in that zone, in UTC."""
    return local_instant(dt.datetime.combine(day, dt.time()), zone)


def instant(value: str | None, zone: str) -> dt.datetime | None:
    """An ``_at`` cell: with offset as it says; a clock time or a bare date is in ``zone``."""
    stripped = text(value)
    if stripped is None:
        return None
    day = bare_date(stripped)
    if day is not None:
        return midnight(day, zone)
    moment = clock(stripped)
    return local_instant(moment, zone) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def end_instant(value: str | None, zone: str) -> dt.datetime | None:
    """As ``instant``; a sentinel is no end."""
    return None if is_open_end(value) else instant(value, zone)


def expiry(value: str | None, zone: str) -> dt.datetime | None:
    """As ``end_instant``; a bare date names the last day covered."""
    stripped = text(value)
    if stripped is None or is_open_end(stripped):
        return None
    day = bare_date(stripped)
    return midnight(day + DAY, zone) if day is not None else instant(stripped, zone)


def number(value: str | None) -> float | None:
    """A number, or None for an empty cell."""
    stripped = text(value)
    try:
        return None if stripped is None else float(stripped)
    except ValueError as error:
        raise RejectedRowError(str(stripped)) from error


def items(value: str | None) -> frozenset[str]:
    """The items of a ``;``-separated cell."""
    return frozenset(item.strip() for item in (value or "").split(";") if item.strip())


def add_months(moment: dt.datetime, months: int) -> dt.datetime:
    """Months later in the UTC calendar: the time of day is kept, the end of the month clamps."""
    years, month = divmod(moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=moment.year + years, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(moment)


def is_in(moment: dt.datetime, start: dt.datetime, end: dt.datetime) -> bool:
    """Whether the half-open interval holds the instant."""
    return start <= moment < end


def shown(moment: dt.datetime) -> dt.datetime | None:
    """For publishing: an open end is None."""
    return None if moment in (END, BEGINNING) else moment


def days(span: dt.timedelta) -> float:
    """24-hour days."""
    return span / DAY


def hours(span: dt.timedelta) -> float:
    """Hours."""
    return span / dt.timedelta(hours=1)
