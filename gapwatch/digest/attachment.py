"""The rows of a digest as a workbook to attach: the same rows, up to ``MOST`` a sheet instead of the mail's few.

Owns its sheets and their columns. Text is written as text, whatever it begins with; names follow the mail's own rule.
Called by ``weekly``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from gapwatch.digest.content import Digest
from gapwatch.digest.facts import Facts, Rows

MOST: Final = 5_000
_HIDDEN: Final = frozenset({"of_all", "position", "severity_weight", "of_added", "of_removed", "open_then", "open_now"})
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST: Final = 32_767
_SHEETS: Final[tuple[tuple[str, Callable[[Facts], Rows]], ...]] = (
    ("Numbers", lambda facts: facts.numbers),
    ("Do this week", lambda facts: facts.actions),
    ("Since last week", lambda facts: facts.changes),
    ("Waivers that end", lambda facts: facts.exceptions),
    ("Leavers", lambda facts: facts.leavers),
    ("HR changes", lambda facts: facts.events),
    ("Opens next week", lambda facts: facts.forecast),
    ("Coming due", lambda facts: facts.coming_due),
    ("History restated", lambda facts: facts.restated),
    ("By site and owner", lambda facts: facts.breakdown),
    ("Sources", lambda facts: facts.sources),
)


def workbook_of(facts: Facts, digest: Digest) -> bytes:
    """The XLSX file. The same facts give the same bytes; a sheet that was cut says so on ``About``."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = digest.as_of.replace(tzinfo=None, microsecond=0)
    book.properties.creator = "gapwatch"

    def write(title: str, rows: Sequence[Sequence[Any]]) -> None:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        widths = [max((len(str(row[place])) for row in rows[:200]), default=8) for place in range(len(rows[0]))]
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, 10), 60)
        for number, row in enumerate(rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=_plain(value))
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # a text that begins with = is a text
                if isinstance(cell.value, dt.datetime):
                    cell.number_format = "yyyy-mm-dd hh:mm"
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)

    sheets = [(title, select(facts)) for title, select in _SHEETS]
    write("About", _about(digest, sheets))
    for title, rows in sheets:
        if rows:
            columns = [
                name for name in rows[0] if name not in _HIDDEN and not (name == "full_name" and not facts.sites)
            ]
            write(title, [columns, *([row[name] for name in columns] for row in rows)])
    buffer = io.BytesIO()
    book.save(buffer)
    return _dated(buffer.getvalue(), at=digest.as_of)


def _about(digest: Digest, sheets: list[tuple[str, Rows]]) -> list[tuple[str, str]]:
    lines = [
        ("What", "Value"),
        ("Digest", digest.subject),
        ("Headline", digest.headline),
        ("Trust", digest.trust.verdict),
        *(("Doubt", doubt) for doubt in digest.trust.doubts),
        ("Basis", digest.trust.basis),
        ("Times", "All times in this workbook are UTC."),
    ]
    for title, rows in sheets:
        lines.append((title, _rows_told(rows)))
    return [*lines, *(("Note", note) for note in digest.footer)]


def _rows_told(rows: Rows) -> str:
    if not rows:
        return "no rows"
    cut = f"; cut at {MOST:,}, the rest is on the dashboard" if _longest(rows) >= MOST else ""
    return f"{len(rows):,} rows{cut}"


def _longest(rows: Rows) -> int:
    """The length of the longest list among the rows: those about changes hold one list a change."""
    by_change: dict[Any, int] = {}
    for row in rows:
        key = row.get("change")
        by_change[key] = by_change.get(key, 0) + 1
    return max(by_change.values())


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST]
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _dated(archive: bytes, *, at: dt.datetime) -> bytes:
    """The same archive without the dates that openpyxl takes from the clock."""
    import zipfile

    saved = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>".encode()

    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(
                zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)),
                re.sub(rb"[^>]*</dcterms:modified>", saved, source.read(entry)),
                zipfile.ZIP_DEFLATED,
            )
    return buffer.getvalue()
