"""The nastiest cases of training records and flags (11 to 13), from vendors' exports to the published tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from published import POLICY, Company

LOADED = "2026-03-10T12:00:00Z"
ROLES = "worker_id,status,job_code,site,effective_from\n"


def credits_for(*courses: str) -> dict[str, list[dict[str, str]]]:
    """The policy, with these courses earning R-OP."""
    return POLICY | {"course_credits": [{"course_id": course, "requirement_id": "R-OP"} for course in courses]}


def operators(company: Company, *lines: str) -> None:
    company.source("hr", "role_history", "hr.csv")
    company.put("hr.csv", ROLES + "".join(f"{line}\n" for line in lines))


COMPLETIONS = "id,userid,course,timeenrolled,timestarted,timecompleted,reaggregate\n"


def moodle(company: Company, **keys: Any) -> None:
    """Two operators with Moodle accounts 3 and 4, and their completions by Moodle's table."""
    company.policy = credits_for("101")
    operators(company, *(f"W{number},active,OP,BAY1,2025-01-06" for number in (3, 4)))
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\n3,W3,active,2024-01-05\n4,W4,active,2024-01-05\n")
    company.source("moodle", "lms_completions", "cc.csv", preset="moodle_completions", **keys)
    company.put("cc.csv", f"{COMPLETIONS}1,3,101,0,0,1767607200,0\n2,4,101,0,0,1767607200,0\n")


CREDENTIALS = "select worker_id, completion_id, valid_from from credential_periods order by 1, 2"


def test_11_a_completion_that_vanishes_stays_a_credential(company: Company) -> None:
    """Case 11: a course reset destroys its completions; who was trained was trained."""
    moodle(company)
    company.publish("2026-03-02T12:00:00Z")
    company.put("cc.csv", f"{COMPLETIONS}2,4,101,0,0,0,0\n9,4,101,0,0,1772445600,0\n")  # 1 is gone, 2 was reset
    company.publish(LOADED)
    assert company.rows(CREDENTIALS) == [
        ("W3", "1", "2026-01-05T10:00:00Z"),
        ("W4", "2", "2026-01-05T10:00:00Z"),
        ("W4", "9", "2026-03-02T10:00:00Z"),
    ]
    assert company.rows("select worker_id from gaps where closed_at is null") == []
    changes = "select record_id, change from record_changes order by 1, 2"
    assert company.rows(changes) == [("1", "vanished"), ("2", "vanished")]
    company.publish("2026-03-11T12:00:00Z")  # the same file again changes nothing
    assert len(company.rows(CREDENTIALS)) == 3
    company.sources[-1]["vanished"] = "go"  # and a source can say that what is gone never was
    company.publish("2026-03-12T12:00:00Z")
    assert company.rows(CREDENTIALS) == [("W4", "9", "2026-03-02T10:00:00Z")]


def test_12_a_row_that_is_not_credit_and_credit_that_is_not_a_row(company: Company, exports: Path) -> None:
    """Case 12: a history row of a failed course earns nothing, a status label neither; an exemption does."""
    company.policy = credits_for("COURSE/PSM-201/2023-05-01", "COURSE/PSM-201/2025-05-01", "lo-1", "lo-2")
    operators(company, *(f"{worker},active,OP,BAY1,2025-01-06" for worker in ("0012", "0014", "W21", "W22")))
    company.source("a", "lms_accounts", "a.csv")
    refs = {"0012": "0012", "0014": "0014", "21": "W21", "22": "W22"}
    accounts = "".join(f"{account},{worker},active,2024-01-05\n" for account, worker in refs.items())
    company.put("a.csv", f"account_id,worker_ref,status,created_at\n{accounts}")
    learning = exports / "successfactors_learning"
    company.source(
        "sf",
        "lms_completions",
        str(learning / "PA_CPNT_EVTHST.csv"),
        preset="successfactors_learning_history",
        timezone="UTC",
        lookups={"cmpl_stat": {"path": str(learning / "PA_CMPL_STAT.csv")}},
    )
    transcript = str(exports / "cornerstone/transcript_core.json")
    company.source("csod", "lms_completions", transcript, preset="cornerstone_completions", timezone="America/Chicago")
    company.publish(LOADED)
    credentials = "select worker_id, valid_from, valid_to, kind from credential_periods order by worker_id, valid_from"
    assert company.rows(credentials) == [
        ("0012", "2026-01-05T17:00:00Z", "2027-01-05T17:00:00Z", "trained"),  # the failed one of February earns nothing
        ("W21", "2025-01-20T10:00:00Z", "2026-01-20T10:00:00Z", "trained"),  # archived, and before its licence ends
        ("W21", "2026-01-05T10:00:00Z", "2027-01-05T10:00:00Z", "waived"),
    ]
    open_gaps = "select worker_id from gaps where closed_at is null order by worker_id"
    assert company.rows(open_gaps) == [("0014",), ("W22",)]  # a document of the same id is another course
    assert company.rows("select rows_left_out from loads where source = 'csod'") == [(1,)]
    assert company.balances()
    alarms = "select check_id from check_results where check_id like 'rejects_above%' and status <> 'pass'"
    assert company.rows(alarms) == [("rejects_above_10_pct",)]  # one of four rows names an unheard-of status
    assert company.rows(f"{alarms} and feed <> 'lms_completions'") == []


def test_13_inverted_and_case_sensitive_flags(company: Company) -> None:
    """Case 13: NOT_ACTIVE = N is the leaver who can still log in; n is no code, and is not taken for one."""
    operators(
        company,
        *(f"{worker},active,OP,BAY1,2025-01-06" for worker in ("0012", "0014", "0015")),
        *(f"{worker},terminated,OP,BAY1,2026-02-02" for worker in ("0012", "0014", "0015")),
    )
    company.source("sf", "lms_accounts", "students.csv", preset="successfactors_learning_students", timezone="UTC")
    company.put(
        "students.csv",
        "STUD_ID,FNAME,LNAME,EMAIL_ADDR,NOT_ACTIVE,CREATE_DTE\n"
        "0012,,,,N,2025-01-05 09:30:00\n0014,,,,Y,2025-01-05 09:30:00\n0015,,,,n,2025-01-05 09:30:00\n",
    )
    company.publish(LOADED)
    assert company.rows("select account_id from stale_accounts where is_open") == [("0012",)]
    assert company.rows("select raw_value, column_name from rejects") == [("n", "status")]


def test_13_an_active_only_list_hides_leavers_and_a_check_says_so(company: Company) -> None:
    """Case 13: a roster of the active alone: whoever is missing has not left for all we know, and that is told."""
    company.source("roster", "role_history", "rippling.json", preset="rippling_assignments")
    worker: dict[str, Any] = {"status": "ACTIVE", "employment_type": {"type": "EMPLOYEE"}, "title": "OP"}
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\nA1,w1,active,2025-01-06\nA2,w2,active,2025-01-06\n")
    company.put("rippling.json", {"results": [worker | {"id": "w1"}, worker | {"id": "w2"}]})
    company.publish("2026-03-02T12:00:00Z")
    company.put("rippling.json", {"results": [worker | {"id": "w1"}]})
    company.publish(LOADED)
    assert company.rows("select worker_id from role_states where valid_to is null order by 1") == [("w1",), ("w2",)]
    assert company.rows("select worker_id from hr_events where event_type = 'termination'") == []
    told = "select status, rows_failed from check_results where check_id = 'workers_absent_from_snapshot'"
    assert company.rows(told) == [("fail", 1)]
