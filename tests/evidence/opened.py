"""Ways into an exported workbook for tests: as other libraries see it, and with bytes changed."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook


def book(path: Path) -> Any:
    """The workbook as openpyxl reads it, read once as long as the file stays as it is. Not to be changed."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, changed_at: int) -> Any:  # noqa: ARG001 (part of the key)
    return openpyxl.load_workbook(path)


def calamine_rows(path: Path, sheet: str) -> list[list[Any]]:
    """All rows of a sheet, the heading first, as calamine reads them."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def records(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by heading, as openpyxl reads them."""
    rows = list(book(path)[sheet].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def part_of(path: Path, sheet: str) -> str:
    """The name of the sheet's part inside the file."""
    position = openpyxl.load_workbook(path, read_only=True).sheetnames.index(sheet) + 1
    return f"xl/worksheets/sheet{position}.xml"


def changed(path: Path, folder: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of the workbook and its manifest in ``folder`` with one part changed."""
    target = folder / path.name
    shutil.copy(path.with_suffix(".manifest.json"), target.with_suffix(".manifest.json"))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == part:
                before, data = data, change(data)
                if data == before:
                    raise AssertionError("the change changed nothing")
            copy.writestr(entry, data)
    return target
