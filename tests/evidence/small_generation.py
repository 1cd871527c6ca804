"""A generation of four workers, written by hand: small enough to know every figure, hostile texts in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
from evidence.small_schema import PUBLISHED

from gapwatch.feeds import FEEDS
from gapwatch.modelling import all_models

AS_OF = dt.datetime(2026, 3, 14, 12)  # noqa: DTZ001 - generations hold naive UTC
LONG = "x" * 39_990 + "= the end"
HOSTILE = {
    "W1": "=cmd|' /C calc'!A0",
    "W2": "+1+1",
    "W3": "-2",
    "W4": "@SUM(1)",
}
COURSE_TITLES = {"C1": "\t=tab first", "C2": "bell \x07 and \x00, literal _x0041_, <b>&amp;</b>"}


def make_small_generation(warehouse: Path, *, run_id: str = "run-1") -> Path:
    """Write and publish the generation; returns the warehouse."""
    (warehouse / "generations").mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(warehouse / "generations" / f"{run_id}.duckdb"))
    for table, columns in PUBLISHED.items():
        connection.execute(f"create table {table} ({columns})")
    for feed in FEEDS.values():
        landed = "".join(f", {name} {kind}" for name, kind in feed.landed)
        connection.execute(
            f"create table staged_{feed.name} (source varchar, load_id varchar, row_number bigint{landed})"
        )
    connection.execute(f"create view evaluable_timeline as {all_models()['evaluable_timeline'].sql}")
    _fill(connection, run_id)
    connection.close()
    (warehouse / "current").write_text(run_id + "\n", encoding="utf-8")
    return warehouse


def _day(month: int, day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour)  # noqa: DTZ001


def _add(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    marks = ", ".join("?" * len(columns.split(",")))
    connection.executemany(f"insert into {table} ({columns}) values ({marks})", [list(row) for row in rows])


def _fill(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    _add(
        connection,
        "run_parameters",
        "run_id, as_of, known_at, policy_sha256, organisation_name, organisation_timezone",
        [(run_id, AS_OF, AS_OF, "ab" * 32, "Acme & Sons", "America/Chicago")],
    )
    _fill_sources(connection)
    _fill_policy(connection)
    _fill_people(connection)
    _fill_findings(connection)


def _fill_sources(connection: duckdb.DuckDBPyConnection) -> None:
    _add(
        connection,
        "loads",
        "load_id, source, feed, mode, address, sha256, bytes, loaded_at, rows_read, rows_accepted,"
        " rows_rejected, status",
        [
            ("L-1", "hr", "workers", "full", "feeds/workers.csv", "01" * 32, 90, AS_OF, 6, 4, 2, "accepted"),
            (
                "L-2",
                "lms",
                "lms_completions",
                "full",
                "feeds/c.csv",
                "02" * 32,
                90,
                AS_OF,
                2,
                2,
                0,
                "accepted",
            ),
        ],
    )
    _add(
        connection,
        "rejects",
        "load_id, row_number, column_name, raw_value, reason",
        [("L-1", 5, "hired_on", LONG, "not a date"), ("L-1", 7, "hired_on", "line\r\nbreak", "not a date")],
    )
    _add(
        connection,
        "sources",
        "source, feed, path, mode, expect_every_hours",
        [("hr", "workers", "feeds/workers.csv", "full", 24.0)],
    )
    sql = "select 1\n    as one"
    digest = hashlib.sha256(sql.encode()).hexdigest()
    _add(connection, "models", "model, folder, sql, sql_sha256", [("one", "state", sql, digest)])
    _add(
        connection,
        "feed_health",
        "source, feed, status, newest_loaded_at, age_hours, loads, held_loads, files, rows_read,"
        " rows_accepted, rows_rejected",
        [
            ("hr", "workers", "fresh", AS_OF, 0.0, 1, 0, 1, 6, 4, 2),
            ("lms", "lms_completions", "late", _day(3, 12), 60.0, 1, 0, 1, 2, 2, 0),
        ],
    )
    _add(
        connection,
        "integration_health",
        "integration, method, site, runs, failed, success_pct, silent_days",
        [("BAY1-sftp", "sftp", "BAY1", 10, 1, 90.0, 0)],
    )
    _add(
        connection,
        "sync_outages",
        "integration, site, started_at, ended_at, failed_runs",
        [("BAY1-sftp", "BAY1", _day(1, 1), _day(1, 2), 1)],
    )
    _add(
        connection,
        "finding_warnings",
        "finding, finding_id, check_id, feed, words",
        [
            ("gap", "G1", "rejects", "workers", "every account says when it was created: not so for account A1"),
            ("obligation", None, "rejects", "workers", "all of them"),
        ],
    )
    _add(
        connection,
        "record_changes",
        "feed, record_id, change, observed_at, account_id, course_id, completed_at",
        [("lms_completions", "0009", "vanished", _day(2, 1), "A1", "C1", dt.datetime(2025, 5, 1))],  # noqa: DTZ001
    )
    _add(
        connection,
        "deficient_records",
        "worker_id, requirement_id, completion_id, missing_fields",
        [("W1", "PSM", "0001", "verification_method")],
    )
    _add(
        connection,
        "check_results",
        "check_id, feed, severity, status, rows_checked, rows_failed, detail",
        [("rejects", "workers", "warning", "fail", 6, 2, "2 of 6 rows rejected")],
    )


def _fill_policy(connection: duckdb.DuckDBPyConnection) -> None:
    _add(
        connection,
        "policy_requirements",
        "requirement_id, title, citation, authority, severity, grace_days, is_site_specific, required_evidence,"
        " retention_basis, retention_years",
        [
            (
                *("PSM", "PSM refresher", "29 CFR 1910.119(g)(2)", "OSHA", "critical", 0.0, False),
                *("completed_at;verification_method", "from_training", 5.0),
            ),
            ("HIPAA", "Privacy", "45 CFR 164.530(b)", "HHS", "low", 0.0, False, "completed_at", "from_creation", 6.0),
        ],
    )
    _add(
        connection,
        "policy_requirement_rules",
        "rule_id, requirement_id, job_code, file_name, row_number",
        [("R-1", "PSM", "OP*", "requirement_rules.csv", 2)],
    )
    _add(
        connection,
        "policy_course_credits",
        "course_id, requirement_id, row_number",
        [("C1", "PSM", 2), ("C2", "PSM", 3)],
    )
    same = ("PSM", "waive", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "instructor ill", "ana")
    _add(
        connection,
        "policy_exceptions",
        "exception_id, worker_id, requirement_id, kind, starts_on, ends_on, reason, requested_by,"
        " approved_by, approved_at, row_number",
        [
            (f"X-{number}", worker, *same, approver, _day(1, 1), number)
            for number, (worker, approver) in enumerate(
                (("W1", "eva"), ("W1", "ANA"), ("W2", "eva"), ("W2", "eva"), ("W2", "eva"), ("W77", "eva")), start=1
            )
        ],
    )
    _add(
        connection,
        "exception_effects",
        "exception_id, no_effect_because",
        [
            ("X-1", None),
            ("X-2", "approved by the one who asked for it"),
            ("X-3", None),
            ("X-4", None),
            ("X-5", None),
            ("X-6", "names a worker the HRIS does not know"),
        ],
    )
    _add(
        connection,
        "exception_windows",
        "exception_id, timezone, valid_from, valid_to",
        [
            ("X-1", "America/Chicago", _day(1, 1, 6), _day(3, 14, 13)),
            ("X-3", "America/Chicago", _day(1, 1, 6), _day(3, 14, 12)),
            ("X-4", "America/Chicago", _day(3, 14, 13), _day(3, 20)),
        ],
    )
    _add(connection, "policy_event_slas", "event_type, action, max_hours", [("hire", "assign", 48.0)])


def _fill_people(connection: duckdb.DuckDBPyConnection) -> None:
    _add(
        connection,
        "staged_workers",
        "source, load_id, row_number, worker_id, full_name, email, username",
        [
            ("hr", "L-1", number, worker, name, f"{worker.lower()}@acme.example", worker.lower())
            for number, (worker, name) in enumerate(HOSTILE.items(), start=2)
        ],
    )
    _add(
        connection,
        "role_states",
        "worker_id, assignment_key, valid_from, valid_to, status, employment_type, job_code, site, department",
        [
            ("W1", "primary", _day(1, 1, 6), None, "active", "employee", "OP1", "BAY1", None),
            ("W1", "second", _day(2, 1, 6), None, "active", "employee", "OP2", "DEN1", "Maintenance"),
            ("W2", "primary", _day(1, 1, 6), None, "active", "employee", "OP1", "BAY1", "Operations"),
            ("W3", "primary", _day(1, 1, 6), _day(2, 1, 6), "active", "contractor", "OP1", "DEN1", "Rigging"),
            ("W3", "primary", _day(2, 1, 6), None, "terminated", "contractor", "OP1", "DEN1", "Rigging"),
            ("W4", "primary", _day(3, 1, 6), None, "prehire", "employee", "OP1", "BAY1", "Operations"),
        ],
    )
    _add(
        connection,
        "staged_lms_accounts",
        "source, load_id, row_number, account_id, full_name, status, created_at",
        [
            ("lms", "L-9", number, account, "A", "active", _day(1, 1))
            for number, account in enumerate(("A1", "A2", "A3", "A9"), start=2)
        ],
    )
    _add(
        connection,
        "account_links",
        "account_id, worker_id, person_id, status, method",
        [
            ("A1", "W1", "W1", "linked", "email"),
            ("A3", "W3", "W3", "linked", "worker_ref"),
            ("A9", None, None, "unlinked", None),
        ],
    )
    _add(
        connection,
        "staged_lms_courses",
        "source, load_id, row_number, course_id, title",
        [("lms", "L-8", number, *each) for number, each in enumerate(COURSE_TITLES.items(), start=2)],
    )
    done = dt.datetime(2026, 1, 20, 8, 30, 15, 123456)  # noqa: DTZ001
    _add(
        connection,
        "staged_lms_completions",
        "source, load_id, row_number, completion_id, account_id, course_id, completed_at, result, score",
        [
            ("lms", "L-2", 2, "0001", "A1", "C1", done, "passed", "007"),
            ("lms", "L-2", 3, "0002", "A3", "C2", _day(1, 3), "failed", None),
        ],
    )
    _add(
        connection,
        "credential_periods",
        "worker_id, requirement_id, valid_from, kind, completion_id",
        [("W1", "PSM", done, "trained", "0001")],
    )


def _fill_findings(connection: duckdb.DuckDBPyConnection) -> None:
    done = dt.datetime(2026, 1, 20, 8, 30, 15, 123456)  # noqa: DTZ001
    start, end = _day(1, 1, 6), _day(2, 1, 6)
    _add(
        connection,
        "requirement_periods",
        "worker_id, requirement_id, valid_from, valid_to, rule_ids",
        [
            ("W1", "PSM", start, None, "R-1"),
            ("W2", "PSM", start, None, "R-1"),
            ("W3", "PSM", start, end, "R-1"),
        ],
    )
    _add(
        connection,
        "compliance_timeline",
        "worker_id, requirement_id, valid_from, valid_to, state, cause, owner",
        [
            ("W1", "PSM", start, done, "gap", "never_assigned", "integration"),
            ("W1", "PSM", done, None, "trained", None, None),
            ("W2", "PSM", start, None, "gap", "no_account", "integration"),
            ("W3", "PSM", start, end, "gap", "not_completed", "learner"),
        ],
    )
    _add(
        connection,
        "gaps",
        "gap_id, worker_id, person_id, requirement_id, opened_at, closed_at, closed_by, exposure_days,"
        " first_cause, cause, owner, severity, citation, job_code, role_site, event_id",
        [
            (
                gap, worker, worker, "PSM", start, closed, by, days, cause, cause, owner,
                "critical", "29 CFR 1910.119(g)(2)", "OP1", "BAY1", event,
            )
            for gap, worker, closed, by, days, cause, owner, event in (
                ("G1", "W1", done, "completion", 19.104341705, "never_assigned", "integration", "E1"),
                ("G2", "W2", None, None, 72.25, "no_account", "integration", None),
                ("G3", "W3", end, "role_end", 31.0, "not_completed", "learner", None),
            )
        ],
    )  # fmt: skip
    _add(
        connection,
        "hr_events",
        "event_id, worker_id, assignment_key, event_type, effective_at, recorded_at, job_code, site",
        [
            ("E1", "W1", "primary", "hire", start, start, "OP1", "BAY1"),
            ("E2", "W3", "primary", "contract_end", end, end, None, None),
        ],
    )
    _add(
        connection,
        "event_responses",
        "event_id, worker_id, event_type, effective_at, action, requirement_id, clock_at, due_at,"
        " responded_at, latency_hours, verdict",
        [
            ("E1", "W1", "hire", start, "assign", "PSM", start, _day(1, 3, 6), None, None, "missing"),
            (
                "E1",
                "W1",
                "hire",
                start,
                "create_account",
                None,
                start,
                _day(1, 2, 6),
                _day(1, 1),
                -6.0,
                "early",
            ),
            (
                "E2",
                "W3",
                "contract_end",
                end,
                "deactivate_account",
                None,
                end,
                _day(2, 2, 6),
                None,
                None,
                "missing",
            ),
        ],
    )
    _add(
        connection,
        "stale_accounts",
        "kind, account_id, worker_id, ended_at, ended_by, days_active, logins_after, open_assignments,"
        " is_open, is_within_sla",
        [
            ("stale", "A3", "W3", end, "contract_end", 41.25, 3, 1, True, False),
            ("orphan", "A9", None, None, None, None, 0, 0, True, None),
        ],
    )
    _add(
        connection,
        "compliance",
        "site, trained, gap, waived, on_leave, in_grace, not_evaluable",
        [(None, 1, 1, 0, 0, 0, 0)],
    )
