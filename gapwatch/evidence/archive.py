"""Joins the shell and the rows into the workbook file, in one step that a crash cannot halve.

Owns the file. Knows of the format only where a worksheet's rows go and where its extent is stated.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from gapwatch.evidence.cells import address
from gapwatch.evidence.rows import StagedSheet

_PLACE: Final = re.compile(rb"<sheetData\s*/>|<sheetData\s*>\s*</sheetData>")
_EXTENT: Final = re.compile(rb'<dimension ref="[^"]*"\s*/>')


def write_archive(out: Path, *, shell: bytes, sheets: Sequence[StagedSheet]) -> str:
    """Write the workbook to ``out``; returns the SHA-256 of its bytes."""
    beside = out.with_name(f".{out.name}.part")
    with (
        zipfile.ZipFile(BytesIO(shell)) as source,
        zipfile.ZipFile(beside, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=5) as target,
    ):
        rows = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename in rows:
                _write_sheet(target, entry.filename, data, rows.pop(entry.filename))
            else:
                target.writestr(entry.filename, data)
    if rows:
        raise AssertionError(f"the shell lacks {', '.join(rows)}")
    digest = file_digest(beside)
    beside.replace(out)
    return digest


def _write_sheet(target: zipfile.ZipFile, part: str, data: bytes, sheet: StagedSheet) -> None:
    extent = f'<dimension ref="A1:{address(max(sheet.digest.rows, 1), sheet.digest.width)}"/>'
    data = _EXTENT.sub(extent.encode(), data, count=1)
    place = _PLACE.search(data)
    if place is None:
        raise AssertionError(f"{part} of the shell has rows of its own")
    with target.open(part, "w", force_zip64=True) as stream:
        stream.write(data[: place.start()] + b"<sheetData>")
        with sheet.path.open("rb") as rows:
            shutil.copyfileobj(rows, stream, 1 << 20)
        stream.write(b"</sheetData>" + data[place.end() :])


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
