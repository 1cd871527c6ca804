"""Verification from the two files alone: what is intact, and what a change is called."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from evidence.opened import changed, part_of
from evidence.small_generation import make_small_generation

from gapwatch.evidence import EvidenceSummary, write_evidence
from gapwatch.evidence.verify import verify
from gapwatch.reads import Reader


def test_an_untouched_export_is_intact(exported: EvidenceSummary) -> None:
    assert verify(exported.path) == []


def test_two_exports_of_one_state_have_equal_digests(exported: EvidenceSummary, tmp_path: Path) -> None:
    warehouse = make_small_generation(tmp_path / "warehouse", run_id="another-run")
    with Reader.open(warehouse) as reader:
        again = write_evidence(reader, tmp_path / "e.xlsx", prepared_by="Ana Ruiz", reviewed_by="Eva Stone")
    one, other = (json.loads(each.manifest_path.read_text(encoding="utf-8")) for each in (exported, again))
    assert one["created_at"] != other["created_at"]
    assert one["run_id"] != other["run_id"]
    assert one["export_id"] == other["export_id"]
    assert [(s["name"], s["digest"]) for s in one["sheets"]] == [(s["name"], s["digest"]) for s in other["sheets"]]


def test_the_manifest_states_parameters_sources_rows_and_sql(exported: EvidenceSummary) -> None:
    manifest = json.loads(exported.manifest_path.read_text(encoding="utf-8"))
    assert manifest["parameters"]["as_of"] == "2026-03-14T12:00:00+00:00"
    assert manifest["parameters"]["sites"] is None
    assert [(each["load_id"], each["rows_rejected"]) for each in manifest["sources"]] == [
        ("L-2", 0),
        ("L-1", 2),
    ]
    assert {sheet["name"]: sheet["rows"] for sheet in manifest["sheets"]} == exported.rows
    assert re.fullmatch("[0-9a-f]{64}", manifest["sql"]["state/one"])
    assert "ask/evidence_gaps" in manifest["sql"]


@pytest.mark.parametrize(
    ("sheet", "before", "after", "cell", "column"),
    [
        ("Gaps", b"<t>never_assigned<", b"<t>never_assigneb<", "Q2", "First cause"),
        ("Gaps", b"<v>72.25</v>", b"<v>72.26</v>", "P3", "Exposure days"),
        ("Obligations", b"<v>46042.35434170667</v>", b"<v>46042.35434170668</v>", None, None),
        ("Population", b"<t>BAY1</t>", b"<t>BAY2</t>", "J2", "Site"),
        ("Tie-out", b"<v>3</v>", b"<v>4</v>", None, None),
        ("Cover", b"<t>Eva Stone</t>", b"<t>Eva Stine</t>", "B14", "Value"),
    ],
)  # fmt: skip
def test_one_byte_changed_is_named(
    exported: EvidenceSummary,
    tmp_path: Path,
    sheet: str,
    before: bytes,
    after: bytes,
    cell: str | None,
    column: str | None,
) -> None:
    path = changed(exported.path, tmp_path, part_of(exported.path, sheet), lambda data: data.replace(before, after, 1))
    (difference,) = verify(path)
    assert difference.sheet == sheet
    assert difference.row is not None
    if cell is not None:
        assert (difference.cell, difference.column) == (cell, column)


def test_every_data_cell_is_covered(exported: EvidenceSummary, tmp_path: Path) -> None:
    """A digit or letter changed in each value of one row is found, each time in that row and column."""
    part = part_of(exported.path, "Gaps")
    row = re.compile(rb'<row r="2".*?</row>')
    values = re.compile(rb'<c r="([A-Z]+)2"[^>]*>(?:<is><t[^>]*>|<v>)([^<]+)<')
    found = 0
    for match in values.finditer(_read(exported.path, part), *_span(row, _read(exported.path, part))):
        at = match.end(2) - 1

        def flip(data: bytes, at: int = at) -> bytes:
            return data[:at] + (b"7" if data[at : at + 1] != b"7" else b"8") + data[at + 1 :]

        (difference,) = verify(changed(exported.path, tmp_path, part, flip))
        assert (difference.sheet, difference.cell) == ("Gaps", f"{match[1].decode()}2")
        found += 1
    assert found >= 15


def _read(path: Path, part: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read(part)


def _span(pattern: re.Pattern[bytes], data: bytes) -> tuple[int, int]:
    match = pattern.search(data)
    assert match is not None
    return match.span()


def test_text_turned_into_a_formula_is_found(exported: EvidenceSummary, tmp_path: Path) -> None:
    path = changed(
        exported.path,
        tmp_path,
        part_of(exported.path, "Population"),
        lambda data: re.sub(rb'(<c r="B2" s="\d+") t="inlineStr"><is><t>=([^<]*)</t></is>', rb"\1><f>\2</f>", data),
    )
    (difference,) = verify(path)
    assert difference.cell == "B2"


def test_a_row_removed_added_or_moved_is_found(exported: EvidenceSummary, tmp_path: Path) -> None:
    part = part_of(exported.path, "Gaps")
    last = re.compile(rb'<row r="4".*?</row>')
    (removed,) = verify(changed(exported.path, tmp_path, part, lambda data: last.sub(b"", data)))
    assert (removed.sheet, removed.row, removed.what) == ("Gaps", 4, "1 rows are missing from here on")

    def double(data: bytes) -> bytes:
        return last.sub(lambda match: match[0] + re.sub(rb'r="([A-Z]*)4"', rb'r="\g<1>5"', match[0]), data)

    (added,) = verify(changed(exported.path, tmp_path, part, double))
    assert (added.sheet, added.row, added.what) == ("Gaps", 5, "the row was added")

    def swap(data: bytes) -> bytes:
        data = data.replace(b"<t>G1</t>", b"<t>G?</t>").replace(b"<t>G2</t>", b"<t>G1</t>")
        return data.replace(b"<t>G?</t>", b"<t>G2</t>")

    assert [each.row for each in verify(changed(exported.path, tmp_path, part, swap))] == [2, 3]


def test_a_hidden_row_or_new_format_is_told_as_a_change_of_the_file(exported: EvidenceSummary, tmp_path: Path) -> None:
    path = changed(
        exported.path,
        tmp_path,
        part_of(exported.path, "Gaps"),
        lambda data: data.replace(b'<row r="3"', b'<row r="3" hidden="1"', 1),
    )
    (difference,) = verify(path)
    assert (difference.sheet, difference.row) == ("", None)
    assert "every cell is as exported" in difference.what


def test_a_sheet_added_or_missing_is_named(exported: EvidenceSummary, tmp_path: Path) -> None:
    path = changed(exported.path, tmp_path, "xl/workbook.xml", lambda data: data.replace(b'name="Gaps"', b'name="Gap"'))
    found = {(each.sheet, each.what) for each in verify(path)}
    assert {("Gaps", "the sheet is missing"), ("Gap", "the sheet was added")} <= found


def test_a_damaged_file_is_a_difference_not_a_crash(exported: EvidenceSummary, tmp_path: Path) -> None:
    path = tmp_path / "evidence.xlsx"
    shutil.copy(exported.manifest_path, tmp_path / "evidence.manifest.json")
    whole = exported.path.read_bytes()
    for damaged in (b"", b"not a workbook", whole[: len(whole) // 2], _flipped(whole)):
        path.write_bytes(damaged)
        assert verify(path)


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(("key", "value"), [("export_id", "000000000000"), ("format", "other/1"), ("sheets", None)])
def test_a_changed_manifest_is_a_difference(exported: EvidenceSummary, tmp_path: Path, key: str, value: object) -> None:
    shutil.copy(exported.path, tmp_path)
    manifest = json.loads(exported.manifest_path.read_text(encoding="utf-8"))
    (tmp_path / exported.manifest_path.name).write_text(json.dumps(manifest | {key: value}), encoding="utf-8")
    assert verify(tmp_path / exported.path.name)


def test_a_missing_manifest_or_workbook_is_a_difference(exported: EvidenceSummary, tmp_path: Path) -> None:
    shutil.copy(exported.path, tmp_path)
    (no_manifest,) = verify(tmp_path / exported.path.name)
    assert "no manifest" in no_manifest.what
    (tmp_path / exported.path.name).unlink()
    shutil.copy(exported.manifest_path, tmp_path)
    (no_workbook,) = verify(tmp_path / exported.path.name)
    assert "no workbook" in no_workbook.what


def test_libreoffice_opens_it_and_counts_the_same(exported: EvidenceSummary, tmp_path: Path) -> None:
    """The stored results of the formulas are taken out, so LibreOffice has to count itself."""
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is needed: install it, or run without CI=true")
        pytest.skip("LibreOffice is not installed")
    path = changed(
        exported.path,
        tmp_path,
        part_of(exported.path, "Tie-out"),
        lambda data: re.sub(rb"</f><v>\d+</v>", b"</f>", data),
    )
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "again"),
    ]
    subprocess.run(
        [office, profile, *convert, str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    saved = openpyxl.load_workbook(tmp_path / "again" / path.name, data_only=True)
    rows = [row for row in saved["Tie-out"].iter_rows(min_row=2, values_only=True) if row[4] is not None]
    assert len(rows) > 20
    assert all(row[4] == row[3] and row[5] == 0 for row in rows)
    assert saved["Population"]["B2"].value == "=cmd|' /C calc'!A0"


def test_openpyxl_writes_the_same_cells_as_the_bench_counts(exported: EvidenceSummary, tmp_path: Path) -> None:
    """What the export is measured against is the whole workbook, dates as dates."""
    from python_calamine import CalamineWorkbook

    from gapwatch.bench.evidence import write_with_openpyxl

    bare = write_with_openpyxl(exported.path, tmp_path / "again.xlsx")
    one, other = (CalamineWorkbook.from_path(str(path)) for path in (exported.path, tmp_path / "again.xlsx"))
    assert one.sheet_names == other.sheet_names
    for name in ("Requirements", "Integration health", "Change log"):  # no text there begins with =
        assert one.get_sheet_by_name(name).to_python() == other.get_sheet_by_name(name).to_python()
    assert bare.seconds > 0
    assert bare.rows == sum(proof["all_rows"] for proof in json.loads(exported.manifest_path.read_bytes())["sheets"])
    assert bare.cells > 1000
