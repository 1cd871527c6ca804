"""Bad input gets one clear error or counted rejects, its exit code, and leaves what is published as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Answer, gapwatch

from gapwatch.warehouse.lock import warehouse_lock

LATER = "2026-02-12T06:00:00Z"


def _run(company: Path, command: str = "run") -> Answer:
    return gapwatch(command, "--config", str(company / "gapwatch.toml"), "--loaded-at", LATER)


def _rows(company: Path, statement: str) -> list[dict[str, object]]:
    answer = gapwatch("sql", "--config", str(company / "gapwatch.toml"), "--format", "json", statement)
    assert answer.code == 0, answer.err
    rows: list[dict[str, object]] = json.loads(answer.out)
    return rows


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _expect_refusal(company: Path, *, code: int, says: tuple[str, ...]) -> None:
    before = (company / "warehouse" / "current").read_text(encoding="utf-8")
    answer = _run(company)
    assert answer.code == code, answer.err
    assert "Traceback" not in answer.err
    for text in says:
        assert text in answer.err
    assert (company / "warehouse" / "current").read_text(encoding="utf-8") == before
    assert _rows(company, "select count(*) as loads from loads") == [{"loads": 9}]


def test_missing_file(company: Path) -> None:
    (company / "feeds" / "workers.csv").unlink()
    _expect_refusal(company, code=3, says=("hr_workers", "workers.csv", "do:"))


def test_empty_file(company: Path) -> None:
    (company / "feeds" / "workers.csv").write_bytes(b"")
    _expect_refusal(company, code=3, says=("workers.csv", "do:"))


def test_unknown_column_in_a_mapping(company: Path) -> None:
    toml = company / "gapwatch.toml"
    toml.write_text(toml.read_text() + '[sources.columns]\nworker_id = "Employee Number"\n', encoding="utf-8")
    _expect_refusal(company, code=2, says=("Employee Number", "worker_id", "do:"))


def test_unknown_canonical_column_in_a_mapping(company: Path) -> None:
    toml = company / "gapwatch.toml"
    toml.write_text(toml.read_text() + '[sources.columns]\nshoe_size = "x"\n', encoding="utf-8")
    answer = _run(company)
    assert answer.code == 2
    assert "shoe_size" in answer.err


def test_policy_row_naming_an_unknown_requirement(company: Path) -> None:
    _edit(company / "policy" / "requirement_rules.csv", "RU1,R,", "RU1,NOT-THERE,")
    before = (company / "warehouse" / "current").read_text(encoding="utf-8")
    answer = _run(company)
    assert answer.code == 2, answer.err
    for text in ("NOT-THERE", "requirement_rules.csv", "2"):
        assert text in answer.err
    assert (company / "warehouse" / "current").read_text(encoding="utf-8") == before


def test_unparsable_date_is_a_counted_reject(company: Path) -> None:
    path = company / "feeds" / "lms_assignments.csv"
    _edit(path, "2025-06-03T12:00:00Z", "03/06/2025")
    answer = _run(company)
    assert answer.code == 0, answer.err
    loads = "select rows_read, rows_accepted, rows_rejected from loads where source = 'lms_assignments'"
    assert _rows(company, f"{loads} order by load_id desc limit 1") == [
        {"rows_read": 2, "rows_accepted": 1, "rows_rejected": 1}
    ]
    rejects = _rows(company, "select row_number, column_name, raw_value from rejects")
    assert rejects == [{"row_number": 3, "column_name": "assigned_at", "raw_value": "03/06/2025"}]


def test_duplicate_key_keeps_the_last_row_and_counts_the_other(company: Path) -> None:
    path = company / "feeds" / "workers.csv"
    path.write_text(path.read_text() + "W1,,Worker One,w1@meridian.example,w1,,\n", encoding="utf-8")
    answer = _run(company)
    assert answer.code == 0, answer.err
    assert _rows(company, "select full_name from staged_workers where worker_id = 'W1'") == [
        {"full_name": "Worker One"}
    ]
    rejects = _rows(company, "select row_number, reason from rejects")
    assert [row["row_number"] for row in rejects] == [2]
    assert "duplicate key" in str(rejects[0]["reason"])


def test_second_run_at_the_same_time(company: Path) -> None:
    import multiprocessing

    spawned = multiprocessing.get_context("spawn")
    held, let_go = spawned.Event(), spawned.Event()
    other = spawned.Process(target=_hold, args=(company / "warehouse", held, let_go))
    other.start()
    try:
        assert held.wait(timeout=60)
        _expect_refusal(company, code=3, says=("another run", "do:"))
    finally:
        let_go.set()
        other.join()


def _hold(warehouse: Path, held: object, let_go: object) -> None:
    with warehouse_lock(warehouse):
        held.set()  # type: ignore[attr-defined]
        let_go.wait(60)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sql", "drop table gaps"], "read-only"),
        (["sql", "select * from nowhere"], "nowhere"),
        (["sql", "copy (select 1) to '/tmp/out.csv'"], "failed"),
        (["sql", "select * from read_csv('/etc/passwd')"], "failed"),
        (["person", "NOBODY", "--on", "2026-01-05"], "NOBODY"),
        (["person", "W1", "--on", "5 Jan"], "--on"),
        (["person", "W1", "--on", "2030-01-01"], "--as-of"),
        (["build", "--as-of", "soon"], "--as-of"),
        (["build", "--known-at", "1999-01-01"], "nothing had been loaded"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_calls_say_what_is_wrong(published: Path, arguments: list[str], says: str) -> None:
    answer = gapwatch(*arguments, "--config", str(published / "gapwatch.toml"))
    assert answer.code in (2, 3)
    assert says in answer.err


def test_no_settings_file(tmp_path: Path) -> None:
    answer = gapwatch("run", "--config", str(tmp_path / "gapwatch.toml"))
    assert answer.code == 2
    assert "gapwatch simulate" in answer.err


def test_nothing_published_yet(company: Path) -> None:
    (company / "warehouse" / "current").unlink()
    answer = gapwatch("sql", "select 1", "--config", str(company / "gapwatch.toml"))
    assert answer.code == 3
    assert "gapwatch run" in answer.err
