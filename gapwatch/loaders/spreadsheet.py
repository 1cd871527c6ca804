"""XLSX workbooks: every cell as the text a person sees in it, dates as ISO 8601.

Owns the reading of one sheet (the first, or the one named). Ids in text cells keep their zeros; whole numbers
have no decimals; a date-time cell at midnight is a date. Converts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.raw import Malformed, Raw, Record, write_records
from gapwatch.loaders.workbook_size import refuse_oversized

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_spreadsheet(path: Path, *, where: str, scratch: Path, sheet: str | None = None) -> Raw:
    """The rows of a sheet below its first non-empty one, the header. Empty rows are no rows but count."""
    rows = sheet_rows(path, where=where, sheet=sheet)
    header = next(rows, None)
    if header is None:
        raise LoadError("the sheet is empty: it has no header", where=where, do="check the export or set sheet")
    names = [cell.strip() if cell else f"(column {place})" for place, cell in enumerate(header[1], start=1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LoadError(
            f"the header names {', '.join(repeated)} more than once",
            where=f"{where}, row {header[0]}",
            do="give each column its own name",
        )
    return write_records(_records(rows, len(names)), names=names, scratch=scratch)


def sheet_rows(path: Path, *, where: str, sheet: str | None = None) -> Iterator[tuple[int, list[str | None]]]:
    """(row number, texts) of the non-empty rows. Raises LoadError for no workbook, ConfigurationError for
    no sheet.
    """
    import python_calamine as calamine

    refuse_oversized(path, where=where)
    with _complaints(where), calamine.CalamineWorkbook.from_path(path) as book:
        name = book.sheet_names[0] if sheet is None else sheet
        if name not in book.sheet_names:
            raise ConfigurationError(
                f"there is no sheet {name!r}",
                where=where,
                do=f"name one of: {', '.join(book.sheet_names)}",
            )
        page = book.get_sheet_by_name(name)
        before = [None] * (page.start[1] if page.start else 0)  # empty columns on the left
        for number, cells in enumerate(page.iter_rows(), start=1):
            texts = [cell_text(cell) for cell in cells]
            if any(texts):
                yield number, [*before, *texts]


def sheet_names(path: Path, *, where: str) -> list[str]:
    """The names of a workbook's sheets. Raises LoadError when it is none."""
    import python_calamine as calamine

    with _complaints(where), calamine.CalamineWorkbook.from_path(path) as book:
        return list(book.sheet_names)


@contextmanager
def _complaints(where: str) -> Iterator[None]:
    import python_calamine as calamine

    try:
        yield
    except (calamine.CalamineError, OSError, IndexError, ValueError, OverflowError) as error:
        raise LoadError(
            f"the file is not a readable workbook: {error}", where=where, do="check that the export completed"
        ) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a bug of the reader; it is no Exception, and has no other name
            raise
        raise LoadError(
            "the file is not a readable workbook", where=where, do="save it again in a spreadsheet program"
        ) from None


def cell_text(cell: Cell) -> str | None:
    """A cell as text; None when it is empty."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell) or None


def _records(rows: Iterator[tuple[int, list[str | None]]], width: int) -> Iterator[Record | Malformed]:
    for number, texts in rows:
        if any(texts[width:]):
            yield Malformed(number, f"{width} columns expected, {len(texts)} found", str(len(texts)))
        else:
            yield number, [*texts[:width], *[None] * (width - len(texts))]
