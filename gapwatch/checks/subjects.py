"""What offending rows are about: the tables by which a failed check finds its way to the findings that rest on it.

Owns ``check_subjects`` (check_id, feed, subject, subject_id, requirement_id, course_id, rows_failed): one row per
failed check and thing that its offending rows name, all of them, not only those kept in ``check_failures``; and
``check_texts`` (check_id, must_hold, what_to_do). Which findings that are is decided by ``queries/findings``. Called by
``run_checks``.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from gapwatch.checks.catalogue import EACH, NO_ROWS, Check
from gapwatch.warehouse.rows import insert_rows

_TABLES = """
    create or replace table check_subjects (
        check_id varchar, feed varchar, subject varchar, subject_id varchar, requirement_id varchar, course_id varchar,
        rows_failed bigint
    );
    create or replace table check_texts (check_id varchar, must_hold varchar, what_to_do varchar)
"""


def start_subjects(connection: duckdb.DuckDBPyConnection, checks: Iterable[Check]) -> None:
    """Replace both tables: the second with these checks, the first without a row."""
    connection.execute(_TABLES)
    insert_rows(connection, "check_texts", [(check.check_id, check.says, check.do) for check in checks])


def add_subjects(connection: duckdb.DuckDBPyConnection, check: Check, *, rows: str) -> None:
    """Add what the offending rows of that check, which are in the table ``rows``, are about.

    A check that concerns no finding adds the subject ``nothing``; one that concerns all that rests on its feed, none.
    """
    if check.expectation != NO_ROWS:
        return  # its rows are those looked at
    feed = "feed" if check.feed == EACH else "$feed"
    bound = {"check_id": check.check_id} | ({} if check.feed == EACH else {"feed": check.feed})
    if check.touches is not None and not check.touches:
        connection.execute(
            f"insert into check_subjects by name select $check_id as check_id, {feed} as feed, 'nothing' as subject,"
            f" count(*) as rows_failed from {rows} group by all",
            bound,
        )
    for touch in check.touches or ():
        within = f", {touch.within}" if touch.within else ""
        connection.execute(
            f"insert into check_subjects by name select $check_id as check_id, {feed} as feed, $subject as subject,"
            f' cast("{touch.column}" as varchar) as subject_id{within}, count(*) as rows_failed from {rows}'
            f' where "{touch.column}" is not null group by all',
            bound | {"subject": touch.subject},
        )
