"""Dates and times as sources write them: text or typed values to a bare date, a clock time or an instant.

Owns which spellings are accepted: ISO 8601 (``YYYY-MM-DD``, ``YYYYMMDD``, ``YYYY-MM-DD[T
]HH:MM[:SS[.ffffff]]`` with or without ``Z``, ``±HH``, ``±HHMM``, ``±HH:MM``) and the formats that the source
names: strptime patterns, ``epoch_s``, ``epoch_ms`` (Unix time) and ``odata`` (``/Date(milliseconds)/``). Anything else
is a reject: ``03/04/2026`` is two dates, also to a source that names both patterns. Zones are applied in
``gapwatch.loaders.convert``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from gapwatch.loaders.raw import quoted_text

_CLOCK = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_OFFSET = r"(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)"
_MIDNIGHT = r"\d{4}-\d{2}-\d{2}[T ]00:00(:00(\.0+)?)?" + f"({_OFFSET})"
_HAS_CLOCK = re.compile(r"%-?[HIMSfgnpXcTRr]")
_DAY_WITH_OFFSET = r"\d{4}-\d{2}-\d{2}" + _OFFSET
_NUMBERED = {
    "epoch_s": (r"(-?\d{9,11})(\.0+)?", "make_timestamp(1000000::bigint * {})"),
    "epoch_ms": (r"(-?\d{9,15})(\.0+)?", "make_timestamp(1000::bigint * {})"),
    "odata": (r"/Date\((-?\d{1,15})([+-]\d{4})?\)/", "make_timestamp(1000::bigint * {})"),
}
_OPEN_END_DAYS = ("9999-12-31", "4712-12-31")

SENTINELS = ("0", "-1", "2147483647")  # beside the empty text: no date at all


@dataclass(frozen=True)
class Parts:
    """SQL of what one value says; at most one is not NULL: ``day`` DATE, ``clock`` TIMESTAMP as written
    without offset, ``instant`` TIMESTAMP in UTC.
    """

    day: str
    clock: str
    instant: str


def parse(value: str, *, type: str, formats: tuple[str, ...] = ()) -> Parts:  # noqa: A002
    """The parts of ``value``, a column of that DuckDB type: trimmed text, or a date or time type.

    A text that fits several of ``formats`` with different meanings has no parts.
    """
    if type == "DATE":
        return Parts(value, "cast(null as timestamp)", "cast(null as timestamp)")
    if type == "TIMESTAMP WITH TIME ZONE":
        return Parts("cast(null as date)", "cast(null as timestamp)", _naive(value))
    if type.startswith("TIMESTAMP"):
        return Parts("cast(null as date)", f"cast({value} as timestamp)", "cast(null as timestamp)")
    iso = _parse_iso(value)
    read = [_parse_format(value, form) for form in formats]
    return Parts(
        _agreed([one.day for one in read], iso.day),
        _agreed([one.clock for one in read], iso.clock),
        _agreed([one.instant for one in read], iso.instant),
    )


def midnights_as_days(value: str, parts: Parts, *, type: str) -> Parts:  # noqa: A002
    """The parts, where a midnight as it is written, with or without an offset, is the bare date; so is a date with an
    offset, as XML schemas write it. ``parts`` are names of columns.
    """
    instant = f"when {parts.instant} = date_trunc('day', {parts.instant}) then cast({parts.instant} as date)"
    if type == "VARCHAR":  # an offset moves the instant, not the date that is meant
        instant = (
            f"when regexp_full_match({value}, '{_MIDNIGHT}|{_DAY_WITH_OFFSET}') then try_cast({value}[1:10] as date)"
            f" when regexp_full_match({value}, '{_CLOCK}{_OFFSET}') then null {instant}"
        )
    day = (
        f"case when {parts.day} is not null then {parts.day}"
        f" when {parts.clock} = date_trunc('day', {parts.clock}) then cast({parts.clock} as date) {instant} end"
    )
    return Parts(
        day,
        f"case when {day} is null then {parts.clock} end",
        f"case when {day} is null then {parts.instant} end",
    )


def is_pattern(form: str) -> bool:
    """Whether a format is a strptime pattern, not one by name."""
    return form not in _NUMBERED


def _parse_format(value: str, form: str) -> Parts:
    nothing = Parts("", "", "")
    if form in _NUMBERED:
        pattern, instant = _NUMBERED[form]
        number = f"try_cast(regexp_extract({value}, '{pattern}', 1) as bigint)"
        return replace(
            nothing, instant=f"case when regexp_full_match({value}, '{pattern}') then {instant.format(number)} end"
        )
    found = f"try_strptime({value}, {quoted_text(form)})"
    matched = f"(year({found}) >= 1000)"  # %Y takes 26 for the year 26
    if "%z" in form:
        return replace(nothing, instant=f"case when {matched} then {_naive(found)} end")
    if _HAS_CLOCK.search(form):
        return replace(nothing, clock=f"case when {matched} then {found} end")
    return replace(nothing, day=f"case when {matched} then cast({found} as date) end")


def _agreed(found: list[str], iso: str) -> str:
    """SQL: what the formats say, else ISO 8601; NULL when two formats say different things."""
    said = [sql for sql in found if sql]
    if not said:
        return iso
    if len(said) == 1:
        return f"coalesce({said[0]}, {iso})"
    least, greatest = f"least({', '.join(said)})", f"greatest({', '.join(said)})"
    return f"case when {least} < {greatest} then null else coalesce({least}, {iso}) end"


def _parse_iso(text: str) -> Parts:
    return Parts(
        f"case when strlen({text}) = 10 and {text}[5] = '-' and {text}[8] = '-'"
        f" and {text}[1] between '0' and '9'"
        f" then try_cast({text} as date)"
        f" when strlen({text}) = 8 and regexp_full_match({text}, '\\d{{8}}')"
        f" then try_cast({text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8] as date) end",
        f"case when strlen({text}) >= 16 and not suffix({text}, 'Z')"
        f" and regexp_full_match({text}, '{_CLOCK}') then try_cast({text} as timestamp) end",
        f"case when {_plain_utc(text)} then try_cast({text} as timestamp)"
        f" when strlen({text}) >= 17 and regexp_full_match({text}, '{_CLOCK}{_OFFSET}')"
        f" then {_naive(f'try_cast({text} as timestamptz)')} end",
    )


def _plain_utc(text: str) -> str:
    """SQL: whether it is ``YYYY-MM-DDTHH:MM:SSZ``, as far as a cast will not tell; cheaper than a pattern."""
    return (
        f"({text} like '____-__-__T__:__:__Z' and {text} between '0' and '9~'"
        f" and not contains({text}, ' ') and not contains({text}, 'T24'))"
    )


def open_end(value: str, parts: Parts, *, type: str) -> str:  # noqa: A002
    """SQL: whether the value is a day that stands for no end, with or without a time of day."""
    days = ", ".join(f"date '{day}'" for day in _OPEN_END_DAYS)
    found = [f"cast({part} as date) in ({days})" for part in (parts.day, parts.clock, parts.instant)]
    if type == "VARCHAR":  # as written: its offset may move the instant to the next day
        starts = " or ".join(f"starts_with({value}, '{day}')" for day in _OPEN_END_DAYS)
        found.append(f"({parts.instant} is not null and ({starts}))")
    return f"coalesce({' or '.join(found)}, false)"


def calendar_day(value: str, parts: Parts, *, type: str) -> str:  # noqa: A002
    """SQL: the DATE of a value that is a bare date or a midnight; NULL for another time of day."""
    written = (
        f"when regexp_full_match({value}, '{_MIDNIGHT}') then try_cast({value}[1:10] as date)"
        if type == "VARCHAR"
        else f"when {parts.instant} = date_trunc('day', {parts.instant}) then cast({parts.instant} as date)"
    )
    return (
        f"case when {parts.day} is not null then {parts.day}"
        f" when {parts.clock} = date_trunc('day', {parts.clock}) then cast({parts.clock} as date)"
        f" when {parts.instant} is null then null {written} end"
    )


def _naive(instant: str) -> str:
    return f"make_timestamp(epoch_us({instant}))"
