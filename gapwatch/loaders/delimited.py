"""Delimited text: CSV in whatever dialect the export wrote it.

Owns encoding (UTF-8, UTF-16 with its mark, else Windows-1252), delimiter, header, and the cutting of text
into records. The engine reads a plain file by itself; one with blank lines, ragged or wrongly quoted records is
cut here, so that each physical line is in exactly one record or one reject and has the row number a
spreadsheet shows. Converts nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.plain import plain_relation, survey
from gapwatch.loaders.raw import Malformed, Raw, Record, SourceColumn, write_records

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
    encodings = [encoding or marked or "utf-8", *([] if encoding or marked else ["cp1252"])]

    def read(candidates: list[str], *, careful: bool) -> Raw:
        for place, name in enumerate(candidates):
            try:
                dialect = read_dialect(path, encoding=name, where=where, delimiter=delimiter)
                if not (careful and place == 0):
                    plain = read_plain(connection, _as_utf8(path, dialect, scratch), dialect)
                    if plain is not None:
                        return replace(plain, otherwise=partial(read, candidates[place:], careful=True))
                return write_records(records(path, dialect), names=dialect.header, scratch=scratch)
            except UnicodeDecodeError:
                continue
        raise LoadError(
            f"the file is not {' or '.join(name.removesuffix('-sig') for name in encodings)} text",
            where=where,
            do="set encoding in [[sources]] to what the export writes",
        )

    return read(encodings, careful=False)


def read_plain(connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect) -> Raw | None:
    """The records as the engine reads them, in several pieces at once; None when the file is not plain. Whether
    every record is well-formed shows when ``relation`` runs: by an error, or by fewer rows than ``rows``.
    """
    if len(dialect.header) == 1 or not dialect.delimiter.isascii():
        return None
    plain = survey(path, delimiter=dialect.delimiter)
    if plain is None:
        return None
    columns = tuple(SourceColumn(name, position) for position, name in enumerate(dialect.header))
    relation = plain_relation(connection, path, plain.pieces, columns, delimiter=dialect.delimiter)
    return Raw(relation, columns, rows=plain.records - 1, edges=plain.edges)


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
    if "\0" in first:
        raise LoadError(
            "the header holds NUL characters",
            where=f"{where}, row 1",
            do="if it is UTF-16 without its mark, set encoding in [[sources]] to utf-16-le or utf-16-be",
        )
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
        elif "\0" in line or (taken > 1 and any("\0" in cell for cell in cells)):
            yield Malformed(number, "the line holds a NUL character", _strip_break(line))
            taken = 1
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
            close = record.find(delimiter, start)
            close = end if close < 0 else close
            cells.append(record[at:close])
            at = close
        if at >= end:
            return cells
        at += 1


def _as_utf8(path: Path, dialect: Dialect, scratch: Path) -> Path:
    """The file itself, or its text in UTF-8."""
    if dialect.encoding == "utf-8-sig":
        return path
    copy = scratch / "utf-8.csv"
    with path.open(encoding=dialect.encoding, newline="") as text, copy.open("w", encoding="utf-8", newline="") as out:
        while chunk := text.read(_CHUNK):
            out.write(chunk)
    return copy


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
