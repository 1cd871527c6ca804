"""Against an earlier export: which rows are said otherwise, and the cause of each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from evidence.opened import changed, part_of, records
from evidence.small_generation import make_small_generation

from gapwatch.errors import ConfigurationError
from gapwatch.evidence import EvidenceSummary, write_evidence
from gapwatch.reads import Reader

_START = "timestamp '2026-01-01 06:00:00'"
_SINCE = f"""
    update run_parameters set as_of = timestamp '2026-03-20 12:00:00', known_at = timestamp '2026-03-20 12:00:00',
        policy_sha256 = repeat('cd', 32);
    update staged_lms_completions set result = 'failed' where completion_id = '0001';
    delete from credential_periods;
    delete from compliance_timeline where worker_id = 'W1';
    insert into compliance_timeline by name
        select 'W1' as worker_id, 'PSM' as requirement_id, {_START} as valid_from, 'gap' as state,
            'not_completed' as cause, 'learner' as owner;
    update gaps set closed_at = null, closed_by = null, cause = 'not_completed' where gap_id = 'G1';
    update role_states set valid_to = timestamp '2026-02-15 06:00:00' where worker_id = 'W3' and status = 'active';
    update role_states set valid_from = timestamp '2026-02-15 06:00:00'
        where worker_id = 'W3' and status = 'terminated';
    update compliance_timeline set valid_to = timestamp '2026-02-15 06:00:00' where worker_id = 'W3';
    update requirement_periods set valid_to = timestamp '2026-02-15 06:00:00' where worker_id = 'W3';
    update gaps set closed_at = timestamp '2026-02-15 06:00:00' where gap_id = 'G3';
    update account_links set worker_id = 'W2', person_id = 'W2', status = 'linked', method = 'override'
        where account_id = 'A9';
    insert into account_links by name select 'A5' as account_id, 'unlinked' as status;
    update compliance_timeline set cause = 'never_assigned' where worker_id = 'W2';
    insert into policy_requirement_rules by name
        select 'R-2' as rule_id, 'HIPAA' as requirement_id, 'requirement_rules.csv' as file_name, 3 as row_number;
    insert into compliance_timeline by name
        select worker_id, 'HIPAA' as requirement_id, {_START} as valid_from, state
        from (values ('W1', 'gap'), ('W3', 'waived')) as added (worker_id, state);
    insert into gaps by name
        select 'G4' as gap_id, 'W1' as worker_id, 'HIPAA' as requirement_id, {_START} as opened_at, 'low' as severity,
            'not_completed' as cause
        union all by name
        select 'G5' as gap_id, 'W2' as worker_id, 'HIPAA' as requirement_id,
            timestamp '2026-03-16 00:00:00' as opened_at, 'low' as severity, 'not_completed' as cause;
    insert into policy_exceptions by name
        select 'X-7' as exception_id, 'W3' as worker_id, 'HIPAA' as requirement_id, 'waive' as kind,
            'eva' as approved_by;
"""


@pytest.fixture(scope="module")
def later(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the small generation (``run-1``) and, six days on, what HR, LMS and policy say then."""
    folder = make_small_generation(tmp_path_factory.mktemp("later") / "warehouse", run_id="run-2")
    shutil.copy(warehouse / "generations" / "run-1.duckdb", folder / "generations")
    with duckdb.connect(str(folder / "generations" / "run-2.duckdb")) as connection:
        connection.execute(_SINCE)
    return folder


@pytest.fixture(scope="module")
def restated(later: Path, exported: EvidenceSummary, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSummary:
    """The export of the later generation, compared with the earlier workbook."""
    with Reader.open(later) as reader:
        return write_evidence(reader, tmp_path_factory.mktemp("restated") / "e.xlsx", against=str(exported.path))


def _changes(summary: EvidenceSummary) -> list[dict[str, Any]]:
    return [row for row in records(summary.path, "Change log") if row["What"] != "week"]


def test_every_row_said_otherwise_is_there_with_its_cause(restated: EvidenceSummary) -> None:
    found = {
        (row["What"], row["Sheet"], row["Worker ID"], row["Requirement ID"], row["Was"], row["Now"]): row["Cause"]
        for row in _changes(restated)
    }
    gap_was, gap_is = "gap (never_assigned) to 2026-01-20 08:30", "gap (not_completed), still running"
    assert found == {
        ("restated", "Obligations", "W1", "PSM", gap_was, gap_is): "altered_completion",
        ("removed", "Obligations", "W1", "PSM", "trained, still running", None): "altered_completion",
        ("restated", "Gaps", "W1", "PSM", gap_was, "gap, still running"): "altered_completion",
        (
            *("restated", "Obligations", "W2", "PSM"),
            *("gap (no_account), still running", "gap (never_assigned), still running"),
        ): "rematched_identity",
        (
            *("restated", "Obligations", "W3", "PSM"),
            *("gap (not_completed) to 2026-02-01 06:00", "gap (not_completed) to 2026-02-15 06:00"),
        ): "late_hr_entry",
        (
            *("restated", "Gaps", "W3", "PSM"),
            *("gap (not_completed) to 2026-02-01 06:00", "gap (not_completed) to 2026-02-15 06:00"),
        ): "late_hr_entry",
        ("added", "Obligations", "W1", "HIPAA", None, "gap, still running"): "policy_change",
        ("added", "Gaps", "W1", "HIPAA", None, "gap, still running"): "policy_change",
        ("added", "Obligations", "W3", "HIPAA", None, "waived, still running"): "exception_change",
    }


def test_a_cause_names_its_record_and_the_others_that_apply(restated: EvidenceSummary) -> None:
    because = {(row["Worker ID"], row["Requirement ID"]): (row["Because"], row["Also"]) for row in _changes(restated)}
    assert because["W1", "PSM"] == ("completion 0001: result passed before, failed now", None)
    assert because["W2", "PSM"] == ("account A9: unlinked before, W2 now", None)
    assert because["W3", "PSM"] == ("role from 2026-01-01 06:00 ends otherwise", None)
    assert because["W1", "HIPAA"] == ("rule R-2 was not there then", None)
    assert because["W3", "HIPAA"] == ("exception X-7 was not known then", "late_hr_entry; policy_change")


def test_parameters_logic_and_manifest_name_the_comparison(
    restated: EvidenceSummary, exported: EvidenceSummary
) -> None:
    stated = {row["Parameter"]: row["Value"] for row in records(restated.path, "Parameters")}
    assert exported.export_id in stated["Compared with"]
    assert "restated" in {row["Model"] for row in records(restated.path, "Logic")}


def test_a_kept_generation_says_the_same_as_its_workbook(
    later: Path, restated: EvidenceSummary, exported: EvidenceSummary, tmp_path: Path
) -> None:
    with Reader.open(later) as reader:
        by_run = write_evidence(reader, tmp_path / "run.xlsx", against="run-1")
        lone = tmp_path / "evidence.manifest.json"
        shutil.copy(exported.manifest_path, lone)  # the workbook is gone, its generation is not
        by_manifest = write_evidence(reader, tmp_path / "manifest.xlsx", against=str(lone))
    assert _changes(by_run) == _changes(by_manifest) == _changes(restated)


def test_nothing_is_restated_against_the_same_state(warehouse: Path, exported: EvidenceSummary, tmp_path: Path) -> None:
    with Reader.open(warehouse) as reader:
        again = write_evidence(reader, tmp_path / "e.xlsx", against=str(exported.path))
    assert _changes(again) == []


def test_another_scope_or_a_changed_workbook_is_refused(
    warehouse: Path, exported: EvidenceSummary, tmp_path: Path
) -> None:
    with Reader.open(warehouse) as reader:
        with pytest.raises(ConfigurationError, match="another scope: sites was not limited"):
            write_evidence(reader, tmp_path / "e.xlsx", sites=["BAY1"], against=str(exported.path))
        part = part_of(exported.path, "Gaps")
        copy = changed(exported.path, tmp_path, part, lambda data: data.replace(b"<t>W1</t>", b"<t>W9</t>", 1))
        with pytest.raises(ConfigurationError, match="not what was written: sheet Gaps, row 2"):
            write_evidence(reader, tmp_path / "e.xlsx", against=str(copy))
    assert not (tmp_path / "e.xlsx").exists()
