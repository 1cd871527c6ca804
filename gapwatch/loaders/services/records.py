"""The file of records that a service becomes: JSON lines in the scratch folder, with their digest.

Owns that file. Called by the modules of this package that read a service.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gapwatch.loaders.fetch import Fetched


class RecordFile:
    """JSON lines being written; use it in a ``with``. ``count`` is the number of records so far."""

    def __init__(self, scratch: Path, *, name: str = "records.jsonl") -> None:
        self.path = scratch / name
        self.count = 0
        self._size = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, record: Any) -> None:
        """Append one record."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        self._file.write(line)
        self._digest.update(line)
        self._size += len(line)
        self.count += 1

    def fetched(self, address: str, *, cursor: str | None) -> Fetched:
        """The finished file, as a load takes it."""
        return Fetched(address, self.path, self._digest.hexdigest(), self._size, format="jsonl", cursor=cursor)
