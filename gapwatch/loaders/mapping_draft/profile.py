"""What the values of a file's columns look like: how many, which dates, which codes; and a sample that names nobody.

Owns the look at the values and their masking. Decides no mapping. Called by ``draft``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import duckdb

from gapwatch.loaders.dates import parse
from gapwatch.loaders.raw import Raw, SourceColumn

_CODES = 20  # a column of at most so many values that repeat holds codes
_LOOKED_AT = 20_000
_ISO: Final = "ISO 8601"
PATTERNS: Final = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "odata",
    "epoch_s",
    "epoch_ms",
)


@dataclass(frozen=True)
class Profile:
    """One column: ``filled`` of the rows looked at, ``distinct`` values, ``codes`` when they are few and repeat;
    ``iso``: its values are ISO 8601 dates; ``patterns``: the formats that read most of them, when that is nearly all.
    """

    column: SourceColumn
    filled: int
    distinct: int
    codes: tuple[str, ...]
    iso: bool
    patterns: tuple[str, ...]
    sample: str

    @property
    def is_date(self) -> bool:
        """Whether its values can be dates; plain numbers may be, but need not."""
        return self.iso or bool(self.patterns)


def profiles(connection: duckdb.DuckDBPyConnection, raw: Raw) -> list[Profile]:
    """A profile of each column, over the first rows of the file."""
    connection.execute(f"create or replace temp table looked_at as select * from ({raw.relation}) limit {_LOOKED_AT}")
    return [_profile(connection, column) for column in raw.columns]


def masked(value: str) -> str:
    """The value's shape: letters as x and X, digits as 9."""
    shape = re.sub(r"[^\W\d_]", lambda found: "X" if found[0].isupper() else "x", value)
    return re.sub(r"\d", "9", shape)[:60]


def _profile(connection: duckdb.DuckDBPyConnection, column: SourceColumn) -> Profile:
    text = f"nullif(trim(cast({column.sql} as varchar)), '')"
    counted = connection.execute(f"select count({text}), count(distinct {text}) from looked_at").fetchone()
    filled, distinct = counted or (0, 0)
    found = connection.execute(
        f"select {text} as value from looked_at where {text} is not null"
        f" group by value order by count(*) desc, value limit {_CODES}"
    ).fetchall()
    values = [str(row[0]) for row in found]
    codes = tuple(values) if 0 < distinct <= _CODES and (distinct < filled or filled <= 3) else ()
    if any("@" in code or len(code) > 40 for code in codes):
        codes = ()
    iso = column.type == "DATE" or column.type.startswith("TIMESTAMP") or bool(_fitting(connection, text, (_ISO,)))
    patterns = () if iso else _fitting(connection, text, PATTERNS)
    is_date = iso or bool(patterns)
    sample = (values[0] if is_date else masked(values[0])) if values else ""
    return Profile(column, filled, distinct, codes, iso, patterns, sample)


def _fitting(connection: duckdb.DuckDBPyConnection, text: str, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the formats that read most of the values, sentinels apart: the best of them, when it is nearly all."""
    likely = connection.execute(
        f"select count(*), count(*) filter (length(value) between 6 and 40 and regexp_matches(value, '\\d'))"
        f" from (select {text} as value from looked_at) where value not in ('0', '-1', '2147483647')"
    ).fetchone()
    if not likely or not _is_most(likely[1], likely[0]):
        return ()
    counts = []
    for form in forms:
        parts = parse("value", type="VARCHAR", formats=() if form == _ISO else (form,))
        found = f"coalesce(cast({parts.day} as timestamp), {parts.clock}, {parts.instant})"
        counts.append(f"count(*) filter ({found} between timestamp '1900-01-01' and timestamp '9999-12-31')")
    row = connection.execute(
        f"select count(*), {', '.join(counts)} from (select {text} as value from looked_at)"
        f" where value not in ('0', '-1', '2147483647')"
    ).fetchone()
    dated, *fitting = [int(number) for number in row or (0, 0)]
    best = max(fitting)
    return tuple(form for form, count in zip(forms, fitting, strict=True) if count == best and _is_most(count, dated))


def _is_most(count: int, dated: int) -> bool:
    """Whether enough values are dates for the others to be mistakes."""
    return count > 0 and count >= 0.7 * dated
