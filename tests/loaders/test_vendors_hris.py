"""HR systems: each shipped preset on an export in its true shape, with the traps that vendor lays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from gapwatch.errors import ConfigurationError

from .conftest import FIRST, Loading

VENDORS = Path(__file__).parent / "vendors"


def at(*when: int) -> dt.datetime:
    return dt.datetime(*when)  # type: ignore[arg-type]  # noqa: DTZ001


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def export(loading: Loading, feed: str, fixture: str, *, preset: str, **source: Any) -> list[dict[str, Any]]:
    """Load a fixture by its preset; rows read are rows accepted and rejected."""
    path = str(VENDORS / fixture)
    rows = loading.load(feed, file=path, preset=preset, **source)
    record = loading.record
    assert record.rows_read == record.rows_accepted + record.rows_rejected
    assert (record.rows_accepted, record.rows_rejected) == (len(rows), len(loading.rejects()))
    return rows


def picked(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def left_out(loading: Loading) -> list[int]:
    return [one["row_number"] for one in loading.rejects() if one["reason"].startswith("left out by where")]


def test_workday_two_records_of_one_person(loading: Loading) -> None:
    rows = export(loading, "workers", "workday/workers.json", preset="workday_workers")
    assert picked(rows, "worker_id", "person_id", "hired_on") == [
        ("007", "U1", day("2021-06-01")),  # the offset of the tenant moves no date
        ("C-88", "U2", day("2025-01-06")),
        ("311", "U2", day("2025-07-01")),
    ]


def test_workday_job_history(loading: Loading) -> None:
    rows = export(loading, "role_history", "workday/job_history.json", preset="workday_raas")
    assert picked(rows, "worker_id", "assignment_key", "effective_from_on", "effective_to_on", "status") == [
        ("007", "P-1", day("2025-02-03"), None, "active"),
        ("007", "P-2", day("2025-03-01"), day("2025-06-01"), "active"),
        ("C-88", "P-9", day("2025-01-06"), None, "active"),
        ("C-88", "P-9", day("2025-07-01"), None, "terminated"),
        ("311", "P-9", day("2025-07-01"), None, "active"),
    ]
    assert rows[1]["recorded_at"] == at(2025, 6, 15, 17)  # entered after it had ended; Last_Updated lies ahead
    assert picked(rows, "employment_type")[2:] == [("contractor",), ("contractor",), ("employee",)]


def test_workday_report_with_groups(loading: Loading) -> None:
    group = "Job_History_group"
    rows = export(
        loading,
        "role_history",
        "workday/grouped.json",
        preset="workday_raas",
        unnest=group,
        columns={
            "effective_from": f"{group}.Effective_Date",
            "status": f"{group}.Worker_Status",
            "job_code": f"{group}.Job_Code",
        },
    )
    assert picked(rows, "worker_id", "job_code", "status") == [
        ("007", "OP", "active"),
        ("007", "SUP", "active"),
        ("008", "OP", "leave"),
    ]


def test_successfactors(loading: Loading) -> None:
    rows = export(loading, "role_history", "successfactors/empjob.json", preset="successfactors_empjob")
    assert picked(rows, "worker_id", "sequence", "effective_from_on", "effective_to_on", "status", "job_code") == [
        ("0012", 1, day("2025-01-06"), day("2025-07-01"), "active", "OP"),
        ("0012", 1, day("2025-07-01"), day("2025-07-02"), "active", "OP"),
        ("0012", 2, day("2025-07-01"), day("2025-10-01"), "active", "SUP"),
        ("0012", 1, day("2025-10-01"), None, "terminated", "SUP"),  # the T row starts the day after the last day
        ("0913", 1, day("2026-01-05"), None, "active", "OP"),
    ]
    assert rows[0]["recorded_at"] == at(2025, 1, 3, 14)
    assert [one["raw_value"] for one in loading.rejects()] == ["a"]  # codes are case-sensitive
    workers = export(loading, "workers", "successfactors/empemployment.json", preset="successfactors_empemployment")
    assert picked(workers, "worker_id", "person_id", "hired_on", "worker_type") == [
        ("0012", "P-12", day("2025-01-06"), "employee"),
        ("0913", "P-12", day("2026-01-05"), None),
    ]


def test_oracle_assignments(loading: Loading) -> None:
    rows = export(loading, "role_history", "oracle/workers.json", preset="oracle_assignments")
    columns = ("worker_id", "assignment_key", "effective_from_on", "effective_to_on", "sequence", "status", "job_code")
    assert picked(rows, *columns) == [
        ("10047", "900", day("2024-01-15"), day("2025-06-01"), 1, "active", "OP"),
        ("10047", "900", day("2025-06-01"), day("2025-06-02"), 1, "active", "OP"),
        ("10047", "900", day("2025-06-01"), None, 2, "active", "SUP"),  # 4712-12-31 is open
        ("10048", "901", day("2023-03-01"), day("2024-01-01"), 1, "active", "OP"),
        ("10048", "901", day("2024-01-01"), None, 1, "terminated", "OP"),
        ("10048", "902", day("2026-09-01"), None, 1, "prehire", "OP"),
    ]
    assert picked(rows, "employment_type")[2:] == [("employee",), ("contractor",), ("contractor",), (None,)]
    assert rows[2]["recorded_at"] == at(2025, 5, 21, 15)
    assert left_out(loading) == [8]  # a nonworker
    workers = export(loading, "workers", "oracle/workers.json", preset="oracle_workers", name="workers")
    assert picked(workers, "worker_id", "person_id", "full_name", "hired_on") == [
        ("10047", "300000047", "Ana Example", None),
        ("10048", "300000048", "Ben Example", day("2022-01-01")),
    ]


def test_adp_assignments_are_a_roster(loading: Loading) -> None:
    rows = export(loading, "role_history", "adp/workers-1.json", preset="adp_assignments")
    columns = ("worker_id", "assignment_key", "status", "job_code", "job_title", "department", "site", "manager_id")
    assert picked(rows, *columns) == [
        ("00042", "42A", "active", "OP", "Operator", "MAINT", "BAY1", "00001"),
        ("00042", "42B", "active", "FA", None, None, "BAY1", None),
        ("00043", "43A", "active", "OP", None, None, "BAY1", None),
        ("00044", "primary", "active", None, None, None, None, None),
    ]
    assert loading.record.mode == "snapshot"
    workers = export(loading, "workers", "adp/workers-1.json", preset="adp_workers", name="workers")
    assert picked(workers, "worker_id", "person_id", "hired_on")[0] == ("00042", "G3AAA", day("2023-05-01"))


def test_adp_terminations_name_the_last_day(loading: Loading) -> None:
    rows = export(loading, "role_history", "adp/workers-2.json", preset="adp_terminations")
    assert picked(rows, "worker_id", "assignment_key", "status", "effective_from_on") == [
        ("00042", "42B", "terminated", day("2026-03-04")),
        ("00043", "43A", "terminated", day("2026-03-05")),
    ]
    assert left_out(loading) == [2]


def test_adp_without_any_leaver(loading: Loading) -> None:
    """JSON has no key where nobody has a value: nobody is taken, and that is no mistake of the mapping."""
    assert export(loading, "role_history", "adp/workers-1.json", preset="adp_terminations") == []
    assert (loading.record.rows_read, loading.record.rows_left_out) == (4, 4)
    with pytest.raises(ConfigurationError, match="Termination Date"):  # a delimited file names all its columns
        loading.load("role_history", "Employee ID,Left\n1,\n", preset="roster_terminations")


def test_ukg_job_history(loading: Loading) -> None:
    rows = export(loading, "role_history", "ukg/job_history.json", preset="ukg_job_history")
    assert picked(rows, "worker_id", "assignment_key", "effective_from_on", "status", "job_code") == [
        ("000000101", "CO1", day("2025-01-06"), "active", "OP"),
        ("000000101", "CO1", day("2025-06-01"), "active", "OP"),
        ("000000101", "CO1", day("2025-11-01"), "terminated", "OP"),
        ("000000101", "CO2", day("2025-11-01"), "active", "OP"),
        ("000000101", "CO2", day("2026-01-05"), "active", "SUP"),
        ("000000101", "CO2", day("2026-01-05"), "active", "WRONG"),
    ]
    assert picked(rows, "recorded_at")[:3] == [
        (at(2025, 1, 3, 22, 15),),
        (at(2025, 5, 20, 14),),
        (at(2025, 10, 15, 17),),
    ]
    assert [one["raw_value"] for one in loading.rejects()] == ["O"]  # a code that is left to the customer
    workers = export(loading, "workers", "ukg/employment_details.json", preset="ukg_employment_details", name="w")
    assert picked(workers, "worker_id", "hired_on") == [("000000101", day("1996-01-01"))]
    assert [one["reason"].split(";")[0] for one in loading.rejects()] == ["duplicate key worker_id=000000101"]


def test_bamboohr_tables(loading: Loading) -> None:
    rows = export(loading, "role_history", "bamboohr/jobInfo.json", preset="bamboohr_job_info")
    assert picked(rows, "worker_id", "effective_from_on", "sequence", "status", "job_code", "manager_id") == [
        ("5", day("2025-06-01"), 31, None, "Operator", None),
        ("5", day("2025-01-06"), 12, None, "Trainee", None),
        ("5", day("2025-06-01"), 32, None, "Supervisor", None),
        ("6", day("2025-01-06"), 40, None, "Operator", None),
    ]
    assert "reportsTo" in loading.record.drift  # a name is no id
    assert "manager_id" in loading.record.missing_optional
    rows = export(
        loading, "role_history", "bamboohr/employmentStatus.json", preset="bamboohr_employment_status", name="s"
    )
    assert picked(rows, "worker_id", "effective_from_on", "status", "employment_type", "job_code") == [
        ("5", day("2025-01-06"), "active", "employee", None),
        ("5", day("2025-11-01"), "terminated", None, None),
        ("6", day("2025-01-06"), "active", "contractor", None),
        ("6", day("2025-07-01"), "active", "employee", None),
    ]
    assert [one["raw_value"] for one in loading.rejects()] == ["Gig"]
    workers = export(loading, "workers", "bamboohr/employees.json", preset="bamboohr_employees", name="w")
    assert picked(workers, "worker_id", "email", "hired_on") == [
        ("5", "nils@example.com", day("2025-01-06")),
        ("9", None, None),
    ]


def test_bamboohr_a_field_without_permission_is_not_a_null(loading: Loading) -> None:
    rows = loading.load(
        "role_history",
        '[{"id": "1", "employeeId": "5", "date": "2025-01-06", "jobTitle": "Operator"}]',
        file="jobInfo.json",
        preset="bamboohr_job_info",
    )
    assert picked(rows, "job_code", "site") == [("Operator", None)]
    assert {"site", "department"} <= set(loading.record.missing_optional)  # shown as drift, not taken for emptied


def test_rippling(loading: Loading) -> None:
    rows = export(loading, "role_history", "rippling/workers-1.json", preset="rippling_assignments")
    assert picked(rows, "worker_id", "status", "employment_type", "job_title", "department") == [
        ("w1", "active", "employee", "Operator", "d1"),
        ("w2", "active", "contractor", "Operator", "d1"),
    ]
    ends = export(loading, "role_history", "rippling/workers-2.json", preset="rippling_terminations", name="ends")
    assert picked(ends, "worker_id", "status", "effective_from_on", "recorded_at") == [
        ("w1", "terminated", day("2026-03-06"), None)
    ]
    workers = export(loading, "workers", "rippling/workers-2.json", preset="rippling_workers", name="workers")
    assert picked(workers, "worker_id", "username", "hired_on") == [
        ("w1", "11", day("2024-04-01")),
        ("w3", "13", day("2026-04-01")),
    ]


@pytest.mark.parametrize(
    ("fixture", "expected"),
    [("rippling/workers-1.json", at(2026, 3, 1, 10)), ("rippling/workers-2.json", at(2026, 3, 10))],
)
def test_rippling_mixes_offsets(loading: Loading, fixture: str, expected: dt.datetime) -> None:
    columns = {"recorded_at": "updated_at"}
    rows = export(loading, "role_history", fixture, preset="rippling_assignments", columns=columns)
    assert rows[0]["recorded_at"] == expected


def test_roster_csv(loading: Loading) -> None:
    common: dict[str, Any] = {"date_format": "%m/%d/%Y", "trailer": r"TRAILER;(\d+)"}
    rows = export(loading, "role_history", "roster/roster.csv", preset="roster_roles", **common)
    assert picked(rows, "worker_id", "status", "employment_type") == [
        ("007", "active", "employee"),
        ("008", "terminated", "employee"),
        ("009", "leave", "agency"),
    ]
    ends = export(loading, "role_history", "roster/roster.csv", preset="roster_terminations", name="ends", **common)
    assert picked(ends, "worker_id", "effective_from_on") == [("008", day("2026-03-14"))]
    assert loading.record.rows_left_out == 2
    workers = export(loading, "workers", "roster/roster.csv", preset="roster_workers", name="workers", **common)
    assert picked(workers, "worker_id", "full_name", "hired_on") == [
        ("007", "Jørgen\nExample", day("2024-04-01")),
        ("008", "Ada Example", day("2024-04-01")),
    ]
    assert [one["raw_value"] for one in loading.rejects()] == ["13/01/2024"]
    (windows,) = export(
        loading, "workers", "roster/cp1252.txt", preset="roster_workers", name="windows", **common | {"trailer": None}
    )
    assert windows["full_name"] == "Jørgen Example"


def test_roster_with_zeros_that_a_spreadsheet_took_away(loading: Loading) -> None:
    """An id is text as it stands; who knows its width says so, and then it is whole again."""
    text = "Employee ID,Status,Employment Type\n7,A,Employee\n008,A,Employee\n12345,A,Employee\n"
    rows = loading.load("role_history", text, preset="roster_roles")
    assert picked(rows, "worker_id") == [("7",), ("008",), ("12345",)]
    width = {
        "worker_id": 'case when length("Employee ID") < 3 then lpad("Employee ID", 3, \'0\') else "Employee ID" end'
    }
    rows = loading.load("role_history", text, preset="roster_roles", columns=width)
    assert picked(rows, "worker_id") == [("007",), ("008",), ("12345",)]


def test_a_preset_is_applied_to_the_next_roster_too(loading: Loading) -> None:
    export(loading, "role_history", "adp/workers-1.json", preset="adp_assignments")
    rows = export(
        loading, "role_history", "adp/workers-2.json", preset="adp_assignments", at=FIRST + dt.timedelta(days=7)
    )
    assert picked(rows, "worker_id", "assignment_key", "status", "job_code") == [
        ("00042", "42A", "active", "SUP"),
        ("00042", "42B", "terminated", "FA"),
        ("00043", "43A", "terminated", "OP"),
    ]
