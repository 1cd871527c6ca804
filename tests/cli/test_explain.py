"""``gapwatch explain``: without data, in both forms, and what it says of names that are not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import gapwatch

from gapwatch.modelling import all_models


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings and without a warehouse."""
    monkeypatch.chdir(tmp_path)


def test_text_has_header_inputs_readers_lineage_and_sql(tmp_path: Path) -> None:
    answer = gapwatch("explain", "account_links")
    assert answer.code == 0, answer.err
    model = all_models()["account_links"]
    assert f"  answers:  {model.answers}" in answer.out
    assert model.sql.rstrip() in answer.out
    reads, _, read_by = answer.out.partition("\nread by\n")
    assert "staged_lms_accounts" in reads.partition("\nreads\n")[2]
    assert "policy_identity_overrides" in reads.partition("  inputs: ")[2]
    assert "stale_accounts" in read_by.splitlines()[0]
    assert any(line.split()[:3] == ["account_id", "varchar", "<-"] for line in answer.out.splitlines())
    assert list(tmp_path.iterdir()) == []


def test_json_says_the_same() -> None:
    answer = gapwatch("explain", "requirement_keys", "--format", "json")
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert said["key"] == ["requirement_key"]
    assert (said["reads_models"], said["reads_inputs"]) == ([], ["policy_requirements"])
    assert "required_intervals" in said["read_by_models"]
    assert "person_requirements" in said["read_by_questions"]
    assert {"name": "severity", "type": "VARCHAR"} in said["columns"]
    assert {"column": "requirement_keys.severity", "from": ["policy_requirements.severity"]} in said["lineage"]
    assert said["sql"] == all_models()["requirement_keys"].sql


def test_checks_that_read_a_model_are_named() -> None:
    said = json.loads(gapwatch("explain", "staged_sites", "--format", "json").out)
    assert "sites_unknown" in said["read_by_checks"]
    assert "landed_sites" in said["reads_inputs"]


def test_one_column_is_followed_to_the_feeds() -> None:
    followed = gapwatch("explain", "gaps", "--column", "severity")
    assert followed.code == 0, followed.err
    assert "  requirement_keys.severity <- policy_requirements.severity" in followed.out
    _, _, after = followed.out.partition("comes from\n")
    assert after.splitlines()[0].strip() == "policy_requirements.severity"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gap"], "did you mean gaps"),
        (["policy_requirements"], "ask for one that reads it: deficient_records, requirement_keys"),
        (["nothing-of-the-kind"], "the files of queries/"),
        (["gaps", "--column", "oponed_at"], "did you mean opened_at"),
    ],
)
def test_an_unknown_name_is_a_usage_error_with_near_names(arguments: list[str], said: str) -> None:
    answer = gapwatch("explain", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""
