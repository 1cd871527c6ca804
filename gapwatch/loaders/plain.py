"""Well-formed delimited text, read by the engine itself and in several pieces at once.

Owns the survey of a file's bytes that shows whether that is safe: where a record may be cut, and how many there
are. Only files whose quotes all open and close fields are plain; what the survey counted must be what the engine
reads, else the file is cut by ``gapwatch.loaders.delimited``, which calls this module. Converts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb

from gapwatch.loaders.raw import Edges, SourceColumn, quoted_text
from gapwatch.loaders.slices import know_slices, slice_address

_CHUNK = 1 << 22
_PIECE = 16 << 20  # bytes; smaller pieces cost more than the second processor gains
_PIECES = 64
_TAIL = 1 << 12
_EDGES: Final[tuple[Edges, ...]] = ("none", "blanks", "any")


@dataclass(frozen=True)
class Piece:
    """Bytes ``start`` to ``end`` (excluded) of a file: whole records, ``records`` of them after ``before`` others."""

    start: int
    end: int
    before: int
    records: int


@dataclass(frozen=True)
class Plain:
    """A plain file: its records, header included, in pieces, and the white space its fields may begin or end with."""

    pieces: tuple[Piece, ...]
    edges: Edges

    @property
    def records(self) -> int:
        """How many there are, the header included."""
        return sum(piece.records for piece in self.pieces)


def survey(path: Path, *, delimiter: str, end: int | None = None) -> Plain | None:
    """What is in the file (up to byte ``end``); None when it is not plain."""
    size = _end(path) if end is None else end
    wanted = max(_PIECE, size // _PIECES + 1)
    pieces: list[Piece] = []
    at = start = before = records = 0
    inside, edges = False, _EDGES[0]
    with path.open("rb") as file:
        for chunk in _chunks(file, size):
            counted = _count(chunk, delimiter.encode(), inside=inside)
            if counted is None:
                return None
            found, inside, broken = counted
            if edges != _EDGES[-1]:
                edges = max(edges, _edges(chunk[3:] if at == 0 else chunk, delimiter, broken), key=_EDGES.index)
            at += len(chunk)
            records += found
            if not inside and (at - start >= wanted or at == size):
                pieces.append(Piece(start, at, before, records))
                start, before, records = at, before + records, 0
    return None if inside or not pieces else Plain(tuple(pieces), edges)


def plain_relation(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    pieces: tuple[Piece, ...],
    columns: tuple[SourceColumn, ...],
    *,
    delimiter: str,
) -> str:
    """SELECT of row_number and the columns of every piece; the header is row 1. Running it raises duckdb.Error when
    a record is not well-formed.
    """
    know_slices(connection)
    types = ", ".join(f"'{column.sql}': 'varchar'" for column in columns)
    names = ", ".join(column.sql for column in columns)
    return " union all ".join(
        f"select row_number() over () + {piece.before + (0 if piece.before else 1)} as row_number, {names} "
        f"from read_csv({quoted_text(slice_address(path, piece.start, piece.end))}, columns = {{{types}}}, "
        f"header = {'false' if piece.before else 'true'}, auto_detect = false, nullstr = '', "
        f"delim = {quoted_text(delimiter)}, quote = '\"', escape = '\"', strict_mode = true)"
        for piece in pieces
    )


def _end(path: Path) -> int:
    """Where the file's last line that is not blank ends."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    blank = len(tail) - len(tail.rstrip(b"\r\n"))
    return size - blank + (tail[len(tail) - blank :].find(b"\n") + 1)


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The file's first ``size`` bytes in stretches of whole lines."""
    left = size
    while left and (chunk := file.read(min(_CHUNK, left))):
        left -= len(chunk)
        if left and not chunk.endswith(b"\n"):
            line = file.readline(left)
            left -= len(line)
            chunk += line
        yield chunk


def _edges(chunk: bytes, delimiter: str, broken: bool) -> Edges:
    """What the fields in these lines begin or end with. Judged by bytes alone: \\xc2, \\xe2 and \\xef begin every
    white space that is not ASCII.
    """
    others = [b"\v", b"\f", b"\xc2", b"\xe2", b"\xef"]
    if delimiter != "\t" or b'"' in chunk:
        others.append(b"\t")
    if broken or any(space in chunk for space in others):
        return "any"
    if b" " not in chunk:
        return "none"
    import numpy as np

    text = np.frombuffer(b"\n" + chunk + b"\n", dtype=np.uint8)
    spaces = np.flatnonzero(text == ord(" "))
    beside = np.concatenate((text[spaces - 1], text[spaces + 1]))
    at_edge = np.isin(beside, [ord(each) for each in ("\n", "\r", '"', " ", delimiter)]).any()
    return "blanks" if at_edge else "none"


def _count(chunk: bytes, delimiter: bytes, *, inside: bool) -> tuple[int, bool, bool] | None:
    """How many records end in these lines, whether they end inside a quoted field, and whether any quoted field holds
    a line break; None when a quote neither
    opens nor closes a field, a line ends in a bare CR, or there is a NUL.
    """
    if b"\0" in chunk or (b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")):
        return None
    unfinished = 0 if chunk.endswith(b"\n") else 1
    if not inside and b'"' not in chunk:
        return chunk.count(b"\n") + unfinished, False, False
    return _count_quoted(chunk, delimiter, inside=inside, unfinished=unfinished)


def _count_quoted(chunk: bytes, delimiter: bytes, *, inside: bool, unfinished: int) -> tuple[int, bool, bool] | None:
    """As ``_count``. Every second quote opens a field, or is the second of an escaped pair."""
    import numpy as np

    text = np.frombuffer(b"\n" + chunk + b"\n", dtype=np.uint8)
    quotes: Any = np.flatnonzero(text == ord('"'))
    first = 1 if inside else 0
    opening, closing = quotes[first::2], quotes[1 - first :: 2]
    before, after = text[opening - 1], text[closing + 1]
    edges = (ord(delimiter), ord("\n"), ord('"'))
    if not np.isin(before, edges).all() or not np.isin(after, (*edges, ord("\r"))).all():
        return None
    breaks = np.flatnonzero(text[1:-1] == ord("\n")) + 1
    outside = (np.searchsorted(quotes, breaks) + first) % 2 == 0
    ends_inside = (len(quotes) + first) % 2 == 1
    return int(outside.sum()) + (0 if ends_inside else unfinished), bool(ends_inside), not outside.all()
