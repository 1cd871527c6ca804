"""The policy folder: the tables that a compliance officer edits, read whole and checked strictly.

Owns where the tables lie (``<table>.csv``, ``<table>.xlsx`` or sheets of ``policy.xlsx``), the reading of
their cells and the errors that name file, row and column. A table without a file is empty. What the tables
mean is decided in ``queries/``. Called by the pipeline.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.policy_tables import POLICY_TABLES, Cell, PolicyColumn, PolicyTable
from gapwatch.loaders.spreadsheet import sheet_names, sheet_rows
from gapwatch.loaders.zones import to_utc

_WORKBOOK = "policy.xlsx"
_REMARKS = frozenset({"who", "basis", "note"})  # columns for readers of the file: part of the hash, not of the table
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)?")
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Policy:
    """The policy as it lies there. ``tables`` has all of them, by name, typed as their
    ``PolicyTable.schema``; dates are as written, instants naive UTC. ``sha256`` is over the files' names
    and contents, whatever their times.
    """

    tables: dict[str, pa.Table]
    sha256: str


@dataclass(frozen=True)
class _Sheet:
    """The rows of one table, header first, as (row number, cells)."""

    table: PolicyTable
    file_name: str
    rows: Iterable[tuple[int, list[str | None]]]


def read_policy(folder: Path, *, organisation_timezone: str = "UTC") -> Policy:
    """The policy in ``folder``. Instants written without offset are in ``organisation_timezone``.

    Raises ConfigurationError for a folder that is not there and for anything malformed but a row of
    ``exceptions``, which is kept with NULLs for what cannot be read and its ``problem``: it has no effect.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            "there is no policy folder",
            where=str(folder),
            do="set path in [policy] to the folder of requirements.csv",
        )
    digest = hashlib.sha256()
    tables = {name: table.schema.empty_table() for name, table in POLICY_TABLES.items()}
    sheets: dict[str, _Sheet] = {}
    for path in _files(folder):
        digest.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        for sheet in _sheets(path):
            if sheet.table.name in sheets:
                raise ConfigurationError(
                    f"policy table {sheet.table.name} is there twice",
                    where=f"{sheets[sheet.table.name].file_name} and {sheet.file_name}",
                    do="keep one of them",
                )
            sheets[sheet.table.name] = sheet
    known: frozenset[str] = frozenset()
    for name in POLICY_TABLES:  # requirements first: the others refer to them
        if name in sheets:
            rows = list(_rows(sheets[name], known, organisation_timezone))
            tables[name] = pa.Table.from_pylist(rows, schema=POLICY_TABLES[name].schema)
        if name == "requirements":
            known = frozenset(tables[name]["requirement_id"].to_pylist())
    return Policy(tables, digest.hexdigest())


def _files(folder: Path) -> list[Path]:
    names = [f"{name}{ending}" for name in POLICY_TABLES for ending in (".csv", ".xlsx")]
    return sorted(path for path in (folder / name for name in [*names, _WORKBOOK]) if path.is_file())


def _sheets(path: Path) -> Iterator[_Sheet]:
    try:
        if path.suffix == ".csv":
            yield _Sheet(POLICY_TABLES[path.stem], path.name, _csv_rows(path))
        elif path.name == _WORKBOOK:
            for name in sheet_names(path, where=path.name):
                if name in POLICY_TABLES:
                    rows = list(sheet_rows(path, where=path.name, sheet=name))
                    yield _Sheet(POLICY_TABLES[name], f"{path.name} ({name})", rows)
        else:
            yield _Sheet(POLICY_TABLES[path.stem], path.name, list(sheet_rows(path, where=path.name)))
    except LoadError as error:
        raise ConfigurationError(error.what, where=error.where, do=error.do) from error


def _csv_rows(path: Path) -> list[tuple[int, list[str | None]]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigurationError(
            f"the file is not readable CSV: {error}", where=path.name, do="check its quotes"
        ) from error
    return [(number, [*cells]) for number, cells in enumerate(lines, start=1) if any(map(str.strip, cells))]


def _rows(sheet: _Sheet, known: frozenset[str], zone: str) -> Iterator[dict[str, Any]]:
    """Typed rows of one table, checked."""
    rows = iter(sheet.rows)
    header = next(rows, None)
    if header is None:
        raise ConfigurationError("the policy table is empty", where=sheet.file_name, do="give it its header row")
    names = _header(sheet, header[1])
    seen: dict[str, int] = {}
    for number, cells in rows:
        place = f"{sheet.file_name}, row {number}"
        if any(cell and cell.strip() for cell in cells[len(names) :]):
            raise ConfigurationError(
                f"the row has {len(cells)} cells, the header {len(names)}",
                where=place,
                do="quote cells that hold a comma",
            )
        texts = {
            name: (cell or "").strip() or None
            for name, cell in zip(names, [*cells, *[None] * len(names)], strict=False)
        }
        row = _row(sheet.table, texts, place, known, zone)
        key = sheet.table.key
        if key and row[key] is not None and seen.setdefault(row[key], number) != number:
            raise ConfigurationError(
                f"{key} {row[key]!r} is used twice, first in row {seen[row[key]]}",
                where=f"{place}, column {key}",
                do="give each row its own",
            )
        yield row | {"file_name": sheet.file_name, "row_number": number}


def _header(sheet: _Sheet, cells: list[str | None]) -> list[str]:
    names = [(cell or "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    columns = {column.name: column for column in sheet.table.columns}
    for name in names:
        where = f"{sheet.file_name}, row 1, column {name or '(no name)'}"
        if name not in columns and name not in _REMARKS:
            raise ConfigurationError(
                f"policy table {sheet.table.name} has no column {name!r}",
                where=where,
                do=f"use {', '.join(columns)}; remarks go in who, basis or note",
            )
        if names.count(name) > 1:
            raise ConfigurationError(f"the column {name} is there twice", where=where, do="remove one")
    for column in sheet.table.columns:
        if column.required and column.name not in names:
            raise ConfigurationError(
                f"policy table {sheet.table.name} lacks the column {column.name}",
                where=f"{sheet.file_name}, row 1",
                do=f"add the column {column.name}",
            )
    return names


def _row(
    table: PolicyTable, texts: dict[str, str | None], place: str, known: frozenset[str], zone: str
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    problems: list[str] = []
    for column in table.columns:
        text = texts.get(column.name)
        where = f"{place}, column {column.name}"
        if column.refers and text is not None and text not in known:
            raise ConfigurationError(
                f"there is no requirement {text!r}",
                where=where,
                do="add it to requirements, or correct the row",
            )
        row[column.name] = column.default
        try:
            if text is not None:
                row[column.name] = _value(column, text, zone)
            elif column.required:
                raise ValueError(f"{column.name} is missing")
        except (ValueError, OverflowError) as error:
            if not table.is_lenient:
                raise ConfigurationError(str(error), where=where, do=_remedy(column)) from error
            problems.append(str(error))
    if table.is_lenient:
        if row["starts_on"] and row["ends_on"] and row["ends_on"] < row["starts_on"]:
            problems.append("ends_on is before starts_on")
        row["problem"] = "; ".join(problems) or None
    return row


def _value(column: PolicyColumn, text: str, zone: str) -> Any:
    """The cell's value. Raises ValueError saying what is wrong with it."""
    if column.cell is Cell.TEXT:
        return text
    if column.cell is Cell.FLAG:
        if text.lower() not in _FLAGS:
            raise ValueError(f"{column.name} is {text!r}, not yes or no")
        return _FLAGS[text.lower()]
    if column.cell in (Cell.CHOICE, Cell.CHOICES):
        chosen = text.lower().split(";") if column.cell is Cell.CHOICES else [text.lower()]
        stripped = [item.strip() for item in chosen if item.strip()]
        for item in stripped:
            if item not in column.choices:
                raise ValueError(f"{column.name} is {item!r}, not one of {', '.join(column.choices)}")
        return ";".join(stripped) or None
    if column.cell in (Cell.NUMBER, Cell.WHOLE):
        return _number(column, text)
    if column.cell is Cell.DATE:
        return _date(column, text)
    return _instant(column, text, zone)


def _number(column: PolicyColumn, text: str) -> int | float:
    number = float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", text) else None
    if number is None or (column.cell is Cell.WHOLE and number != int(number)):
        raise ValueError(f"{column.name} is {text!r}, not a {column.cell.value} of 0 or more")
    return int(number) if column.cell is Cell.WHOLE else number


def _date(column: PolicyColumn, text: str) -> dt.date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{8}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{column.name} is {text!r}, not a date like 2026-03-14")


def _instant(column: PolicyColumn, text: str, zone: str) -> dt.datetime:
    try:
        if _CLOCK.fullmatch(text):
            moment = dt.datetime.fromisoformat(text)
        else:
            moment = dt.datetime.combine(_date(column, text), dt.time())
    except ValueError as error:
        raise ValueError(f"{column.name} is {text!r}, not a time like 2026-03-14T09:30:00Z") from error
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else to_utc(moment, zone=zone)


def _remedy(column: PolicyColumn) -> str:
    remedies = {
        Cell.DATE: "write dates as YYYY-MM-DD",
        Cell.INSTANT: "write times as YYYY-MM-DDTHH:MM:SSZ",
        Cell.NUMBER: "write a number, with a point for decimals",
        Cell.WHOLE: "write a whole number",
        Cell.FLAG: "write yes or no",
    }
    return remedies.get(column.cell, "correct the cell")
