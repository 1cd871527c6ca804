"""Reads a workbook's cells as canonical texts, straight from the file, with the standard library alone.

Owns the way back from file to canonical text, so that ``verify`` sees each stored value exactly and not
another library's idea of it. Judges nothing. Every row is yielded, empty ones between filled ones too.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from gapwatch.evidence.cells import RESULT, number_text

_CHUNK: Final = 1 << 18
_ROW_LIMIT: Final = 1_048_576
_COLUMN_LIMIT: Final = 16_384
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class UnreadableWorkbookError(ValueError):
    """The file is not a workbook, or it is damaged; the message says where."""


class WorkbookCells:
    """The cells of one workbook file. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
            self.sheets = self._sheet_parts()
            self._shared = self._shared_strings()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, expat.ExpatError, OSError) as error:
            raise UnreadableWorkbookError(f"not a workbook that can be read: {error}") from error

    def __enter__(self) -> WorkbookCells:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """The sheet's rows from row 1 on: canonical texts from column A on."""
        try:
            yield from self._rows(self.sheets[sheet])
        except (zipfile.BadZipFile, expat.ExpatError, zlib.error, EOFError, KeyError) as error:
            raise UnreadableWorkbookError(f"sheet {sheet} cannot be read: {error}") from error

    def _rows(self, part: str) -> Iterator[list[str]]:
        parser = _SheetParser(self._shared)
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
                yield from parser.taken()
            parser.feed(b"", last=True)
            yield from parser.taken()

    def _sheet_parts(self) -> dict[str, str]:
        targets: dict[str, str] = {}
        for name, attributes in _elements(self._archive.read("xl/_rels/workbook.xml.rels")):
            if name == "Relationship":
                targets[attributes["Id"]] = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
        parts: dict[str, str] = {}
        for name, attributes in _elements(self._archive.read("xl/workbook.xml")):
            if name == "sheet":
                reference = next(value for key, value in attributes.items() if key.split(":")[-1] == "id")
                parts[attributes["name"]] = targets[reference]
        return parts

    def _shared_strings(self) -> list[str]:
        part = "xl/sharedStrings.xml"
        if part not in self._archive.namelist():
            return []
        parser = _StringsParser()
        parser.feed(self._archive.read(part))
        return parser.strings


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), dict(attributes)))
    parser.Parse(data, True)
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _StringsParser:
    """``xl/sharedStrings.xml``: the texts a workbook saved by a spreadsheet program refers to by number."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._text: list[str] = []
        self._inside = False
        self._phonetic = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            self._text = []
        elif local == "rPh":
            self._phonetic = True
        elif local == "t":
            self._inside = not self._phonetic

    def _end(self, name: str) -> None:
        local = _local(name)
        if local == "si":
            self.strings.append("".join(self._text))
        elif local == "rPh":
            self._phonetic = False
        elif local == "t":
            self._inside = False

    def _characters(self, text: str) -> None:
        if self._inside:
            self._text.append(text)


class _SheetParser:
    """One worksheet part, fed in chunks; finished rows are taken out between them."""

    def __init__(self, shared: list[str]) -> None:
        self._shared = shared
        self._done: list[list[str]] = []
        self._number = 0
        self._row: list[str] = []
        self._kind = self._value = self._formula = ""
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, *, last: bool = False) -> None:
        self._parser.Parse(data, last)

    def taken(self) -> list[list[str]]:
        rows, self._done = self._done, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t", "f"):
            self._text = []
        elif name == "row":
            self._start_row(attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if not self._number < number <= _ROW_LIMIT:
            raise UnreadableWorkbookError(f"row {number} follows row {self._number}")
        self._done.extend([] for _ in range(number - self._number - 1))
        self._number, self._row = number, []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._kind, self._value, self._formula = attributes.get("t", "n"), "", ""
        where = attributes.get("r")
        if where is None:
            return
        match = _ADDRESS.fullmatch(where)
        column = 0
        for letter in match[1] if match else "":
            column = column * 26 + ord(letter) - 64
        if match is None or int(match[2]) != self._number or not len(self._row) < column <= _COLUMN_LIMIT:
            raise UnreadableWorkbookError(f"cell {where} lies in row {self._number}")
        self._row.extend("" for _ in range(column - len(self._row) - 1))

    def _end(self, name: str) -> None:
        if name == "c":
            self._row.append(self._cell())
        elif name == "f":
            self._formula = "".join(self._text or ())
            self._text = None
        elif name == "v":
            self._value = "".join(self._text or ())
            self._text = None
        elif name == "t":  # several in one cell: runs of rich text
            self._value += "".join(self._text or ())
            self._text = None
        elif name == "row":
            self._done.append(self._row)

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _cell(self) -> str:
        result = self._result()
        return f"f{self._formula}{RESULT}{result}" if self._formula else result

    def _result(self) -> str:
        value = self._value
        if value == "":
            return ""
        if self._kind == "n":
            try:
                return number_text(float(value))
            except ValueError:
                return f"?{value}"
        if self._kind == "s":
            position = int(value) if value.isdigit() else -1
            return "s" + self._shared[position] if 0 <= position < len(self._shared) else f"?{value}"
        return {"b": "b", "inlineStr": "s", "str": "s"}.get(self._kind, "?") + value
