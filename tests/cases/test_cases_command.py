"""The command line gives the rows that were worked out by hand, in every worked case, run as their README says."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from case_rows import case_folders, differences, needed_columns
from command import gapwatch
from worlds import place_feeds


@pytest.mark.parametrize("case", case_folders(), ids=lambda folder: folder.name)
def test_command_gives_the_expected_rows(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / case.name
    shutil.copytree(case, folder)
    config = str(folder / "gapwatch.toml")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for load in run["loads"][:-1]:
        place_feeds(folder, load["feeds"])
        answer = gapwatch("load", "--config", config, "--loaded-at", load["loaded_at"])
        assert answer.code == 0, answer.err
    last = run["loads"][-1]
    place_feeds(folder, last["feeds"])
    arguments = ["--config", config, "--loaded-at", last["loaded_at"], "--as-of", run["as_of"]]
    if run["known_at"] is not None:
        arguments += ["--known-at", run["known_at"]]
    answer = gapwatch("run", *arguments)
    assert answer.code == 0, answer.err

    lines = []
    for path in sorted((folder / "expected").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            expected = list(reader)
            columns = list(reader.fieldnames or ())
        select = f"select {', '.join(needed_columns(path.stem, columns))} from {path.stem}"
        answer = gapwatch("sql", "--config", config, "--format", "json", select)
        assert answer.code == 0, answer.err
        lines += differences(path.stem, columns, list(expected), json.loads(answer.out))
    assert lines == []
