"""The nastiest cases of files (14 and 15): dates as systems write them, cursors, cut files, partial loads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from published import Company

LOADED = "2026-03-10T12:00:00Z"
NOON = "2026-02-03T18:00:00Z"  # noon in Chicago
HEADER = "completion_id,account_id,course_id,completed_at,result\n"
FORMATS: list[tuple[Any, str, str]] = [
    (None, "2026-02-03T18:00:00Z", NOON),
    (None, "2026-02-03T18:00:00.123Z", "2026-02-03T18:00:00.123000Z"),
    (None, "2026-02-03T10:00:00-08:00", NOON),
    (None, "2026-02-03T18:00:00+0000", NOON),
    (None, "2026-02-03 12:00:00", NOON),
    (None, "2026-02-03", "2026-02-03T06:00:00Z"),
    (None, "20260203", "2026-02-03T06:00:00Z"),
    ("%m/%d/%Y %I:%M:%S %p", "2/3/2026 12:00:00 PM", NOON),
    ("%m/%d/%Y %I:%M:%S %p", "2/3/2026 12:00:00 AM", "2026-02-03T06:00:00Z"),
    ("%m/%d/%Y", "02/03/2026", "2026-02-03T06:00:00Z"),
    ("%d/%m/%Y", "03/02/2026", "2026-02-03T06:00:00Z"),
    ("odata", "/Date(1770141600000)/", NOON),
    ("odata", "/Date(1770141600000+0000)/", NOON),
    ("epoch_s", "1770141600", NOON),
    ("epoch_ms", "1770141600000", NOON),
]
REJECTED: list[tuple[Any, str]] = [
    (None, "02/03/2026"),
    (["%m/%d/%Y", "%d/%m/%Y"], "02/03/2026"),
    (None, "1770141600"),
    ("%m/%d/%Y", "02/03/26"),
    (None, "2026-02-30"),
    (None, "2026-02-03T25:00:00Z"),
    (None, "46056"),  # a spreadsheet's day number
    ("epoch_s", "0"),  # never
]


def test_14_every_date_format_and_no_guess(company: Company) -> None:
    """Case 14: each format as its system writes it; what could mean two things is a reject, kept with its reason."""
    company.source("hr", "role_history", "hr.csv")
    company.put("hr.csv", "worker_id,status,job_code,site,effective_from\nW,active,OP,BAY1,2025-01-06\n")
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\nA,W,active,2025-01-06\n")
    for number, (form, text, _) in enumerate([*FORMATS, *((form, text, "") for form, text in REJECTED)]):
        keys = {} if form is None else {"date_format": form}
        company.source(f"c{number:02}", "lms_completions", f"c{number:02}.csv", **keys)
        company.put(f"c{number:02}.csv", f"{HEADER}{number:02},A,C-OP,{text},passed\n")
    company.publish(LOADED)
    credentials = "select completion_id, valid_from from credential_periods order by completion_id"
    assert company.rows(credentials) == [(f"{n:02}", expected) for n, (_, _, expected) in enumerate(FORMATS)]
    rejects = company.rows("select raw_value, column_name from rejects order by load_id")
    assert rejects == [(text, "completed_at") for _, text in REJECTED]
    ambiguous = "select count(*) from rejects where reason like '%it fits several of them%'"
    assert company.rows(ambiguous) == [(1,)]
    assert company.balances()


TABLES = ("role_states", "hr_events", "credential_periods", "gaps", "compliance_timeline")


def published(company: Company) -> str:
    """The tables without the names of the loads that their rows came with."""
    own = "columns(lambda name: name not in ('load_id', 'row_number', 'source_row'))"
    found = {table: company.rows(f"select {own} from {table} order by all", as_of=LOADED) for table in TABLES}
    return json.dumps(found)


def delta_company(company: Company) -> None:
    company.source("hr", "role_history", "hr.csv", mode="delta")
    company.source("a", "lms_accounts", "a.csv")
    company.put("a.csv", "account_id,worker_ref,status,created_at\nA,W,active,2025-01-06\n")
    company.source("c", "lms_completions", "c.csv", mode="delta")


def test_15_inclusive_and_exclusive_cursors_give_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Case 15: a cursor that repeats the last rows, one that does not, and a command that is run again."""
    roles = "worker_id,status,job_code,site,effective_from,recorded_at\n"
    hired, moved = (
        "W,active,OP,BAY1,2025-01-06,2025-01-02T12:00:00Z\n",
        "W,active,SUP,BAY1,2026-03-02,2026-03-02T12:00:00Z\n",
    )
    first, second = "1,A,C-OP,2025-02-03T12:00:00Z,passed\n", "2,A,C-SUP,2026-03-05T12:00:00Z,passed\n"
    found = []
    for inclusive in (True, False):
        company = Company(tmp_path_factory.mktemp("cursor"))
        delta_company(company)
        company.put("hr.csv", roles + hired)
        company.put("c.csv", HEADER + first)
        company.publish("2026-03-01T12:00:00Z")
        company.put("hr.csv", roles + (hired if inclusive else "") + moved)
        company.put("c.csv", HEADER + (first if inclusive else "") + second)
        company.publish(LOADED)
        found.append(published(company))
    company.publish("2026-03-11T12:00:00Z", as_of=LOADED)
    statuses = "select status, count(*) from loads where loaded_at >= '2026-03-11' group by status"
    assert company.rows(statuses) == [("unchanged", 4)]
    found.append(published(company))
    assert found[0] == found[1] == found[2]


def test_15_a_cut_off_file_changes_nothing_and_the_next_one_goes_on(company: Company) -> None:
    """Case 15: half an upload is no upload: the last good state stands, and the whole file is taken later."""
    header = "Employee ID;Status;Employment Type;Job Code;Location\n"
    lines = [f"{number:03};A;Employee;OP;BAY1\n" for number in range(1, 5)]
    company.source("roster", "role_history", "roster.csv", preset="roster_roles", trailer=r"TRL;(\d+)")
    company.put("roster.csv", header + "".join(lines) + "TRL;4\n")
    company.publish("2026-03-02T12:00:00Z")
    before = company.rows("select * from role_states order by all")
    for cut in (header + "".join(lines[:2]), header + "".join(lines[:2]) + "TRL;4\n"):
        company.put("roster.csv", cut)
        answer = company.run("2026-03-09T12:00:00Z")
        assert answer.code != 0
        assert "cut off" in answer.err
        assert company.rows("select * from role_states order by all") == before
    company.put("roster.csv", header + lines[0] + lines[1].replace("OP", "SUP") + "TRL;2\n")
    company.publish(LOADED)  # whole, and two workers are missing: they are absent, not gone
    states = "select worker_id, job_code, status from role_states where valid_to is null order by 1"
    assert company.rows(states) == [
        ("001", "OP", "active"),
        ("002", "SUP", "active"),
        ("003", "OP", "active"),
        ("004", "OP", "active"),
    ]
    assert company.rows("select count(*) from hr_events where event_type = 'termination'") == [(0,)]
