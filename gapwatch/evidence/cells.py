"""How one value becomes one spreadsheet cell: its canonical text, which digests cover, and its XML.

Owns typing and escaping. Opens no file and knows no sheet. Called by ``rows`` (writing) and, for the
canonical form alone, by ``reading`` (verification).

Canonical texts, one per cell: ``""`` empty, ``s…`` text, ``n…`` number, ``f…`` formula with its stored
result (and ``b0``/``b1``, a spreadsheet's own boolean, which gapwatch never writes: booleans are the words
yes and no). Text is never a formula: it is written as an inline string whatever its first character, and
marked so that a spreadsheet keeps it text when someone edits the cell. Characters that XML cannot hold are
written ``_xHHHH_``, the notation of the file format, which spreadsheets read back as the character.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

CELL_LIMIT: Final = 32_767  # UTF-16 units in one cell; a spreadsheet calls a file with more damaged
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - serial numbers have no zone; all instants are UTC
_FIRST_SERIAL: Final = 61  # 1 March 1900: before it, spreadsheets disagree about the calendar
_DAY: Final = 86_400_000_000  # microseconds
_SERIAL_UNITS: Final = 10**11  # to a day: fine enough for each microsecond, coarse enough for a double
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
RESULT: Final = "\x1e"  # between a formula and its result in a canonical text
_WRITTEN: Final = re.compile("_x([0-9A-F]{4})_")
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOKS_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\n", "_x000D_")
_EXACT_INTEGERS: Final = 999_999_999_999_999  # fifteen digits; longer ones are text, or digits would be lost


class Kind(StrEnum):
    """What a column holds; decides the cell's type, number format and alignment."""

    TEXT = "text"
    LONG = "long"  # text that wraps
    SQL = "sql"  # text in a fixed-width face
    DATE = "date"
    INSTANT = "instant"  # UTC
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"  # 0 to 100, as stored
    YESNO = "yesno"


@dataclass(frozen=True)
class Formula:
    """A live formula (without ``=``) and the result it has when written."""

    text: str
    result: int


@dataclass(frozen=True)
class Cell:
    """One cell of a hand-laid sheet: its value, kind and the name of its style (default: the kind's)."""

    value: object
    kind: Kind = Kind.TEXT
    style: str = ""


def canonical(value: object, kind: Kind) -> str:
    """The canonical text of a value in a column of that kind.

    Numbers are kept to nine decimals and instants to the microsecond, so that the text and the stored number
    determine each other.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, Formula):
        return f"f{value.text}{RESULT}n{value.result}"
    if isinstance(value, bool):
        return "syes" if value else "sno"
    if isinstance(value, dt.date):
        return _canonical_date(value, kind)
    if isinstance(value, int | float | Decimal) and kind not in (Kind.TEXT, Kind.LONG, Kind.SQL):
        return number_text(value if isinstance(value, int) else round(float(value), 9))
    return "s" + written(str(value))


def _canonical_date(value: dt.date, kind: Kind) -> str:
    if kind not in (Kind.DATE, Kind.INSTANT):
        return "s" + value.isoformat()
    if isinstance(value, dt.datetime):
        naive = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        microseconds = (naive - _EPOCH) // dt.timedelta(microseconds=1)
        serial = (microseconds * _SERIAL_UNITS + _DAY // 2) // _DAY / _SERIAL_UNITS
    else:
        serial = float(value.toordinal() - _EPOCH.toordinal())
    return number_text(serial) if serial >= _FIRST_SERIAL else "s" + value.isoformat()


def number_text(value: float | Decimal) -> str:
    """The canonical text of a number as it is; text where a spreadsheet's number would lose digits."""
    if isinstance(value, int):
        return f"n{value}" if abs(value) <= _EXACT_INTEGERS else f"s{value}"
    number = float(value)
    if not math.isfinite(number):
        return f"s{number}"
    if number.is_integer() and abs(number) <= _EXACT_INTEGERS:
        return f"n{int(number)}"
    return f"n{number!r}"


def value_of(text: str, kind: Kind) -> object:
    """The value behind a canonical text in a column of that kind."""
    if not text:
        return None
    tag, content = text[0], text[1:]
    if kind is Kind.YESNO:
        return content == "yes"
    if tag != "n":
        plain = _WRITTEN.sub(lambda match: chr(int(match[1], 16)), content)
        return dt.datetime.fromisoformat(plain) if kind in (Kind.DATE, Kind.INSTANT) else plain
    number = float(content)
    if kind is Kind.INSTANT:
        return _EPOCH + dt.timedelta(microseconds=round(number * _DAY))
    if kind is Kind.DATE:
        return (_EPOCH + dt.timedelta(days=number)).date()
    return int(number) if kind is Kind.INTEGER else number


def written(text: str) -> str:
    """Text as the file format writes it, before XML escaping: what XML cannot hold becomes ``_xHHHH_``."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def body(canonical_text: str, style: int, active_style: int) -> str:
    """The XML of a cell after its address: attributes, content and end tag.

    ``active_style`` is the style for text that begins like a formula.
    """
    if not canonical_text:
        return f' s="{style}"/>'
    tag, content = canonical_text[0], canonical_text[1:]
    if tag == "s":
        chosen = active_style if content.startswith(_LOOKS_ACTIVE) else style
        keep = ' xml:space="preserve"' if _needs_preserving(content) else ""
        return f' s="{chosen}" t="inlineStr"><is><t{keep}>{content.translate(_MARKUP)}</t></is></c>'
    if tag == "n":
        return f' s="{style}"><v>{content}</v></c>'
    text, _, result = content.partition(RESULT)
    return f' s="{style}"><f>{text.translate(_MARKUP)}</f><v>{result[1:]}</v></c>'


def _needs_preserving(text: str) -> bool:
    return text[0] in " \t\n" or text[-1] in " \t\n" or "\n" in text or "\t" in text or "  " in text


def pieces(text: str) -> list[str]:
    """The text in pieces that each fit one cell; one piece when it fits whole."""
    if len(text) <= CELL_LIMIT // 2 or _units(text) <= CELL_LIMIT:
        return [text]
    cut: list[str] = []
    start = used = 0
    for position, character in enumerate(text):
        size = 2 if ord(character) > 0xFFFF else 1
        if used + size > CELL_LIMIT:
            cut.append(text[start:position])
            start, used = position, 0
        used += size
    return [*cut, text[start:]]


def _units(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def letters(number: int) -> str:
    """The column letters of column ``number``, counted from 1: 1 is A, 27 is AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """``B7`` for row 7, column 2."""
    return f"{letters(column)}{row}"


def padded(row: Sequence[str], width: int) -> list[str]:
    """The row's canonical texts, filled or cut to ``width`` cells."""
    return [*row[:width], *[""] * (width - len(row))]
