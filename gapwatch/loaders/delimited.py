"""Delimited text: CSV in whatever dialect the export wrote it.

Owns encoding (UTF-8, UTF-16 with its mark, else Windows-1252), delimiter, header, and the cutting of text
into records. DuckDB reads a clean file by itself; one with blank lines, ragged or wrongly quoted records is
cut here, so that each physical line is in exactly one record or one reject and has the row number a
spreadsheet shows. Converts nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.raw import Malformed, Raw, Record, SourceColumn, quoted_text, write_records

_DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_LONGEST = 1000  # lines a quoted field may run over; beyond that its quote is taken for a stray one
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Dialect:
    """How one file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def read_delimited(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    where: str,
    scratch: Path,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Raw:
    """The records of a delimited file. Raises LoadError for no header, a repeated column or an unreadable
    encoding.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")):
        raise LoadError("the file is not delimited text", where=where, do="set format in [[sources]]")
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    candidates = [encoding or marked or "utf-8", *([] if encoding or marked else ["cp1252"])]
    for name in candidates:
        try:
            dialect = read_dialect(path, encoding=name, where=where, delimiter=delimiter)
            raw = read_plain(connection, path, dialect, scratch) if is_plain(path, dialect) else None
            return raw or write_records(records(path, dialect), names=dialect.header, scratch=scratch)
        except UnicodeDecodeError:
            continue
    raise LoadError(
        f"the file is not {' or '.join(candidates)} text",
        where=where,
        do="set encoding in [[sources]] to what the export writes",
    )


def read_plain(connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, scratch: Path) -> Raw | None:
    """The records as DuckDB reads them; None when any is not well-formed."""
    columns = tuple(SourceColumn(name, position) for position, name in enumerate(dialect.header))
    types = ", ".join(f"'{column.sql}': 'varchar'" for column in columns)
    target = scratch / "raw.parquet"
    cursor = connection.cursor()
    try:
        cursor.execute(
            f"copy (from read_csv({quoted_text(str(path))}, columns = {{{types}}}, header = true, "
            f"auto_detect = false, nullstr = '', "
            f"delim = {quoted_text(dialect.delimiter)}, quote = '\"', escape = '\"', strict_mode = true)) "
            f"to {quoted_text(str(target))} (format parquet)"
        )
    except duckdb.Error:
        target.unlink(missing_ok=True)
        return None
    finally:
        cursor.close()
    names = ", ".join(column.sql for column in columns)
    relation = (
        f"select file_row_number + 2 as row_number, {names} "
        f"from read_parquet({quoted_text(str(target))}, file_row_number = true)"
    )
    return Raw(relation, columns)


def read_dialect(path: Path, *, encoding: str, where: str, delimiter: str | None) -> Dialect:
    """How the file is written: its first line that is not blank is the header."""
    try:
        codec = codecs.lookup(encoding).name
    except LookupError as error:
        raise ConfigurationError(f"{encoding!r} is no encoding", where=where, do="write one like utf-8") from error
    lines = _Lines(_lines(path, "utf-8-sig" if codec == "utf-8" else codec))
    while (first := lines.peek(0)) is not None and not first.strip():
        lines.drop(1)
    if first is None:
        raise LoadError("the file is empty: it has no header", where=where, do="check that the export completed")
    delimiter = delimiter or max(_DELIMITERS, key=_unquoted(first).count)
    if len(delimiter) != 1:
        raise ConfigurationError(f"delimiter must be one character, not {delimiter!r}", where=where)
    _, cells = _record(lines, delimiter)
    if isinstance(cells, str):
        raise LoadError(f"the header is malformed: {cells}", where=where, do="check the file's first line")
    names = [cell.strip() or f"(column {number})" for number, cell in enumerate(cells, start=1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LoadError(
            f"the header names {', '.join(repeated)} more than once",
            where=f"{where}, row 1",
            do="make the export give each column its own name",
        )
    return Dialect("utf-8-sig" if codec == "utf-8" else codec, delimiter, tuple(names))


def is_plain(path: Path, dialect: Dialect) -> bool:
    """Whether DuckDB may read the file: it skips blank lines and does not tell, and takes a quote that is opened
    after a space and never closed for text.
    """
    if dialect.encoding != "utf-8-sig" or len(dialect.header) == 1:
        return False
    tail = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            if b"\n\n" in text or b' "' in text or (b"\r" in text and (b"\n\r" in text or b"\r\r" in text)):
                return False
            tail = chunk[-1:]
    return True


def records(path: Path, dialect: Dialect) -> Iterator[Record | Malformed]:
    """Every record after the header, by row number: blank lines count, a record over several lines is one
    row.
    """
    lines = _Lines(_lines(path, dialect.encoding))
    wanted = len(dialect.header)
    number, in_header = 0, True
    while (line := lines.peek(0)) is not None:
        if not line.strip():
            number += 0 if in_header else 1
            lines.drop(1)
            continue
        taken, cells = _record(lines, dialect.delimiter)
        number += 1
        if in_header:
            in_header = False
        elif isinstance(cells, str):
            yield Malformed(number, cells, _strip_break(line))
        elif len(cells) > wanted and not any(cells[wanted:]):  # delimiters at the end add nothing
            yield number, [cell or None for cell in cells[:wanted]]
        elif len(cells) != wanted:
            if taken > 1:  # a stray quote joined lines that are records of their own
                taken = 1
                reason = "a quote is opened and not closed in its record"
            else:
                reason = f"{wanted} columns expected, {len(cells)} found"
            yield Malformed(number, reason, _strip_break(line))
        else:
            yield number, [cell or None for cell in cells]
        lines.drop(taken)


def _record(lines: _Lines, delimiter: str) -> tuple[int, list[str] | str]:
    """How many lines the next record takes, and its cells or why it is none (then it takes one line)."""
    text = lines.peek(0) or ""
    if '"' not in text:
        return 1, _strip_break(text).split(delimiter)
    cells: list[str] | str | None = _split(_strip_break(text), delimiter)
    taken = 1
    while cells is None and taken < _LONGEST:
        more = lines.peek(taken)
        if more is None:
            break
        text += more
        taken += 1
        if '"' in more:
            cells = _split(_strip_break(text), delimiter)
    if cells is None or (isinstance(cells, str) and taken > 1):
        return 1, "a quote is opened and not closed in its record"
    return taken, cells


def _split(record: str, delimiter: str) -> list[str] | str | None:
    """The cells of one record; None when a quote is still open at its end; a reason when it is malformed."""
    cells: list[str] = []
    at, end = 0, len(record)
    while True:
        start = at
        while start < end and record[start] == " ":
            start += 1
        if start < end and record[start] == '"':
            close = start + 1
            while True:
                close = record.find('"', close)
                if close < 0:
                    return None
                if record[close + 1 : close + 2] != '"':
                    break
                close += 2
            cells.append(record[start + 1 : close].replace('""', '"'))
            at = close + 1
            while at < end and record[at] == " ":
                at += 1
            if at < end and record[at] != delimiter:
                return "text follows a closing quote"
        else:
            at = record.find(delimiter, start)
            at = end if at < 0 else at
            cells.append(record[start:at])
        if at >= end:
            return cells
        at += 1


class _Lines:
    """Lines with as much look-ahead as a record needs."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._ahead: list[str] = []

    def peek(self, ahead: int) -> str | None:
        while len(self._ahead) <= ahead:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[ahead]

    def drop(self, count: int) -> None:
        del self._ahead[:count]


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Physical lines with their breaks (LF, CR LF, CR)."""
    with path.open(encoding=encoding, newline="") as file:
        yield from file


def _strip_break(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _unquoted(text: str) -> str:
    return re.sub(r'"[^"]*"', "", text)
