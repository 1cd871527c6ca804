"""The generated company: how much of everything, how likely it looks, and always the same."""

from __future__ import annotations

import duckdb
import pytest

from gapwatch.bench.company import generate_company

WORKERS = 500


def _number(connection: duckdb.DuckDBPyConnection, statement: str) -> float:
    rows = connection.execute(statement).fetchall()
    return float(rows[0][0])


def _staged(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The staged tables, each with its columns."""
    rows = connection.execute(
        "select table_name, list(column_name order by column_name) from information_schema.columns"
        " where table_name like 'staged_%' group by table_name"
    ).fetchall()
    return {str(table): list(columns) for table, columns in rows}


def _fingerprint(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> tuple[object, ...]:
    listed = ", ".join(columns)
    return connection.execute(f"select count(*), sum(hash(row({listed}))) from {table}").fetchall()[0]


@pytest.mark.parametrize(
    ("table", "per_worker"),
    [("staged_role_history", 3), ("staged_lms_completions", 30), ("staged_lms_assignments", 24)],
)
def test_a_worker_has_ten_years_of_rows(company: duckdb.DuckDBPyConnection, table: str, per_worker: int) -> None:
    rows = _number(company, f"select count(*) from {table}")
    assert rows / WORKERS == pytest.approx(per_worker, rel=0.1)


def test_the_company_is_likely(company: duckdb.DuckDBPyConnection) -> None:
    compliance = _number(company, "select requirement_compliance_pct from compliance where site is null")
    assert 85 <= compliance <= 93
    assert 2 <= _number(company, "select count(*) from gaps") / WORKERS <= 5


@pytest.mark.parametrize(
    "something",
    [
        "gaps where cause = 'not_recorded'",
        "gaps where cause = 'no_account'",
        "gaps where cause = 'never_assigned'",
        "gaps where cause = 'assignment_removed'",
        "gaps where cause = 'expired_unassigned'",
        "gaps where cause = 'expired'",
        "gaps where cause = 'not_completed'",
        "compliance_timeline where state = 'in_grace'",
        "compliance_timeline where state = 'on_leave'",
        "compliance_timeline where state = 'waived'",
        "compliance_timeline where site is not null",
        "credential_periods where ended_by = 'retrain_event'",
        "credential_periods where ended_by = 'validity'",
        "account_links where method = 'email'",
        "account_links where status = 'unlinked'",
        "hr_events where event_type = 'role_change'",
        "hr_events where event_type = 'transfer'",
        "hr_events where event_type = 'contract_end'",
        "hr_events where event_type = 'leave_return'",
        "stale_accounts where kind = 'stale' and is_open",
        "event_responses where verdict = 'missing'",
        "event_responses where verdict = 'pending'",
    ],
)
def test_the_company_has_some_of(company: duckdb.DuckDBPyConnection, something: str) -> None:
    assert _number(company, f"select count(*) from {something}") > 0


def test_nothing_is_dated_after_as_of(company: duckdb.DuckDBPyConnection) -> None:
    for table, column in (("staged_lms_completions", "completed_at"), ("staged_lms_assignments", "assigned_at")):
        late = f"select count(*) from {table} where {column} > (select as_of from run_parameters)"
        assert _number(company, late) == 0


def test_the_same_number_gives_the_same_company(company: duckdb.DuckDBPyConnection) -> None:
    staged = _staged(company)
    assert len(staged) > 10
    with duckdb.connect() as again:
        again.execute("set threads = 1")
        generate_company(again, workers=WORKERS)
        assert _staged(again) == staged
        for table, columns in staged.items():
            assert _fingerprint(again, table, columns) == _fingerprint(company, table, columns), table


def test_the_large_tables_are_as_staging_leaves_them(company: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect() as long_way:
        generate_company(long_way, workers=WORKERS, through_staging=True)
        for table, key in (("staged_lms_completions", "completion"), ("staged_lms_assignments", "assignment")):
            # The keys may have holes, but must number the same rows in the same order.
            columns = [name for name in _staged(company)[table] if name != f"{key}_key"]
            assert _fingerprint(long_way, table, columns) == _fingerprint(company, table, columns)
            order = f"select list({key}_id order by {key}_key) from {table}"
            assert long_way.execute(order).fetchall() == company.execute(order).fetchall()
