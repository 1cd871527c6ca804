"""The landing zone: every load of one file is one immutable folder, complete by an atomic rename.

    <warehouse>/landing/<load_id>/manifest.json   rows.parquet   rejects.parquet

Owns the folder names, the manifest and the crash safety: a load is written as ``.tmp-<load_id>``, flushed to
disk and renamed; what was not renamed never happened. Knows nothing of sources or of what is in the rows.
Written by ``gapwatch.loaders`` alone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gapwatch.warehouse.releases import Release, read_releases

ROWS = "rows.parquet"
REJECTS = "rejects.parquet"
_MANIFEST = "manifest.json"
_UNFINISHED = ".tmp-"


@dataclass(frozen=True, kw_only=True)
class LoadRecord:
    """The manifest of one load. ``loaded_at`` is an aware UTC instant; counts are rows.

    ``batch`` names the files of one source in one command (``batch_files`` of them). ``content_load_id`` is
    the load whose folder holds the rows: its own, or for an unchanged file an earlier one. ``sequence`` orders the
    commands of a warehouse as they came; this one landed ``command_loads`` loads (0: not known). ``carries``: whole
    rows, or changes alone. ``vanished``: ``keep`` when rows of earlier whole files stay in force. ``rows_left_out`` of
    the rejected rows are those that the mapping's ``where`` does not take. ``effective_min`` and ``effective_max`` are
    the first and last day (ISO) of the feed's main date. ``cursor`` is what a load of a service reached, from which the
    source's next one goes on. ``released_at`` and ``released_by`` are those of a load that was held and then released;
    its manifest stays as it was. ``retakes`` is the load whose rejected rows, corrected, this one takes again.
    """

    load_id: str
    batch: str
    batch_files: int
    sequence: int
    source: str
    feed: str
    mode: str
    address: str
    sha256: str
    bytes: int
    loaded_at: dt.datetime
    timezone: str | None
    mapping_sha256: str
    content_load_id: str
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_left_out: int = 0
    vanished: str = "go"
    carries: str = "whole"
    termination_dates: str = "first_day"
    status: str = "accepted"
    reason: str | None = None
    schema: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    missing_optional: tuple[str, ...] = ()
    effective_min: str | None = None
    effective_max: str | None = None
    cursor: str | None = None
    command_loads: int = 0
    retakes: str | None = None
    released_at: dt.datetime | None = None
    released_by: str | None = None


def landing_folder(warehouse: Path) -> Path:
    """Where the loads of a warehouse lie."""
    return warehouse / "landing"


def load_folder(warehouse: Path, load_id: str) -> Path:
    """The folder of one finished load."""
    return landing_folder(warehouse) / load_id


def rows_path(warehouse: Path, record: LoadRecord) -> Path:
    """The Parquet file with the rows that this load stands for (an earlier load's when the file is
    unchanged).
    """
    return load_folder(warehouse, record.content_load_id) / ROWS


def batch_name(warehouse: Path, *, source: str, loaded_at: dt.datetime) -> str:
    """A batch name not yet used: ``<loaded_at as YYYYMMDDTHHMMSSffffffZ>-<source>``, then with ``~2``,
    ``~3`` …
    """
    stamp = loaded_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%S%fZ")
    name = f"{stamp}-{re.sub(r'[^0-9A-Za-z_.]', '_', source)}"
    repeat = 1
    while any(
        load_folder(warehouse, prefix + load_name(_repeated(name, repeat), number=1)).exists()
        for prefix in ("", _UNFINISHED)
    ):
        repeat += 1
    return _repeated(name, repeat)


def load_name(batch: str, *, number: int) -> str:
    """The load id of the ``number``-th file of a batch: ``<stamp>-<source>-<nnn>``, repeated ones end in
    ``-2``, …
    """
    name, _, repeat = batch.partition("~")
    return f"{name}-{number:03d}" + (f"-{repeat}" if repeat else "")


def start_load(warehouse: Path, load_id: str) -> Path:
    """An empty folder to write that load into; it counts for nothing until ``finish_load``."""
    folder = landing_folder(warehouse) / f"{_UNFINISHED}{load_id}"
    folder.mkdir(parents=True)
    return folder


def unfinished_folder(warehouse: Path, load_id: str) -> Path:
    """The folder of a started load."""
    return landing_folder(warehouse) / f"{_UNFINISHED}{load_id}"


def finish_load(warehouse: Path, record: LoadRecord) -> None:
    """Write the manifest of a started load, flush everything to disk and make it count, in one step."""
    folder = landing_folder(warehouse) / f"{_UNFINISHED}{record.load_id}"
    (folder / _MANIFEST).write_text(json.dumps(_to_json(record), indent=1) + "\n", encoding="utf-8")
    for file in folder.iterdir():
        _flush(file)
    _flush(folder)
    folder.rename(load_folder(warehouse, record.load_id))
    _flush(landing_folder(warehouse))


def remove_unfinished(warehouse: Path) -> None:
    """Remove what an interrupted command left: unfinished loads, and all loads of a command not all of whose loads
    were finished.

    Only for the holder of the warehouse's lock.
    """
    folder = landing_folder(warehouse)
    if not folder.is_dir():
        return
    for left in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)
    records = read_manifests(warehouse, whole_commands=False)
    whole = {record.load_id for record in _whole_commands(records)}
    for record in records:
        if record.load_id not in whole:
            shutil.rmtree(load_folder(warehouse, record.load_id))


def read_manifests(
    warehouse: Path, *, whole_commands: bool = True, known_at: dt.datetime | None = None
) -> list[LoadRecord]:
    """All finished loads, in order of load id; by default only those of commands that are complete: one lands all of
    its loads or none.

    A held load that has been released is accepted; with ``known_at``, only when it was released by then.
    """
    folder = landing_folder(warehouse)
    if not folder.is_dir():
        return []
    files = sorted(path / _MANIFEST for path in folder.iterdir() if not path.name.startswith("."))
    records = [_from_json(json.loads(file.read_text(encoding="utf-8"))) for file in files if file.is_file()]
    releases = read_releases(warehouse)
    records = [_as_released(record, releases.get(record.batch), known_at=known_at) for record in records]
    return _whole_commands(records) if whole_commands else records


def _as_released(record: LoadRecord, release: Release | None, *, known_at: dt.datetime | None) -> LoadRecord:
    if record.status != "held" or release is None or release.loads.get(record.load_id) != record.sha256:
        return record
    if known_at is not None and release.released_at > known_at:
        return record
    return replace(
        record,
        status="accepted" if record.content_load_id == record.load_id else "unchanged",
        reason=f"released by {release.released_by} on {release.released_at:%Y-%m-%dT%H:%M:%SZ}: {release.reason} "
        f"(was held: {record.reason})",
        released_at=release.released_at,
        released_by=release.released_by,
    )


def _whole_commands(records: list[LoadRecord]) -> list[LoadRecord]:
    of_batch = Counter(record.batch for record in records)
    of_command = Counter(record.sequence for record in records)
    return [
        record
        for record in records
        if of_batch[record.batch] == record.batch_files and record.command_loads in (0, of_command[record.sequence])
    ]


def _repeated(name: str, repeat: int) -> str:
    return name if repeat == 1 else f"{name}~{repeat}"


def _to_json(record: LoadRecord) -> dict[str, Any]:
    loaded_at = record.loaded_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    written = asdict(record) | {"loaded_at": loaded_at}
    return {name: value for name, value in written.items() if name not in ("released_at", "released_by")}


def _from_json(manifest: dict[str, Any]) -> LoadRecord:
    lists = {name: tuple(manifest[name]) for name in ("schema", "drift", "missing_optional")}
    loaded_at = dt.datetime.fromisoformat(manifest["loaded_at"])
    return LoadRecord(**manifest | lists | {"loaded_at": loaded_at})


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
