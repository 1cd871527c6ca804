"""The line that closes a delimited file and says how many rows it has, as exports for transfer write it.

Owns taking it off before the file is read, and the comparison of its count with what was read: a file without it, or
with another number of rows, was cut off on the way. Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import re
from pathlib import Path

from gapwatch.errors import LoadError

_TAIL = 1 << 16
_CHUNK = 1 << 22


def without_trailer(path: Path, pattern: str, *, scratch: Path, where: str) -> tuple[Path, int | None]:
    """A copy of the file without its last line, which must match ``pattern``, and the count in its first group (None
    when it has no group). Raises LoadError when it does not match.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = max(0, size - _TAIL)
        file.seek(start)
        tail = file.read()
        lines = tail.rstrip(b"\r\n \t\x1a")
        cut = max(lines.rfind(b"\n"), lines.rfind(b"\r")) + 1
        found = re.fullmatch(pattern, lines[cut:].decode("latin-1").strip())  # a count is ASCII in every encoding
        if found is None:
            raise LoadError(
                "the last line is not the one that closes the file: it was cut off",
                where=where,
                do="send the file again; if the export has changed, correct trailer in [[sources]]",
            )
        rest = start + cut
        copy = scratch / "without-trailer"
        file.seek(0)
        with copy.open("wb") as target:
            while rest and (chunk := file.read(min(_CHUNK, rest))):
                target.write(chunk)
                rest -= len(chunk)
    return copy, int(found[1]) if found.re.groups and found[1] else None


def compare_count(stated: int | None, rows_read: int, *, where: str) -> None:
    """Raises LoadError when the trailer counted other rows than were read."""
    if stated is not None and stated != rows_read:
        raise LoadError(
            f"the line that closes the file counts {stated:,} rows, and {rows_read:,} were read",
            where=where,
            do="send the file again: it was cut off, or written twice",
        )
