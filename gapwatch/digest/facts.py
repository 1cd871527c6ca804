"""The rows a digest is composed from, asked once per scope.

Owns which questions the digest asks. The scope is a parameter of every question and is enforced in its SQL,
so rows of other sites never reach this process's mail. Called by ``weekly``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader, RunParameters, compare

Row = Mapping[str, Any]
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Facts:
    """The answers to the digest's questions for ``sites`` (empty: everything). Instants are naive UTC.

    ``last_week`` is the ISO week of the digest that ``restated`` compares with, empty when there is none.
    """

    run: RunParameters
    sites: tuple[str, ...]
    site_names: Mapping[str, str]
    site_zones: Mapping[str, str]
    population: Row
    headline: Row
    orphans: int
    sources: Rows
    checks: Rows
    numbers: Rows
    actions: Rows
    changes: Rows
    exceptions: Rows
    leavers: Rows
    events: Rows
    coming_due: Rows
    forecast: Rows
    breakdown: Rows
    unproven: Rows
    restated: Rows
    last_week: str


def ask_facts(reader: Reader, *, sites: tuple[str, ...], before: Path | None = None, most: int | None = None) -> Facts:
    """Everything a digest for these sites needs; no sites means the whole organisation.

    ``before`` is the generation of the last digest, named after its week; ``most`` the longest that a list may be
    (default: what a mail can hold).
    """
    scope = list(sites) or None

    if reader.viewer is not None and not reader.viewer.sees_everything:
        before = None  # the other generation knows nothing of roles
    restated = _restated(reader, before, sites=scope, most=most) if before else None

    def scoped(name: str) -> Rows:
        return _rows(reader, name, sites=scope)

    def listed(name: str) -> Rows:
        return _rows(reader, name, sites=scope, most=most)

    return Facts(
        run=reader.run,
        sites=sites,
        site_names=site_names(reader),
        site_zones=_site_zones(reader),
        population=scoped("digest_population")[0],
        headline=scoped("digest_headline")[0],
        orphans=0 if sites else int(_rows(reader, "digest_orphans")[0]["orphans"]),
        sources=_rows(reader, "digest_sources"),
        checks=_rows(reader, "digest_checks"),
        numbers=scoped("digest_numbers"),
        actions=listed("digest_actions"),
        changes=listed("digest_changes"),
        exceptions=listed("digest_exceptions"),
        leavers=listed("digest_leavers"),
        events=scoped("digest_events"),
        coming_due=scoped("digest_coming_due"),
        forecast=listed("digest_forecast"),
        breakdown=scoped("digest_breakdown"),
        unproven=scoped("digest_unproven"),
        restated=restated or (),
        last_week=before.stem if before is not None and restated is not None else "",
    )


def site_names(reader: Reader) -> dict[str, str]:
    """Every site of the generation and what it is called."""
    return {str(row["site"]): str(row["name"]) for row in _rows(reader, "digest_sites")}


def _site_zones(reader: Reader) -> dict[str, str]:
    return {str(row["site"]): str(row["timezone"]) for row in _rows(reader, "digest_sites")}


def _restated(reader: Reader, before: Path, **parameters: object) -> Rows | None:
    """None where the last digest's generation is of another make and can't be compared."""
    try:
        return tuple(compare(reader.path, before, "digest_restated", viewer=reader.viewer, **parameters))
    except ConfigurationError:
        return None


def _rows(reader: Reader, name: str, **parameters: object) -> Rows:
    cursor = reader.question(name, **parameters)
    names = [column[0] for column in cursor.description or ()]
    return tuple(dict(zip(names, values, strict=True)) for values in cursor.fetchall())
