"""The catalogue of checks: one file in ``queries/checks/`` per check, and one generated per published key.

Owns how a check states itself (its header lines) and nothing else; runs no SQL but the listing of models.
Called by ``run_checks`` and by the tests that keep the documentation true.

A file gives the offending rows of a built generation, none = pass::

    -- Check:        every job code of a role is in jobs
    -- Feed:         jobs
    -- Severity:     warning
    -- Rows checked: role_states
    -- Do:           add the job code to the jobs feed, or correct it in HR

``Feed`` is a feed of the contract, ``policy``, ``models``, or ``each``: then the rows carry a column
``feed`` and every configured feed gets a result of its own. ``Rows checked`` names the tables whose rows
were looked at, with ``(at least 1)`` where none at all is a failure. An optional ``Expect`` names a Great
Expectations class with its arguments as JSON; then the rows are those looked at, few by nature, and the
expectation finds the offending ones among them. An optional ``Touches`` says which findings rest on an offending row::

    -- Touches:      worker by worker_id and course_id, site by site

a subject (``SUBJECTS``), the column that names it, and perhaps ``requirement_id`` or ``course_id`` where it concerns
that alone. ``nothing`` is a row on which no finding rests; without the line it is all that rests on the feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb

from gapwatch.errors import ModelError
from gapwatch.feeds import FEEDS
from gapwatch.shipped import query_folder

EACH: Final = "each"
_LINE = re.compile(r"--\s(?P<name>[A-Z][A-Za-z ]*):\s+(?P<text>\S.*)")
_MORE = re.compile(r"--\s{2,}(?P<text>\S.*)")
_TABLES = re.compile(r"(?P<tables>\w+(?:, \w+)*)(?: \(at least (?P<least>\d+)\))?")
_EXPECT = re.compile(r"(?P<name>Expect\w+)\s+(?P<arguments>\{.*\})")


SUBJECTS: Final = ("worker", "account", "course", "completion_site", "site", "job", "requirement")
"""What an offending row can be about; ``queries/findings/touched_workers.sql`` follows each to the people concerned."""

_NOTHING: Final = "nothing"
_TOUCH = re.compile(r"(?P<subject>\w+) by (?P<column>\w+)(?: and (?P<within>requirement_id|course_id))?")

# key columns NULL by contract: nothing site-specific, account actions, orphans, and "all" in sync_latency
_MAY_BE_EMPTY: Final = {
    "any": frozenset({"site"}),
    "event_calls": frozenset({"requirement_id"}),
    "event_responses": frozenset({"requirement_id"}),
    "policy_changes": frozenset({"starts_at", "ends_at"}),  # one of the two
    "stale_accounts": frozenset({"ended_at"}),
    "sync_durations": frozenset({"requirement_id", "requirement_site"}),
    "sync_latency": frozenset({"event_type", "action", "integration_method", "month"}),
    "sync_unjudged": frozenset({"requirement_id", "requirement_site"}),
}


class Severity(StrEnum):
    """How bad a failure is: nothing is published, or it is shown first, or it travels with the findings."""

    BLOCKING = "blocking"
    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Expectation:
    """A Great Expectations class by name, and its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


NO_ROWS: Final = Expectation("ExpectTableRowCountToEqual", {"value": 0})


@dataclass(frozen=True)
class Touch:
    """What an offending row is about: a subject, the column with its id, and the column that narrows it, if any."""

    subject: str
    column: str
    within: str | None = None


@dataclass(frozen=True)
class Check:
    """One check. ``sql`` gives its rows; ``tables`` are those whose row counts add up to rows_checked.

    ``touches`` is None when an offending row concerns all that rests on the feed, empty when it concerns no finding.
    """

    check_id: str
    says: str
    feed: str
    severity: Severity
    tables: tuple[str, ...]
    do: str
    sql: str
    at_least: int = 0
    expectation: Expectation = NO_ROWS
    touches: tuple[Touch, ...] | None = None


def read_catalogue(folder: Path | None = None) -> list[Check]:
    """Every check of ``queries/checks/`` (or of ``folder``), by check_id.

    Raises ModelError for a header that lacks a line or says something unknown.
    """
    folder = folder or query_folder() / "checks"
    return [_read(path) for path in sorted(folder.glob("*.sql"))]


def key_checks(connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """One check per model that states a key: no two rows share it, and no column of it is empty.

    A column that the contract leaves empty (``_MAY_BE_EMPTY``) may be so once per combination of the others.
    """
    rows = connection.execute(
        "select model, key from models where key <> '' and folder in ('state', 'gaps', 'health') order by model"
    ).fetchall()
    return [_key_check(model, key) for model, key in rows]


def _key_check(model: str, key: str) -> Check:
    columns = [column.strip() for column in key.split(",")]
    listed = ", ".join(_quoted(column) for column in columns)
    may_be_empty = _MAY_BE_EMPTY["any"] | _MAY_BE_EMPTY.get(model, frozenset())
    empty = [f"{_quoted(column)} is null" for column in columns if column not in may_be_empty]
    return Check(
        check_id=f"key_{model}",
        says=f"one row of {model} per {key}",
        feed="models",
        severity=Severity.BLOCKING,
        tables=(model,),
        do=f"nothing is published; {model} breaks its key: report it with the rows in check_failures",
        sql=f"select {listed}, count(*) as copies from {_quoted(model)} group by {listed}"
        f" having {' or '.join(['count(*) > 1', *empty])}",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read(path: Path) -> Check:
    sql = path.read_text(encoding="utf-8")
    lines = _header(sql)
    try:
        tables = _matched(_TABLES, lines["Rows checked"])
        feed = lines["Feed"]
        if feed not in (*FEEDS, EACH, "policy", "models"):
            raise ValueError(f"{feed!r} is no feed")
        return Check(
            check_id=path.stem,
            says=lines["Check"],
            feed=feed,
            severity=Severity(lines["Severity"]),
            tables=tuple(tables["tables"].split(", ")),
            do=lines["Do"],
            sql=sql,
            at_least=int(tables["least"] or 0),
            expectation=_expectation(lines.get("Expect")),
            touches=_touches(lines.get("Touches")),
        )
    except KeyError as error:
        raise ModelError(
            f"the check has no line {error.args[0]}", where=path.name, do="add it to the header"
        ) from error
    except ValueError as error:
        raise ModelError(f"the header does not read: {error}", where=path.name, do="correct the header") from error


def _header(sql: str) -> dict[str, str]:
    lines: dict[str, str] = {}
    name = ""
    for text in sql.splitlines():
        if match := _LINE.fullmatch(text):
            name = match["name"]
            lines[name] = match["text"].strip()
        elif name and (match := _MORE.fullmatch(text)):
            lines[name] += " " + match["text"].strip()
        else:
            break
    return lines


def _expectation(text: str | None) -> Expectation:
    if text is None:
        return NO_ROWS
    match = _matched(_EXPECT, text)
    return Expectation(match["name"], json.loads(match["arguments"]))


def _touches(text: str | None) -> tuple[Touch, ...] | None:
    if text is None:
        return None
    if text == _NOTHING:
        return ()
    touches = tuple(Touch(**_matched(_TOUCH, part).groupdict()) for part in text.split(", "))
    for touch in touches:
        if touch.subject not in SUBJECTS:
            raise ValueError(f"{touch.subject!r} is no subject: {', '.join(SUBJECTS)}")
    return touches


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r}")
    return match
