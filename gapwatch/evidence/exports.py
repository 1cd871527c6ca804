"""The export log: who exported what, when, from which generation; one line of JSON each, never changed.

Owns ``exports.jsonl`` in the warehouse. Holds names of preparers and reviewers and the filters asked for, no row of
any sheet.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import getpass
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = "exports.jsonl"


@dataclass(frozen=True)
class ExportRecord:
    """One export. ``at`` is ISO UTC, ``by`` the login of who ran it, ``workbook_sha256`` of the file as written."""

    at: str
    by: str
    export_id: str
    status: str
    file: str
    workbook_sha256: str
    run_id: str
    parameters: dict[str, Any]
    compared_with: str | None
    signed_by: str | None


def record_export(warehouse: Path, record: ExportRecord) -> None:
    """Append one line, whole or not at all, also while others append."""
    line = json.dumps(asdict(record), ensure_ascii=False) + "\n"
    with (warehouse / FILE).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_exports(warehouse: Path) -> list[ExportRecord]:
    """Every export, oldest first."""
    path = warehouse / FILE
    if not path.is_file():
        return []
    return [ExportRecord(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def login() -> str:
    """Who runs this, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without an entry
        return str(os.getuid())


def now() -> dt.datetime:
    """The clock, in whole microseconds of UTC."""
    return dt.datetime.now(tz=dt.UTC)
