"""The lock of a warehouse: one process at a time writes loads or builds generations.

Owns the file ``.lock`` in the warehouse folder, held with ``fcntl`` so that a killed process frees it.
Readers never need it. Nothing waits: a second writer is told at once who holds it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gapwatch.errors import WarehouseBusy

_held: dict[tuple[Path, int], int] = {}  # folder and thread, and how often: a run holds it around its load


@contextmanager
def warehouse_lock(path: Path) -> Iterator[None]:
    """Hold the warehouse folder ``path`` while the block runs; made when missing.

    May be nested within one thread. Raises WarehouseBusy at once, naming the holder's process id and start
    (UTC), when another process holds it.
    """
    folder = path.resolve()
    key = (folder, threading.get_ident())
    if key in _held:
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseBusy(
                f"another run holds the warehouse: {_holder(folder)}",
                where=str(folder),
                do="wait for it to end, or stop that process; then run again",
            ) from error
        file.truncate(0)
        started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        file.write(json.dumps({"pid": os.getpid(), "started_at": started}))
        file.flush()
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
            file.truncate(0)


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / ".lock").read_text(encoding="utf-8"))
        return f"process {holder['pid']}, started {holder['started_at']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just started"
