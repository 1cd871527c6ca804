"""What a sheet is: its name, purpose, columns and the question that fills it. Values only.

Owns the shape of the registry in ``catalogue``; reads and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gapwatch.evidence.cells import Kind

_ACRONYMS: Final = {
    "id": "ID",
    "ids": "IDs",
    "hr": "HR",
    "lms": "LMS",
    "sla": "SLA",
    "sql": "SQL",
    "sha256": "SHA-256",
}


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is the question's column; the heading is made from it unless given."""

    name: str
    meaning: str
    kind: Kind = Kind.TEXT
    heading: str = ""
    tones: Mapping[str, str] = field(default_factory=dict)  # word -> style
    width: int = 34  # characters, of columns that wrap; others are as wide as what they hold

    @property
    def title(self) -> str:
        """The heading in the sheet; instants name their zone."""
        if self.heading:
            return self.heading
        name = re.sub("^(is|was)_", "", self.name)
        words = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
        zone = " (UTC)" if self.kind is Kind.INSTANT else ""
        return words[0].upper() + words[1:] + zone


@dataclass(frozen=True)
class TableSheet:
    """A sheet that is one table: a heading row, then one row per row of ``question``.

    ``counted`` are the columns whose combinations are counted while writing, for the tie-out; ``frozen``
    how many columns stay in view.
    """

    name: str
    purpose: str
    question: str
    columns: tuple[Column, ...]
    empty: str
    citation: str = ""
    counted: tuple[str, ...] = ()
    frozen: int = 1

    def letter_of(self, column: str) -> int:
        """The position of a column, counted from 1."""
        return [each.name for each in self.columns].index(column) + 1


@dataclass(frozen=True)
class PageSheet:
    """A sheet laid by hand from what the others hold (cover, index, tie-out …), with the "
    "meaning of its columns."""

    name: str
    purpose: str
    columns: tuple[Column, ...]
    citation: str = ""
    widths: tuple[int, ...] = ()


Sheet = TableSheet | PageSheet
