"""Generations: one DuckDB file per run, and the pointer that says which one is published.

DuckDB lets no reader in while a writer has a file open, so every run writes a file of its own and then switches
the pointer in one step. Owns those two acts; knows nothing of what is in the file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from gapwatch.errors import NothingPublished

_RUN_ID = re.compile(r"[0-9A-Za-z_-]+")


def generation_folder(warehouse: Path) -> Path:
    """Where the generations of a warehouse lie."""
    return warehouse / "generations"


def current_run_id(warehouse: Path) -> str | None:
    """The published run, or None."""
    pointer = warehouse / "current"
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None


def generation_path(warehouse: Path, *, run_id: str | None = None) -> Path:
    """The file of that run, by default of the published one. Raises NothingPublished when it is not there."""
    wanted = run_id or current_run_id(warehouse)
    if wanted is None:
        raise NothingPublished("nothing is published yet", where=str(warehouse), do="run: gapwatch run")
    path = generation_folder(warehouse) / f"{wanted}.duckdb"
    if not _RUN_ID.fullmatch(wanted) or not path.is_file():
        raise NothingPublished(
            f"generation {wanted} is not in the warehouse", where=str(warehouse), do="run: gapwatch run"
        )
    return path


def publish(warehouse: Path, run_id: str) -> None:
    """Make that run the published one, in one step that a crash cannot halve."""
    generation_path(warehouse, run_id=run_id)
    beside = warehouse / f".current-{run_id}"
    with beside.open("w", encoding="utf-8") as file:
        file.write(run_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(warehouse / "current")


def prune(warehouse: Path, *, keep: int) -> list[str]:
    """Delete all but the newest ``keep`` generations and the published one; returns the run ids deleted.

    A reader that has a deleted file open keeps it until it closes.
    """
    current = current_run_id(warehouse)
    runs = sorted(path.stem for path in generation_folder(warehouse).glob("*.duckdb"))
    gone = [run for run in runs[: max(len(runs) - keep, 0)] if run != current]
    for run in gone:
        (generation_folder(warehouse) / f"{run}.duckdb").unlink(missing_ok=True)
    return gone
