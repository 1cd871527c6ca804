"""The rows a digest is composed from, asked once per scope.

Owns which questions the digest asks. The scope is a parameter of every question and is enforced in its SQL,
so rows of other sites never reach this process's mail. Called by ``weekly``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gapwatch.reads import Reader, RunParameters

Row = Mapping[str, Any]
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Facts:
    """The answers to the digest's questions for ``sites`` (empty: everything). Instants are naive UTC."""

    run: RunParameters
    sites: tuple[str, ...]
    site_names: Mapping[str, str]
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


def ask_facts(reader: Reader, *, sites: tuple[str, ...]) -> Facts:
    """Everything a digest for these sites needs; no sites means the whole organisation."""
    scope = list(sites) or None

    def scoped(name: str) -> Rows:
        return _rows(reader, name, sites=scope)

    return Facts(
        run=reader.run,
        sites=sites,
        site_names=site_names(reader),
        population=scoped("digest_population")[0],
        headline=scoped("digest_headline")[0],
        orphans=0 if sites else int(_rows(reader, "digest_orphans")[0]["orphans"]),
        sources=_rows(reader, "digest_sources"),
        checks=_rows(reader, "digest_checks"),
        numbers=scoped("digest_numbers"),
        actions=scoped("digest_actions"),
        changes=scoped("digest_changes"),
        exceptions=scoped("digest_exceptions"),
        leavers=scoped("digest_leavers"),
        events=scoped("digest_events"),
        coming_due=scoped("digest_coming_due"),
        forecast=scoped("digest_forecast"),
        breakdown=scoped("digest_breakdown"),
    )


def site_names(reader: Reader) -> dict[str, str]:
    """Every site of the generation and what it is called."""
    return {str(row["site"]): str(row["name"]) for row in _rows(reader, "digest_sites")}


def _rows(reader: Reader, name: str, **parameters: object) -> Rows:
    cursor = reader.question(name, **parameters)
    names = [column[0] for column in cursor.description or ()]
    return tuple(dict(zip(names, values, strict=True)) for values in cursor.fetchall())
