"""One row more or less in a policy table as it lies there: CSV or a sheet of a workbook, the rest left as it is.

Owns the bytes of the new file and its writing, whole or not at all. Knows no decision: rows come and go as text.
Called by ``gapwatch.identity.decisions``.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gapwatch.errors import ConfigurationError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_WORKBOOK: Final = "policy.xlsx"
_LOST: Final = ("xl/drawings/drawing", "xl/charts/", "xl/media/", "xl/pivotTables/", "xl/embeddings/", "xl/vbaProject")


@dataclass(frozen=True)
class PolicyFile:
    """Where a table lies: a file, and the sheet when it is a workbook (None: the first)."""

    path: Path
    sheet: str | None = None

    def with_row(self, cells: Mapping[str, str]) -> bytes:
        """The file with one row more at its end. Raises ConfigurationError where a column for a cell is missing."""
        return self._workbook_with(cells) if self.path.suffix == ".xlsx" else self._csv_with(cells)

    def without_row(self, number: int, *, holding: str) -> bytes:
        """The file without the row of that number (header = 1), one of whose cells is ``holding``.

        Raises ConfigurationError when it is not: the file is no longer the one that was read.
        """
        without = self._workbook_without if self.path.suffix == ".xlsx" else self._csv_without
        content = without(number, holding)
        if content is None:
            raise ConfigurationError(
                f"row {number} is no longer what it was", where=self.path.name, do="run the command again"
            )
        return content

    def _csv_with(self, cells: Mapping[str, str]) -> bytes:
        text, encoding = _decoded(self.path.read_bytes())
        first = text.lstrip("\ufeff").partition("\n")[0]
        delimiter = max((",", ";", "\t"), key=first.count)
        ending = "\r\n" if first.endswith("\r") else "\n"
        header = next(csv.reader([first.rstrip("\r")], delimiter=delimiter))
        names = self._columns(header, cells)
        row = io.StringIO(newline="")
        csv.writer(row, delimiter=delimiter, lineterminator=ending).writerow([cells.get(name, "") for name in names])
        joint = "" if text.endswith("\n") else ending
        try:
            return (text + joint + row.getvalue()).encode(encoding)
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                f"the file is in {encoding}, which cannot hold the new row",
                where=self.path.name,
                do="save it as UTF-8 first, or write the reason in plain letters",
            ) from error

    def _csv_without(self, number: int, holding: str) -> bytes | None:
        text, encoding = _decoded(self.path.read_bytes())
        delimiter = max((",", ";", "\t"), key=text.partition("\n")[0].count)
        lines = text.splitlines(keepends=True) if "\n" not in text else _lines(text)
        reader = csv.reader(lines, delimiter=delimiter)
        start = 0
        for record, cells in enumerate(reader, start=1):
            if record == number and holding in map(str.strip, cells):
                return "".join(lines[:start] + lines[reader.line_num :]).encode(encoding)
            start = reader.line_num
        return None

    def _workbook_with(self, cells: Mapping[str, str]) -> bytes:
        book, page = self._opened()
        rows = _filled(page)
        header = [str(cell.value or "").strip() for cell in page[rows[0]]]
        names = self._columns(header, cells)
        last = rows[-1]
        for place, name in enumerate(names, start=1):
            cell = page.cell(row=last + 1, column=place, value=cells.get(name) or None)
            if last > rows[0]:
                above = page.cell(row=last, column=place)
                for part in ("font", "fill", "border", "alignment", "protection"):
                    setattr(cell, part, copy(getattr(above, part)))
            cell.number_format = "@"
        _stretch(page, last, last + 1)
        return _saved(book)

    def _workbook_without(self, number: int, holding: str) -> bytes | None:
        book, page = self._opened()
        last = page.max_row
        number += _filled(page)[0] - 1  # the reader counts from the header on
        if holding not in (str(cell.value).strip() for cell in page[number]):
            return None
        page.delete_rows(number)
        _stretch(page, last, max(last - 1, 2))
        return _saved(book)

    def _opened(self) -> tuple[Workbook, Worksheet]:
        from openpyxl import load_workbook

        with zipfile.ZipFile(self.path) as parts:
            lost = [name for name in parts.namelist() if name.startswith(_LOST)]
        if lost:
            raise ConfigurationError(
                "the workbook holds pictures, charts, pivot tables or macros, which writing to it would lose",
                where=self.path.name,
                do="move the policy table to a workbook of its own, or write the row by hand",
            )
        book = load_workbook(self.path)
        return book, book[self.sheet] if self.sheet else book.worksheets[0]

    def _columns(self, header: Sequence[str], cells: Mapping[str, str]) -> list[str]:
        names = [name.strip() for name in header]
        missing = [name for name, text in cells.items() if text and name not in names]
        if missing:
            raise ConfigurationError(
                f"the table has no column {', '.join(missing)}",
                where=f"{self.path.name}, row 1",
                do="add the column to the header, then run the command again",
            )
        return names


def find_policy_file(folder: Path, table: str, *, columns: Sequence[str]) -> PolicyFile:
    """Where that table lies in the policy folder; a new CSV file with those columns when it lies nowhere."""
    for path in (folder / f"{table}.csv", folder / f"{table}.xlsx"):
        if path.is_file():
            return PolicyFile(path)
    workbook = folder / _WORKBOOK
    if workbook.is_file():
        from openpyxl import load_workbook

        book = load_workbook(workbook, read_only=True)
        sheets = book.sheetnames
        book.close()
        if table in sheets:
            return PolicyFile(workbook, table)
    path = folder / f"{table}.csv"
    replace_file(path, (",".join(columns) + "\n").encode())
    return PolicyFile(path)


def replace_file(path: Path, content: bytes) -> None:
    """Put that content in the file's place, whole or not at all; its permissions stay."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _decoded(content: bytes) -> tuple[str, str]:
    """The text with a byte order mark still in it, and its encoding: UTF-8, else Windows, else whatever keeps bytes."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _lines(text: str) -> list[str]:
    # by \n alone: str.splitlines also cuts at separators that a cell may hold
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _filled(page: Worksheet) -> list[int]:
    return [number for number, row in enumerate(page.iter_rows(values_only=True), start=1) if any(row)]


def _stretch(page: Worksheet, before: int, after: int) -> None:
    """Tables and filters that ended at row ``before`` end at ``after``."""
    for table in page.tables.values():
        table.ref = _ending(table.ref, before, after)
        if table.autoFilter is not None and table.autoFilter.ref:
            table.autoFilter.ref = _ending(table.autoFilter.ref, before, after)
    if page.auto_filter.ref:
        page.auto_filter.ref = _ending(page.auto_filter.ref, before, after)


def _ending(ref: str, before: int, after: int) -> str:
    start, _, end = ref.partition(":")
    column = end.rstrip("0123456789")
    return f"{start}:{column}{after}" if end == f"{column}{before}" else ref


def _saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
