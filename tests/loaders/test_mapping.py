"""Source columns to canonical ones: names, expressions, value maps, defaults, drift."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.errors import ConfigurationError

from .conftest import FIRST, Loading


def test_names_map_exactly_then_without_regard_to_case(loading: Loading) -> None:
    content = "WORKER_ID,Full Name,email\n1,Ana,a@x\n"
    (row,) = loading.load("workers", content, columns={"full_name": "Full Name", "username": "EMAIL"})
    assert (row["worker_id"], row["full_name"], row["username"], row["email"]) == ("1", "Ana", "a@x", "a@x")


def test_columns_that_differ_in_case_alone(loading: Loading) -> None:
    content = "ID,id,Id\n1,2,3\n"
    (row,) = loading.load("workers", content, columns={"worker_id": "id"})
    assert row["worker_id"] == "2"
    assert row["extra"] == '{"ID":"1","Id":"3"}'
    with pytest.raises(ConfigurationError, match="differ in case alone"):
        loading.load("workers", columns={"worker_id": "iD"})


def test_expressions_over_source_columns(loading: Loading) -> None:
    content = 'No,First,"Last Name",d\n1,Ana,Ruiz,20260105\n'
    columns = {
        "worker_id": "'W' || lpad(No, 4, '0')",
        "full_name": "First || ' ' || \"Last Name\"",
        "hired_on": "strptime(d, '%Y%m%d')",
        "username": "'const'",
    }
    (row,) = loading.load("workers", content, columns=columns)
    assert (row["worker_id"], row["full_name"], row["username"]) == ("W0001", "Ana Ruiz", "const")
    assert row["hired_on"] == dt.date(2026, 1, 5)
    assert loading.record.drift == ()


def test_typed_expressions_keep_their_meaning(loading: Loading) -> None:
    content = "worker_id,status,d\nW,active,2026-01-05\n"
    for expression, landed in (
        ("cast(d as date)", (dt.date(2026, 1, 5), 0, None)),
        ("cast(d as timestamp)", (None, 0, 6)),
        ("timezone('UTC', cast(d as timestamp))", (None, None, 0)),
    ):
        (row,) = loading.load("role_history", content, columns={"effective_from": expression})
        local, instant = row["effective_from_local"], row["effective_from_at"]
        assert (row["effective_from_on"], local and local.hour, instant and instant.hour) == landed


def test_an_expression_that_fails_on_a_row_rejects_that_row(loading: Loading) -> None:
    content = "worker_id,d\n1,20260105\n2,x\n3,\n"
    rows = loading.load("workers", content, columns={"hired_on": "strptime(d, '%Y%m%d')"})
    assert [row["worker_id"] for row in rows] == ["1", "3"]
    (reject,) = loading.rejects()
    assert (reject["row_number"], reject["column_name"]) == (3, "hired_on")
    assert "expression fails" in reject["reason"]


@pytest.mark.parametrize(
    "expression",
    [
        "(select 1)",
        "read_text('/etc/passwd')",
        "count(*)",
        "row_number() over ()",
        "now()",
        "current_date",
        "random()",
        "getenv('HOME')",
        "worker_id as x",
        "exists (select 1)",
        "current_user",
    ],
)
def test_anything_but_a_scalar_expression_is_a_configuration_error(loading: Loading, expression: str) -> None:
    with pytest.raises(ConfigurationError):
        loading.load("workers", "worker_id\n1\n", columns={"full_name": expression})


@pytest.mark.parametrize("expression", ["Nmae", "upper(Nmae)", "Full Name", "a b c", "upper(", "no_function(Name)"])
def test_a_mapping_of_what_is_not_there_names_source_column_and_choices(loading: Loading, expression: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        loading.load("workers", "worker_id,Name\n1,a\n", columns={"full_name": expression})
    assert raised.value.exit_code == 2
    assert "source test" in raised.value.where
    assert "full_name" in raised.value.where
    if expression != "no_function(Name)":
        assert "worker_id, Name" in raised.value.do


def test_a_required_column_that_is_not_there(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="needs status"):
        loading.load("lms_accounts", "account_id\n1\n")


def test_value_maps(loading: Loading) -> None:
    content = "account_id,status\n1, A \n2,Inactive\n3,a\n4,\n5,X\n"
    values = {"status": {"A": "active", "": "deleted", "X": ""}}
    rows = loading.load("lms_accounts", content, values=values)
    assert [(row["account_id"], row["status"]) for row in rows] == [
        ("1", "active"),
        ("2", "inactive"),
        ("4", "deleted"),
    ]
    assert [(r["row_number"], r["raw_value"], r["reason"].split(",")[0]) for r in loading.rejects()] == [
        (4, "a", "not one of active"),
        (6, None, "missing"),
    ]


def test_text_is_trimmed_and_empty_text_is_null(loading: Loading) -> None:
    (row,) = loading.load("workers", 'worker_id,full_name,email,username\n" 007\t","\u00a0Zoë \n",  ,""\n')
    assert (row["worker_id"], row["full_name"], row["email"], row["username"]) == ("007", "Zoë", None, None)


def test_defaults(loading: Loading) -> None:
    content = "worker_id,status,effective_from,assignment_key,sequence\nW,active,2026-01-05,,\n"
    (row,) = loading.load("role_history", content)
    assert (row["assignment_key"], row["sequence"]) == ("primary", 0)
    (row,) = loading.load("role_history", "worker_id,status,effective_from\nW,active,2026-01-05\n", name="other")
    assert (row["assignment_key"], row["sequence"]) == ("primary", 0)
    assert "sequence" in loading.record.missing_optional


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("-3", -3), ("4.0", 4), ("4.5", None), ("x", None), ("1e3", None)]
)
def test_integers(loading: Loading, text: str, value: int | None) -> None:
    rows = loading.load("role_history", f"worker_id,status,effective_from,sequence\nW,active,2026-01-05,{text}\n")
    assert [row["sequence"] for row in rows] == ([] if value is None else [value])
    assert len(loading.rejects()) == (value is None)


@pytest.mark.parametrize(("text", "value"), [("Yes", True), ("1", True), ("FALSE", False), ("0", False), ("", None)])
def test_booleans(loading: Loading, text: str, value: bool | None) -> None:
    (row,) = loading.load("lms_courses", f"course_id,is_active\nC,{text}\n")
    assert row["is_active"] is value


def test_an_unknown_boolean_is_a_reject(loading: Loading) -> None:
    assert loading.load("lms_courses", "course_id,is_active\nC,perhaps\n") == []
    assert loading.rejects()[0]["column_name"] == "is_active"


def test_unknown_columns_stay_as_drift(loading: Loading) -> None:
    rows = loading.load("jobs", "job_code,Pay Grade,boss\nA,7,\nB,,\n")
    assert loading.record.drift == ("Pay Grade", "boss")
    assert [row["extra"] for row in rows] == ['{"Pay Grade":"7","boss":null}', None]
    assert loading.record.missing_optional == ("job_title", "training_profile")


def test_a_reject_keeps_the_first_faulty_column_and_the_whole_row(loading: Loading) -> None:
    loading.load("lms_logins", "account_id,logged_in_at,x\n,soon,1\n")
    (reject,) = loading.rejects()
    assert (reject["column_name"], reject["reason"]) == ("account_id", "missing")
    assert reject["row"] == '{"account_id":null,"logged_in_at":"soon","x":"1"}'


def test_a_snapshot_may_leave_out_effective_from(loading: Loading) -> None:
    content = "worker_id,status\nW,active\n"
    (row,) = loading.load("role_history", content, mode="snapshot", at=FIRST.replace(hour=4))
    assert row["effective_from_on"] == dt.date(2026, 3, 1)  # 4:00 UTC is the evening before in Chicago
    assert row["effective_from_local"] == dt.datetime(2026, 3, 1)  # noqa: DTZ001
    assert row["effective_from_at"] is None
    with pytest.raises(ConfigurationError, match="needs effective_from"):
        loading.load("role_history", content, name="other")
