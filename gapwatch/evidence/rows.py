"""Writes the rows of one sheet to a file of its own, with digests, counts and widths on the way.

Owns the stream from question to row XML. One sheet is never held in memory: rows come in batches, are
encoded column by column, and leave. ``shell`` and ``archive`` put the rows into a workbook afterwards, when
their number is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from gapwatch.evidence.cells import CELL_LIMIT, Cell, Kind, body, canonical, letters, pieces
from gapwatch.evidence.digests import DigestBuilder, SheetDigest
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.evidence.styles import STYLE_IDS, STYLES, heading_style, height

BATCH: Final = 4096
ROW_LIMIT: Final = 1_048_576  # rows of one sheet, the heading included
_REMEMBERED: Final = 20_000  # encoded values a column keeps
_SHOWN: Final = {
    Kind.DATE: 12,
    Kind.INSTANT: 17,
    Kind.YESNO: 8,
    Kind.INTEGER: 10,
    Kind.NUMBER: 10,
    Kind.PERCENT: 8,
}


class Cursor(Protocol):
    """What rows come from: a database cursor."""

    def fetchmany(self, size: int = ...) -> list[tuple[object, ...]]:
        """The next rows; none at the end."""
        ...


_MOST_LINES: Final = 12  # a row shows no more; the cell still holds all of it
_HEIGHTS: Final = [
    f' ht="{height("long", lines):g}" customHeight="1"' if lines > 1 else "" for lines in range(_MOST_LINES + 1)
]


@dataclass(frozen=True)
class StagedSheet:
    """The rows of one sheet of the workbook, written but not yet in it. ``rows`` counts "
    "without the heading."""

    name: str  # the sheet's own name: "Obligations (2)" for a second part
    registered: str  # the name in the registry
    path: Path
    headings: tuple[str, ...]
    rows: int
    digest: SheetDigest
    widths: tuple[int, ...]
    is_table: bool = True
    frozen: int = 0
    note: str = ""


@dataclass
class Tally:
    """What was counted while one registered sheet was written, over all its parts."""

    rows: int = 0
    combinations: Counter[tuple[object, ...]] = field(default_factory=Counter)
    blanks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class LongText:
    """A text too long for one cell: where it belongs, and all of it."""

    sheet: str
    row: int
    column: str
    text: str


class RowFile:
    """The rows of one sheet, appended in order to ``path``."""

    def __init__(self, path: Path, name: str, widths: Sequence[int]) -> None:
        self.path, self.name, self.width = path, name, len(widths)
        self._widths = widths
        self.digest = DigestBuilder(self.width)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._letters = [letters(number) for number in range(1, self.width + 1)]

    @property
    def next_row(self) -> int:
        """The number of the row that comes next, counted from 1."""
        return self.digest.count + 1

    def heading(self, columns: Sequence[Column]) -> None:
        """A row of headings."""
        self.cells([Cell(column.title, style=heading_style(column.kind.value)) for column in columns])

    def cells(self, row: Sequence[Cell], *, volatile: bool = False) -> None:
        """One hand-laid row; a volatile one is checked by its own digest but stays out of the sheet's."""
        number = self.next_row
        texts = [canonical(cell.value, cell.kind) for cell in row]
        texts += [""] * (self.width - len(texts))
        styles = [cell.style or cell.kind.value for cell in row] + ["text"] * (self.width - len(row))
        parts = [
            f'<c r="{letter}{number}"' + body(text, *_style_ids(style))
            for letter, text, style in zip(self._letters, texts, styles, strict=True)
        ]
        points = max(
            (
                height(style, wrapped_lines(text[1:], width) if STYLES[style].wrap else 1)
                for style, text, width in zip(styles, texts, self._widths, strict=True)
            ),
            default=0.0,
        )
        self._file.write(f'<row r="{number}" ht="{points:g}" customHeight="1">{"".join(parts)}</row>')
        self.digest.add([texts], volatile=volatile)

    def batch(self, columns: Sequence[tuple[list[str], list[str]]], lines: Sequence[int]) -> None:
        """Rows given column by column: the canonical texts and the XML after the address of each cell.

        ``lines`` is, row by row, how many lines of text it must show.
        """
        texts = list(zip(*(canonicals for canonicals, _ in columns), strict=True))
        first = self.next_row
        numbers = [str(number) for number in range(first, first + len(texts))]
        xml = [
            [f'<c r="{letter}{number}"{rest}' for number, rest in zip(numbers, bodies, strict=True)]
            for letter, (_, bodies) in zip(self._letters, columns, strict=True)
        ]
        self._file.write(
            "".join(
                f'<row r="{number}"{_HEIGHTS[count]}>{"".join(cells)}</row>'
                for number, count, cells in zip(numbers, lines, zip(*xml, strict=True), strict=True)
            )
        )
        self.digest.add(texts)

    def finish(self) -> SheetDigest:
        """Close the file; the digest of everything written."""
        self._file.close()
        return self.digest.finish()


def _style_ids(style: str) -> tuple[int, int]:
    return STYLE_IDS[style], STYLE_IDS.get(f"{style}_quoted", STYLE_IDS["long_quoted"])


class _Encoder:
    """One column: turns values into canonical texts and cell XML, remembering those that repeat."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.shown = _SHOWN.get(column.kind, 0)
        self.blanks = 0
        self.long: set[str] = set()
        self._styles = _style_ids(column.kind.value)
        self._tones = {word: _style_ids(style) for word, style in column.tones.items()}
        self._known: dict[object, tuple[str, str]] = {}

    def encode(self, values: Sequence[object]) -> tuple[list[str], list[str]]:
        """The canonical texts and the XML after the address, value by value."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        known = self._known
        pairs: list[tuple[str, str]] = []
        for value in values:
            pair = known.get(value)
            if pair is None:
                pair = known[value] = self._encode(value)
            pairs.append(pair)
        canonicals = [pair[0] for pair in pairs]
        bodies = [pair[1] for pair in pairs]
        self.blanks += canonicals.count("")
        return canonicals, bodies

    def _encode(self, value: object) -> tuple[str, str]:
        if isinstance(value, str):
            if len(value) > CELL_LIMIT // 2:
                parts = pieces(value)
                if len(parts) > 1:
                    self.long.add(value)
                    value = parts[0]
            self.shown = max(self.shown, max(map(len, value.split("\n")), default=0))
        text = canonical(value, self.column.kind)
        styles = self._tones.get(value, self._styles) if isinstance(value, str) else self._styles
        return text, body(text, *styles)


class TableWriter:
    """Streams the rows of one registered table into one sheet, or several where one is too short."""

    def __init__(self, sheet: TableSheet, folder: Path, *, row_limit: int = ROW_LIMIT) -> None:
        self.sheet = sheet
        self.tally = Tally()
        self.long_texts: list[LongText] = []
        self._folder = folder
        self._row_limit = row_limit
        self._encoders = [_Encoder(column) for column in sheet.columns]
        self._counted = [sheet.letter_of(name) - 1 for name in sheet.counted]
        self._titles = tuple(column.title for column in sheet.columns)

    def write(self, cursor: Cursor) -> list[StagedSheet]:
        """All rows of the cursor; at least one sheet, with headings alone when there are none."""
        parts: list[RowFile] = [self._open(1)]
        for rows in _batches(cursor, self._row_limit):
            room = self._row_limit - parts[-1].next_row + 1
            for some in (rows[:room], rows[room:]):
                if not some:
                    continue
                if parts[-1].next_row > self._row_limit:
                    parts.append(self._open(len(parts) + 1))
                self._write(parts[-1], some)
        self.tally.blanks = [encoder.blanks for encoder in self._encoders]
        return [self._staged(part) for part in parts]

    def _open(self, number: int) -> RowFile:
        name = self.sheet.name if number == 1 else f"{self.sheet.name} ({number})"
        widths = [_width(column, 0) for column in self.sheet.columns]
        part = RowFile(self._folder / f"{name}.rows", name, widths)
        part.heading(self.sheet.columns)
        return part

    def _write(self, part: RowFile, rows: Sequence[tuple[object, ...]]) -> None:
        values = list(zip(*rows, strict=True))
        if self._counted:
            self.tally.combinations.update(zip(*(values[at] for at in self._counted), strict=True))
        self.tally.rows += len(rows)
        first = part.next_row
        encoded = [encoder.encode(column) for encoder, column in zip(self._encoders, values, strict=True)]
        part.batch(encoded, self._lines(encoded))
        for encoder, column in zip(self._encoders, values, strict=True):
            if encoder.long:
                self.long_texts += [
                    LongText(part.name, first + at, encoder.column.title, str(value))
                    for at, value in enumerate(column)
                    if value in encoder.long
                ]

    def _lines(self, encoded: Sequence[tuple[list[str], list[str]]]) -> list[int]:
        wrapping = [
            [
                1
                if len(text) <= encoder.column.width
                else min(wrapped_lines(text[1:], encoder.column.width), _MOST_LINES)
                for text in texts
            ]
            for encoder, (texts, _) in zip(self._encoders, encoded, strict=True)
            if encoder.column.kind is Kind.LONG
        ]
        return list(map(max, *wrapping)) if len(wrapping) > 1 else wrapping[0] if wrapping else [1] * len(encoded[0][0])

    def _staged(self, part: RowFile) -> StagedSheet:
        rows = part.digest.count - 1
        if not rows:  # below the table's one empty row
            part.cells([])
            part.cells([Cell(self.sheet.empty, style="remark")])
        digest = part.finish()
        return StagedSheet(
            name=part.name,
            registered=self.sheet.name,
            path=part.path,
            headings=self._titles,
            rows=rows,
            digest=digest,
            widths=tuple(_width(encoder.column, encoder.shown) for encoder in self._encoders),
            frozen=self.sheet.frozen,
            note="" if self.tally.rows else self.sheet.empty,
        )


def _batches(cursor: Cursor, row_limit: int) -> Iterator[list[tuple[object, ...]]]:
    while rows := cursor.fetchmany(min(BATCH, row_limit - 1)):
        yield rows


def _width(column: Column, shown: int) -> int:
    """A width in characters that fits the longest value up to a limit, and the longest "
    "word of the heading."""
    word = max(map(len, column.title.split())) + 3  # the filter's arrow
    return max(column.width if column.kind is Kind.LONG else min(shown + 2, 40), word, 8)


def wrapped_lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of that many characters, broken between "
    "words where it can be."""
    lines = 0
    width = max(width * 8 // 7, 1)  # the body's type is smaller than the type widths are counted in
    for paragraph in text.split("\n"):
        lines += 1
        used = 0
        for word in paragraph.split(" "):
            size = len(word)
            if used and used + 1 + size > width:
                lines += 1
                used = 0
            used += size + (1 if used else 0)
            if used > width:
                lines += (used - 1) // width
                used = (used - 1) % width + 1
    return lines


def stage_page(
    path: Path,
    *,
    name: str,
    registered: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[int],
    volatile: Sequence[int] = (),
    title: Sequence[Sequence[Cell]] = (),
) -> StagedSheet:
    """A hand-laid sheet; ``title`` rows stand above the headings and make it no table.

    ``volatile`` are the positions among ``rows``, counted from 0, of what differs between two exports of
    one state.
    """
    part = RowFile(path, name, widths)
    for row in title:
        part.cells(row)
    part.heading(columns)
    count = 0
    for count, row in enumerate(rows, start=1):
        part.cells(row, volatile=count - 1 in volatile)
    return StagedSheet(
        name=name,
        registered=registered,
        path=path,
        headings=tuple(column.title for column in columns),
        rows=count,
        digest=part.finish(),
        widths=tuple(widths),
        is_table=not title,
        frozen=0,
    )
