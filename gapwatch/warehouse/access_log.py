"""The access log: who opened or took what of the dashboard, one JSON object a line, only ever appended to.

    <warehouse>/access.jsonl

Owns the file and that a line is whole. Holds no personal data of workers: the caller names a page and the filters
that are set, never a worker. Written by the dashboard.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path

from gapwatch.errors import GapwatchError


def log_path(warehouse: Path) -> Path:
    """Where the access log of a warehouse lies."""
    return warehouse / "access.jsonl"


def record_access(
    warehouse: Path,
    *,
    at: dt.datetime,
    who: str,
    role: str | None,
    did: str,
    page: str,
    scope: Mapping[str, str],
    run_id: str | None,
) -> None:
    """Append one line: ``did`` is ``opened``, ``downloaded``, ``refused`` or ``signed_in``; ``at`` is aware.

    Raises GapwatchError when the line cannot be written, so that nothing is shown that is not logged.
    """
    entry = {
        "at": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "who": who,
        "role": role,
        "did": did,
        "page": page,
        "scope": dict(scope),
        "run_id": run_id,
    }
    line = json.dumps(entry, ensure_ascii=False) + "\n"
    try:
        descriptor = os.open(log_path(warehouse), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, line.encode("utf-8"))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise GapwatchError(
            f"the access log cannot be written: {error.strerror}",
            where=str(log_path(warehouse)),
            do="let the account that serves the dashboard write there",
        ) from error
