"""The workbook as other libraries see it: sheets, types, formulas, hostile texts, scope, tie-out."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from evidence.opened import book, calamine_rows, records
from evidence.small_generation import AS_OF, COURSE_TITLES, HOSTILE, LONG, make_small_generation

from gapwatch.errors import ConfigurationError
from gapwatch.evidence import EvidenceSummary, catalogue, write_evidence
from gapwatch.evidence.cells import CELL_LIMIT
from gapwatch.reads import Reader

SHEETS = [
    "Cover",
    "Index",
    "Parameters",
    "Sources",
    "Tie-out",
    "Population",
    "Exclusions",
    "Requirements",
    "Obligations",
    "Training evidence",
    "Field sufficiency",
    "Gaps",
    "HR events",
    "Leavers and accounts",
    "Exceptions",
    "Identity",
    "Integration health",
    "Data quality",
    "Sample",
    "Change log",
    "Logic",
    "Dictionary",
    "Sign-off",
    "Retention",
    "Long text",
]


def test_sheets_stand_in_the_order_of_the_registry(exported: EvidenceSummary) -> None:
    assert book(exported.path).sheetnames == SHEETS
    assert [sheet.name for sheet in catalogue.SHEETS] == SHEETS[:-1]


def test_every_table_has_a_name_frozen_headings_filter_and_print_settings(exported: EvidenceSummary) -> None:
    for sheet in book(exported.path):
        assert sheet.sheet_state == "visible"
        assert sheet.page_setup.orientation == "landscape"
        across = sum(column.width for column in sheet.column_dimensions.values())
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (-(-across // 260), 0)
        assert bool(sheet.print_title_cols) == (across > 260)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        footer = str(sheet.oddFooter.center.text)
        assert footer == f"{sheet.title}, page &P of &N, export {exported.export_id}"
        assert not sheet.merged_cells.ranges
        assert not any(each.hidden for each in [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()])
        if sheet.title == "Cover":
            continue
        (table,) = sheet.tables.values()
        headings = [cell.value for cell in sheet[1]]
        assert [column.name for column in table.tableColumns] == headings
        assert len(set(headings)) == len(headings)
        assert table.autoFilter.ref == table.ref
        assert sheet.freeze_panes.endswith("2")
        assert sheet.print_title_rows == "$1:$1"


def test_the_only_formulas_are_live_counts_on_the_tie_out(exported: EvidenceSummary) -> None:
    formulas = [
        (sheet.title, cell.value)
        for sheet in book(exported.path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(formulas) > 40
    assert {title for title, _ in formulas} == {"Tie-out"}
    assert all(str(text).startswith("=COUNTIFS(") for _, text in formulas)


def test_the_file_holds_no_macro_link_or_connection(exported: EvidenceSummary) -> None:
    with zipfile.ZipFile(exported.path) as archive:
        names = archive.namelist()
        relations = b"".join(archive.read(name) for name in names if name.endswith(".rels"))
    assert not [name for name in names if any(word in name for word in ("vba", "external", "connection", "embed"))]
    assert b'TargetMode="External"' not in relations


def test_hostile_texts_are_unchanged_and_inert(exported: EvidenceSummary) -> None:
    opened = book(exported.path)
    names = {row[0].value: row[1] for row in opened["Population"].iter_rows(min_row=2)}
    assert {worker: cell.value for worker, cell in names.items()} == {
        worker: HOSTILE[worker] for worker in ("W1", "W2", "W3")
    }
    assert all(cell.data_type == "s" for cell in names.values())
    assert all(cell.quotePrefix for cell in names.values())
    read = {row[0]: row[1] for row in calamine_rows(exported.path, "Population")[1:]}
    assert read == {worker: HOSTILE[worker] for worker in ("W1", "W2", "W3")}


def test_control_characters_are_kept_in_the_file_formats_notation(exported: EvidenceSummary) -> None:
    titles = {row["Course ID"]: row["Course title"] for row in records(exported.path, "Training evidence")}
    assert titles["C1"] == COURSE_TITLES["C1"]
    assert titles["C2"] == "bell _x0007_ and _x0000_, literal _x005F_x0041_, <b>&amp;</b>"
    excluded = records(exported.path, "Exclusions")
    assert "line_x000D_\nbreak" in [row["Raw value"] for row in excluded]


def test_a_text_too_long_for_a_cell_continues_on_a_sheet_of_its_own(exported: EvidenceSummary) -> None:
    cut = [row for row in records(exported.path, "Exclusions") if row["Raw value"] == LONG[:CELL_LIMIT]]
    assert len(cut) == 1
    parts = records(exported.path, "Long text")
    assert "".join(row["Text"] for row in parts) == LONG
    assert {(row["Sheet"], row["Column"]) for row in parts} == {("Exclusions", "Raw value")}
    where = book(exported.path)["Exclusions"][parts[0]["Row"]]
    assert LONG[:CELL_LIMIT] in [cell.value for cell in where]
    note = {row["Sheet"]: row["Note"] for row in records(exported.path, "Index")}["Exclusions"]
    assert "Long text" in str(note)


def test_dates_are_dates_and_ids_are_text(exported: EvidenceSummary) -> None:
    (trained,) = [row for row in records(exported.path, "Training evidence") if row["Completion ID"] == "0001"]
    assert trained["Completed at (UTC)"] == dt.datetime(2026, 1, 20, 8, 30, 15, 123000)  # noqa: DTZ001
    assert trained["Score"] == "007"
    excepted = records(exported.path, "Exceptions")[0]
    assert excepted["Starts on"] == dt.datetime(2026, 1, 1)  # noqa: DTZ001
    cell = book(exported.path)["Exceptions"]["G2"]
    assert cell.is_date
    rows = calamine_rows(exported.path, "Gaps")
    opened = rows[0].index("Opened at (UTC)")
    assert {type(row[opened]) for row in rows[1:]} == {dt.datetime}


def test_the_tie_out_balances_and_its_figures_are_those_of_the_generation(exported: EvidenceSummary) -> None:
    rows = calamine_rows(exported.path, "Tie-out")[1:]
    assert exported.is_balanced
    assert {row[9] for row in rows} == {"balances", "stated"}
    counts = {(row[1], row[2]): row[3] for row in rows}
    assert counts["1 Source: workers", "Rows read"] == 6
    assert counts["2 Workers", "Workers known from the HR feeds"] == 4
    assert counts["2 Workers", "… in scope"] == 3
    assert counts["3 Obligations", "Worker-requirements at the end of the period"] == 2
    assert counts["3 Obligations", "… gap"] == 1
    assert counts["3 Obligations", "Intervals of worker-requirements in the period"] == 4
    assert counts["4 Gaps", "Gaps in the period"] == 3
    assert counts["5 HR events", "… missing"] == 2
    assert counts["6 Leavers and accounts", "… still open"] == 1
    live = [row for row in rows if row[4] != ""]
    assert len(live) > 20
    assert all(row[4] == row[3] and row[5] == 0 for row in live)


def test_a_line_that_does_not_balance_keeps_it_a_draft(tmp_path: Path) -> None:
    import duckdb

    warehouse = make_small_generation(tmp_path / "warehouse")
    with duckdb.connect(str(warehouse / "generations" / "run-1.duckdb")) as connection:
        connection.execute("update loads set rows_accepted = 3 where load_id = 'L-1'")
        connection.execute("delete from gaps where gap_id = 'G2'")
    with Reader.open(warehouse) as reader:
        summary = write_evidence(reader, tmp_path / "e.xlsx", prepared_by="Ana", reviewed_by="Eva")
    assert summary.status == "DRAFT"
    assert [line.split("(")[1] for line in summary.unbalanced] == [
        "Rows read)",
        "… open at its end ",
    ]
    status = {row[0]: row for row in calamine_rows(tmp_path / "e.xlsx", "Cover")}["Status"]
    assert status[1] == "DRAFT"
    assert "does not balance" in status[2]


@pytest.mark.parametrize(
    ("prepared", "reviewed", "status"),
    [
        ("Ana", "Eva", "FINAL"),
        (None, None, "DRAFT"),
        ("Ana", None, "DRAFT"),
        (None, "Eva", "DRAFT"),
        ("Ana Ruiz", " ana  RUIZ ", "DRAFT"),
    ],
)
def test_final_needs_a_reviewer_other_than_the_preparer(
    reader: Reader, tmp_path: Path, prepared: str | None, reviewed: str | None, status: str
) -> None:
    summary = write_evidence(reader, tmp_path / "e.xlsx", prepared_by=prepared, reviewed_by=reviewed)
    assert summary.status == status
    assert bool(summary.reasons) == (status == "DRAFT")


def test_exceptions_say_whether_they_hold_and_why_not(exported: EvidenceSummary) -> None:
    states = {
        row["Exception ID"]: (row["State"], row["No effect because"]) for row in records(exported.path, "Exceptions")
    }
    assert states == {
        "X-1": ("in force", None),
        "X-2": ("without effect", "approved by the one who asked for it"),
        "X-3": ("ended", None),
        "X-4": ("not begun", None),
        "X-5": ("without effect", "approved after it had ended, or the worker has no role"),
        "X-6": ("without effect", "names a worker the HRIS does not know"),
    }


def test_obligations_name_their_evidence_and_rule(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Obligations")
    trained = [row for row in rows if row["State"] == "trained"]
    assert [(row["Completion IDs"], row["Rule IDs"], row["At period end"]) for row in trained] == [
        ("0001", "R-1", "yes")
    ]


def test_leavers_hold_every_end_and_every_orphan(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Leavers and accounts")
    assert [(row["Kind"], row["Account ID"], row["Still open"], row["Days active after"]) for row in rows] == [
        ("leaver", "A3", "yes", 41.25),
        ("orphan", "A9", "yes", None),
    ]


def test_the_dictionary_explains_every_column_and_counts_blanks(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Dictionary")
    explained = {(row["Sheet"], row["Heading"]) for row in rows if row["Meaning"]}
    opened = book(exported.path)
    present = {
        (sheet.title, cell.value) for sheet in opened if sheet.title not in ("Cover", "Long text") for cell in sheet[1]
    }
    assert present <= explained
    (evaluator,) = [row for row in rows if (row["Sheet"], row["Heading"]) == ("Training evidence", "Evaluator")]
    assert (evaluator["Blank cells"], evaluator["Rows"]) == (2, 2)
    assert any("trained / (trained + gap)" in str(row["Meaning"]) for row in rows)


def test_the_logic_holds_models_and_questions_whole(exported: EvidenceSummary) -> None:
    rows = records(exported.path, "Logic")
    assert "\n".join(row["SQL"] or "" for row in rows if row["Model"] == "one") == "select 1\n    as one"
    asked = {row["Model"] for row in rows if row["Folder"] == "ask"}
    assert {sheet.question for sheet in catalogue.TABLES} <= asked


@pytest.mark.parametrize(
    ("scope", "workers"),
    [
        ({"sites": ["DEN1"]}, {"W1", "W3"}),
        ({"sites": ["DEN1", "BAY1"]}, {"W1", "W2", "W3"}),
        ({"departments": ["Operations"]}, {"W2"}),
        ({"departments": ["Operations", "Rigging"], "sites": ["DEN1"]}, {"W3"}),
        ({"workers": ["W2"]}, {"W2"}),
        ({"period_from": dt.date(2026, 2, 1)}, {"W1", "W2"}),
        ({"period_to": dt.date(2026, 1, 31), "sites": ["DEN1"]}, {"W3"}),
        ({"authorities": ["HHS"]}, {"W1", "W2", "W3"}),
        ({"citations": ["45 CFR 164"]}, {"W1", "W2", "W3"}),
    ],
)
def test_a_scope_filters_every_sheet_and_still_ties(
    reader: Reader, tmp_path: Path, scope: dict[str, object], workers: set[str]
) -> None:
    summary = write_evidence(reader, tmp_path / "e.xlsx", **scope)  # type: ignore[arg-type]
    assert summary.is_balanced
    assert {row["Worker ID"] for row in records(summary.path, "Population")} == workers
    excluded = {row["Worker ID"] for row in records(summary.path, "Exclusions") if row["What"] == "worker"}
    assert excluded == {"W1", "W2", "W3", "W4"} - workers
    for sheet in ("Obligations", "Gaps", "HR events"):
        # an empty sheet has one empty row, then the sentence that says what that means
        named = {row["Worker ID"] for row in records(summary.path, sheet)} if summary.rows[sheet] else set()
        assert named <= workers
    if "authorities" in scope or "citations" in scope:
        assert (summary.rows["Obligations"], summary.rows["Gaps"]) == (0, 0)


def test_a_period_that_ends_earlier_shows_the_state_of_that_day(reader: Reader, tmp_path: Path) -> None:
    summary = write_evidence(reader, tmp_path / "e.xlsx", period_to=dt.date(2026, 1, 10))
    rows = [row for row in records(summary.path, "Obligations") if row["At period end"] == "yes"]
    assert {(row["Worker ID"], row["State"]) for row in rows} == {("W1", "gap"), ("W2", "gap"), ("W3", "gap")}
    assert summary.is_balanced


def test_an_empty_sheet_says_what_that_means(reader: Reader, tmp_path: Path) -> None:
    summary = write_evidence(reader, tmp_path / "e.xlsx", authorities=["HHS"])
    sheet = book(summary.path)["Gaps"]
    assert sheet["A3"].value == "No gap was open in the period and scope asked for."
    assert sheet.tables["Gaps"].ref == "A1:W2"


def test_a_table_longer_than_a_sheet_goes_on_in_numbered_parts_that_tie(reader: Reader, tmp_path: Path) -> None:
    summary = write_evidence(reader, tmp_path / "e.xlsx", row_limit=3)
    assert [name for name in summary.rows if name.startswith("Obligations")] == [
        "Obligations",
        "Obligations (2)",
    ]
    assert summary.rows["Obligations"] == summary.rows["Obligations (2)"] == 2
    assert summary.is_balanced
    sheet = book(summary.path)["Tie-out"]
    (formula,) = [row[4].value for row in sheet.iter_rows() if row[2].value == "… gap"]
    assert formula.count("COUNTIFS(") == 2
    assert "'Obligations (2)'!" in formula


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ({"sites": ["BAY1", "MARS"]}, "there is no site 'MARS'"),
        ({"departments": ["Sales"]}, "there is no department 'Sales'"),
        ({"authorities": ["FDA"]}, "there is no authority 'FDA'"),
        ({"citations": ["29 CFR 1910.11"]}, "no requirement is demanded by '29 CFR 1910.11'"),
        ({"sample_size": -1}, "a sample of -1 rows"),
        ({"against": "nowhere.xlsx"}, "the earlier export has no manifest"),
        ({"against": "no-such-run"}, "no earlier export or generation 'no-such-run'"),
        ({"workers": ["W1", "W77"]}, "there is no worker 'W77'"),
        ({"period_from": dt.date(2026, 3, 1), "period_to": dt.date(2026, 2, 1)}, "the period begins"),
        ({"period_from": AS_OF.date() + dt.timedelta(days=1)}, "the period begins"),
    ],
)
def test_a_scope_that_cannot_be_is_an_error_and_writes_nothing(
    reader: Reader, tmp_path: Path, scope: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        write_evidence(reader, tmp_path / "e.xlsx", **scope)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["evidence.xls", "nowhere/evidence.xlsx"])
def test_a_bad_path_is_an_error(reader: Reader, tmp_path: Path, out: str) -> None:
    with pytest.raises(ConfigurationError):
        write_evidence(reader, tmp_path / out)
