"""The rows of the hand-laid sheets: parameters, logic, dictionary, sign-off and index.

Owns their wording. Counts nothing and asks nothing: it is given what it lays out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gapwatch.evidence.catalogue import SHEETS
from gapwatch.evidence.catalogue.proof import KINDS, MEASURES
from gapwatch.evidence.cells import Cell, Kind
from gapwatch.evidence.rows import StagedSheet, Tally
from gapwatch.evidence.scope import Scope
from gapwatch.evidence.sheets import TableSheet

Rows = list[list[Cell]]


@dataclass(frozen=True)
class LogicText:
    """The SQL of one model or question."""

    name: str
    folder: str
    sql: str
    sha256: str


def question_text(name: str, sql: str, folder: str = "ask") -> LogicText:
    """The text of a question, with its hash."""
    return LogicText(name, folder, sql, hashlib.sha256(sql.encode("utf-8")).hexdigest())


_FILTERS: Final = {
    "sites": (
        "Filter: sites",
        "all sites",
        "Workers with a role there in the period, and what they owed there or anywhere",
    ),
    "departments": ("Filter: departments", "all departments", "Workers with a role in one of them in the period"),
    "authorities": ("Filter: authorities", "all authorities", "Only requirements of those authorities"),
    "citations": (
        "Filter: citations",
        "all citations",
        "Only requirements or rules so cited, their paragraphs included",
    ),
    "workers": ("Filter: workers", "everyone", "Only the workers named"),
}


def parameter_rows(scope: Scope, promises: Iterable[tuple[str, str | None]], *, earlier: str | None = None) -> Rows:
    """Instants and filters, then the promises and service levels of the configuration and policy."""
    run = scope.run
    stated = [
        ("As of", f"{run.as_of:%Y-%m-%d %H:%M:%S} UTC", "The instant this speaks about"),
        (
            "Known at",
            f"{run.known_at:%Y-%m-%d %H:%M:%S} UTC",
            "The newest knowledge used: nothing loaded or recorded later",
        ),
        (
            "Time zone of the organisation",
            run.organisation_timezone,
            "Zone of dates that name no site; all times here are UTC",
        ),
        (
            "Period from",
            f"{scope.period_from:%Y-%m-%d %H:%M:%S} UTC" if scope.period_from else "none (from the first record)",
            "States, gaps and events before it are left out",
        ),
        (
            "Period to",
            f"{scope.period_to:%Y-%m-%d %H:%M:%S} UTC",
            "The last instant included; never after the as-of instant",
        ),
        *_filter_lines(scope),
        ("Filter: severity, cause, owner", "none", "Nothing is left out by these"),
        (
            "Sample",
            f"{scope.sample_size:,} worker-requirements, seed {scope.sample_seed}" if scope.sample_size else "none",
            "Drawn on Sample for a tester; every row of the scope is on the other sheets",
        ),
        (
            "Compared with",
            earlier or "none",
            "The earlier export that Change log restates; without one it holds the weeks alone",
        ),
        ("Policy", run.policy_sha256, "SHA-256 of the policy tables used"),
        ("Grace and validity", "per requirement", "See Requirements, columns Grace days and Validity months"),
        ("Service level where none is named", "24 h", "The default of the policy"),
    ]
    rows = [
        [Cell(name, Kind.LONG, style="label"), Cell(value, Kind.LONG), Cell(note, style="note")]
        for name, value, note in stated
    ]
    return rows + [
        [Cell(name, Kind.LONG, style="label"), Cell(value, Kind.LONG), Cell(None)] for name, value in promises
    ]


def _filter_lines(scope: Scope) -> list[tuple[str, str, str]]:
    lines = []
    for name, chosen in scope.filters.items():
        label, everything, meaning = _FILTERS[name]
        lines.append((label, f"none ({everything})" if chosen is None else "; ".join(chosen), meaning))
    return lines


def logic_rows(texts: Iterable[LogicText]) -> Rows:
    """Every line of every model and question."""
    return [
        [
            Cell(text.name),
            Cell(text.folder),
            Cell(text.sha256),
            Cell(number, Kind.INTEGER),
            Cell(line, Kind.SQL),
        ]
        for text in texts
        for number, line in enumerate(text.sql.split("\n"), start=1)
    ]


def dictionary_rows(tallies: Mapping[str, Tally]) -> Rows:
    """Every column of every sheet, then the formula of every percentage."""
    rows: Rows = []
    for sheet in SHEETS:
        tally = tallies.get(sheet.name)
        for at, column in enumerate(sheet.columns):
            rows.append(
                [
                    Cell(sheet.name),
                    Cell(column.title),
                    Cell(column.name if isinstance(sheet, TableSheet) else None),
                    Cell(KINDS[column.kind]),
                    Cell(column.meaning, Kind.LONG),
                    Cell(tally.blanks[at] if tally else None, Kind.INTEGER),
                    Cell(tally.rows if tally else None, Kind.INTEGER),
                ]
            )
    for name, formula in MEASURES:
        rows.append(
            [
                Cell("Cover"),
                Cell(name),
                Cell(None),
                Cell(KINDS[Kind.PERCENT]),
                Cell(formula, Kind.LONG),
                Cell(None),
                Cell(None),
            ]
        )
    return rows


def sign_off_rows(scope: Scope) -> Rows:
    """Who prepared and who reviewed; decision, signature and date are left to fill in."""
    return [
        [Cell("Prepared by", style="label"), Cell(scope.prepared_by or "not named"), *[Cell(None)] * 3],
        [Cell("Reviewed by", style="label"), Cell(scope.reviewed_by or "not named"), *[Cell(None)] * 3],
    ]


def index_rows(staged: Sequence[StagedSheet], registered: Mapping[str, tuple[str, str]]) -> Rows:
    """One row per sheet; the index itself has no digest here, the manifest states it."""
    rows: Rows = []
    purpose, citation = registered["Index"]
    itself = [
        Cell("Index", style="label"),
        Cell(purpose, Kind.LONG),
        Cell(citation, Kind.LONG),
        Cell(len(staged) + 1, Kind.INTEGER),
        Cell("Its digest is in the manifest", Kind.LONG),
        Cell(None, Kind.LONG),
    ]
    for sheet in staged:
        purpose, citation = registered[sheet.registered]
        rows.append(
            [
                Cell(sheet.name, style="label"),
                Cell(purpose, Kind.LONG),
                Cell(citation, Kind.LONG),
                Cell(sheet.rows, Kind.INTEGER),
                Cell(sheet.note, Kind.LONG),
                Cell(sheet.digest.digest, Kind.LONG),
            ]
        )
        if sheet.registered == "Cover":
            rows.append(itself)
    return rows
