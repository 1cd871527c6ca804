"""The policy folder: typed tables, and errors that name file, row and column."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from gapwatch.errors import ConfigurationError
from gapwatch.loaders.policy import Policy, read_policy
from gapwatch.loaders.policy_tables import POLICY_TABLES

REQUIREMENTS = "requirement_id,title\nR1,One\nR2,Two\n"
EXCEPTIONS = "exception_id,worker_id,requirement_id,kind,starts_on,ends_on,reason,requested_by,approved_by,approved_at"
GOOD = "W1,R1,waive,2026-01-10,2026-01-31,licence,ann,bob,2026-01-02T12:00:00Z"


def policy(folder: Path, zone: str = "America/Chicago", **tables: str) -> Policy:
    for name, content in ({"requirements": REQUIREMENTS} | tables).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return read_policy(folder, organisation_timezone=zone)


def rows(found: Policy, table: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = found.tables[table].to_pylist()
    return listed


def test_missing_tables_are_empty_and_typed(tmp_path: Path) -> None:
    found = read_policy(tmp_path)
    assert set(found.tables) == set(POLICY_TABLES)
    assert [table.num_rows for table in found.tables.values()] == [0] * len(POLICY_TABLES)
    assert found.tables["requirements"].schema.field("is_site_specific").type == pa.bool_()
    with pytest.raises(ConfigurationError, match="no policy folder"):
        read_policy(tmp_path / "nothing")


def test_requirements_are_typed(tmp_path: Path) -> None:
    header = (
        "requirement_id,title,severity,validity_months,grace_days,is_site_specific,retrain_on,"
        "required_evidence,retention_years,who,basis,note"
    )
    line = "R1, One ,HIGH,36,0.5,Yes,Transfer; role_change,completed_at;evaluator,0.25,all,read,remark"
    first, second = rows(policy(tmp_path, requirements=f"{header}\n{line}\nR2,Two,,,,,,,,,,\n"), "requirements")
    assert (first["title"], first["severity"], first["validity_months"], first["grace_days"]) == (
        "One",
        "high",
        36,
        0.5,
    )
    assert (first["is_site_specific"], first["retrain_on"]) == (True, "transfer;role_change")
    assert (first["retention_years"], first["file_name"], first["row_number"]) == (
        0.25,
        "requirements.csv",
        2,
    )
    assert (second["severity"], second["validity_months"], second["grace_days"]) == (None, None, 0.0)
    assert (second["is_site_specific"], second["retrain_on"], second["row_number"]) == (False, None, 3)
    assert "who" not in first


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("false", False), ("0", False)],
)
def test_flags(tmp_path: Path, text: str, value: bool) -> None:
    found = policy(tmp_path, requirements=f"requirement_id,title,is_site_specific\nR,t,{text}\n")
    assert rows(found, "requirements")[0]["is_site_specific"] is value


def test_other_tables_are_typed(tmp_path: Path) -> None:
    found = policy(
        tmp_path,
        requirement_rules="rule_id,requirement_id,job_code,effective_from\nU1,R1,OP*,2026-01-05\n\nU2,R2,,\n",
        course_credits="course_id,requirement_id,site,valid_from,valid_to\nC,R1,,20260105,\n",
        retrain_orders="requirement_id,site,effective_on,reason\nR1,BAY1,2026-02-01,incident\n",
        event_slas="event_type,action,facility_type,max_hours\nhire,create_account,,24\n",
        identity_overrides="account_id,worker_id,decided_by,decided_at\nA1,,ann,2026-01-05T10:00\n",
    )
    first, second = rows(found, "requirement_rules")
    assert (first["effective_from"], first["job_code"], second["row_number"]) == (
        dt.date(2026, 1, 5),
        "OP*",
        4,
    )
    assert rows(found, "course_credits")[0]["valid_from"] == dt.date(2026, 1, 5)
    assert rows(found, "retrain_orders")[0]["effective_on"] == dt.date(2026, 2, 1)
    assert rows(found, "event_slas")[0]["max_hours"] == 24.0
    (override,) = rows(found, "identity_overrides")
    assert (override["worker_id"], override["decided_at"]) == (None, dt.datetime(2026, 1, 5, 16))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T10:00:00Z", (2026, 1, 5, 10)),
        ("2026-01-05 10:00:00+02:00", (2026, 1, 5, 8)),
        ("2026-01-05T10:00", (2026, 1, 5, 16)),
        ("2026-01-05", (2026, 1, 5, 6)),
        ("2026-03-08T02:30", (2026, 3, 8, 8)),
        ("2026-11-01T01:30", (2026, 11, 1, 6, 30)),
    ],
)
def test_approved_at_is_in_the_organisation_zone_unless_it_says_otherwise(
    tmp_path: Path, text: str, expected: tuple[int, ...]
) -> None:
    line = GOOD.replace("2026-01-02T12:00:00Z", text)
    (row,) = rows(policy(tmp_path, exceptions=f"{EXCEPTIONS}\nX1,{line}\n"), "exceptions")
    assert row["approved_at"] == dt.datetime(*expected)  # type: ignore[arg-type]  # noqa: DTZ001
    assert row["problem"] is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("licence", ""), "reason is missing"),
        (("bob", ""), "approved_by is missing"),
        (("2026-01-02T12:00:00Z", ""), "approved_at is missing"),
        (("2026-01-02T12:00:00Z", "yesterday"), "approved_at is 'yesterday', not a time"),
        (("2026-01-10", "10/01/2026"), "starts_on is '10/01/2026', not a date"),
        (("2026-01-31", "2026-01-09"), "ends_on is before starts_on"),
        (("waive", "forgive"), "kind is 'forgive', not one of waive, add"),
        (("W1,", ","), "worker_id is missing"),
        ((",R1,", ",,"), "requirement_id is missing"),
    ],
)
def test_a_malformed_exception_is_kept_with_its_problem(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    content = f"{EXCEPTIONS}\nX1,{GOOD.replace(*change)}\nX2,{GOOD}\n"
    bad, good = rows(policy(tmp_path, exceptions=content), "exceptions")
    assert bad["problem"].startswith(problem)
    assert bad["exception_id"] == "X1"
    assert good["problem"] is None


@pytest.mark.parametrize(
    ("table", "content", "what", "where"),
    [
        (
            "requirement_rules",
            "rule_id,requirement_id\nU1,R9\n",
            "no requirement 'R9'",
            "row 2, column requirement_id",
        ),
        (
            "course_credits",
            "course_id,requirement_id\nC,R1\nC,R9\n",
            "no requirement 'R9'",
            "row 3, column requirement_id",
        ),
        ("retrain_orders", "requirement_id,effective_on\nR9,2026-01-01\n", "no requirement 'R9'", "row 2"),
        ("exceptions", f"{EXCEPTIONS}\nX1,{GOOD.replace('R1', 'R9')}\n", "no requirement 'R9'", "row 2"),
        (
            "exceptions",
            f"{EXCEPTIONS}\nX1,{GOOD}\nX1,{GOOD}\n",
            "'X1' is used twice, first in row 2",
            "row 3",
        ),
        (
            "requirements",
            "requirement_id,title\nR1,a\nR1,b\n",
            "'R1' is used twice",
            "row 3, column requirement_id",
        ),
        (
            "requirement_rules",
            "rule_id,requirement_id\nU,R1\nU,R2\n",
            "'U' is used twice",
            "row 3, column rule_id",
        ),
        ("requirements", "requirement_id\nR1\n", "lacks the column title", "row 1"),
        ("requirements", "requirement_id,title\nR1,\n", "title is missing", "row 2, column title"),
        (
            "requirements",
            "requirement_id,title,colour\nR1,a,b\n",
            "no column 'colour'",
            "row 1, column colour",
        ),
        (
            "requirements",
            "requirement_id,title,severity\nR1,a,awful\n",
            "severity is 'awful'",
            "column severity",
        ),
        (
            "requirements",
            "requirement_id,title,retrain_on\nR1,a,hire;party\n",
            "retrain_on is 'party'",
            "retrain_on",
        ),
        (
            "requirements",
            "requirement_id,title,required_evidence\nR1,a,mood\n",
            "'mood'",
            "required_evidence",
        ),
        (
            "requirements",
            "requirement_id,title,grace_days\nR1,a,some\n",
            "'some', not a number",
            "grace_days",
        ),
        ("requirements", "requirement_id,title,grace_days\nR1,a,-1\n", "'-1', not a number", "grace_days"),
        (
            "requirements",
            "requirement_id,title,validity_months\nR1,a,1.5\n",
            "not a whole number",
            "validity_months",
        ),
        (
            "requirements",
            "requirement_id,title,is_site_specific\nR1,a,maybe\n",
            "not yes or no",
            "is_site_specific",
        ),
        ("requirements", "requirement_id,title\nR1,a,b\n", "3 cells, the header 2", "row 2"),
        ("requirements", "requirement_id,title,title\nR1,a,b\n", "title is there twice", "row 1"),
        ("requirements", "", "the policy table is empty", "requirements.csv"),
        ("course_credits", "course_id,requirement_id,valid_from\nC,R1,03/04/2026\n", "not a date", "row 2"),
        ("course_credits", "course_id,requirement_id,valid_from\nC,R1,2026-02-30\n", "not a date", "row 2"),
        (
            "event_slas",
            "event_type,action,max_hours\nparty,assign,1\n",
            "event_type is 'party'",
            "column event_type",
        ),
        ("event_slas", "event_type,action,max_hours\nhire,dance,1\n", "action is 'dance'", "column action"),
        (
            "event_slas",
            "event_type,action,max_hours\nhire,assign,\n",
            "max_hours is missing",
            "column max_hours",
        ),
        (
            "identity_overrides",
            "account_id,decided_by,decided_at\nA,ann,soon\n",
            "not a time",
            "column decided_at",
        ),
    ],
)
def test_errors_name_file_row_and_column(tmp_path: Path, table: str, content: str, what: str, where: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        policy(tmp_path, **{table: content})
    assert what in raised.value.what
    assert where in raised.value.where
    assert f"{table}.csv" in raised.value.where
    assert raised.value.do
    assert raised.value.exit_code == 2


def save(path: Path, **sheets: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for name, content in sheets.items():
        page = book.create_sheet(name)
        for row in content:
            page.append(row)
    if sheets:
        book.remove(book["Sheet"])
    book.save(path)


def test_a_workbook_per_table(tmp_path: Path) -> None:
    policy(tmp_path)
    start = dt.datetime(2026, 1, 5)  # noqa: DTZ001  # a cell has no zone
    save(
        tmp_path / "course_credits.xlsx",
        any_name=[["course_id", "requirement_id", "valid_from"], ["007", "R1", start]],
    )
    (row,) = rows(read_policy(tmp_path), "course_credits")
    assert (row["course_id"], row["valid_from"], row["file_name"]) == (
        "007",
        start.date(),
        "course_credits.xlsx",
    )


def test_one_workbook_with_sheets(tmp_path: Path) -> None:
    credit = [["course_id", "requirement_id"], [], ["C", "R1"]]
    save(
        tmp_path / "policy.xlsx",
        requirements=[["requirement_id", "title"], ["R1", "One"]],
        course_credits=credit,
        remarks=[["x"]],
    )
    found = read_policy(tmp_path)
    assert rows(found, "requirements")[0]["title"] == "One"
    (row,) = rows(found, "course_credits")
    assert (row["file_name"], row["row_number"]) == ("policy.xlsx (course_credits)", 3)


def test_a_table_in_two_files_is_an_error(tmp_path: Path) -> None:
    policy(tmp_path)
    save(tmp_path / "policy.xlsx", requirements=[["requirement_id", "title"]])
    with pytest.raises(ConfigurationError, match="requirements is there twice"):
        read_policy(tmp_path)


def test_the_digest_is_of_contents_not_of_times(tmp_path: Path) -> None:
    first = policy(tmp_path)
    os.utime(tmp_path / "requirements.csv", (1, 1))
    (tmp_path / "README.md").write_text("not policy")
    assert policy(tmp_path).sha256 == first.sha256
    assert policy(tmp_path, requirements=REQUIREMENTS.replace("One", "Uno")).sha256 != first.sha256
    with_table = policy(tmp_path, event_slas="event_type,action,max_hours\n")
    assert with_table.sha256 != first.sha256


def test_semicolons_marks_and_cp1252(tmp_path: Path) -> None:
    (tmp_path / "requirements.csv").write_bytes("\ufeffrequirement_id;title\nR1;Größe, x\n".encode())
    assert rows(read_policy(tmp_path), "requirements")[0]["title"] == "Größe, x"
    (tmp_path / "requirements.csv").write_bytes("requirement_id;title\nR1;Größe\n".encode("cp1252"))
    assert rows(read_policy(tmp_path), "requirements")[0]["title"] == "Größe"
