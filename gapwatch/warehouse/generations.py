"""Generations: one DuckDB file per run, and the pointer that says which one is published.

DuckDB lets no reader in while a writer has a file open, so every run writes a file of its own and then switches
the pointer in one step. Owns those two acts; knows nothing of what is in the file.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gapwatch.errors import NothingPublished

_RUN_ID = re.compile(r"[0-9A-Za-z_-]+")
_UNFINISHED = ".building-"


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


@contextmanager
def unfinished_generation(warehouse: Path, run_id: str) -> Iterator[Path]:
    """A folder to build that generation's file in (``<run_id>.duckdb``), and whatever the engine puts beside it.

    When the block ends well, the file is flushed and becomes one of the generations; the folder goes in any case. It is
    locked meanwhile, so that what a killed build left can be told from a build that runs.
    """
    folder = generation_folder(warehouse) / f"{_UNFINISHED}{run_id}"
    folder.mkdir(parents=True)
    with _locked(folder):
        try:
            yield folder
            built = folder / f"{run_id}.duckdb"
            _flush(built)
            built.rename(generation_folder(warehouse) / built.name)
            _flush(generation_folder(warehouse))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def remove_unfinished_generations(warehouse: Path) -> None:
    """Remove what killed builds left, and pointers that never became the current one. For the holder of the
    warehouse's lock; other builds, which need no lock, are left alone.
    """
    for folder in generation_folder(warehouse).glob(f"{_UNFINISHED}*"):
        try:
            with _locked(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # it is being built, or has just gone
            continue
    for pointer in warehouse.glob(".current-*"):
        pointer.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(warehouse: Path, run_id: str) -> None:
    """Make that run the published one, in one step that a crash cannot halve."""
    generation_path(warehouse, run_id=run_id)
    beside = warehouse / f".current-{run_id}"
    with beside.open("w", encoding="utf-8") as file:
        file.write(run_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(warehouse / "current")
    _flush(warehouse)


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
