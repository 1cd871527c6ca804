"""A second file's columns beside the rows of the first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gapwatch.errors import ConfigurationError, LoadError

from .conftest import FIRST, Loading

HEADER = "completion_id,account_id,completed_at,result,enrolid"
LOOKUP = {"enrol": {"path": "enrol.csv", "key": "id", "on": "enrolid"}}
COLUMNS = {"course_id": "enrol.courseid"}


def load(loading: Loading, lines: str, **source: Any) -> list[dict[str, Any]]:
    settings: dict[str, Any] = {"lookups": LOOKUP, "columns": COLUMNS} | source
    return loading.load("lms_completions", lines, **settings)


def test_each_row_gets_the_columns_of_its_partner(loading: Loading) -> None:
    loading.write("id,courseid\n7,C7\n8,C8\n9,C9\n", "enrol.csv")
    lines = "".join(f"\n{number},A,2026-01-05,passed,{enrol}" for number, enrol in enumerate((8, 7, 8, 5), start=1))
    lines = HEADER + lines
    rows = load(loading, lines)
    assert [(row["row_number"], row["course_id"]) for row in rows] == [(2, "C8"), (3, "C7"), (4, "C8")]
    assert [(one["row_number"], one["column_name"]) for one in loading.rejects()] == [(5, "course_id")]
    assert loading.record.rows_read == 4


def test_keys_may_be_expressions_and_where_may_name_its_columns(loading: Loading) -> None:
    loading.write("id;kind;courseid\n7;x;C7\n7;y;C8\n", "enrol.csv")
    lookup = {"enrol": {"path": "enrol.csv", "key": "id || '/' || kind", "on": "enrolid || '/y'", "delimiter": ";"}}
    (row,) = load(
        loading,
        f"{HEADER}\n1,A,2026-01-05,passed,7\n2,A,2026-01-05,passed,8\n",
        lookups=lookup,
        where="enrol.courseid is not null",
    )
    assert row["course_id"] == "C8"
    assert loading.record.rows_left_out == 1


def test_other_bytes_of_the_lookup_are_another_load(loading: Loading) -> None:
    lines = f"{HEADER}\n1,A,2026-01-05,passed,7\n"
    loading.write("id,courseid\n7,C7\n", "enrol.csv")
    load(loading, lines)
    load(loading, lines, at=FIRST + dt.timedelta(days=1))
    assert loading.record.status == "unchanged"
    loading.write("id,courseid\n7,C8\n", "enrol.csv")
    (row,) = load(loading, lines, at=FIRST + dt.timedelta(days=2))
    assert (loading.record.status, row["course_id"]) == ("accepted", "C8")


def test_a_key_that_is_there_twice_is_an_error(loading: Loading) -> None:
    loading.write("id,courseid\n7,C7\n8,C8\n7,C9\n", "enrol.csv")
    with pytest.raises(LoadError, match=r"two rows have the same id(.|\n)*rows 2 and 4"):
        load(loading, f"{HEADER}\n1,A,2026-01-05,passed,7\n")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"path": None}, "its path is not set"),
        ({"path": "*.csv"}, "one file, not 2"),
        ({"key": None}, "needs key and on"),
        ({"key": "nr"}, "names 'nr'"),
        ({"on": "nr"}, "names 'nr'"),
    ],
)
def test_wrong_lookups(loading: Loading, change: dict[str, Any], problem: str) -> None:
    loading.write("id,courseid\n7,C7\n", "enrol.csv")
    with pytest.raises(ConfigurationError, match=problem):
        load(loading, f"{HEADER}\n1,A,2026-01-05,passed,7\n", lookups={"enrol": LOOKUP["enrol"] | change})


def test_an_optional_lookup_without_a_path_is_left_out(loading: Loading) -> None:
    loading.write(
        'feed = "lms_completions"\n[columns]\ncourse_id = "coalesce(enrol.courseid, enrolid)"\n'
        '[lookups.enrol]\nkey = "id"\non = "enrolid"\noptional = true\n',
        "own.toml",
    )
    lines = f"{HEADER}\n1,A,2026-01-05,passed,7\n"
    (row,) = loading.load("lms_completions", lines, preset="own.toml")
    assert row["course_id"] == "7"
    loading.write("id,courseid\n7,C7\n", "enrol.csv")
    (row,) = loading.load("lms_completions", lines, preset="own.toml", lookups={"enrol": {"path": "enrol.csv"}})
    assert row["course_id"] == "C7"
