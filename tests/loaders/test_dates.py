"""Every way a source writes a date, and what lands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from .conftest import Loading

AT = dt.datetime
ON = dt.date


def one(loading: Loading, feed: str, header: str, line: str, **source: Any) -> dict[str, Any]:
    rows = loading.load(feed, f"{header}\n{line}\n", **source)
    assert len(rows) == 1, loading.rejects()
    return rows[0]


def completed(loading: Loading, text: str, **source: Any) -> dt.datetime | None:
    header = "completion_id,account_id,course_id,completed_at,result"
    found = one(loading, "lms_completions", header, f'1,A,C,"{text}",passed', **source)
    value: dt.datetime | None = found["completed_at"]
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05", AT(2026, 1, 5, 6)),
        ("20260105", AT(2026, 1, 5, 6)),
        ("2026-07-05", AT(2026, 7, 5, 5)),
        ("2026-01-05T10:30", AT(2026, 1, 5, 16, 30)),
        ("2026-01-05 10:30:15", AT(2026, 1, 5, 16, 30, 15)),
        ("2026-01-05T10:30:15.25", AT(2026, 1, 5, 16, 30, 15, 250000)),
        ("2026-01-05T10:30:15Z", AT(2026, 1, 5, 10, 30, 15)),
        ("2026-01-05T10:30Z", AT(2026, 1, 5, 10, 30)),
        ("2026-01-05T10:30:15+05:30", AT(2026, 1, 5, 5, 0, 15)),
        ("2026-01-05T10:30:15+0530", AT(2026, 1, 5, 5, 0, 15)),
        ("2026-01-05 10:30:15-05", AT(2026, 1, 5, 15, 30, 15)),
        ("2026-03-08T02:30:00", AT(2026, 3, 8, 8)),  # skipped: the instant of the change
        ("2026-11-01T01:30:00", AT(2026, 11, 1, 6, 30)),  # twice: the earlier
        (" \t2026-01-05\u00a0", AT(2026, 1, 5, 6)),
    ],
)
def test_accepted_spellings_of_an_instant(loading: Loading, text: str, expected: dt.datetime) -> None:
    assert completed(loading, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026",
        "2026-02-30",
        "20260230",
        "2026-1-5",
        "2026/01/05",
        "5 Jan 2026",
        "2026-01-05T25:00:00",
        "2026-01-05T10:61",
        "2026-01-05T10",
        "2026-01-05T10:30+99:00",
        "2026-01-05T10:30:00 CST",
        "-026-01-05",
        "infinity",
        "0",
        "today",
    ],
)
def test_anything_else_is_a_reject_that_names_column_and_value(loading: Loading, text: str) -> None:
    header = "completion_id,account_id,course_id,completed_at,result"
    rows = loading.load("lms_completions", f"{header}\n1,A,C,{text},passed\n2,A,C,2026-01-05,passed\n")
    assert [row["completion_id"] for row in rows] == ["2"]
    (reject,) = loading.rejects()
    assert (reject["row_number"], reject["column_name"], reject["raw_value"]) == (2, "completed_at", text)
    assert "ISO 8601" in reject["reason"]
    assert '"completion_id":"1"' in reject["row"]


def test_the_source_zone_comes_before_the_organisation_zone(loading: Loading) -> None:
    assert completed(loading, "2026-01-05", timezone="Africa/Cairo") == AT(2026, 1, 4, 22)


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("America/Havana", "2026-11-01", AT(2026, 11, 1, 4)),  # that midnight occurs twice
        ("Africa/Cairo", "2026-04-24", AT(2026, 4, 23, 22)),  # that midnight is skipped
        ("Africa/Cairo", "2026-04-24T00:45", AT(2026, 4, 23, 22)),
        ("Australia/Lord_Howe", "2026-04-05T01:45", AT(2026, 4, 4, 14, 45)),  # half an hour, twice
        ("Australia/Lord_Howe", "2026-10-04T02:15", AT(2026, 10, 3, 15, 30)),  # half an hour, skipped
        ("UTC", "2026-04-24T00:45", AT(2026, 4, 24, 0, 45)),
    ],
)
def test_clock_changes(loading: Loading, zone: str, text: str, expected: dt.datetime) -> None:
    assert completed(loading, text, timezone=zone) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("%m/%d/%Y", "03/04/2026", AT(2026, 3, 4, 6)),
        ("%d/%m/%Y", "03/04/2026", AT(2026, 4, 3, 5)),
        ("%m/%d/%Y %I:%M:%S %p", "1/5/2026 12:00:00 AM", AT(2026, 1, 5, 6)),
        ("%m/%d/%Y %H:%M %z", "1/5/2026 12:00 +02:00", AT(2026, 1, 5, 10)),
        ("%m/%d/%Y", "2026-01-05", AT(2026, 1, 5, 6)),  # ISO is always read
        ("%Y%d%m", "20260501", AT(2026, 1, 5, 6)),  # the source's own pattern comes first
    ],
)
def test_date_format(loading: Loading, pattern: str, text: str, expected: dt.datetime) -> None:
    assert completed(loading, text, date_format=pattern) == expected


def test_date_format_takes_no_year_of_two_digits_and_no_impossible_day(loading: Loading) -> None:
    header = "completion_id,account_id,course_id,completed_at,result"
    lines = f"{header}\n1,A,C,3/4/26,passed\n2,A,C,02/30/2026,passed\n"
    assert loading.load("lms_completions", lines, date_format="%m/%d/%Y") == []
    assert loading.record.rows_rejected == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", AT(2026, 4, 1, 5)),  # a bare date is the last day covered
        ("2026-03-31T00:00:00", AT(2026, 3, 31, 5)),
        ("2026-03-31T12:00:00Z", AT(2026, 3, 31, 12)),
        ("9999-12-31", None),
        ("0", None),
        ("", None),
    ],
)
def test_expires_at(loading: Loading, text: str, expected: dt.datetime | None) -> None:
    header = "completion_id,account_id,course_id,completed_at,result,expires_at"
    row = one(loading, "lms_completions", header, f"1,A,C,2026-01-05,passed,{text}")
    assert row["expires_at"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "99991231",
        "4712-12-31",
        "9999-12-31T00:00:00",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31 23:59:59-06:00",
        "2147483647",
        "0",
        "-1",
        "",
    ],
)
def test_sentinels_mean_an_open_end(loading: Loading, text: str) -> None:
    role = one(
        loading,
        "role_history",
        "worker_id,effective_from,status,effective_to,contract_end_on,recorded_at",
        f"W1,2026-01-05,active,{text},{text},{text if text in ('0', '-1', '2147483647') else ''}",
        end_dates="inclusive",
    )
    assert [role[name] for name in role if name.startswith("effective_to_")] == [None, None, None]
    assert role["contract_end_on"] is None
    assert role["recorded_at"] is None
    account = one(loading, "lms_accounts", "account_id,status,deactivated_at", f"A,active,{text}", name="accounts")
    assert account["deactivated_at"] is None


@pytest.mark.parametrize("text", ["9999-12-31x", "9999-12-31T99:00", "1"])
def test_what_only_looks_like_a_sentinel_is_rejected(loading: Loading, text: str) -> None:
    loading.load("role_history", f"worker_id,effective_from,status,effective_to\nW,2026-01-05,active,{text}\n")
    assert [reject["column_name"] for reject in loading.rejects()] == ["effective_to"]


def test_optional_instants_know_zero_as_never(loading: Loading) -> None:
    row = one(loading, "lms_accounts", "account_id,status,created_at,last_login_at", "A,active,0,-1")
    assert (row["created_at"], row["last_login_at"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        ("2026-01-05", (ON(2026, 1, 5), AT(2026, 1, 5), None)),
        ("2026-01-05T00:00:00", (None, AT(2026, 1, 5), AT(2026, 1, 5, 6))),
        ("2026-01-05T08:30", (None, AT(2026, 1, 5, 8, 30), AT(2026, 1, 5, 14, 30))),
        ("2026-01-05T08:30+01:00", (None, None, AT(2026, 1, 5, 7, 30))),
    ],
)
@pytest.mark.parametrize("column", ["effective_from", "effective_to"])
def test_effective_lands_as_written(
    loading: Loading,
    column: str,
    text: str,
    landed: tuple[dt.date | None, dt.datetime | None, dt.datetime | None],
) -> None:
    other = "effective_to" if column == "effective_from" else "effective_from"
    row = one(loading, "role_history", f"worker_id,status,{column},{other}", f"W,active,{text},2026-01-01")
    assert (row[f"{column}_on"], row[f"{column}_local"], row[f"{column}_at"]) == landed


def test_inclusive_ends_move_bare_dates_of_effective_to_and_nothing_else(loading: Loading) -> None:
    header = "worker_id,status,effective_from,effective_to,contract_end_on"
    lines = "W,active,2026-01-01,2026-01-31,2026-01-31\nW,active,2026-01-02,2026-01-31T00:00:00,\n"
    bare, clock = loading.load("role_history", f"{header}\n{lines}", end_dates="inclusive")
    assert (bare["effective_to_on"], bare["effective_to_local"]) == (ON(2026, 2, 1), AT(2026, 2, 1))
    assert (bare["effective_from_on"], bare["contract_end_on"]) == (ON(2026, 1, 1), ON(2026, 1, 31))
    assert clock["effective_to_local"] == AT(2026, 1, 31)
    (exclusive, _) = loading.load("role_history", name="other")
    assert exclusive["effective_to_on"] == ON(2026, 1, 31)


def test_last_day_terminations_move_bare_dates_of_terminated_rows(loading: Loading) -> None:
    header = "worker_id,status,effective_from"
    lines = "W,T,2026-01-31\nW,active,2026-01-31\nW,terminated,2026-01-31T17:00\n"
    ended, active, clock = loading.load(
        "role_history",
        f"{header}\n{lines}",
        termination_dates="last_day",
        values={"status": {"T": "Terminated"}},
    )
    assert (ended["effective_from_on"], ended["effective_from_local"]) == (ON(2026, 2, 1), AT(2026, 2, 1))
    assert active["effective_from_on"] == ON(2026, 1, 31)
    assert clock["effective_from_local"] == AT(2026, 1, 31, 17)


@pytest.mark.parametrize("text", ["2026-01-05T00:00:00", "2026-01-05T00:00:00Z", "2026-01-05 00:00-06:00"])
def test_a_midnight_in_a_date_column_is_its_date(loading: Loading, text: str) -> None:
    assert one(loading, "workers", "worker_id,hired_on", f"W,{text}")["hired_on"] == ON(2026, 1, 5)


@pytest.mark.parametrize("text", ["2026-01-05T08:00:00", "2026-01-05T08:00:00Z"])
def test_a_time_of_day_in_a_date_column_is_rejected(loading: Loading, text: str) -> None:
    loading.load("workers", f"worker_id,hired_on\nW,{text}\n")
    assert [reject["column_name"] for reject in loading.rejects()] == ["hired_on"]


def test_a_termination_without_a_date_is_named_as_such(loading: Loading) -> None:
    lines = "worker_id,status,effective_from\nW1,terminated,\nW2,active,\n"
    assert loading.load("role_history", lines) == []
    assert [reject["reason"] for reject in loading.rejects()] == ["termination without a date", "missing"]
