"""Generations: what a build that failed or was killed leaves, and what the next one removes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.warehouse.generations import (
    generation_folder,
    generation_path,
    remove_unfinished_generations,
    unfinished_generation,
)


def test_a_build_that_ends_well_is_a_generation(tmp_path: Path) -> None:
    with unfinished_generation(tmp_path, "r1") as folder:
        (folder / "r1.duckdb").write_text("whole")
        (folder / "spill").mkdir()
    assert generation_path(tmp_path, run_id="r1").read_text() == "whole"
    assert [path.name for path in generation_folder(tmp_path).iterdir()] == ["r1.duckdb"]


def test_one_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with unfinished_generation(tmp_path, "r1") as folder:
            (folder / "r1.duckdb").write_text("half")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert list(generation_folder(tmp_path).iterdir()) == []


def test_what_a_killed_build_left_goes_and_a_running_one_stays(tmp_path: Path) -> None:
    left = generation_folder(tmp_path) / ".building-r0"
    left.mkdir(parents=True)
    (left / "r0.duckdb").write_text("half")
    (tmp_path / ".current-r0").write_text("r0")
    with unfinished_generation(tmp_path, "r1") as folder:
        remove_unfinished_generations(tmp_path)
        assert folder.is_dir()
        (folder / "r1.duckdb").write_text("whole")
    assert [path.name for path in generation_folder(tmp_path).iterdir()] == ["r1.duckdb"]
    assert list(tmp_path.glob(".current-*")) == []
