"""What a page is about: as-of, known-at and scope, as the URL states them.

Owns the translation between query parameters and values. Reads no data and shows nothing; a value it
cannot read is reported, never guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Self
from zoneinfo import ZoneInfo

DIMENSIONS: Final = ("site", "department", "authority", "owner", "severity", "employment_type")


@dataclass(frozen=True)
class Scope:
    """As-of and known-at (aware UTC; None: those of the published generation) and six filters (None: all)."""

    as_of: dt.datetime | None = None
    known_at: dt.datetime | None = None
    site: str | None = None
    department: str | None = None
    authority: str | None = None
    owner: str | None = None
    severity: str | None = None
    employment_type: str | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, zone: str) -> tuple[Self, list[str]]:
        """The scope that those query parameters state, and a sentence for each one that cannot be read.

        A date in ``as_of`` or ``known_at`` is 00:00 of that day in ``zone``, as on the command line.
        """
        instants: dict[str, dt.datetime | None] = {}
        problems: list[str] = []
        for name in ("as_of", "known_at"):
            text = query.get(name, "").strip()
            try:
                instants[name] = instant(text, zone=zone) if text else None
            except ValueError:
                instants[name] = None
                problems.append(
                    f"The link says {name}={text[:40]}, which is no date. "
                    "Write one like 2026-03-14 or 2026-03-14T06:00:00Z."
                )
        filters = {name: query.get(name) or None for name in DIMENSIONS}
        return cls(as_of=instants["as_of"], known_at=instants["known_at"]).with_(**filters), problems

    def to_query(self) -> dict[str, str]:
        """The query parameters that state this scope; what is not narrowed is left out."""
        query: dict[str, str] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, dt.datetime):
                query[field.name] = value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
            elif value is not None:
                query[field.name] = value
        return query

    def filters(self) -> dict[str, str | None]:
        """The six filters by name, as ``ask`` queries take them."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    def narrowed(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in self.filters().items() if value is not None}

    def with_(self, **changes: str | dt.datetime | None) -> Self:
        """A copy with those fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def instant(text: str, *, zone: str) -> dt.datetime:
    """An instant or date as aware UTC; what names no offset is in ``zone``. Raises ValueError when it is
    neither.
    """
    value = dt.datetime.fromisoformat(text)
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(dt.UTC)


def day_of(moment: dt.datetime, *, zone: str) -> dt.date:
    """The calendar day of an instant in ``zone``."""
    return moment.astimezone(ZoneInfo(zone)).date()
