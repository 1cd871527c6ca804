"""Every check passes on a clean generation and fails on the defect it is there for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from checks.small_generation import build_loads_in_force, build_small_generation, insert_load

from gapwatch.checks import Check, CheckResult, Severity, Status, read_catalogue, run_checks
from gapwatch.checks.catalogue import Expectation, key_checks

_CATALOGUE = {check.check_id: check for check in read_catalogue()}

# check_id -> the defect. {L}: the load of role history.
_DEFECTS = {
    "accounts_ambiguous": "update account_links set status = 'ambiguous'",
    "accounts_name_unknown_worker": "update staged_lms_accounts set worker_ref = 'W9'",
    "accounts_without_creation": "update staged_lms_accounts set created_at = null",
    "assignments_name_unknown_account": "update staged_lms_assignments set account_id = 'A9'",
    "assignments_name_unknown_course": "update staged_lms_assignments set course_id = 'C9'",
    "assignments_vanished": """
        insert into record_changes by name
            select 'lms_assignments' as feed, 'lms' as source, 'S1' as record_id, 'removed' as change
    """,
    "changes_before_status": "update carried_role_rows set status = null",
    "changes_incomplete": "update folded_lms_accounts set is_deleted = false",
    "columns_drift": "update loads set drift = ['Shoe_Size'] where feed = 'workers'",
    "completions_changed": """
        insert into record_changes by name
            select 'lms_completions' as feed, 'lms' as source, 'C1' as record_id, 'altered' as change
    """,
    "completions_from_future": "update staged_lms_completions set completed_at = '2026-03-02'",
    "completions_missing": "delete from staged_lms_completions",
    "completions_name_unknown_account": "update staged_lms_completions set account_id = 'A9'",
    "completions_name_unknown_course": "update staged_lms_completions set course_id = 'C9'",
    "completions_name_unknown_site": "update staged_lms_completions set site = 'Bayport'",
    "compliance_percentages": "update compliance set requirement_compliance_pct = 100.5 where site = 'BAY1'",
    "contingent_without_end": "update role_states set employment_type = 'agency'",
    "credits_name_unknown_course": "update policy_course_credits set course_id = 'C9'",
    "duplicate_keys_rejected": """
        update loads set rows_accepted = 999, rows_rejected = 1 where feed = 'lms_accounts';
        insert into rejects values
            ('L-lms_accounts', 3, 'account_id', 'A1', 'duplicate key account_id; row 2 holds', '{}')
    """,
    "exceptions_without_effect": "update policy_exceptions set approved_by = ' A@X'",
    "feeds_empty": "delete from staged_lms_logins",
    "gap_days_add_up": "update gaps set days_never_assigned = 30",
    "gaps_match_timeline": "delete from gaps",
    "intervals_end_after_start": "update credential_periods set valid_to = valid_from",
    "job_codes_unknown": "update role_states set job_code = 'OPX'",
    "job_codes_without_profile": "update role_states set training_profile = null",
    "load_rows_add_up": "update loads set rows_accepted = 999 where feed = 'sites'",
    "loads_held": """
        insert into loads
            select * replace ('L-2' as load_id, 'held' as status) from loads where feed = 'workers';
        update loads set loaded_at = '2026-02-28 12:00' where load_id = 'L-workers'
    """,
    "loads_late": "update loads set loaded_at = '2026-02-27 12:00' where feed = 'jobs'",
    "loads_overdue": "update loads set loaded_at = '2026-02-20' where feed = 'jobs'",
    "logins_name_unknown_account": "update staged_lms_logins set account_id = 'A9'",
    "one_run": "insert into run_parameters select * from run_parameters",
    "overrides_without_effect": "update policy_identity_overrides set worker_id = 'W9'",
    "policy_names_unknown_site": "update policy_retrain_orders set site = 'BAY9'",
    "records_deficient": "update staged_lms_completions set evaluator = null",
    "references_from_two_sources": """
        insert into staged_jobs by name select 'OP' as job_code, 'other' as source
    """,
    "rejects_above_10_pct": """
        update loads set rows_accepted = 899, rows_rejected = 101 where feed = 'workers';
        insert into rejects select 'L-workers', range, 'hired_on', 'x', 'no date', '{}' from range(101)
    """,
    "rejects_above_1_pct": """
        update loads set rows_accepted = 989, rows_rejected = 11 where feed = 'workers';
        insert into rejects select 'L-workers', range, 'hired_on', 'x', 'no date', '{}' from range(11)
    """,
    "requirement_without_site": "update requirement_periods set site = null",
    "requirements_without_course": "delete from policy_course_credits",
    "requirements_without_rule": "update policy_requirement_rules set requirement_id = 'HAZ'",
    "role_overlaps": """
        insert into role_states select * replace (timestamp '2026-01-15' as valid_from) from role_states
    """,
    "roles_missing": "delete from staged_role_history",
    "roles_without_job_code": "update role_states set job_code = null",
    "roles_without_worker": "update staged_role_history set worker_id = 'W2'",
    "rules_reach_nobody": "update requirement_periods set rule_ids = 'R-10'",
    "site_names_vary": "update staged_role_history set site = 'Bay 1'",
    "sites_unknown": "update role_states set site = 'BAY9'",
    "sites_without_timezone": "update staged_sites set timezone = 'Central'",
    "sync_days_silent": "update sync_run_days set is_silent = true",
    "terminations_without_date": """
        update loads set rows_accepted = 999, rows_rejected = 1 where feed = 'role_history';
        insert into rejects values (
            'L-role_history', 3, 'effective_from', null, 'termination without a date', '{}'
        )
    """,
    "timeline_after_as_of": """
        update compliance_timeline set valid_to = '2026-03-02' where state = 'trained'
    """,
    "timeline_causes": "update compliance_timeline set owner = 'hr' where cause = 'never_assigned'",
    "timeline_overlaps": """
        update compliance_timeline set valid_from = '2026-01-31' where state = 'trained'
    """,
    "unsynced_match_answers": "update unsynced_events set actions_late = 2 where event_id = 'E3'",
    "verdicts_match_times": """
        update event_responses set responded_at = '2026-01-02 00:00:01' where verdict = 'on_time'
    """,
    "workers_absent_from_snapshot": "update staged_absences set present_again_at = null",
    "writeback_differs": "update writeback set status = 'late' where status = 'pending'",
    "workers_without_role": "delete from staged_role_history",
}


@pytest.fixture
def generation() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = build_small_generation()
    yield connection
    connection.close()


def _failed(results: list[CheckResult]) -> dict[str, CheckResult]:
    return {result.check_id: result for result in results if result.status is not Status.PASS}


def test_every_check_passes_on_a_clean_generation(generation: duckdb.DuckDBPyConnection) -> None:
    results = run_checks(generation)
    assert _failed(results) == {}
    assert {result.check_id for result in results} == {*_CATALOGUE, "key_gaps", "key_compliance"}
    assert all(result.rows_checked > 0 for result in results if result.feed != "sync_errors")
    assert generation.execute("select count(*) from check_results").fetchone() == (len(results),)
    assert generation.execute("select count(*) from check_failures").fetchone() == (0,)


def test_every_check_has_a_defect() -> None:
    assert set(_DEFECTS) == set(_CATALOGUE)


@pytest.mark.parametrize("check_id", sorted(_DEFECTS))
def test_the_defect_fails_its_check(generation: duckdb.DuckDBPyConnection, check_id: str) -> None:
    generation.execute(_DEFECTS[check_id])
    results = _failed(run_checks(generation, checks=[_CATALOGUE[check_id]]))
    assert set(results) == {check_id}
    assert results[check_id].status is Status.FAIL, results[check_id].detail
    assert _CATALOGUE[check_id].do in results[check_id].detail


def test_offending_rows_are_counted_and_kept_up_to_a_thousand(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute("insert into account_links select 'B' || range, null, null, 'ambiguous', null from range(1500)")
    (result,) = run_checks(generation, checks=[_CATALOGUE["accounts_ambiguous"]])
    assert (result.rows_checked, result.rows_failed) == (1501, 1500)
    assert "(account_id B0, B1, B10)" in result.detail
    kept = generation.execute('select row_number, "row" from check_failures order by row_number').fetchall()
    assert len(kept) == 1000
    assert kept[0][0] == 1
    assert json.loads(kept[0][1]) == {"account_id": "B0"}


def _subjects(generation: duckdb.DuckDBPyConnection, *check_ids: str) -> list[tuple[object, ...]]:
    run_checks(generation, checks=[_CATALOGUE[check_id] for check_id in check_ids])
    return generation.execute(
        "select check_id, feed, subject, subject_id, requirement_id, course_id, rows_failed from check_subjects"
        " order by all"
    ).fetchall()


def test_what_all_offending_rows_are_about_is_kept(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute("insert into account_links select 'B' || range, null, null, 'ambiguous', null from range(1500)")
    kept = _subjects(generation, "accounts_ambiguous")
    assert len(kept) == 1500
    assert kept[0] == ("accounts_ambiguous", "lms_accounts", "account", "B0", None, None, 1)


def test_an_offending_row_is_about_what_its_check_says(generation: duckdb.DuckDBPyConnection) -> None:
    for check_id in ("exceptions_without_effect", "rules_reach_nobody", "rejects_above_10_pct"):
        generation.execute(_DEFECTS[check_id])
    generation.execute("""
        insert into record_changes by name select
            'lms_completions' as feed, 'P1' as record_id, 'altered' as change, 'A1' as account_id, 'C1' as course_id
            from range(3)
    """)
    kept = _subjects(
        generation, "completions_changed", "exceptions_without_effect", "rules_reach_nobody", "rejects_above_10_pct"
    )
    assert kept == [
        ("completions_changed", "lms_completions", "account", "A1", None, "C1", 3),
        ("exceptions_without_effect", "policy", "worker", "W1", "PSM", None, 1),
        ("rules_reach_nobody", "policy", "nothing", None, None, None, 1),
    ]
    texts = generation.execute("select must_hold, what_to_do from check_texts order by check_id").fetchall()
    assert texts[0] == (_CATALOGUE["completions_changed"].says, _CATALOGUE["completions_changed"].do)
    assert len(texts) == 4


@pytest.mark.parametrize("check_id", sorted(one for one, check in _CATALOGUE.items() if check.touches))
def test_the_defect_is_about_something(generation: duckdb.DuckDBPyConnection, check_id: str) -> None:
    generation.execute(_DEFECTS[check_id])
    if check_id in ("assignments_vanished", "completions_changed"):
        generation.execute("update record_changes set account_id = 'A1', course_id = 'C1'")
    if check_id == "writeback_differs":
        generation.execute("update writeback set status = 'missing_in_lms'")
    assert {row[0] for row in _subjects(generation, check_id)} == {check_id}


def test_a_check_of_each_feed_blames_the_feed(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute(_DEFECTS["rejects_above_10_pct"])
    results = run_checks(generation, checks=[_CATALOGUE["rejects_above_10_pct"]])
    assert [result.feed for result in results if result.status is Status.FAIL] == ["workers"]
    assert len(results) == 12


def test_drift_is_told_by_name_and_feed(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute(_DEFECTS["columns_drift"])
    generation.execute("""
        insert into schema_drift values
            ('workers', 'workers', 'L-workers', 'Shoe_Size', 'new', true),
            ('workers', 'workers', 'L-workers', 'Grade', 'gone', false),
            ('sites', 'sites', 'L-sites', 'Zone', 'gone', true)
    """)
    results = _failed_feeds(run_checks(generation, checks=[_CATALOGUE["columns_drift"]]))
    assert {feed: result.rows_failed for feed, result in results.items()} == {"sites": 1, "workers": 1}
    rows = generation.execute('select "row" from check_failures order by row_number').fetchall()
    told = [json.loads(row[0]) for row in rows]
    assert [(row["feed"], row["column_name"], row["change"]) for row in told] == [
        ("workers", "Shoe_Size", "new, unknown"),
        ("sites", "Zone", "gone"),
    ]
    assert "column_name Zone" in results["sites"].detail


def _failed_feeds(results: list[CheckResult]) -> dict[str, CheckResult]:
    return {result.feed: result for result in results if result.status is not Status.PASS}


def test_rejects_of_a_replaced_load_no_longer_count(generation: duckdb.DuckDBPyConnection) -> None:
    check = _CATALOGUE["terminations_without_date"]
    generation.execute(_DEFECTS[check.check_id])
    generation.execute("update loads set loaded_at = '2026-02-28' where feed = 'role_history'")
    insert_load(generation, "L-next", feed="role_history")
    build_loads_in_force(generation)
    assert _failed(run_checks(generation, checks=[check])) == {}
    generation.execute("""
        update loads set status = 'unchanged', content_load_id = 'L-role_history' where load_id = 'L-next'
    """)
    build_loads_in_force(generation)
    assert set(_failed(run_checks(generation, checks=[check]))) == {check.check_id}


def test_a_generation_without_organisation_row_is_not_a_pass(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute("delete from compliance")
    (result,) = run_checks(generation, checks=[_CATALOGUE["compliance_percentages"]])
    assert result.status is Status.FAIL
    assert result.is_blocking
    assert "nothing to look at" in result.detail


def test_a_missing_table_is_an_error_that_blocks(generation: duckdb.DuckDBPyConnection) -> None:
    generation.execute("drop table gaps")
    results = _failed(run_checks(generation))
    assert {"gap_days_add_up", "gaps_match_timeline", "intervals_end_after_start", "key_gaps"} == set(results)
    assert {result.status for result in results.values()} == {Status.ERROR}
    assert all(result.is_blocking for result in results.values())
    assert "gaps" in results["gap_days_add_up"].detail


def test_an_expectation_that_errs_is_an_error_though_rows_were_found(
    generation: duckdb.DuckDBPyConnection,
) -> None:
    broken = Expectation("ExpectColumnValuesToBeBetween", {"column": "not_there", "min_value": 0})
    check = replace(_CATALOGUE["compliance_percentages"], expectation=broken)
    (result,) = run_checks(generation, checks=[check])
    assert result.status is Status.ERROR
    assert result.rows_failed == 0
    assert "could not be evaluated" in result.detail


def test_keys_of_published_models_are_checked(generation: duckdb.DuckDBPyConnection) -> None:
    checks = {check.check_id: check for check in key_checks(generation)}
    assert set(checks) == {"key_gaps", "key_compliance"}
    assert all(check.severity is Severity.BLOCKING for check in checks.values())
    generation.execute("insert into gaps select * from gaps")
    assert set(_failed(run_checks(generation, checks=list(checks.values())))) == {"key_gaps"}
    generation.execute("delete from gaps; insert into gaps (worker_id) values ('W1')")
    assert set(_failed(run_checks(generation, checks=list(checks.values())))) == {"key_gaps"}
    generation.execute("insert into compliance (site) values (null)")
    assert set(_failed(run_checks(generation, checks=list(checks.values())))) == set(checks)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'skip'",
        "problem = 'starts_on is no date'",
        "reason = null",
        "approved_at = null",
        "ends_on = '2025-12-31'",
        "approved_by = 'w1'",
        "approved_by = 'DANA@x'",
        "approved_by = 'Dana'",
        "worker_id = 'W9'",
    ],
)
def test_exceptions_that_have_no_effect(generation: duckdb.DuckDBPyConnection, change: str) -> None:
    generation.execute(f"update policy_exceptions set {change}")
    assert _failed(run_checks(generation, checks=[_CATALOGUE["exceptions_without_effect"]]))


@pytest.mark.parametrize(
    "change",
    [
        "verdict = 'early' where verdict = 'on_time'",
        "verdict = 'missing' where verdict = 'pending'",
        "verdict = 'late' where verdict = 'early'",
        "verdict = null where verdict = 'late'",
        "responded_at = '2026-01-01' where verdict = 'not_evaluable'",
    ],
)
def test_verdicts_that_contradict_their_times(generation: duckdb.DuckDBPyConnection, change: str) -> None:
    generation.execute(f"update event_responses set {change}")
    assert _failed(run_checks(generation, checks=[_CATALOGUE["verdicts_match_times"]]))


def test_progress_is_told(generation: duckdb.DuckDBPyConnection) -> None:
    told: list[tuple[str, int, int]] = []
    checks: list[Check] = list(_CATALOGUE.values())[:3]
    run_checks(generation, checks=checks, progress=lambda *step: told.append(step))
    assert told == [(check.check_id, place, 3) for place, check in enumerate(checks, start=1)]
