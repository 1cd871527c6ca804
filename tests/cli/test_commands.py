"""The commands on a published company: what they print, and that asking twice or otherwise changes nothing."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from command import gapwatch

_FINDINGS = ("gaps", "event_responses", "stale_accounts", "compliance_timeline", "compliance", "inflation")


def _sql(company: Path, statement: str, form: str = "json", *more: str) -> str:
    answer = gapwatch("sql", "--config", str(company / "gapwatch.toml"), "--format", form, statement, *more)
    assert answer.code == 0, answer.err
    return answer.out


def test_formats_hold_the_same_values(published: Path) -> None:
    statement = "select account_id, ended_at, days_active, is_open from stale_accounts order by account_id"
    as_json = json.loads(_sql(published, statement))
    as_csv = list(csv.DictReader(io.StringIO(_sql(published, statement, "csv"))))
    assert as_json[0] == {
        "account_id": "A1",
        "ended_at": "2026-01-12T06:00:00Z",
        "days_active": 30.0,
        "is_open": True,
    }
    assert as_csv[0] == {
        "account_id": "A1",
        "ended_at": "2026-01-12T06:00:00Z",
        "days_active": "30",
        "is_open": "true",
    }
    table = _sql(published, statement, "table")
    assert "A1" in table
    assert "2026-01-12T06:00:00Z" in table


def test_progress_goes_to_stderr(company: Path) -> None:
    answer = gapwatch("build", "--config", str(company / "gapwatch.toml"))
    assert answer.code == 0
    assert "models built" in answer.err
    assert "models built" not in answer.out
    assert "leavers with an active account" in answer.out


def test_fail_on_gaps(company: Path) -> None:
    arguments = ["build", "--config", str(company / "gapwatch.toml"), "--as-of", "2026-01-05T06:00:00Z"]
    assert gapwatch(*arguments).code == 0
    assert gapwatch(*arguments, "--fail-on-gaps").code == 1


def test_check_publishes_nothing(company: Path) -> None:
    before = sorted((company / "warehouse").rglob("*.duckdb"))
    answer = gapwatch("check", "--config", str(company / "gapwatch.toml"), "--format", "json")
    assert answer.code == 0, answer.err
    results = json.loads(answer.out)
    assert {"check_id", "severity", "status"} <= set(results[0])
    assert sorted((company / "warehouse").rglob("*.duckdb")) == before


def test_same_files_again_add_no_rows_and_change_nothing(company: Path) -> None:
    before = {table: _sql(company, f"select * from {table} order by all", "csv") for table in _FINDINGS}
    arguments = ["--config", str(company / "gapwatch.toml"), "--as-of", "2026-02-11T06:00:00Z"]
    answer = gapwatch("run", *arguments, "--loaded-at", "2026-02-13T06:00:00Z")
    assert answer.code == 0, answer.err
    assert "9 files unchanged" in answer.out
    again = {table: _sql(company, f"select * from {table} order by all", "csv") for table in _FINDINGS}
    assert again == before
    assert json.loads(_sql(company, "select status, count(*) as n from loads group by status order by status")) == [
        {"status": "accepted", "n": 9},
        {"status": "unchanged", "n": 9},
    ]


def test_another_as_of_is_answered_without_publishing_it(company: Path) -> None:
    published = json.loads(_sql(company, "select as_of from run_parameters"))
    other = _sql(company, "select as_of from run_parameters", "json", "--as-of", "2026-01-05T06:00:00Z")
    assert json.loads(other) == [{"as_of": "2026-01-05T06:00:00Z"}]
    assert json.loads(_sql(company, "select as_of from run_parameters")) == published
    open_then = _sql(
        company,
        "select worker_id from gaps where closed_at is null order by 1",
        "json",
        "--as-of",
        "2026-01-05T06:00:00Z",
    )
    assert json.loads(open_then) == [{"worker_id": "W1"}, {"worker_id": "W2"}]


@pytest.mark.parametrize(
    ("worker", "on", "text", "state"),
    [
        (
            "W1",
            "2026-01-05",
            "On 2026-01-05 W1 (Worker W1) was OP (OP) at BAY1. Requirement R (29 CFR 0.R) was required by rule RU1"
            " and NOT met: open since 2025-06-02 (217 days), cause not_completed.",
            "gap",
        ),
        ("W2", "2026-02-05", "On 2026-02-05 W2 (Worker W2) was not employed.", "role"),
    ],
)
def test_audit_sentence(published: Path, worker: str, on: str, text: str, state: str) -> None:
    answer = gapwatch("person", worker, "--on", on, "--config", str(published / "gapwatch.toml"), "--format", "json")
    assert answer.code == 0, answer.err
    sentences = json.loads(answer.out)
    assert [(one["text"], one["state"]) for one in sentences] == [(text, state)]


def test_audit_sentence_names_its_source_rows(published: Path) -> None:
    answer = gapwatch("person", "W1", "--on", "2026-01-05", "--config", str(published / "gapwatch.toml"))
    assert "feeds/role_history.csv row 2" in answer.out
    assert "requirement_rules.csv row 2 (RU1)" in answer.out


def test_module_and_script_are_one() -> None:
    shown = subprocess.run([sys.executable, "-m", "gapwatch", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("gapwatch, version")
