"""``gapwatch evidence`` and ``gapwatch verify`` on worked cases: the sheets hold what the tables hold, and it ties."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from case_rows import case_folders
from command import gapwatch
from evidence.opened import records
from worlds import place_feeds

CASES = ("earlier_load_is_known", "headline_numbers", "orphan_and_ambiguous_accounts")
IDENTICAL = {
    "Population": "select * from role_states where status in ('active', 'leave', 'suspended')"
    " and valid_from <= (select as_of from run_parameters)",
    "Obligations": "select * from compliance_timeline",
    "Gaps": "select * from gaps",
    "Sources": "select * from loads",
}


@pytest.mark.parametrize("case", [each for each in case_folders() if each.name in CASES], ids=lambda each: each.name)
def test_sheets_hold_the_rows_of_the_tables_and_verify(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / case.name
    shutil.copytree(case, folder)
    config = ("--config", str(folder / "gapwatch.toml"))
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for load in run["loads"]:
        place_feeds(folder, load["feeds"])
        assert gapwatch("load", *config, "--loaded-at", load["loaded_at"]).code == 0
    known = ("--known-at", run["known_at"]) if run["known_at"] else ()
    assert gapwatch("build", *config, "--as-of", run["as_of"], *known).code == 0

    out = tmp_path / "evidence.xlsx"
    answer = gapwatch("evidence", *config, "--out", str(out), "--prepared-by", "Ana", "--reviewed-by", "Eva")
    assert answer.code == 0, answer.err
    assert "FINAL" in answer.out
    assert gapwatch("verify", str(out)).out == "evidence.xlsx: intact\n"
    manifest = json.loads(out.with_suffix(".manifest.json").read_text(encoding="utf-8"))
    assert manifest["tie_out_balances"]
    rows = {sheet["name"]: sheet["rows"] for sheet in manifest["sheets"]}
    for sheet, sql in IDENTICAL.items():
        assert rows[sheet] == len(json.loads(gapwatch("sql", *config, "--format", "json", sql).out)), sheet
    if rows["Gaps"]:
        gaps = json.loads(gapwatch("sql", *config, "--format", "json", IDENTICAL["Gaps"]).out)
        assert {row["Gap ID"]: row["Cause"] for row in records(out, "Gaps")} == {
            gap["gap_id"]: gap["cause"] for gap in gaps
        }

    out.write_bytes(out.read_bytes()[:-100])
    assert gapwatch("verify", str(out)).code == 1
