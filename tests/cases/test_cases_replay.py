"""The plain replay gives the rows that were worked out by hand, in every worked case."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from case_rows import case_folders, differences
from properties.replay import replay
from worlds import read_world


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_replay_gives_the_expected_rows(folder: Path) -> None:
    found = replay(read_world(folder))
    lines = []
    for path in sorted((folder / "expected").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            expected = list(reader)
            columns = list(reader.fieldnames or ())
        lines += differences(path.stem, columns, list(expected), list(found[path.stem]))
    assert lines == []


def test_all_twenty_cases_are_here() -> None:
    assert len(case_folders()) == 20
