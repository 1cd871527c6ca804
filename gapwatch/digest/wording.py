"""How the digest writes numbers, dates, durations and lists; plain English, independent of the machine's
locale.

Owns spelling alone: takes values, returns text, decides no rule. Called by ``compose`` and ``render``.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: float, singular: str, plural: str = "") -> str:
    """``1 gap``, ``1,340 gaps``, ``no gaps``: a whole number and its noun."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{thousands(number)} {noun}" if number else f"no {noun}"


def thousands(number: float) -> str:
    """A whole number with its thousands separated by commas."""
    return f"{round(number):,}"


def share(part: float, whole: float) -> str:
    """``part`` of ``whole`` in percent: one decimal below 10 and above 90; never rounded to none or to all.

    ``n/a`` where there is nothing to be a share of.
    """
    if not whole:
        return "n/a"
    percent = 100.0 * part / whole
    if percent in (0.0, 100.0):
        return f"{percent:.0f}%"
    if part and percent < 0.1:
        return "under 0.1%"
    if part < whole and percent > 99.9:
        return "over 99.9%"
    return f"{percent:.1f}%" if percent < 10 or percent > 90 else f"{percent:.0f}%"


def days(number: float) -> str:
    """Days of 24 hours: ``41 days``; below two days, hours."""
    return hours(24 * number) if abs(number) < 2 else f"{number:,.0f} days"


def hours(number: float) -> str:
    """``5.2 h``, ``52 h``; below one hour in minutes, from 72 hours on in days."""
    if abs(number) >= 72:
        return f"{number / 24:,.0f} days"
    if abs(number) < 1:
        return f"{60 * number:.0f} min"
    return f"{number:.1f} h" if abs(number) < 10 else f"{number:.0f} h"


def local(instant: dt.datetime, *, timezone: str) -> dt.datetime:
    """A UTC instant, naive or aware, in that zone."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return aware.astimezone(zoneinfo.ZoneInfo(timezone))


def date(day: dt.date) -> str:
    """``14 Mar 2026``; of a timestamp, its day as it stands."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def date_of(instant: dt.datetime, *, timezone: str) -> str:
    """The local day of a UTC instant: ``14 Mar 2026``."""
    return date(local(instant, timezone=timezone))


def moment(instant: dt.datetime, *, timezone: str) -> str:
    """A UTC instant as local time with its zone: ``14 Mar 2026, 06:00 CST``."""
    there = local(instant, timezone=timezone)
    name = there.tzname() or ""
    zone = f"UTC{name}" if name[:1] in "+-" else name
    return f"{date(there)}, {there:%H:%M} {zone}"


def listed(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def sentence(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
