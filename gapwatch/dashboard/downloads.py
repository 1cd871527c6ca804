"""Tables to take along: all rows of a question, or of a small table on the page, as CSV or XLSX.

Owns the two files and their buttons. CSV is data as published, for machines: exact, instants in UTC. XLSX is for
people, written as the evidence workbook is: text stays text, whatever it begins with. Rows come from the same reader
as the page, so they are the viewer's and no more; each download is noted in the access log.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import pandas as pd
import streamlit as st

from gapwatch import __version__
from gapwatch.dashboard import entrance
from gapwatch.dashboard.answers import View
from gapwatch.evidence.archive import write_archive
from gapwatch.evidence.cells import Kind
from gapwatch.evidence.rows import TableWriter
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.evidence.shell import Imprint, make_shell

_BESIDE: Final = frozenset({"total_rows", "total_people", "weight"})  # of a question, for the page alone
_BATCH: Final = 4096
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Rows(Protocol):
    """Named rows, batch by batch: what a database cursor is."""

    @property
    def description(self) -> Sequence[Sequence[object]]:
        """Name and type first, column by column."""
        ...

    def fetchmany(self, size: int = ...) -> list[tuple[object, ...]]:
        """The next rows; none at the end."""
        ...


def of_question(name: str, question: str, shown: View, *, count: int, **parameters: object) -> None:
    """Two buttons for all rows of that question in this scope, asked for when one is pressed."""

    def rows() -> Rows:
        return _Kept(shown.cursor(question, **parameters))

    _buttons(name, rows, shown, label=f"all {count:,} rows" if count != 1 else "the row", kind="secondary")


def of_frame(name: str, frame: pd.DataFrame, columns: Sequence[str], shown: View) -> None:
    """Two small buttons for a table that the page holds whole."""
    _buttons(name, lambda: _Framed(frame, columns), shown, label="", kind="tertiary")


def as_csv(rows: Rows) -> bytes:
    """Published names and values, UTF-8 with a byte order mark, so that spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column[0] for column in rows.description])
    while some := rows.fetchmany(_BATCH):
        writer.writerows([["" if value is None else value for value in row] for row in some])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Rows, *, title: str, imprint: Imprint) -> bytes:
    """The same as a workbook of one sheet, a table with filters and frozen headings; instants in UTC."""
    columns = tuple(Column(str(name), "", kind=_kind(str(name), str(told))) for name, told, *_ in rows.description)
    sheet = TableSheet(title, "", "", columns, empty="No rows.")
    with tempfile.TemporaryDirectory(prefix="gapwatch-") as folder:
        sheets = TableWriter(sheet, Path(folder)).write(rows)
        out = Path(folder) / "table.xlsx"
        write_archive(out, shell=make_shell(sheets, imprint=imprint), sheets=sheets)
        return out.read_bytes()


def _kind(name: str, told: str) -> Kind:
    if name.endswith("_pct"):
        return Kind.PERCENT
    if told.startswith("TIMESTAMP"):
        return Kind.INSTANT
    if told == "DATE":
        return Kind.DATE
    if told == "BOOLEAN":
        return Kind.YESNO
    if "INT" in told:
        return Kind.INTEGER
    return Kind.NUMBER if told in ("DOUBLE", "FLOAT") or told.startswith("DECIMAL") else Kind.TEXT


def _buttons(name: str, rows: Callable[[], Rows], shown: View, *, label: str, kind: str) -> None:
    def logged() -> Rows:
        entrance.log(
            shown.settings,
            shown.viewer,
            did="downloaded",
            page=name,
            scope=shown.logged,
            run_id=shown.run.run_id,
        )
        return rows()

    def workbook() -> bytes:
        imprint = Imprint(
            organisation=shown.run.organisation_name,
            export_id=shown.run.run_id.rsplit("-", 1)[-1][:6],
            status="",
            version=__version__,
            created_at=dt.datetime.now(dt.UTC),
        )
        return as_xlsx(logged(), title=name.replace("_", " ").capitalize()[:28], imprint=imprint)

    file = f"gapwatch-{name}-{shown.run.as_of:%Y-%m-%d}"
    with st.container(horizontal=True, gap="small"):
        for told, data, mime in (("CSV", lambda: as_csv(logged()), "text/csv"), ("XLSX", workbook, _XLSX)):
            st.download_button(
                f"Download {label} ({told})" if label else told,
                data,
                file_name=f"{file}.{told.lower()}",
                mime=mime,
                icon=":material/download:",
                key=f"download_{kind}_{name}_{told.lower()}",
                type=kind,  # type: ignore[arg-type]
                on_click="ignore",
                help=None if label else f"Download this table as {told}",
            )


class _Kept:
    """A cursor without the columns that are for the page alone."""

    def __init__(self, cursor: Rows) -> None:
        self._cursor = cursor
        self._kept = [at for at, column in enumerate(cursor.description) if column[0] not in _BESIDE]
        self.description = [cursor.description[at] for at in self._kept]

    def fetchmany(self, size: int = _BATCH) -> list[tuple[object, ...]]:
        return [tuple(row[at] for at in self._kept) for row in self._cursor.fetchmany(size)]


class _Framed:
    """Rows of a frame, with the types that a database would tell."""

    def __init__(self, frame: pd.DataFrame, columns: Sequence[str]) -> None:
        kept = frame.loc[:, list(columns)]
        self.description = [(column, _told(kept[column], column)) for column in columns]
        self._rows = _plain(kept)

    def fetchmany(self, size: int = _BATCH) -> list[tuple[object, ...]]:
        return [row for _, row in zip(range(size), self._rows, strict=False)]


def _told(values: pd.Series, column: str) -> str:
    kind = values.dtype
    if pd.api.types.is_bool_dtype(kind):
        return "BOOLEAN"
    if pd.api.types.is_datetime64_any_dtype(kind):
        return "DATE" if column.endswith("_on") or column == "month" else "TIMESTAMP"
    if pd.api.types.is_integer_dtype(kind):
        return "BIGINT"
    return "DOUBLE" if pd.api.types.is_float_dtype(kind) else "VARCHAR"


def _plain(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for row in frame.astype(object).itertuples(index=False, name=None):
        yield tuple(None if pd.isna(value) else _unboxed(value) for value in row)


def _unboxed(value: object) -> object:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
