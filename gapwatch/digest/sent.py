"""The send log: which recipient got which week's digest, as JSON lines under ``warehouse/sends``.

Owns the folder, its lock and its append-only files, one an ISO week. A line is on disk before the next step
is taken, so a run that dies leaves the truth: a recipient whose last line is ``sending`` may or may not have
been served. Called by ``weekly``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from gapwatch.warehouse.lock import warehouse_lock

State = Literal["sending", "sent", "failed"]


class SendLog:
    """The log of one week. Recipients are their keys (lower-cased addresses); readable by the owner alone."""

    def __init__(self, warehouse: Path, *, week: str) -> None:
        self.folder = warehouse / "sends"
        self.week = week
        self._path = self.folder / f"{week}.jsonl"

    def states(self) -> dict[str, State]:
        """The last state of each recipient; a ``sent`` stays. A torn line counts as not written."""
        found: dict[str, State] = {}
        if not self._path.is_file():
            return found
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
                recipient, state = entry["recipient"], entry["state"]
            except (ValueError, KeyError, TypeError):
                continue
            if found.get(recipient) != "sent":
                found[recipient] = state
        return found

    def append(
        self,
        recipient: str,
        *,
        state: State,
        at: dt.datetime,
        run_id: str,
        message_id: str,
        attempts: int = 0,
        reason: str = "",
    ) -> None:
        """Add one line and wait until it is on disk."""
        line = json.dumps(
            {
                "at": at.isoformat(timespec="seconds"),
                "recipient": recipient,
                "state": state,
                "attempts": attempts,
                "reason": reason,
                "message_id": message_id,
                "run_id": run_id,
            },
            ensure_ascii=False,
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        is_torn = self._path.is_file() and self._path.read_bytes()[-1:] not in (b"", b"\n")
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{'' if not is_torn else chr(10)}{line}\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other senders of this warehouse out; raises WarehouseBusy when one is at work.

        The system lets go of the lock when the process ends, however it ends.
        """
        with warehouse_lock(self.folder):
            yield
