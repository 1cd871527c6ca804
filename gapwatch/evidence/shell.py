"""The workbook around the rows: sheets, styles, tables, frozen headings and print settings.

Owns everything but the rows, which ``archive`` puts in. Imports openpyxl inside, because it is needed here
alone.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gapwatch.evidence.cells import letters
from gapwatch.evidence.rows import StagedSheet
from gapwatch.evidence.styles import STYLE_IDS, STYLES, Style

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_LETTER, _TABLOID = 1, 3  # paper sizes as the file format numbers them
_WIDE = 170  # characters across; more would be too small to read on one letter page
_WIDEST = 260  # … or on one tabloid page: more goes on beside it, with the first columns repeated


@dataclass(frozen=True)
class Imprint:
    """What every printed page and the file's properties say."""

    organisation: str
    export_id: str
    status: str
    version: str
    created_at: dt.datetime


def make_shell(sheets: Sequence[StagedSheet], *, imprint: Imprint) -> bytes:
    """A workbook file with the sheets in order, each complete but for its rows."""
    from openpyxl import Workbook

    workbook = Workbook()
    _register_styles(workbook)
    for sheet in sheets:
        _add_sheet(workbook, sheet, imprint)
    created = imprint.created_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    properties = workbook.properties
    properties.creator = f"gapwatch {imprint.version}"
    properties.title = f"{imprint.organisation}: training compliance evidence {imprint.export_id}"
    properties.created = properties.modified = created
    workbook.calculation.fullCalcOnLoad = True
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def _register_styles(workbook: Workbook) -> None:
    """Give each style the number that the rows refer to it by."""
    sheet: Any = workbook.active
    for position, (name, style) in enumerate(STYLES.items(), start=1):
        cell = sheet.cell(position, 1)
        _dress(cell, style)
        if cell.style_id != STYLE_IDS[name]:
            raise AssertionError(f"style {name} has number {cell.style_id}, not {STYLE_IDS[name]}")
    workbook.remove(sheet)


def _dress(cell: Any, style: Style) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.font = Font(name=style.face, size=style.size, bold=style.bold, color=style.colour)
    cell.number_format = style.number_format
    cell.alignment = Alignment(
        horizontal=style.align,
        vertical="top",
        wrap_text=style.wrap,
        indent=style.indent,
    )
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.underline:
        cell.border = Border(bottom=Side(style="medium", color=style.underline))
    if style.is_quoted:
        cell.quotePrefix = True


def _add_sheet(workbook: Workbook, sheet: StagedSheet, imprint: Imprint) -> None:
    from openpyxl.worksheet.table import Table

    page: Any = workbook.create_sheet(sheet.name)
    for number, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[letters(number)].width = width
    page.sheet_view.showGridLines = False
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.orientation = "landscape"
    across = -(-sum(sheet.widths) // _WIDEST)
    page.page_setup.fitToWidth = across
    page.page_setup.fitToHeight = 0
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.8
    page.page_margins.header = page.page_margins.footer = 0.35
    page.page_setup.paperSize = _TABLOID if sum(sheet.widths) > _WIDE else _LETTER
    page.oddHeader.left.text = _printable(imprint.organisation)
    page.oddHeader.right.text = imprint.status
    page.oddFooter.center.text = f"{_printable(sheet.name)}, page &P of &N, export {imprint.export_id}"
    if not sheet.is_table:
        return
    page.freeze_panes = f"{letters(sheet.frozen + 1)}2"
    page.print_title_rows = "1:1"
    if across > 1:
        page.print_title_cols = f"A:{letters(max(sheet.frozen, 1))}"
    last = max(sheet.rows, 1) + 1  # a table needs a row, though it be empty
    table: Any = Table(
        displayName=table_name(sheet.name),
        ref=f"A1:{letters(len(sheet.headings))}{last}",
    )
    table._initialise_columns()  # else openpyxl looks for the headings in its own cells
    for column, heading in zip(table.tableColumns, sheet.headings, strict=True):
        column.name = heading
    page.add_table(table)


def table_name(sheet: str) -> str:
    """The name of a sheet's table: ``Training_evidence``, ``Obligations_2``."""
    return re.sub(r"\W+", "_", sheet).strip("_")


def _printable(text: str) -> str:
    return text.replace("&", "&&")
