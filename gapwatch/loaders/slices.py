"""Stretches of local files as files of their own, so that the engine reads one big file in several pieces at once.

Owns the address of a stretch (``slice://<start>-<end>/<path>``, bytes, end excluded) and the fsspec file system
behind it, which copies nothing. Knows nothing of what is in the bytes. Called by ``gapwatch.loaders.plain``.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any, Final

import duckdb
from fsspec.spec import AbstractFileSystem

_SCHEME: Final = "slice"


def slice_address(path: Path, start: int, end: int) -> str:
    """How a connection that knows slices is told to read those bytes of ``path``."""
    return f"{_SCHEME}://{start}-{end}{path.absolute().as_posix()}"


def know_slices(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the connection read addresses of slices; close it when done, as it is not freed by itself any more."""
    if not connection.filesystem_is_registered(_SCHEME):
        connection.register_filesystem(_Slices())


class _Slices(AbstractFileSystem):  # type: ignore[misc]
    protocol = _SCHEME
    cachable = False

    def _open(self, path: str, mode: str = "rb", **_: Any) -> _Slice:
        if mode != "rb":
            raise ValueError(f"a slice can be read only, not opened as {mode}")
        return _Slice(*_parts(path))

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        start, end = _parts(path)[1:]
        return {"name": path, "size": end - start, "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]  # the path of the file may hold characters that mean something in a pattern

    def modified(self, path: str) -> dt.datetime:
        return dt.datetime.fromtimestamp(_parts(path)[0].stat().st_mtime, tz=dt.UTC)


class _Slice(io.RawIOBase):
    """Those bytes of the file, from 0."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._start, self._end = start, end
        self._file.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: self._start, io.SEEK_CUR: self._file.tell(), io.SEEK_END: self._end}[whence]
        return self._file.seek(origin + offset) - self._start

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._end - self._file.tell())
        return self._file.read(left if size is None or size < 0 else min(size, left)) or b""

    def close(self) -> None:
        self._file.close()
        super().close()


def _parts(path: str) -> tuple[Path, int, int]:
    numbers, _, file = path.removeprefix(f"{_SCHEME}://").partition("/")
    start, _, end = numbers.partition("-")
    return Path("/" + file), int(start), int(end)
