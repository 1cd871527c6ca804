"""A small published generation, written by hand: two sites, four people, a row for every part of the digest.

As of Monday 16 November 2026, 06:00 in Chicago (12:00 UTC), ISO week 47.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from gapwatch.modelling import all_models

RUN_ID: Final = "20261116T120000000000Z"

TABLES: Final = {
    "run_parameters": "run_id text, as_of timestamp, known_at timestamp, policy_sha256 text, "
    " organisation_name text, organisation_timezone text, built_at timestamp, gapwatch_version text",
    "sources": "source text, feed text, path text, mode text, timezone text, covers_from timestamp,"
    " expect_every_hours double",
    "loads": "load_id text, retakes text, source text, feed text, address text, loaded_at timestamp, rows_read bigint,"
    " rows_accepted bigint, rows_rejected bigint, status text, reason text",
    "check_results": "check_id text, feed text, severity text, status text, rows_checked bigint,"
    " rows_failed bigint, detail text",
    "staged_workers": "worker_id text, person_id text, full_name text, email text, username text",
    "staged_sites": "site text, name text, timezone text",
    "policy_requirements": "requirement_id text, title text, citation text, authority text, severity text,"
    " grace_days double, validity_months double, is_site_specific boolean, retrain_on text",
    "policy_requirement_rules": "rule_id text, requirement_id text, job_code text, training_profile text,"
    " department text, site text, facility_type text, employment_type text, task_scope text, effective_from date,"
    " effective_to date, citation text",
    "policy_course_credits": "course_id text, requirement_id text, site text, valid_from date, valid_to date",
    "policy_retrain_orders": "requirement_id text, site text, effective_on date, reason text",
    "staged_lms_accounts": "account_id text, created_at timestamp",
    "staged_lms_completions": "completion_id text, account_id text, course_id text, completed_at timestamp,"
    " result text, expires_at timestamp, site text",
    "account_links": "account_id text, worker_id text, person_id text, status text, method text",
    "exception_effects": "exception_id text, worker_id text, requirement_id text, kind text,"
    " starts_on date, ends_on date, approved_at timestamp, no_effect_because text",
    "role_states": "worker_id text, assignment_key text, valid_from timestamp, valid_to timestamp,"
    " status text, employment_type text, job_code text, job_title text, department text, site text, task_scope text,"
    " recorded_at timestamp",
    "hr_events": "event_id text, worker_id text, event_type text, effective_at timestamp,"
    " recorded_at timestamp, site text, previous_site text",
    "requirement_periods": "worker_id text, requirement_id text, site text, valid_from timestamp,"
    " valid_to timestamp, rule_ids text",
    "credential_periods": "worker_id text, requirement_id text, site text, valid_from timestamp,"
    " valid_to timestamp, kind text, completion_id text, ended_by text",
    "compliance_timeline": "worker_id text, requirement_id text, site text, valid_from timestamp,"
    " valid_to timestamp, state text, cause text, owner text",
    "gaps": "gap_id text, worker_id text, person_id text, requirement_id text, site text,"
    " opened_at timestamp, closed_at timestamp, closed_by text, exposure_days double, first_cause text, cause text,"
    " owner text, severity text, citation text, job_code text, department text, role_site text, event_id text",
    "event_responses": "event_id text, worker_id text, event_type text, effective_at timestamp, action text,"
    " requirement_id text, site text, clock_at timestamp, due_at timestamp, responded_at timestamp,"
    " latency_hours double, verdict text",
    "stale_accounts": "kind text, account_id text, worker_id text, ended_at timestamp, ended_by text,"
    " active_until timestamp, days_active double, logins_after bigint, open_assignments bigint,"
    " is_open boolean, is_within_sla boolean",
    "finding_warnings": "finding text, finding_id text, check_id text, feed text, severity text, rows_failed bigint,"
    " words text, what_to_do text",
    "stopped_sources": "source text, feed text, status text, known_until timestamp, says text",
    "unproven_states": "worker_id text, requirement_id text, site text, valid_from timestamp, valid_to timestamp,"
    " state text, not_evaluable_from timestamp, rests_on text",
}

_SCOPED: Final = (
    "scoped_gaps",
    "required_now",
    "scoped_answers",
    "scoped_accounts",
    "renewals_due",
    "gaps_ahead",
)
"""The models that the digest reads beside the published tables; they are built from these by their own SQL."""

_OPEN: Final = "timestamp '9999-12-31 00:00:00'"
_NUMBERED: Final = (
    "create table worker_keys as select row_number() over (order by worker_id) as worker_key, worker_id,"
    " dense_rank() over (order by coalesce(max(person_id), worker_id)) as person_key,"
    " max(full_name) as full_name"
    " from (select worker_id, person_id, full_name from staged_workers"
    " union all select worker_id, null, null from role_states union all select worker_id, person_id, null from gaps)"
    " group by worker_id",
    "create table site_keys as select row_number() over (order by site) as site_key, site from staged_sites",
    "create table site_numbers as select site, site_key from site_keys union all select null, 0",
    "create table requirement_numbers as select requirement_id, row_number() over (order by requirement_id)"
    " as requirement_key from policy_requirements",
    "create or replace table role_states as select role_states.*, worker_keys.worker_key,"
    " role_states.status in ('active', 'leave', 'suspended') as is_employed, staged_sites.timezone"
    " from role_states join worker_keys using (worker_id) left join staged_sites using (site)",
    "create table role_intervals as select row_number() over (order by role_states.worker_key, valid_from) as role_key,"
    " role_states.worker_key, person_key, role_states.worker_id, assignment_key, valid_from,"
    f" coalesce(valid_to, {_OPEN}) as valid_to, job_code, department, employment_type, site, site_key"
    " from role_states join worker_keys using (worker_key) join site_numbers using (site) where is_employed",
    "create table required_intervals as select row_number() over () as period_key, worker_key, requirement_key,"
    f" site_key, valid_from, coalesce(valid_to, {_OPEN}) as valid_to from requirement_periods as told"
    " join worker_keys using (worker_id) join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site",
    "create table requiring_stretches as select role_key, required_intervals.worker_key, requirement_key,"
    " required_intervals.site_key, greatest(required_intervals.valid_from, role_intervals.valid_from) as valid_from,"
    " least(required_intervals.valid_to, role_intervals.valid_to) as valid_to"
    " from required_intervals join role_intervals using (worker_key)",
    f"create table credential_intervals as select worker_key, requirement_key, site_key, valid_from,"
    f" coalesce(valid_to, {_OPEN}) as valid_to from credential_periods as told join worker_keys using (worker_id)"
    " join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site",
    "create or replace table compliance_timeline as select told.*, period_key, worker_key, person_key"
    " from compliance_timeline as told join worker_keys using (worker_id)"
    " join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site"
    " left join required_intervals as required using (worker_key, requirement_key, site_key)",
    "create table timeline_segments as select period_key, worker_key, person_key, requirement_key, site_key, state,"
    f" told.valid_from, coalesce(told.valid_to, {_OPEN}) as valid_to from compliance_timeline as told"
    " join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site",
    "create or replace table unproven_states as select told.*, period_key, worker_key, person_key"
    " from unproven_states as told join worker_keys using (worker_id)"
    " left join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site"
    " left join required_intervals as required using (worker_key, requirement_key, site_key)",
    "create or replace table gaps as select told.*, role_states.employment_type, required.period_key,"
    " row_number() over (order by gap_id) as segment_key, worker_keys.worker_key, worker_keys.person_key"
    " from gaps as told join worker_keys using (worker_id) join requirement_numbers using (requirement_id)"
    " join site_numbers on site_numbers.site is not distinct from told.site"
    " left join required_intervals as required on required.worker_key = worker_keys.worker_key"
    " and required.requirement_key = requirement_numbers.requirement_key"
    " and required.site_key = site_numbers.site_key and told.opened_at >= required.valid_from"
    " and told.opened_at < required.valid_to"
    " left join role_states on role_states.worker_id = told.worker_id and told.opened_at >= role_states.valid_from"
    " and told.opened_at < coalesce(role_states.valid_to, 'infinity')",
    "create or replace table hr_events as select told.*, 20 * min(role_key) + 1 as event_key from hr_events as told"
    " join role_intervals using (worker_id) group by all",
)
"""The numbers that stand for workers, requirements, sites and roles in a real build, given to the rows of the world."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def _gap(gap_id: str, worker: str, requirement: str, opened: str, days: float, **more: Any) -> dict[str, Any]:
    severity = {"PSM": "critical", "HAZ": "high", "EAP": "medium"}[requirement]
    return {
        "gap_id": gap_id,
        "worker_id": worker,
        "person_id": worker,
        "requirement_id": requirement,
        "opened_at": opened,
        "exposure_days": days,
        "cause": "never_assigned",
        "owner": "integration",
        "severity": severity,
        "job_code": "OPR",
        "role_site": "HOU1" if worker == "W3" else "BAY1",
        **more,
    }


def _answer(event: str, kind: str, verdict: str, due: str, hours: float | None = None) -> dict[str, Any]:
    return {
        "event_id": event,
        "event_type": kind,
        "action": "assign",
        "due_at": due,
        "latency_hours": hours,
        "verdict": verdict,
    }


def usual_world() -> dict[str, list[dict[str, Any]]]:
    """Fresh rows, to be changed by a test before ``publish_world``."""
    role = {"assignment_key": "primary", "status": "active", "job_code": "OPR", "job_title": "Operator"}
    return {
        "run_parameters": [
            {
                "run_id": RUN_ID,
                "as_of": "2026-11-16 12:00:00",
                "known_at": "2026-11-16 12:00:00",
                "policy_sha256": "4f2a" * 16,
                "organisation_name": "Meridian Industries",
                "organisation_timezone": "America/Chicago",
            }
        ],
        "sources": [
            {"source": "workday", "feed": "role_history", "expect_every_hours": 24},
            {"source": "lms", "feed": "lms_completions", "expect_every_hours": 12},
            {"source": "sites", "feed": "sites"},
        ],
        "loads": [
            {"load_id": "1", "source": "workday", "loaded_at": "2026-11-16 07:00:00", "status": "accepted"},
            {"load_id": "2", "source": "lms", "loaded_at": "2026-11-16 11:30:00", "status": "unchanged"},
            {"load_id": "3", "source": "sites", "loaded_at": "2026-11-01 06:00:00", "status": "accepted"},
        ],
        "check_results": [
            {"check_id": "key_unique", "severity": "critical", "status": "pass", "rows_checked": 9},
            {"check_id": "sites_known", "severity": "high", "status": "fail", "rows_failed": 1},
        ],
        "staged_workers": [
            {"worker_id": "W1", "full_name": "Dana Ruiz", "email": "dana@example.com", "username": "druiz"},
            {"worker_id": "W2", "full_name": "Zoë <b>O'Neil</b>", "email": "zoe@example.com"},
            {"worker_id": "W3", "full_name": "Houston Harry", "email": "harry@example.com"},
            {"worker_id": "W4", "full_name": "Lee Gone", "email": "lee@example.com"},
        ],
        "staged_sites": [
            {"site": "BAY1", "name": "Baytown", "timezone": "America/Chicago"},
            {"site": "HOU1", "name": "Houston", "timezone": "America/Chicago"},
        ],
        "policy_requirements": [
            {"requirement_id": "PSM", "title": "PSM refresher", "severity": "critical", "grace_days": 0},
            {"requirement_id": "HAZ", "title": "Hazard communication", "severity": "high", "grace_days": 0},
            {
                "requirement_id": "EAP",
                "title": "Emergency action plan",
                "severity": "medium",
                "grace_days": 3,
            },
        ],
        "exception_effects": [
            {
                "exception_id": "X1",
                "worker_id": "W2",
                "requirement_id": "EAP",
                "kind": "waive",
                "starts_on": "2026-10-01",
                "ends_on": "2026-11-18",
                "approved_at": "2026-09-30 12:00:00",
            }
        ],
        "role_states": [
            {"worker_id": "W1", "valid_from": "2026-01-05 06:00:00", "site": "BAY1", **role},
            {"worker_id": "W2", "valid_from": "2026-01-05 06:00:00", "site": "BAY1", **role},
            {"worker_id": "W3", "valid_from": "2026-01-05 06:00:00", "site": "HOU1", **role},
            {
                **role,
                "worker_id": "W4",
                "valid_from": "2026-01-05 06:00:00",
                "valid_to": "2026-11-02 06:00:00",
                "site": "BAY1",
            },
        ],
        "hr_events": [
            {"event_id": "E1", "event_type": "hire", "worker_id": "W1", "site": "BAY1"},
            {"event_id": "E3", "event_type": "hire", "worker_id": "W3", "site": "HOU1"},
            {"event_id": "E4", "event_type": "termination", "worker_id": "W4", "previous_site": "BAY1"},
        ],
        "requirement_periods": [
            {"worker_id": worker, "requirement_id": requirement, "valid_from": "2026-01-05 06:00:00"}
            for worker in ("W1", "W2", "W3")
            for requirement in ("PSM", "HAZ", "EAP")
        ],
        "credential_periods": [
            {
                "worker_id": "W2",
                "requirement_id": "PSM",
                "valid_from": "2023-11-20 15:00:00",
                "valid_to": "2026-11-20 15:00:00",
                "completion_id": "C1",
            },
            {
                "worker_id": "W2",
                "requirement_id": "HAZ",
                "valid_from": "2026-01-06 15:00:00",
                "valid_to": "2026-12-10 15:00:00",
                "completion_id": "C2",
            },
        ],
        "compliance_timeline": [
            _segment("W1", "PSM", "gap"),
            _segment("W1", "HAZ", "trained"),
            _segment("W1", "EAP", "gap"),
            _segment("W2", "PSM", "trained"),
            _segment("W2", "HAZ", "trained"),
            _segment("W2", "EAP", "waived"),
            _segment("W3", "PSM", "gap"),
            _segment("W3", "HAZ", "trained"),
            _segment("W3", "EAP", "trained"),
        ],
        "gaps": [
            _gap("G1", "W1", "PSM", "2026-10-06 12:00:00", 41.0),
            _gap("G2", "W1", "EAP", "2026-11-12 12:00:00", 4.0, cause="expired", owner="learner"),
            _gap(
                "G3",
                "W2",
                "HAZ",
                "2026-11-01 12:00:00",
                13.0,
                closed_at="2026-11-14 12:00:00",
                closed_by="completion",
            ),
            _gap("G4", "W3", "PSM", "2026-11-10 12:00:00", 6.0),
            _gap(
                "G0",
                "W3",
                "PSM",
                "2026-03-01 12:00:00",
                5.0,
                closed_at="2026-03-06 12:00:00",
                closed_by="completion",
            ),
        ],
        "event_responses": [
            _answer("E1", "hire", "on_time", "2026-11-15 12:00:00", 5.0),
            _answer("E1", "hire", "missing", "2026-11-14 12:00:00"),
            _answer("E1", "hire", "pending", "2026-11-17 12:00:00"),
            _answer("E3", "hire", "late", "2026-11-12 12:00:00", 30.0),
            _answer("E4", "termination", "missing", "2026-11-03 12:00:00"),
        ],
        "policy_course_credits": [{"course_id": f"{name}-1", "requirement_id": name} for name in ("PSM", "HAZ", "EAP")],
        "staged_lms_accounts": [
            {"account_id": f"A{number}", "created_at": "2026-01-05 06:00:00"} for number in (1, 2, 3)
        ],
        "account_links": [
            {"account_id": f"A{number}", "worker_id": f"W{number}", "person_id": f"W{number}", "status": "linked"}
            for number in (1, 2, 3)
        ],
        "stale_accounts": [
            {
                "kind": "stale",
                "account_id": "A4",
                "worker_id": "W4",
                "ended_at": "2026-11-02 06:00:00",
                "ended_by": "termination",
                "days_active": 14.25,
                "logins_after": 3,
                "open_assignments": 1,
                "is_open": True,
                "is_within_sla": False,
            },
            {"kind": "orphan", "account_id": "A9", "is_open": True},
        ],
    }


def clear_world() -> dict[str, list[dict[str, Any]]]:
    """The usual world with nothing wrong in it: every requirement trained, nothing due, nobody left."""
    world = usual_world()
    for table in ("gaps", "exception_effects", "event_responses", "stale_accounts"):
        world[table] = []
    world["compliance_timeline"] = [{**row, "state": "trained"} for row in world["compliance_timeline"]]
    world["credential_periods"] = [
        {
            "worker_id": row["worker_id"],
            "requirement_id": row["requirement_id"],
            "valid_from": "2026-01-05 06:00:00",
            "completion_id": f"C{place}",
        }
        for place, row in enumerate(world["requirement_periods"])
    ]
    return world


def _segment(worker: str, requirement: str, state: str) -> dict[str, Any]:
    return {
        "worker_id": worker,
        "requirement_id": requirement,
        "valid_from": "2026-01-05 06:00:00",
        "state": state,
    }


def publish_world(warehouse: Path, world: Rows) -> Path:
    """Write the world as the warehouse's published generation and return the warehouse."""
    write_world(warehouse / "generations" / f"{RUN_ID}.duckdb", world)
    (warehouse / "current").write_text(f"{RUN_ID}\n", encoding="utf-8")
    return warehouse


def write_world(path: Path, world: Rows) -> None:
    """Write the world as a generation's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
            for row in world.get(table, ()):
                names = ", ".join(row)
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
        for statement in _NUMBERED:
            connection.execute(statement)
        models = all_models()
        for name in ("requirement_keys", *_SCOPED):
            model = models[name]
            connection.execute(f"create {'view' if model.is_view else 'table'} {name} as {model.sql}")
        connection.commit()
