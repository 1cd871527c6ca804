"""Whether a workbook fits in memory: it is read whole, as a grid from A1 to its last cell.

Owns the limits, and finding out without opening the workbook. Called by ``gapwatch.loaders.spreadsheet``.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from gapwatch.errors import LoadError

_CHUNK: Final = 1 << 22
_MOST_CELLS: Final = 100_000_000  # about 3 GB as a grid
_HARMLESS: Final = 512 << 20  # bytes that a workbook may always become
_RATIO: Final = 200  # beyond that, bytes out of one byte in
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})\d')
_ROW: Final = re.compile(rb'r="[A-Z]*(\d{1,7})"')


def refuse_oversized(path: Path, *, where: str) -> None:
    """Raises LoadError for an XLSX workbook that would not fit. What is no zip file is judged by its reader."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            if sum(part.file_size for part in parts) > max(_HARMLESS, _RATIO * path.stat().st_size):
                raise _oversized(f"unpacked it is over {_RATIO} times its own size", where)
            for part in parts:
                if _SHEET.fullmatch(part.filename) and (cells := _cells(book, part)) > _MOST_CELLS:
                    raise _oversized(f"{cells:,} cells from the first to the last", where)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        return


def _cells(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    columns: set[bytes] = set()
    rows = 0
    tail = b""
    with book.open(part) as sheet:
        while chunk := sheet.read(_CHUNK):
            text = tail + chunk
            columns.update(_CELL.findall(text))
            numbers = _ROW.findall(text[-4096:])
            rows = max([rows, *map(int, numbers)])  # rows come in order: the last are the greatest
            tail = text[-64:]
    return rows * max((_number(column) for column in columns), default=0)


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number


def _oversized(what: str, where: str) -> LoadError:
    return LoadError(
        f"the workbook is too large to be read: {what}",
        where=where,
        do="delete empty rows and columns behind the data, or export it as CSV",
    )
