"""The sheets of records, sample and changes: what they find in the small generation, and that a seed says it all."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pytest
from evidence.opened import records
from evidence.small_generation import make_small_generation

from gapwatch.evidence import EvidenceSummary
from gapwatch.reads import Reader

_AT = dt.datetime(2026, 3, 14, 12)  # noqa: DTZ001 - generations hold naive UTC
_SCOPE: dict[str, Any] = {"period_to": _AT}


def _ask(reader: Reader, question: str, **parameters: object) -> list[dict[str, Any]]:
    cursor = reader.question(question, **{**_SCOPE, **parameters})
    names = [str(column[0]) for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_field_sufficiency_counts_each_requirement_and_lists_the_deficient_record(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Field sufficiency")
    counted = {row["Requirement ID"]: row for row in rows if row["What"] == "requirement"}
    psm = counted["PSM"]
    assert (psm["Records"], psm["Sufficient"], psm["Deficient"], psm["Sufficient, %"]) == (1, 0, 1, 0)
    assert (psm["Record citation"], psm["Finding"]) == ("29 CFR 1910.119(g)(3)", "records deficient")
    assert "means used to verify" in psm["Record holds"]
    assert (counted["HIPAA"]["Record citation"], counted["HIPAA"]["Finding"]) == ("45 CFR 164.530(j)", "no record")
    (deficient,) = [row for row in rows if row["What"] == "record"]
    assert (deficient["Worker ID"], deficient["Completion ID"]) == ("W1", "0001")
    assert (deficient["Missing fields"], deficient["Finding"]) == ("verification_method", "completed, record deficient")


def test_gaps_and_checks_carry_the_warnings_they_rest_on(exported: EvidenceSummary) -> None:
    warned = {row["Gap ID"]: row["Warnings"] for row in records(exported.path, "Gaps")}
    assert warned == {"G1": "every account says when it was created: not so for account A1", "G2": None, "G3": None}
    (check,) = records(exported.path, "Data quality")
    assert (check["Rows failed"], check["Obligations affected"], check["Gaps affected"]) == (2, 3, 1)


def test_integration_health_tells_the_gaps_that_rest_on_a_late_source_or_began_in_an_outage(
    exported: EvidenceSummary,
) -> None:
    rows = {(row["What"], row["Name"]): row for row in records(exported.path, "Integration health")}
    assert rows["source", "hr"]["Open gaps resting on it"] == 0
    assert rows["source", "lms"]["Open gaps resting on it"] == 1
    assert (rows["integration", "BAY1-sftp"]["Success, %"], rows["integration", "BAY1-sftp"]["Status"]) == (
        90,
        "had failures",
    )
    outage = rows["outage", "BAY1-sftp"]
    assert (outage["Open gaps resting on it"], outage["Status"]) == (1, "over")


def _drawn(reader: Reader, seed: str, size: int = 1, **parameters: object) -> list[tuple[Any, ...]]:
    rows = _ask(reader, "evidence_sample", sample_seed=seed, sample_size=size, **parameters)
    return [(row["worker_id"], row["requirement_id"], row["site"]) for row in rows if row["what"] == "item"]


def test_a_sample_states_its_population_method_and_strata_and_leaves_room_for_the_tester(
    exported: EvidenceSummary,
) -> None:
    rows = records(exported.path, "Sample")
    assert [(row["What"], row["Stratum"], row["Population"], row["Drawn"]) for row in rows] == [
        ("population", "all", 2, 2),
        ("stratum", "BAY1, critical", 2, 2),
        ("item", "BAY1, critical", None, None),
        ("item", "BAY1, critical", None, None),
    ]
    assert "seed: 1" in rows[0]["Method"]
    assert {(row["Worker ID"], row["State"]) for row in rows[2:]} == {("W1", "trained"), ("W2", "gap")}
    blank = ["Tested by", "Tested on", "Evidence seen", "Conclusion", "Remarks"]
    assert all(row[name] is None for row in rows for name in blank)


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """The small generation with forty more workers, so that there is something to draw from; two orders of rows."""
    return _crowded(tmp_path / "one", ascending=True)


def _crowded(folder: Path, *, ascending: bool) -> Path:
    warehouse = make_small_generation(folder)
    order = "" if ascending else " desc"
    with duckdb.connect(str(warehouse / "generations" / "run-1.duckdb")) as connection:
        connection.execute(
            "create temp table crowd as select 'X' || lpad(n::varchar, 2, '0') as id, n from range(40) t(n)"
        )
        connection.execute(
            "insert into role_states by name select id as worker_id, 'primary' as assignment_key, 'active' as status,"
            " case when n < 30 then 'BAY1' else 'DEN1' end as site, timestamp '2026-01-01' as valid_from"
            f" from crowd order by id{order}"
        )
        connection.execute(
            "insert into compliance_timeline by name select id as worker_id, 'PSM' as requirement_id,"
            f" timestamp '2026-01-01' as valid_from, 'trained' as state from crowd order by id{order}"
        )
    return warehouse


def _by_hash(seed: str, workers: list[str]) -> list[str]:
    """The order of a stratum, worked out another way."""
    keys = {worker: f"{seed}\x1f{worker}\x1fPSM\x1f".encode() for worker in workers}
    return sorted(workers, key=lambda worker: hashlib.md5(keys[worker], usedforsecurity=False).hexdigest())


def test_the_same_seed_draws_the_same_rows_whatever_their_order_and_another_seed_others(
    crowd: Path, tmp_path: Path
) -> None:
    with Reader.open(crowd) as one, Reader.open(_crowded(tmp_path / "two", ascending=False)) as other:
        first = _drawn(one, "audit 2026", 8)
        assert first == _drawn(other, "audit 2026", 8)
        assert first != _drawn(one, "audit 2027", 8)
        assert [worker for worker, _, _ in first] == [
            *_by_hash("audit 2026", ["W1", "W2", *(f"X{number:02}" for number in range(30))])[:6],
            *_by_hash("audit 2026", [f"X{number}" for number in range(30, 40)])[:2],
        ]
        strata = [
            row for row in _ask(one, "evidence_sample", sample_seed="s", sample_size=8) if row["what"] == "stratum"
        ]
        assert [(row["stratum"], row["population"], row["drawn"]) for row in strata] == [
            ("BAY1, critical", 32, 6),
            ("DEN1, critical", 10, 2),
        ]
        assert len(_drawn(one, "s", 1000)) == 42
        assert len(_drawn(one, "s", 1)) == 2  # at least one of each stratum
        assert _ask(one, "evidence_sample", sample_seed="s", sample_size=0) == []


def test_the_change_log_counts_gaps_by_week(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Change log")
    assert [row["What"] for row in rows] == ["week"] * 5
    assert [
        (row["Week from"].date(), row["Opened"], row["Reopened"], row["Closed"], row["Open at end"]) for row in rows
    ] == [
        (dt.date(2025, 12, 29), 3, 0, 0, 3),
        (dt.date(2026, 1, 5), 0, 0, 0, 3),
        (dt.date(2026, 1, 12), 0, 0, 0, 3),
        (dt.date(2026, 1, 19), 0, 0, 1, 2),
        (dt.date(2026, 1, 26), 0, 0, 1, 1),
    ]


def test_retention_goes_by_requirement_and_says_what_vanished_too_early(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Retention")
    found = {(row["What"], row["Worker ID"], row["Completion ID"]): row for row in rows}
    kept = found["record", "W1", "0001"]
    assert (kept["Retention basis"], kept["Decision"], kept["Record decision"]) == ("from_training", "keep", "keep")
    assert kept["Keep until (UTC)"] == dt.datetime(2031, 1, 20, 8, 30, 15, 123000)  # noqa: DTZ001
    gone = found["vanished", "W1", "0009"]
    assert (gone["Decision"], gone["Keep until (UTC)"]) == ("vanished too early", dt.datetime(2030, 5, 1))  # noqa: DTZ001
    left = found["leaver", "W3", None]
    assert (left["Decision"], left["Because"]) == (
        "incomplete at leaving",
        "contract_end with a gap, cause not_completed",
    )


@pytest.mark.parametrize(
    ("basis", "years", "worker", "decision", "until"),
    [
        ("from_training", 0.1, "W1", "keep", "2026-02-20"),  # over, but it proves a duty that goes on
        ("from_training", 0.1, "W3", "may be disposed of", "2026-02-05"),
        ("from_training", 3.0, "W3", "keep", "2029-01-05"),
        ("from_creation", 0.1, "W3", "may be disposed of", "2026-02-06"),
        ("after_employment", 0.25, "W3", "keep", "2026-05-01"),
        ("after_employment", 0.0, "W3", "may be disposed of", "2026-02-01"),
        ("after_employment", 0.25, "W1", "keep", None),
        ("while_performing", 5.0, "W3", "keep", "2031-02-01"),
        ("while_performing", None, "W3", "may be disposed of", "2026-02-01"),
        ("while_performing", 5.0, "W1", "keep", None),
        ("latest_only", None, "W3", "keep", None),
        ("until_closure", None, "W3", "keep", None),
        ("policy", None, "W3", "no period stated", None),
        ("none_stated", None, "W3", "no period stated", None),
        (None, None, "W3", "no period stated", None),
    ],
)
def test_a_retention_period_counts_from_what_its_basis_names(
    tmp_path: Path, basis: str | None, years: float | None, worker: str, decision: str, until: str | None
) -> None:
    warehouse = make_small_generation(tmp_path)
    with duckdb.connect(str(warehouse / "generations" / "run-1.duckdb")) as connection:
        connection.execute("update policy_requirements set retention_basis = ?, retention_years = ?", [basis, years])
        connection.execute(
            "insert into staged_lms_completions by name select '0003' as completion_id, 'A3' as account_id, 'C1' as"
            " course_id, timestamp '2026-01-05' as completed_at, timestamp '2026-01-06' as recorded_at"
        )
        connection.execute(
            "insert into credential_periods by name select 'W3' as worker_id, 'PSM' as requirement_id,"
            " timestamp '2026-01-05' as valid_from, 'trained' as kind, '0003' as completion_id"
        )
    with Reader.open(warehouse) as reader:
        (row,) = [
            row for row in _ask(reader, "evidence_retention") if row["what"] == "record" and row["worker_id"] == worker
        ]
    assert row["decision"] == decision
    assert (row["keep_until"] and f"{row['keep_until']:%Y-%m-%d}") == until
