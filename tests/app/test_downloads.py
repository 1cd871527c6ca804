"""What is taken along equals what the page shows, and nothing in it is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from sample_generation import settings_of

from gapwatch.dashboard.downloads import as_csv, as_xlsx
from gapwatch.evidence.shell import Imprint
from gapwatch.reads import Reader

IMPRINT = Imprint(
    organisation="Meridian",
    export_id="4F2A",
    status="",
    version="1",
    created_at=dt.datetime(2026, 3, 14, tzinfo=dt.UTC),
)


@pytest.fixture(scope="module")
def reader(sample: Path) -> Iterator[Reader]:
    with Reader.open(settings_of(sample).warehouse.path) as opened:
        yield opened


def test_both_files_hold_the_rows_of_the_question(reader: Reader) -> None:
    asked = {"row_limit": 100_000, "status": "open", "site": "BAY1"}
    frame = reader.ask("page_gaps", **asked)
    assert len(frame) > 50
    as_text = list(csv.DictReader(io.StringIO(as_csv(reader.question("page_gaps", **asked)).decode("utf-8-sig"))))
    assert [row["gap_id"] for row in as_text] == list(frame["gap_id"])
    assert [float(row["exposure_days"]) for row in as_text] == list(frame["exposure_days"])
    page = load_workbook(
        io.BytesIO(as_xlsx(reader.question("page_gaps", **asked), title="Gaps", imprint=IMPRINT))
    ).active
    assert page is not None
    headings = [cell.value for cell in page[1]]
    at = headings.index("Gap ID")
    assert [row[at] for row in page.iter_rows(min_row=2, values_only=True)] == list(frame["gap_id"])


def test_text_that_begins_like_a_formula_stays_text() -> None:
    bad = '=HYPERLINK("http://example.com","x")'
    with duckdb.connect() as connection:
        cursor = connection.execute("select $bad as name, 3 as days, null as cause, true as is_open", {"bad": bad})
        page = load_workbook(io.BytesIO(as_xlsx(cursor, title="Odd", imprint=IMPRINT))).active
    assert page is not None
    cell = page["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", bad, True)
    assert [other.value for other in page[2]][1:] == [3, None, "yes"]
    assert page.freeze_panes == "B2"
