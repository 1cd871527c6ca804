"""A generation of one worker in which every check passes, to plant one defect at a time in."""

from __future__ import annotations

import duckdb

from gapwatch.feeds import FEEDS
from gapwatch.shipped import query_folder
from gapwatch.warehouse.ledger import LEDGER_SCHEMA

_POLICY_PLACE = "file_name varchar, row_number bigint"

_TABLES = f"""
create table run_parameters (
    run_id varchar, as_of timestamp, known_at timestamp, policy_sha256 varchar,
    organisation_name varchar, organisation_timezone varchar
);
create table sources (
    source varchar, feed varchar, path varchar, mode varchar, timezone varchar, covers_from timestamp,
    expect_every_hours double
);
create table rejects (
    load_id varchar, row_number bigint, column_name varchar, raw_value varchar, reason varchar, "row" varchar
);
create table time_zones (timezone varchar);
create table models (model varchar, folder varchar, key varchar);
create table policy_requirements (
    requirement_id varchar, title varchar, severity varchar, validity_months bigint, is_site_specific boolean,
    required_evidence varchar, {_POLICY_PLACE}
);
create table policy_requirement_rules (
    rule_id varchar, requirement_id varchar, job_code varchar, training_profile varchar, department varchar,
    site varchar, {_POLICY_PLACE}
);
create table policy_course_credits (
    course_id varchar, requirement_id varchar, site varchar, valid_from date, valid_to date, {_POLICY_PLACE}
);
create table policy_exceptions (
    exception_id varchar, worker_id varchar, requirement_id varchar, kind varchar, starts_on date,
    ends_on date, reason varchar, requested_by varchar, approved_by varchar, approved_at timestamp,
    problem varchar, {_POLICY_PLACE}
);
create table policy_retrain_orders (requirement_id varchar, site varchar, effective_on date, {_POLICY_PLACE});
create table policy_identity_overrides (
    account_id varchar, worker_id varchar, decided_by varchar, decided_at timestamp, {_POLICY_PLACE}
);
create table account_links (
    account_id varchar, worker_id varchar, person_id varchar, status varchar, method varchar
);
create table role_states (
    worker_id varchar, assignment_key varchar, valid_from timestamp, valid_to timestamp, status varchar,
    employment_type varchar, job_code varchar, training_profile varchar, site varchar, agency varchar,
    contract_end_on date
);
create table requirement_periods (
    worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp, valid_to timestamp,
    rule_ids varchar
);
create table credential_periods (
    worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp, valid_to timestamp,
    kind varchar, completion_id varchar, ended_by varchar
);
create table compliance_timeline (
    worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp, valid_to timestamp,
    state varchar, cause varchar, owner varchar
);
create table gaps (
    gap_id varchar, worker_id varchar, requirement_id varchar, site varchar, opened_at timestamp,
    closed_at timestamp, exposure_days double, days_not_recorded double, days_no_account double,
    days_never_assigned double, days_assignment_removed double, days_expired_unassigned double,
    days_expired double, days_not_completed double
);
create table event_responses (
    event_id varchar, worker_id varchar, action varchar, requirement_id varchar, clock_at timestamp,
    due_at timestamp, responded_at timestamp, latency_hours double, verdict varchar
);
create table unsynced_events (event_id varchar, actions_missing bigint, actions_late bigint);
create table compliance (site varchar, trained bigint, gap bigint, requirement_compliance_pct double);
create table staged_absences (
    source varchar, worker_id varchar, assignment_key varchar, finding varchar, last_seen_at timestamp,
    absent_since timestamp, present_again_at timestamp, is_ended boolean
);
create table writeback (
    worker_id varchar, course_id varchar, completed_at timestamp, status varchar, completion_id varchar
);
create table record_changes (
    feed varchar, source varchar, record_id varchar, change varchar, column_name varchar, old_value varchar,
    new_value varchar, load_id varchar, previous_load_id varchar, account_id varchar, course_id varchar
);
create table schema_drift (
    source varchar, feed varchar, load_id varchar, column_name varchar, change varchar, is_newest boolean
);
create table sync_run_days (integration varchar, day date, site varchar, method varchar, is_silent boolean);
create table carried_role_rows (
    source varchar, worker_id varchar, assignment_key varchar, effective_from_local timestamp, status varchar,
    load_id varchar, row_number bigint
);
"""

_ROWS = """
insert into run_parameters
    values ('R1', '2026-03-01', '2026-03-01', 'p', 'Meridian', 'America/Chicago');
insert into time_zones values ('America/Chicago'), ('UTC');
insert into models values
    ('gaps', 'gaps', 'gap_id'), ('compliance', 'gaps', 'site'), ('staged', 'staging', 'x');
insert into policy_requirements values ('PSM', 'PSM refresher', 'high', 36, true, 'evaluator', 'r.csv', 2);
insert into policy_requirement_rules values ('R-1', 'PSM', null, 'operator', null, 'BAY*', 'u.csv', 2);
insert into policy_course_credits values ('C1', 'PSM', 'BAY1', null, null, 'c.csv', 2);
insert into policy_exceptions values (
    'X1', 'W1', 'PSM', 'waive', '2026-01-01', '2026-01-02', 'ill', 'a@x', 'b@x', '2026-01-01', null,
    'e.csv', 2
);
insert into policy_retrain_orders values ('PSM', 'BAY1', '2026-01-01', 'o.csv', 2);
insert into policy_identity_overrides values ('A1', 'W1', 'b@x', '2026-01-01', 'i.csv', 2);
insert into staged_workers by name
    select
        'W1' as worker_id, 'Dana@x ' as email, 'dana' as username, 'workers' as source,
        'L-workers' as load_id;
insert into staged_role_history by name
    select 'W1' as worker_id, 'BAY1' as site, 'role_history' as source, 'L-role_history' as load_id;
insert into staged_sites by name
    select 'BAY1' as site, 'America/Chicago' as timezone, 'sites' as source, 'L-sites' as load_id;
insert into staged_jobs by name
    select 'OP' as job_code, 'operator' as training_profile, 'jobs' as source, 'L-jobs' as load_id;
insert into staged_lms_accounts by name
    select
        'A1' as account_id, 'W1' as worker_ref, timestamp '2026-01-01' as created_at,
        'lms_accounts' as source, 'L-lms_accounts' as load_id;
insert into staged_lms_logins by name
    select 'A1' as account_id, timestamp '2026-01-02' as logged_in_at, 'lms_logins' as source;
insert into staged_lms_courses by name select 'C1' as course_id, 'lms_courses' as source;
insert into staged_lms_assignments by name
    select
        'S1' as assignment_id, 'A1' as account_id, 'C1' as course_id, 'lms_assignments' as source,
        'L-lms_assignments' as load_id;
insert into staged_lms_completions by name
    select
        'P1' as completion_id, 'A1' as account_id, 'C1' as course_id, timestamp '2026-02-01' as completed_at,
        timestamp '2026-02-01' as recorded_at, 'BAY1' as site, 'E. Roth' as evaluator,
        'lms_completions' as source, 'L-lms_completions' as load_id;
insert into staged_sync_runs by name select 'S' as run_id, 'sync_runs' as source;
insert into staged_hris_training_records by name select 'W1' as worker_id, 'hris_training_records' as source;
insert into account_links values ('A1', 'W1', 'W1', 'linked', 'worker_ref');
insert into role_states values (
    'W1', 'primary', '2026-01-01', null, 'active', 'employee', 'OP', 'operator', 'BAY1', null, null
);
insert into requirement_periods values ('W1', 'PSM', 'BAY1', '2026-01-01', null, 'R-1');
insert into credential_periods values (
    'W1', 'PSM', 'BAY1', '2026-02-01', '2029-02-01', 'trained', 'P1', 'validity'
);
insert into compliance_timeline values
    ('W1', 'PSM', 'BAY1', '2026-01-01', '2026-02-01', 'gap', 'never_assigned', 'integration'),
    ('W1', 'PSM', 'BAY1', '2026-02-01', null, 'trained', null, null);
insert into gaps values (
    'G1', 'W1', 'PSM', 'BAY1', '2026-01-01', '2026-02-01', 31, 0, 0, 31, 0, 0, 0, 0
);
insert into event_responses values
    ('E1', 'W1', 'create_account', null, '2026-01-01', '2026-01-02', '2026-01-01', 0, 'on_time'),
    ('E1', 'W1', 'assign', 'PSM', '2026-01-01', '2026-01-02', null, null, 'missing'),
    ('E2', 'W1', 'assign', 'PSM', '2026-01-01', '2026-01-02', '2025-12-31', -24, 'early'),
    ('E3', 'W1', 'assign', 'PSM', '2026-01-01', '2026-01-02', '2026-01-03', 48, 'late'),
    ('E4', 'W1', 'assign', 'PSM', '2026-03-01', '2026-03-02', null, null, 'pending'),
    ('E5', 'W1', 'assign', 'PSM', '2019-03-01', '2019-03-02', null, null, 'not_evaluable');
insert into unsynced_events values ('E1', 1, 0), ('E3', 0, 1);
insert into staged_absences values
    ('role_history', 'W8', 'primary', 'absent_from_snapshot', '2026-01-01', '2026-01-02', '2026-01-03', false),
    ('role_history', 'W9', 'primary', 'absent_from_snapshot', '2026-01-01', '2026-01-02', null, true);
insert into writeback values ('W1', 'C1', '2026-02-01', 'same', 'C-1'), ('W1', 'C1', '2026-02-28', 'pending', 'C-2');
insert into sync_run_days values ('SYNC', '2026-02-27', 'BAY1', 'sftp', false);
insert into carried_role_rows values ('role_history', 'W1', 'primary', '2026-01-01', 'active', 'L-role_history', 2);
insert into folded_lms_accounts by name
    select 'A8' as account_id, 'lms_accounts' as source, true as is_deleted, true as is_newest
    union all select 'A9', 'lms_accounts', false, false;
insert into compliance values (null, 1, 0, 100), ('BAY1', 1, 0, 100), ('EMPTY', 0, 0, null);
"""


def build_small_generation() -> duckdb.DuckDBPyConnection:
    """An in-memory generation; the caller closes it."""
    connection = duckdb.connect()
    connection.execute(_TABLES)
    ledger = LEDGER_SCHEMA.empty_table()
    connection.register("ledger", ledger)
    connection.execute("create table loads as select * from ledger")
    connection.unregister("ledger")
    for feed in FEEDS.values():
        columns = ", ".join(f"{name} {kind}" for name, kind in feed.landed)
        connection.execute(
            f"create table staged_{feed.name} (source varchar, load_id varchar, row_number bigint, {columns})"
        )
        connection.execute(
            f"create table folded_{feed.name} (source varchar, load_id varchar, row_number bigint,"
            f" is_deleted boolean, is_newest boolean, {columns})"
        )
        connection.execute("insert into sources values ($1, $1, $1 || '.csv', 'full', null, null, 24)", [feed.name])
        insert_load(connection, f"L-{feed.name}", feed=feed.name)
    connection.execute(_ROWS)
    build_loads_in_force(connection)
    return connection


def insert_load(connection: duckdb.DuckDBPyConnection, load_id: str, *, feed: str, status: str = "accepted") -> None:
    """One load of 1,000 rows of that feed's source, at as_of, with no rejects; later ones are newer."""
    connection.execute(
        "insert into loads by name select $1 as load_id, $1 as batch, $1 as content_load_id, 1 as sequence,"
        " $2 as source, $2 as feed, 'full' as mode, 'whole' as carries, $2 || '.csv' as address,"
        " timestamp '2026-03-01' as loaded_at, 1000 as rows_read, 1000 as rows_accepted, 0 as rows_rejected,"
        " 0 as rows_left_out,"
        " $3 as status, []::varchar[] as drift",
        [load_id, feed, status],
    )


def build_loads_in_force(connection: duckdb.DuckDBPyConnection) -> None:
    """The shipped models of the loads in force, from ``loads`` as it is now."""
    for model in ("known_loads", "loads_in_force"):
        sql = (query_folder() / "staging" / f"{model}.sql").read_text(encoding="utf-8")
        connection.execute(f"create or replace table {model} as {sql}")
