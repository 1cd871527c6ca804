"""Learning systems: each shipped preset on an export in its true shape, with the traps that vendor lays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from gapwatch.errors import ConfigurationError, LoadError

from .conftest import Loading

VENDORS = Path(__file__).parent / "vendors"


def at(*when: int) -> dt.datetime:
    return dt.datetime(*when)  # type: ignore[arg-type]  # noqa: DTZ001


def export(loading: Loading, feed: str, fixture: str, *, preset: str, **source: Any) -> list[dict[str, Any]]:
    """Load a fixture by its preset; rows read are rows accepted and rejected."""
    path = str(VENDORS / fixture)
    rows = loading.load(feed, file=path, preset=preset, timezone="UTC", **source)
    record = loading.record
    assert record.rows_read == record.rows_accepted + record.rows_rejected
    assert (record.rows_accepted, record.rows_rejected) == (len(rows), len(loading.rejects()))
    return rows


def picked(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def left_out(loading: Loading) -> list[int]:
    return [one["row_number"] for one in loading.rejects() if one["reason"].startswith("left out by where")]


def test_moodle_users_suspended_and_deleted(loading: Loading) -> None:
    rows = export(loading, "lms_accounts", "moodle/user.csv", preset="moodle_users")
    assert picked(rows, "account_id", "worker_ref", "email", "username", "status") == [
        ("3", "007", "mira@example.com", "mira", "active"),
        ("4", "008", "tom@example.com", "tom", "inactive"),
        ("5", None, "ada@example.com", None, "deleted"),
    ]
    assert picked(rows, "created_at", "deactivated_at", "last_login_at") == [
        (at(2024, 1, 1, 12), None, at(2026, 3, 2, 10)),
        (at(2024, 1, 1, 12), None, None),  # suspended: nobody knows since when; 0 is never
        (at(2024, 1, 1, 12), at(2026, 1, 5, 10), at(2025, 12, 29, 9, 20)),
    ]


def test_moodle_enrolments_through_enrol(loading: Loading) -> None:
    lookup = {"enrol": {"path": str(VENDORS / "moodle/enrol.csv")}}
    rows = export(loading, "lms_assignments", "moodle/user_enrolments.csv", preset="moodle_enrolments", lookups=lookup)
    assert picked(rows, "assignment_id", "account_id", "course_id", "assigned_at", "removed_at", "origin") == [
        ("70", "3", "101", at(2024, 1, 1, 12), None, "rule"),
        ("71", "4", "101", at(2024, 1, 1, 12), at(2026, 2, 13, 16, 26, 40), "rule"),
        ("72", "3", "102", at(2024, 1, 2, 12), at(2026, 1, 1), "self"),
    ]
    (reject,) = loading.rejects()
    assert (reject["row_number"], reject["column_name"]) == (5, "course_id")
    with pytest.raises(ConfigurationError, match=r"path in \[sources.lookups.enrol\]"):
        export(loading, "lms_assignments", "moodle/user_enrolments.csv", preset="moodle_enrolments")


def test_moodle_completions_of_what_is_not_completed(loading: Loading) -> None:
    rows = export(loading, "lms_completions", "moodle/course_completions.csv", preset="moodle_completions")
    assert picked(rows, "completion_id", "account_id", "course_id", "completed_at", "result") == [
        ("1", "3", "101", at(2024, 1, 3, 12), "completed")
    ]
    assert left_out(loading) == [3, 4]


def test_moodle_says_an_error_with_status_200(loading: Loading) -> None:
    with pytest.raises((ConfigurationError, LoadError)):
        export(loading, "lms_accounts", "moodle/error.json", preset="moodle_users")
    assert not list((loading.warehouse / "landing").glob("*/manifest.json"))


def test_totara_history_holds_what_the_window_reset(loading: Loading) -> None:
    from gapwatch.config import Source
    from gapwatch.warehouse.landing import rows_path

    from .conftest import read_parquet

    source = Source(
        name="totara",
        feed="lms_completions",
        path=str(VENDORS / "totara/certif_completion*.csv"),
        preset="totara_certifications",
        timezone="UTC",
    )
    current, history = (read_parquet(rows_path(loading.warehouse, record)) for record in loading.load_each([source]))
    columns = ("completion_id", "account_id", "course_id", "completed_at", "expires_at")
    same = ("7-4-1769990400", "4", "certification-7", at(2026, 2, 2), at(2027, 2, 2))
    assert picked(current, *columns) == [same]
    assert picked(history, *columns) == [
        ("7-3-1738368000", "3", "certification-7", at(2025, 2, 1), at(2026, 2, 1)),
        same,
    ]


def test_docebo(loading: Loading) -> None:
    accounts = export(loading, "lms_accounts", "docebo/users.json", preset="docebo_users")
    assert picked(accounts, "account_id", "status", "created_at", "deactivated_at", "last_login_at") == [
        ("13", "active", at(2024, 1, 5, 9, 30), None, None),
        ("14", "inactive", at(2024, 1, 5, 9, 30), at(2026, 2, 1, 12), at(2026, 1, 5, 22)),
    ]
    assignments = export(loading, "lms_assignments", "docebo/enrollments.json", preset="docebo_assignments", name="a")
    assert picked(assignments, "assignment_id", "course_id", "due_at") == [
        ("5-13-2026-01-02 08:00:00", "PSM-201", at(2026, 2, 2)),
        ("5-14-2026-01-02 08:00:00", "PSM-201", None),
        ("6-14-2026-01-02 08:00:00", "6", None),
    ]
    completions = export(loading, "lms_completions", "docebo/enrollments.json", preset="docebo_completions", name="c")
    assert picked(completions, "account_id", "course_id", "completed_at", "score") == [
        ("13", "PSM-201", at(2026, 1, 3, 23, 30), "91.5")
    ]
    assert left_out(loading) == [3, 4]


def test_docebo_times_are_utc_whatever_the_organisations_zone(loading: Loading) -> None:
    (row,) = loading.load("lms_completions", file=str(VENDORS / "docebo/enrollments.json"), preset="docebo_completions")
    assert row["completed_at"] == at(2026, 1, 3, 23, 30)


def test_cornerstone_users_by_id_not_by_label(loading: Loading) -> None:
    rows = export(loading, "lms_accounts", "cornerstone/users_core.json", preset="cornerstone_users")
    assert picked(rows, "account_id", "worker_ref", "status", "deactivated_at") == [
        ("21", "007", "active", None),
        ("22", "008", "inactive", at(2026, 2, 1, 12)),
    ]
    (reject,) = loading.rejects()
    assert (reject["row_number"], reject["column_name"], reject["raw_value"]) == (4, "status", "Aktiv")


def test_cornerstone_transcript(loading: Loading) -> None:
    path = "cornerstone/transcript_core.json"
    completions = export(loading, "lms_completions", path, preset="cornerstone_completions")
    columns = ("completion_id", "course_id", "completed_at", "result", "expires_at")
    assert picked(completions, *columns) == [
        ("21-lo-1-1", "lo-1", at(2025, 1, 20, 10), "passed", at(2026, 1, 21)),  # archived, and valid on the last day
        ("21-lo-1-2", "lo-1", at(2026, 1, 10, 10), "failed", None),  # its status says completed
        ("21-lo-2-1", "lo-2", at(2026, 1, 5, 10), "waived", None),
    ]
    assert left_out(loading) == [5]
    assignments = export(loading, "lms_assignments", path, preset="cornerstone_assignments", name="a")
    assert picked(assignments, "assignment_id", "removed_at") == [
        ("21-lo-1-1", None),
        ("21-lo-1-2", None),
        ("21-lo-2-1", None),
        ("22-lo-1-1", at(2026, 2, 1, 12)),
    ]


def test_successfactors_learning_students_inverted_flag(loading: Loading) -> None:
    path = "successfactors_learning/PA_STUDENT.csv"
    rows = export(loading, "lms_accounts", path, preset="successfactors_learning_students")
    assert picked(rows, "account_id", "worker_ref", "status") == [
        ("0012", "0012", "active"),
        ("0014", "0014", "inactive"),
    ]
    assert [one["raw_value"] for one in loading.rejects()] == ["n"]  # codes are case-sensitive


def test_successfactors_learning_history_row_is_not_a_pass(loading: Loading) -> None:
    rows = export(
        loading,
        "lms_completions",
        "successfactors_learning/PA_CPNT_EVTHST.csv",
        preset="successfactors_learning_history",
        lookups={"cmpl_stat": {"path": str(VENDORS / "successfactors_learning/PA_CMPL_STAT.csv")}},
    )
    assert picked(rows, "account_id", "course_id", "result") == [
        ("0012", "COURSE/PSM-201/2023-05-01", "completed"),
        ("0012", "COURSE/PSM-201/2025-05-01", "incomplete"),
        ("0014", "DOC/PSM-201/2023-05-01", "completed"),
    ]
    assert [(one["row_number"], one["column_name"]) for one in loading.rejects()] == [(5, "result")]
    (todo,) = export(
        loading,
        "lms_assignments",
        "successfactors_learning/PA_STUD_CPNT.csv",
        preset="successfactors_learning_todo",
        name="todo",
    )
    assert (todo["course_id"], todo["due_at"]) == ("COURSE/PSM-201/2025-05-01", at(2026, 3, 2))


def test_talentlms_reads_no_localised_date(loading: Loading) -> None:
    accounts = export(loading, "lms_accounts", "talentlms/users.json", preset="talentlms_users")
    assert picked(accounts, "account_id", "status", "created_at", "deactivated_at") == [
        ("1", "active", at(2024, 1, 5, 9, 30), None),
        ("2", "inactive", at(2024, 1, 5, 9, 30), at(2026, 2, 1)),
    ]
    assignments = export(loading, "lms_assignments", "talentlms/courses.json", preset="talentlms_assignments", name="a")
    assert picked(assignments, "account_id", "course_id", "assigned_at", "removed_at") == [
        ("1", "101", at(2026, 1, 2, 8), None),
        ("2", "101", at(2026, 1, 2, 8), at(2026, 2, 1)),
    ]
    assert left_out(loading) == [4]  # the instructor
    assert [one["row_number"] for one in loading.rejects()] == [4, 5]  # and a course without users
    completions = export(loading, "lms_completions", "talentlms/courses.json", preset="talentlms_completions", name="c")
    assert picked(completions, "account_id", "course_id", "completed_at", "result") == [
        ("1", "101", at(2026, 1, 5, 10), "completed")
    ]
    certificates = export(
        loading, "lms_completions", "talentlms/users.json", preset="talentlms_certifications", name="certificates"
    )
    assert picked(certificates, "completion_id", "course_id", "completed_at", "expires_at") == [
        ("c-1", "101", at(2026, 1, 5, 10), None),
        ("c-2", "102", at(2026, 1, 5, 10), at(2027, 1, 5, 10)),
    ]


def test_absorb_statuses_by_number(loading: Loading) -> None:
    accounts = export(loading, "lms_accounts", "absorb/users.json", preset="absorb_users")
    assert picked(accounts, "account_id", "worker_ref", "status") == [
        ("8a1f", "007", "active"),
        ("8a20", "008", "inactive"),
    ]
    completions = export(loading, "lms_completions", "absorb/enrollments.json", preset="absorb_completions", name="c")
    assert picked(completions, "completion_id", "result", "completed_at", "score") == [
        ("e1", "completed", at(2026, 1, 5, 10), "90.0"),
        ("e2", "failed", at(2026, 1, 6, 10), "40.0"),
    ]
    assert left_out(loading) == [4, 5]  # not applicable is no result, however it is dated
    assignments = export(loading, "lms_assignments", "absorb/enrollments.json", preset="absorb_assignments", name="a")
    assert len(assignments) == 4
