"""Who looks, and what for: the roles file, read into viewers.

Owns the four roles and the file that gives them. Knows nothing of rows: what a role may see is
``gapwatch.access``. Called by the dashboard after sign-in, and by whoever opens a Reader for somebody.
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from gapwatch.errors import ConfigurationError

Role = Literal["officer", "site_manager", "auditor", "integration_owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_COLUMNS: Final = ("email", "subject", "role", "sites", "period_from", "period_to")
_DO: Final = "write one row per person under the header email,subject,role,sites,period_from,period_to"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """One person and what they may see. ``sites`` empty: all. The period's ends are days, both included, in the
    organisation's zone; None: no bound.
    """

    who: str
    role: Role
    sites: tuple[str, ...] = ()
    period_from: dt.date | None = None
    period_to: dt.date | None = None

    @property
    def sees_everything(self) -> bool:
        """Whether nothing is kept from this viewer."""
        return self.role == "officer"

    @property
    def sees_people(self) -> bool:
        """Whether names and worker ids are shown."""
        return self.role != "integration_owner"

    @property
    def reach(self) -> str:
        """What two viewers have in common who see the same rows."""
        if self.sees_everything:
            return "everything"
        return "|".join([self.role, ";".join(self.sites), str(self.period_from or ""), str(self.period_to or "")])


LOCAL: Final = Viewer(who="local", role="officer")
"""Whoever sits at this machine, where no sign-in is configured."""


@dataclass(frozen=True)
class Roles:
    """The roles file: viewers by e-mail address (lower case) and by the sign-in provider's subject."""

    by_email: Mapping[str, Viewer]
    by_subject: Mapping[str, Viewer]

    def viewer(self, *, subject: str | None, email: str | None) -> Viewer | None:
        """The viewer with that subject, else with that address; None when the file names neither."""
        found = self.by_subject.get(subject or "")
        return found or self.by_email.get((email or "").strip().lower())


def read_roles(path: Path) -> Roles:
    """The roles in that CSV file, or TOML file of ``[[people]]``.

    Raises ConfigurationError with file and row for a missing file, an unknown column or role, somebody named twice,
    a site manager without sites, an auditor without a period, or bounds that a role does not have.
    """
    by_email: dict[str, Viewer] = {}
    by_subject: dict[str, Viewer] = {}
    for place, row in _rows(path):
        viewer = _viewer(row, place)
        for known, key in ((by_email, row["email"].lower()), (by_subject, row["subject"])):
            if key and key in known:
                raise ConfigurationError("somebody is named twice", where=place, do="keep one row per person")
            if key:
                known[key] = viewer
    if not by_email and not by_subject:
        raise ConfigurationError(f"{path.name} names nobody", where=str(path), do=_DO)
    return Roles(by_email, by_subject)


def _viewer(row: Mapping[str, str], place: str) -> Viewer:
    if not row["email"] and not row["subject"]:
        raise ConfigurationError("email and subject are both empty", where=place, do="fill one of them")
    role = next((known for known in ROLES if known == row["role"]), None)
    if role is None:
        raise ConfigurationError(
            f"{row['role']!r} is no role", where=f"{place}, column role", do=f"write one of {', '.join(ROLES)}"
        )
    sites = tuple(sorted({site.strip() for site in row["sites"].split(";") if site.strip()}))
    begins, ends = _day(row, "period_from", place), _day(row, "period_to", place)
    if role == "site_manager" and not sites:
        raise ConfigurationError(
            "a site manager sees the sites named, and none is",
            where=f"{place}, column sites",
            do="name them: BAY1;REF2",
        )
    if role in ("officer", "integration_owner") and sites:
        raise ConfigurationError(
            f"role {role} is for all sites", where=f"{place}, column sites", do="leave it empty, or write site_manager"
        )
    if role == "auditor" and (begins is None or ends is None or ends < begins):
        raise ConfigurationError(
            "an auditor reads a period, from a day to the same or a later one",
            where=f"{place}, columns period_from and period_to",
            do="write both like 2026-01-01",
        )
    if role != "auditor" and (begins or ends):
        raise ConfigurationError(
            f"role {role} has no period",
            where=f"{place}, column period_from",
            do="leave period_from and period_to empty",
        )
    return Viewer(
        who=row["email"].lower() or row["subject"], role=role, sites=sites, period_from=begins, period_to=ends
    )


def _day(row: Mapping[str, str], column: str, place: str) -> dt.date | None:
    if not row[column]:
        return None
    try:
        return dt.date.fromisoformat(row[column])
    except ValueError as error:
        raise ConfigurationError(
            f"{row[column]!r} is no date", where=f"{place}, column {column}", do="write it like 2026-01-01"
        ) from error


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """(place, cells by column) of each person, trimmed, missing ones empty."""
    if not path.is_file():
        raise ConfigurationError(
            "the roles file is not there", where=str(path), do="make it, or correct roles in [sign_in] of gapwatch.toml"
        )
    try:
        raw = _toml(path) if path.suffix.lower() == ".toml" else _csv(path)
    except (UnicodeDecodeError, csv.Error, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}", where=str(path), do=_DO) from error
    rows = []
    for place, cells in raw:
        unknown = sorted(str(name) for name in set(cells) - set(_COLUMNS))
        if unknown:
            raise ConfigurationError(f"unknown column {unknown[0]!r}", where=place, do=_DO)
        rows.append((place, {name: str(cells.get(name) or "").strip() for name in _COLUMNS}))
    return rows


def _csv(path: Path) -> list[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        return [
            (f"{path}, row {reader.line_num}", {str(key).strip().lower(): value for key, value in row.items()})
            for row in reader
            if any(row.values())
        ]


def _toml(path: Path) -> list[tuple[str, dict[str, Any]]]:
    people = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("people", [])
    return [
        (
            f"{path}, person {number}",
            {key: ";".join(value) if isinstance(value, list) else value for key, value in person.items()},
        )
        for number, person in enumerate(people, start=1)
    ]
