"""Runs the catalogue on a built generation: DuckDB finds rows, Great Expectations judges, results are kept.

Owns the precedence of outcomes: a check that could not be evaluated is an ``error``, whatever else it
found. Decides no rule: rows come from the SQL of the check, the judgement from its expectation. Called by
the pipeline, on its own writable connection, after the models are built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from gapwatch.checks.catalogue import EACH, NO_ROWS, Check, Expectation, key_checks, read_catalogue
from gapwatch.checks.results import KEPT_FAILURES, CheckResult, Status, write_results
from gapwatch.checks.subjects import add_subjects, start_subjects

if TYPE_CHECKING:
    import pandas as pd

    from gapwatch.checks.expectations import Verdict

_Sizes = dict[tuple[str, str], list[tuple[str, int]]]  # by table and what it is counted by: for what, and rows


@dataclass(frozen=True)
class _Finding:
    """What DuckDB found for one check; the mappings are by feed, one entry unless the check says ``each``.

    ``frame`` holds the check's rows (of offending rows the first ``KEPT_FAILURES``), ``as_json`` the same
    rows as text.
    """

    check: Check
    checked: Mapping[str, int]
    found: Mapping[str, int] = field(default_factory=dict)
    frame: pd.DataFrame | None = None
    as_json: tuple[str, ...] = ()
    error: str | None = None


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    *,
    checks: Sequence[Check] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[CheckResult]:
    """Evaluate the catalogue (or ``checks``) and write its tables, replacing earlier ones.

    One result per check, or per check and configured feed where the check says ``each``, by check_id and
    feed. ``progress`` is called with (check_id, number done, number in all). The connection must not be
    in a transaction. Raises only when the generation cannot be written; a check that fails to run is a
    result with status ``error``.
    """
    if checks is None:
        checks = [*read_catalogue(), *key_checks(connection)]
    start_subjects(connection, checks)
    findings: list[_Finding] = []
    sizes: _Sizes = {}
    for done, check in enumerate(checks, start=1):
        findings.append(_look(connection, check, sizes))
        if progress is not None:
            progress(check.check_id, done, len(checks))
    connection.execute("drop table if exists temp.rows_of_check")
    verdicts = _verdicts(findings)
    results: list[CheckResult] = []
    failures: dict[str, list[str]] = {}
    for finding in findings:
        positions = _offending(finding, verdicts)
        results += _conclude(finding, verdicts, positions)
        failures[finding.check.check_id] = [finding.as_json[position] for position in positions]
    results.sort(key=lambda result: (result.check_id, result.feed))
    write_results(connection, results=results, failures=failures)
    return results


def create_empty_results(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables that ``run_checks`` writes, without a row: what reads them is to be understood rather than filled."""
    start_subjects(connection, ())
    write_results(connection, results=(), failures={})


def _look(connection: duckdb.DuckDBPyConnection, check: Check, sizes: _Sizes) -> _Finding:
    """Run the check's SQL. What DuckDB cannot run becomes the finding's ``error``."""
    import pandas as pd

    checked: dict[str, int] = {check.feed: 0}
    try:
        checked = _count_checked(connection, check, sizes)
        made = connection.execute(f"create or replace temp table rows_of_check as {check.sql}").fetchall()
        if made == [(0,)] and check.expectation == NO_ROWS:
            return _Finding(check, checked, frame=pd.DataFrame())  # most checks, most of the time
        if check.feed == EACH:
            counts = connection.execute("select feed, count(*) from rows_of_check group by feed").fetchall()
        else:
            counts = [(check.feed, made[0][0])]
        add_subjects(connection, check, rows="rows_of_check")
        limit = f"limit {KEPT_FAILURES}" if check.expectation == NO_ROWS else ""
        frame = connection.execute(
            "select rows_of_check.*, to_json(rows_of_check)::varchar as row_as_json from rows_of_check"
            f" order by row_as_json {limit}"
        ).df()
    except duckdb.Error as error:
        return _Finding(check, checked, error=str(error).partition("\n")[0])
    as_json = tuple(str(text) for text in frame.pop("row_as_json"))
    return _Finding(check, checked, dict(counts), frame, as_json)


def _count_checked(connection: duckdb.DuckDBPyConnection, check: Check, sizes: _Sizes) -> dict[str, int]:
    """Rows of the check's tables, by feed; for ``each`` every configured feed has an entry. Each table is counted once:
    what is counted is in ``sizes``.
    """
    checked = {check.feed: 0}
    if check.feed == EACH:
        checked = {feed: 0 for (feed,) in connection.execute("select distinct feed from sources").fetchall()}
    for table in check.tables:
        by = "feed" if check.feed == EACH else "null"
        if (table, by) not in sizes:
            sql = f'select {by} as counted_for, count(*) from "{table}" group by counted_for'
            sizes[table, by] = connection.execute(sql).fetchall()
        for feed, count in sizes[table, by]:
            name = feed if check.feed == EACH else check.feed
            checked[name] = checked.get(name, 0) + count
    return checked


def _verdicts(findings: Sequence[_Finding]) -> dict[str, Verdict]:
    """What Great Expectations says of each check that ran. Counts that must keep the same bound are one question: those
    of all checks that must find no row, and of all that must have had so many to look at.
    """
    import pandas as pd

    from gapwatch.checks.expectations import Question, Verdict, judge

    ran = [finding for finding in findings if finding.frame is not None]
    bounds: dict[tuple[str, int], dict[str, list[int]]] = {}
    for finding in ran:
        check = finding.check
        if check.expectation == NO_ROWS:
            bounds.setdefault(("max_value", 0), {})[check.check_id] = [sum(finding.found.values())]
        if check.at_least:
            bounds.setdefault(("min_value", check.at_least), {})[_enough(check)] = list(finding.checked.values())
    questions = [
        Question(finding.check.check_id, finding.frame, finding.check.expectation)
        for finding in ran
        if finding.frame is not None and finding.check.expectation != NO_ROWS
    ]
    for (bound, value), counts in bounds.items():
        tally = pd.DataFrame({"rows": [count for each in counts.values() for count in each]})
        expectation = Expectation("ExpectColumnValuesToBeBetween", {"column": "rows", bound: value})
        questions.append(Question(f"{bound} {value}", tally, expectation))
    verdicts = judge(questions)
    for (bound, value), counts in bounds.items():
        said = verdicts.pop(f"{bound} {value}")
        first = 0
        for name, each in counts.items():
            broken = tuple(row - first for row in said.rows if first <= row < first + len(each))
            verdicts[name] = Verdict(holds=said.error is None and not broken, rows=broken, error=said.error)
            first += len(each)
    return verdicts


def _enough(check: Check) -> str:
    return f"{check.check_id}.rows_checked"


def _offending(finding: _Finding, verdicts: Mapping[str, Verdict]) -> tuple[int, ...]:
    """The positions in the finding's rows that break the expectation."""
    verdict = verdicts.get(finding.check.check_id)
    if verdict is None or verdict.error is not None or verdict.holds:
        return ()
    if finding.check.expectation == NO_ROWS:
        return tuple(range(len(finding.as_json)))
    return verdict.rows


def _conclude(finding: _Finding, verdicts: Mapping[str, Verdict], positions: tuple[int, ...]) -> list[CheckResult]:
    """The results of one check. An error outranks a failure, a failure a pass."""
    check, frame = finding.check, finding.frame
    verdict, enough = verdicts.get(check.check_id), verdicts.get(_enough(check))
    error = finding.error or next((one.error for one in (verdict, enough) if one and one.error), None)
    if error is not None or verdict is None or frame is None:
        detail = f"could not be evaluated, so nothing is known of it: {check.says}. {error}"
        return [_result(check, feed, Status.ERROR, n, 0, detail) for feed, n in finding.checked.items()]
    failed = dict(finding.found)
    if check.expectation != NO_ROWS:
        failed = {check.feed: len(positions)}
        if check.feed == EACH:
            failed = dict(frame.iloc[list(positions)]["feed"].value_counts())
    short = {feed for place, feed in enumerate(finding.checked) if enough and place in enough.rows}
    results = []
    for feed, count in finding.checked.items():
        broken = int(failed.get(feed, 0))
        if broken or (not verdict.holds and not positions):
            detail = f"{check.says}: not so in {broken:,} {'row' if broken == 1 else 'rows'}"
            detail += f"{_examples(finding, positions, feed)}. Do: {check.do}"
        elif feed in short:
            detail = f"{check.says}: there was nothing to look at. Do: {check.do}"
        else:
            results.append(_result(check, feed, Status.PASS, count, 0, check.says))
            continue
        results.append(_result(check, feed, Status.FAIL, count, broken, detail))
    return results


def _examples(finding: _Finding, positions: tuple[int, ...], feed: str) -> str:
    """Up to three values of the first column of the offending rows; by convention it says which row it is."""
    if finding.frame is None or not positions:
        return ""
    rows = finding.frame.iloc[list(positions)]
    if finding.check.feed == EACH:
        rows = rows[rows["feed"] == feed].drop(columns="feed")
    if not len(rows.columns):
        return ""
    column = rows.columns[0]
    values = [str(value) for value in rows[column].dropna().drop_duplicates()[:3]]
    return f" ({column} {', '.join(values)})" if values else ""


def _result(check: Check, feed: str, status: Status, count: int, failed: int, detail: str) -> CheckResult:
    return CheckResult(check.check_id, feed, check.severity, status, count, failed, detail)
