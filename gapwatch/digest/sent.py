"""The send log: which recipient got which week's digest, as JSON lines under ``warehouse/sends``.

Owns the folder, its locks and its append-only files, one an ISO week. A line is on disk before the next step is taken,
so whoever dies leaves the truth. The states of a mail::

    handing     its last line is about to be sent: from here on the server may have it
    deferred    the server did not take it, this time     (so it was not delivered)
    sent        the server took it
    failed      given up for this run                     (not delivered; the next run tries again)
    in_doubt    handed over and never answered            (not sent again by itself)
    bounced     taken, and reported undeliverable later

``handing`` as the last word means that its sender died there: that mail is in doubt. Called by ``weekly``, ``hand`` and
``bounces``.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from gapwatch.errors import WarehouseBusy
from gapwatch.warehouse.lock import warehouse_lock

State = Literal["handing", "deferred", "sent", "failed", "in_doubt", "bounced"]
_STATES: Final = ("handing", "deferred", "sent", "failed", "in_doubt", "bounced")
_HAND_LOCK: Final = ".hand"


@dataclass(frozen=True)
class Note:
    """One line of the log. ``recipient`` is a key: a lower-cased address, or ``notice …`` for a mail to the owner."""

    at: str
    recipient: str
    state: State
    run_id: str
    message_id: str
    attempts: int = 0
    reason: str = ""


class SendLog:
    """The log of one week; readable by the owner alone."""

    def __init__(self, warehouse: Path, *, week: str) -> None:
        self.folder = warehouse / "sends"
        self.week = week
        self._path = self.folder / f"{week}.jsonl"

    def notes(self) -> list[Note]:
        """Every line, oldest first. A torn line counts as not written."""
        found: list[Note] = []
        if not self._path.is_file():
            return found
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                note = Note(**json.loads(line))
            except (ValueError, TypeError):
                continue
            if note.state in _STATES:
                found.append(note)
        return found

    def last(self) -> dict[str, Note]:
        """The last line of each recipient; once served, only a bounce changes that."""
        found: dict[str, Note] = {}
        for note in self.notes():
            before = found.get(note.recipient)
            if before is None or before.state != "sent" or note.state in ("sent", "bounced"):
                found[note.recipient] = note
        return found

    def states(self) -> dict[str, State]:
        """The state of each recipient; a mail that was being handed over when its sender died is in doubt."""
        return {key: "in_doubt" if note.state == "handing" else note.state for key, note in self.last().items()}

    def append(
        self,
        recipient: str,
        *,
        state: State,
        run_id: str,
        message_id: str,
        attempts: int = 0,
        reason: str = "",
    ) -> None:
        """Add one line, dated now, and wait until it is on disk."""
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        note = Note(at, recipient, state, run_id, message_id, attempts, reason)
        self.folder.mkdir(parents=True, exist_ok=True)
        is_torn = _last_byte(self._path) not in (b"", b"\n")
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{'' if not is_torn else chr(10)}{json.dumps(asdict(note), ensure_ascii=False)}\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other senders of this warehouse out; raises WarehouseBusy when one is at work.

        The system lets go of the lock when the process ends, however it ends.
        """
        with warehouse_lock(self.folder):
            yield


def _last_byte(path: Path) -> bytes:
    if not path.is_file() or not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


@contextmanager
def hand_lock(folder: Path, *, patience: float) -> Iterator[None]:
    """Be the only process that hands mails over for this ``sends`` folder; the file holds its process id.

    The one before may outlive its run by the mail in hand: it is waited for up to ``patience`` seconds. Raises
    WarehouseBusy when it is still there then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with (folder / _HAND_LOCK).open("a+", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise WarehouseBusy(
                        "the last mail of an earlier run is still being handed over",
                        where=str(folder),
                        do="run again when the mail server has answered it, or stop the process that .hand names",
                    ) from error
                time.sleep(0.02)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
