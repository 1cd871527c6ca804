"""Rows that a mapping leaves out, columns that a file lacks, formats by name, midnights that mean dates."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from gapwatch.errors import ConfigurationError

from .conftest import Loading

HEADER = "completion_id,account_id,course_id,completed_at,result,status"


def at(*when: int) -> dt.datetime:
    return dt.datetime(*when)  # type: ignore[arg-type]  # noqa: DTZ001


def test_rows_left_out_are_counted_and_kept(loading: Loading) -> None:
    lines = f"{HEADER}\n1,A,C,2026-01-05,passed,done\n2,A,C,,passed,open\n3,A,C,,passed,\n4,A,C,,passed,done\n"
    (row,) = loading.load("lms_completions", lines, where="status = 'done'")
    assert row["completion_id"] == "1"
    assert [(one["row_number"], one["column_name"], one["reason"]) for one in loading.rejects()] == [
        (3, None, "left out by where: status = 'done'"),
        (4, None, "left out by where: status = 'done'"),
        (5, "completed_at", "missing"),
    ]
    record = loading.record
    assert (record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_left_out) == (4, 1, 3, 2)
    assert json.loads(loading.rejects()[0]["row"])["completion_id"] == "2"


def test_a_row_on_which_where_fails_is_rejected_not_left_out(loading: Loading) -> None:
    lines = f"{HEADER}\n1,A,C,2026-01-05,passed,3\n2,A,C,2026-01-05,passed,x\n"
    assert len(loading.load("lms_completions", lines, where="cast(status as integer) = 3")) == 1
    assert [one["reason"] for one in loading.rejects()] == ["the mapping's where fails on this row"]
    assert loading.record.rows_left_out == 0


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("state = 'done'", "names 'state'"),
        ("status", "gives VARCHAR"),
        ("status = (select 1)", "not a scalar expression"),
        ("random() > 0.5", "not a scalar expression"),
    ],
)
def test_a_wrong_where(loading: Loading, where: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        loading.load("lms_completions", f"{HEADER}\n1,A,C,2026-01-05,passed,3\n", where=where)


def test_the_same_file_with_another_where_is_another_load(loading: Loading) -> None:
    lines = f"{HEADER}\n1,A,C,2026-01-05,passed,a\n2,A,C,2026-01-05,passed,b\n"
    loading.load("lms_completions", lines, where="status = 'a'")
    assert len(loading.load("lms_completions", lines, where="status in ('a', 'b')")) == 2
    assert loading.record.status == "accepted"


@pytest.mark.parametrize(
    ("date_format", "text", "expected"),
    [
        ("epoch_s", "1767607200", at(2026, 1, 5, 10)),
        ("epoch_ms", "1767607200000", at(2026, 1, 5, 10)),
        ("odata", "/Date(1767607200000)/", at(2026, 1, 5, 10)),
        ("odata", "/Date(1767607200000+0530)/", at(2026, 1, 5, 10)),  # the offset only says where it was entered
        ("odata", "/Date(-86400000)/", at(1969, 12, 31)),
        ("epoch_s", "20260105", at(2026, 1, 5, 6)),  # eight digits are a date
        (["%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p"], "1/5/2026", at(2026, 1, 5, 6)),
        (["%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p"], "1/5/2026 4:00:00 AM", at(2026, 1, 5, 10)),
        (["%m/%d/%Y", "%d/%m/%Y"], "01/13/2026", at(2026, 1, 13, 6)),
        (["%m/%d/%Y", "%d/%m/%Y"], "02/02/2026", at(2026, 2, 2, 6)),  # both say the same
    ],
)
def test_formats(loading: Loading, date_format: str | list[str], text: str, expected: dt.datetime) -> None:
    lines = f"{HEADER}\n1,A,C,{text},passed,\n"
    (row,) = loading.load("lms_completions", lines, date_format=date_format)
    assert row["completed_at"] == expected


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        (["%m/%d/%Y", "%d/%m/%Y"], "03/04/2026"),
        ("epoch_s", "1767607200000"),
        ("epoch_s", "0"),
        ("odata", "1767607200000"),
        ("odata", "/Date()/"),
        (None, "1767607200"),
    ],
)
def test_what_fits_no_format_or_two_is_rejected(loading: Loading, date_format: str | None, text: str) -> None:
    assert loading.load("lms_completions", f"{HEADER}\n1,A,C,{text},passed,\n", date_format=date_format) == []
    (reject,) = loading.rejects()
    assert (reject["column_name"], reject["raw_value"]) == ("completed_at", text)


ROLE = "worker_id,status,effective_from,effective_to,recorded_at"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05",
        "2026-01-05T00:00:00",
        "2026-01-05 00:00:00.000",
        "2026-01-05T00:00:00Z",
        "2026-01-05T00:00:00-08:00",
        "2026-01-05-08:00",
        "2026-01-05Z",
        "1/5/2026 12:00:00 AM",
        "/Date(1767571200000)/",
    ],
)
def test_midnights_that_mean_dates(loading: Loading, text: str) -> None:
    formats = ["%m/%d/%Y %I:%M:%S %p", "odata"]
    (row,) = loading.load(
        "role_history",
        f"{ROLE}\nW,active,{text},2026-01-31T00:00:00,2026-01-05T00:00:00\n",
        midnights="dates",
        end_dates="inclusive",
        date_format=formats,
    )
    assert row["effective_from_on"] == dt.date(2026, 1, 5)
    assert row["effective_to_on"] == dt.date(2026, 2, 1)
    assert row["recorded_at"] == at(2026, 1, 5, 6)  # an instant stays one


def test_other_times_stay_times_and_midnights_too_unless_said(loading: Loading) -> None:
    (row,) = loading.load("role_history", f"{ROLE}\nW,active,2026-01-05T06:00:00-08:00,,\n", midnights="dates")
    assert (row["effective_from_on"], row["effective_from_at"]) == (None, at(2026, 1, 5, 14))
    (row,) = loading.load("role_history", f"{ROLE}\nW,active,2026-01-05T00:00:00,,\n")
    assert (row["effective_from_on"], row["effective_from_local"]) == (None, at(2026, 1, 5))


def test_an_expiry_at_midnight_names_the_last_day(loading: Loading) -> None:
    lines = f"{HEADER},expires_at\n1,A,C,2026-01-05,passed,,2027-01-05T00:00:00\n"
    (row,) = loading.load("lms_completions", lines, midnights="dates")
    assert row["expires_at"] == at(2027, 1, 6, 6)
    (row,) = loading.load("lms_completions", lines)
    assert row["expires_at"] == at(2027, 1, 5, 6)
