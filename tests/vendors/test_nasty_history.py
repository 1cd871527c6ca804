"""The nastiest cases of role history (1 to 10), each from an export in its vendor's shape to the published tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from published import Company

STATES = (
    "select worker_id, assignment_key, job_code, status, valid_from, valid_to from role_states"
    " order by worker_id, assignment_key, valid_from"
)
EVENTS = "select worker_id, event_type, effective_at from hr_events order by worker_id, effective_at, event_type"
LOADED = "2026-03-10T12:00:00Z"


def raas(*rows: dict[str, Any]) -> dict[str, Any]:
    """A Workday report: active operators at BAY1 unless a row says otherwise."""
    usual = {"Position_ID": "P-1", "Worker_Status": "Active", "Worker_Type": "Employee", "Job_Code": "OP"}
    return {"Report_Entry": [usual | {"Location_ID": "BAY1"} | row for row in rows]}


def workday(company: Company, *rows: dict[str, Any], **keys: Any) -> None:
    if not any(source["name"] == "workday" for source in company.sources):
        company.source("workday", "role_history", "workday.json", preset="workday_raas", **keys)
    company.put("workday.json", raas(*rows))


def test_01_same_day_rows_with_a_sequence(company: Company, exports: Path) -> None:
    """Case 1: of several rows of a day the last of its sequence holds."""
    company.source("sf", "role_history", str(exports / "successfactors/empjob.json"), preset="successfactors_empjob")
    company.publish(LOADED)
    assert company.rows(STATES)[:3] == [
        ("0012", "primary", "OP", "active", "2025-01-06T06:00:00Z", "2025-07-01T05:00:00Z"),
        ("0012", "primary", "SUP", "active", "2025-07-01T05:00:00Z", "2025-10-01T05:00:00Z"),
        ("0012", "primary", "SUP", "terminated", "2025-10-01T05:00:00Z", None),
    ]
    assert company.balances()


def test_01_same_day_rows_without_a_sequence(company: Company, exports: Path) -> None:
    """Case 1: without a sequence the row entered last holds, wherever it stands in the file."""
    company.source("ukg", "role_history", str(exports / "ukg/job_history.json"), preset="ukg_job_history")
    company.source("bamboo", "role_history", str(exports / "bamboohr/jobInfo.json"), preset="bamboohr_job_info")
    status = str(exports / "bamboohr/employmentStatus.json")
    company.source("bamboo_status", "role_history", status, preset="bamboohr_employment_status")
    company.publish(LOADED)
    last = "select job_code from role_states where worker_id = '{}' and valid_from = '{}'"
    assert company.rows(last.format("000000101", "2026-01-05 08:00:00")) == [("SUP",)]  # REF2 is on Pacific time
    assert company.rows(last.format("5", "2025-06-01 05:00:00")) == [("Supervisor",)]  # the greatest id


def test_02_a_termination_is_neither_off_by_one_nor_shifted_by_a_zone(company: Company) -> None:
    """Case 2: last day 28 February and first day without work 1 March are one instant, the site's midnight."""
    day = 86_400_000
    company.source("workday", "role_history", "workday.json", preset="workday_raas", timezone="Asia/Tokyo")
    company.source("sf", "role_history", "sf.json", preset="successfactors_empjob", timezone="Asia/Tokyo")
    company.put(
        "workday.json",
        raas(
            {"Employee_ID": "W", "Effective_Date": "2025-01-06-08:00"},
            {"Employee_ID": "W", "Effective_Date": "2026-02-28-08:00", "Worker_Status": "Terminated"},
            {"Employee_ID": "T", "Effective_Date": "2025-01-06+09:00", "Location_ID": "TOK"},
            {"Employee_ID": "T", "Effective_Date": "2026-02-28", "Worker_Status": "Terminated", "Location_ID": "TOK"},
        ),
    )
    job = {"userId": "S", "seqNumber": "1", "jobCode": "OP", "location": "BAY1", "employmentType": "Employee"}
    first, after = 20_094, 20_513  # days since 1970: 2025-01-06 and 2026-03-01
    rows = [
        job | {"startDate": f"/Date({first * day})/", "endDate": f"/Date({(after - 1) * day})/", "emplStatus": "A"},
        job | {"startDate": f"/Date({after * day})/", "endDate": "/Date(253402214400000)/", "emplStatus": "T"},
    ]
    company.put("sf.json", {"d": {"results": rows}})
    company.publish(LOADED)
    ends = "select worker_id, effective_at from hr_events where event_type = 'termination' order by worker_id"
    assert company.rows(ends) == [
        ("S", "2026-03-01T06:00:00Z"),
        ("T", "2026-02-28T15:00:00Z"),
        ("W", "2026-03-01T06:00:00Z"),
    ]


def test_03_open_and_inclusive_ends_and_every_sentinel(company: Company, exports: Path) -> None:
    """Case 3: no sentinel is ever a date, and an inclusive end meets the next start without a hole."""
    company.source("oracle", "role_history", str(exports / "oracle/workers.json"), preset="oracle_assignments")
    ends = ["", "9999-12-31", "4712-12-31", "9999-12-31T23:59:59", "2147483647", "0", "-1", "2026-01-31"]
    lines = [f"W{number},active,OP,BAY1,2025-01-06,{end}\n" for number, end in enumerate(ends)]
    company.put("hr.csv", "worker_id,status,job_code,site,effective_from,effective_to\n" + "".join(lines))
    company.source("hr", "role_history", "hr.csv", end_dates="inclusive")
    company.put(
        "accounts.csv",
        "account_id,status,deactivated_at\n" + "".join(f"A{n},active,{end}\n" for n, end in enumerate(ends[:-1])),
    )
    company.source("lms", "lms_accounts", "accounts.csv")
    company.publish(LOADED)
    oracle = [row[2:] for row in company.rows(STATES) if row[0] == "10047"]
    assert oracle == [
        ("OP", "active", "2024-01-15T06:00:00Z", "2025-06-01T05:00:00Z"),
        ("SUP", "active", "2025-06-01T05:00:00Z", None),
    ]
    ended = "select worker_id, valid_to from role_states where worker_id like 'W%' order by worker_id"
    assert company.rows(ended) == [*((f"W{n}", None) for n in range(7)), ("W7", "2026-02-01T06:00:00Z")]
    assert company.rows("select count(*) from stale_accounts where kind = 'orphan'") == [(7,)]  # all still active
    assert company.rows("select reason from rejects where reason not like 'left out%'") == []


def test_04_back_dated_the_clock_starts_when_it_was_recorded(company: Company) -> None:
    """Case 4: entered on 1 March, effective on 2 February: the LMS could not have answered before 1 March."""
    hire = {"Employee_ID": "W", "Effective_Date": "2025-01-06", "Entry_DateTime": "2025-01-02T09:00:00-06:00"}
    moved = hire | {"Effective_Date": "2026-02-02", "Entry_DateTime": "2026-03-01T09:00:00-06:00", "Job_Code": "SUP"}
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\nA,W,active,2025-01-06\n")
    company.source("t", "lms_assignments", "t.csv")
    assignments = "assignment_id,account_id,course_id,assigned_at\n0,A,C-OP,2025-01-06T12:00:00Z\n"
    company.put("t.csv", assignments)
    workday(company, hire)
    company.publish("2026-02-15T12:00:00Z")
    workday(company, hire, moved)
    company.put("t.csv", f"{assignments}1,A,C-SUP,2026-03-01T18:00:00Z\n")
    company.publish(LOADED)
    answer = (
        "select clock_at, responded_at, verdict from event_responses"
        " where action = 'assign' and event_type = 'role_change' and requirement_id = 'R-SUP'"
    )
    assert company.rows(answer) == [("2026-03-01T15:00:00Z", "2026-03-01T18:00:00Z", "on_time")]
    gap = "select opened_at, first_cause from gaps where requirement_id = 'R-SUP'"
    assert company.rows(gap) == [("2026-02-02T06:00:00Z", "not_recorded")]
    assert company.rows(gap, known_at="2026-02-20T00:00:00Z") == []  # nobody could know


def test_05_corrected_and_deleted_rows_are_gone_and_what_was_known_stays(company: Company) -> None:
    """Case 5: HR overwrites one row and deletes another; the newest export holds, past reports stay as they were."""
    first = [
        {"id": "1", "employeeId": "5", "date": "2025-01-06", "jobTitle": "OP", "location": "BAY1"},
        {"id": "2", "employeeId": "5", "date": "2025-06-01", "jobTitle": "SUP", "location": "BAY1"},
        {"id": "3", "employeeId": "6", "date": "2025-01-06", "jobTitle": "SUP", "location": "BAY1"},
    ]
    status = [
        {"id": str(n), "employeeId": n, "date": "2025-01-06", "employmentStatus": "Full-Time"} for n in ("5", "6")
    ]
    company.source("jobs_of", "role_history", "job.json", preset="bamboohr_job_info")
    company.source("status_of", "role_history", "status.json", preset="bamboohr_employment_status")
    company.put("job.json", first)
    company.put("status.json", status)
    company.publish("2026-03-01T12:00:00Z")
    company.put("job.json", [first[0], first[2] | {"jobTitle": "OP"}])
    company.publish(LOADED)
    states = "select worker_id, job_code, valid_from from role_states where status = 'active' order by all"
    start = "2025-01-06T06:00:00Z"
    assert company.rows(states) == [("5", "OP", start), ("6", "OP", start)]
    before = [("5", "OP", start), ("5", "SUP", "2025-06-01T05:00:00Z"), ("6", "SUP", start)]
    assert company.rows(states, known_at="2026-03-05T00:00:00Z") == before


def test_05_a_rescinded_row_of_a_delta_is_deleted(company: Company) -> None:
    """Case 5: a transaction log says that an earlier entry no longer counts."""
    hire = {"Employee_ID": "W", "Effective_Date": "2025-01-06", "Sequence": "1"}
    end = {"Employee_ID": "W", "Effective_Date": "2026-03-03", "Sequence": "1", "Worker_Status": "Terminated"}
    workday(company, hire, end, mode="delta", deleted_when="Event_Status = 'Rescinded'", end_dates="inclusive")
    company.put("workday.json", raas(hire | {"Event_Status": "Done"}, end | {"Event_Status": "Done"}))
    company.publish("2026-03-05T12:00:00Z")
    assert company.rows(EVENTS)[-1] == ("W", "termination", "2026-03-04T06:00:00Z")
    company.put("workday.json", raas(end | {"Event_Status": "Rescinded"}))
    company.publish(LOADED)
    assert company.rows(EVENTS) == [("W", "hire", "2025-01-06T06:00:00Z")]
    assert len(company.rows(EVENTS, known_at="2026-03-06T00:00:00Z")) == 2


@pytest.mark.parametrize("blanked", [False, True], ids=["old end left", "old end blanked"])
def test_06_rehire(company: Company, blanked: bool) -> None:
    """Case 6: the roster shows a rehired worker, with the end of the first employment or without it."""
    company.source("roster", "role_history", "rippling.json", preset="rippling_assignments")
    company.source("ends", "role_history", "rippling.json", preset="rippling_terminations")
    worker = {
        "id": "w1",
        "start_date": "2025-01-06",
        "end_date": None,
        "status": "ACTIVE",
        "employment_type": {"type": "EMPLOYEE"},
        "title": "OP",
    }
    gone = worker | {"status": "TERMINATED", "end_date": "2026-03-05"}
    back = worker | {"start_date": "2026-04-01", "end_date": None if blanked else "2026-03-05"}
    other = worker | {"id": "w2", "status": "TERMINATED", "end_date": "2025-06-30"}
    for loaded_at, row in (("2026-03-02", worker), ("2026-03-09", gone), ("2026-04-06", back)):
        company.put("rippling.json", {"results": [row, other]})
        company.publish(f"{loaded_at}T12:00:00Z")
    ended = "2026-03-09T05:00:00Z" if blanked else "2026-03-06T06:00:00Z"  # blanked: on the roster that showed it
    events = [row[1:] for row in company.rows(EVENTS) if row[0] == "w1"]
    assert events == [("termination", ended), ("rehire", "2026-04-06T05:00:00Z")]


def test_07_a_new_worker_id_is_no_leaver(company: Company, exports: Path) -> None:
    """Case 7: the contractor who was hired, and the rehire under another userId, keep their accounts rightly."""
    company.source("hr", "role_history", str(exports / "workday/job_history.json"), preset="workday_raas")
    company.source("people", "workers", str(exports / "workday/workers.json"), preset="workday_workers")
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\nA,C-88,active,2025-01-06\n")
    company.publish(LOADED)
    assert company.rows("select worker_id, person_id from account_links") == [("C-88", "U2")]
    assert company.rows("select kind, account_id from stale_accounts") == []
    assert company.rows("select worker_id from event_responses where action = 'deactivate_account'") == []
    late = "select worker_id, verdict from event_responses where action = 'create_account' and worker_id = '311'"
    assert company.rows(late) in ([], [("311", "early")])  # the account was there already
    kinds = [row[:2] for row in company.rows(EVENTS) if row[0] in ("C-88", "311")]
    assert kinds == [("311", "hire"), ("C-88", "contractor_start"), ("C-88", "termination")]


def test_07_a_transfer_between_companies_is_no_leaver(company: Company, exports: Path) -> None:
    """Case 7: UKG writes an end in one company and a start in the other."""
    company.source("ukg", "role_history", str(exports / "ukg/job_history.json"), preset="ukg_job_history")
    company.publish(LOADED)
    kinds = [row[1] for row in company.rows(EVENTS)]
    assert "termination" not in kinds
    assert "rehire" not in kinds
    assert kinds[0] == "hire"


def test_08_of_two_jobs_one_ends(company: Company, exports: Path) -> None:
    """Case 8: the first-aider position ends, the worker does not."""
    company.source("hr", "role_history", str(exports / "workday/job_history.json"), preset="workday_raas")
    company.publish(LOADED)
    assert [row[1:] for row in company.rows(EVENTS) if row[0] == "007"] == [
        ("hire", "2025-02-03T06:00:00Z"),
        ("role_change", "2025-03-01T06:00:00Z"),
        ("role_change", "2025-06-01T05:00:00Z"),
    ]
    assert [row[1:] for row in company.rows(STATES) if row[0] == "007"] == [
        ("P-1", "OP", "active", "2025-02-03T06:00:00Z", None),
        ("P-2", "FA", "active", "2025-03-01T06:00:00Z", "2025-06-01T05:00:00Z"),
    ]


def test_09_two_timelines_the_job_stays_open_after_the_termination(company: Company, exports: Path) -> None:
    """Case 9: BambooHR's jobs and statuses carry on over each other."""
    company.source("job", "role_history", str(exports / "bamboohr/jobInfo.json"), preset="bamboohr_job_info")
    status = str(exports / "bamboohr/employmentStatus.json")
    company.source("status", "role_history", status, preset="bamboohr_employment_status")
    company.publish(LOADED)
    columns = "select job_code, status, employment_type, valid_from, valid_to from role_states where worker_id = '{}'"
    assert company.rows(columns.format(5) + " order by valid_from") == [
        ("Trainee", "active", "employee", "2025-01-06T06:00:00Z", "2025-06-01T05:00:00Z"),
        ("Supervisor", "active", "employee", "2025-06-01T05:00:00Z", "2025-11-01T05:00:00Z"),
        ("Supervisor", "terminated", "employee", "2025-11-01T05:00:00Z", None),
    ]
    assert company.rows(columns.format(6) + " order by valid_from") == [
        ("Operator", "active", "contractor", "2025-01-06T06:00:00Z", "2025-07-01T05:00:00Z"),
        ("Operator", "active", "employee", "2025-07-01T05:00:00Z", None),
    ]
    assert [row[1] for row in company.rows(EVENTS) if row[0] == "5"] == ["hire", "role_change", "termination"]


def test_10_future_dated_rows_are_shown_and_count_for_nothing_yet(company: Company) -> None:
    """Case 10: a promotion, an end and a start that lie ahead of as_of."""
    workday(
        company,
        {"Employee_ID": "W1", "Effective_Date": "2025-01-06"},
        {"Employee_ID": "W1", "Effective_Date": "2026-04-06", "Job_Code": "SUP"},
        {"Employee_ID": "W2", "Effective_Date": "2025-01-06"},
        {"Employee_ID": "W2", "Effective_Date": "2026-03-31", "Worker_Status": "Terminated"},
        {"Employee_ID": "W3", "Effective_Date": "2026-05-04"},
    )
    company.source("a", "lms_accounts", "a.csv")
    accounts = "".join(f"A{n},W{n},active,2025-01-06\n" for n in (1, 2, 3))
    company.put("a.csv", f"account_id,worker_ref,status,created_at\n{accounts}")
    company.source("c", "lms_completions", "c.csv")
    completions = "".join(f"{n},A{n},C-OP,2025-12-01,passed\n" for n in (1, 2))
    company.put("c.csv", f"completion_id,account_id,course_id,completed_at,result\n{completions}")
    company.publish(LOADED)
    ahead = [row for row in company.rows(EVENTS) if row[2] > LOADED]
    assert ahead == [
        ("W1", "role_change", "2026-04-06T05:00:00Z"),
        ("W2", "termination", "2026-04-01T05:00:00Z"),
        ("W3", "hire", "2026-05-04T05:00:00Z"),
    ]
    assert company.rows("select worker_id from gaps where closed_at is null") == []
    assert company.rows("select account_id from stale_accounts where kind = 'stale'") == []
    later = company.rows(
        "select worker_id, requirement_id from gaps where closed_at is null order by 1", as_of="2026-05-05"
    )
    assert later == [("W1", "R-SUP"), ("W3", "R-OP")]
