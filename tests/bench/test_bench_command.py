"""``gapwatch bench``: what it prints, and that the floor leaves no boundary out."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from command import gapwatch

from gapwatch.bench.company import bench_sql, measured_models
from gapwatch.bench.measure import measure_floor

_KINDS = {
    "workers": int,
    "models": dict,
    "build_seconds": float,
    "floor_seconds": float,
    "floor_rows": int,
    "ratio": float,
    "build_cpu_seconds": float,
    "floor_cpu_seconds": float,
    "cpu_ratio": float,
    "as_of_ms": float,
    "person_ms": float,
    "peak_rss_mb": float,
    "generate_seconds": float,
    "threads": int,
    "memory_limit": str,
    "duckdb_version": str,
}


def test_json_has_these_keys_and_types(tmp_path: Path) -> None:
    answer = gapwatch("bench", "--workers", "500", "--format", "json", "--folder", str(tmp_path))
    assert answer.code == 0, answer.err
    figures = json.loads(answer.out)
    assert {name: type(value) for name, value in figures.items()} == _KINDS
    assert figures["workers"] == 500
    assert figures["models"].keys() == measured_models().keys()
    for name, model in figures["models"].items():
        assert model.keys() == {"rows", "seconds"}, name
        assert isinstance(model["rows"], int)
        assert model["seconds"] >= 0
    assert figures["models"]["gaps"]["rows"] > 0
    assert max(model["seconds"] for model in figures["models"].values()) <= figures["build_seconds"]
    assert figures["ratio"] == pytest.approx(figures["build_seconds"] / figures["floor_seconds"])
    assert figures["cpu_ratio"] == pytest.approx(figures["build_cpu_seconds"] / figures["floor_cpu_seconds"])
    assert min(figures[name] for name in ("as_of_ms", "person_ms", "peak_rss_mb", "generate_seconds")) > 0
    assert "generated in" in answer.err
    with duckdb.connect(str(tmp_path / "bench-500.duckdb"), read_only=True) as kept:
        assert kept.execute("select count(*) from staged_workers").fetchall() == [(500,)]


def test_table_names_every_model_and_figure() -> None:
    answer = gapwatch("bench", "--workers", "100")
    assert answer.code == 0, answer.err
    for word in (*measured_models(), "build to floor", "peak memory", "one worker's whole story"):
        assert word in answer.out


def test_too_few_workers_are_refused() -> None:
    assert gapwatch("bench", "--workers", "0").code == 2
    assert gapwatch("bench").code == 2


def test_a_folder_that_is_a_file_and_a_senseless_limit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    inside = gapwatch("bench", "--workers", "100", "--folder", str(tmp_path / "file" / "folder"))
    assert inside.code == 2
    assert "--folder" in inside.err
    senseless = gapwatch("bench", "--workers", "100", "--memory-limit", "much")
    assert senseless.code == 2
    assert "--memory-limit" in senseless.err


def test_the_floor_covers_every_boundary(company: duckdb.DuckDBPyConnection) -> None:
    boundaries = []
    for table, holder, edges in (
        ("required_intervals", "worker_key", ("valid_from", "valid_to")),
        ("credential_intervals", "worker_key", ("valid_from", "valid_to")),
        ("assignment_credits", "person_key", ("assigned_at", "closed_at")),
    ):
        for edge in edges:
            rows = company.execute(f"select {holder}, requirement_key, site_key, {edge} from {table}").fetchall()
            assert rows
            boundaries += rows
    floor = company.execute(bench_sql("floor")).fetchall()
    assert floor == sorted(boundaries)
    _, counted = measure_floor(company)
    assert counted == len(boundaries)


def test_states_on_a_day_are_those_of_the_timeline(company: duckdb.DuckDBPyConnection) -> None:
    at = "2023-06-15 12:00:00"
    asked = company.execute(bench_sql("ask_states_on"), {"at": at}).fetchall()
    published = company.execute(
        "select site, requirement_id, state, count(*) from compliance_timeline"
        " where valid_from <= $at and (valid_to is null or valid_to > $at)"
        " group by site, requirement_id, state",
        {"at": at},
    ).fetchall()
    assert published
    assert set(asked) == set(published)


def test_a_worker_s_timeline_is_the_published_one(company: duckdb.DuckDBPyConnection) -> None:
    (worker,) = company.execute("select min(worker_id) from gaps").fetchall()[0]
    [(key,)] = company.execute(bench_sql("person_key"), {"worker": worker}).fetchall()
    told = company.execute(bench_sql("person_timeline_segments"), {"worker": key}).fetchall()
    published = company.execute(
        "select requirement_id, site, valid_from, valid_to, state, cause from compliance_timeline where worker_id = ?",
        [worker],
    ).fetchall()
    assert published
    assert set(told) == set(published)
