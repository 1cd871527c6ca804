"""Modes full, delta, snapshot and event, from files to published tables, through the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from command import Answer, gapwatch

from gapwatch.warehouse.generations import generation_path

_TABLES: Final = (
    "account_links",
    "role_states",
    "hr_events",
    "requirement_periods",
    "credential_periods",
    "compliance_timeline",
    "gaps",
    "event_responses",
    "unsynced_events",
    "stale_accounts",
    "compliance",
    "inflation",
    "sync_latency",
    "staged_absences",
    "writeback",
)
_POLICY: Final = {
    "requirements": "requirement_id,title,severity,validity_months,grace_days\nPSM,PSM refresher,high,12,0\n",
    "requirement_rules": "rule_id,requirement_id,job_code\nR-1,PSM,OP*\n",
    "course_credits": "course_id,requirement_id\nC1,PSM\n",
}
_SITES: Final = "site,name,timezone\nBAY1,Bay,America/Chicago\nNYC,New York,America/New_York\n"
_UTC: Final = "2026-03-{:02d}T06:00:00Z"


class Company:
    """A folder with a configuration, into which files are laid and loaded day by day (March 2026, 06:00 UTC)."""

    def __init__(self, folder: Path, sources: Mapping[str, str]) -> None:
        self.folder = folder
        text = '[organisation]\ntimezone = "America/Chicago"\n[guard]\nmax_shrink_pct = 0\nmax_ended_pct = 0\n'
        for name, settings in {"sites": 'feed = "sites"', **sources}.items():
            text += f'[[sources]]\nname = "{name}"\npath = "feeds/{name}.csv"\n{settings}\n'
        (folder / "feeds").mkdir()
        (folder / "gapwatch.toml").write_text(text, encoding="utf-8")
        (folder / "policy").mkdir()
        for table, rows in _POLICY.items():
            (folder / "policy" / f"{table}.csv").write_text(rows, encoding="utf-8")
        self.lay(sites=_SITES)

    def lay(self, **files: str) -> None:
        for name, content in files.items():
            (self.folder / "feeds" / f"{name}.csv").write_text(content, encoding="utf-8")

    def call(self, command: str, *arguments: str) -> Answer:
        return gapwatch(command, "--config", str(self.folder / "gapwatch.toml"), *arguments)

    def load(self, day: int, **files: str) -> Answer:
        self.lay(**files)
        answer = self.call("load", "--loaded-at", _UTC.format(day))
        assert answer.code == 0, answer.err
        return answer

    def build(self, *arguments: str) -> None:
        answer = self.call("build", *arguments)
        assert answer.code == 0, answer.err

    def ask(self, select: str) -> list[tuple[Any, ...]]:
        answer = self.call("sql", "--format", "json", select)
        assert answer.code == 0, answer.err
        return [tuple(row.values()) for row in json.loads(answer.out)]

    def roles(
        self, worker_id: str, columns: str = "valid_from::date::text, valid_to::date::text, status, job_code"
    ) -> Any:
        select = (
            f"select {columns} from role_states where worker_id = '{worker_id}' order by assignment_key, valid_from"
        )
        return self.ask(select)

    def published(self) -> dict[str, list[Any]]:
        with duckdb.connect(str(generation_path(self.folder / "warehouse")), read_only=True) as connection:
            return {table: connection.execute(f"select * from {table} order by all").fetchall() for table in _TABLES}


def test_delta_rows_replace_their_key_and_deletions_end_it(tmp_path: Path) -> None:
    company = Company(
        tmp_path,
        {
            "roles": 'feed = "role_history"\nmode = "delta"\ndeleted_when = "action = \'D\'"',
            "users": 'feed = "lms_accounts"\nmode = "delta"',
        },
    )
    company.load(
        1,
        roles="worker_id,effective_from,status,job_code,action\n"
        "W1,2026-01-05,active,OP,\nW2,2026-01-05,active,OP,\nW2,2026-02-01,leave,OP,\nW3,2026-01-05,active,OP,\n",
        users="account_id,worker_ref,status,created_at\nA1,W1,active,2026-01-01\nA2,W2,active,2026-01-01\n"
        "A3,W3,active,2026-01-01\n",
    )
    company.load(
        2,
        roles="worker_id,effective_from,status,job_code,action\n"
        "W1,2026-01-05,active,OP2,\nW2,2026-02-01,,,D\nW4,2026-03-02,active,OP,\nW5,,active,OP,D\nW6,2026-01-01,,OP,\n",
        users="account_id,worker_ref,status,created_at,is_deleted\nA1,W1,inactive,2026-01-01,no\nA2,,,,yes\n"
        "A4,,active,,maybe\n",
    )
    company.build()
    assert company.roles("W1") == [("2026-01-05", None, "active", "OP2")]
    assert company.roles("W2") == [("2026-01-05", None, "active", "OP")]
    assert company.roles("W3") == [("2026-01-05", None, "active", "OP")]
    assert company.roles("W4", "recorded_at::text") == [("2026-03-02 06:00:00",)]
    assert company.roles("W1", "recorded_at::text") == [("2026-03-02 06:00:00",)]  # the job was not told before
    assert company.roles("W3", "recorded_at::text") == [("2026-03-01 06:00:00",)]
    assert company.ask("select account_id from account_links order by account_id") == [("A1",), ("A3",)]
    rejects = company.ask("select row_number, column_name from rejects order by load_id, row_number")
    assert rejects == [(5, "effective_from"), (6, "status"), (4, "is_deleted")]
    closed = company.ask("select closed_at::text from account_spans order by account_key limit 1")
    assert closed == [("2026-03-02 06:00:00",)]  # the load that first showed A1 inactive


def test_a_file_loaded_again_unchanged_adds_nothing(tmp_path: Path) -> None:
    company = Company(
        tmp_path,
        {
            "logins": 'feed = "lms_logins"\nmode = "delta"',
            "roles": 'feed = "role_history"\nmode = "event"',
        },
    )
    company.load(
        1,
        logins="account_id,logged_in_at\nA1,2026-02-01T08:00:00Z\n",
        roles="worker_id,effective_from,status,job_code\nW1,2026-01-05,active,OP\n",
    )
    company.build("--as-of", _UTC.format(9))
    before = company.published()
    company.load(2)
    company.build("--as-of", _UTC.format(9))
    assert company.published() == before
    assert company.ask("select distinct status from loads where loaded_at = '2026-03-02 06:00:00'") == [("unchanged",)]
    company.load(3, logins="account_id,logged_in_at\nA1,2026-02-01T08:00:00Z\nA1,2026-02-02T08:00:00Z\n")
    company.build()
    assert company.ask("select count(*) from staged_lms_logins") == [(2,)]  # delivered again, it is the same login


def test_rosters_become_a_history_and_absence_ends_nobody(tmp_path: Path) -> None:
    company = Company(tmp_path, {"roster": 'feed = "role_history"\nmode = "snapshot"'})
    company.load(1, roster="worker_id,status,job_code,site\nW1,active,OP,BAY1\nW2,active,OP,NYC\nW3,active,OP,BAY1\n")
    company.load(2, roster="worker_id,status,job_code,site\nW1,active,OP2,BAY1\nW3,active,OP,BAY1\nW4,active,OP,NYC\n")
    company.load(3, roster="worker_id,status,job_code,site\nW1,active,OP2,BAY1\nW3,terminated,OP,BAY1\n")
    company.build()
    when = "valid_from::text, valid_to::text, job_code, recorded_at::text"
    assert company.roles("W1", when) == [
        ("2026-03-01 06:00:00", "2026-03-02 06:00:00", "OP", "2026-03-01 06:00:00"),
        ("2026-03-02 06:00:00", None, "OP2", "2026-03-02 06:00:00"),
    ]
    assert company.roles("W2", when) == [("2026-03-01 05:00:00", None, "OP", "2026-03-01 06:00:00")]
    events = company.ask(
        "select worker_id, event_type, effective_at::text from hr_events order by effective_at, worker_id"
    )
    assert events == [
        ("W4", "hire", "2026-03-02 05:00:00"),
        ("W1", "role_change", "2026-03-02 06:00:00"),
        ("W3", "termination", "2026-03-03 06:00:00"),
    ]
    absent = "select worker_id, finding, absent_since::text, present_again_at from staged_absences order by worker_id"
    assert company.ask(absent) == [
        ("W2", "absent_from_snapshot", "2026-03-02 06:00:00", None),
        ("W4", "absent_from_snapshot", "2026-03-03 06:00:00", None),
    ]
    check = "select rows_failed from check_results where check_id = 'workers_absent_from_snapshot'"
    assert company.ask(check) == [(2,)]
    company.build("--known-at", _UTC.format(1))
    assert company.roles("W1", when) == [("2026-03-01 06:00:00", None, "OP", "2026-03-01 06:00:00")]
    assert company.ask(absent) == []


def test_rosters_with_dates_of_their_own_correct_what_they_said(tmp_path: Path) -> None:
    company = Company(tmp_path, {"roster": 'feed = "role_history"\nmode = "snapshot"'})
    head = "worker_id,effective_from,status,job_code\n"
    company.load(1, roster=f"{head}W1,2026-01-05,active,OP\nW2,2026-01-05,active,OP\nW2,2026-04-01,active,OP9\n")
    company.load(2, roster=f"{head}W1,2026-02-10,active,OP2\nW2,2026-01-05,active,OP\n")
    company.build("--as-of", "2026-05-01T00:00:00Z")
    assert company.roles("W1") == [
        ("2026-01-05", "2026-02-10", "active", "OP"),
        ("2026-02-10", None, "active", "OP2"),
    ]
    assert company.roles("W2") == [("2026-01-05", None, "active", "OP")]  # the move of April was taken back
    assert company.ask("select worker_id, event_type, recorded_at::text from hr_events") == [
        ("W1", "role_change", "2026-03-02 06:00:00")
    ]


def test_changes_carry_on_what_they_leave_out(tmp_path: Path) -> None:
    company = Company(
        tmp_path,
        {
            "events": 'feed = "role_history"\nmode = "event"\nemptied_by = "(none)"',
            "users": 'feed = "lms_accounts"\nmode = "event"',
        },
    )
    head = "worker_id,effective_from,status,employment_type,job_code,site,contract_end_on\n"
    company.load(
        1,
        events=f"{head}W1,2026-01-05,active,contractor,OP,BAY1,2026-12-31\nW1,2026-02-01,,,OP2,,\nW9,2026-01-05,,,OP,,\n",
        users="account_id,worker_ref,status,created_at,deactivated_at\nA1,W1,active,2026-01-01,\nA2,,,2026-01-01,\n",
    )
    company.load(
        2,
        events=f"{head}W1,2026-02-15,leave,,,(none),9999-12-31\nW1,2026-01-20,,,OP1,,\n",  # one of them late
        users="account_id,worker_ref,status,created_at,deactivated_at\nA1,,inactive,,2026-03-01T12:00:00Z\n",
    )
    company.load(3, users="account_id,worker_ref,status,created_at,deactivated_at\nA1,,active,,\n")
    company.build()
    columns = "valid_from::date::text, status, job_code, site, contract_end_on::text, employment_type"
    assert company.roles("W1", columns) == [
        ("2026-01-05", "active", "OP", "BAY1", "2026-12-31", "contractor"),
        ("2026-01-20", "active", "OP1", "BAY1", "2026-12-31", "contractor"),
        ("2026-02-01", "active", "OP2", "BAY1", "2026-12-31", "contractor"),
        ("2026-02-15", "leave", "OP2", None, None, "contractor"),
    ]
    assert company.roles("W9") == []  # nobody has said yet that W9 is employed
    failed = "select check_id, rows_failed from check_results where check_id like 'changes_%' and status = 'fail'"
    assert sorted(company.ask(failed)) == [("changes_before_status", 1), ("changes_incomplete", 1)]
    assert company.ask("select account_id, worker_id from account_links") == [("A1", "W1")]
    spans = company.ask("select created_at::text, closed_at::text, reopened_at::text from account_spans")
    assert spans == [("2026-01-01 06:00:00", "2026-03-01 12:00:00", "2026-03-03 06:00:00")]


def test_two_timelines_of_one_worker_become_one_history(tmp_path: Path) -> None:
    company = Company(
        tmp_path,
        {
            "jobs": 'feed = "role_history"\ncarries = "changes"',
            "status": 'feed = "role_history"\ncarries = "changes"\ntermination_dates = "last_day"',
        },
    )
    company.load(
        1,
        jobs="worker_id,effective_from,job_code\nW1,2026-01-05,OP\nW1,2026-02-10,OP2\nW1,2026-03-20,OP3\n",
        status="worker_id,effective_from,status\nW1,2026-01-05,active\nW1,2026-02-01,leave\nW1,2026-03-09,terminated\n",
    )
    company.build("--as-of", "2026-05-01T00:00:00Z")
    assert company.roles("W1") == [
        ("2026-01-05", "2026-02-01", "active", "OP"),
        ("2026-02-01", "2026-02-10", "leave", "OP"),
        ("2026-02-10", "2026-03-10", "leave", "OP2"),
        ("2026-03-10", "2026-03-20", "terminated", "OP2"),
        ("2026-03-20", None, "terminated", "OP3"),  # the job row of a leaver does not bring him back
    ]
    company.load(2, jobs="worker_id,effective_from,job_code\nW1,2026-01-05,OP7\n")
    company.build("--as-of", "2026-05-01T00:00:00Z")
    assert [row[2:] for row in company.roles("W1")] == [("active", "OP7"), ("leave", "OP7"), ("terminated", "OP7")]


def _mixed(folder: Path, order: tuple[int, ...]) -> Company:
    """A company with a source of every mode, three days of it loaded in that order."""
    folder.mkdir()
    company = Company(
        folder,
        {
            "roster": 'feed = "role_history"\nmode = "snapshot"',
            "events": 'feed = "role_history"\nmode = "event"',
            "workers": 'feed = "workers"',
            "users": 'feed = "lms_accounts"\nmode = "snapshot"',
            "assignments": 'feed = "lms_assignments"\nmode = "delta"',
            "completions": 'feed = "lms_completions"\nmode = "event"',
        },
    )
    days: dict[int, dict[str, str]] = {
        1: {
            "roster": "worker_id,status,job_code,site\nW1,active,OP,BAY1\nW2,active,OP,NYC\n",
            "events": "worker_id,effective_from,status,job_code\nW3,2026-01-05,active,OP\n",
            "workers": "worker_id,person_id\nW1,P1\nW2,P2\nW3,P3\n",
            "users": "account_id,worker_ref,status,created_at\nA1,W1,active,2026-01-01\nA2,W2,active,2026-01-01\n"
            "A3,W3,active,2026-01-01\n",
            "assignments": "assignment_id,account_id,course_id,assigned_at\nS1,A1,C1,2026-01-02\nS2,A2,C1,2026-01-02\n",
            "completions": "completion_id,account_id,course_id,completed_at,result\nD1,A1,C1,2026-02-01,passed\n",
        },
        2: {
            "roster": "worker_id,status,job_code,site\nW1,active,OP2,BAY1\n",
            "events": "worker_id,effective_from,status,job_code\nW3,2026-03-02,,OP2\n",
            "workers": "worker_id,person_id\nW1,P1\nW2,P1\nW3,P3\n",
            "users": "account_id,worker_ref,status,created_at\nA1,W1,active,2026-01-01\nA2,W2,inactive,2026-01-01\n",
            "assignments": "assignment_id,account_id,course_id,assigned_at,is_deleted\nS2,,,,true\n"
            "S3,A3,C1,2026-03-01,\n",
            "completions": "completion_id,account_id,course_id,completed_at,result\nD1,,,,failed\n",
        },
        3: {
            "roster": "worker_id,status,job_code,site\nW1,terminated,OP2,BAY1\nW2,leave,OP,NYC\n",
            "events": "worker_id,effective_from,status,job_code\nW3,2026-03-03,terminated,\n",
            "workers": "worker_id,person_id\nW1,P1\nW2,P2\n",
            "users": "account_id,worker_ref,status,created_at\nA2,W2,active,2026-01-01\nA3,W3,inactive,2026-01-01\n",
            "assignments": "assignment_id,account_id,course_id,assigned_at,removed_at\n"
            "S3,A3,C1,2026-03-01,2026-03-02\n",
            "completions": "completion_id,account_id,course_id,completed_at,result\nD2,A3,C1,2026-03-02,passed\n",
        },
    }
    for day in order:
        company.load(day, **days[day])
    return company


def test_known_at_gives_every_past_answer_again_and_the_order_of_loading_decides_nothing(tmp_path: Path) -> None:
    told = []
    for day in (1, 2, 3):
        company = _mixed(tmp_path / f"until-{day}", tuple(range(1, day + 1)))
        company.build("--as-of", _UTC.format(4))
        told.append(company.published())
    assert told[0] != told[1] != told[2]
    other = _mixed(tmp_path / "in another order", (3, 1, 2))
    other.build("--as-of", _UTC.format(4))
    assert other.published() == told[2]
    for day in (1, 2):
        company.build("--as-of", _UTC.format(4), "--known-at", _UTC.format(day))
        assert company.published() == told[day - 1]


def test_the_newest_full_load_replaces_what_came_before_it(tmp_path: Path) -> None:
    company = Company(tmp_path, {"roles": 'feed = "role_history"\nmode = "delta"'})
    head = "worker_id,effective_from,status,job_code\n"
    company.load(1, roles=f"{head}W1,2026-01-05,active,OP\nW2,2026-01-05,active,OP\n")
    config = tmp_path / "gapwatch.toml"
    delta = config.read_text(encoding="utf-8")
    config.write_text(delta.replace('mode = "delta"', 'mode = "full"'), encoding="utf-8")
    company.load(2, roles=f"{head}W1,2026-01-05,active,OP1\n")
    config.write_text(delta, encoding="utf-8")
    company.load(3, roles=f"{head}W3,2026-01-05,active,OP\n")
    company.build()
    assert [company.roles(worker) != [] for worker in ("W1", "W2", "W3")] == [True, False, True]
    company.build("--known-at", _UTC.format(1))
    assert [company.roles(worker) != [] for worker in ("W1", "W2", "W3")] == [True, True, False]


def test_rows_taken_again_were_said_when_the_source_said_them(tmp_path: Path) -> None:
    roles = "worker_id,effective_from,status,job_code,site\n"
    company = Company(
        tmp_path,
        {
            "roles": 'feed = "role_history"',
            "moves": 'feed = "role_history"\nmode = "delta"',
            "accounts": 'feed = "lms_accounts"\ncarries = "changes"',
        },
    )
    accounts = "account_id,worker_ref,status,created_at,email\n"
    company.load(
        2,
        roles=roles + "W1,2026-02-01,active,OP,BAY1\nW2,soon,active,OP,BAY1\n",
        moves=roles + "W3,soon,active,OP,BAY1\n",
        accounts=accounts + "A1,W1,active,2026-01-01T00:00:00Z,a@x\n",
    )
    # each full file stands alone; in it a row of changes says nothing of what it leaves out
    company.load(4, accounts=accounts + "A1,W1,inactive,2026-01-01T00:00:00Z,a@x\nA1,,,,b@x\n")
    company.load(6, accounts=accounts + "A1,W1,inactive,2026-01-01T00:00:00Z,c@x\n")
    for name in ("roles", "moves"):
        file = tmp_path / f"{name}.csv"
        assert company.call("rejects", "--source", name, "--export", str(file)).code == 0
        file.write_text(file.read_text(encoding="utf-8-sig").replace("soon", "2026-02-01"), encoding="utf-8")
        answer = company.call("rejects", "--retake", str(file), "--loaded-at", _UTC.format(9))
        assert answer.code == 0, answer.err
    company.build()
    recorded = "select recorded_at::text from role_states where worker_id = '{}'"
    assert company.ask(recorded.format("W1")) == company.ask(recorded.format("W2")) == [("2026-02-01 06:00:00",)]
    assert company.ask(recorded.format("W3")) == [("2026-03-02 06:00:00",)]
    assert company.ask("select closed_at::text from account_spans") == [("2026-03-04 06:00:00",)]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('mode = "snapshot"\ncarries = "changes"', "a snapshot states whole rows"),
        ('emptied_by = "-"', "emptied_by is for rows that state only what changed"),
        ('deleted_when = "action"', "deleted_when is no condition"),
        ("deleted_when = \"gone = 'D'\"", "the mapping names 'gone'"),
        ('mode = "sometimes"', "sources.1.mode"),
    ],
)
def test_settings_that_cannot_be_meant_are_errors(tmp_path: Path, settings: str, says: str) -> None:
    company = Company(tmp_path, {"roles": f'feed = "role_history"\n{settings}'})
    company.lay(roles="worker_id,effective_from,status,action\nW1,2026-01-05,active,D\n")
    answer = company.call("load", "--loaded-at", _UTC.format(1))
    assert answer.code == 2
    assert says in answer.err
