"""No room: a clear error, the last good state stands, and the next run with room goes on."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from command import gapwatch

from gapwatch.warehouse.generations import current_run_id
from gapwatch.warehouse.landing import landing_folder, read_manifests

LATER = "2026-02-12T06:00:00Z"
LIMITED = "import sys; from gapwatch.cli import main; sys.exit(main())"


@pytest.mark.parametrize(("room", "stage"), [(1_000, "load"), (300_000, "build")])
def test_a_full_disk(company: Path, room: int, stage: str) -> None:
    """Files may grow to ``room`` bytes: those of the load, or the build's alone, do not fit."""
    workers = company / "feeds" / "workers.csv"
    workers.write_text(workers.read_text(encoding="utf-8") + "W77" + "," * 6 + "\n", encoding="utf-8")
    warehouse = company / "warehouse"
    before, loads = current_run_id(warehouse), len(read_manifests(warehouse))
    arguments = ["run", "--config", str(company / "gapwatch.toml"), "--loaded-at", LATER]
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert ended.returncode == 3, ended.stderr
    assert "the disk has room" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert current_run_id(warehouse) == before
    assert (len(read_manifests(warehouse)) > loads) == (stage == "build")
    assert gapwatch("sql", "select count(*) from gaps", "--config", arguments[2]).code == 0
    left = [*landing_folder(warehouse).glob(".*"), *(warehouse / "generations").glob(".*")]
    assert left == []
    answer = gapwatch(*arguments)
    assert answer.code == 0, answer.err
    assert current_run_id(warehouse) != before
    asked = gapwatch("sql", "select worker_id from staged_workers where worker_id = 'W77'", "--config", arguments[2])
    assert "W77" in asked.out
